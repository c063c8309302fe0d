//! `foretell import` and `foretell export`: the wide layout with replies and predictions.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use scripted::{fails, run, shared, succeeds, tables, texts};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

fn testdata(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/wide").join(name);
    path.display().to_string()
}

/// A folder with `small.parquet` imported into `run`.
fn small() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    succeeds(folder.path(), &["import", &testdata("small.parquet"), "--out", "run"]);
    folder
}

/// A table of the golden file, by its analysis and keys; of those of several variants the plain one.
fn golden(analysis: &str, by: &[&str]) -> Vec<Value> {
    let text = std::fs::read_to_string(testdata("small.golden.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let tables = all["ours"][analysis]["tables"].as_array().unwrap();
    let keys: Value = by.to_vec().into();
    let plain = |table: &&Value| table["by"] == keys && table.as_object().unwrap().len() == 2;
    tables.iter().find(plain).unwrap()["rows"].as_array().unwrap().clone()
}

#[test]
fn an_imported_study_gives_the_gains_that_pandas_computes() {
    let folder = small();
    for by in [
        vec!["reference"],
        vec!["dataset"],
        vec!["predictor"],
        vec!["reference", "dataset"],
        vec!["reference", "predictor"],
    ] {
        let keys = by.join(",");
        let args =
            ["analyze", "gain", "run", "--by", &keys, "--format", "json", "--bootstrap", "10"];
        let (out, _) = succeeds(folder.path(), &args);
        let ours: Value = serde_json::from_str(&out).unwrap();
        let ours = ours["rows"].as_array().unwrap();
        let wanted = golden("gain", &by);
        assert_eq!(ours.len(), wanted.len(), "{keys}");
        for wanted in wanted {
            let same = |row: &&Value| by.iter().all(|key| row[*key] == wanted[*key]);
            let row = ours.iter().find(same).unwrap();
            for count in ["observations", "pairs", "clusters"] {
                assert_eq!(row[count], wanted[count], "{keys} {count}: {wanted}");
            }
            for figure in ["a_with", "a_without", "gain", "nsg"] {
                let (a, b) = (row[figure].as_f64().unwrap(), wanted[figure].as_f64().unwrap());
                assert!((a - b).abs() < 1e-9, "{keys} {figure}: {a} is not {b}");
            }
        }
    }
}

#[test]
fn every_command_reads_an_imported_run_and_none_asks_in_it() {
    let folder = small();
    let manifest = std::fs::read_to_string(folder.path().join("run/run.toml")).unwrap();
    assert!(manifest.contains("[imported]") && manifest.contains("rows = 1200"), "{manifest}");
    let (out, _) = succeeds(folder.path(), &["runs", "."]);
    assert!(out.contains("complete: 300 pairs") && out.contains("24 of 24 tables"), "{out}");
    let (out, _) = succeeds(folder.path(), &["show", "run", "attrition/0>2:first"]);
    assert!(out.contains("reference google/gemma-3-27b-it\n"), "{out}");
    assert!(out.contains("openai/gpt-oss-20b with: "), "{out}");
    let (out, _) = succeeds(folder.path(), &["pairs", "list", "run", "--format", "json"]);
    assert!(out.contains("\"heart_disease/"), "pairs are read again");
    let said = fails(folder.path(), 3, &["run", "--out", "run", "--yes"]);
    assert!(
        said.contains("nothing can be asked in it") && said.contains("small.parquet"),
        "{said}"
    );
    let said = fails(folder.path(), 3, &["import", &testdata("small.parquet"), "--out", "run"]);
    assert!(said.contains("run is there already"), "{said}");
    assert!(std::fs::read_dir(folder.path()).unwrap().count() == 1, "nothing is left behind");
}

#[test]
fn an_import_counts_what_it_keeps() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["import", &testdata("small.parquet"), "--out", "run", "--format", "json"];
    let (out, _) = succeeds(folder.path(), &args);
    let said: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&said["rows"], &said["pairs"]), (&1200.into(), &300.into()));
    assert_eq!(said["guesses"], 1200 * 3 * 2);
    let notes = said["notes"].to_string();
    assert!(notes.contains("of a text with itself, kept"), "{notes}");
    assert!(notes.contains("repeat both texts and the order of another pair, kept"), "{notes}");
    assert!(notes.contains("stand in both answer orders"), "{notes}");
    let scores = foretell_tables::read::<foretell_tables::ScoreRow>(
        &folder.path().join("run/scores/imported.parquet"),
    );
    assert!(scores.unwrap().iter().all(|row| row.kind == "testability" && row.value.is_some()));
}

