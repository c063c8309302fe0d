//! How far people agree, in words: with each other, and with the models of the run.

use foretell_analysis::{AnalysisError, Guesses, LabelsShared, people_agree};
use foretell_core::counted;
use foretell_study::HUMAN;
use std::path::Path;

/// Of tasks that two people guessed: how often they gave the same label.
pub(super) fn among_people(doubled: &[[String; 2]]) -> Option<String> {
    let agreement = people_agree(doubled)?;
    let LabelsShared { cases, equal } = agreement.labels;
    let alpha = match agreement.alpha {
        Ok(alpha) => format!("Krippendorff's alpha {alpha:.2}"),
        Err(reason) => format!("Krippendorff's alpha undefined ({reason})"),
    };
    Some(format!(
        "people   two raters gave one label in {equal} of {} ({:.0} to {:.0} %); {alpha}",
        counted(cases, "case"),
        100.0 * agreement.interval.low,
        100.0 * agreement.interval.high,
    ))
}

/// For each model that guessed the same cases in the same arm: how often it gave the people's label.
pub(super) fn with_models(run: &Path) -> Result<Vec<String>, AnalysisError> {
    let line = |(name, LabelsShared { cases, equal }): (String, LabelsShared)| {
        let share = 100.0 * equal as f64 / cases as f64;
        format!(
            "models   {name} gave the people's label in {equal} of {} ({share:.0} %)",
            counted(cases, "case")
        )
    };
    Ok(Guesses::load(&[run])?.shared_with(HUMAN).into_iter().map(line).collect())
}
