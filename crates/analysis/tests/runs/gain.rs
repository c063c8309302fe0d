//! Gains of small run folders, computed by hand.

use crate::study::{G, Row, prediction, write_arm, write_pairs};
use foretell_analysis::{
    AnalysisError, Contrast, GainRequest, GainRow, GainTable, GroupKey, LeftOutCount, gain,
};
use foretell_core::Outcome;
use foretell_tables::{PredictionRow, write};
use std::path::Path;
use tempfile::tempdir;

const R: G = G::Right;
const W: G = G::Wrong;
const HEDGED: G = G::Lost(Outcome::Hedged);

fn by(keys: &str) -> GainRequest {
    GainRequest { by: GroupKey::list(keys).unwrap(), bootstrap: 200, ..GainRequest::default() }
}

fn table(run: &Path, keys: &str) -> GainTable {
    gain(&[run], &by(keys)).unwrap()
}

fn overall(run: &Path) -> GainRow {
    table(run, "").rows.remove(0)
}

#[track_caller]
fn assert_close(value: Option<f64>, expected: f64) {
    let value = value.expect("the figure is defined");
    // A few roundings of numbers of order one.
    assert!((value - expected).abs() < 1e-12, "{value} against {expected}");
}

#[test]
fn accuracies_gain_and_nsg_are_those_of_the_counts() {
    let run = tempdir().unwrap();
    let pairs = [(0, R, W), (0, R, R), (1, W, W), (1, R, W), (2, W, R), (2, R, W), (2, R, R)];
    write_pairs(run.path(), "r", "p", &pairs);
    let row = overall(run.path());
    assert_eq!((row.pairs, row.clusters, row.observations), (7, 3, 7));
    assert_close(row.a_with, 5.0 / 7.0);
    assert_close(row.a_without, 3.0 / 7.0);
    assert_close(row.gain, 2.0 / 7.0);
    assert_close(row.nsg, 0.5);
    // Clusters: errors with 0, 1, 1 of 2; without 1, 2, 1 of 4.
    let s2: f64 = (0.0 - 0.25_f64).powi(2) + (0.5 - 0.5_f64).powi(2) + (0.5 - 0.25_f64).powi(2);
    assert_close(row.nsg_se, 0.5 * s2.sqrt());
    assert!(row.nsg_low.unwrap() < 0.5 && row.nsg_high.unwrap() > 0.5);
    assert_eq!((row.left_out, row.targets_missing), (0, 0));
    assert_eq!((row.bound_low, row.bound_high), (row.nsg, row.nsg));
    assert_eq!((row.undefined, row.interval_undefined), (None, None));
}

#[test]
fn what_another_model_says_is_held_against_the_arms_of_the_reference() {
    let run = tempdir().unwrap();
    let rows = |guesses: [G; 3]| -> Vec<PredictionRow> {
        let rows = guesses.into_iter().enumerate().map(|(i, guess)| Row::new(i, i, guess));
        rows.map(|row| prediction(&row, "r", "p", "rationale")).collect()
    };
    let rationales = rows([R, W, R]);
    let third = |row: PredictionRow| PredictionRow { explainer: "third".into(), ..row };
    let path = run.path().join("predictions/r/p/rationale.parquet");
    write(&path, rationales.into_iter().map(third)).unwrap();
    let baseline: Vec<Row> =
        [W, W, R].into_iter().enumerate().map(|(i, guess)| Row::new(i, i, guess)).collect();
    write_arm(run.path(), "r", "p", "without", &baseline);
    for (arm, against, gain_of_arm) in
        [("rationale", "without", 1.0 / 3.0), ("without", "rationale", -1.0 / 3.0)]
    {
        let request = GainRequest { arm: arm.into(), against: against.into(), ..by("") };
        let row = gain(&[run.path()], &request).unwrap().rows.remove(0);
        assert_eq!((row.observations, row.left_out), (3, 0), "{arm} against {against}");
        assert_close(row.gain, gain_of_arm);
    }
}

