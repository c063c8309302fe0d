//! What the NSG of each reference becomes without one of the predictors.

use crate::by_predictor::ByPredictor;
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::grouping::Group;
use crate::inference::{Figure, Inference};
use crate::observation::Observations;
use crate::prepared::Prepared;
use crate::request::Request;
use crate::sheet::{Cell, Column, Kind, Sheet};
use rayon::prelude::*;

pub(super) fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("without", "the predictor that is left out"),
        Column::count("observations", "scored observations of the others"),
        Column::new("nsg_all", Kind::Signed, "NSG of all predictors").headed("NSG of all"),
    ];
    let without = "NSG of the other predictors";
    columns.extend(Column::estimate("nsg", Kind::Signed, without).map(|c| c.headed("NSG")));
    columns.extend(Column::estimate("change", Kind::Difference, "nsg - nsg_all, paired"));
    columns
}

pub(super) fn sheets(
    prepared: &Prepared,
    request: &Request,
    by: &[GroupKey],
) -> Result<Vec<Sheet>, AnalysisError> {
    let by = [by, &[GroupKey::Reference]].concat();
    let says = "The NSG of each reference without one of the predictors.";
    let columns = [Column::groups(&by), columns()].concat();
    let mut sheet = Sheet::new("predictors-dropout", "Without one predictor", says, columns);
    let observations = prepared.observations(request, &by);
    let rows: Vec<Vec<Vec<Cell>>> = observations
        .groups(&by)
        .par_iter()
        .map(|group| rows(&observations, group, request.level))
        .collect();
    rows.into_iter().flatten().for_each(|row| sheet.push(row));
    sheet.settings.push(("level", request.level.into()));
    Ok(vec![sheet.about(&observations, &request.contrast)])
}

fn rows(observations: &Observations, group: &Group, level: f64) -> Vec<Vec<Cell>> {
    let guesses = &observations.guesses;
    let panel = ByPredictor::of(guesses, &group.members);
    let inference = Inference::of(&panel.texts, level);
    let all = panel.sums(|_| true).nsg();
    let row = |(at, predictor): (usize, &u32)| {
        let sums = panel.sums(|other| other != at);
        let without = sums.nsg();
        let change = less(&without, &all);
        let value = |figure: &Figure| Cell::figure(figure.as_ref().map(|figure| figure.value()));
        let mut cells: Vec<Cell> = group.values.iter().map(Cell::from).collect();
        cells.push((&guesses.models[*predictor as usize].name).into());
        cells.push((sums.observations.iter().sum::<f64>().round() as u64).into());
        cells.push(value(&all));
        cells.extend(inference.estimate(&without).cells());
        cells.extend(inference.estimate(&change).cells());
        cells
    };
    panel.predictors.iter().enumerate().map(row).collect()
}

fn less(one: &Figure, other: &Figure) -> Figure {
    let one = one.as_ref().map_err(|reason| *reason)?;
    Ok(one.difference(other.as_ref().map_err(|reason| *reason)?))
}
