//! McNemar's test of paired yes-or-no outcomes: mid-p for single pairs, Obuchowski's for clusters.

use statrs::distribution::{Binomial, Discrete, DiscreteCDF};

use crate::linear::RESOLUTION;
use crate::{Dependence, LinearEstimate, Scale, Test, Undefined};

/// Mid-p McNemar test of independent pairs.
///
/// # Formula
/// ```text
/// n = b + c,  k = min(b, c):   p = 2 P(X <= k) - P(X = k),   X ~ Binomial(n, 1/2)
/// ```
/// and 1 where the formula passes it. The statistic is `k`.
///
/// # Shapes and units
/// Numbers of pairs in which only the first, and only the second, outcome occurred. Pairs that agree
/// carry no information.
/// # Errors
/// [`Undefined::NoVariation`] when no pair disagrees.
/// # Source
/// Fagerland, Lydersen and Laake (2013); checked against statsmodels' exact test less half the
/// observed probability in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::mcnemar_mid_p;
///
/// assert!((mcnemar_mid_p(0, 3)?.p - 0.125).abs() < 1e-12);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn mcnemar_mid_p(first_only: u64, second_only: u64) -> Result<Test, Undefined> {
    let discordant = first_only + second_only;
    if discordant == 0 {
        return Err(Undefined::NoVariation);
    }
    let fewer = first_only.min(second_only);
    let binomial = Binomial::new(0.5, discordant).expect("one half is a probability");
    // The lower sum and the point separately: at equal counts twice the sum passes one.
    let p = 2.0 * binomial.cdf(fewer) - binomial.pmf(fewer);
    Ok(Test { statistic: fewer as f64, p: p.clamp(0.0, 1.0) })
}

/// Pairs of one cluster, or of one unit of [`dependent_mcnemar`], that disagree, by which outcome
/// occurred.
///
/// # Shapes and units
/// Counts or sums of weights.
///
/// # Examples
/// ```
/// use foretell_stats::Discordant;
///
/// // Three pairs right only with the explanation, one right only without.
/// let cluster = Discordant { first_only: 3.0, second_only: 1.0 };
/// assert!(cluster.first_only > cluster.second_only);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Discordant {
    /// Pairs in which only the first outcome occurred.
    pub first_only: f64,
    /// Pairs in which only the second outcome occurred.
    pub second_only: f64,
}

/// Result of the clustered McNemar test, with the counts it rests on.
///
/// # Examples
/// ```
/// use foretell_stats::{Discordant, clustered_mcnemar};
///
/// let result = clustered_mcnemar(&[Discordant { first_only: 2.0, second_only: 0.0 }; 6]);
/// assert_eq!((result.clusters, result.first_only), (6, 12.0));
/// assert!(result.test.is_ok_and(|test| test.p < 0.05));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClusteredMcnemar {
    /// Chi-squared on one degree of freedom.
    pub test: Result<Test, Undefined>,
    /// Pairs in which only the first outcome occurred.
    pub first_only: f64,
    /// Pairs in which only the second outcome occurred.
    pub second_only: f64,
    /// Clusters given, those without disagreement included.
    pub clusters: u64,
}

/// Obuchowski's McNemar test of clustered pairs.
///
/// # Formula
/// ```text
/// d_c = first_only_c - second_only_c
/// X2  = (sum d_c)^2 / (K / (K - 1) * sum d_c^2)          chi-squared on one degree of freedom
/// ```
/// The pooled rate of the original formula cancels out of the variance of the difference.
///
/// # Shapes and units
/// One element a cluster; clusters with pairs but without disagreement belong in, for they count in
/// `K`. With one pair a cluster this is the plain test times `(K - 1) / K`. With fewer than some
/// twenty clusters it is approximate.
/// # Errors
/// In `test`: [`Undefined::NothingCounted`] without clusters, [`Undefined::TooFewClusters`] with one,
/// [`Undefined::NoVariation`] when the two counts are equal in every cluster.
/// # Panics
/// If a count is negative or not finite.
/// # Source
/// Obuchowski (1998), Statistics in Medicine 17; checked against the score test of a GEE of
/// statsmodels, times `(K - 1) / K`, in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::{Discordant, clustered_mcnemar};
///
/// let helped = Discordant { first_only: 2.0, second_only: 0.0 };
/// let misled = Discordant { first_only: 0.0, second_only: 1.0 };
/// let test = clustered_mcnemar(&[helped, helped, helped, misled]).test?;
/// assert!((test.statistic - 25.0 / 13.0 * 3.0 / 4.0).abs() < 1e-12);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn clustered_mcnemar(clusters: &[Discordant]) -> ClusteredMcnemar {
    dependent_mcnemar(clusters, &Dependence::independent(clusters.len()))
}

