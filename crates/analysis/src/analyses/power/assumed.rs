//! Spreads from assumed numbers, where there is no pilot.

use super::comparison::{Compared, Comparison};
use super::request::{PowerError, PowerRequest};
use foretell_stats::{PilotSpread, Scale};

/// What is assumed about a study that nobody has begun.
///
/// # Formula
/// ```text
/// q(e)      = (1 - e) / e                                   e = error rate of an arm
/// spread^2  = (1 + (n - 1) within) / n * (q(e_w) + q(e_o) - 2 arms sqrt(q(e_w) q(e_o)))
/// e_o = 1 - a_without,  e_w = (1 - NSG) e_o,  n = guesses about a question
/// ```
/// on the log of the error ratio; times `1 - NSG` on the NSG itself.
///
/// # Examples
/// ```
/// use foretell_analysis::Assumed;
///
/// let few = Assumed { guesses: 5.0, within: 0.0, ..Assumed::default() };
/// let many = Assumed { guesses: 20.0, within: 0.0, ..Assumed::default() };
/// assert!((few.spread(0.3) / many.spread(0.3) - 2.0).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assumed {
    /// Accuracy without explanation.
    pub a_without: f64,
    /// Guesses about one question: its counterfactuals times predictors times repeats.
    pub guesses: f64,
    /// Correlation of two errors of one arm about the same question.
    pub within: f64,
    /// Correlation of the errors of both arms, summed by question.
    pub arms: f64,
    /// Correlation of what a question adds to the NSG of two references.
    pub references: f64,
}

impl Default for Assumed {
    fn default() -> Self {
        Self { a_without: 0.7, guesses: 20.0, within: 0.2, arms: 0.5, references: 0.3 }
    }
}

/// NSG that is asked about where neither a pilot nor the request says one.
const NSG: f64 = 0.3;

impl Assumed {
    /// Standard error of the log of the error ratio for one question.
    #[must_use]
    pub fn spread(&self, nsg: f64) -> f64 {
        let baseline = 1.0 - self.a_without;
        let odds = |error: f64| (1.0 - error) / error;
        let (w, o) = (odds((1.0 - nsg) * baseline), odds(baseline));
        let design = (1.0 + (self.guesses - 1.0) * self.within) / self.guesses;
        (design * (w + o - 2.0 * self.arms * (w * o).sqrt())).sqrt()
    }

    pub(super) fn comparisons(&self, wanted: &PowerRequest) -> Result<Vec<Comparison>, PowerError> {
        let (from, to) = wanted.apart(NSG);
        self.check(wanted, from, to)?;
        let plain = |nsg: f64| PilotSpread::new((1.0 - nsg) * self.spread(nsg), Scale::Plain);
        let of = |compared, from, to, spread| Comparison {
            compared,
            who: String::new(),
            from,
            to,
            spread: Ok(spread),
            pilot: None,
        };
        let zero = PilotSpread::new(self.spread(from), Scale::LogComplement);
        let (one, other) = (plain(from), plain(to));
        Ok(vec![
            of(Compared::Zero, 0.0, from, zero),
            of(Compared::Paired, from, to, PilotSpread::paired(one, other, self.references)),
            of(Compared::Unpaired, from, to, PilotSpread::unpaired(one, other)),
        ])
    }

    fn check(&self, wanted: &PowerRequest, from: f64, to: f64) -> Result<(), PowerError> {
        let mut faults = wanted.faults();
        if !(self.a_without > 0.0 && self.a_without < 1.0) {
            faults.push(format!("accuracy without: {} is not between 0 and 1", self.a_without));
        } else {
            let least = 1.0 - 1.0 / (1.0 - self.a_without);
            for nsg in [from, to].into_iter().filter(|nsg| *nsg <= least) {
                faults.push(format!(
                    "an NSG of {nsg} with an accuracy without of {}: it is above {least:.3}",
                    self.a_without
                ));
            }
        }
        if !(self.guesses >= 1.0 && self.guesses.is_finite()) {
            faults.push(format!("{} guesses about a question: at least 1", self.guesses));
        }
        let shares =
            [("within", self.within), ("arms", self.arms), ("references", self.references)];
        for (name, share) in shares.into_iter().filter(|(_, share)| !(0.0..1.0).contains(share)) {
            faults.push(format!("correlation `{name}`: {share} is not in [0, 1)"));
        }
        if faults.is_empty() { Ok(()) } else { Err(PowerError::Settings { faults }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_guess_a_question_and_arms_apart_is_the_textbook_of_a_log_risk_ratio() {
        let assumed =
            Assumed { a_without: 0.6, guesses: 1.0, within: 0.7, arms: 0.0, references: 0.0 };
        // Variance of the log of a ratio of two proportions 0.2 and 0.4 of one subject each.
        let variance = 0.8 / 0.2 + 0.6 / 0.4;
        assert!((assumed.spread(0.5).powi(2) - variance).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_is_refused_with_everything_else_that_is_wrong() {
        let assumed = Assumed { guesses: 0.0, a_without: 0.2, ..Assumed::default() };
        let wanted = PowerRequest { from: Some(-0.5), power: 2.0, ..PowerRequest::default() };
        let PowerError::Settings { faults } = assumed.comparisons(&wanted).unwrap_err();
        assert_eq!(faults.len(), 4, "{faults:?}");
    }

    #[test]
    fn common_questions_need_fewer() {
        let wanted = PowerRequest::default();
        let all = Assumed::default().comparisons(&wanted).unwrap();
        let need: Vec<u64> = all.iter().map(|c| c.questions(0.8, 0.05).unwrap()).collect();
        assert!(need[0] < need[1] && need[1] < need[2], "{need:?}");
    }
}
