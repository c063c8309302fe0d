//! Trend of a rate across ordered levels, such as confidence low, medium and high.

use std::collections::BTreeMap;

use crate::joint::{JointRows, JointTerm, logistic};
use crate::rates::check;
use crate::{
    ClusterRate, Dependence, LinearEstimate, RateEstimate, Scale, Test, Undefined, dependent_rate,
};

/// Observations and events of one unit at one level.
///
/// # Shapes and units
/// `score` is the place of the level: 0, 1, 2 for low, medium, high, or anything finite in its order.
///
/// # Examples
/// ```
/// use foretell_stats::{ClusterRate, LevelRate};
///
/// let counts = ClusterRate { observations: 3.0, events: 2.0 };
/// let right_when_high = LevelRate { unit: 4, score: 2.0, counts };
/// assert_eq!(right_when_high.counts.events, 2.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelRate {
    /// Number of its unit.
    pub unit: u32,
    /// Place of the level.
    pub score: f64,
    /// What was counted.
    pub counts: ClusterRate,
}

/// Trend across levels, with the rate at each.
///
/// # Examples
/// ```
/// use foretell_stats::{Dependence, Undefined, trend};
///
/// let nothing = trend(&[], &Dependence::independent(0), 0.95);
/// assert_eq!(nothing.cochran_armitage, Err(Undefined::NothingCounted));
/// assert!(nothing.levels.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// Cochran-Armitage z, observations taken as independent.
    pub cochran_armitage: Result<Test, Undefined>,
    /// The same score over its error between clusters or shared texts, t on `clusters - 1` degrees of
    /// freedom, or fewer where few shared texts carry much of it.
    pub clustered: Result<Test, Undefined>,
    /// Odds ratio of one step up, from a logistic model with errors robust to both.
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
/// Where units share texts the variance is dyad-robust and K the effective number, as in
/// [`LinearEstimate::standard_errors`].
///
/// # Shapes and units
/// One element a unit of `dependence` and level, in any order; rows without observations are ignored.
/// Positive where the rate rises with the score.
/// # Errors
/// Per figure. [`Undefined::NothingCounted`] without observations; [`Undefined::NoVariation`] when
/// there is one level, or the event always or never occurs; `clustered`:
/// [`Undefined::TooFewClusters`] with one cluster. `logistic` as in [`logistic`], rates as in
/// [`dependent_rate`].
/// # Panics
/// If a score is not finite, events exceed observations, a unit is not one of `dependence`, or `level`
/// is not strictly between 0 and 1.
/// # Source
/// Armitage (1955); `z` checked against statsmodels, `t` against the score test and `logistic`
/// against the slope of a GEE of statsmodels in `testdata/stats/measures.json`, both with shared texts
/// against sums over all pairs of observations in `testdata/stats/shared.json`.
/// # Examples
/// ```
/// use foretell_stats::{ClusterRate, Dependence, LevelRate, trend};
///
/// let rows: Vec<LevelRate> = (0..30)
///     .map(|unit| {
///         let (score, events) = (f64::from(unit % 3), f64::from(unit % 5 % 3 + unit % 3));
///         LevelRate { unit, score, counts: ClusterRate { observations: 4.0, events } }
///     })
///     .collect();
/// let trend = trend(&rows, &Dependence::independent(30), 0.95);
/// assert!(trend.clustered?.p < 0.01 && trend.logistic.effect? > 1.0);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn trend(rows: &[LevelRate], dependence: &Dependence, level: f64) -> Trend {
    crate::quantile::tail(level);
    let rows: Vec<&LevelRate> = rows
        .iter()
        .inspect(|row| {
            check(row.counts.events, row.counts.observations);
            assert!(row.score.is_finite(), "score {} is not finite", row.score);
            let units = dependence.units();
            assert!((row.unit as usize) < units, "unit {} of a level, of {units} units", row.unit);
        })
        .filter(|row| row.counts.observations > 0.0)
        .collect();
    let (cochran_armitage, clustered) = score_tests(&rows, dependence);
    let scores: Vec<f64> = rows.iter().map(|row| row.score).collect();
    let outcomes: Vec<f64> =
        rows.iter().map(|row| (row.counts.events / row.counts.observations).min(1.0)).collect();
    let weights: Vec<f64> = rows.iter().map(|row| row.counts.observations).collect();
    let units: Vec<u32> = rows.iter().map(|row| row.unit).collect();
    let model = logistic(
        JointRows {
            features: &[&scores],
            outcomes: &outcomes,
            weights: &weights,
            dependence: &dependence.of_rows(&units),
        },
        level,
    );
    Trend {
        cochran_armitage,
        clustered,
        logistic: model.terms[0],
        levels: levels(&rows, dependence, level),
        clusters: dependence.clusters.among(&units) as u64,
    }
}