#[test]
fn predictors_are_pooled_unless_they_are_a_key() {
    let run = tempdir().unwrap();
    write_pairs(run.path(), "r", "p", &[(0, R, W), (1, W, W), (2, R, R)]);
    write_pairs(run.path(), "r", "q", &[(0, W, W), (1, W, R), (2, R, R)]);
    let row = overall(run.path());
    assert_eq!((row.pairs, row.clusters, row.observations), (3, 3, 6));
    assert_close(row.nsg, 0.0);
    let rows = table(run.path(), "predictor,reference").rows;
    let groups: Vec<_> = rows.iter().map(|row| row.group.join("/")).collect();
    assert_eq!(groups, ["p/r", "q/r"]);
    assert_close(rows[0].nsg, 0.5);
    assert_close(rows[1].nsg, -1.0);
    assert_eq!((rows[1].pairs, rows[1].observations), (3, 3));
}

#[test]
fn a_missing_guess_is_never_scored_and_widens_the_bounds() {
    let run = tempdir().unwrap();
    let pairs = [(0, R, W), (0, W, W), (1, W, R), (1, R, W), (2, HEDGED, W), (2, R, HEDGED)];
    write_pairs(run.path(), "r", "p", &pairs);
    let row = overall(run.path());
    assert_eq!((row.pairs, row.clusters, row.observations), (4, 2, 4));
    assert_close(row.a_with, 0.5);
    assert_close(row.nsg, 1.0 - 2.0 / 3.0);
    // Known errors: with 2; without 3, and 1 beside the guess that is missing with.
    assert_close(row.bound_low, 1.0 - 3.0 / 4.0);
    assert_close(row.bound_high, 1.0 - 2.0 / 5.0);
    assert_eq!(row.left_out, 2);
    let of = |arm: &str| LeftOutCount {
        arm: arm.into(),
        predictor: "p".into(),
        outcome: "hedged".into(),
        count: 1,
    };
    assert_eq!(row.left_out_detail, [of("with"), of("without")]);
    let warnings = table(run.path(), "").warnings;
    assert!(warnings.iter().any(|w| w.contains("not scored (33.3 %)")), "{warnings:?}");
}

#[test]
fn repeats_are_averaged_within_the_observation() {
    let run = tempdir().unwrap();
    let rows = |guesses: [G; 3], single: G| -> Vec<Row> {
        let repeats = (0..).zip(guesses);
        let repeats = repeats.map(|(repeat, guess)| Row { repeat, ..Row::new(0, 0, guess) });
        repeats.chain([Row::new(1, 0, single)]).collect()
    };
    write_arm(run.path(), "r", "p", "with", &rows([R, R, W], W));
    write_arm(run.path(), "r", "p", "without", &rows([W, HEDGED, W], W));
    let row = overall(run.path());
    assert_eq!((row.pairs, row.observations), (2, 2));
    // Two of three repeats are complete: half an error with, a whole one without.
    assert_close(row.a_with, 0.25);
    assert_close(row.nsg, 1.0 - 1.5 / 2.0);
    // Of all thirds: errors with 1/3 + 1; without 2/3 + 1, and 1/3 more at worst.
    assert_close(row.bound_low, 1.0 - (4.0 / 3.0) / (5.0 / 3.0));
    assert_close(row.bound_high, 1.0 - (4.0 / 3.0) / 2.0);
    assert_eq!(row.left_out, 1);
}

#[test]
fn a_missing_target_is_counted_apart_from_missing_guesses() {
    let run = tempdir().unwrap();
    for arm in ["with", "without"] {
        let mut rows = vec![Row::new(0, 0, W), Row::new(1, 0, W), Row::new(2, 0, R)];
        rows[2].target = Outcome::Truncated;
        write_arm(run.path(), "r", "p", arm, &rows);
        write_arm(run.path(), "r", "q", arm, &rows);
    }
    let row = overall(run.path());
    assert_eq!((row.observations, row.left_out, row.targets_missing), (4, 0, 1));
    assert_eq!(row.targets_missing_detail[0].outcome, "truncated");
}

