//! Simulation accuracy and the reward that trains explanations for it.

use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::inference::{Inference, UnitSums};
use crate::prepared::Prepared;
use crate::request::Request;
use crate::sheet::{Cell, Column, Kind, Sheet};
use crate::unit::Weights;
use foretell_stats::LinearEstimate;
use rayon::prelude::*;

/// How much the accuracy with the explanation weighs.
const M: f64 = 2.0;

pub(super) fn columns() -> Vec<Column> {
    let mut columns = vec![Column::count("observations", "scored observations")];
    columns.extend(Column::estimate(
        "acc_xye",
        Kind::Fraction,
        "accuracy with question, answer and explanation",
    ));
    columns.extend(Column::estimate("acc_xy", Kind::Fraction, "accuracy with question and answer"));
    columns.extend(Column::estimate(
        "reward",
        Kind::Signed,
        "M * acc_xye - (M - 1) * acc_xy, with M = 2",
    ));
    columns
}

pub(super) fn sheet(
    prepared: &Prepared,
    request: &Request,
    by: &[GroupKey],
) -> Result<Sheet, AnalysisError> {
    let says = "Simulation accuracy and reward (Hase and Potts 2026), with M = 2.";
    let columns = [Column::groups(by), columns()].concat();
    let mut sheet = Sheet::new("metrics-simulation", "Simulation reward", says, columns);
    let observations = prepared.observations(request, by);
    let rows: Vec<Vec<Cell>> = observations
        .groups(by)
        .par_iter()
        .map(|group| {
            let sums = UnitSums::of(&observations.units(&group.members, Weights::Observation));
            let inference = Inference::of(&sums.texts, request.level);
            let [with, without] = sums.accuracies();
            let reward = match (&with, &without) {
                (Ok(with), Ok(without)) => {
                    Ok(LinearEstimate::combination(&[(M, with), (1.0 - M, without)]))
                }
                (Err(reason), _) | (_, Err(reason)) => Err(*reason),
            };
            let seen = sums.observations.iter().sum::<f64>().round() as u64;
            let mut cells: Vec<Cell> = group.values.iter().map(Cell::from).collect();
            cells.push(seen.into());
            cells.extend(inference.estimate(&with).within(0.0, 1.0).cells());
            cells.extend(inference.estimate(&without).within(0.0, 1.0).cells());
            cells.extend(inference.estimate(&reward).cells());
            cells
        })
        .collect();
    rows.into_iter().for_each(|row| sheet.push(row));
    sheet.settings.push(("m", M.into()));
    Ok(sheet)
}
