//! Quantiles: of a sorted sample, and of Student's t.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// From here on the series below is exact to eleven digits, while the inversion of the incomplete
/// beta function cancels: at a million degrees of freedom it has two digits left.
const MANY_DEGREES: f64 = 1_000.0;

/// Probability left in each tail by a two-sided interval.
///
/// # Panics
/// If `level` does not lie strictly between 0 and 1.
pub(crate) fn tail(level: f64) -> f64 {
    assert!(level > 0.0 && level < 1.0, "confidence level {level} is not between 0 and 1");
    (1.0 - level) / 2.0
}

/// How many standard errors a two-sided t interval reaches to each side.
///
/// # Source
/// The series is Abramowitz and Stegun 26.7.5, with its four terms.
pub(crate) fn student_t(level: f64, freedom: f64) -> f64 {
    // The lower tail keeps its digits where `1 - tail` would round.
    let tail = tail(level);
    if freedom < MANY_DEGREES {
        let t = StudentsT::new(0.0, 1.0, freedom).expect("at least one degree of freedom");
        return -t.inverse_cdf(tail);
    }
    let z = -Normal::standard().inverse_cdf(tail);
    let q = z * z;
    let terms = [
        z * (q + 1.0) / 4.0,
        z * ((5.0 * q + 16.0) * q + 3.0) / 96.0,
        z * (((3.0 * q + 19.0) * q + 17.0) * q - 15.0) / 384.0,
        z * ((((79.0 * q + 776.0) * q + 1482.0) * q - 1920.0) * q - 945.0) / 92160.0,
    ];
    terms.iter().rev().fold(0.0, |sum, term| (sum + term) / freedom) + z
}

/// Quantile of a sorted, non-empty sample by linear interpolation between order statistics.
///
/// # Formula
/// ```text
/// h = (n - 1) * p;   Q = x[floor h] + (h - floor h) * (x[floor h + 1] - x[floor h])
/// ```
/// # Source
/// Definition 7 of Hyndman and Fan (1996), the default of numpy and R.
pub(crate) fn linear_quantile(sorted: &[f64], probability: f64) -> f64 {
    let h = (sorted.len() - 1) as f64 * probability;
    let below = sorted[h.floor() as usize];
    let above = sorted[h.ceil() as usize];
    below + h.fract() * (above - below)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Golden {
        linear: Vec<Linear>,
        student_t: Vec<StudentT>,
    }

    #[derive(Deserialize)]
    struct Linear {
        sample: Vec<f64>,
        probabilities: Vec<f64>,
        quantiles: Vec<f64>,
    }

    #[derive(Deserialize)]
    struct StudentT {
        level: f64,
        freedom: f64,
        quantile: f64,
    }

    fn golden() -> Golden {
        serde_json::from_str(include_str!("../../../testdata/stats/quantiles.json")).unwrap()
    }

    #[test]
    fn sample_quantiles_are_those_of_numpy() {
        for case in golden().linear {
            let mut sorted = case.sample;
            sorted.sort_unstable_by(f64::total_cmp);
            for (p, expected) in case.probabilities.iter().zip(&case.quantiles) {
                let ours = linear_quantile(&sorted, *p);
                // Two roundings of numbers of order one.
                assert!((ours - expected).abs() < 1e-14, "p {p}: {ours} against {expected}");
            }
        }
    }

    #[test]
    fn t_quantiles_are_those_of_scipy() {
        for case in golden().student_t {
            let ours = student_t(case.level, case.freedom);
            let error = (ours / case.quantile - 1.0).abs();
            // A tenth of what the interval is held to; relative, since quantiles reach 600.
            assert!(error < 1e-10, "{} df at {}: off by {error:e}", case.freedom, case.level);
        }
    }

    #[test]
    #[should_panic(expected = "confidence level 95 is not between 0 and 1")]
    fn a_level_in_percent_is_refused() {
        tail(95.0);
    }
}
