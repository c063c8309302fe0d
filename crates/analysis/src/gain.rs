//! The gain of one arm over another: estimates with their counts, by group.

use crate::absence::Side;
use crate::contrast::Contrast;
use crate::counts::{Counts, GroupCounts, errors_of};
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::inference::{Figure, Inference, Inferred, UnitSums};
use crate::observation::{Observation, Observations};
use crate::pair_row::PairRow;
use crate::pair_row::state::{MISSING, RIGHT, WRONG};
use crate::sheet::{FEW_ERRORS, NO_FLOOR};
use crate::tally::Tally;
use crate::unit::{Unit, cluster_errors};
use crate::warning::warnings;
use foretell_stats::{
    BcaInterval, ClusterErrors, Interval, LinearEstimate, Missing, NsgBounds, Profiles, Undefined,
    UnitErrors, nsg_bca, nsg_bounds,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

/// What to estimate.
///
/// # Examples
/// ```
/// use foretell_analysis::{GainRequest, GroupKey};
///
/// let request = GainRequest { by: vec![GroupKey::Reference], ..GainRequest::default() };
/// assert_eq!((request.arm.as_str(), request.against.as_str()), ("with", "without"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GainRequest {
    /// Keys that make the groups; none makes one group of all.
    pub by: Vec<GroupKey>,
    /// The treated arm.
    pub arm: String,
    /// The baseline.
    pub against: String,
    /// Level of the intervals, a fraction.
    pub level: f64,
    /// Draws of the cluster bootstrap; 0 leaves it out.
    pub bootstrap: u32,
    /// Seed of the bootstrap.
    pub seed: u64,
}

impl Default for GainRequest {
    fn default() -> Self {
        let Contrast { arm, against } = Contrast::default();
        Self { by: Vec::new(), arm, against, level: 0.95, bootstrap: 10_000, seed: 0 }
    }
}

/// Estimates by group.
#[derive(Debug, Clone, PartialEq)]
pub struct GainTable {
    /// The group columns.
    pub by: Vec<GroupKey>,
    /// The treated arm.
    pub arm: String,
    /// The baseline.
    pub against: String,
    /// Level of the intervals, a fraction.
    pub level: f64,
    /// Draws of the cluster bootstrap.
    pub bootstrap: u32,
    /// Seed of the bootstrap.
    pub seed: u64,
    /// What a reader has to know about the figures, in words.
    pub warnings: Vec<String>,
    /// One row a group, sorted by the values of the group columns.
    pub rows: Vec<GainRow>,
}

/// The estimates of one group, with the counts that they rest on.
///
/// Accuracies, gain and NSG are fractions. What does not exist is `None`, with the reason beside
/// it; nothing is `NaN`, infinite or a stand-in.
#[derive(Debug, Clone, PartialEq)]
pub struct GainRow {
    /// Values of the group columns, in their order.
    pub group: Vec<String>,
    /// Distinct pairs with a scored observation.
    pub pairs: u64,
    /// Distinct original texts among them.
    pub clusters: u64,
    /// Scored observations.
    pub observations: u64,
    /// Accuracy in the treated arm.
    pub a_with: Option<f64>,
    /// Accuracy in the baseline arm.
    pub a_without: Option<f64>,
    /// `a_with - a_without`.
    pub gain: Option<f64>,
    /// Normalized simulatability gain.
    pub nsg: Option<f64>,
    /// Its standard error, robust to clusters; to shared texts too, where there are any.
    pub nsg_se: Option<f64>,
    /// Lower limit of its t interval.
    pub nsg_low: Option<f64>,
    /// Upper limit of its t interval.
    pub nsg_high: Option<f64>,
    /// Dyad-robust standard error of the NSG over the one-way one; 1 where no text is shared.
    pub se_ratio: Option<f64>,
    /// Standard error of the gain.
    pub gain_se: Option<f64>,
    /// Lower limit of the t interval of the gain.
    pub gain_low: Option<f64>,
    /// Upper limit of the t interval of the gain.
    pub gain_high: Option<f64>,
    /// Lower BCa limit of the cluster bootstrap.
    pub bca_low: Option<f64>,
    /// Upper BCa limit of the cluster bootstrap.
    pub bca_high: Option<f64>,
    /// Why the BCa limits are percentiles, where they are.
    pub bca_fallback: Option<String>,
    /// Lower limit of the cluster bootstrap.
    pub boot_low: Option<f64>,
    /// Upper limit of the cluster bootstrap.
    pub boot_high: Option<f64>,
    /// Lowest NSG that the missing guesses allow.
    pub bound_low: Option<f64>,
    /// Highest NSG that the missing guesses allow.
    pub bound_high: Option<f64>,
    /// Guesses that are missing although there is a target.
    pub left_out: u64,
    /// The same by arm, predictor and what became of them.
    pub left_out_detail: Vec<LeftOutCount>,
    /// Answers of a reference that are missing, so that no guess about them can be scored.
    pub targets_missing: u64,
    /// The same by what became of them.
    pub targets_missing_detail: Vec<TargetsMissing>,
    /// Why there is no accuracy or no NSG.
    pub undefined: Option<String>,
    /// Why there is no standard error or no t interval.
    pub interval_undefined: Option<String>,
    /// Why the gain has no standard error or no interval.
    pub gain_undefined: Option<String>,
    /// Why there is no bootstrap interval.
    pub boot_undefined: Option<String>,
    /// Why one of the bounds is missing.
    pub bound_undefined: Option<String>,
    /// Observations that are not scored, as a share of all.
    pub(crate) unscored: f64,
    /// Errors in the baseline arm.
    pub(crate) baseline_errors: f64,
}

