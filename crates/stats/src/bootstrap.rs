//! Cluster bootstrap of the NSG over distinct profiles.
//!
//! The draws are those of [`bootstrap`](crate::bootstrap), with the errors of two arms as sums.

use crate::bca::nsg_of_totals;
use crate::quantile::tail;
use crate::{Interval, Profiles, SumProfiles, Undefined, bootstrap};

/// A percentile interval and the draws it rests on.
///
/// # Shapes and units
/// `draws` counts all resamples, `undefined_draws` those among them that had no headroom and were
/// left out of the quantiles.
///
/// # Examples
/// ```
/// use foretell_stats::{Bootstrap, Interval};
///
/// let interval = Interval { low: 0.1, high: 0.3 };
/// let bootstrap = Bootstrap { interval, draws: 10_000, undefined_draws: 12 };
/// assert!(bootstrap.undefined_draws < bootstrap.draws);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    /// Percentile limits of the statistic.
    pub interval: Interval,
    /// Resamples drawn.
    pub draws: u32,
    /// Resamples in which the statistic is undefined.
    pub undefined_draws: u32,
}

/// Percentile interval of the NSG from resampled clusters.
///
/// # Formula
/// ```text
/// draw r:  n ~ Multinomial(K, multiplicity / K)       K clusters over the distinct profiles
///          NSG_r = 1 - sum_j n_j W_j / sum_j n_j O_j
/// limits = quantiles (1 - level) / 2 and (1 + level) / 2 of the defined NSG_r
/// ```
/// Quantiles interpolate linearly between order statistics. Draw `r` takes its numbers from stream
/// `r` of ChaCha8 under `seed`, so it is the same whichever draws run before or beside it, and the
/// first thousand of ten thousand draws are those of a run with a thousand.
///
/// # Shapes and units
/// `level` is a fraction such as `0.95`. The limits of ten thousand draws scatter by about 3 % of
/// the standard error of the NSG; four times the draws halve that.
/// # Errors
/// [`Undefined::NoObservations`], [`Undefined::NoHeadroom`], [`Undefined::TooFewClusters`] and
/// [`Undefined::NoTreatedErrors`] as in [`nsg_clustered`](crate::nsg_clustered), and
/// [`Undefined::TooFewDraws`] when `draws` is 0 or more than 5 % of the draws have no headroom.
/// # Panics
/// If `level` is not strictly between 0 and 1.
/// # Source
/// Davison and Hinkley (1997), section 3.8; checked against `testdata/stats/nsg.json`.
/// # Examples
/// ```
/// use foretell_stats::{ClusterErrors, Profiles, Undefined, nsg_bootstrap};
///
/// let helped = ClusterErrors { observations: 4.0, treated: 1.0, baseline: 3.0 };
/// let not_helped = ClusterErrors { observations: 4.0, treated: 2.0, baseline: 2.0 };
/// let profiles = Profiles::new(&[[helped; 20], [not_helped; 20]].concat());
/// let bootstrap = nsg_bootstrap(&profiles, 2_000, 7, 0.95)?;
/// assert!(bootstrap.interval.contains(0.4));
/// assert_eq!(bootstrap.undefined_draws, 0);
/// # Ok::<(), Undefined>(())
/// ```
pub fn nsg_bootstrap(
    profiles: &Profiles,
    draws: u32,
    seed: u64,
    level: f64,
) -> Result<Bootstrap, Undefined> {
    tail(level);
    profiles.totals_with_variance()?;
    bootstrap(&SumProfiles::from(profiles), nsg_of_totals, draws, seed).percentile(level)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ClusterErrors;

    fn cluster(observations: f64, treated: f64, baseline: f64) -> ClusterErrors {
        ClusterErrors { observations, treated, baseline }
    }

    fn limits(clusters: &[ClusterErrors], draws: u32) -> Result<Bootstrap, Undefined> {
        nsg_bootstrap(&Profiles::new(clusters), draws, 1, 0.95)
    }

    #[test]
    fn without_a_resample_that_could_differ_there_is_no_interval() {
        assert_eq!(limits(&[], 100), Err(Undefined::NoObservations));
        let perfect_baseline = [cluster(2.0, 1.0, 0.0); 4];
        assert_eq!(limits(&perfect_baseline, 100), Err(Undefined::NoHeadroom));
        assert_eq!(limits(&[cluster(4.0, 1.0, 2.0)], 100), Err(Undefined::TooFewClusters));
        let perfect_treated = [cluster(2.0, 0.0, 1.0); 4];
        assert_eq!(limits(&perfect_treated, 100), Err(Undefined::NoTreatedErrors));
        assert_eq!(limits(&[cluster(2.0, 1.0, 1.0); 4], 100), Err(Undefined::NoDifference));
        let varied = [cluster(2.0, 1.0, 1.0), cluster(2.0, 0.0, 1.0)];
        assert_eq!(limits(&varied, 0), Err(Undefined::TooFewDraws));
    }

    #[test]
    fn draws_without_headroom_are_counted_and_too_many_end_it() {
        let right = cluster(4.0, 0.0, 0.0);
        let wrong = [cluster(4.0, 1.0, 2.0), cluster(4.0, 2.0, 2.0)];
        let few = [wrong.to_vec(), vec![right; 28]].concat();
        // No error is drawn with probability (28 / 30)^30, about 13 %.
        assert_eq!(limits(&few, 1_000), Err(Undefined::TooFewDraws));

        let some = [wrong.to_vec(), wrong.to_vec(), vec![right; 26]].concat();
        // (26 / 30)^30 is 1.37 %; four standard deviations of 10,000 draws are 47.
        let undefined = limits(&some, 10_000).unwrap().undefined_draws;
        assert!((137 - 47..=137 + 47).contains(&undefined), "{undefined}");
    }

    #[test]
    fn the_seed_decides_the_limits() {
        let clusters: Vec<_> =
            (0..40).map(|c| cluster(9.0, f64::from(c % 5), f64::from(c % 7))).collect();
        let profiles = Profiles::new(&clusters);
        let of_seed = |seed| nsg_bootstrap(&profiles, 500, seed, 0.9).unwrap();
        assert_eq!(of_seed(1), of_seed(1));
        assert_ne!(of_seed(1), of_seed(2));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_order_of_clusters_changes_nothing(
            (errors, shuffled) in prop::collection::vec((0_u8..=12, 0_u8..=12), 0..20)
                .prop_flat_map(|e| (Just(e.clone()), Just(e).prop_shuffle()))
        ) {
            let of = |errors: &[(u8, u8)]| {
                // Thirds, so that the order of summation would show in the last bit.
                let clusters: Vec<_> = errors
                    .iter()
                    .map(|&(w, o)| cluster(4.0, f64::from(w) / 3.0, f64::from(o) / 3.0))
                    .collect();
                limits(&clusters, 50)
            };
            let result = of(&errors);
            prop_assert_eq!(result, of(&shuffled));
            if let Ok(Bootstrap { interval, .. }) = result {
                prop_assert!(interval.low <= interval.high && interval.high <= 1.0);
            }
        }
    }
}