/// The same of units that may share texts.
///
/// # Formula
/// ```text
/// X2 = (sum d_i)^2 / (K / (K - 1) * V)        chi-squared on one degree of freedom, K = K_eff
/// ```
/// with `d_i` the difference in unit i, `V` the square of the error of its sum and `K_eff` as in
/// [`LinearEstimate::standard_errors`]. Where no text is shared it is [`clustered_mcnemar`] of the
/// clusters.
///
/// # Shapes and units
/// One element a unit, in the order of the units of `dependence`; units without disagreement belong
/// in.
/// # Errors
/// As [`clustered_mcnemar`].
/// # Panics
/// As [`clustered_mcnemar`], or if the units of `dependence` are more or fewer.
/// # Source
/// As [`clustered_mcnemar`]; checked against sums over all pairs of observations in
/// `testdata/stats/shared.json`.
/// # Examples
/// ```
/// use foretell_stats::{Dependence, Discordant, dependent_mcnemar};
///
/// let (helped, misled) = ([2.0, 0.0], [0.0, 1.0]);
/// let units = [helped, helped, misled, helped]
///     .map(|[first_only, second_only]| Discordant { first_only, second_only });
/// let apart = dependent_mcnemar(&units, &Dependence::independent(4)).test?;
/// // The first two share their counterfactual: what helped there may have helped once.
/// let dyads = Dependence::dyadic(&[0, 1, 2, 3], &[4, 4, 5, 6]);
/// assert!(dependent_mcnemar(&units, &dyads).test?.p > apart.p);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn dependent_mcnemar(units: &[Discordant], dependence: &Dependence) -> ClusteredMcnemar {
    assert_eq!(units.len(), dependence.units(), "one element a unit");
    for unit in units {
        for count in [unit.first_only, unit.second_only] {
            assert!(count.is_finite() && count >= 0.0, "{count} is not a count: {unit:?}");
        }
    }
    let first_only: f64 = units.iter().map(|unit| unit.first_only).sum();
    let second_only: f64 = units.iter().map(|unit| unit.second_only).sum();
    let numbers: Vec<u32> = (0..).take(units.len()).collect();
    let clusters = dependence.clusters.among(&numbers) as u64;
    let difference = LinearEstimate {
        value: first_only - second_only,
        scale: Scale::Plain,
        influence: units.iter().map(|unit| unit.first_only - unit.second_only).collect(),
        exposure: units.iter().map(|unit| unit.first_only + unit.second_only).collect(),
        carriers: vec![numbers.clone()],
        units: numbers,
        resolution: RESOLUTION * (first_only + second_only),
        obstacle: None,
    };
    let test = match difference.standard_errors(dependence) {
        _ if units.is_empty() => Err(Undefined::NothingCounted),
        Ok(errors) => {
            let k = errors.effective_clusters;
            let variance = k / (k - 1.0) * errors.used.powi(2);
            Ok(Test::chi_squared(difference.value.powi(2) / variance, 1.0))
        }
        Err(Undefined::NoSpread) => Err(Undefined::NoVariation),
        Err(reason) => Err(reason),
    };
    ClusteredMcnemar { test, first_only, second_only, clusters }
}
