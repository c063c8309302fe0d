//! What a study of people can tell, before anyone is asked.

use foretell_analysis::{Guesses, expected_of_people};
use foretell_study::{HUMAN, HumanStudy};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Error without an explanation where no predictor of the run tells another.
const ERROR_WITHOUT: f64 = 0.25;

/// The NSG for which intervals are foretold.
const NSG: [f64; 3] = [0.0, 1.0 / 3.0, 2.0 / 3.0];

/// How often the predictors of the run err without an explanation, about the references of the study;
/// none where there are no guesses yet.
pub(super) fn pilot(run: &Path, study: &HumanStudy) -> Option<f64> {
    let guesses = Arc::new(Guesses::load(&[run]).ok()?);
    let references: BTreeSet<&str> = study.cases.iter().map(|c| c.reference.as_str()).collect();
    guesses.error_without(&references, HUMAN)
}

/// What to expect, in words.
pub(super) fn expectations(pairs: u32, pilot: Option<f64>) -> Vec<String> {
    let without = pilot.unwrap_or(ERROR_WITHOUT);
    let because = match pilot {
        Some(_) => "as the run's predictors do about these references",
        None => "an assumption, since no predictor of the run has guessed yet",
    };
    let mut lines = vec![format!(
        "expect   if people err in {:.0} % of the cases without explanation ({because}), the 95 % interval is",
        100.0 * without
    )];
    for nsg in NSG {
        let estimate = expected_of_people(pairs, without, nsg);
        lines.push(match (estimate.nsg, estimate.interval) {
            (Ok(value), Ok(interval)) => format!(
                "         of an NSG of {value:.2}: {:.2} to {:.2}, about {:.1} to each side",
                interval.low,
                interval.high,
                (interval.high - interval.low) / 2.0
            ),
            (_, fault) => {
                let reason = fault.err().or(estimate.nsg.err());
                let reason = reason.map_or(String::new(), |reason| format!(" ({reason})"));
                format!("         of an NSG of {nsg:.2}: undefined{reason}")
            }
        });
    }
    lines.push(
        "         taking the two guesses of a pair, which come from two people, as independent"
            .to_owned(),
    );
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_study_too_small_to_tell_anything_says_so() {
        let lines = expectations(1, None);
        assert!(lines.iter().any(|line| line.contains("undefined")), "{lines:?}");
    }
}
