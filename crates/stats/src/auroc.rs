//! Area under the ROC curve of a score, with an error robust to clustering.

use std::collections::BTreeMap;

use crate::quantile::{student_t, tail};
use crate::{Interval, Undefined};

/// One score (or several equal ones) and whether what it predicts happened.
///
/// # Shapes and units
/// Higher scores predict `positive`; any finite number, only order matters. `weight` is a count.
///
/// # Examples
/// ```
/// use foretell_stats::Scored;
///
/// // Three guesses of cluster 7 made with confidence "high" (level 2), all right.
/// let row = Scored { cluster: 7, score: 2.0, positive: true, weight: 3.0 };
/// assert!(row.positive);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Rows of one number depend on each other.
    pub cluster: u32,
    /// The predictor.
    pub score: f64,
    /// What happened.
    pub positive: bool,
    /// How many observations the row stands for.
    pub weight: f64,
}

/// Area under the ROC curve with its uncertainty and counts.
///
/// # Shapes and units
/// Area and limits in `[0, 1]`; 0.5 where the score says nothing.
///
/// # Examples
/// ```
/// use foretell_stats::{Scored, Undefined, auroc};
///
/// let right = |cluster, score| Scored { cluster, score, positive: true, weight: 1.0 };
/// assert_eq!(auroc(&[right(0, 1.0), right(1, 2.0)], 0.95).area, Err(Undefined::EmptyMargin));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Auroc {
    /// Probability that a positive has a higher score than a negative, ties counting half.
    pub area: Result<f64, Undefined>,
    /// Standard error of `area`, robust to clustering.
    pub se: Result<f64, Undefined>,
    /// Confidence interval, on the log odds of the area, t on `clusters - 1` degrees of freedom.
    pub interval: Result<Interval, Undefined>,
    /// Weight of the positives.
    pub positives: f64,
    /// Weight of the negatives.
    pub negatives: f64,
    /// Clusters with weight.
    pub clusters: u64,
}

/// AUROC with ties and weights, and Obuchowski's error for clustered scores.
///
/// # Formula
/// ```text
/// M positives X, N negatives Y;  s(x, y) = 1 if x > y, 1/2 if x = y, else 0
/// A    = sum of s over all pairs / (M N)
/// V(x) = mean of s(x, .) over the negatives,  V(y) = mean of s(., y) over the positives
/// P_c  = sum of V(x) - A over the positives of cluster c;  Q_c likewise over its negatives
/// se^2 = I1/(I1 - 1) sum P_c^2 / M^2 + I0/(I0 - 1) sum Q_c^2 / N^2 + 2 I/(I - 1) sum P_c Q_c / (M N)
/// limits: log odds of A -+ t se / (A (1 - A))
/// ```
/// with I1, I0 and I the clusters with positives, with negatives, and all. Where every observation is
/// its own cluster this is the variance of DeLong.
///
/// # Shapes and units
/// One element a score, in any order (the result is the same up to rounding).
/// # Errors
/// Per figure. [`Undefined::NothingCounted`] without weight; [`Undefined::EmptyMargin`] when all are
/// positive or all negative; `se` and `interval`: [`Undefined::TooFewClusters`] when positives or
/// negatives come from fewer than two clusters, [`Undefined::NoVariation`] when the score separates
/// perfectly or is constant.
/// # Panics
/// If a score or weight is not finite, a weight is negative, or `level` is not strictly between 0
/// and 1.
/// # Source
/// Obuchowski (1997); area checked against scikit-learn, the error of unclustered scores against the
/// Brunner-Munzel statistic of scipy, that of clustered ones against the double sum of the paper
/// written out, in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::{Scored, auroc};
///
/// let row = |cluster, score, positive| Scored { cluster, score, positive, weight: 1.0 };
/// let rows = [row(0, 3.0, true), row(1, 2.0, true), row(2, 2.0, false), row(3, 1.0, false)];
/// assert_eq!(auroc(&rows, 0.95).area, Ok(0.875));
/// ```
pub fn auroc(rows: &[Scored], level: f64) -> Auroc {
    tail(level);
    let mut order: Vec<&Scored> = rows.iter().filter(|row| row.weight != 0.0).collect();
    for row in &order {
        assert!(row.score.is_finite(), "score {} is not finite", row.score);
        assert!(row.weight.is_finite() && row.weight > 0.0, "{} is not a weight", row.weight);
    }
    order.sort_by(|a, b| a.score.total_cmp(&b.score).then(a.cluster.cmp(&b.cluster)));
    let weight = |positive: bool| -> f64 {
        order.iter().filter(|row| row.positive == positive).map(|row| row.weight).sum()
    };
    let (positives, negatives) = (weight(true), weight(false));
    let placements = match (positives > 0.0, negatives > 0.0) {
        (false, false) => Err(Undefined::NothingCounted),
        (true, true) => Ok(placements(&order, positives, negatives)),
        _ => Err(Undefined::EmptyMargin),
    };
    let area = placements.as_ref().map(|p| p.area).map_err(|reason| *reason);
    let clusters: std::collections::BTreeSet<u32> = order.iter().map(|row| row.cluster).collect();
    let se = placements.and_then(|p| p.se(positives, negatives));
    let interval = area.and_then(|area| {
        let log_odds = (area / (1.0 - area)).ln();
        let inverse = |log_odds: f64| 1.0 / (1.0 + (-log_odds).exp());
        se.map(|se| {
            let half = student_t(level, clusters.len() as f64 - 1.0) * se / (area * (1.0 - area));
            Interval { low: inverse(log_odds - half), high: inverse(log_odds + half) }
        })
    });
    Auroc { area, se, interval, positives, negatives, clusters: clusters.len() as u64 }
}

