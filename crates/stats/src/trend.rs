//! Trend of a rate across ordered levels, such as confidence low, medium and high.

use std::collections::BTreeMap;

use crate::joint::{JointRows, JointTerm, logistic};
use crate::rates::check;
use crate::{ClusterRate, Dependence, RateEstimate, Test, Undefined, clustered_rate};

/// Observations and events of one cluster at one level.
///
/// # Shapes and units
/// `score` is the place of the level: 0, 1, 2 for low, medium, high, or anything finite in its order.
///
/// # Examples
/// ```
/// use foretell_stats::{ClusterRate, LevelRate};
///
/// let counts = ClusterRate { observations: 3.0, events: 2.0 };
/// let right_when_high = LevelRate { cluster: 4, score: 2.0, counts };
/// assert_eq!(right_when_high.counts.events, 2.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelRate {
    /// Rows of one number depend on each other.
    pub cluster: u32,
    /// Place of the level.
    pub score: f64,
    /// What was counted.
    pub counts: ClusterRate,
}

/// Trend across levels, with the rate at each.
///
/// # Examples
/// ```
/// use foretell_stats::{Undefined, trend};
///
/// let nothing = trend(&[], 0.95);
/// assert_eq!(nothing.cochran_armitage, Err(Undefined::NothingCounted));
/// assert!(nothing.levels.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// Cochran-Armitage z, observations taken as independent.
    pub cochran_armitage: Result<Test, Undefined>,
    /// The same score over its error between clusters, t on `clusters - 1` degrees of freedom.
    pub clustered: Result<Test, Undefined>,
    /// Odds ratio of one step up, from a logistic model with errors robust to clustering.
    pub logistic: JointTerm,
    /// Each level with its rate, ascending.
    pub levels: Vec<(f64, RateEstimate)>,
    /// Clusters with an observation.
    pub clusters: u64,
}

/// Cochran-Armitage trend, plain and robust to clustering, and the logistic slope.
///
/// # Formula
/// ```text
/// p, m = pooled rate, mean score;   u_i = (score_i - m)(y_i - p)
/// z = sum u / sqrt(p (1 - p) sum (score - m)^2)
/// t = sum u / sqrt(K / (K - 1) sum_c (sum of u in c)^2)
/// ```
/// # Shapes and units
/// One element a cluster and level, in any order; rows without observations are ignored. Positive
/// where the rate rises with the score.
/// # Errors
/// Per figure. [`Undefined::NothingCounted`] without observations; [`Undefined::NoVariation`] when
/// there is one level, or the event always or never occurs; `clustered`:
/// [`Undefined::TooFewClusters`] with one cluster. `logistic` as in [`logistic`], rates as in
/// [`clustered_rate`].
/// # Panics
/// If a score is not finite, events exceed observations, or `level` is not strictly between 0 and 1.
/// # Source
/// Armitage (1955); `z` checked against statsmodels, `t` against the score test and `logistic`
/// against the slope of a GEE of statsmodels in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::{ClusterRate, LevelRate, trend};
///
/// let rows: Vec<LevelRate> = (0..30)
///     .map(|cluster| {
///         let (score, events) = (f64::from(cluster % 3), f64::from(cluster % 5 % 3 + cluster % 3));
///         LevelRate { cluster, score, counts: ClusterRate { observations: 4.0, events } }
///     })
///     .collect();
/// let trend = trend(&rows, 0.95);
/// assert!(trend.clustered?.p < 0.01 && trend.logistic.effect? > 1.0);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn trend(rows: &[LevelRate], level: f64) -> Trend {
    crate::quantile::tail(level);
    let rows: Vec<&LevelRate> = rows
        .iter()
        .inspect(|row| {
            check(row.counts.events, row.counts.observations);
            assert!(row.score.is_finite(), "score {} is not finite", row.score);
        })
        .filter(|row| row.counts.observations > 0.0)
        .collect();
    let (cochran_armitage, clustered, clusters) = score_tests(&rows);
    let scores: Vec<f64> = rows.iter().map(|row| row.score).collect();
    let outcomes: Vec<f64> =
        rows.iter().map(|row| (row.counts.events / row.counts.observations).min(1.0)).collect();
    let weights: Vec<f64> = rows.iter().map(|row| row.counts.observations).collect();
    let ids: Vec<u32> = rows.iter().map(|row| row.cluster).collect();
    let dependence = &Dependence::clustered(&ids);
    let model = logistic(
        JointRows { features: &[&scores], outcomes: &outcomes, weights: &weights, dependence },
        level,
    );
    Trend {
        cochran_armitage,
        clustered,
        logistic: model.terms[0],
        levels: levels(&rows, level),
        clusters,
    }
}

type Tested = Result<Test, Undefined>;

fn score_tests(rows: &[&LevelRate]) -> (Tested, Tested, u64) {
    let sum = |value: &dyn Fn(&LevelRate) -> f64| rows.iter().map(|row| value(row)).sum::<f64>();
    let n = sum(&|row| row.counts.observations);
    let mean = sum(&|row| row.score * row.counts.observations) / n;
    let rate = sum(&|row| row.counts.events) / n;
    let mut clusters: BTreeMap<u32, f64> = BTreeMap::new();
    for row in rows {
        *clusters.entry(row.cluster).or_default() +=
            (row.score - mean) * (row.counts.events - rate * row.counts.observations);
    }
    let k = clusters.len() as f64;
    let levels_differ = rows.iter().any(|row| row.score != rows[0].score);
    let reason = match rows.first() {
        None => Some(Undefined::NothingCounted),
        Some(_) if !levels_differ || rate <= 0.0 || rate >= 1.0 => Some(Undefined::NoVariation),
        Some(_) => None,
    };
    if let Some(reason) = reason {
        return (Err(reason), Err(reason), clusters.len() as u64);
    }
    let score: f64 = clusters.values().sum();
    let spread = sum(&|row| row.counts.observations * (row.score - mean).powi(2));
    let plain = Test::z(score / (rate * (1.0 - rate) * spread).sqrt());
    let squares: f64 = clusters.values().map(|u| u * u).sum();
    let clustered = if clusters.len() < 2 {
        Err(Undefined::TooFewClusters)
    } else if squares <= 1e-24 * spread * n {
        Err(Undefined::NoVariation)
    } else {
        Ok(Test::t(score / (k / (k - 1.0) * squares).sqrt(), k - 1.0))
    };
    (Ok(plain), clustered, clusters.len() as u64)
}

fn levels(rows: &[&LevelRate], level: f64) -> Vec<(f64, RateEstimate)> {
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score).then(a.cluster.cmp(&b.cluster)));
    sorted
        .chunk_by(|a, b| a.score == b.score)
        .map(|rows| {
            let mut clusters: BTreeMap<u32, ClusterRate> = BTreeMap::new();
            for row in rows {
                let cluster = clusters.entry(row.cluster).or_default();
                cluster.observations += row.counts.observations;
                cluster.events += row.counts.events;
            }
            let clusters: Vec<ClusterRate> = clusters.into_values().collect();
            // Adding zero makes the two zeros of a score one.
            (rows[0].score + 0.0, clustered_rate(&clusters, level))
        })
        .collect()
}
