//! Imports of the wide layout, folders, and every way in which they can be at fault.

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, NullArray, RecordBatch, StringArray,
};
use foretell_core::AnswerOrder;
use foretell_data::{Cards, DataError, PairOptions, PairSet, Reason, load_pairs};
use foretell_tables::{PairRow, QuestionRow};
use miette::Diagnostic;
use parquet::arrow::ArrowWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const FORM: &str = "Reply so:\n[ANSWER]\nYES or NO\n[EXPLANATION]\nwhy";
const FORM_LAST: &str = "Reply so:\n[EXPLANATION]\nwhy\n[ANSWER]\nYES or NO";

type Columns = Vec<(String, ArrayRef)>;

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn numbers(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

/// Three pairs of the dataset `tides`, of which no card knows.
fn tides() -> Columns {
    let name = |name: &str, column| (name.to_owned(), column);
    vec![
        name("original_dataset", texts(&[Some("tides"); 3])),
        name("original_question", texts(&[Some("a"), Some("b"), Some("c")])),
        name("original_question_idx", numbers(&[0, 1, 2])),
        name("original_ground_truth", texts(&[Some("YES"), Some("NO"), None])),
        name("counterfactual_question", texts(&[Some("x"), Some("y"), Some("z")])),
        name("counterfactual_question_idx", numbers(&[10, 11, 12])),
        name("counterfactual_hamming_distance", numbers(&[1, 2, 2])),
    ]
}

fn set(columns: &mut Columns, name: &str, column: ArrayRef) {
    columns.retain(|(known, _)| known != name);
    columns.push((name.to_owned(), column));
}

fn without(name: &str) -> Columns {
    let mut columns = tides();
    columns.retain(|(known, _)| known != name);
    columns
}

fn with(name: &str, column: ArrayRef) -> Columns {
    let mut columns = tides();
    set(&mut columns, name, column);
    columns
}

fn with_prompts(original: &[Option<&str>], counterfactual: &[Option<&str>]) -> Columns {
    let mut columns = tides();
    set(&mut columns, "original_question_prompt", texts(original));
    set(&mut columns, "counterfactual_question_prompt", texts(counterfactual));
    columns
}

fn write(path: &Path, columns: &Columns) {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.iter().map(|(name, column)| (name, column.clone(), true)),
    )
    .unwrap();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn file(&self, columns: &Columns) -> String {
        let path = self.path("pairs.parquet");
        write(&path, columns);
        path.display().to_string()
    }
}

fn load_with(columns: &Columns, options: &PairOptions) -> Result<PairSet, DataError> {
    let place = Place::new();
    load_pairs(&[place.file(columns)], &Cards::embedded(), options)
}

fn load(columns: &Columns) -> Result<PairSet, DataError> {
    load_with(columns, &PairOptions::default())
}

/// Message and help of the error, without the folder.
fn fault(result: Result<PairSet, DataError>) -> (String, String) {
    let error = result.expect_err("an error");
    let help = error.help().map(|help| help.to_string()).unwrap_or_default();
    let message = error.to_string();
    let message = match message.split_once("pairs.parquet: ") {
        Some((_, rest)) => rest.to_owned(),
        None => message,
    };
    (message, help)
}

fn labels(given: &[&str]) -> PairOptions {
    let labels = Some(given.iter().map(|&label| label.to_owned()).collect());
    PairOptions { labels, ..PairOptions::default() }
}

fn reprompt() -> PairOptions {
    PairOptions { reprompt: true, ..PairOptions::default() }
}

#[test]
fn a_plain_import_becomes_pairs_with_their_questions() {
    let set = load(&tides()).unwrap();
    assert_eq!((set.report.rows, set.pairs.len(), set.questions.len()), (3, 3, 6));
    let pair = &set.pairs[0];
    assert_eq!(pair.pair_id.as_str(), "tides/0>10:first");
    assert_eq!((pair.original_row, pair.counterfactual_row), (Some(0), Some(10)));
    assert_eq!((pair.distance, pair.generator.as_deref()), (Some(1), None));
    let question = &set.questions[0];
    assert_eq!((question.question_id.as_str(), question.row), ("tides/0", Some(0)));
    assert_eq!(question.labels, ["NO", "YES"]);
    assert_eq!(question.ground_truth.as_deref(), Some("YES"));
    assert_eq!(question.source.len(), 16);
    assert!(set.report.notes.iter().any(|note| note.contains("no card for `tides`")));
}

