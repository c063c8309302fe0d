//! Intervals of confusion measures over clusters: by the delta method, and by bootstrap.

use crate::quantile::{student_t, tail};
use crate::{Bootstrap, Confusion, Interval, Undefined, bootstrap_clusters};

/// A measure of [`Confusion`], such as [`Confusion::phi`].
///
/// # Examples
/// ```
/// use foretell_stats::{Confusion, ConfusionMeasure};
///
/// let measures: [ConfusionMeasure; 2] = [Confusion::recall, Confusion::g_mean];
/// assert!(measures.iter().all(|measure| measure(&Confusion::default()).is_err()));
/// ```
pub type ConfusionMeasure = fn(&Confusion) -> Result<f64, Undefined>;

/// A confusion measure with its uncertainty and counts.
///
/// # Examples
/// ```
/// use foretell_stats::{Confusion, Undefined, confusion_clustered};
///
/// let cluster = Confusion { true_positive: 1.0, false_positive: 1.0, ..Confusion::default() };
/// let estimate = confusion_clustered(&[cluster; 5], Confusion::precision, 0.95);
/// assert_eq!((estimate.value, estimate.se), (Ok(0.5), Err(Undefined::NoVariation)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConfusionEstimate {
    /// The measure of the sums.
    pub value: Result<f64, Undefined>,
    /// Standard error, robust to clustering, without a small-sample factor.
    pub se: Result<f64, Undefined>,
    /// Confidence interval, with the small-sample factor, within `[-1, 1]`.
    pub interval: Result<Interval, Undefined>,
    /// Sums over all clusters.
    pub counts: Confusion,
    /// Clusters with a count.
    pub clusters: u64,
}

/// Any confusion measure over clusters, with a delta-method interval.
///
/// # Formula
/// ```text
/// f of the sums;  g = gradient of f, by differences;  se^2 = sum_c (g . counts_c)^2
/// limits = f -+ t se sqrt(K / (K - 1))         t on K - 1 degrees of freedom
/// ```
/// Twice the counts leave a measure as it is, so its influences have mean zero without centring. For
/// a single share (precision, recall, specificity) near 0 or 1 prefer
/// [`clustered_rate`](crate::clustered_rate), whose interval is Wilson's.
///
/// # Shapes and units
/// One element a cluster, in any order; clusters without counts are ignored. Cost: one pass.
/// # Errors
/// Per figure. The reason of the measure; `se` and `interval`: [`Undefined::TooFewClusters`] with one
/// cluster, [`Undefined::NoVariation`] where the clusters do not differ or the measure has no
/// gradient (a g-mean of 0).
/// # Panics
/// If a count is negative or not finite, or `level` is not strictly between 0 and 1.
/// # Source
/// Davison and Hinkley (1997), section 2.7; the error of phi checked against the influence function of
/// a correlation over single observations in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::{Confusion, confusion_clustered};
///
/// let right = Confusion { true_positive: 2.0, true_negative: 2.0, ..Confusion::default() };
/// let wrong = Confusion { false_positive: 1.0, false_negative: 1.0, ..Confusion::default() };
/// let estimate = confusion_clustered(&[[right; 20], [wrong; 20]].concat(), Confusion::phi, 0.95);
/// assert!(estimate.interval?.contains(1.0 / 3.0));
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn confusion_clustered(
    clusters: &[Confusion],
    measure: ConfusionMeasure,
    level: f64,
) -> ConfusionEstimate {
    tail(level);
    let counts = clusters.iter().fold(Confusion::default(), |sum, cluster| sum + *cluster);
    let observed = clusters.iter().filter(|cluster| cluster.total() > 0.0).count() as u64;
    let value = measure(&counts);
    let se = value.and_then(|_| {
        if observed < 2 {
            return Err(Undefined::TooFewClusters);
        }
        let gradient = gradient(&counts, measure).ok_or(Undefined::NoVariation)?;
        let influence = |cluster: &Confusion| {
            gradient.iter().zip(cells(cluster)).map(|(g, count)| g * count).sum::<f64>()
        };
        let se = clusters.iter().map(|cluster| influence(cluster).powi(2)).sum::<f64>().sqrt();
        // What differences leave of a gradient of nothing.
        if se > 1e-9 { Ok(se) } else { Err(Undefined::NoVariation) }
    });
    let k = observed as f64;
    let interval = value.and_then(|value| {
        se.map(|se| {
            let half = student_t(level, k - 1.0) * se * (k / (k - 1.0)).sqrt();
            Interval { low: (value - half).max(-1.0), high: (value + half).min(1.0) }
        })
    });
    ConfusionEstimate { value, se, interval, counts, clusters: observed }
}