#[test]
fn a_run_that_is_exported_and_imported_has_the_same_tables() {
    let folder = tempfile::tempdir().unwrap();
    let native = ["run", "--scenarios", "1500", "--limit", "40", "--out", "native"];
    let arms = ["--arm", "without", "--arm", "with", "--arm", "shuffled", "--arm", "blind"];
    succeeds(folder.path(), &[&native[..], &arms].concat());
    round_trip(folder.path(), "native");
}

#[test]
fn an_imported_run_that_is_exported_and_imported_has_the_same_tables() {
    let folder = small();
    round_trip(folder.path(), "run");
}

/// Exports a run, imports the file, and holds all tables against each other, byte by byte.
fn round_trip(folder: &Path, run: &str) {
    succeeds(folder, &["export", run, "--paper", "wide.parquet"]);
    succeeds(folder, &["import", "wide.parquet", "--out", "again"]);
    let told = |run: &str| {
        let mut tables = tables(&folder.join(run));
        // Donors are drawn for asking; what was shown stands in the predictions.
        tables.retain(|(name, _)| !name.contains("donors"));
        tables
    };
    let (before, after) = (told(run), told("again"));
    let names = |tables: &[(String, Vec<u8>)]| {
        tables.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    assert!(before.len() >= 8);
    assert_eq!(names(&before), names(&after));
    for ((name, before), (_, after)) in before.iter().zip(&after) {
        assert!(before == after, "{name} differs");
    }
    succeeds(folder, &["export", "again", "--paper", "second.parquet"]);
    let bytes = |name: &str| std::fs::read(folder.join(name)).unwrap();
    assert!(bytes("wide.parquet") == bytes("second.parquet"), "a second export is the first");
    let said = fails(folder, 3, &["export", run, "--paper", "wide.parquet"]);
    assert!(said.contains("--force"), "{said}");
}

/// All rows of a file as one batch.
fn batch(path: &Path) -> RecordBatch {
    let file = std::fs::File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().with_batch_size(1 << 20);
    reader.build().unwrap().next().unwrap().unwrap()
}

/// The values of a column, whatever lists and structs call their elements.
fn values(column: &ArrayRef, row: usize, without: &str) -> Option<String> {
    // An array of the type Null has no mask, and `is_null` is false of it.
    if column.data_type() == &arrow_schema::DataType::Null || column.is_null(row) {
        return None;
    }
    if let Some(list) = column.as_any().downcast_ref::<arrow_array::ListArray>() {
        let items = list.value(row);
        return Some(format!(
            "{:?}",
            (0..items.len()).map(|at| values(&items, at, without)).collect::<Vec<_>>()
        ));
    }
    if let Some(whole) = column.as_any().downcast_ref::<arrow_array::StructArray>() {
        let mut members: Vec<_> = whole
            .column_names()
            .into_iter()
            .zip(whole.columns())
            .filter(|(name, _)| *name != without)
            .filter_map(|(name, column)| Some((name.to_owned(), values(column, row, without)?)))
            .collect();
        members.sort();
        return Some(format!("{members:?}"));
    }
    Some(format!("{:?}", column.slice(row, 1)))
}

#[test]
fn the_paper_s_sample_comes_back_as_it_was() {
    let Some(path) = shared("data/paper/predictions_sample.parquet") else { return };
    let folder = tempfile::tempdir().unwrap();
    succeeds(folder.path(), &["import", path.to_str().unwrap(), "--out", "run"]);
    succeeds(folder.path(), &["analyze", "gain", "run"]);
    succeeds(folder.path(), &["export", "run", "--paper", "back.parquet"]);
    let (paper, ours) = (batch(&path), batch(&folder.path().join("back.parquet")));
    assert_eq!(paper.num_rows(), ours.num_rows());
    for (field, column) in paper.schema().fields().iter().zip(paper.columns()) {
        let back = ours.column_by_name(field.name());
        let back = back.unwrap_or_else(|| panic!("`{}` is not written", field.name()));
        // Predictions have no column for what a predictor says of its guess.
        let guess = field.name().starts_with("counterfactual_predictor_response_");
        let without = if guess { "explanation" } else { "" };
        for row in 0..paper.num_rows() {
            let (wanted, found) = (values(column, row, without), values(back, row, without));
            assert_eq!(wanted, found, "{} row {row}", field.name());
        }
    }
}

/// A column of texts; an empty one is null.
fn column(texts: &[&str]) -> ArrayRef {
    Arc::new(texts.iter().map(|text| (!text.is_empty()).then_some(*text)).collect::<StringArray>())
}

fn lists(rows: &[&[&str]]) -> ArrayRef {
    let mut list = ListBuilder::new(StringBuilder::new());
    for row in rows {
        row.iter()
            .for_each(|text| list.values().append_option((!text.is_empty()).then_some(*text)));
        list.append(true);
    }
    Arc::new(list.finish())
}

const WITH: &str = "counterfactual_predictor_response_with_explanation_predictor_";
const WITHOUT: &str = "counterfactual_predictor_response_without_explanation_predictor_";

/// Two rows that are sound; a test replaces columns, and drops those it gives as `None`.
fn write(path: &Path, changes: Vec<(String, Option<ArrayRef>)>) {
    let mut columns: Vec<(String, ArrayRef)> = vec![
        ("original_dataset".into(), column(&["tides", "tides"])),
        ("original_question_idx".into(), Arc::new(Int64Array::from(vec![1, 1]))),
        ("counterfactual_question_idx".into(), Arc::new(Int64Array::from(vec![2, 3]))),
        ("original_reference_response_answer".into(), column(&["HIGH", "HIGH"])),
        ("counterfactual_reference_response_answer".into(), column(&["LOW", "HIGH"])),
        ("original_reference_response_model_info_model".into(), column(&["m/one", "m/one"])),
        (format!("{WITH}answers"), lists(&[&["LOW", "LOW"], &["HIGH", ""]])),
        (format!("{WITH}names"), lists(&[&["p/a", "p/b"], &["p/a", "p/b"]])),
        (format!("{WITHOUT}answers"), lists(&[&["HIGH", "LOW"], &["HIGH", "LOW"]])),
        (format!("{WITHOUT}names"), lists(&[&["p/a", "p/b"], &["p/a", "p/b"]])),
    ];
    for (name, change) in changes {
        columns.retain(|(known, _)| *known != name);
        columns.extend(change.map(|change| (name, change)));
    }
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, true)),
    )
    .unwrap();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn change(name: &str, column: ArrayRef) -> Vec<(String, Option<ArrayRef>)> {
    vec![(name.to_owned(), Some(column))]
}