#[test]
fn a_guess_without_a_row_of_the_other_arm_is_left_out_as_absent() {
    let run = tempdir().unwrap();
    let rows = [Row::new(0, 0, R), Row::new(1, 0, W), Row::new(2, 0, W)];
    write_arm(run.path(), "r", "p", "with", &rows[..2]);
    write_arm(run.path(), "r", "p", "without", &rows);
    let row = overall(run.path());
    assert_eq!((row.observations, row.left_out), (2, 1));
    assert_eq!(row.left_out_detail[0].outcome, "absent");
    // A predictor without the other table at all is said in words too.
    write_arm(run.path(), "r", "q", "with", &rows);
    let table = table(run.path(), "predictor");
    assert_eq!(table.rows[1].undefined.as_deref(), Some("nothing was observed in both arms"));
    assert_eq!((table.rows[1].pairs, table.rows[1].left_out), (0, 3));
    assert!(table.warnings[0].contains("no table of arm `without`"), "{:?}", table.warnings);
}

#[test]
fn what_is_undefined_says_why() {
    let run = tempdir().unwrap();
    write_pairs(run.path(), "perfect-baseline", "p", &[(0, R, R), (1, W, R)]);
    write_pairs(run.path(), "perfect-both", "p", &[(0, R, W), (1, R, W)]);
    write_pairs(run.path(), "silent", "p", &[(0, HEDGED, R), (1, HEDGED, W)]);
    let rows = table(run.path(), "reference").rows;
    assert_eq!(rows[0].nsg, None);
    assert_close(rows[0].gain, -0.5);
    assert!(rows[0].undefined.as_deref().unwrap().starts_with("the baseline makes no error"));
    assert!(rows[0].interval_undefined.is_some() && rows[0].bound_undefined.is_some());
    assert_close(rows[1].nsg, 1.0);
    assert_eq!((rows[1].undefined.as_ref(), rows[1].nsg_low), (None, None));
    assert!(rows[1].interval_undefined.as_deref().unwrap().contains("treated arm makes no error"));
    assert_eq!(rows[1].boot_undefined, rows[1].interval_undefined);
    assert_eq!((rows[2].pairs, rows[2].a_with, rows[2].nsg), (0, None, None));
    assert_eq!(rows[2].undefined.as_deref(), Some("nothing was observed in both arms"));
    assert_eq!(rows[2].left_out, 2);
}

#[test]
fn tables_without_rows_still_have_an_overall_row() {
    let run = tempdir().unwrap();
    write_pairs(run.path(), "r", "p", &[]);
    let row = overall(run.path());
    assert_eq!((row.observations, row.undefined.is_some()), (0, true));
    assert!(table(run.path(), "reference").rows.is_empty());
}