impl GainRow {
    /// Errors in the baseline arm: what the NSG is a share of. Averaged repeats make fractions.
    #[must_use]
    pub fn baseline_errors(&self) -> f64 {
        self.baseline_errors
    }

    /// Whether the NSG is a ratio to a handful of errors, fewer than ten.
    #[must_use]
    pub fn rests_on_few_errors(&self) -> bool {
        self.observations > 0 && self.baseline_errors > 0.0 && self.baseline_errors < FEW_ERRORS
    }
}

/// How many guesses of one arm and predictor are left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutCount {
    /// The arm.
    pub arm: String,
    /// The predictor.
    pub predictor: String,
    /// What became of the guesses: an outcome, or `absent` where the table has no row.
    pub outcome: String,
    /// How many.
    pub count: u64,
}

/// How many targets are missing for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetsMissing {
    /// What became of the reference's reply.
    pub outcome: String,
    /// How many.
    pub count: u64,
}

/// Reads runs and estimates the gain of one arm over another.
///
/// # Errors
/// [`AnalysisError`] names the run or the file, and the pair where there is one.
pub fn gain(runs: &[&Path], request: &GainRequest) -> Result<GainTable, AnalysisError> {
    let contrast = Contrast { arm: request.arm.clone(), against: request.against.clone() };
    request.check_level()?;
    contrast.count(runs, &request.by)?.gain(request)
}

impl GainRequest {
    fn check_level(&self) -> Result<(), AnalysisError> {
        let inside = self.level > 0.0 && self.level < 1.0;
        if inside { Ok(()) } else { Err(AnalysisError::Level { level: self.level }) }
    }
}

impl Counts {
    /// Estimates from counts that were made before, by all or some of their keys.
    ///
    /// `request.arm` and `request.against` name the arms that were counted.
    ///
    /// # Errors
    /// [`AnalysisError::Level`], and [`AnalysisError::Group`] for a key that the counts are not by.
    pub fn gain(&self, request: &GainRequest) -> Result<GainTable, AnalysisError> {
        request.check_level()?;
        let same = request.by == self.keys() && !self.groups.is_empty();
        let counts = if same { Cow::Borrowed(self) } else { Cow::Owned(self.by(&request.by)?) };
        let groups: Vec<_> = counts.groups.iter().collect();
        let rows: Vec<GainRow> = groups
            .par_iter()
            .map(|(group, counts)| estimate(group, counts, request, None))
            .collect();
        let warnings = warnings(&counts.notices, counts.shared_texts(), &rows);
        Ok(GainTable {
            by: request.by.clone(),
            arm: request.arm.clone(),
            against: request.against.clone(),
            level: request.level,
            bootstrap: request.bootstrap,
            seed: request.seed,
            warnings,
            rows,
        })
    }
}

