//! What guesses are held against: targets that are missing, and original answers that tables give
//! differently.

use crate::study::{G, Row, prediction, write_arm};
use foretell_analysis::{AnalysisError, Prepared, Request, analysis};
use foretell_core::{Outcome, TextId};
use foretell_tables::{PredictionRow, write};
use std::path::Path;
use tempfile::tempdir;

#[test]
fn withheld_guesses_without_a_target_do_not_lower_the_coverage() {
    let run = tempdir().unwrap();
    let abstained = G::Lost(Outcome::Abstained);
    let untargeted = |pair| Row { target: Outcome::Truncated, ..Row::new(pair, pair, abstained) };
    let rows = [Row::new(0, 0, G::Right), Row::new(1, 1, abstained), untargeted(2), untargeted(3)];
    for arm in ["with", "without"] {
        write_arm(run.path(), "r", "p", arm, &rows);
    }
    let request = Request::default();
    let prepared = Prepared::read(&[run.path()], &request).unwrap();
    let sheets = (analysis("metrics").unwrap().run)(&prepared, &request).unwrap();
    let sheet = sheets.iter().find(|sheet| sheet.name == "metrics-precision").unwrap();
    let found = ["answered", "abstained", "coverage"].map(|name| sheet.number(0, name));
    assert_eq!(found, [1.0, 1.0, 0.5].map(Some));
}

/// One arm, with an original answer of its own for each pair.
fn write_originals(run: &Path, arm: &str, answers: &[(&str, &str)]) {
    let rows = answers.iter().enumerate().map(|(pair, (original, answer))| PredictionRow {
        original_text_id: TextId::of("d", original),
        original_answer: Some((*answer).into()),
        ..prediction(&Row::new(pair, pair, G::Right), "r", "p", arm)
    });
    write(&run.join(format!("predictions/r/p/{arm}.parquet")), rows.collect::<Vec<_>>()).unwrap();
}

#[test]
fn arms_that_differ_in_the_original_answer_are_refused_by_name() {
    let run = tempdir().unwrap();
    write_originals(run.path(), "with", &[("a", "NO"), ("b", "NO")]);
    write_originals(run.path(), "without", &[("a", "NO"), ("b", "YES")]);
    let fault = Prepared::read(&[run.path()], &Request::default()).unwrap_err();
    let said = fault.to_string();
    assert!(matches!(fault, AnalysisError::OriginalsDiffer { .. }), "{said}");
    for part in ["without.parquet", "pair `d/1>1x1:first`", "`YES`", "`NO`", "of `r`"] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn pairs_that_differ_about_their_original_are_counted_and_named() {
    let answers = [("a", "NO"), ("b", "NO"), ("b", "YES"), ("c", "NO"), ("c", "YES"), ("c", "YES")];
    let run = tempdir().unwrap();
    for arm in ["with", "without"] {
        write_originals(run.path(), arm, &answers);
    }
    let prepared = Prepared::read(&[run.path()], &Request::default()).unwrap();
    let said = prepared.notices.concat();
    assert!(said.starts_with("2 original answers differ"), "{said}");
    assert!(said.contains("of `r` in pair `d/2>2x2:first` of ") && said.contains(".parquet"));
}
