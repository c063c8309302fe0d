//! Gain and NSG: from two accuracies, and from cluster sums with a delta-method interval.

use crate::quantile::{student_t, tail};
use crate::{ClusterErrors, Interval, Profiles, Undefined};

/// Rounding allowed to an accuracy outside `[0, 1]`.
const ROUNDING: f64 = 1e-9;

fn accuracy(value: f64) -> f64 {
    assert!((-ROUNDING..=1.0 + ROUNDING).contains(&value), "accuracy {value} is not in [0, 1]");
    value.clamp(0.0, 1.0)
}

/// Simulatability gain: how much more often the predictor is right with the explanation.
///
/// # Formula
/// ```text
/// gain = a_with - a_without
/// ```
/// # Shapes and units
/// Accuracies in `[0, 1]` over the same observations; the gain lies in `[-1, 1]`.
/// # Panics
/// If an accuracy is not in `[0, 1]`.
/// # Source
/// arXiv:2602.02639.
/// # Examples
/// ```
/// # use foretell_stats::gain;
/// assert_eq!(gain(0.75, 0.5), 0.25);
/// ```
pub fn gain(a_with: f64, a_without: f64) -> f64 {
    accuracy(a_with) - accuracy(a_without)
}

/// Normalized simulatability gain (NSG): the share of the predictor's error that the explanation
/// removes.
///
/// # Formula
/// ```text
/// NSG = (a_with - a_without) / (1 - a_without) = 1 - (error with) / (error without)
/// ```
/// # Shapes and units
/// Accuracies in `[0, 1]` over the same observations. At most 1, and negative without limit where
/// the explanation misleads. Where errors were counted, prefer [`nsg_clustered`]: an accuracy that
/// was rounded just below 1 leaves a headroom that is not there.
/// # Errors
/// [`Undefined::NoHeadroom`] when `a_without` is 1.
/// # Panics
/// If an accuracy is not in `[0, 1]`.
/// # Source
/// arXiv:2602.02639.
/// # Examples
/// ```
/// # use foretell_stats::{Undefined, nsg};
/// assert!((nsg(0.9, 0.8)? - 0.5).abs() < 1e-12);
/// assert_eq!(nsg(0.9, 1.0), Err(Undefined::NoHeadroom));
/// # Ok::<(), Undefined>(())
/// ```
pub fn nsg(a_with: f64, a_without: f64) -> Result<f64, Undefined> {
    let headroom = 1.0 - accuracy(a_without);
    if headroom > 0.0 { Ok(gain(a_with, a_without) / headroom) } else { Err(Undefined::NoHeadroom) }
}

/// An NSG with its uncertainty, the accuracies behind it and the counts it rests on.
///
/// # Shapes and units
/// Accuracies and gain are fractions; each figure that does not exist carries its own reason, so a
/// perfect treated arm still has its NSG of 1 while its interval is undefined.
///
/// # Examples
/// ```
/// use foretell_stats::{ClusterErrors, Undefined, nsg_clustered};
///
/// let perfect = ClusterErrors { observations: 2.0, treated: 0.0, baseline: 1.0 };
/// let estimate = nsg_clustered(&[perfect; 3], 0.95);
/// assert_eq!(estimate.nsg, Ok(1.0));
/// assert_eq!(estimate.interval, Err(Undefined::NoTreatedErrors));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NsgEstimate {
    /// Share of the baseline's errors that the treatment removes.
    pub nsg: Result<f64, Undefined>,
    /// Standard error of `nsg`, robust to clustering, without a small-sample factor.
    pub se: Result<f64, Undefined>,
    /// Confidence interval of `nsg`, with the small-sample factor.
    pub interval: Result<Interval, Undefined>,
    /// Clusters with at least one observation.
    pub clusters: u64,
    /// Accuracy of the treated arm.
    pub a_with: Result<f64, Undefined>,
    /// Accuracy of the baseline arm.
    pub a_without: Result<f64, Undefined>,
    /// `a_with - a_without`.
    pub gain: Result<f64, Undefined>,
    /// Observations and errors over all clusters.
    pub totals: ClusterErrors,
}