type Tested = Result<Test, Undefined>;

fn score_tests(rows: &[&LevelRate], dependence: &Dependence) -> (Tested, Tested) {
    let sum = |value: &dyn Fn(&LevelRate) -> f64| rows.iter().map(|row| value(row)).sum::<f64>();
    let n = sum(&|row| row.counts.observations);
    let mean = sum(&|row| row.score * row.counts.observations) / n;
    let rate = sum(&|row| row.counts.events) / n;
    let levels_differ = rows.iter().any(|row| row.score != rows[0].score);
    let reason = match rows.first() {
        None => Some(Undefined::NothingCounted),
        Some(_) if !levels_differ || rate <= 0.0 || rate >= 1.0 => Some(Undefined::NoVariation),
        Some(_) => None,
    };
    if let Some(reason) = reason {
        return (Err(reason), Err(reason));
    }
    // What each unit adds to the score, and the size of what that is a difference of.
    let mut units: BTreeMap<u32, [f64; 2]> = BTreeMap::new();
    for row in rows {
        let [influence, exposure] = units.entry(row.unit).or_default();
        let ClusterRate { observations, events } = row.counts;
        *influence += (row.score - mean) * (events - rate * observations);
        *exposure += (row.score - mean).abs() * observations;
    }
    let spread = sum(&|row| row.counts.observations * (row.score - mean).powi(2));
    let numbers: Vec<u32> = units.keys().copied().collect();
    let score = LinearEstimate {
        value: units.values().map(|[influence, _]| influence).sum(),
        scale: Scale::Plain,
        influence: units.values().map(|[influence, _]| *influence).collect(),
        exposure: units.values().map(|[_, exposure]| *exposure).collect(),
        carriers: vec![numbers.clone()],
        units: numbers,
        resolution: 1e-12 * (spread * n).sqrt(),
        obstacle: None,
    };
    let plain = Test::z(score.value / (rate * (1.0 - rate) * spread).sqrt());
    let clustered = match score.standard_errors(dependence) {
        Ok(errors) => {
            let k = errors.effective_clusters;
            Ok(Test::t(score.value / (errors.used * (k / (k - 1.0)).sqrt()), k - 1.0))
        }
        Err(Undefined::NoSpread) => Err(Undefined::NoVariation),
        Err(reason) => Err(reason),
    };
    (Ok(plain), clustered)
}

fn levels(rows: &[&LevelRate], dependence: &Dependence, level: f64) -> Vec<(f64, RateEstimate)> {
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score).then(a.unit.cmp(&b.unit)));
    sorted
        .chunk_by(|a, b| a.score == b.score)
        .map(|rows| {
            let [mut events, mut observations] = [(); 2].map(|()| vec![0.0; dependence.units()]);
            for row in rows {
                events[row.unit as usize] += row.counts.events;
                observations[row.unit as usize] += row.counts.observations;
            }
            let rate = dependent_rate(&events, &observations, dependence, level);
            // Adding zero makes the two zeros of a score one.
            (rows[0].score + 0.0, rate)
        })
        .collect()
}
