//! Leaving out one cluster at a time: bias, standard error and skewness without a formula.

use crate::quantile::student_t;
use crate::sums::add;
use crate::{Interval, SumProfiles, Undefined};

/// What leaving out each cluster in turn says about a statistic.
///
/// # Shapes and units
/// `value`, `bias` and `se` in the unit of the statistic; `value - bias` is the estimate with its
/// leading bias removed. `acceleration` has no unit.
///
/// # Examples
/// ```
/// use foretell_stats::{SumProfiles, jackknife};
///
/// // The jackknife of a mean is the textbook: no bias, s / sqrt(n).
/// let clusters = SumProfiles::new(&[[1.0, 1.0], [2.0, 1.0], [6.0, 1.0]]);
/// let mean = jackknife(&clusters, |&[sum, n]| (n > 0.0).then(|| sum / n))?;
/// assert!(mean.bias.abs() < 1e-12 && (mean.se - (7.0_f64 / 3.0).sqrt()).abs() < 1e-12);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jackknife {
    /// The statistic of all clusters.
    pub value: f64,
    /// Estimated bias of `value`.
    pub bias: f64,
    /// Jackknife standard error.
    pub se: f64,
    /// How fast the standard error changes with the truth, for BCa limits.
    pub acceleration: f64,
}

impl Jackknife {
    /// Symmetric interval around the statistic itself.
    ///
    /// # Formula
    /// ```text
    /// value -+ t se        t on K - 1 degrees of freedom, K = clusters
    /// ```
    /// # Panics
    /// If `level` is not strictly between 0 and 1, or there are fewer than two clusters.
    /// # Source
    /// Efron and Tibshirani (1993), chapter 11; coverage in `docs/calibration.md`.
    /// # Examples
    /// ```
    /// # use foretell_stats::{SumProfiles, jackknife};
    /// let clusters = SumProfiles::new(&[[1.0, 1.0], [2.0, 1.0], [6.0, 1.0]]);
    /// let mean = jackknife(&clusters, |&[sum, n]| (n > 0.0).then(|| sum / n))?;
    /// let interval = mean.interval(3, 0.95);
    /// assert!((interval.high - 3.0 - 4.302_653 * mean.se).abs() < 1e-5);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn interval(&self, clusters: u64, level: f64) -> Interval {
        assert!(clusters >= 2, "a standard error takes two clusters, not {clusters}");
        let reach = student_t(level, clusters as f64 - 1.0) * self.se;
        Interval { low: self.value - reach, high: self.value + reach }
    }
}

/// Jackknife over clusters.
///
/// # Formula
/// ```text
/// v_c = statistic without cluster c,  v. = mean of the v_c over K clusters
/// bias         = (K - 1) (v. - value)
/// se^2         = (K - 1) / K * sum (v_c - v.)^2
/// acceleration = sum u_c^3 / (6 (sum u_c^2)^1.5)     u_c = v. - v_c
/// ```
/// # Shapes and units
/// `statistic` maps totals of cluster sums to a figure, or to nothing where there is none. It is
/// called once for each distinct profile.
/// # Errors
/// [`Undefined::TooFewClusters`] for fewer than two clusters, [`Undefined::NoStatistic`] if the
/// statistic of all does not exist, [`Undefined::LeaveOneOut`] if one without a cluster does not,
/// [`Undefined::NoSpread`] if none differs from another.
/// # Source
/// Efron and Tibshirani (1993), chapters 11 and 14; checked against
/// `testdata/stats/resampling.json`.
/// # Examples
/// ```
/// use foretell_stats::{SumProfiles, jackknife};
///
/// let clusters = [[3.0, 4.0], [1.0, 4.0], [2.0, 3.0], [0.0, 1.0], [2.0, 5.0]];
/// let nsg = |&[w, o]: &[f64; 2]| (o > 0.0).then(|| 1.0 - w / o);
/// let jackknife = jackknife(&SumProfiles::new(&clusters), nsg)?;
/// assert!(jackknife.bias.abs() < 0.1 * jackknife.se);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn jackknife<const N: usize>(
    profiles: &SumProfiles<N>,
    statistic: impl Fn(&[f64; N]) -> Option<f64>,
) -> Result<Jackknife, Undefined> {
    let k = profiles.clusters() as f64;
    let figure = |sums: &[f64; N]| statistic(sums).filter(|figure| figure.is_finite());
    let value = figure(&profiles.totals()).ok_or(Undefined::NoStatistic)?;
    if profiles.clusters() < 2 {
        return Err(Undefined::TooFewClusters);
    }
    let without: Vec<(f64, f64)> = left_out(profiles)
        .iter()
        .zip(profiles.rows())
        .map(|(sums, (_, times))| figure(sums).map(|v| (v, *times as f64)))
        .collect::<Option<_>>()
        .ok_or(Undefined::LeaveOneOut)?;
    let mean = without.iter().map(|(v, times)| times * v).sum::<f64>() / k;
    let power = |p: i32| without.iter().map(|(v, times)| times * (mean - v).powi(p)).sum::<f64>();
    let squares = power(2);
    // Rounding of figures of this size, squared.
    let size = without.iter().fold(0.0_f64, |most, (v, _)| most.max(v.abs()));
    if squares <= k * (1e-14 * size).powi(2) {
        return Err(Undefined::NoSpread);
    }
    Ok(Jackknife {
        value,
        bias: (k - 1.0) * (mean - value),
        se: ((k - 1.0) / k * squares).sqrt(),
        acceleration: power(3) / (6.0 * squares.powf(1.5)),
    })
}

/// Totals without one cluster of each profile.
///
/// By sums from both ends, not by subtraction: where all others are 0 the rest is 0, not rounding.
fn left_out<const N: usize>(profiles: &SumProfiles<N>) -> Vec<[f64; N]> {
    let rows = profiles.rows();
    let mut before = [0.0; N];
    let mut sums: Vec<[f64; N]> = Vec::with_capacity(rows.len());
    for (row, times) in rows {
        let mut rest = before;
        add(&mut rest, row, (times - 1) as f64);
        sums.push(rest);
        add(&mut before, row, *times as f64);
    }
    let mut after = [0.0; N];
    for (rest, (row, times)) in sums.iter_mut().zip(rows).rev() {
        add(rest, &after, 1.0);
        add(&mut after, row, *times as f64);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nsg(sums: &[f64; 2]) -> Option<f64> {
        (sums[1] > 0.0).then(|| 1.0 - sums[0] / sums[1])
    }

    #[test]
    fn what_is_left_is_the_sum_of_the_others() {
        let profiles = SumProfiles::new(&[[1.0, 2.0], [1.0, 2.0], [0.0, 5.0], [3.0, 1.0]]);
        assert_eq!(left_out(&profiles), [[5.0, 5.0], [4.0, 8.0], [2.0, 9.0]]);
    }

    #[test]
    fn a_cluster_that_holds_all_headroom_cannot_be_left_out() {
        let third = 1.0 / 3.0;
        let profiles = SumProfiles::new(&[[third, third], [0.1, 0.0], [0.2, 0.0]]);
        assert_eq!(jackknife(&profiles, nsg), Err(Undefined::LeaveOneOut));
    }

    #[test]
    fn reasons_come_before_figures() {
        let of = |clusters: &[[f64; 2]]| jackknife(&SumProfiles::new(clusters), nsg);
        assert_eq!(of(&[]), Err(Undefined::NoStatistic));
        assert_eq!(of(&[[1.0, 2.0]]), Err(Undefined::TooFewClusters));
        assert_eq!(of(&[[0.1, 0.3]; 7]), Err(Undefined::NoSpread));
    }
}