/// What an import says of a file with these changes, where it refuses it.
fn refused(changes: Vec<(String, Option<ArrayRef>)>) -> String {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("f.parquet"), changes);
    let said = fails(folder.path(), 3, &["import", "f.parquet", "--out", "run"]);
    assert!(!folder.path().join("run").exists(), "nothing is written: {said}");
    said
}

/// What an import and an analysis say of a file with these changes, where both take it.
fn taken(changes: Vec<(String, Option<ArrayRef>)>) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("f.parquet"), changes);
    let (out, _) = succeeds(folder.path(), &["import", "f.parquet", "--out", "run"]);
    (folder, out)
}

#[test]
fn texts_prompts_and_reply_texts_may_all_be_missing() {
    let (folder, out) = taken(Vec::new());
    assert!(out.contains("3 questions without a text"), "{out}");
    let (out, _) = succeeds(folder.path(), &["show", "run", "tides/1>3:first"]);
    assert!(out.contains("tides/1"), "{out}");
    assert!(out.contains("p/b with: no answer (unparsed)"), "{out}");
    succeeds(folder.path(), &["analyze", "gain", "run"]);
}

#[test]
fn columns_at_fault_are_named_together() {
    let mut changes = change("original_dataset", Arc::new(Int64Array::from(vec![1, 2])));
    changes.push(("counterfactual_reference_response_answer".into(), None));
    changes.push((format!("{WITH}names"), None));
    let said = refused(changes);
    assert!(said.contains("`original_dataset` has the type Int64, but holds text"), "{said}");
    assert!(said.contains("`counterfactual_reference_response_answer` is missing"), "{said}");
    assert!(said.contains(&format!("`{WITH}names` is missing")), "{said}");
    assert!(said.contains("docs/import-runs.md"), "{said}");
}

