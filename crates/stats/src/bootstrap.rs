//! Cluster bootstrap of the NSG over distinct profiles.
//!
//! A resample of K clusters with replacement is a multinomial count over the distinct profiles, so
//! a draw costs as many binomials as there are profiles, however many clusters share them.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution};

use crate::quantile::{linear_quantile, tail};
use crate::{Interval, Profiles, Undefined};

/// Largest share of draws without headroom that still leaves an interval.
///
/// A percentile interval of 95 % cuts 5 % off; with more than that missing, the limits would say
/// more about which draws were lost than about the estimate.
pub(crate) const MOST_UNDEFINED: f64 = 0.05;

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
/// [`Undefined::NoObservations`], [`Undefined::NoHeadroom`], [`Undefined::OneCluster`] and
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
    let tail = tail(level);
    profiles.totals_with_variance()?;
    let streams = ChaCha8Rng::seed_from_u64(seed);
    let mut values: Vec<f64> = (0..draws)
        .filter_map(|replicate| {
            let mut rng = streams.clone();
            rng.set_stream(u64::from(replicate));
            resampled_nsg(profiles, &mut rng)
        })
        .collect();
    let undefined_draws = draws - values.len() as u32;
    if values.is_empty() || f64::from(undefined_draws) > MOST_UNDEFINED * f64::from(draws) {
        return Err(Undefined::TooFewDraws);
    }
    values.sort_unstable_by(f64::total_cmp);
    let interval = Interval {
        low: linear_quantile(&values, tail),
        high: linear_quantile(&values, 1.0 - tail),
    };
    Ok(Bootstrap { interval, draws, undefined_draws })
}

/// NSG of one resample, if its baseline makes an error.
fn resampled_nsg(profiles: &Profiles, rng: &mut ChaCha8Rng) -> Option<f64> {
    let (mut treated, mut baseline) = (0.0, 0.0);
    // Multinomial as a chain of binomials: clusters still to draw, over profiles not yet visited.
    let (mut to_draw, mut unvisited) = (profiles.clusters(), profiles.clusters());
    for row in profiles.rows() {
        if to_draw == 0 {
            break;
        }
        let times = if row.multiplicity == unvisited {
            to_draw
        } else {
            let share = row.multiplicity as f64 / unvisited as f64;
            Binomial::new(to_draw, share).expect("a share lies in [0, 1]").sample(rng)
        };
        treated += times as f64 * row.errors.treated;
        baseline += times as f64 * row.errors.baseline;
        to_draw -= times;
        unvisited -= row.multiplicity;
    }
    (baseline > 0.0).then(|| 1.0 - treated / baseline)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ClusterErrors;

    fn cluster(observations: f64, treated: f64, baseline: f64) -> ClusterErrors {
        ClusterErrors { observations, treated, baseline }
    }

    fn bootstrap(clusters: &[ClusterErrors], draws: u32) -> Result<Bootstrap, Undefined> {
        nsg_bootstrap(&Profiles::new(clusters), draws, 1, 0.95)
    }

    #[test]
    fn without_a_resample_that_could_differ_there_is_no_interval() {
        assert_eq!(bootstrap(&[], 100), Err(Undefined::NoObservations));
        let perfect_baseline = [cluster(2.0, 1.0, 0.0); 4];
        assert_eq!(bootstrap(&perfect_baseline, 100), Err(Undefined::NoHeadroom));
        assert_eq!(bootstrap(&[cluster(4.0, 1.0, 2.0)], 100), Err(Undefined::OneCluster));
        let perfect_treated = [cluster(2.0, 0.0, 1.0); 4];
        assert_eq!(bootstrap(&perfect_treated, 100), Err(Undefined::NoTreatedErrors));
        assert_eq!(bootstrap(&[cluster(2.0, 1.0, 1.0); 4], 100), Err(Undefined::NoDifference));
        let varied = [cluster(2.0, 1.0, 1.0), cluster(2.0, 0.0, 1.0)];
        assert_eq!(bootstrap(&varied, 0), Err(Undefined::TooFewDraws));
    }

    #[test]
    fn draws_without_headroom_are_counted_and_too_many_end_it() {
        let right = cluster(4.0, 0.0, 0.0);
        let wrong = [cluster(4.0, 1.0, 2.0), cluster(4.0, 2.0, 2.0)];
        let few = [wrong.to_vec(), vec![right; 28]].concat();
        // No error is drawn with probability (28 / 30)^30, about 13 %.
        assert_eq!(bootstrap(&few, 1_000), Err(Undefined::TooFewDraws));

        let some = [wrong.to_vec(), wrong.to_vec(), vec![right; 26]].concat();
        // (26 / 30)^30 is 1.37 %; four standard deviations of 10,000 draws are 47.
        let undefined = bootstrap(&some, 10_000).unwrap().undefined_draws;
        assert!((137 - 47..=137 + 47).contains(&undefined), "{undefined}");
    }

    #[test]
    fn a_resample_has_the_mean_and_variance_of_a_multinomial() {
        let rare = cluster(1.0, 1.0, 1.0);
        let common = cluster(1.0, 0.0, 1.0);
        // Every baseline guess is wrong, so 1 - NSG is the share of `rare` in the resample.
        let profiles = Profiles::new(&[vec![rare; 9], vec![common; 31]].concat());
        let streams = ChaCha8Rng::seed_from_u64(3);
        let draws = 20_000;
        let shares: Vec<f64> = (0..draws)
            .map(|replicate| {
                let mut rng = streams.clone();
                rng.set_stream(replicate);
                1.0 - resampled_nsg(&profiles, &mut rng).unwrap()
            })
            .collect();
        let n = draws as f64;
        let mean = shares.iter().sum::<f64>() / n;
        let variance = shares.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let p: f64 = 9.0 / 40.0;
        let expected = p * (1.0 - p) / 40.0;
        // Four standard errors of a mean, and of the variance of something close to normal.
        assert!((mean - p).abs() < 4.0 * (expected / n).sqrt(), "{mean}");
        assert!((variance / expected - 1.0).abs() < 4.0 * (2.0 / n).sqrt(), "{variance}");
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
                bootstrap(&clusters, 50)
            };
            let result = of(&errors);
            prop_assert_eq!(result, of(&shuffled));
            if let Ok(Bootstrap { interval, .. }) = result {
                prop_assert!(interval.low <= interval.high && interval.high <= 1.0);
            }
        }
    }
}
