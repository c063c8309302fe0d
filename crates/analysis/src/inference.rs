//! From units to estimates: what units share, and every figure with its error, limits and p value.
//!
//! Two units with the same two texts share all there is to share, so sums by pair of texts are all
//! that an estimate needs; two groups are compared by placing their pairs of texts in one list, where
//! what they have in common is paired by itself.

use crate::sheet::{Cell, Estimate};
use crate::text_sums::TextSums;
use crate::unit::{Unit, shared_texts};
use foretell_stats::{ClusterErrors, Dependence, LinearEstimate, Scale, Undefined, UnitErrors};

/// A figure with the influence of every unit on it, or the reason why there is none.
pub type Figure = Result<LinearEstimate, Undefined>;

/// Scored observations of a group, added up by pair of texts.
///
/// # Shapes and units
/// One element a pair of texts in each list, pairs ascending, none twice; weighted counts.
///
/// # Examples
/// ```
/// use foretell_analysis::{Inference, Unit, UnitSums};
///
/// let unit = |texts: [u32; 2], treated, baseline| Unit {
///     subject: 0,
///     arm: 0,
///     observations: 4.0,
///     treated,
///     baseline,
///     cluster: texts[0],
///     texts,
///     switched: None,
/// };
/// // The counterfactual of the first pair is the original of the second.
/// let units = [unit([0, 1], 1.0, 2.0), unit([1, 2], 0.0, 1.0), unit([3, 4], 1.0, 1.0)];
/// let sums = UnitSums::of(&units);
/// let inference = Inference::of(&sums.texts, 0.95);
/// assert!(inference.is_dyadic());
/// assert_eq!(inference.estimate(&sums.nsg()).value, Ok(0.5));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnitSums {
    /// Numbers of original and counterfactual.
    pub texts: Vec<[u32; 2]>,
    /// Weights of the scored observations.
    pub observations: Vec<f64>,
    /// Weighted errors of the treated arm.
    pub treated: Vec<f64>,
    /// Weighted errors of the baseline.
    pub baseline: Vec<f64>,
}

impl UnitSums {
    /// The sums of some units ([`crate::Observations::units`]).
    #[must_use]
    pub fn of(units: &[Unit]) -> Self {
        Self::of_parts(units.iter().map(|unit| {
            let Unit { observations, treated, baseline, .. } = *unit;
            (unit.texts, ClusterErrors { observations, treated, baseline })
        }))
    }

    /// The sums of errors, each with its two texts.
    #[must_use]
    pub fn of_parts(parts: impl Iterator<Item = ([u32; 2], ClusterErrors)>) -> Self {
        let of = |errors: ClusterErrors| [errors.observations, errors.treated, errors.baseline];
        let added = TextSums::of(parts.map(|(texts, errors)| (texts, of(errors))));
        let [observations, treated, baseline] = [0, 1, 2].map(|cell| added.column(&[cell]));
        Self { texts: added.texts, observations, treated, baseline }
    }

    /// The sums as estimators take them.
    #[must_use]
    pub fn errors(&self) -> UnitErrors<'_> {
        let Self { observations, treated, baseline, .. } = self;
        UnitErrors { observations, treated, baseline }
    }

    /// The NSG.
    ///
    /// # Errors
    /// As [`LinearEstimate::nsg`].
    pub fn nsg(&self) -> Figure {
        LinearEstimate::nsg(self.errors())
    }

    /// The gain.
    ///
    /// # Errors
    /// As [`LinearEstimate::gain`].
    pub fn gain(&self) -> Figure {
        LinearEstimate::gain(self.errors())
    }

    /// Accuracies of the treated arm and of the baseline.
    pub fn accuracies(&self) -> [Figure; 2] {
        [&self.treated, &self.baseline]
            .map(|errors| LinearEstimate::accuracy(errors, &self.observations))
    }

    /// Clusters: distinct originals.
    #[must_use]
    pub fn clusters(&self) -> u64 {
        self.texts.chunk_by(|one, other| one[0] == other[0]).count() as u64
    }

    /// Errors of the baseline.
    #[must_use]
    pub fn baseline_errors(&self) -> f64 {
        self.baseline.iter().sum()
    }
}

/// How figures of some units are judged: what the units share, and the level of the limits.
///
/// Where two pairs of different originals share any text, errors are dyad-robust; else clusters are
/// independent, and errors are one-way.
#[derive(Debug, Clone, PartialEq)]
pub struct Inference {
    dependence: Dependence,
    level: f64,
}