/// NSG of clustered observations with a delta-method interval on the log of the error ratio.
///
/// # Formula
/// ```text
/// RR     = W / O                           W, O = errors treated and baseline, over all clusters
/// NSG    = 1 - RR
/// s^2    = sum over clusters c of (W_c / W - O_c / O)^2
/// se     = RR * s
/// limits = 1 - RR * exp(+- t * s * sqrt(K / (K - 1)))     t on K - 1 degrees of freedom
/// ```
/// Whole clusters are the unit: observations that share an original share its explanation. The
/// factor `K / (K - 1)` and t instead of z repair the coverage of few clusters; `se` goes without
/// so that it equals the robust error of a Poisson GEE with independent working correlation.
///
/// # Shapes and units
/// One element a cluster, in any order (the result is the same to the last bit); clusters without
/// observations are ignored. `level` is a fraction such as `0.95`.
/// # Errors
/// Per figure. `a_with`, `a_without`, `gain`: [`Undefined::NoObservations`]. `nsg`: also
/// [`Undefined::NoHeadroom`]. `se` and `interval`: also [`Undefined::TooFewClusters`] and
/// [`Undefined::NoTreatedErrors`].
/// # Panics
/// If `level` is not strictly between 0 and 1, or as [`Profiles::new`].
/// # Source
/// Liang and Zeger (1986), sandwich variance; checked against `testdata/stats/nsg.json`.
/// # Examples
/// ```
/// use foretell_stats::{ClusterErrors, Undefined, nsg_clustered};
///
/// let clusters = [
///     ClusterErrors { observations: 4.0, treated: 1.0, baseline: 2.0 },
///     ClusterErrors { observations: 5.0, treated: 0.0, baseline: 2.0 },
///     ClusterErrors { observations: 3.0, treated: 2.0, baseline: 2.0 },
/// ];
/// let estimate = nsg_clustered(&clusters, 0.95);
/// assert_eq!(estimate.nsg, Ok(0.5));
/// assert!(estimate.interval?.contains(0.5));
/// assert_eq!(estimate.clusters, 3);
/// # Ok::<(), Undefined>(())
/// ```
pub fn nsg_clustered(clusters: &[ClusterErrors], level: f64) -> NsgEstimate {
    // Checked here, so that a wrong level is refused whether or not the interval exists.
    tail(level);
    let profiles = Profiles::new(clusters);
    let totals = profiles.totals();
    let accuracy_of = |errors: f64| match profiles.clusters() {
        0 => Err(Undefined::NoObservations),
        // Averaged repeats may add up to a little more than their number.
        _ => Ok((1.0 - errors / totals.observations).max(0.0)),
    };
    let (a_with, a_without) = (accuracy_of(totals.treated), accuracy_of(totals.baseline));
    let log_se = log_ratio_se(&profiles);
    NsgEstimate {
        nsg: profiles.totals_with_headroom().map(|t| 1.0 - t.treated / t.baseline),
        se: log_se.map(|s| totals.treated / totals.baseline * s),
        interval: log_se.map(|s| t_interval(&totals, s, profiles.clusters(), level)),
        clusters: profiles.clusters(),
        a_with,
        a_without,
        gain: a_with.and_then(|with| a_without.map(|without| gain(with, without))),
        totals,
    }
}

/// Standard error of the log error ratio, clusters being independent.
fn log_ratio_se(profiles: &Profiles) -> Result<f64, Undefined> {
    let totals = profiles.totals_with_variance()?;
    let variance: f64 = profiles
        .rows()
        .iter()
        .map(|row| {
            let influence =
                row.errors.treated / totals.treated - row.errors.baseline / totals.baseline;
            row.multiplicity as f64 * influence * influence
        })
        .sum();
    Ok(variance.sqrt())
}

