//! The analysis `baselines`: what predictors would score without reading anything, and the NSG
//! against the best of that.

mod constant;
mod score;

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::{Basis, Cell, Column, Kind, Sheet, basis_warnings};
use constant::Constants;
use rayon::prelude::*;
use score::{Scores, Scoring};

/// The analysis `baselines`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "baselines",
    says: "What copying, majority, switching and other arms score on the same observations, and the NSG against the best of them.",
    keys: &GroupKey::BUT_ARM,
    by: &[GroupKey::Reference],
    honours: Flag::INTERVALS,
    columns: || [columns(), best_columns()].concat(),
    run,
};

/// Baselines that cover less of the contrast's observations than this are not called the best.
const COVERAGE: f64 = 0.9;

fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text(
            "baseline",
            "what stands in for the predictor's guess, or the arm of its guess",
        ),
        Column::count("observations", "scored observations of the contrast that have it too"),
        Column::fraction("coverage", "their share of all scored observations of the contrast")
            .wide(),
    ];
    columns.extend(Column::estimate(
        "accuracy",
        Kind::Fraction,
        "accuracy of the baseline on these",
    ));
    columns.push(Column::fraction("a_with", "accuracy of the treated arm on these"));
    let nsg = "NSG of the treated arm against this baseline, on these";
    columns.extend(Column::estimate("nsg", Kind::Signed, nsg).map(|c| c.headed("NSG against it")));
    columns
}

fn best_columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("best", "the baseline that leaves the treated arm the least"),
        Column::count("observations", "scored observations that have it"),
        Column::fraction("accuracy", "its accuracy"),
        Column::new("nsg", Kind::Signed, "NSG against the baseline of the contrast").headed("NSG"),
    ];
    let nsg = "NSG against the best baseline";
    columns.extend(
        Column::estimate("nsg_best", Kind::Signed, nsg).map(|c| c.headed("NSG against the best")),
    );
    columns
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    let observations = prepared.observations(request, &by);
    let constants = Constants::of(&observations, prepared.tables.questions()?);
    let scoring = Scoring::of(&observations, &constants, &request.contrast);
    let all = [Column::groups(&by), columns()].concat();
    let says =
        "Accuracy of baselines on the observations of the contrast, and the NSG against each.";
    let mut sheet = Sheet::new("baselines", "Baselines", says, all);
    let all = [Column::groups(&by), best_columns()].concat();
    let says = "The NSG against the best baseline: what explanations add to the cheapest guess.";
    let mut best = Sheet::new("baselines-best", "Against the best baseline", says, all);
    let groups = observations.groups(&by);
    let scores: Vec<Scores> = groups
        .par_iter()
        .map(|group| scoring.scores(&observations, &group.members, request.level))
        .collect();
    let mut basis = Vec::new();
    for (group, scores) in groups.iter().zip(&scores) {
        let start = || group.values.iter().map(Cell::from);
        for score in &scores.list {
            sheet.push(start().chain(score.cells(scores.observations)));
        }
        let strictest = scores.strictest(COVERAGE);
        best.push(start().chain(scores.best_cells(strictest)));
        if let Some(score) = strictest {
            basis.push(Basis {
                name: group.name(),
                clusters: score.clusters,
                baseline_errors: score.errors,
            });
        }
    }
    best.warnings.extend(basis_warnings(&basis));
    best.notes.push(
        "the best baseline is chosen on the same observations, which the interval does not allow for"
            .to_owned(),
    );
    sheet.notes.push(constant::NOTE.to_owned());
    if by.contains(&GroupKey::Changed) {
        sheet.notes.push(GroupKey::OVERLAP.to_owned());
    }
    let finish = |mut sheet: Sheet| {
        sheet.settings.push(("level", request.level.into()));
        sheet.about(&observations, &request.contrast)
    };
    Ok(vec![finish(sheet), finish(best)])
}
