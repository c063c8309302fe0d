//! Files of the wide layout, written for a test.

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use foretell_data::{Cards, DataError, PairOptions, PairSet, load_pairs};
use miette::Diagnostic;
use parquet::arrow::ArrowWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

pub const FORM: &str = "Reply so:\n[ANSWER]\nYES or NO\n[EXPLANATION]\nwhy";
pub const FORM_LAST: &str = "Reply so:\n[EXPLANATION]\nwhy\n[ANSWER]\nYES or NO";

pub type Columns = Vec<(String, ArrayRef)>;

pub fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

pub fn numbers(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

/// Three pairs of the dataset `tides`, of which no card knows.
pub fn tides() -> Columns {
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

pub fn set(columns: &mut Columns, name: &str, column: ArrayRef) {
    columns.retain(|(known, _)| known != name);
    columns.push((name.to_owned(), column));
}

pub fn without(name: &str) -> Columns {
    let mut columns = tides();
    columns.retain(|(known, _)| known != name);
    columns
}

pub fn with(name: &str, column: ArrayRef) -> Columns {
    let mut columns = tides();
    set(&mut columns, name, column);
    columns
}

pub fn with_prompts(original: &[Option<&str>], counterfactual: &[Option<&str>]) -> Columns {
    let mut columns = tides();
    set(&mut columns, "original_question_prompt", texts(original));
    set(&mut columns, "counterfactual_question_prompt", texts(counterfactual));
    columns
}

pub fn write(path: &Path, columns: &Columns) {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.iter().map(|(name, column)| (name, column.clone(), true)),
    )
    .unwrap();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

pub struct Place {
    pub dir: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn file(&self, columns: &Columns) -> String {
        let path = self.path("pairs.parquet");
        write(&path, columns);
        path.display().to_string()
    }
}

pub fn load_with(columns: &Columns, options: &PairOptions) -> Result<PairSet, DataError> {
    let place = Place::new();
    load_pairs(&[place.file(columns)], &Cards::embedded(), options)
}

pub fn load(columns: &Columns) -> Result<PairSet, DataError> {
    load_with(columns, &PairOptions::default())
}

/// Message and help of the error, without the folder.
pub fn fault(result: Result<PairSet, DataError>) -> (String, String) {
    let error = result.expect_err("an error");
    let help = error.help().map(|help| help.to_string()).unwrap_or_default();
    let message = error.to_string();
    let message = match message.split_once("pairs.parquet: ") {
        Some((_, rest)) => rest.to_owned(),
        None => message,
    };
    (message, help)
}

pub fn labels(given: &[&str]) -> PairOptions {
    let labels = Some(given.iter().map(|&label| label.to_owned()).collect());
    PairOptions { labels, ..PairOptions::default() }
}

pub fn reprompt() -> PairOptions {
    PairOptions { reprompt: true, ..PairOptions::default() }
}