fn t_interval(totals: &ClusterErrors, log_se: f64, clusters: u64, level: f64) -> Interval {
    let ratio = totals.treated / totals.baseline;
    let k = clusters as f64;
    let reach = student_t(level, k - 1.0) * log_se * (k / (k - 1.0)).sqrt();
    Interval { low: 1.0 - ratio * reach.exp(), high: 1.0 - ratio * (-reach).exp() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cluster(observations: f64, treated: f64, baseline: f64) -> ClusterErrors {
        ClusterErrors { observations, treated, baseline }
    }

    #[test]
    fn nothing_observed_leaves_every_figure_undefined() {
        let estimate = nsg_clustered(&[ClusterErrors::default(); 3], 0.95);
        assert_eq!(estimate.clusters, 0);
        for figure in
            [estimate.nsg, estimate.se, estimate.a_with, estimate.a_without, estimate.gain]
        {
            assert_eq!(figure, Err(Undefined::NoObservations));
        }
        assert_eq!(estimate.interval, Err(Undefined::NoObservations));
    }

    #[test]
    fn a_perfect_baseline_leaves_accuracies_but_no_nsg() {
        let estimate = nsg_clustered(&[cluster(4.0, 1.0, 0.0), cluster(4.0, 1.0, 0.0)], 0.95);
        assert_eq!(estimate.nsg, Err(Undefined::NoHeadroom));
        assert_eq!(estimate.interval, Err(Undefined::NoHeadroom));
        assert_eq!(estimate.gain, Ok(-0.25));
    }

    #[test]
    fn one_cluster_has_an_nsg_but_no_interval() {
        let estimate = nsg_clustered(&[cluster(4.0, 1.0, 2.0)], 0.95);
        assert_eq!(estimate.nsg, Ok(0.5));
        assert_eq!(estimate.se, Err(Undefined::TooFewClusters));
    }

    #[test]
    fn errors_in_one_cluster_only_do_not_pass_for_certainty() {
        let clusters = [cluster(4.0, 1.0, 2.0), cluster(4.0, 0.0, 0.0), cluster(4.0, 0.0, 0.0)];
        let estimate = nsg_clustered(&clusters, 0.95);
        assert_eq!(estimate.interval, Err(Undefined::TooFewClusters));
        assert_eq!(estimate.clusters, 3);
    }

    #[test]
    #[should_panic(expected = "confidence level 95")]
    fn a_level_in_percent_is_refused_even_without_data() {
        nsg_clustered(&[], 95.0);
    }

    #[test]
    #[should_panic(expected = "accuracy NaN")]
    fn an_accuracy_that_is_not_a_number_is_refused() {
        let _ = nsg(f64::NAN, 0.5);
    }

    /// Clusters of up to six observations whose guesses were averaged over two repeats.
    fn any_clusters() -> impl Strategy<Value = Vec<ClusterErrors>> {
        let one = (0_u32..=6).prop_flat_map(|n| (Just(n), 0..=2 * n, 0..=2 * n)).prop_map(
            |(n, treated, baseline)| {
                cluster(f64::from(n), f64::from(treated) / 2.0, f64::from(baseline) / 2.0)
            },
        );
        prop::collection::vec(one, 0..12)
    }

    fn figures(e: &NsgEstimate) -> impl Iterator<Item = f64> {
        let limits = e.interval.map(|i| [i.low, i.high]).into_iter().flatten();
        [e.nsg, e.se, e.a_with, e.a_without, e.gain].into_iter().flatten().chain(limits)
    }

    proptest! {
        #[test]
        fn nsg_never_exceeds_one(with in 0.0..=1.0, without in 0.0..1.0) {
            prop_assert!(nsg(with, without).unwrap() <= 1.0);
        }

        #[test]
        fn no_figure_is_ever_not_a_number(clusters in any_clusters(), level in 0.01..0.999_f64) {
            let estimate = nsg_clustered(&clusters, level);
            prop_assert!(figures(&estimate).all(|figure| !figure.is_nan()));
            prop_assert!(estimate.nsg.is_err() || estimate.nsg.unwrap() <= 1.0);
            if let Ok(interval) = estimate.interval {
                // Rounding of exp and its product: a few units in the last place.
                let slack = 1e-12 * (1.0 + interval.low.abs());
                let nsg = estimate.nsg.unwrap();
                prop_assert!(interval.low <= nsg + slack && nsg <= interval.high + slack);
                prop_assert!(interval.high <= 1.0);
            }
        }

        #[test]
        fn the_order_of_clusters_changes_nothing(
            (clusters, shuffled) in any_clusters()
                .prop_flat_map(|c| (Just(c.clone()), Just(c).prop_shuffle()))
        ) {
            prop_assert_eq!(nsg_clustered(&clusters, 0.95), nsg_clustered(&shuffled, 0.95));
        }

        #[test]
        fn every_cluster_twice_has_the_same_nsg(clusters in any_clusters()) {
            let twice = [clusters.clone(), clusters.clone()].concat();
            prop_assert_eq!(nsg_clustered(&clusters, 0.9).nsg, nsg_clustered(&twice, 0.9).nsg);
        }

        #[test]
        fn cluster_sums_and_accuracies_agree(clusters in any_clusters()) {
            let estimate = nsg_clustered(&clusters, 0.95);
            if let Ok(ours) = estimate.nsg {
                let direct = nsg(estimate.a_with.unwrap(), estimate.a_without.unwrap()).unwrap();
                // A headroom of at least 1/144 loses at most three of sixteen digits.
                prop_assert!((ours - direct).abs() < 1e-11 * (1.0 + ours.abs()));
            }
        }
    }
}
