//! Percentile and BCa limits of any statistic of cluster sums.

use std::ops::Range;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::quantile::{linear_quantile, tail};
use crate::resample::Resampler;
use crate::tails::{normal_cdf, normal_quantile};
use crate::{Bootstrap, Interval, Profiles, SumProfiles, Undefined, jackknife};

/// Largest share of draws without a figure that still leaves an interval.
///
/// A percentile interval of 95 % cuts 5 % off; with more than that missing, the limits would say
/// more about which draws were lost than about the estimate.
pub(crate) const MOST_UNDEFINED: f64 = 0.05;

/// Figures of resampled clusters, sorted.
///
/// # Shapes and units
/// Figures in the unit of the statistic; draws without one are counted, not kept.
///
/// # Examples
/// ```
/// use foretell_stats::{SumProfiles, bootstrap};
///
/// let clusters = SumProfiles::new(&[[1.0], [0.0], [1.0], [1.0]]);
/// let draws = bootstrap(&clusters, |&[sum]| Some(sum / 4.0), 1_000, 7);
/// assert_eq!((draws.draws(), draws.undefined()), (1_000, 0));
/// assert!(draws.percentile(0.9)?.interval.contains(0.75));
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BootstrapDraws {
    sorted: Vec<f64>,
    draws: u32,
}

/// A BCa interval, or the percentile interval with the reason why it stands in.
///
/// # Shapes and units
/// Limits in the unit of the statistic; `bias_correction` and `acceleration` have none.
///
/// # Examples
/// ```
/// use foretell_stats::{BcaFallback, SumProfiles, bca, bootstrap};
///
/// let clusters = SumProfiles::new(&[[0.0], [0.0], [0.0], [9.0]]);
/// // Without the last cluster there is no figure, so there is no acceleration.
/// let log = |&[sum]: &[f64; 1]| (sum > 0.0).then(|| sum.ln());
/// let interval = bca(&clusters, log, &bootstrap(&clusters, log, 99, 1), 0.95);
/// // More than a twentieth of the draws lack that cluster as well.
/// assert!(interval.is_err());
/// assert_eq!(BcaFallback::LeaveOneOut.to_string(), "without one of the clusters there is no figure");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BcaInterval {
    /// The limits to use.
    pub interval: Interval,
    /// Percentile limits of the same draws.
    pub percentile: Interval,
    /// Normal quantile of the share of draws below the estimate; 0 where the estimate is their
    /// median, none where it cannot be computed.
    pub bias_correction: Option<f64>,
    /// From the jackknife; none where it cannot be computed.
    pub acceleration: Option<f64>,
    /// Why `interval` is the percentile one.
    pub fallback: Option<BcaFallback>,
    /// Resamples drawn.
    pub draws: u32,
    /// Resamples without a figure.
    pub undefined_draws: u32,
}

/// Why a BCa interval fell back on percentiles.
///
/// # Examples
/// ```
/// use foretell_stats::BcaFallback;
///
/// assert_eq!(BcaFallback::OneSided.to_string(), "all draws lie on one side of the estimate");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BcaFallback {
    /// No draw below the estimate, or none above: the bias correction is infinite.
    #[error("all draws lie on one side of the estimate")]
    OneSided,
    /// The jackknife needs the figure without each of the clusters.
    #[error("without one of the clusters there is no figure")]
    LeaveOneOut,
    /// Leaving out clusters changes nothing, or fewer than two are there to leave out.
    #[error("leaving out a cluster changes nothing")]
    NoSpread,
    /// The correction would turn the order of the limits.
    #[error("the acceleration is too large for these limits")]
    TooSkewed,
}