#[test]
fn a_guess_that_stands_twice_is_refused_by_name() {
    let run = tempdir().unwrap();
    let rows = [Row::new(0, 0, R), Row::new(0, 0, W)];
    write_arm(run.path(), "r", "p", "with", &rows);
    write_arm(run.path(), "r", "p", "without", &rows[..1]);
    let error = gain(&[run.path()], &by("")).unwrap_err();
    assert!(matches!(&error, AnalysisError::Repeated { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("with.parquet: pair `d/0>0x0:first` has two guesses of `p` about `r`"));
}

#[test]
fn runs_that_share_guesses_are_refused_and_others_add_up() {
    let [one, other] = [tempdir().unwrap(), tempdir().unwrap()];
    write_pairs(one.path(), "r", "p", &[(0, R, W), (1, W, W)]);
    write_pairs(other.path(), "r", "q", &[(0, R, W), (1, W, R)]);
    let both = [one.path(), other.path()];
    let row = gain(&both, &by("")).unwrap().rows.remove(0);
    assert_eq!((row.pairs, row.clusters, row.observations), (2, 2, 4));
    write_pairs(other.path(), "r", "p", &[(1, R, W)]);
    // The same models about another pair: no guess stands twice.
    assert_eq!(gain(&both, &by("")).unwrap().rows[0].observations, 5);
    write_pairs(other.path(), "r", "p", &[(0, R, W)]);
    let error = gain(&both, &by("")).unwrap_err();
    assert!(
        matches!(&error, AnalysisError::Overlap { pair, .. } if pair.as_str() == "d/0>0x0:first")
    );
}

#[test]
fn tables_that_do_not_fit_each_other_are_refused() {
    let run = tempdir().unwrap();
    write_pairs(run.path(), "r", "p", &[(0, R, W)]);
    let path = run.path().join("predictions/r/p/without.parquet");
    let row = prediction(&Row::new(0, 0, W), "r", "p", "without");
    let write = |row: PredictionRow| write(&path, [row]).unwrap();
    let error = || gain(&[run.path()], &by("")).unwrap_err();
    write(PredictionRow { target: Some("NO".into()), ..row.clone() });
    assert!(matches!(error(), AnalysisError::TargetsDiffer { .. }));
    write(PredictionRow { arm: "blind".into(), ..row.clone() });
    assert!(matches!(error(), AnalysisError::OtherArm { found, .. } if found == "blind"));
    write(PredictionRow { hit: None, ..row });
    assert!(matches!(error(), AnalysisError::Unscored { .. }));
}

#[test]
fn a_request_that_makes_no_sense_is_refused() {
    let run = tempdir().unwrap();
    write_pairs(run.path(), "r", "p", &[(0, R, W)]);
    let level = GainRequest { level: 95.0, ..by("") };
    assert!(matches!(gain(&[run.path()], &level), Err(AnalysisError::Level { .. })));
    let same = GainRequest { arm: "without".into(), ..by("") };
    assert!(matches!(gain(&[run.path()], &same), Err(AnalysisError::SameArm { .. })));
    assert!(matches!(gain(&[], &by("")), Err(AnalysisError::NothingGiven)));
    let unknown = GainRequest { arm: "shuffled".into(), ..by("") };
    let error = gain(&[run.path()], &unknown).unwrap_err();
    let help = miette::Diagnostic::help(&error).unwrap().to_string();
    assert!(
        help.starts_with("the arms of this run are with, without; `--arm shuffled` added"),
        "{help}"
    );
}

#[test]
fn counts_by_fewer_keys_are_those_of_a_new_reading() {
    let run = tempdir().unwrap();
    write_pairs(run.path(), "r", "p", &[(0, R, W), (1, HEDGED, W), (2, R, R)]);
    write_pairs(run.path(), "s", "p", &[(0, W, W), (1, W, R), (2, R, R)]);
    let read = |keys: &str| Contrast::default().count(&[run.path()], &by(keys).by).unwrap();
    let fine = read("reference,dataset,answer_order");
    for keys in ["", "dataset", "answer_order,reference"] {
        assert_eq!(fine.by(&by(keys).by).unwrap(), read(keys), "{keys}");
    }
    assert!(matches!(fine.by(&[GroupKey::Predictor]), Err(AnalysisError::Group(_))));
}

#[test]
fn machine_formats_have_the_same_columns_and_leave_the_undefined_empty() {
    let run = tempdir().unwrap();
    write_pairs(run.path(), "r", "p", &[(0, R, R), (1, HEDGED, R)]);
    let table = table(run.path(), "reference,dataset");
    let csv = table.sheet().to_csv();
    let mut lines = csv.lines();
    let header = lines.next().unwrap();
    assert!(header.starts_with(
        "reference,dataset,pairs,clusters,observations,a_with,a_without,gain,nsg,nsg_se,nsg_low,nsg_high,"
    ));
    let line = lines.next().unwrap();
    assert!(line.starts_with("r,d,1,1,1,1.0,1.0,0.0,,,,,,,,") && line.contains(",1,\"[{"), "{csv}");
    let json: serde_json::Value = serde_json::from_str(&table.sheet().to_json()).unwrap();
    assert_eq!(json["rows"][0]["nsg"], serde_json::Value::Null);
    assert_eq!(json["rows"][0]["left_out_detail"][0]["outcome"], "hedged");
    assert!(json["rows"][0]["undefined"]["nsg"].is_string() && json["warnings"].is_array());
    let text = table.sheet().to_json();
    let rows = &text[text.find("\"rows\"").unwrap()..];
    let at = |name: &str| rows.find(&format!("\"{name}\"")).unwrap();
    let columns: Vec<usize> = header.split(',').map(at).collect();
    assert!(columns.is_sorted(), "JSON keeps the order of the columns");
    let path = run.path().join("gain.parquet");
    table.sheet().write_parquet(&path).unwrap();
    let file = std::fs::File::open(&path).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file);
    let batch = reader.unwrap().build().unwrap().next().unwrap().unwrap();
    let schema = batch.schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names.join(","), header);
    assert_eq!(batch.num_rows(), 1);
    assert_eq!(batch.column_by_name("nsg").unwrap().null_count(), 1);
    assert_eq!(batch.column_by_name("a_with").unwrap().null_count(), 0);
}