#[test]
fn cells_at_fault_are_named_together_with_row_and_value() {
    let mut changes = change(&format!("{WITH}answers"), lists(&[&["LOW"], &["HIGH", ""]]));
    changes.extend(change(&format!("{WITHOUT}names"), lists(&[&["p/a", "p/b"], &["p/a", "p/a"]])));
    changes.extend(change("original_answer_first", column(&["maybe", "true"])));
    let said = refused(changes);
    assert!(said.contains("1 answers for 2 predictors"), "{said}");
    assert!(said.contains("`p/a`: this predictor stands twice in the row"), "{said}");
    assert!(
        said.contains("row 0, column `original_answer_first`: `maybe`: write true or"),
        "{said}"
    );
    let said = refused(change("original_reference_response_model_info_model", column(&["", "m"])));
    assert!(said.contains("row 0") && said.contains("every row needs the model"), "{said}");
}

#[test]
fn one_id_for_two_texts_is_a_fault_and_one_row_twice_is_two_pairs() {
    let said = refused(change("original_question", column(&["Ebb?", "Flood?"])));
    assert!(said.contains("row 1") && said.contains("`tides/1` in row 0"), "{said}");
    let same = Arc::new(Int64Array::from(vec![2, 2]));
    let mut changes = change("counterfactual_question_idx", same);
    changes.extend(change("counterfactual_reference_response_answer", column(&["LOW", "LOW"])));
    let (folder, out) = taken(changes);
    assert!(out.contains("1 pair repeats both texts"), "{out}");
    succeeds(folder.path(), &["show", "run", "tides/1>2:first#2"]);
}

#[test]
fn a_question_with_two_replies_keeps_both() {
    let same = Arc::new(Int64Array::from(vec![2, 2]));
    let (folder, out) = taken(change("counterfactual_question_idx", same));
    assert!(out.contains("1 times a reference replied differently"), "{out}");
    let run = folder.path().join("run");
    let answers: Vec<foretell_tables::AnswerRow> =
        foretell_tables::read(&run.join("answers/m-one.parquet")).unwrap();
    let second = answers.iter().find(|row| row.repeat == 1).unwrap();
    assert_eq!((second.question_id.as_str(), second.answer.as_deref()), ("tides/2", Some("HIGH")));
    let guesses: Vec<foretell_tables::PredictionRow> =
        foretell_tables::read(&run.join("predictions/m-one/p-a/with.parquet")).unwrap();
    let targets: Vec<_> = guesses.iter().map(|row| (row.target.as_deref(), row.hit)).collect();
    assert_eq!(targets, [(Some("LOW"), Some(true)), (Some("HIGH"), Some(true))]);
    round_trip(folder.path(), "run");
}

#[test]
fn files_that_are_cut_short_or_empty_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(testdata("small.parquet")).unwrap();
    std::fs::write(folder.path().join("short.parquet"), &whole[..whole.len() / 2]).unwrap();
    let mut bent = whole.clone();
    bent[2000..12_000].fill(0x5a);
    std::fs::write(folder.path().join("bent.parquet"), bent).unwrap();
    let said = fails(folder.path(), 3, &["import", "short.parquet", "--out", "run"]);
    assert!(said.contains("cut short"), "{said}");
    let said = fails(folder.path(), 3, &["import", "bent.parquet", "--out", "run"]);
    assert!(said.contains("bent.parquet") && said.contains("damaged"), "{said}");
    assert!(!folder.path().join("run").exists());
}