#[test]
fn types_of_columns_may_vary() {
    let mut columns = tides();
    let real = |values: &[f64]| Arc::new(Float64Array::from(values.to_vec())) as ArrayRef;
    set(&mut columns, "original_question_idx", texts(&[Some("q1"), Some("2"), Some("02")]));
    set(&mut columns, "counterfactual_question_idx", real(&[10.0, 11.0, 12.0]));
    set(&mut columns, "counterfactual_hamming_distance", real(&[1.0, f64::NAN, 2.0]));
    set(
        &mut columns,
        "original_ground_truth",
        Arc::new(BooleanArray::from(vec![true, false, true])),
    );
    set(&mut columns, "counterfactual_ground_truth", Arc::new(NullArray::new(3)));
    set(&mut columns, "original_answer_first", texts(&[Some("False"), None, Some("true")]));
    let set = load(&columns).unwrap();
    let rows: Vec<Option<i64>> = set.pairs.iter().map(|pair| pair.original_row).collect();
    assert_eq!(rows, [None, Some(2), None]);
    let distances: Vec<Option<i64>> = set.pairs.iter().map(|pair| pair.distance).collect();
    assert_eq!(distances, [Some(1), None, Some(2)]);
    let ids: Vec<&str> = set.pairs.iter().map(|pair| pair.pair_id.as_str()).collect();
    assert_eq!(ids, ["tides/q1>10:last", "tides/2>11:first", "tides/02>12:first"]);
    assert_eq!(set.questions[0].labels, ["false", "true"]);
}

#[test]
fn rows_that_are_no_pairs_are_named_with_the_first_reason_that_applies() {
    let mut columns = tides();
    set(&mut columns, "original_question", texts(&[Some("x"), Some("b"), Some("b")]));
    set(&mut columns, "original_question_idx", numbers(&[0, 1, 1]));
    set(&mut columns, "counterfactual_question", texts(&[Some("x"), Some("y"), None]));
    set(&mut columns, "counterfactual_question_idx", numbers(&[10, 11, 11]));
    set(&mut columns, "original_ground_truth", Arc::new(NullArray::new(3)));
    let result = load_with(&columns, &labels(&["YES", "NO"])).unwrap();
    let left: Vec<_> = result.report.left_out.iter().map(|l| (l.reason, l.rows.clone())).collect();
    assert_eq!(left, [(Reason::SameText, vec![0]), (Reason::RepeatedPair, vec![2])]);
    assert_eq!(result.report.left_out[0].pair_ids, ["tides/0>10:first"]);

    set(&mut columns, "counterfactual_question_idx", numbers(&[10, 11, 12]));
    let result = load_with(&columns, &labels(&["YES", "NO"])).unwrap();
    assert_eq!(result.report.left_out[1].reason, Reason::MissingText);
    assert_eq!(result.pairs.len(), 1);
}

#[test]
fn equal_texts_under_other_ids_are_kept_and_counted() {
    let mut columns = with("original_question", texts(&[Some("a"), Some("a"), Some("x")]));
    set(&mut columns, "counterfactual_question", texts(&[Some("x"), Some("x"), Some("z")]));
    let set = load(&columns).unwrap();
    assert_eq!(set.pairs.len(), 3);
    let notes = set.report.notes.join("\n");
    assert!(notes.contains("3 texts stand under 6 ids, 2 of them under several"), "{notes}");
    assert!(notes.contains("1 of 2 counterfactual texts are also originals, in 2 of 3"), "{notes}");
    assert!(notes.contains("1 pairs repeat the two texts"), "{notes}");
}

#[test]
fn both_orders_are_two_pairs_of_the_same_questions() {
    let mut columns = with_prompts(
        &[Some(FORM), Some(FORM_LAST), Some(FORM)],
        &[Some(FORM), Some(FORM_LAST), Some(FORM)],
    );
    set(&mut columns, "original_question", texts(&[Some("a"), Some("a"), Some("c")]));
    set(&mut columns, "original_question_idx", numbers(&[0, 0, 2]));
    set(&mut columns, "counterfactual_question", texts(&[Some("x"), Some("x"), Some("z")]));
    set(&mut columns, "counterfactual_question_idx", numbers(&[10, 10, 12]));
    set(&mut columns, "original_ground_truth", texts(&[Some("YES"), Some("YES"), Some("NO")]));
    let read = load(&columns).unwrap();
    assert_eq!((read.pairs.len(), read.questions.len()), (3, 4));
    assert_eq!(read.pairs[1].answer_order, AnswerOrder::Last);
    let question = &read.questions[0];
    assert_eq!(question.imported_prompt(AnswerOrder::First), Some(FORM));
    assert_eq!(question.imported_prompt(AnswerOrder::Last), Some(FORM_LAST));
    let read = load_with(&columns, &reprompt()).unwrap();
    assert_eq!(read.pairs[1].answer_order, AnswerOrder::Last, "the order stays");
    assert_eq!(read.questions[0].imported_prompt(AnswerOrder::Last), None);
}

