//! The analysis `metrics`: measures of faithfulness of other authors, from the same records.

mod correlational;
mod cue;
mod generality;
mod precision;
mod simulation;

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::Sheet;
use rayon::prelude::*;

/// The analysis `metrics`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "metrics",
    says: "Measures of other authors on the same records: counterfactual precision and generality, simulation reward, cue monitor, phi-CCT.",
    keys: &GroupKey::BUT_ARM,
    by: &[GroupKey::Reference],
    honours: Flag::INTERVALS,
    columns: || {
        [
            precision::columns(),
            generality::columns(),
            simulation::columns(),
            cue::columns(),
            correlational::columns(),
        ]
        .concat()
    },
    run,
};

type Part = fn(&Prepared, &Request, &[GroupKey]) -> Result<Sheet, AnalysisError>;

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    let observations = prepared.observations(request, &by);
    let parts: [Part; 5] =
        [precision::sheet, generality::sheet, simulation::sheet, cue::sheet, correlational::sheet];
    let finish = |part: &Part| {
        let mut sheet = part(prepared, request, &by)?;
        if by.contains(&GroupKey::Changed) {
            sheet.notes.push(GroupKey::OVERLAP.to_owned());
        }
        sheet.settings.push(("level", request.level.into()));
        Ok(sheet.about(&observations, &request.contrast))
    };
    parts.par_iter().map(finish).collect()
}