/// Sums of a cluster: weight of its positives and negatives, and of their placements.
#[derive(Default)]
struct Placed {
    positives: f64,
    negatives: f64,
    above: f64,
    below: f64,
}

struct Placements {
    area: f64,
    clusters: BTreeMap<u32, Placed>,
}

fn placements(sorted: &[&Scored], positives: f64, negatives: f64) -> Placements {
    let mut clusters: BTreeMap<u32, Placed> = BTreeMap::new();
    let (mut positives_below, mut negatives_below, mut area) = (0.0, 0.0, 0.0);
    // Compared as numbers, so that the two zeros tie.
    for tied in sorted.chunk_by(|a, b| a.score == b.score) {
        let sum = |positive: bool| -> f64 {
            tied.iter().filter(|row| row.positive == positive).map(|row| row.weight).sum()
        };
        let (tied_positives, tied_negatives) = (sum(true), sum(false));
        let beats = (negatives_below + tied_negatives / 2.0) / negatives;
        let beaten = (positives - positives_below - tied_positives / 2.0) / positives;
        for row in tied {
            let cluster = clusters.entry(row.cluster).or_default();
            if row.positive {
                cluster.positives += row.weight;
                cluster.above += row.weight * beats;
            } else {
                cluster.negatives += row.weight;
                cluster.below += row.weight * beaten;
            }
        }
        area += tied_positives * beats;
        positives_below += tied_positives;
        negatives_below += tied_negatives;
    }
    Placements { area: (area / positives).clamp(0.0, 1.0), clusters }
}

impl Placements {
    fn se(&self, positives: f64, negatives: f64) -> Result<f64, Undefined> {
        let count = |has: fn(&Placed) -> bool| self.clusters.values().filter(|c| has(c)).count();
        let with_positives = count(|c| c.positives > 0.0) as f64;
        let with_negatives = count(|c| c.negatives > 0.0) as f64;
        let all = self.clusters.len() as f64;
        if with_positives < 2.0 || with_negatives < 2.0 {
            return Err(Undefined::TooFewClusters);
        }
        if self.area == 0.0 || self.area == 1.0 {
            return Err(Undefined::NoVariation);
        }
        let (mut above, mut below, mut both) = (0.0, 0.0, 0.0);
        for cluster in self.clusters.values() {
            let p = (cluster.above - cluster.positives * self.area) / positives;
            let q = (cluster.below - cluster.negatives * self.area) / negatives;
            above += p * p;
            below += q * q;
            both += p * q;
        }
        let factor = |n: f64| n / (n - 1.0);
        let variance = factor(with_positives) * above
            + factor(with_negatives) * below
            + 2.0 * factor(all) * both;
        // The three factors differ, so the sum can fall below zero by a little.
        if variance > 1e-24 { Ok(variance.sqrt()) } else { Err(Undefined::NoVariation) }
    }
}
