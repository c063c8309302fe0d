//! Runs at the edge of what can be analysed: every analysis answers, or says why it cannot.

use crate::study::{G, Row, write_arm};
use foretell_analysis::{ANALYSES, Cell, GroupKey, Prepared, Request, Weights, run_all};
use foretell_core::Outcome;
use proptest::prelude::*;
use std::path::Path;
use tempfile::{TempDir, tempdir};

/// A run of one guess an arm: cluster, pair, and what the guess became in each arm.
type Study = Vec<(usize, usize, [G; 3])>;

const ARMS: [&str; 3] = ["with", "without", "shuffled"];

fn write_study(run: &Path, reference: &str, predictor: &str, study: &Study) {
    for (at, arm) in ARMS.into_iter().enumerate() {
        let rows: Vec<Row> = study
            .iter()
            .map(|(cluster, pair, guesses)| Row::new(*cluster, *pair, guesses[at]))
            .collect();
        write_arm(run, reference, predictor, arm, &rows);
    }
}

fn run_of(models: &[(&str, &str)], study: &Study) -> TempDir {
    let run = tempdir().unwrap();
    models.iter().for_each(|(reference, predictor)| {
        write_study(run.path(), reference, predictor, study);
    });
    run
}

/// Runs every analysis in several ways; a cell is a finite figure or has a reason.
fn survives(run: &Path) {
    let requests = [
        Request { bootstrap: 20, ..Request::default() },
        Request { bootstrap: 0, by: Some(vec![]), weights: Weights::Pair, ..Request::default() },
        Request {
            bootstrap: 0,
            by: Some(vec![GroupKey::Dataset]),
            weights: Weights::Dataset,
            consistent_only: true,
            ..Request::default()
        },
    ];
    for request in requests {
        let mut runs = vec![Prepared::read(&[run], &request).unwrap()];
        if request.by.is_none() {
            runs.push(Prepared::read_two(run, run, &request).unwrap());
        }
        for prepared in runs {
            let analyses: Vec<_> = ANALYSES.iter().collect();
            for finished in run_all(&analyses, &prepared, &request) {
                for sheet in finished.sheets.unwrap() {
                    serde_json::from_str::<serde_json::Value>(&sheet.to_json()).unwrap();
                    let cells = sheet.rows.iter().flatten();
                    let reasons = cells.filter_map(Cell::reason);
                    assert!(reasons.into_iter().all(|reason| !reason.is_empty()), "{}", sheet.name);
                }
            }
        }
    }
}

const R: G = G::Right;
const W: G = G::Wrong;
const HEDGED: G = G::Lost(Outcome::Hedged);

#[test]
fn runs_that_say_little_are_survived() {
    let two = [("r", "p"), ("r", "q"), ("gpt-oss-20b_low", "p"), ("gpt-oss-20b_high", "p")];
    let studies: [(&str, Study); 7] = [
        ("no guesses", vec![]),
        ("one guess", vec![(0, 0, [R, W, W])]),
        ("one cluster", (0..4).map(|pair| (0, pair, [R, W, R])).collect()),
        ("all right", (0..6).map(|at| (at, at, [R, R, R])).collect()),
        ("all wrong", (0..6).map(|at| (at, at, [W, W, W])).collect()),
        ("only the treated arm right", (0..6).map(|at| (at, at, [R, W, W])).collect()),
        ("nothing answered", (0..6).map(|at| (at, at, [HEDGED, HEDGED, HEDGED])).collect()),
    ];
    for (name, study) in &studies {
        eprintln!("{name}");
        survives(run_of(&two, study).path());
        survives(run_of(&two[..1], study).path());
    }
}

#[test]
fn many_references_are_not_compared_each_with_each() {
    let names: Vec<String> = (0..60).map(|at| format!("r{at}")).collect();
    let models: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "p")).collect();
    let run = run_of(&models, &vec![(0, 0, [R, W, W]), (1, 1, [W, W, R])]);
    let request = Request { bootstrap: 0, ..Request::default() };
    let prepared = Prepared::read(&[run.path()], &request).unwrap();
    let compare = foretell_analysis::analysis("compare").unwrap();
    let sheet = (compare.run)(&prepared, &request).unwrap().remove(0);
    assert!(sheet.rows.is_empty() && sheet.notes[0].starts_with("60 references are too many"));
}

fn guess() -> impl Strategy<Value = G> {
    prop::sample::select(vec![R, W, HEDGED])
}

proptest! {
    // Each case writes and reads some tables.
    #![proptest_config(ProptestConfig::with_cases(5))]
    #[test]
    fn whatever_was_guessed_every_analysis_answers(
        study in prop::collection::btree_map(
            (0_usize..4, 0_usize..4),
            prop::array::uniform3(guess()),
            0..12,
        )
    ) {
        let study: Study = study.into_iter().map(|((c, pair), guesses)| (c, pair, guesses)).collect();
        survives(run_of(&[("gpt-oss-20b_low", "p"), ("gpt-oss-20b_high", "p"), ("r", "q")], &study).path());
    }
}
