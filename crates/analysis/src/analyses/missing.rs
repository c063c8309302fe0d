//! The analysis `missing`: what is not answered, and how far it could move every NSG.

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::gain::bounded;
use crate::group::GroupKey;
use crate::grouping::grouped;
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::{Cell, Column, Kind, Sheet};
use foretell_core::Outcome;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The analysis `missing`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "missing",
    says: "What is not answered, by arm and outcome, and how far it could move every NSG.",
    keys: &GroupKey::BUT_ARM,
    by: &[GroupKey::Reference, GroupKey::Predictor],
    honours: Flag::SELECTION,
    columns: || [guess_columns(), target_columns(), bound_columns()].concat(),
    run,
};

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    Ok(vec![
        guesses(prepared, request, &by),
        targets(prepared, request, &by),
        bounds(prepared, request, &by),
    ])
}

fn share(part: u64, whole: u64) -> Cell {
    match whole {
        0 => Cell::undefined("there is none"),
        _ => (part as f64 / whole as f64).into(),
    }
}

fn guess_columns() -> Vec<Column> {
    vec![
        Column::text("arm", "what the predictor was shown"),
        Column::text("outcome", "what became of the request instead of an answer"),
        Column::count("missing", "guesses without an answer for this reason"),
        Column::count("guesses", "all guesses of the group in this arm"),
        Column::fraction("share", "missing / guesses"),
    ]
}

/// Guesses that are not answered, of every arm.
fn guesses(prepared: &Prepared, request: &Request, by: &[GroupKey]) -> Sheet {
    let columns = [Column::groups(by), guess_columns()].concat();
    let says =
        "Guesses without an answer, by arm and outcome; groups that lack none are not listed.";
    let mut sheet = Sheet::new("missing", "Missing guesses", says, columns);
    let (list, excluded) = prepared.single_guesses(request);
    let arms = &prepared.guesses.arms;
    for group in grouped(&prepared.guesses, by, &list) {
        let mut all = vec![0_u64; arms.len()];
        let mut missing: BTreeMap<(&str, Outcome), u64> = BTreeMap::new();
        for guess in &group.members {
            let arm = usize::from(guess.arm);
            all[arm] += 1;
            if guess.outcome != Outcome::Answered {
                *missing.entry((&*arms[arm], guess.outcome)).or_default() += 1;
            }
        }
        for ((arm, outcome), count) in missing {
            let of_arm = prepared.guesses.arm(arm).map_or(0, |arm| all[usize::from(arm)]);
            let cells: [Cell; 5] = [
                arm.into(),
                outcome.as_str().into(),
                count.into(),
                of_arm.into(),
                share(count, of_arm),
            ];
            sheet.push(group.values.iter().map(Cell::from).chain(cells));
        }
    }
    sheet.panel = Some(prepared.observations(request, by).panel());
    sheet.excluded = excluded;
    sheet.conditional = prepared.selection(request).conditional();
    sheet
}

fn target_columns() -> Vec<Column> {
    vec![
        Column::text("outcome", "what became of the reference's reply to the counterfactual"),
        Column::count("missing", "subjects without a target for this reason"),
        Column::count("subjects", "all subjects of the group"),
        Column::fraction("share", "missing / subjects"),
    ]
}

/// Targets that are not answered: guesses about them cannot be scored, and no bound covers them.
fn targets(prepared: &Prepared, request: &Request, by: &[GroupKey]) -> Sheet {
    let by: Vec<GroupKey> = by.iter().copied().filter(|key| *key != GroupKey::Predictor).collect();
    let columns = [Column::groups(&by), target_columns()].concat();
    let says = "Answers of references that are missing: guesses about them are never scored, and no \
                bound covers them.";
    let mut sheet = Sheet::new("missing-targets", "Missing targets", says, columns);
    let observations = prepared.observations(request, &by);
    for group in observations.groups(&by) {
        let mut subjects: Vec<u32> = group.members.iter().map(|o| o.subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let mut missing: BTreeMap<Outcome, u64> = BTreeMap::new();
        for subject in &subjects {
            let outcome = observations.guesses.subjects[*subject as usize].target_outcome;
            if outcome != Outcome::Answered {
                *missing.entry(outcome).or_default() += 1;
            }
        }
        let all = subjects.len() as u64;
        for (outcome, count) in missing {
            let cells: [Cell; 4] =
                [outcome.as_str().into(), count.into(), all.into(), share(count, all)];
            sheet.push(group.values.iter().map(Cell::from).chain(cells));
        }
    }
    sheet.about(&observations, &request.contrast)
}

fn bound_columns() -> Vec<Column> {
    let signed = |name: &'static str, says: &'static str| Column::new(name, Kind::Signed, says);
    vec![
        Column::count("observations", "scored observations"),
        Column::fraction("unscored", "share of the observations that are not scored"),
        signed("nsg", "NSG of what is scored").headed("NSG"),
        signed("bound_low", "NSG if what is missing were as bad as it could be").headed("worst"),
        signed("bound_high", "NSG if what is missing were as good as it could be").headed("best"),
    ]
}

/// Every NSG with the worst and the best that missing guesses could make of it.
fn bounds(prepared: &Prepared, request: &Request, by: &[GroupKey]) -> Sheet {
    let columns = [Column::groups(by), bound_columns()].concat();
    let says = "Every NSG, and what it would be if missing guesses were all wrong in one arm and right \
                in the other, and the other way round.";
    let mut sheet = Sheet::new("missing-bounds", "Bounds of every NSG", says, columns);
    let observations = prepared.observations(request, by);
    let groups = observations.groups(by);
    let rows: Vec<Vec<Cell>> = groups
        .par_iter()
        .map(|group| {
            let found = bounded(&observations, &group.members);
            let cells = [
                found.observations.into(),
                Cell::from(found.unscored),
                found.nsg.into(),
                found.low.into(),
                found.high.into(),
            ];
            group.values.iter().map(Cell::from).chain(cells).collect()
        })
        .collect();
    rows.into_iter().for_each(|row| sheet.push(row));
    sheet.warnings.extend(prepared.notices.iter().cloned());
    sheet.about(&observations, &request.contrast)
}
