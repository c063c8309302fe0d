//! Percentile bootstrap of any statistic of clusters, for measures without a formula of their own.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::bca::MOST_UNDEFINED;
use crate::quantile::{linear_quantile, tail};
use crate::{Bootstrap, Interval, Undefined};

/// Percentile interval of a statistic over resampled clusters.
///
/// # Formula
/// ```text
/// draw r:  clusters drawn with replacement, `statistic` of how often each was drawn
/// limits = quantiles (1 - level) / 2 and (1 + level) / 2 of the defined draws
/// ```
/// Draw `r` takes its numbers from stream `r` of ChaCha8 under `seed`, so it is the same whichever
/// draws run before or beside it. For NSG prefer [`nsg_bootstrap`](crate::nsg_bootstrap), whose cost
/// follows the distinct clusters.
///
/// # Shapes and units
/// `statistic` receives one multiplicity a cluster (their sum is `clusters`) and must treat it as a
/// weight; it is first called with ones. Cost: `draws` times the clusters and the statistic.
/// # Errors
/// [`Undefined::NothingCounted`] without clusters, [`Undefined::TooFewClusters`] with one; the reason
/// of `statistic` on the clusters themselves; [`Undefined::NoDraws`]; [`Undefined::TooFewDraws`] when
/// it is undefined in more than 5 % of the draws; [`Undefined::NoVariation`] when every draw gives
/// the same.
/// # Panics
/// If `level` is not strictly between 0 and 1, or the statistic is not a number.
/// # Source
/// Davison and Hinkley (1997), section 3.8.
/// # Examples
/// ```
/// use foretell_stats::{Undefined, bootstrap_clusters};
///
/// let values: Vec<f64> = (0..50).map(f64::from).collect();
/// let mean = |times: &[u32]| {
///     Ok(values.iter().zip(times).map(|(v, t)| v * f64::from(*t)).sum::<f64>() / 50.0)
/// };
/// let bootstrap = bootstrap_clusters(values.len(), 500, 7, 0.95, mean)?;
/// assert!(bootstrap.interval.contains(24.5));
/// # Ok::<(), Undefined>(())
/// ```
pub fn bootstrap_clusters(
    clusters: usize,
    draws: u32,
    seed: u64,
    level: f64,
    statistic: impl Fn(&[u32]) -> Result<f64, Undefined>,
) -> Result<Bootstrap, Undefined> {
    let tail = tail(level);
    match clusters {
        0 => return Err(Undefined::NothingCounted),
        1 => return Err(Undefined::TooFewClusters),
        _ => {}
    }
    statistic(&vec![1; clusters])?;
    if draws == 0 {
        return Err(Undefined::NoDraws);
    }
    let streams = ChaCha8Rng::seed_from_u64(seed);
    let mut times = vec![0_u32; clusters];
    let mut values: Vec<f64> = (0..draws)
        .filter_map(|replicate| {
            let mut rng = streams.clone();
            rng.set_stream(u64::from(replicate));
            times.fill(0);
            for _ in 0..clusters {
                times[rng.random_range(0..clusters)] += 1;
            }
            statistic(&times).ok()
        })
        .collect();
    assert!(values.iter().all(|value| !value.is_nan()), "a statistic is not a number");
    let undefined_draws = draws - values.len() as u32;
    if values.is_empty() || f64::from(undefined_draws) > MOST_UNDEFINED * f64::from(draws) {
        return Err(Undefined::TooFewDraws);
    }
    values.sort_unstable_by(f64::total_cmp);
    if draws > 1 && values[0] == values[values.len() - 1] {
        return Err(Undefined::NoVariation);
    }
    let interval = Interval {
        low: linear_quantile(&values, tail),
        high: linear_quantile(&values, 1.0 - tail),
    };
    Ok(Bootstrap { interval, draws, undefined_draws })
}
