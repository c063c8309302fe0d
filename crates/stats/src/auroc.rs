//! Area under the ROC curve of a score, with an error robust to clustering and to shared texts.

use std::collections::BTreeMap;

use crate::quantile::{student_t, tail};
use crate::{Dependence, Interval, LinearEstimate, Scale, Undefined};

/// One score (or several equal ones) and whether what it predicts happened.
///
/// # Shapes and units
/// Higher scores predict `positive`; any finite number, only order matters. `weight` is a count.
///
/// # Examples
/// ```
/// use foretell_stats::Scored;
///
/// // Three guesses of unit 7 made with confidence "high" (level 2), all right.
/// let row = Scored { unit: 7, score: 2.0, positive: true, weight: 3.0 };
/// assert!(row.positive);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Number of its unit.
    pub unit: u32,
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
/// use foretell_stats::{Dependence, Scored, Undefined, auroc};
///
/// let right = |unit, score| Scored { unit, score, positive: true, weight: 1.0 };
/// let area = auroc(&[right(0, 1.0), right(1, 2.0)], &Dependence::independent(2), 0.95).area;
/// assert_eq!(area, Err(Undefined::EmptyMargin));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Auroc {
    /// Probability that a positive has a higher score than a negative, ties counting half.
    pub area: Result<f64, Undefined>,
    /// Standard error of `area`, robust to clustering and to shared texts.
    pub se: Result<f64, Undefined>,
    /// Confidence interval, on the log odds of the area, t on `clusters - 1` degrees of freedom, or
    /// fewer where few shared texts carry much of it.
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
/// Where units share texts, sums over clusters are sums of products over all pairs of units that share
/// any text, unless the above is larger, and I1, I0, I are the effective numbers of clusters of
/// [`LinearEstimate::standard_errors`].
///
/// # Shapes and units
/// One element a score, in any order (the result is the same up to rounding); `unit` is a number among
/// the units of `dependence`.
/// # Errors
/// Per figure. [`Undefined::NothingCounted`] without weight; [`Undefined::EmptyMargin`] when all are
/// positive or all negative; `se` and `interval`: [`Undefined::TooFewClusters`] when positives or
/// negatives come from fewer than two clusters, [`Undefined::NoVariation`] when the score separates
/// perfectly or is constant.
/// # Panics
/// If a score or weight is not finite, a weight is negative, a unit is not one of `dependence`, or
/// `level` is not strictly between 0 and 1.
/// # Source
/// Obuchowski (1997); area checked against scikit-learn, the error of unclustered scores against the
/// Brunner-Munzel statistic of scipy, that of clustered ones against the double sum of the paper
/// written out, in `testdata/stats/measures.json`, that of scores that share texts against sums over
/// all pairs of them in `testdata/stats/shared.json`.
/// # Examples
/// ```
/// use foretell_stats::{Dependence, Scored, auroc};
///
/// let row = |unit, score, positive| Scored { unit, score, positive, weight: 1.0 };
/// let rows = [row(0, 3.0, true), row(1, 2.0, true), row(2, 2.0, false), row(3, 1.0, false)];
/// assert_eq!(auroc(&rows, &Dependence::independent(4), 0.95).area, Ok(0.875));
/// ```
pub fn auroc(rows: &[Scored], dependence: &Dependence, level: f64) -> Auroc {
    tail(level);
    let mut order: Vec<&Scored> = rows.iter().filter(|row| row.weight != 0.0).collect();
    for row in &order {
        assert!(row.score.is_finite(), "score {} is not finite", row.score);
        assert!(row.weight.is_finite() && row.weight > 0.0, "{} is not a weight", row.weight);
        let units = dependence.units();
        assert!((row.unit as usize) < units, "unit {} of a score, of {units} units", row.unit);
    }
    order.sort_by(|a, b| a.score.total_cmp(&b.score).then(a.unit.cmp(&b.unit)));
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
    let mut units: Vec<u32> = order.iter().map(|row| row.unit).collect();
    units.sort_unstable();
    let clusters = dependence.clusters.among(&units) as u64;
    let error = placements.and_then(|p| p.error([positives, negatives], dependence));
    let interval = area.and_then(|area| {
        let log_odds = (area / (1.0 - area)).ln();
        let inverse = |log_odds: f64| 1.0 / (1.0 + (-log_odds).exp());
        error.map(|(se, clusters)| {
            let half = student_t(level, clusters - 1.0) * se / (area * (1.0 - area));
            Interval { low: inverse(log_odds - half), high: inverse(log_odds + half) }
        })
    });
    Auroc { area, se: error.map(|(se, _)| se), interval, positives, negatives, clusters }
}