/// The estimates of one group. Errors that are weighted come beside the counts, and leave no bounds:
/// what is missing has no weight.
pub(crate) fn estimate(
    group: &[Arc<str>],
    counts: &GroupCounts,
    request: &GainRequest,
    weighted: Option<&[Unit]>,
) -> GainRow {
    let bounds = match weighted {
        None => {
            let found = bounds(&counts.slots);
            [found.low, found.high].map(|bound| bound.map_err(|reason| reason.to_string()))
        }
        Some(_) => [Err(NO_WEIGHT.to_owned()), Err(NO_WEIGHT.to_owned())],
    };
    let unweighted: Vec<ClusterErrors> = counts.clusters.values().map(|c| c.errors()).collect();
    let baseline_errors = unweighted.iter().map(|cluster| cluster.baseline).sum();
    let (sums, clusters) = match weighted {
        None => (counts.unit_sums(), unweighted),
        Some(units) => (UnitSums::of(units), cluster_errors(units)),
    };
    let inference = Inference::of(&sums.texts, request.level);
    let (nsg, gain) = (sums.nsg(), sums.gain());
    let [a_with, a_without] =
        sums.accuracies().map(|accuracy| accuracy.map(|figure| figure.value()).ok());
    let Inferred { estimate: of_nsg, se_ratio, .. } = inference.infer(&nsg);
    let of_gain = inference.estimate(&gain);
    let (interval, interval_undefined) = limits(of_nsg.interval);
    let (gain_interval, gain_undefined) = limits(of_gain.interval);
    let boot = resampled(&clusters, request);
    let bca = boot.as_ref().ok().map(|boot| boot.interval);
    let (boot_limits, boot_undefined) = limits(boot.clone().map(|boot| boot.percentile));
    let [bound_low, bound_high] = bounds;
    let bound_reason = bound_low.clone().err().or(bound_high.clone().err());
    let observations = counts.observations();
    let all = counts.slots.observations() + counts.untargeted;
    GainRow {
        group: group.iter().map(|value| value.to_string()).collect(),
        pairs: counts.pairs(),
        clusters: sums.clusters(),
        observations,
        a_with,
        a_without,
        gain: of_gain.value.ok(),
        nsg: of_nsg.value.ok(),
        nsg_se: of_nsg.se.ok(),
        nsg_low: interval.map(|interval| interval.low),
        nsg_high: interval.map(|interval| interval.high),
        se_ratio: se_ratio.ok(),
        gain_se: of_gain.se.ok(),
        gain_low: gain_interval.map(|interval| interval.low),
        gain_high: gain_interval.map(|interval| interval.high),
        bca_low: bca.map(|interval| interval.low),
        bca_high: bca.map(|interval| interval.high),
        bca_fallback: boot.ok().and_then(|boot| boot.fallback).map(|reason| reason.to_string()),
        boot_low: boot_limits.map(|interval| interval.low),
        boot_high: boot_limits.map(|interval| interval.high),
        bound_low: bound_low.ok(),
        bound_high: bound_high.ok(),
        left_out: counts.left_out.values().sum(),
        left_out_detail: left_out_detail(counts, request),
        targets_missing: counts.targets_missing.values().sum(),
        targets_missing_detail: targets_missing_detail(counts),
        undefined: reason(&nsg),
        interval_undefined,
        gain_undefined,
        boot_undefined,
        bound_undefined: bound_reason,
        unscored: if all == 0 { 0.0 } else { 1.0 - scored_share(&counts.slots) / all as f64 },
        baseline_errors,
    }
}

/// Why there are no bounds of weighted figures.
const NO_WEIGHT: &str =
    "missing guesses have no weight; bounds are of observations that weigh alike";

/// Percentile and BCa limits of the NSG over resampled clusters, from the same draws.
fn resampled(clusters: &[ClusterErrors], request: &GainRequest) -> Result<BcaInterval, String> {
    match request.bootstrap {
        0 => Err("no bootstrap draws were asked for".to_owned()),
        draws => nsg_bca(&Profiles::new(clusters), draws, request.seed, request.level)
            .map_err(|reason| reason.to_string()),
    }
}

