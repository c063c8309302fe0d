//! How far people agree: with each other, and with the models of the run.

use foretell_analysis::{AnalysisError, Guesses};
use foretell_core::counted;
use foretell_stats::{krippendorff_nominal, wilson};
use foretell_study::HUMAN;
use std::collections::BTreeMap;
use std::path::Path;

/// Of tasks that two people guessed: how often they gave the same label.
pub(super) fn among_people(doubled: &[[String; 2]]) -> Option<String> {
    let equal = doubled.iter().filter(|[one, other]| one == other).count();
    let mut labels: Vec<&String> = doubled.iter().flatten().collect();
    labels.sort();
    labels.dedup();
    let number = |label: &String| labels.binary_search(&label).ok().map(|at| at as u32);
    let units: Vec<Vec<Option<u32>>> =
        doubled.iter().map(|[one, other]| vec![number(one), number(other)]).collect();
    let interval = wilson(equal as f64, doubled.len() as f64, 0.95).ok()?;
    let alpha = match krippendorff_nominal(&units).alpha {
        Ok(alpha) => format!("Krippendorff's alpha {alpha:.2}"),
        Err(reason) => format!("Krippendorff's alpha undefined ({reason})"),
    };
    Some(format!(
        "people   two raters gave one label in {equal} of {} ({:.0} to {:.0} %); {alpha}",
        counted(doubled.len() as u64, "case"),
        100.0 * interval.low,
        100.0 * interval.high,
    ))
}

/// For each model that guessed the same cases in the same arm: how often it gave the people's label.
pub(super) fn with_models(run: &Path) -> Result<Vec<String>, AnalysisError> {
    let guesses = Guesses::load(&[run])?;
    let mut counts: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for subject in guesses.by_subject() {
        let of = |human: bool| {
            let is_human = |number: u32| &*guesses.models[number as usize].name == HUMAN;
            subject.iter().filter(move |guess| is_human(guess.predictor) == human)
        };
        for person in of(true) {
            for model in of(false).filter(|model| model.arm == person.arm && model.repeat == 0) {
                let (Some(one), Some(other)) = (person.answer, model.answer) else { continue };
                let name = &*guesses.models[model.predictor as usize].name;
                let [equal, all] = counts.entry(name).or_default();
                *equal += u64::from(one == other);
                *all += 1;
            }
        }
    }
    let line = |(name, [equal, all]): (&str, [u64; 2])| {
        let share = 100.0 * equal as f64 / all as f64;
        format!(
            "models   {name} gave the people's label in {equal} of {} ({share:.0} %)",
            counted(all, "case")
        )
    };
    Ok(counts.into_iter().map(line).collect())
}
