//! The analysis `gain-switch`: which changes of the answer predictors foresee, and what the treated
//! arm does to their foresight.

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::figures::{Figures, about_figures};
use crate::group::GroupKey;
use crate::grouping::Group;
use crate::inference::{Figure, Inference};
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::{Basis, Cell, Column, Estimate, Kind, Sheet};
use crate::text_sums::TextSums;
use foretell_stats::{LinearEstimate, Undefined};
use rayon::prelude::*;

/// The analysis `gain-switch`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "gain-switch",
    says: "Predicted switches of the answer: rate, precision, recall and correlation in each arm; and \
           the NSG at one common switch rate.",
    keys: &GroupKey::ALL,
    by: &[GroupKey::Reference],
    honours: Flag::ESTIMATES,
    columns: || [arm_columns(), effect_columns()].concat(),
    run,
};

fn arm_columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("side", "the arm: treated or baseline"),
        Column::count("observations", "scored observations whose original answer is known"),
        Column::fraction("predicted", "share of guesses that are not the original answer"),
    ];
    let measures = [
        ("precision", Kind::Fraction, "share of predicted switches that happened"),
        ("recall", Kind::Fraction, "share of switches that were predicted"),
        ("mcc", Kind::Signed, "correlation (phi) of predicted and actual switches"),
    ];
    for (name, kind, says) in measures {
        columns.extend(Column::estimate(name, kind, says));
    }
    columns
}

fn effect_columns() -> Vec<Column> {
    let mut columns = vec![
        Column::count("observations", "scored observations whose original answer is known").wide(),
        Column::fraction("switch_rate", "share whose target is not the original answer"),
        Column::fraction("caused", "share with a switch predicted in the treated arm alone"),
        Column::fraction("caused_right", "share of these that did switch").wide(),
        Column::fraction("prevented", "share with a switch predicted in the baseline alone"),
        Column::fraction("prevented_right", "share of these that did not switch").wide(),
        Column::new("nsg", Kind::Signed, "NSG of the same observations").headed("NSG"),
    ];
    let says = "NSG if the share of switched answers were that of all groups together";
    let standardised = Column::estimate("nsg_standardised", Kind::Signed, says);
    columns.extend(standardised.map(|column| column.headed("NSG standardised")));
    columns
}

/// The cell of a repeat: whether the answer switched, and which arm predicted it.
fn cell(happened: bool, treated: bool, baseline: bool) -> usize {
    4 * usize::from(happened) + 2 * usize::from(treated) + usize::from(baseline)
}

/// All cells of some kind.
fn cells(happened: Option<bool>, treated: Option<bool>, baseline: Option<bool>) -> Vec<usize> {
    let fits = |wanted: Option<bool>, bit: bool| wanted.is_none_or(|wanted| wanted == bit);
    let bits = |at: usize| [at & 4 != 0, at & 2 != 0, at & 1 != 0];
    (0..8)
        .filter(|&at| {
            let [h, t, b] = bits(at);
            fits(happened, h) && fits(treated, t) && fits(baseline, b)
        })
        .collect()
}

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

/// What two answers of the predictor foresaw, repeats averaged: eight cells of predictions, and
/// behind them the errors of both arms where the answer switched and where it did not.
fn foreseen(observations: &Observations, observation: &Observation) -> [f64; 12] {
    let mut sums = [0.0; 12];
    let guesses = &observations.guesses;
    let subject = &guesses.subjects[observation.subject as usize];
    let (Some(original), Some(happened)) = (subject.original_answer, subject.switched()) else {
        return sums;
    };
    let share = 1.0 / f64::from(observation.complete());
    for slot in observations.slots(observation) {
        let guess = |place: Option<u32>| guesses.guesses.get(place? as usize);
        let (Some(treated), Some(baseline)) = (guess(slot.treated), guess(slot.baseline)) else {
            continue;
        };
        let (Some(hit_treated), Some(hit_baseline)) = (treated.hit, baseline.hit) else { continue };
        let predicts = |answer| answer != Some(original);
        sums[cell(happened, predicts(treated.answer), predicts(baseline.answer))] += share;
        let errors = 8 + 2 * usize::from(!happened);
        sums[errors] += share * f64::from(u8::from(!hit_treated));
        sums[errors + 1] += share * f64::from(u8::from(!hit_baseline));
    }
    sums
}

/// Sums of a group, with what their units share.
struct Foresight {
    name: String,
    sums: TextSums<12>,
    inference: Inference,
}

impl Foresight {
    fn of(observations: &Observations, group: &Group, request: &Request) -> Self {
        // What has no original answer would be a unit of nothing.
        let known = |o: &&Observation| {
            observations.guesses.subjects[o.subject as usize].switched().is_some()
        };
        let list: Vec<Observation> = group.members.iter().filter(known).copied().collect();
        let sums = TextSums::of_scored(observations, &list, request.weights, |observation| {
            foreseen(observations, observation)
        });
        let inference = Inference::of(&sums.texts, request.level);
        Self { name: group.name(), sums, inference }
    }

    fn value(figure: &Figure) -> Cell {
        figure.as_ref().map(LinearEstimate::value).into()
    }

    fn share(&self, part: &[usize], whole: &[usize]) -> Cell {
        Self::value(&self.sums.share(part, whole))
    }

