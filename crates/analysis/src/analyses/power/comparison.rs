//! A comparison with the spread that its test has.

use foretell_stats::{Detectable, PilotSpread, Scale, Undefined};

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

    /// Smallest effect, on the scale of the test and in spreads of one question, that a number of
    /// questions finds. It is the same for all comparisons of a kind, and costs more than all the rest.
    pub(crate) fn reach(self, questions: u64, power: f64, alpha: f64) -> f64 {
        let unit = match self {
            Self::Unpaired => {
                let half = PilotSpread::new(0.5_f64.sqrt(), Scale::Plain);
                PilotSpread::unpaired(half, half)
            }
            _ => PilotSpread::new(1.0, Scale::Plain),
        };
        unit.detectable(questions, 0.0, power, alpha).above
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
    pub(crate) fn range(&self, questions: u64) -> Option<(u64, u64)> {
        let questions = questions as f64;
        let factor = (1.96 * self.pilot?.error).exp();
        let whole = |number: f64| number.clamp(2.0, 1e18).round() as u64;
        Some((whole(questions / factor), whole(questions * factor)))
    }

    /// Power with a number of questions.
    pub(crate) fn power(&self, questions: u64, alpha: f64) -> Result<f64, Undefined> {
        let (null, truth) = self.tested();
        Ok(self.spread?.power(questions, null, truth, alpha))
    }

    /// Smallest effects that are found where the test of [`Compared::reach`] is this one's.
    pub(crate) fn detectable(&self, reach: f64) -> Result<Detectable, Undefined> {
        let on_scale = reach * self.spread?.error(1);
        Ok(match self.compared {
            Compared::Zero => {
                Detectable { below: 1.0 - on_scale.exp(), above: 1.0 - (-on_scale).exp() }
            }
            _ => Detectable { below: -on_scale, above: on_scale },
        })
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
        let need = of(50, 0.3).questions(0.8, 0.05).unwrap();
        let (low, high) = of(50, 0.3).range(need).unwrap();
        let (near_low, near_high) = of(5_000, 0.03).range(need).unwrap();
        assert!(low < near_low && near_low < need && need < near_high && near_high < high);
    }

    #[test]
    fn what_is_detectable_is_found_with_the_power_asked_for() {
        for compared in [Compared::Zero, Compared::Paired, Compared::Unpaired] {
            let plain = PilotSpread::new(0.6, Scale::Plain);
            let spread = match compared {
                Compared::Zero => PilotSpread::new(0.6, Scale::LogComplement),
                Compared::Paired => plain,
                Compared::Unpaired => PilotSpread::unpaired(plain, plain),
            };
            let found = Comparison {
                compared,
                who: String::new(),
                from: 0.0,
                to: 0.0,
                spread: Ok(spread),
                pilot: None,
            }
            .detectable(compared.reach(120, 0.9, 0.05))
            .unwrap();
            for effect in [found.below, found.above] {
                let power = spread.power(120, 0.0, effect, 0.05);
                assert!((power - 0.9).abs() < 1e-9, "{compared:?}: {effect} {power}");
            }
        }
    }

    #[test]
    fn terms_of_one_size_leave_no_error() {
        assert_eq!(log_error(&[1.0, -1.0, 1.0, -1.0]), 0.0);
        // Normal terms: var of the sum of K squares over its square is 2 / K.
        assert!(log_error(&[3.0, 0.0, 0.0, 0.0]) > 0.8);
    }
}