impl Inference {
    /// What units with these texts (original, counterfactual) share.
    #[must_use]
    pub fn of(texts: &[[u32; 2]], level: f64) -> Self {
        let side = |at: usize| texts.iter().map(|texts| texts[at]).collect::<Vec<u32>>();
        let dependence = match shared_texts(texts.iter().copied()) {
            0 => Dependence::clustered(&side(0)),
            _ => Dependence::dyadic(&side(0), &side(1)),
        };
        Self { dependence, level }
    }

    /// Whether errors are dyad-robust.
    #[must_use]
    pub fn is_dyadic(&self) -> bool {
        self.dependence.is_dyadic()
    }

    /// What the units share.
    #[must_use]
    pub fn dependence(&self) -> &Dependence {
        &self.dependence
    }

    /// A figure with its error and limits, each present or with its reason.
    #[must_use]
    pub fn estimate(&self, figure: &Figure) -> Estimate {
        self.infer(figure).estimate
    }

    /// The dyad-robust standard error over the one-way one; 1 where no text is shared. The larger of
    /// the two is used.
    ///
    /// # Errors
    /// Why there is no standard error.
    pub fn se_ratio(&self, figure: &Figure) -> Result<f64, Undefined> {
        self.infer(figure).se_ratio
    }

    /// Two-sided p value of no effect: a difference, gain or NSG of 0, a ratio of 1.
    ///
    /// # Errors
    /// Why there is none.
    pub fn p_value(&self, figure: &Figure) -> Result<f64, Undefined> {
        self.infer(figure).p
    }

    /// All of these, by one pass over the units.
    #[must_use]
    pub fn infer(&self, figure: &Figure) -> Inferred {
        let figure = match figure {
            Ok(figure) => figure,
            Err(reason) => {
                let estimate = Estimate::undefined(reason);
                return Inferred { estimate, se_ratio: Err(*reason), p: Err(*reason) };
            }
        };
        let uncertainty = figure.uncertainty(&self.dependence);
        let errors = uncertainty.map(|uncertainty| uncertainty.standard_errors());
        let interval = uncertainty.map(|uncertainty| uncertainty.interval(self.level));
        let null = if figure.scale() == Scale::Log { 1.0 } else { 0.0 };
        Inferred {
            estimate: Estimate::new(Ok(figure.value()), errors.map(|errors| errors.used), interval),
            se_ratio: errors.and_then(|errors| match errors.dyadic {
                None => Ok(1.0),
                Some(dyadic) => dyadic.ratio.ok_or(Undefined::NoSpread),
            }),
            // An NSG of 1 lies at the end of its scale, and says so instead of having a p value.
            p: uncertainty.map(|uncertainty| uncertainty.p_value(null)),
        }
    }
}

/// What is told of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Inferred {
    /// [`Inference::estimate`].
    pub estimate: Estimate,
    /// [`Inference::se_ratio`].
    pub se_ratio: Result<f64, Undefined>,
    /// [`Inference::p_value`].
    pub p: Result<f64, Undefined>,
}

/// The units of two groups in one list, so that figures of both can be compared: paired where they
/// have units in common, with the covariance of shared texts where they have not.
///
/// # Examples
/// ```
/// use foretell_analysis::Paired;
/// use foretell_stats::LinearEstimate;
///
/// let (one, other) = ([[0, 1], [2, 3]], [[0, 1], [2, 3], [4, 5]]);
/// let paired = Paired::of(&one, &other, 0.95);
/// let one = LinearEstimate::mean(&[1.0, 0.0], &[1.0; 2]);
/// let other = LinearEstimate::mean(&[0.0, 0.0, 1.0], &[1.0; 3]);
/// let difference = paired.difference(&one, &other);
/// let estimate = paired.inference.estimate(&difference);
/// assert!((estimate.value.unwrap() - 1.0 / 6.0).abs() < 1e-15);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Paired {
    /// How figures of both are judged.
    pub inference: Inference,
    places: [Vec<u32>; 2],
}

impl Paired {
    /// Two lists of pairs of texts, each ascending with none twice, as [`UnitSums::texts`].
    #[must_use]
    pub fn of(one: &[[u32; 2]], other: &[[u32; 2]], level: f64) -> Self {
        let mut all = [one, other].concat();
        all.sort_unstable();
        all.dedup();
        let places = [one, other].map(|texts| {
            let place = |texts| all.binary_search(texts).expect("it was put there") as u32;
            texts.iter().map(place).collect()
        });
        Self { inference: Inference::of(&all, level), places }
    }