fn cells(counts: &Confusion) -> [f64; 4] {
    [counts.true_positive, counts.false_positive, counts.false_negative, counts.true_negative]
}

/// Slopes of the measure in the four counts, if it has them.
fn gradient(counts: &Confusion, measure: ConfusionMeasure) -> Option<[f64; 4]> {
    let total = counts.total();
    // In shares, so that one step suits all sizes; the error of the formula is of fourth order.
    let shares = counts.times(1.0 / total);
    let step: f64 = 1e-3;
    let least = cells(&shares).into_iter().filter(|share| *share > 0.0).fold(1.0, f64::min);
    let mut gradient = [0.0; 4];
    for (cell, slope) in gradient.iter_mut().enumerate() {
        let at = |moved: f64| {
            let mut cells = cells(&shares);
            cells[cell] += moved;
            let [true_positive, false_positive, false_negative, true_negative] = cells;
            measure(&Confusion { true_positive, false_positive, false_negative, true_negative })
                .ok()
        };
        // Central where the count allows, in steps that shrink with it; forward from an empty
        // cell, in steps that the smallest of the others bounds.
        let share = cells(&shares)[cell];
        *slope = if share > 0.0 {
            let h = step.min(share / 8.0);
            (8.0 * (at(h)? - at(-h)?) - (at(2.0 * h)? - at(-2.0 * h)?)) / (12.0 * h)
        } else {
            let h = step.min(least) / 32.0;
            let [f0, f1, f2, f3, f4] = [at(0.0)?, at(h)?, at(2.0 * h)?, at(3.0 * h)?, at(4.0 * h)?];
            (-25.0 * f0 + 48.0 * f1 - 36.0 * f2 + 16.0 * f3 - 3.0 * f4) / (12.0 * h)
        } / total;
    }
    gradient.iter().all(|slope| slope.is_finite()).then_some(gradient)
}

/// Percentile interval of any confusion measure, from resampled clusters.
///
/// # Shapes and units
/// One element a cluster; the order decides which cluster a draw takes, so it must be a fixed one.
/// # Errors
/// As [`bootstrap_clusters`], and the reason of the measure itself where it is undefined.
/// # Panics
/// If `level` is not strictly between 0 and 1.
/// # Examples
/// ```
/// use foretell_stats::{Confusion, confusion_bootstrap};
///
/// let right = Confusion { true_positive: 2.0, true_negative: 2.0, ..Confusion::default() };
/// let wrong = Confusion { false_positive: 1.0, false_negative: 1.0, ..Confusion::default() };
/// let clusters = [[right; 20], [wrong; 20]].concat();
/// let bootstrap = confusion_bootstrap(&clusters, Confusion::phi, 500, 7, 0.95)?;
/// assert!(bootstrap.interval.contains(1.0 / 3.0));
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn confusion_bootstrap(
    clusters: &[Confusion],
    measure: ConfusionMeasure,
    draws: u32,
    seed: u64,
    level: f64,
) -> Result<Bootstrap, Undefined> {
    bootstrap_clusters(clusters.len(), draws, seed, level, |multiplicities| {
        let mut sum = Confusion::default();
        for (cluster, &times) in clusters.iter().zip(multiplicities).filter(|(_, t)| **t > 0) {
            sum = sum + cluster.times(f64::from(times));
        }
        measure(&sum)
    })
}
