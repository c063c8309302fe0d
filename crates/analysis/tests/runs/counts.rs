//! Counts as a table: written from runs, read back, and made elsewhere.

use crate::study::{G, Row, write_arm, write_pairs};
use foretell_analysis::{
    AnalysisError, Contrast, CountRequest, Counted, GainRequest, GainRow, GroupKey, gain,
};
use foretell_core::Outcome;
use foretell_tables::{CountRow, read, write};
use std::path::{Path, PathBuf};
use tempfile::{TempDir, tempdir};

const R: G = G::Right;
const W: G = G::Wrong;
const HEDGED: G = G::Lost(Outcome::Hedged);

/// Two references and predictors, with repeats, guesses and a row that are missing, and an answer that is.
fn run() -> TempDir {
    let run = tempdir().unwrap();
    for (reference, shift) in [("r", 0), ("s", 1)] {
        let mut rows: [Vec<Row>; 2] = Default::default();
        let guesses = [R, W, HEDGED, R, W];
        for pair in 0..6 {
            for repeat in 0..3 {
                let at = pair + shift + repeat as usize;
                for (side, rows) in rows.iter_mut().enumerate() {
                    let guess = guesses[(at * (side + 1)) % guesses.len()];
                    let target = if pair == 4 { Outcome::Truncated } else { Outcome::Answered };
                    rows.push(Row { repeat, target, ..Row::new(pair / 2, pair, guess) });
                }
            }
        }
        rows[0].pop();
        write_arm(run.path(), reference, "p", "with", &rows[0]);
        write_arm(run.path(), reference, "p", "without", &rows[1]);
        write_pairs(run.path(), reference, "q", &[(0, R, W), (0, W, W), (1, R, HEDGED), (2, W, W)]);
    }
    run
}

fn keys(list: &str) -> Vec<GroupKey> {
    GroupKey::list(list).unwrap()
}

fn counted(runs: &[&Path], list: &str) -> (TempDir, PathBuf) {
    let folder = tempdir().unwrap();
    let path = folder.path().join("counts.parquet");
    let request = CountRequest { keys: keys(list), ..CountRequest::default() };
    let rows = request.write(runs, &path).unwrap();
    assert_eq!(read::<CountRow>(&path).unwrap().len() as u64, rows);
    (folder, path)
}

fn gains(path: &Path, list: &str) -> Vec<GainRow> {
    let counted = Counted::read(&[path], Some(&keys(list)), None).unwrap();
    counted.gain(&request(list)).unwrap().rows
}

fn request(list: &str) -> GainRequest {
    GainRequest { by: keys(list), bootstrap: 200, ..GainRequest::default() }
}

/// A row without what a table of counts does not tell.
fn told(mut row: GainRow) -> GainRow {
    row.left_out_detail.clear();
    row.targets_missing = 0;
    row.targets_missing_detail.clear();
    row
}

#[test]
fn gains_from_counts_are_those_of_the_run_to_the_last_digit() {
    let run = run();
    let (_folder, path) = counted(&[run.path()], "reference,predictor,answer_order,effort");
    for list in ["", "reference", "predictor,reference", "effort,dataset", "arm"] {
        let rows = gain(&[run.path()], &request(list)).unwrap().rows;
        let rows: Vec<GainRow> = rows.into_iter().map(told).collect();
        if list != "arm" {
            assert_eq!(gains(&path, list), rows, "{list}");
        }
        assert!(rows.iter().any(|row| row.left_out > 0 && row.nsg.is_some()), "{list}");
    }
    assert_eq!(gains(&path, "arm")[0].group, ["with"]);
    assert_eq!(gains(&path, "arm")[0].nsg, gains(&path, "")[0].nsg);
}