/// Statistic of resampled clusters.
///
/// # Formula
/// ```text
/// draw r:  n ~ Multinomial(K, multiplicity / K)       K clusters over the distinct profiles
///          figure_r = statistic(sum_j n_j sums_j)
/// ```
/// Draw `r` takes its numbers from stream `r` of ChaCha8 under `seed`, so it is the same whichever
/// draws run before or beside it, and the same for every statistic of the same clusters.
///
/// # Shapes and units
/// `statistic` maps totals to a figure, or to nothing where there is none (a figure that is not
/// finite counts as none). For a paired difference a cluster holds the sums of both arms, and the
/// statistic is the difference. Cost: one binomial for a profile of 40 clusters and more, else one
/// random number a cluster.
/// # Source
/// Davison and Hinkley (1997), section 3.8; checked against `testdata/stats/resampling.json`.
/// # Examples
/// ```
/// use foretell_stats::{SumProfiles, bootstrap};
///
/// // Errors of two models and of the baseline, on the same clusters.
/// let clusters = SumProfiles::new(&[[1.0, 2.0, 3.0], [0.0, 0.0, 1.0], [2.0, 3.0, 3.0]].repeat(9));
/// let difference = |&[a, b, base]: &[f64; 3]| (base > 0.0).then(|| (b - a) / base);
/// let draws = bootstrap(&clusters, difference, 2_000, 7);
/// assert!(!draws.percentile(0.95)?.interval.contains(0.0));
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn bootstrap<const N: usize>(
    profiles: &SumProfiles<N>,
    statistic: impl Fn(&[f64; N]) -> Option<f64>,
    draws: u32,
    seed: u64,
) -> BootstrapDraws {
    bootstrap_range(profiles, statistic, 0..draws, seed)
}

/// Some of the draws of [`bootstrap`], to be [joined](BootstrapDraws::join) with the others.
///
/// # Shapes and units
/// Numbers of the draws: `0..500` and `500..1000` on two threads are `bootstrap` with 1,000 draws.
/// # Source
/// As [`bootstrap`].
/// # Examples
/// ```
/// use foretell_stats::{SumProfiles, bootstrap, bootstrap_range};
///
/// let clusters = SumProfiles::new(&[[1.0], [0.0], [4.0]]);
/// let sum = |&[sum]: &[f64; 1]| Some(sum);
/// let (one, other) = (bootstrap_range(&clusters, sum, 0..50, 7), bootstrap_range(&clusters, sum, 50..99, 7));
/// assert_eq!(one.join(other), bootstrap(&clusters, sum, 99, 7));
/// ```
pub fn bootstrap_range<const N: usize>(
    profiles: &SumProfiles<N>,
    statistic: impl Fn(&[f64; N]) -> Option<f64>,
    draws: Range<u32>,
    seed: u64,
) -> BootstrapDraws {
    let resampler = Resampler::new(profiles);
    let streams = ChaCha8Rng::seed_from_u64(seed);
    let number = draws.len() as u32;
    let mut sorted: Vec<f64> = draws
        .filter_map(|replicate| {
            let mut rng = streams.clone();
            rng.set_stream(u64::from(replicate));
            statistic(&resampler.draw(&mut rng)).filter(|figure| figure.is_finite())
        })
        .collect();
    sorted.sort_unstable_by(f64::total_cmp);
    BootstrapDraws { sorted, draws: number }
}

impl BootstrapDraws {
    /// Resamples drawn.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::{SumProfiles, bootstrap};
    /// assert_eq!(bootstrap(&SumProfiles::new(&[[1.0]]), |_| None, 9, 1).draws(), 9);
    /// ```
    pub fn draws(&self) -> u32 {
        self.draws
    }

    /// Resamples without a figure.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::{SumProfiles, bootstrap};
    /// assert_eq!(bootstrap(&SumProfiles::new(&[[1.0]]), |_| None, 9, 1).undefined(), 9);
    /// ```
    pub fn undefined(&self) -> u32 {
        self.draws - self.sorted.len() as u32
    }

    /// Figures of the draws that have one, ascending.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::{SumProfiles, bootstrap};
    /// let draws = bootstrap(&SumProfiles::new(&[[2.0]]), |&[sum]| Some(sum), 3, 1);
    /// assert_eq!(draws.figures(), [2.0, 2.0, 2.0]);
    /// ```
    pub fn figures(&self) -> &[f64] {
        &self.sorted
    }