#[test]
fn labels_come_from_options_then_truths_then_the_flag() {
    let mut options = ListBuilder::new(StringBuilder::new());
    for _ in 0..3 {
        options.append_value([Some("HIGH"), Some("LOW")]);
    }
    let mut columns = with("original_question_options", Arc::new(options.finish()));
    set(&mut columns, "original_ground_truth", texts(&[Some("low"), None, None]));
    set(&mut columns, "counterfactual_ground_truth", texts(&[Some("b"), Some("a"), None]));
    let read = load(&columns).unwrap();
    assert_eq!(read.questions[0].labels, ["HIGH", "LOW"]);
    assert_eq!(read.questions[0].ground_truth.as_deref(), Some("LOW"), "as its label is written");
    assert_eq!(read.questions[1].labels, ["a", "b"]);

    // Given labels may name one that is never true.
    let read = load_with(&tides(), &labels(&["YES", "NO", "MAYBE"])).unwrap();
    assert_eq!(read.questions[0].labels, ["YES", "NO", "MAYBE"]);

    let (message, _) = fault(load_with(&columns, &labels(&["a", "b"])));
    assert_eq!(message, "the labels a,b are not those of `tides` (HIGH, LOW)");
}

#[test]
fn the_cards_labels_come_first_and_given_ones_must_be_the_same() {
    let columns = with("original_dataset", texts(&[Some("heart_disease"); 3]));
    let read = load_with(&columns, &labels(&["no", "yes"])).unwrap();
    assert_eq!(read.questions[0].labels, ["YES", "NO"]);
    let (message, help) = fault(load_with(&columns, &labels(&["A", "B"])));
    assert_eq!(message, "the labels A,B are not those of `heart_disease` (YES, NO)");
    assert!(help.contains("drop `--labels`"), "{help}");
    let built_in = ["moral_machines".to_owned()];
    let (message, _) = fault(load_pairs(&built_in, &Cards::embedded(), &labels(&["A", "B"])));
    assert_eq!(message, "the labels A,B are not those of `moral_machines` (CASE 1, CASE 2)");
}

#[test]
fn labels_that_are_none_are_refused() {
    let (message, _) = fault(load_with(&tides(), &labels(&["YES"])));
    assert_eq!(message, "`--labels`: 1 label(s) given; a question needs at least two");
    let columns = with("original_ground_truth", texts(&[Some("yes"), Some("YES"), None]));
    let (message, _) = fault(load(&columns));
    assert!(message.starts_with("the ground truths of `tides`: the labels"), "{message}");
    let (message, help) = fault(load(&without("original_ground_truth")));
    assert_eq!(message, "no labels for `tides`");
    assert!(help.contains("`--labels YES,NO`"), "{help}");
}

#[test]
fn a_ground_truth_that_is_no_label_is_named_with_its_row() {
    let columns = with("original_ground_truth", texts(&[Some("YES"), Some("PERHAPS"), None]));
    let (message, _) = fault(load_with(&columns, &labels(&["YES", "NO"])));
    assert_eq!(
        message,
        "row 1: the ground truth `PERHAPS` of question `tides/1` is not one of its labels, YES or NO"
    );
}

#[test]
fn missing_columns_are_listed_with_those_that_look_near() {
    let mut columns = without("counterfactual_question_idx");
    columns.retain(|(name, _)| name != "original_dataset");
    columns.push(("counterfactual_question_id".to_owned(), numbers(&[1, 2, 3])));
    columns.push(("dataset".to_owned(), texts(&[Some("tides"); 3])));
    let (message, help) = fault(load(&columns));
    assert_eq!(message, "missing columns `original_dataset`, `counterfactual_question_idx`");
    assert!(help.contains("the file has `dataset`, `counterfactual_question_id`"), "{help}");
    let (_, help) = fault(load(&vec![("n".to_owned(), numbers(&[1]))]));
    assert!(help.contains("none that look like these"), "{help}");
}

#[test]
fn a_missing_text_column_has_a_stand_in() {
    let mut columns = without("original_question");
    set(&mut columns, "original_description", texts(&[Some("d"), Some("e"), Some("f")]));
    let read = load(&columns).unwrap();
    assert_eq!(read.questions[0].text, "d");

    let mut columns = with_prompts(&[Some(FORM); 3], &[Some(FORM); 3]);
    columns.retain(|(name, _)| name != "original_question");
    let read = load(&columns).unwrap();
    assert_eq!(read.questions[0].text, "tides/0");
    assert!(read.report.notes[0].contains("called by its id"), "{:?}", read.report.notes);
    let (message, _) = fault(load_with(&columns, &reprompt()));
    assert_eq!(
        message, "missing column `original_question`",
        "its name alone cannot be asked about"
    );
    let (message, _) = fault(load(&without("counterfactual_question")));
    assert_eq!(message, "missing column `counterfactual_question`");
}