/// Sums of a unit: weight of its positives and negatives, and of their placements.
#[derive(Default)]
struct Placed {
    positives: f64,
    negatives: f64,
    above: f64,
    below: f64,
}

struct Placements {
    area: f64,
    units: BTreeMap<u32, Placed>,
}

fn placements(sorted: &[&Scored], positives: f64, negatives: f64) -> Placements {
    let mut units: BTreeMap<u32, Placed> = BTreeMap::new();
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
            let unit = units.entry(row.unit).or_default();
            if row.positive {
                unit.positives += row.weight;
                unit.above += row.weight * beats;
            } else {
                unit.negatives += row.weight;
                unit.below += row.weight * beaten;
            }
        }
        area += tied_positives * beats;
        positives_below += tied_positives;
        negatives_below += tied_negatives;
    }
    Placements { area: (area / positives).clamp(0.0, 1.0), units }
}

impl Placements {
    /// Standard error, and the number of clusters that it counts with.
    fn error(
        &self,
        [positives, negatives]: [f64; 2],
        dependence: &Dependence,
    ) -> Result<(f64, f64), Undefined> {
        // Units with positives and what these pull the area by, and those with negatives.
        let above = self.side(positives, |unit| (unit.positives, unit.above));
        let below = self.side(negatives, |unit| (unit.negatives, unit.below));
        if [&above, &below].iter().any(|side| !dependence.clusters.differ(&side.units)) {
            return Err(Undefined::TooFewClusters);
        }
        if self.area == 0.0 || self.area == 1.0 {
            return Err(Undefined::NoVariation);
        }
        let both = LinearEstimate::combination(&[(1.0, &above), (1.0, &below)]);
        let sides = [&above, &below, &both];
        let clusters = sides.map(|side| side.effective_clusters(dependence));
        let squares = sides.map(|side| dependence.squares(&side.units, &side.influence));
        let variance = |way: usize| {
            let [p, q, all] = squares.map(|of| of[way]);
            let [of_p, of_q, of_all] = clusters.map(|n| n / (n - 1.0));
            // Products of both sides are what the square of the sum has beyond the two squares.
            of_p * p + of_q * q + of_all * (all - p - q)
        };
        let variance = variance(0).max(variance(1));
        // The three factors differ, so the sum can fall below zero by a little.
        match variance > 1e-24 {
            true => Ok((variance.sqrt(), clusters[2])),
            false => Err(Undefined::NoVariation),
        }
    }

    /// Mean placement of one side, of which all units weigh `whole`, less the area.
    fn side(&self, whole: f64, of: fn(&Placed) -> (f64, f64)) -> LinearEstimate {
        let own = || self.units.iter().map(|(unit, placed)| (*unit, of(placed)));
        let own = || own().filter(|(_, (weight, _))| *weight > 0.0);
        let units: Vec<u32> = own().map(|(unit, _)| unit).collect();
        LinearEstimate {
            value: self.area,
            scale: Scale::Plain,
            influence: own().map(|(_, (w, placed))| (placed - w * self.area) / whole).collect(),
            exposure: own().map(|(_, (w, _))| w / whole).collect(),
            carriers: vec![units.clone()],
            units,
            resolution: 0.0,
            obstacle: None,
        }
    }
}