    /// These draws and others of the same bootstrap.
    ///
    /// # Examples
    /// As [`bootstrap_range`].
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.sorted.extend(other.sorted);
        self.sorted.sort_unstable_by(f64::total_cmp);
        self.draws += other.draws;
        self
    }

    /// Percentile interval.
    ///
    /// # Formula
    /// ```text
    /// quantiles (1 - level) / 2 and (1 + level) / 2, linear between order statistics
    /// ```
    /// # Errors
    /// [`Undefined::TooFewDraws`] if there is none, or more than 5 % have no figure.
    /// # Panics
    /// If `level` is not strictly between 0 and 1.
    /// # Source
    /// Efron and Tibshirani (1993), chapter 13; checked against `testdata/stats/nsg.json`.
    /// # Examples
    /// ```
    /// # use foretell_stats::{SumProfiles, Undefined, bootstrap};
    /// let none = bootstrap(&SumProfiles::new(&[[1.0]]), |_| None, 9, 1);
    /// assert_eq!(none.percentile(0.95), Err(Undefined::TooFewDraws));
    /// ```
    pub fn percentile(&self, level: f64) -> Result<Bootstrap, Undefined> {
        let tail = tail(level);
        let undefined_draws = self.undefined();
        let most = MOST_UNDEFINED * f64::from(self.draws);
        if self.sorted.is_empty() || f64::from(undefined_draws) > most {
            return Err(Undefined::TooFewDraws);
        }
        let interval = self.between(tail, 1.0 - tail);
        Ok(Bootstrap { interval, draws: self.draws, undefined_draws })
    }

    fn between(&self, low: f64, high: f64) -> Interval {
        let quantile = |p| linear_quantile(&self.sorted, p);
        Interval { low: quantile(low), high: quantile(high) }
    }

    /// Share of draws below a figure, those equal to it counted half.
    fn below(&self, figure: f64) -> f64 {
        let less = self.sorted.partition_point(|draw| *draw < figure);
        let up_to = self.sorted.partition_point(|draw| *draw <= figure);
        (less + up_to) as f64 / (2.0 * self.sorted.len() as f64)
    }
}

/// Bias-corrected and accelerated (BCa) interval.
///
/// # Formula
/// ```text
/// z0 = normal quantile of the share of draws below the estimate (equal ones counted half)
/// a  = acceleration of the jackknife over clusters
/// limits = quantiles Phi(z0 + (z0 + z) / (1 - a (z0 + z))) of the draws, z = quantiles of level
/// ```
/// # Shapes and units
/// `draws` from [`bootstrap`] with the same clusters and statistic.
/// # Errors
/// [`Undefined::TooFewDraws`] as [`BootstrapDraws::percentile`], [`Undefined::NoStatistic`] if the
/// statistic of all clusters does not exist. Where the corrections cannot be computed the interval
/// is the percentile one, with its reason in `fallback`.
/// # Panics
/// If `level` is not strictly between 0 and 1.
/// # Source
/// Efron (1987); checked against scipy and arch in `testdata/stats/resampling.json`.
/// # Examples
/// ```
/// use foretell_stats::{SumProfiles, bca, bootstrap};
///
/// let clusters = SumProfiles::new(&[[0.0, 1.0], [1.0, 2.0], [5.0, 6.0], [0.0, 3.0]].repeat(5));
/// let nsg = |&[w, o]: &[f64; 2]| (o > 0.0).then(|| 1.0 - w / o);
/// let interval = bca(&clusters, nsg, &bootstrap(&clusters, nsg, 2_000, 7), 0.95)?;
/// assert!(interval.fallback.is_none() && interval.interval.contains(0.5));
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn bca<const N: usize>(
    profiles: &SumProfiles<N>,
    statistic: impl Fn(&[f64; N]) -> Option<f64>,
    draws: &BootstrapDraws,
    level: f64,
) -> Result<BcaInterval, Undefined> {
    let Bootstrap { interval: percentile, draws: number, undefined_draws } =
        draws.percentile(level)?;
    let value = statistic(&profiles.totals()).filter(|figure| figure.is_finite());
    let value = value.ok_or(Undefined::NoStatistic)?;
    let bias_correction = Some(normal_quantile(draws.below(value))).filter(|z| z.is_finite());
    let acceleration = match jackknife(profiles, statistic) {
        Ok(jackknife) => Ok(jackknife.acceleration),
        Err(Undefined::LeaveOneOut) => Err(BcaFallback::LeaveOneOut),
        Err(_) => Err(BcaFallback::NoSpread),
    };
    let corrected = bias_correction.ok_or(BcaFallback::OneSided).and_then(|z0| {
        let a = acceleration?;
        let tail = tail(level);
        let [low, high] = [tail, 1.0 - tail].map(|p| corrected_probability(p, z0, a));
        let (low, high) =
            low.zip(high).filter(|(low, high)| low < high).ok_or(BcaFallback::TooSkewed)?;
        Ok(draws.between(low, high))
    });
    Ok(BcaInterval {
        interval: corrected.unwrap_or(percentile),
        percentile,
        bias_correction,
        acceleration: acceleration.ok(),
        fallback: corrected.err(),
        draws: number,
        undefined_draws,
    })
}