#[test]
fn a_column_of_another_type_is_named() {
    let (message, _) = fault(load(&with("original_question", numbers(&[1, 2, 3]))));
    assert_eq!(message, "column `original_question` has the type Int64; it holds text");
}

#[test]
fn cells_that_cannot_be_read_are_named_together() {
    let mut columns = with("original_answer_first", texts(&[Some("maybe"), None, None]));
    let half = Float64Array::from(vec![1.0, 1.5, 2.0]);
    set(&mut columns, "counterfactual_hamming_distance", Arc::new(half));
    set(&mut columns, "original_question_idx", texts(&[Some("a"), Some("b>c"), None]));
    let (message, _) = fault(load(&columns));
    assert_eq!(
        message,
        "row 0, column `original_answer_first`: `maybe` is neither true nor false; \
         row 1, column `counterfactual_hamming_distance`: `1.5` is no whole number from 0; \
         row 1, column `original_question_idx`: `b>c` cannot be part of an id: no `>`, no line \
         breaks; row 2, column `original_question_idx`: is empty"
    );
}

#[test]
fn prompts_that_do_not_say_how_to_reply_stop_an_import() {
    let bare = Some("Is it so?");
    let columns = with_prompts(&[Some(FORM), bare, bare], &[Some(FORM), bare, None]);
    let (message, help) = fault(load(&columns));
    assert_eq!(
        message,
        "2 of 3 original prompts and 2 of 3 counterfactual prompts lack the block that says how to \
         reply ([ANSWER], [EXPLANATION], …), in 0 pairs on one side only; the first: tides/1, \
         tides/11, tides/2, tides/12"
    );
    assert!(help.contains("`--reprompt`"), "{help}");
    assert_eq!(load_with(&columns, &reprompt()).unwrap().pairs.len(), 3);
    let one_sided = with_prompts(&[Some(FORM); 3], &[Some(FORM), None, None]);
    let (message, _) = fault(load(&one_sided));
    assert!(message.contains("0 of 3 original") && message.contains("in 2 pairs"), "{message}");
    let none_at_all = with_prompts(&[Some(FORM), None, None], &[Some(FORM), None, None]);
    let notes = load(&none_at_all).unwrap().report.notes.join("\n");
    assert!(notes.contains("1 of 3 pairs are asked with the prompts of the file"), "{notes}");
}

#[test]
fn one_id_for_two_texts_is_an_error_that_shows_both() {
    let columns = with("original_question_idx", numbers(&[0, 0, 2]));
    let mut columns = columns;
    set(&mut columns, "original_ground_truth", texts(&[Some("YES"), Some("YES"), Some("NO")]));
    let (message, _) = fault(load(&columns));
    assert_eq!(message, "question `tides/0` has more than one text: `a` and `b`");
    set(&mut columns, "original_question", texts(&[Some("a"), Some("a"), Some("c")]));
    set(&mut columns, "original_ground_truth", texts(&[Some("YES"), Some("NO"), Some("NO")]));
    let (message, _) = fault(load(&columns));
    assert_eq!(message, "question `tides/0` has more than one true label: `YES` and `NO`");
}

#[test]
fn two_sources_become_one_and_repeated_pairs_are_left_out() {
    let place = Place::new();
    let file = place.file(&tides());
    let options = PairOptions { scenarios: 300, ..PairOptions::default() };
    let specs = [file.clone(), "moral_machines".to_owned(), file];
    let set = load_pairs(&specs, &Cards::embedded(), &options).unwrap();
    assert_eq!(set.report.rows, 306);
    let [left] = &set.report.left_out[..] else { panic!("{:?}", set.report.left_out) };
    assert_eq!((left.reason, left.rows.clone()), (Reason::RepeatedPair, vec![0, 1, 2]));
    assert!(set.pairs.len() > 3 && set.report.source.contains("moral_machines: 300 scenarios"));
}

