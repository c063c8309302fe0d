//! A sample in six numbers.

use serde::Serialize;

/// Mean and quantiles of a sample.
///
/// # Formula
/// ```text
/// h = (n - 1) * p;   Q = x[floor h] + (h - floor h) * (x[floor h + 1] - x[floor h])
/// ```
/// # Source
/// Definition 7 of Hyndman and Fan (1996), the default of numpy and R.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// Arithmetic mean.
    pub mean: f64,
    /// Smallest value.
    pub min: f64,
    /// First quartile.
    pub q25: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub q75: f64,
    /// Largest value.
    pub max: f64,
}

impl Summary {
    /// The summary of a sample; `None` of an empty one.
    pub(super) fn of(mut values: Vec<f64>) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.sort_unstable_by(f64::total_cmp);
        let quantile = |probability: f64| {
            let h = (values.len() - 1) as f64 * probability;
            let (below, above) = (values[h.floor() as usize], values[h.ceil() as usize]);
            below + h.fract() * (above - below)
        };
        Some(Self {
            mean,
            min: quantile(0.0),
            q25: quantile(0.25),
            median: quantile(0.5),
            q75: quantile(0.75),
            max: quantile(1.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_values() {
        let summary = Summary::of(vec![4.0, 1.0, 2.0, 3.0]).unwrap();
        assert_eq!((summary.mean, summary.min, summary.max), (2.5, 1.0, 4.0));
        assert_eq!((summary.q25, summary.median, summary.q75), (1.75, 2.5, 3.25));
        assert_eq!(Summary::of(Vec::new()), None);
    }
}