fn reason(figure: &Figure) -> Option<String> {
    figure.as_ref().err().map(|reason| reason.to_string())
}

/// Limits that are numbers, or the reason why there are none.
fn limits(found: Result<Interval, String>) -> (Option<Interval>, Option<String>) {
    match found {
        Ok(limits) if limits.low.is_finite() && limits.high.is_finite() => (Some(limits), None),
        Ok(_) => (None, Some(NO_FLOOR.to_owned())),
        Err(reason) => (None, Some(reason)),
    }
}

fn cells(treated: &[usize], baseline: &[usize]) -> Vec<usize> {
    treated.iter().flat_map(|t| baseline.iter().map(move |b| 3 * t + b)).collect()
}

/// Repeats with both guesses, as a sum of shares of their observations.
fn scored_share(slots: &Tally<9>) -> f64 {
    slots.sum(&cells(&[RIGHT, WRONG], &[RIGHT, WRONG]))
}

/// An NSG with its bounds, and the share of observations that it leaves out.
pub(crate) struct Bounded {
    pub(crate) observations: u64,
    pub(crate) unscored: f64,
    pub(crate) nsg: Result<f64, Undefined>,
    pub(crate) low: Result<f64, Undefined>,
    pub(crate) high: Result<f64, Undefined>,
}

/// The NSG of some observations with its bounds, without error or limits.
pub(crate) fn bounded(observations: &Observations, list: &[Observation]) -> Bounded {
    // Sums alone are read: the row may be that of many subjects, or of none.
    let rows = list.chunks(1).map(|one| PairRow::of(observations, one));
    let row = rows.reduce(|mut row, other| {
        row.merge(other);
        row
    });
    let (slots, scored, untargeted) = match row {
        Some(row) => (row.slots, row.scored, row.untargeted),
        None => (Tally::default(), Tally::default(), 0),
    };
    let errors = errors_of(&scored);
    let nsg = LinearEstimate::nsg(UnitErrors {
        observations: &[errors.observations],
        treated: &[errors.treated],
        baseline: &[errors.baseline],
    });
    let all = slots.observations() + untargeted;
    let NsgBounds { low, high, .. } = bounds(&slots);
    Bounded {
        observations: scored.observations(),
        unscored: if all == 0 { 0.0 } else { 1.0 - scored_share(&slots) / all as f64 },
        nsg: nsg.map(|nsg| nsg.value()),
        low,
        high,
    }
}

fn bounds(slots: &Tally<9>) -> NsgBounds {
    let sum = |treated: &[usize], baseline: &[usize]| slots.sum(&cells(treated, baseline));
    let answered = [RIGHT, WRONG];
    let complete = ClusterErrors {
        observations: scored_share(slots),
        treated: sum(&[WRONG], &answered),
        baseline: sum(&answered, &[WRONG]),
    };
    let missing = Missing {
        treated_only: sum(&[MISSING], &answered),
        baseline_errors: sum(&[MISSING], &[WRONG]),
        baseline_only: sum(&answered, &[MISSING]),
        treated_errors: sum(&[WRONG], &[MISSING]),
        both: sum(&[MISSING], &[MISSING]),
    };
    nsg_bounds(complete, missing)
}

fn left_out_detail(counts: &GroupCounts, request: &GainRequest) -> Vec<LeftOutCount> {
    let arm = |side| match side {
        Side::Treated => request.arm.clone(),
        Side::Baseline => request.against.clone(),
    };
    let count = |(what, count): (&crate::LeftOut, &u64)| LeftOutCount {
        arm: arm(what.side),
        predictor: what.predictor.to_string(),
        outcome: what.absence.to_string(),
        count: *count,
    };
    counts.left_out.iter().map(count).collect()
}

fn targets_missing_detail(counts: &GroupCounts) -> Vec<TargetsMissing> {
    let count = |(outcome, count): (&foretell_core::Outcome, &u64)| TargetsMissing {
        outcome: outcome.to_string(),
        count: *count,
    };
    counts.targets_missing.iter().map(count).collect()
}