#[test]
fn rows_of_files_add_up_and_may_be_split() {
    let run = run();
    let (_folder, path) = counted(&[run.path()], "reference");
    let rows: Vec<CountRow> = read(&path).unwrap();
    let folder = tempdir().unwrap();
    let parts = ["one.parquet", "two.parquet"].map(|name| folder.path().join(name));
    let half = rows.len() / 2;
    write(&parts[0], rows[half..].iter().cloned()).unwrap();
    write(&parts[1], rows[..half].iter().cloned()).unwrap();
    let paths = parts.each_ref().map(PathBuf::as_path);
    let both = Counted::read(&paths, None, None).unwrap().gain(&request("")).unwrap();
    assert_eq!(both.rows, gains(&path, "reference"));
    assert_eq!(both.by, [GroupKey::Reference]);
}

#[test]
fn runs_about_one_reference_are_counted_together() {
    let [one, other] = [tempdir().unwrap(), tempdir().unwrap()];
    write_pairs(one.path(), "r", "p", &[(0, R, W), (1, W, W)]);
    write_pairs(other.path(), "r", "q", &[(0, R, W), (1, W, R)]);
    let (_folder, path) = counted(&[one.path(), other.path()], "reference");
    assert_eq!((gains(&path, "")[0].observations, gains(&path, "")[0].pairs), (4, 2));
    // The same folder in both runs: only together do the guesses tell that they stand twice.
    write_pairs(other.path(), "r", "p", &[(0, R, W)]);
    let out = one.path().join("counts.parquet");
    let twice = CountRequest::default().write(&[one.path(), other.path()], &out).unwrap_err();
    assert!(matches!(twice, AnalysisError::Overlap { .. }), "{twice}");
    assert!(!out.exists());
}

#[test]
fn what_does_not_add_up_or_was_not_counted_by_is_refused() {
    let run = run();
    let (folder, path) = counted(&[run.path()], "reference");
    let rows: Vec<CountRow> = read(&path).unwrap();
    let fault = |change: fn(&mut CountRow), by: Option<&[GroupKey]>, wanted: Option<&Contrast>| {
        let mut rows = rows.clone();
        change(&mut rows[1]);
        let path = folder.path().join("other.parquet");
        write(&path, rows).unwrap();
        Counted::read(&[&path], by, wanted).unwrap_err().to_string()
    };
    let wrong = fault(|row| row.neither += 1, None, None);
    assert!(wrong.contains("other.parquet: row 2: "), "{wrong}");
    assert!(fault(|row| row.complete = -1, None, None).contains("row 2: a count is negative"));
    assert!(fault(|row| row.repeats = 100_000, None, None).contains("100000 repeats"));
    assert!(fault(|row| row.reference = None, None, None).contains("other group columns are null"));
    let by = fault(|_| (), Some(&[GroupKey::Predictor]), None);
    assert!(by.contains("the counts are not by `predictor`"), "{by}");
    let several = fault(|row| row.arm = "shuffled".into(), None, None);
    assert!(
        several.contains("several contrasts: shuffled against without, with against"),
        "{several}"
    );
    let other = Contrast { arm: "blind".into(), ..Contrast::default() };
    assert!(fault(|_| (), None, Some(&other)).contains("no counts of blind against without"));
}

#[test]
fn a_table_that_is_something_else_is_refused_by_its_columns() {
    let run = run();
    let path = run.path().join("predictions/r/p/with.parquet");
    let error = Counted::read(&[&path], None, None).unwrap_err().to_string();
    assert!(error.contains("this is table `predictions`, not the table `counts`"), "{error}");
}

#[test]
fn a_file_that_holds_no_counts_is_left_to_its_owner() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("mine.csv");
    std::fs::write(&path, "a,b\n1,2\n").unwrap();
    let fault = Counted::read(&[&path], None, None).unwrap_err();
    assert!(fault.to_string().contains("mine.csv: not a readable Parquet file"), "{fault}");
    let help = miette::Diagnostic::help(&fault).unwrap().to_string();
    assert!(help.contains("analyze counts") && !help.contains("delete"), "{help}");
}
