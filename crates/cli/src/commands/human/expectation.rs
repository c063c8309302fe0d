//! What a study of people can tell, before anyone is asked.

use foretell_analysis::{Contrast, Guesses, Observations, Selection};
use foretell_stats::{ClusterErrors, NsgEstimate, nsg_clustered};
use foretell_study::{HUMAN, HumanStudy};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

const LEVEL: f64 = 0.95;

/// Error without an explanation where no predictor of the run tells another.
const ERROR_WITHOUT: f64 = 0.25;

/// The NSG for which intervals are foretold.
const NSG: [f64; 3] = [0.0, 1.0 / 3.0, 2.0 / 3.0];

/// How often the predictors of the run err, about the same references.
pub(super) struct Pilot {
    error_without: f64,
}

impl Pilot {
    /// From the guesses of models; none where there are none yet.
    pub(super) fn of(run: &Path, study: &HumanStudy) -> Option<Self> {
        let guesses = Arc::new(Guesses::load(&[run]).ok()?);
        let observations =
            Observations::of(Arc::clone(&guesses), &Contrast::default(), &Selection::default());
        let references: BTreeSet<&str> = study.cases.iter().map(|c| c.reference.as_str()).collect();
        let name = |number: u32| &*guesses.models[number as usize].name;
        let about = observations.list.iter().filter(|observation| {
            let reference = guesses.subjects[observation.subject as usize].reference;
            observation.is_scored()
                && references.contains(name(reference))
                && name(observation.predictor) != HUMAN
        });
        let errors: Vec<f64> = about.map(|observation| observation.baseline_error()).collect();
        let error_without = errors.iter().sum::<f64>() / errors.len() as f64;
        (error_without > 0.0).then_some(Self { error_without })
    }
}

/// The estimate that the expected numbers of errors would give: of as many pairs, each its own
/// cluster, whose two guesses come from two people and err independently of each other.
fn expected(pairs: u32, without: f64, nsg: f64) -> NsgEstimate {
    let with = without * (1.0 - nsg);
    let chances = [with * without, with * (1.0 - without), (1.0 - with) * without];
    let pairs = f64::from(pairs);
    let mut cells = chances.map(|chance| (chance * pairs).round());
    // The margins are what the figure rests on: they are kept as near as whole pairs allow.
    cells[1] = ((with * pairs).round() - cells[0]).max(0.0);
    cells[2] = ((without * pairs).round() - cells[0]).max(0.0);
    let neither = (pairs - cells.iter().sum::<f64>()).max(0.0);
    let kinds =
        [(cells[0], 1.0, 1.0), (cells[1], 1.0, 0.0), (cells[2], 0.0, 1.0), (neither, 0.0, 0.0)];
    let clusters: Vec<ClusterErrors> = kinds
        .into_iter()
        .flat_map(|(number, treated, baseline)| {
            std::iter::repeat_n(
                ClusterErrors { observations: 1.0, treated, baseline },
                number as usize,
            )
        })
        .collect();
    nsg_clustered(&clusters, LEVEL)
}

/// What to expect, in words.
pub(super) fn expectations(pairs: u32, pilot: Option<&Pilot>) -> Vec<String> {
    let without = pilot.map_or(ERROR_WITHOUT, |pilot| pilot.error_without);
    let because = match pilot {
        Some(_) => "as the run's predictors do about these references",
        None => "an assumption, since no predictor of the run has guessed yet",
    };
    let mut lines = vec![format!(
        "expect   if people err in {:.0} % of the cases without explanation ({because}), the 95 % interval is",
        100.0 * without
    )];
    for nsg in NSG {
        let estimate = expected(pairs, without, nsg);
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
    fn sixty_pairs_tell_an_nsg_of_a_third_to_about_a_half() {
        let estimate = expected(60, 0.25, 1.0 / 3.0);
        let interval = estimate.interval.unwrap();
        assert!((estimate.nsg.unwrap() - 1.0 / 3.0).abs() < 0.01);
        let half = (interval.high - interval.low) / 2.0;
        assert!((0.4..0.65).contains(&half), "{half}");
    }

    #[test]
    fn a_study_too_small_to_tell_anything_says_so() {
        let lines = expectations(1, None);
        assert!(lines.iter().any(|line| line.contains("undefined")), "{lines:?}");
    }
}
