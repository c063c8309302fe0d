//! Tail probabilities and quantiles of the normal and of Student's t distribution.

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::beta::beta_reg;

/// Probability that |T| is at least |t|, T on `freedom` degrees of freedom.
///
/// # Formula
/// ```text
/// p = I_x(freedom / 2, 1 / 2)      x = freedom / (freedom + t^2)
/// ```
/// # Source
/// Abramowitz and Stegun 26.7.1; checked against scipy in `testdata/stats/tails.json`.
pub(crate) fn two_sided_p(t: f64, freedom: f64) -> f64 {
    if !t.is_finite() {
        return 0.0;
    }
    beta_reg(freedom / 2.0, 0.5, freedom / (freedom + t * t))
}

/// Probability that a standard normal is at most `z`.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    Normal::standard().cdf(z)
}

/// Where a standard normal has `probability` below it; infinite at 0 and 1.
pub(crate) fn normal_quantile(probability: f64) -> f64 {
    Normal::standard().inverse_cdf(probability)
}
