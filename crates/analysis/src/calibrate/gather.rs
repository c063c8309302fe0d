//! Figures of many replicates with their Monte-Carlo errors.

/// A share of replicates.
///
/// # Formula
/// ```text
/// error = sqrt(value (1 - value) / replicates)
/// ```
/// # Examples
/// ```
/// use foretell_analysis::Share;
///
/// let covered = Share::of(950, 1_000);
/// assert_eq!(covered.value, 0.95);
/// assert!((covered.error - 0.006_892).abs() < 1e-6);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The share; 0 of none.
    pub value: f64,
    /// Its Monte-Carlo standard error.
    pub error: f64,
}

impl Share {
    /// `count` of `all` replicates.
    #[must_use]
    pub fn of(count: u64, all: u64) -> Self {
        let n = all.max(1) as f64;
        let value = count as f64 / n;
        Self { value, error: (value * (1.0 - value) / n).sqrt() }
    }
}

/// Mean, variance and kurtosis of values, in two passes and in their order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moments {
    pub(super) n: f64,
    pub(super) mean: f64,
    /// With divisor `n - 1`.
    pub(super) variance: f64,
    /// Fourth central moment over the squared second.
    kurtosis: f64,
}

impl Moments {
    pub(super) fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let power = |p: i32| values.iter().map(|v| (v - mean).powi(p)).sum::<f64>();
        let squares = power(2);
        let kurtosis = if squares > 0.0 { n * power(4) / (squares * squares) } else { 3.0 };
        Self { n, mean, variance: squares / (n - 1.0), kurtosis }
    }

    pub(super) fn sd(&self) -> f64 {
        self.variance.sqrt()
    }

    /// Monte-Carlo error of the mean.
    pub(super) fn mean_error(&self) -> f64 {
        self.sd() / self.n.sqrt()
    }

    /// Relative Monte-Carlo error of the standard deviation.
    pub(super) fn sd_error(&self) -> f64 {
        (((self.kurtosis - 1.0).max(0.0)) / (4.0 * self.n)).sqrt()
    }
}

/// Root mean square of standard errors over the spread of estimates, with its Monte-Carlo error.
pub(super) fn error_ratio(errors: &[f64], estimates: &Moments) -> (f64, f64) {
    let squares = Moments::of(&errors.iter().map(|se| se * se).collect::<Vec<_>>());
    let ratio = squares.mean.sqrt() / estimates.sd();
    // Half the relative error of the mean square is that of its root.
    let relative = 0.5 * squares.mean_error() / squares.mean;
    (ratio, ratio * relative.hypot(estimates.sd_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_textbook() {
        let moments = Moments::of(&[1.0, 2.0, 3.0, 6.0]);
        assert_eq!((moments.mean, moments.variance), (3.0, 14.0 / 3.0));
        assert!((moments.kurtosis - 4.0 * 98.0 / 196.0).abs() < 1e-12);
        assert!((moments.mean_error() - (14.0_f64 / 12.0).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn errors_that_are_the_spread_have_a_ratio_of_one() {
        let estimates = Moments::of(&[-1.0, 1.0, -1.0, 1.0]);
        let (ratio, error) = error_ratio(&[estimates.sd(); 4], &estimates);
        assert!((ratio - 1.0).abs() < 1e-12 && error < 1e-12);
    }
}