/// Which quantile stands for `probability` once bias and acceleration are accounted for.
fn corrected_probability(probability: f64, z0: f64, a: f64) -> Option<f64> {
    let z = z0 + normal_quantile(probability);
    let shrink = 1.0 - a * z;
    (shrink > 0.0).then(|| normal_cdf(z0 + z / shrink))
}

/// BCa interval of the NSG.
///
/// # Formula
/// As [`bca`], of `1 - W / O`.
/// # Shapes and units
/// As [`nsg_bootstrap`](crate::nsg_bootstrap), with the same draws.
/// # Errors
/// As [`nsg_bootstrap`](crate::nsg_bootstrap).
/// # Panics
/// If `level` is not strictly between 0 and 1.
/// # Source
/// As [`bca`].
/// # Examples
/// ```
/// use foretell_stats::{ClusterErrors, Profiles, nsg_bca};
///
/// let helped = ClusterErrors { observations: 4.0, treated: 1.0, baseline: 3.0 };
/// let not_helped = ClusterErrors { observations: 4.0, treated: 2.0, baseline: 2.0 };
/// let profiles = Profiles::new(&[[helped; 20], [not_helped; 20]].concat());
/// assert!(nsg_bca(&profiles, 2_000, 7, 0.95)?.interval.contains(0.4));
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn nsg_bca(
    profiles: &Profiles,
    draws: u32,
    seed: u64,
    level: f64,
) -> Result<BcaInterval, Undefined> {
    tail(level);
    profiles.totals_with_variance()?;
    let sums = SumProfiles::from(profiles);
    let draws = bootstrap(&sums, nsg_of_totals, draws, seed);
    bca(&sums, nsg_of_totals, &draws, level)
}

/// NSG of observations, errors treated and errors baseline, if the baseline makes an error.
pub(crate) fn nsg_of_totals(&[_, treated, baseline]: &[f64; 3]) -> Option<f64> {
    (baseline > 0.0).then(|| 1.0 - treated / baseline)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(&[sum, n]: &[f64; 2]) -> Option<f64> {
        (n > 0.0).then(|| sum / n)
    }

    #[test]
    fn without_skew_or_bias_the_percentiles_stand() {
        let p = corrected_probability(0.025, 0.0, 0.0).unwrap();
        // The normal distribution function of statrs has eleven digits.
        assert!((p - 0.025).abs() < 1e-10);
        assert_eq!(corrected_probability(0.999, 1.0, 0.5), None);
    }

    #[test]
    fn draws_on_one_side_fall_back_with_the_reason() {
        let clusters = SumProfiles::new(&[[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]]);
        // The largest mean of all, whatever is drawn.
        let capped = |sums: &[f64; 2]| mean(sums).map(|m| if m == 7.0 / 3.0 { 9.0 } else { m });
        let draws = bootstrap(&clusters, |sums| mean(sums).map(|m| m.min(4.0)), 500, 1);
        let interval = bca(&clusters, capped, &draws, 0.9).unwrap();
        assert_eq!(interval.fallback, Some(BcaFallback::OneSided));
        assert_eq!(interval.interval, interval.percentile);
        assert_eq!(interval.bias_correction, None);
    }

    #[test]
    fn clusters_that_all_say_the_same_fall_back_too() {
        let clusters = SumProfiles::new(&[[1.0, 2.0]; 30]);
        let interval = bca(&clusters, mean, &bootstrap(&clusters, mean, 100, 1), 0.9).unwrap();
        assert_eq!(interval.fallback, Some(BcaFallback::NoSpread));
    }

    #[test]
    fn a_cluster_without_which_there_is_no_figure_falls_back() {
        let clusters = [vec![[1.0, 0.0]; 3], vec![[1.0, 1.0]; 1]].concat();
        let clusters = SumProfiles::new(&clusters);
        let draws = bootstrap(&clusters, |&[sum, _]| Some(sum), 100, 1);
        let interval = bca(&clusters, mean, &draws, 0.9).unwrap();
        assert_eq!(interval.fallback, Some(BcaFallback::LeaveOneOut));
    }

    #[test]
    fn draws_below_count_ties_half() {
        let draws = BootstrapDraws { sorted: vec![1.0, 2.0, 2.0, 3.0], draws: 4 };
        assert_eq!([0.0, 2.0, 2.5, 9.0].map(|x| draws.below(x)), [0.0, 0.5, 0.75, 1.0]);
    }
}
