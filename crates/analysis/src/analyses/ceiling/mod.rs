//! The analysis `ceiling`: how well a reference can be foretold at all, and where the errors that
//! remain come from.

mod agreement;
mod bracket;
mod errors;

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::{Cell, Column, Sheet};
use agreement::Replies;
use rayon::prelude::*;

/// The analysis `ceiling`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "ceiling",
    says: "How well a reference can be foretold at all, from its repeats: a bracket, the NSG relative to it, and what the remaining errors are.",
    keys: &[
        GroupKey::Reference,
        GroupKey::Model,
        GroupKey::Family,
        GroupKey::Effort,
        GroupKey::Dataset,
        GroupKey::AnswerOrder,
        GroupKey::Distance,
        GroupKey::Method,
        GroupKey::Changed,
    ],
    by: &[GroupKey::Reference],
    honours: Flag::INTERVALS,
    columns: || [bracket::columns(), errors::columns()].concat(),
    run,
};

/// Why there is no ceiling without repeats, and the command that adds them.
const NO_REPEATS: &str = "no counterfactual question was answered twice: `foretell grow RUN --ceiling 10` asks each ten times";

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    let observations = prepared.observations(request, &by);
    let replies = Replies::of(prepared, &observations)?;
    let groups = observations.groups(&by);
    let says = "Accuracy that a perfect predictor of the reference could reach, between what \
                leave-one-out and the most common answer say, and the NSG relative to it.";
    let columns = [Column::groups(&by), bracket::columns()].concat();
    let mut ceiling = Sheet::new("ceiling", "Noise ceiling", says, columns);
    let says = "Treated guesses that are wrong, by what made them so: first the reference's own \
                inconsistency, then, against its most common answer, predictors misled together \
                and predictors at odds.";
    let columns = [Column::groups(&by), errors::columns()].concat();
    let mut errors = Sheet::new("ceiling-errors", "What the remaining errors are", says, columns);
    let cells: Vec<[Vec<Cell>; 2]> = groups
        .par_iter()
        .map(|group| {
            let members = &group.members;
            [
                bracket::cells(&observations, &replies, members, request.level),
                errors::cells(&observations, &replies, members, request.level),
            ]
        })
        .collect();
    for (group, [bracket, remaining]) in groups.iter().zip(cells) {
        let start = || group.values.iter().map(Cell::from);
        ceiling.push(start().chain(bracket));
        errors.push(start().chain(remaining));
    }
    ceiling.warnings.extend(replies.few());
    let finish = |mut sheet: Sheet| {
        if by.contains(&GroupKey::Changed) {
            sheet.notes.push(GroupKey::OVERLAP.to_owned());
        }
        sheet.settings.push(("level", request.level.into()));
        sheet.about(&observations, &request.contrast)
    };
    Ok(vec![finish(ceiling), finish(errors)])
}