    /// A figure of the first group less one of the second, each made from its own list of units.
    ///
    /// # Errors
    /// The reason of the figure that does not exist.
    pub fn difference(&self, one: &Figure, other: &Figure) -> Figure {
        let placed = |figure: &Figure, places: &[u32]| {
            figure.as_ref().map(|figure| figure.clone().placed(places)).map_err(|reason| *reason)
        };
        let one = placed(one, &self.places[0])?;
        Ok(one.difference(&placed(other, &self.places[1])?))
    }
}

/// p values with those that Holm's method adjusts for their number; what is undefined is not among
/// them and stays with its reason.
#[must_use]
pub fn holm_adjusted(p_values: &[Result<f64, Undefined>]) -> Vec<Cell> {
    adjusted(p_values, foretell_stats::holm)
}

/// The same by any method.
pub(crate) fn adjusted(
    p_values: &[Result<f64, Undefined>],
    method: fn(&[f64]) -> Vec<f64>,
) -> Vec<Cell> {
    let known: Vec<f64> = p_values.iter().filter_map(|p| p.as_ref().ok().copied()).collect();
    let mut adjusted = method(&known).into_iter();
    let cell = |p: &Result<f64, Undefined>| match p {
        Ok(_) => Cell::from(adjusted.next()),
        Err(reason) => Cell::undefined(reason),
    };
    p_values.iter().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_stats::nsg_clustered;
    use std::collections::BTreeMap;

    fn sums(parts: &[([u32; 2], f64, f64)]) -> UnitSums {
        UnitSums::of_parts(parts.iter().map(|&(texts, treated, baseline)| {
            (texts, ClusterErrors { observations: 3.0, treated, baseline })
        }))
    }

    #[test]
    fn without_shared_texts_limits_are_those_of_clusters() {
        let parts =
            [([0, 1], 1.0, 2.0), ([0, 2], 0.0, 1.0), ([3, 4], 2.0, 2.0), ([5, 6], 1.0, 3.0)];
        let sums = sums(&parts);
        let inference = Inference::of(&sums.texts, 0.9);
        assert!(!inference.is_dyadic());
        let mut clusters: BTreeMap<u32, ClusterErrors> = BTreeMap::new();
        for (texts, treated, baseline) in parts {
            let cluster = clusters.entry(texts[0]).or_default();
            cluster.observations += 3.0;
            cluster.treated += treated;
            cluster.baseline += baseline;
        }
        let clusters: Vec<ClusterErrors> = clusters.into_values().collect();
        let (ours, theirs) = (inference.estimate(&sums.nsg()), nsg_clustered(&clusters, 0.9));
        // Rounding of sums in another order.
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-13, "{a} {b}");
        close(ours.value.unwrap(), theirs.nsg.unwrap());
        close(ours.se.unwrap(), theirs.se.unwrap());
        close(ours.interval.as_ref().unwrap().low, theirs.interval.unwrap().low);
        close(ours.interval.unwrap().high, theirs.interval.unwrap().high);
        assert_eq!((sums.clusters(), inference.se_ratio(&sums.nsg())), (3, Ok(1.0)));
    }

    #[test]
    fn a_shared_counterfactual_is_enough_to_depend() {
        let sums = sums(&[([0, 9], 2.0, 2.0), ([1, 9], 2.0, 2.0), ([2, 3], 0.0, 2.0)]);
        let inference = Inference::of(&sums.texts, 0.95);
        assert!(inference.is_dyadic());
        // Influences of the log: 1/2 - 1/3, twice, and -1/3. The first two add before they are
        // squared: 2 (1/9) against 1/36 + 1/36 + 1/9.
        let ratio = inference.se_ratio(&sums.nsg()).unwrap();
        assert!((ratio * ratio - (2.0 / 9.0) / (1.0 / 6.0)).abs() < 1e-12, "{ratio}");
    }

    #[test]
    fn undefined_p_values_do_not_count_among_those_adjusted() {
        let cells = holm_adjusted(&[Ok(0.01), Err(Undefined::TooFewClusters), Ok(0.04)]);
        assert_eq!((cells[0].number(), cells[2].number()), (Some(0.02), Some(0.04)));
        assert_eq!(cells[1].reason(), Some(Undefined::TooFewClusters.to_string().as_str()));
    }
}