#[test]
fn what_is_no_source_is_refused() {
    let refuse = |spec: &str| {
        fault(load_pairs(&[spec.to_owned()], &Cards::embedded(), &PairOptions::default()))
    };
    let (message, help) = refuse("moral_machine");
    assert_eq!(message, "`moral_machine` is no file, no folder and no built-in dataset");
    assert_eq!(help, "built in: moral_machines; did you mean `moral_machines`?");
    assert!(refuse("heart_disease").1.contains("its pairs have to come from a file"));
    assert!(!refuse("nowhere/pairs.csv").1.contains("did you mean"));
    let none = load_pairs(&[], &Cards::embedded(), &PairOptions::default());
    assert!(matches!(none, Err(DataError::NoSource)));
}

#[test]
fn a_source_without_pairs_is_an_error() {
    let mut columns = tides();
    set(&mut columns, "original_question", texts(&[Some("x"), Some("y"), Some("z")]));
    set(&mut columns, "original_dataset", texts(&[Some("heart_disease"); 3]));
    let (message, _) = fault(load(&columns));
    assert!(message.ends_with("no pairs: 3 rows read, 3 left out"), "{message}");
    let none = PairOptions { scenarios: 0, ..PairOptions::default() };
    let result = load_pairs(&["moral_machines".to_owned()], &Cards::embedded(), &none);
    assert!(matches!(result, Err(DataError::NoPairs { .. })));
}

#[test]
fn a_file_of_another_format_is_refused() {
    let place = Place::new();
    let path = place.path("pairs.csv");
    std::fs::write(&path, "original_question,counterfactual_question\na,b\n").unwrap();
    let specs = [path.display().to_string()];
    let (message, help) = fault(load_pairs(&specs, &Cards::embedded(), &PairOptions::default()));
    assert!(message.ends_with("pairs.csv: not a Parquet file: it looks like CSV"), "{message}");
    assert!(help.contains("CSV and JSONL are not read yet"), "{help}");
}

#[test]
fn a_damaged_file_is_refused() {
    let place = Place::new();
    let path = place.path("pairs.parquet");
    std::fs::write(&path, [&b"PAR1"[..], &[7; 40], b"PAR1"].concat()).unwrap();
    let specs = [path.display().to_string()];
    let result = load_pairs(&specs, &Cards::embedded(), &PairOptions::default());
    assert!(matches!(result, Err(DataError::Parquet { .. })));
}

/// A folder with the tables of `tides`, after `change`.
fn folder(change: impl FnOnce(&mut Vec<QuestionRow>, &mut Vec<PairRow>)) -> (Place, String) {
    let set = load(&tides()).unwrap();
    let mut questions: Vec<QuestionRow> = set.questions.into_iter().map(Into::into).collect();
    let mut pairs: Vec<PairRow> = set.pairs.into_iter().map(Into::into).collect();
    change(&mut questions, &mut pairs);
    let place = Place::new();
    foretell_tables::write(&place.path("questions.parquet"), questions).unwrap();
    foretell_tables::write(&place.path("pairs.parquet"), pairs).unwrap();
    let spec = place.dir.path().display().to_string();
    (place, spec)
}

#[test]
fn a_folder_gives_what_was_written_to_it() {
    let (_place, spec) = folder(|_, _| {});
    let set = load_pairs(&[spec], &Cards::embedded(), &PairOptions::default()).unwrap();
    let read = load(&tides()).unwrap();
    assert_eq!((set.questions, set.pairs, set.report.rows), (read.questions, read.pairs, 3));
}

#[test]
fn tables_that_do_not_fit_each_other_are_refused() {
    let (_place, spec) = folder(|questions, _| {
        questions.remove(0);
        questions[0].text.push('!');
    });
    let (message, _) = fault(load_pairs(&[spec], &Cards::embedded(), &PairOptions::default()));
    assert!(
        message.ends_with(
            "question `tides/10`: `text_id` is not that of its text; pair `tides/0>10:first` names \
             question `tides/0`, which is not there"
        ),
        "{message}"
    );
}

#[test]
fn a_folder_has_its_own_labels() {
    let (_place, spec) = folder(|_, _| {});
    let (message, _) = fault(load_pairs(&[spec], &Cards::embedded(), &labels(&["A", "B"])));
    assert_eq!(message, "the labels A,B are not those of `tides` (NO, YES)");
}

#[test]
fn a_folder_without_tables_is_refused() {
    let place = Place::new();
    let load = |dir: &Path| {
        fault(load_pairs(&[dir.display().to_string()], &Cards::embedded(), &PairOptions::default()))
            .0
    };
    let message = load(place.dir.path());
    assert!(message.ends_with("no questions.parquet and no pairs.parquet in this folder"));
    place.file(&tides());
    assert!(load(place.dir.path()).ends_with("no questions.parquet in this folder"));
    write(&place.path("questions.parquet"), &tides());
    assert!(load(place.dir.path()).contains("not the table `questions`"));
}