#[test]
fn answers_without_predictions_make_a_run_that_says_so() {
    let drop = |name: String| (name, None);
    let gone = [WITH, WITHOUT].map(|arm| ["answers", "names"].map(|end| format!("{arm}{end}")));
    let (folder, out) = taken(gone.into_iter().flatten().map(drop).collect());
    assert!(out.contains("no predictions: the file holds answers only"), "{out}");
    let said = fails(folder.path(), 3, &["analyze", "gain", "run"]);
    assert!(said.contains("no predictions"), "{said}");
}

#[test]
fn any_label_and_any_model_is_data_unless_names_clash() {
    let mut changes =
        change(&format!("{WITH}answers"), lists(&[&["NEAP", "SPRING"], &["SLACK", "HIGH"]]));
    changes.extend(change(&format!("{WITH}names"), lists(&[&["x", "??"], &["x", "??"]])));
    changes.extend(change(&format!("{WITHOUT}names"), lists(&[&["x", "??"], &["x", "??"]])));
    let (folder, _) = taken(changes);
    let questions: Vec<foretell_tables::QuestionRow> =
        foretell_tables::read(&folder.path().join("run/questions.parquet")).unwrap();
    assert_eq!(questions[0].labels, ["HIGH", "LOW", "NEAP", "SLACK", "SPRING"]);
    succeeds(folder.path(), &["analyze", "gain", "run", "--by", "predictor"]);
    let said =
        refused(change("original_reference_response_model_info_model", column(&["a/b", "a-b"])));
    assert!(said.contains("`a/b` and `a-b` would both be `a-b`"), "{said}");
    let ones = column(&["HIGH", "HIGH"]);
    let (folder, _) = taken(change("counterfactual_reference_response_answer", ones));
    let output = run(folder.path(), &["analyze", "gain", "run"]);
    assert_eq!(output.status.code(), Some(0), "{}", texts(&output).1);
}

#[test]
fn guesses_from_the_explanation_of_another_model_are_an_arm_of_their_own() {
    let mut changes = change("counterfactual_question_idx", Arc::new(Int64Array::from(vec![2, 2])));
    changes.extend(change("counterfactual_reference_response_answer", column(&["LOW", "LOW"])));
    changes.extend(change(
        "original_reference_response_model_info_model",
        column(&["m/one", "m/two"]),
    ));
    changes.extend(change(
        "counterfactual_reference_response_model_info_model",
        column(&["m/one", "m/one"]),
    ));
    let said = refused(changes.clone());
    assert!(said.contains("row 1") && said.contains("`m/two`, answered the original"), "{said}");
    changes.extend(change("counterfactual_is_cross_model_explanation", column(&["", "true"])));
    changes.extend(change("counterfactual_explanation_source_model_info", column(&["", "m/two"])));
    let (folder, out) = taken(changes);
    assert!(out.contains("1 reference: m/one") && out.contains("3 arms"), "{out}");
    let guesses = |arm: &str| -> Vec<foretell_tables::PredictionRow> {
        let path = format!("run/predictions/m-one/p-a/{arm}.parquet");
        foretell_tables::read(&folder.path().join(path)).unwrap()
    };
    for (arm, explainer) in [("without", "m/one"), ("with", "m/one"), ("rationale", "m/two")] {
        let rows = guesses(arm);
        assert_eq!(rows.len(), 1, "{arm}");
        assert_eq!((rows[0].explainer.as_str(), rows[0].arm.as_str()), (explainer, arm));
        assert_eq!(rows[0].pair_id.as_str(), "tides/1>2:first");
        assert_eq!(rows[0].original_answer.as_deref(), Some("HIGH"));
    }
    let (_, said) = succeeds(folder.path(), &["export", "run", "--paper", "back.parquet"]);
    assert!(said.contains("2 guesses from explanations of other models are not in it"), "{said}");
}
