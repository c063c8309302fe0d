//! The analysis `predictors`: how far those who guess agree, and when they are sure.

mod confidence;
mod consistency;
mod dropout;
mod labels;
mod ranks;
mod threshold;

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::Sheet;
use rayon::prelude::*;

/// The analysis `predictors`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "predictors",
    says: "Whether predictors agree on the order of references, on the level and on labels, and when they are sure.",
    keys: &[
        GroupKey::Family,
        GroupKey::Effort,
        GroupKey::Dataset,
        GroupKey::AnswerOrder,
        GroupKey::Distance,
        GroupKey::Method,
        GroupKey::Changed,
    ],
    by: &[],
    honours: &[
        Flag::By,
        Flag::Arm,
        Flag::Against,
        Flag::ExcludeSelf,
        Flag::Where,
        Flag::Level,
        Flag::Bootstrap,
        Flag::Seed,
    ],
    columns: || {
        [
            ranks::columns(),
            dropout::columns(),
            labels::columns(),
            labels::pair_columns(),
            consistency::columns(),
            threshold::columns(),
            confidence::columns(),
        ]
        .concat()
    },
    run,
};

type Part = fn(&Prepared, &Request, &[GroupKey]) -> Result<Vec<Sheet>, AnalysisError>;

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    let parts: [Part; 6] = [
        ranks::sheets,
        dropout::sheets,
        labels::sheets,
        consistency::sheets,
        threshold::sheets,
        confidence::sheets,
    ];
    // The observations are made once, before several parts ask for them at the same time.
    drop(prepared.observations(request, &by));
    let sheets: Vec<Vec<Sheet>> =
        parts.par_iter().map(|part| part(prepared, request, &by)).collect::<Result<_, _>>()?;
    let mut sheets = sheets.concat();
    if by.contains(&GroupKey::Changed) {
        sheets.iter_mut().for_each(|sheet| sheet.notes.push(GroupKey::OVERLAP.to_owned()));
    }
    Ok(sheets)
}
