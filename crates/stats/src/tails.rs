//! Tail probabilities and quantiles of the normal and of Student's t distribution.

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::beta::beta_reg;

/// From here on the series is exact to ten digits and the beta function is not.
const MANY_DEGREES: f64 = 900.0;

/// Probability that |T| is at least |t|, T on `freedom` degrees of freedom.
///
/// # Formula
/// ```text
/// p = I_x(freedom / 2, 1 / 2)      x = freedom / (freedom + t^2)
/// ```
/// From some hundred degrees of freedom on, where the continued fraction of the incomplete beta
/// function loses digits, t is turned into a normal deviate by a series.
/// # Source
/// Abramowitz and Stegun 26.7.1; Hill (1970), algorithm 395, for the series; checked against scipy in `testdata/stats/tails.json`.
pub(crate) fn two_sided_p(t: f64, freedom: f64) -> f64 {
    if !t.is_finite() {
        return 0.0;
    }
    if freedom < MANY_DEGREES {
        return beta_reg(freedom / 2.0, 0.5, freedom / (freedom + t * t));
    }
    let a = freedom - 0.5;
    let b = 48.0 * a * a;
    let y = a * (t * t / freedom).ln_1p();
    let inner = ((-0.4 * y - 3.3) * y - 24.0) * y - 85.5;
    let z = ((inner / (0.8 * y * y + 100.0 + b) + y + 3.0) / b + 1.0) * y.sqrt();
    2.0 * normal_cdf(-z)
}

/// Probability that a standard normal is at most `z`.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    Normal::standard().cdf(z)
}

/// Where a standard normal has `probability` below it; infinite at 0 and 1.
pub(crate) fn normal_quantile(probability: f64) -> f64 {
    Normal::standard().inverse_cdf(probability)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Golden {
        two_sided: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        t: f64,
        freedom: f64,
        p: f64,
    }

    #[test]
    fn p_values_are_those_of_scipy() {
        let golden: Golden =
            serde_json::from_str(include_str!("../../../testdata/stats/tails.json")).unwrap();
        for Case { t, freedom, p } in golden.two_sided {
            let ours = two_sided_p(t, freedom);
            // Relative, since p values reach 1e-33, where a few digits are all that anybody reads.
            let tolerance = if p < 1e-12 { 1e-6 } else { 1e-10 };
            assert!((ours - p).abs() <= tolerance * p, "{t} on {freedom}: {ours:e} {p:e}");
        }
        assert_eq!(two_sided_p(f64::INFINITY, 3.0), 0.0);
    }
}
