//! Shares and means of what is counted by pair of texts, with limits that allow for shared texts.

use crate::inference::Inference;
use crate::sheet::Estimate;
use foretell_stats::LinearEstimate;

/// Sums and observations by pair of texts.
///
/// A question that is no pair has its own text on both sides.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Sums {
    parts: Vec<([u32; 2], f64, f64)>,
}

impl Sums {
    /// Adds `sum` over `observations` of one pair of texts.
    pub(crate) fn add(&mut self, texts: [u32; 2], sum: f64, observations: f64) {
        match self.parts.last_mut() {
            Some(last) if last.0 == texts => {
                last.1 += sum;
                last.2 += observations;
            }
            _ => self.parts.push((texts, sum, observations)),
        }
    }

    /// Adds one observation, in which something is so or not.
    pub(crate) fn count(&mut self, texts: [u32; 2], so: bool) {
        self.add(texts, f64::from(u8::from(so)), 1.0);
    }

    /// Observations.
    pub(crate) fn observations(&self) -> f64 {
        self.parts.iter().map(|part| part.2).sum()
    }

    /// The mean, sums over observations, with its error and limits.
    pub(crate) fn mean(mut self, level: f64) -> Estimate {
        // Stable: sums of one pair of texts are added in the order in which they came.
        self.parts.sort_by_key(|part| part.0);
        let (mut texts, mut sums, mut observations) = (Vec::new(), Vec::new(), Vec::new());
        for same in self.parts.chunk_by(|one, other| one.0 == other.0) {
            texts.push(same[0].0);
            sums.push(same.iter().map(|part| part.1).sum());
            observations.push(same.iter().map(|part| part.2).sum());
        }
        Inference::of(&texts, level).estimate(&LinearEstimate::mean(&sums, &observations))
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
        assert!(Sums::default().share(0.95).value.is_err());
    }
}
