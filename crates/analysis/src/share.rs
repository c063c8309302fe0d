//! Shares and means of what is counted by pair of texts, with limits that allow for shared texts.

use crate::inference::Inference;
use crate::sheet::Estimate;
use crate::text_sums::TextSums;
use foretell_stats::LinearEstimate;

/// Sums and observations by pair of texts.
///
/// A question that is no pair has its own text on both sides.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Sums {
    /// By pair of texts: the sum, and what it is over.
    parts: Vec<([u32; 2], [f64; 2])>,
}

impl Sums {
    /// Adds `sum` over `observations` of one pair of texts.
    pub(crate) fn add(&mut self, texts: [u32; 2], sum: f64, observations: f64) {
        self.parts.push((texts, [sum, observations]));
    }

    /// Adds one observation, in which something is so or not.
    pub(crate) fn count(&mut self, texts: [u32; 2], so: bool) {
        self.add(texts, f64::from(u8::from(so)), 1.0);
    }

    /// Observations.
    pub(crate) fn observations(&self) -> f64 {
        self.parts.iter().map(|(_, [_, observations])| observations).sum()
    }

    /// The mean, sums over observations, with its error and limits.
    pub(crate) fn mean(self, level: f64) -> Estimate {
        let added = TextSums::of(self.parts.into_iter());
        let mean = LinearEstimate::mean(&added.column(&[0]), &added.column(&[1]));
        Inference::of(&added.texts, level).estimate(&mean)
    }

    /// The mean of what is a fraction: limits stay between 0 and 1.
    pub(crate) fn share(self, level: f64) -> Estimate {
        self.mean(level).within(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_that_of_all_parts_and_stays_a_fraction() {
        let mut sums = Sums::default();
        for (at, so) in [true, true, false, true, true].into_iter().enumerate() {
            sums.count([at as u32, 90 + at as u32], so);
        }
        sums.add([0, 90], 1.0, 1.0);
        assert_eq!(sums.observations(), 6.0);
        let share = sums.share(0.95);
        assert!((share.value.unwrap() - 5.0 / 6.0).abs() < 1e-15);
        assert_eq!(share.interval.unwrap().high, 1.0);
    }

    #[test]
    fn what_is_so_everywhere_has_no_limits() {
        let mut sums = Sums::default();
        (0..9).for_each(|at| sums.count([at, at], true));
        let share = sums.share(0.95);
        assert_eq!(share.value, Ok(1.0));
        assert!(share.interval.unwrap_err().contains("every cluster says the same"));
        assert_eq!(Sums::default().share(0.95).value, Err("nothing was counted".to_owned()));
    }
}
