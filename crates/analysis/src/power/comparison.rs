//! A comparison with the spread that its test has.

use foretell_stats::{Detectable, PilotSpread, Undefined};

/// What is compared with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compared {
    /// One NSG with zero.
    Zero,
    /// Two references on the same questions.
    Paired,
    /// Two references, each on questions of its own.
    Unpaired,
}

impl Compared {
    /// In words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zero => "one NSG against zero",
            Self::Paired => "two references, same questions",
            Self::Unpaired => "two references, own questions",
        }
    }
}

/// How well the pilot knows its spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PilotSize {
    /// Questions of the pilot.
    pub(crate) questions: u64,
    /// Standard error of the logarithm of the squared spread.
    pub(crate) error: f64,
}

/// A comparison to be made, and what is known about its error.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub(crate) compared: Compared,
    /// The references, where a pilot has names.
    pub(crate) who: String,
    /// One NSG, and the other; for [`Compared::Zero`] zero, and the NSG.
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) spread: Result<PilotSpread, Undefined>,
    pub(crate) pilot: Option<PilotSize>,
}

impl Comparison {
    /// Null and truth on the scale of the figure that is tested.
    fn tested(&self) -> (f64, f64) {
        match self.compared {
            Compared::Zero => (0.0, self.to),
            _ => (0.0, self.to - self.from),
        }
    }

    /// Questions needed (in each group, where references have their own).
    pub(crate) fn questions(&self, power: f64, alpha: f64) -> Result<u64, Undefined> {
        let (null, truth) = self.tested();
        self.spread?.clusters_for(power, null, truth, alpha)
    }

    /// From which to which number the questions needed lie, as far as the pilot knows its spread:
    /// 95 % of the pilots like it.
    ///
    /// # Formula
    /// ```text
    /// N exp(-+ 1.96 e)    e^2 = sum d^4 / (sum d^2)^2 - 1 / K      d = influence of a question
    /// ```
    /// `N` goes with the squared spread, and `e` is the standard error of its logarithm.
    pub(crate) fn range(&self, power: f64, alpha: f64) -> Option<(u64, u64)> {
        let questions = self.questions(power, alpha).ok()? as f64;
        let factor = (1.96 * self.pilot?.error).exp();
        let whole = |number: f64| number.clamp(2.0, 1e18).round() as u64;
        Some((whole(questions / factor), whole(questions * factor)))
    }

    /// Power with a number of questions.
    pub(crate) fn power(&self, questions: u64, alpha: f64) -> Result<f64, Undefined> {
        let (null, truth) = self.tested();
        Ok(self.spread?.power(questions, null, truth, alpha))
    }

    /// Smallest effects that a number of questions finds with the power.
    pub(crate) fn detectable(
        &self,
        questions: u64,
        power: f64,
        alpha: f64,
    ) -> Result<Detectable, Undefined> {
        Ok(self.spread?.detectable(questions, 0.0, power, alpha))
    }
}

/// Standard error of the logarithm of a sum of squares, from its terms.
pub(crate) fn log_error(influences: &[f64]) -> f64 {
    let power = |p: i32| influences.iter().map(|d| d.powi(p)).sum::<f64>();
    let squares = power(2);
    if squares == 0.0 {
        return 0.0;
    }
    let relative = power(4) / (squares * squares) - 1.0 / influences.len() as f64;
    relative.max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_stats::Scale;

    #[test]
    fn a_pilot_of_few_questions_gives_a_wide_range() {
        let of = |questions: u64, error: f64| Comparison {
            compared: Compared::Paired,
            who: String::new(),
            from: 0.3,
            to: 0.35,
            spread: Ok(PilotSpread::new(0.9, Scale::Plain)),
            pilot: Some(PilotSize { questions, error }),
        };
        let (low, high) = of(50, 0.3).range(0.8, 0.05).unwrap();
        let (near_low, near_high) = of(5_000, 0.03).range(0.8, 0.05).unwrap();
        assert!(low < near_low && near_low < 2_545 && 2_545 < near_high && near_high < high);
    }

    #[test]
    fn terms_of_one_size_leave_no_error() {
        assert_eq!(log_error(&[1.0, -1.0, 1.0, -1.0]), 0.0);
        // Normal terms: var of the sum of K squares over its square is 2 / K.
        assert!(log_error(&[3.0, 0.0, 0.0, 0.0]) > 0.8);
    }
}
