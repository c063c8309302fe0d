//! Tail probabilities of Student's t, central or not, and what they need of the normal.

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::beta::beta_reg;

/// From here on the series is exact to ten digits and the beta function is not.
const MANY_DEGREES: f64 = 900.0;

/// Probability that |T| is at least |t|, T on `freedom` degrees of freedom; not a number for a t that
/// is none.
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
    if t.is_nan() {
        return t;
    }
    if t.is_infinite() {
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

/// Probability that a noncentral t lies outside `-t..t`.
///
/// # Formula
/// ```text
/// E[ Phi(shift - t s) + Phi(-shift - t s) ]      s^2 ~ chi^2 / freedom
/// ```
/// The expectation is a sum over an even grid of s: for a smooth density that dies off on both
/// sides the trapezoid rule converges faster than any power of its step.
pub(crate) fn noncentral_outside(t: f64, shift: f64, freedom: f64) -> f64 {
    let outside = |s: f64| normal_cdf(shift - t * s) + normal_cdf(-shift - t * s);
    // At this many degrees of freedom s is 1 within the tolerance of the check.
    if freedom > 1e7 {
        return outside(1.0);
    }
    // s is close to normal around 1 with this deviation; below a few degrees it is wider.
    let deviation = (0.5 / freedom).sqrt();
    let (from, to) = ((1.0 - 9.0 * deviation).max(0.0), 1.0 + 9.0 * deviation);
    let steps = 1_200;
    let step = (to - from) / f64::from(steps);
    let (mut sum, mut weight) = (0.0, 0.0);
    for i in 0..=steps {
        let s = from + f64::from(i) * step;
        let ends = if i == 0 || i == steps { 0.5 } else { 1.0 };
        // Density of s up to a factor, which the division takes out; 0^0 is 1.
        let power = if freedom == 1.0 { 0.0 } else { (freedom - 1.0) * s.ln() };
        let density = ends * (power - 0.5 * freedom * (s * s - 1.0)).exp();
        sum += density * outside(s);
        weight += density;
    }
    (sum / weight).min(1.0)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::quantile::student_t;

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
    fn power_under_the_null_is_the_level_of_the_test() {
        for freedom in [1.0, 4.0, 29.0, 5_000.0, 1e8] {
            let t = student_t(0.95, freedom);
            let outside = noncentral_outside(t, 0.0, freedom);
            // What the grid leaves out of one degree of freedom is a hundredth of the level.
            let tolerance = if freedom < 2.0 { 5e-4 } else { 1e-6 };
            assert!((outside - 0.05).abs() < tolerance, "{freedom}: {outside}");
        }
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
        // Nothing over nothing is no evidence.
        assert!(two_sided_p(f64::NAN, 3.0).is_nan() && two_sided_p(f64::NAN, 2_000.0).is_nan());
    }
}