    /// Cells of [`arm_columns`] after the arm's name; `of` gives the cells of the arm by whether the
    /// answer switched and whether the arm predicted it.
    fn of_arm(&self, of: fn(Option<bool>, Option<bool>) -> Vec<usize>) -> Vec<Cell> {
        let all = of(None, None);
        let hits = of(YES, YES);
        let estimate = |whole: &[usize]| -> [Cell; 4] {
            self.inference.estimate(&self.sums.share(&hits, whole)).within(0.0, 1.0).cells()
        };
        let phi: Estimate =
            self.sums.phi(&self.inference, [&hits, &of(NO, YES), &of(YES, NO), &of(NO, NO)]);
        let observations = self.sums.total(&all);
        let mut row = vec![(observations.round() as u64).into(), self.share(&of(None, YES), &all)];
        row.extend(estimate(&of(None, YES)));
        row.extend(estimate(&of(YES, None)));
        row.extend(phi.cells());
        row
    }

    /// NSG with the errors of switched and unswitched answers weighted by a common rate.
    ///
    /// # Formula
    /// ```text
    /// error of an arm = p * its error where switched + (1 - p) * its error where not
    /// ```
    fn standardised(&self, rate: f64) -> Figure {
        let (switched, unswitched) = (cells(YES, None, None), cells(NO, None, None));
        let error = |at: usize| -> Figure {
            let mut terms = Vec::new();
            for (weight, errors, whole) in
                [(rate, 8 + at, &switched), (1.0 - rate, 10 + at, &unswitched)]
            {
                if weight > 0.0 {
                    terms.push((weight, self.sums.share(&[errors], whole)?));
                }
            }
            let terms: Vec<(f64, &LinearEstimate)> =
                terms.iter().map(|(w, part)| (*w, part)).collect();
            Ok(LinearEstimate::combination(&terms))
        };
        LinearEstimate::nsg_of(&error(0)?, &error(1)?)
    }

    fn effect(&self, rate: Result<f64, Undefined>) -> Figures {
        let all = cells(None, None, None);
        let (caused, prevented) = (cells(None, YES, NO), cells(None, NO, YES));
        let errors = |at: usize| self.sums.total(&[8 + at, 10 + at]);
        let nsg = match errors(1) {
            0.0 => Err(Undefined::NoHeadroom),
            baseline => Ok(1.0 - errors(0) / baseline),
        };
        let standardised = rate.and_then(|rate| self.standardised(rate));
        let mut row = vec![
            (self.sums.total(&all).round() as u64).into(),
            self.share(&cells(YES, None, None), &all),
            self.share(&caused, &all),
            self.share(&cells(YES, YES, NO), &caused),
            self.share(&prevented, &all),
            self.share(&cells(NO, NO, YES), &prevented),
            nsg.into(),
        ];
        row.extend(self.inference.estimate(&standardised).cells());
        Figures {
            cells: row,
            p: Err(Undefined::NoStatistic),
            basis: Basis {
                name: self.name.clone(),
                clusters: self.sums.texts.chunk_by(|a, b| a[0] == b[0]).count() as u64,
                baseline_errors: errors(1),
            },
            is_dyadic: self.inference.is_dyadic(),
            value: Err(String::new()),
        }
    }
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    let observations = prepared.observations(request, &by);
    let groups = observations.groups(&by);
    let foresights: Vec<Foresight> =
        groups.par_iter().map(|group| Foresight::of(&observations, group, request)).collect();
    let everything = Group { values: Vec::new(), members: observations.list.clone() };
    let pooled = Foresight::of(&observations, &everything, request).sums;
    let rate = pooled.share(&cells(YES, None, None), &cells(None, None, None));
    let rate = rate.map(|figure| figure.value());
    let about = |sheet, rows: &[Figures]| {
        about_figures(sheet, prepared, &observations, request, rows.iter())
    };
    let columns = |columns| [Column::groups(&by), columns].concat();
    let effects: Vec<Figures> = foresights.par_iter().map(|of| of.effect(rate)).collect();

    let says = "Predicted switches of the answer against those that happened, in each arm.";
    let mut arms = Sheet::new(ANALYSIS.name, "Predicted switches", says, columns(arm_columns()));
    let says = "What the treated arm changes about predicted switches, and the NSG at one common \
                switch rate.";
    let title = "Switches caused and prevented";
    let mut effect = Sheet::new("gain-switch-effect", title, says, columns(effect_columns()));
    for ((group, of), row) in groups.iter().zip(&foresights).zip(&effects) {
        let treated = of.of_arm(|happened, predicted| cells(happened, predicted, None));
        let baseline = of.of_arm(|happened, predicted| cells(happened, None, predicted));
        for (side, row) in [("treated", treated), ("baseline", baseline)] {
            let values = group.values.iter().map(Cell::from);
            arms.push(values.chain([Cell::from(side)]).chain(row));
        }
        effect.push(group.values.iter().map(Cell::from).chain(row.cells.clone()));
    }
    if let Ok(rate) = rate {
        effect.notes.push(format!("common switch rate, of all groups together: {rate:.4}"));
        effect.settings.push(("switch_rate", rate.into()));
    }
    Ok(vec![about(arms, &effects), about(effect, &effects)])
}
