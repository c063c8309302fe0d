//! The analysis `gain-leave-one-out`: how much an NSG owes to each predictor.

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::figures::{Figures, about_figures, group_columns, of_sums};
use crate::group::GroupKey;
use crate::grouping::Group;
use crate::inference::{Paired, UnitSums};
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::{Cell, Column, Kind, Sheet};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// The analysis `gain-leave-one-out`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "gain-leave-one-out",
    says: "NSG without each predictor in turn, and how far that moves it.",
    keys: &[
        GroupKey::Reference,
        GroupKey::Model,
        GroupKey::Family,
        GroupKey::Effort,
        GroupKey::Dataset,
        GroupKey::Arm,
        GroupKey::AnswerOrder,
        GroupKey::Distance,
        GroupKey::Method,
        GroupKey::Changed,
    ],
    by: &[GroupKey::Reference],
    honours: Flag::ESTIMATES,
    columns,
    run,
};

/// Each predictor costs a pass over the guesses; panels are of a handful.
const MOST_PREDICTORS: usize = 50;

fn columns() -> Vec<Column> {
    let mut columns = vec![Column::text("left_out", "the predictor left out").headed("without")];
    columns.extend(group_columns());
    let says = "NSG without it less NSG of all, on shared units";
    columns.extend(Column::estimate("difference", Kind::Difference, says));
    columns
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    let observations = prepared.observations(request, &by);
    let columns = [Column::groups(&by), columns()].concat();
    let title = "Without one predictor";
    let mut sheet = Sheet::new(ANALYSIS.name, title, ANALYSIS.says, columns);
    let groups = observations.groups(&by);
    let rows: Vec<Vec<Figures>> =
        groups.par_iter().map(|group| without_each(&observations, group, request)).collect();
    for (group, rows) in groups.iter().zip(&rows) {
        for row in rows {
            sheet.push(group.values.iter().map(Cell::from).chain(row.cells.clone()));
        }
    }
    if observations.panel().predictors.len() > MOST_PREDICTORS {
        sheet.notes.push(format!("groups of more than {MOST_PREDICTORS} predictors are left out"));
    }
    sheet.notes.push("groups of a single predictor have none to leave out".to_owned());
    Ok(vec![about_figures(sheet, prepared, &observations, request, rows.iter().flatten())])
}

fn without_each(observations: &Observations, group: &Group, request: &Request) -> Vec<Figures> {
    let scored = group.members.iter().filter(|o| o.is_scored());
    let predictors: BTreeSet<u32> = scored.map(|o| o.predictor).collect();
    if !(2..=MOST_PREDICTORS).contains(&predictors.len()) {
        return Vec::new();
    }
    let model = |number: u32| &observations.guesses.models[number as usize].name;
    let mut predictors: Vec<u32> = predictors.into_iter().collect();
    predictors.sort_by_key(|&number| model(number));
    let all = UnitSums::of(&observations.units(&group.members, request.weights));
    let without = |predictor: u32| {
        let others = group.members.iter().filter(|o| o.predictor != predictor);
        let others: Vec<Observation> = others.copied().collect();
        let mut name = group.values.clone();
        name.push(format!("without {}", model(predictor)).into());
        let sums = UnitSums::of(&observations.units(&others, request.weights));
        let scored = others.iter().filter(|o| o.is_scored()).count();
        let mut figures = of_sums(&sums, scored, request, name.join(" / "));
        let paired = Paired::of(&sums.texts, &all.texts, request.level);
        let difference = paired.difference(&sums.nsg(), &all.nsg());
        figures.cells.insert(0, Cell::from(model(predictor)));
        figures.cells.extend(paired.inference.estimate(&difference).cells());
        figures
    };
    predictors.into_iter().map(without).collect()
}
