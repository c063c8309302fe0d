//! Test statistics with their p values, and quantiles that intervals of other figures need.

use crate::tails::{normal_cdf, normal_quantile, two_sided_p};
use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor};

/// A test statistic with its two-sided p value.
///
/// # Shapes and units
/// `p` lies in `[0, 1]`. The function that returns it says which distribution `statistic` has when
/// there is no effect.
///
/// # Examples
/// ```
/// use foretell_stats::mcnemar_mid_p;
///
/// let test = mcnemar_mid_p(8, 2)?;
/// assert!(test.p < 0.1);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// The statistic, in the unit of its distribution.
    pub statistic: f64,
    /// Probability of one at least as extreme without an effect.
    pub p: f64,
}

impl Test {
    /// Student's t on `freedom` degrees of freedom, two-sided.
    pub(crate) fn t(statistic: f64, freedom: f64) -> Self {
        Self { statistic, p: two_sided_p(statistic, freedom) }
    }

    /// Standard normal, two-sided.
    pub(crate) fn z(statistic: f64) -> Self {
        Self { statistic, p: (2.0 * normal_cdf(-statistic.abs())).min(1.0) }
    }

    /// Chi-squared, upper tail.
    pub(crate) fn chi_squared(statistic: f64, freedom: f64) -> Self {
        let chi = ChiSquared::new(freedom).expect("at least one degree of freedom");
        Self { statistic, p: chi.sf(statistic) }
    }
}

/// How many standard errors a two-sided normal interval reaches to each side.
pub(crate) fn normal_reach(level: f64) -> f64 {
    -normal_quantile(crate::quantile::tail(level))
}

/// Upper quantile of F that leaves `tail` above it, by bisection of the distribution function.
pub(crate) fn f_quantile(tail: f64, numerator: f64, denominator: f64) -> f64 {
    let f = FisherSnedecor::new(numerator, denominator).expect("positive degrees of freedom");
    let (mut low, mut high) = (0.0, 1.0);
    while f.sf(high) > tail && high < f64::MAX / 4.0 {
        low = high;
        high *= 2.0;
    }
    // Halving a double until its neighbours meet takes fewer steps than this.
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if f.sf(middle) > tail { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Golden {
        tails: Tails,
    }

    #[derive(Deserialize)]
    struct Tails {
        f: Vec<F>,
        t: Vec<P>,
        z: Vec<P>,
        chi_squared: Vec<P>,
    }

    #[derive(Deserialize)]
    struct F {
        tail: f64,
        numerator: f64,
        denominator: f64,
        quantile: f64,
    }

    #[derive(Deserialize)]
    struct P {
        statistic: f64,
        #[serde(default)]
        freedom: f64,
        p: f64,
    }

    fn golden() -> Tails {
        let file = include_str!("../../../testdata/stats/measures.json");
        serde_json::from_str::<Golden>(file).unwrap().tails
    }

    #[test]
    fn tails_are_those_of_scipy() {
        let golden = golden();
        let ours = |case: &P, test: Test| {
            assert_eq!(test.statistic, case.statistic);
            let error = (test.p - case.p).abs();
            // Relative down to what no reader tells from zero.
            assert!(
                error < 1e-9 * case.p + 1e-14,
                "{} on {}: {error:e}",
                case.statistic,
                case.freedom
            );
        };
        golden.t.iter().for_each(|case| ours(case, Test::t(case.statistic, case.freedom)));
        golden.z.iter().for_each(|case| ours(case, Test::z(case.statistic)));
        for case in &golden.chi_squared {
            ours(case, Test::chi_squared(case.statistic, case.freedom));
        }
    }

    #[test]
    fn f_quantiles_are_those_of_scipy() {
        for case in golden().f {
            let ours = f_quantile(case.tail, case.numerator, case.denominator);
            let error = (ours / case.quantile - 1.0).abs();
            // A tenth of what an interval is held to.
            assert!(error < 1e-9, "{} and {}: {error:e}", case.numerator, case.denominator);
        }
    }
}
