//! Rows of a prediction table, read column by column: of millions of rows, no text is copied that
//! is not kept.

use crate::error::AnalysisError;
use arrow_array::{Array, BooleanArray, Int64Array, RecordBatch, StringArray};
use foretell_core::{AnswerOrder, Outcome};
use foretell_tables::{PredictionRow, Reader, Table, TableError};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, Error};
use std::fs::File;
use std::path::Path;

/// Rows that are decoded at once.
const BATCH: usize = 8192;

/// What counting needs of a row.
pub(crate) struct GuessRow<'a> {
    pub(crate) pair_id: &'a str,
    pub(crate) dataset: &'a str,
    pub(crate) original_text_id: &'a str,
    pub(crate) counterfactual_text_id: &'a str,
    pub(crate) answer_order: AnswerOrder,
    pub(crate) reference: &'a str,
    pub(crate) explainer: &'a str,
    pub(crate) arm: &'a str,
    pub(crate) predictor: &'a str,
    pub(crate) repeat: i64,
    pub(crate) answer_repeat: i64,
    pub(crate) outcome: Outcome,
    pub(crate) answer: Option<&'a str>,
    pub(crate) target: Option<&'a str>,
    pub(crate) target_outcome: Outcome,
    pub(crate) hit: Option<bool>,
    pub(crate) switched: Option<bool>,
}

const COLUMNS: [&str; 17] = [
    "pair_id",
    "dataset",
    "original_text_id",
    "counterfactual_text_id",
    "answer_order",
    "reference",
    "explainer",
    "arm",
    "predictor",
    "repeat",
    "answer_repeat",
    "outcome",
    "answer",
    "target",
    "target_outcome",
    "hit",
    "switched",
];

/// The batches of one prediction table.
pub(crate) struct GuessBatches<'a> {
    path: &'a Path,
    batches: ParquetRecordBatchReader,
}

impl<'a> GuessBatches<'a> {
    pub(crate) fn open(path: &'a Path) -> Result<Self, AnalysisError> {
        // Table and version are checked where they are defined.
        Reader::<PredictionRow>::with_columns(path, &COLUMNS[..1])?;
        let file =
            File::open(path).map_err(|fault| AnalysisError::Io { path: path.to_owned(), fault })?;
        let parquet = |fault| TableError::Parquet { path: path.to_owned(), fault };
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(parquet)?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
        let batches =
            builder.with_projection(mask).with_batch_size(BATCH).build().map_err(parquet)?;
        Ok(Self { path, batches })
    }

    /// Calls `take` with every row, in the order of the file.
    pub(crate) fn for_each(
        self,
        mut take: impl FnMut(GuessRow<'_>) -> Result<(), AnalysisError>,
    ) -> Result<(), AnalysisError> {
        for batch in self.batches {
            let batch = batch.map_err(|fault| {
                let fault = parquet::errors::ParquetError::ArrowError(fault.to_string());
                TableError::Parquet { path: self.path.to_owned(), fault }
            })?;
            let columns = Columns::of(&batch)?;
            for at in 0..batch.num_rows() {
                take(columns.row(at)?)?;
            }
        }
        Ok(())
    }
}

/// The columns of one batch.
struct Columns<'a> {
    pair_id: &'a StringArray,
    dataset: &'a StringArray,
    original_text_id: &'a StringArray,
    counterfactual_text_id: &'a StringArray,
    answer_order: &'a StringArray,
    reference: &'a StringArray,
    explainer: &'a StringArray,
    arm: &'a StringArray,
    predictor: &'a StringArray,
    outcome: &'a StringArray,
    answer: &'a StringArray,
    target: &'a StringArray,
    target_outcome: &'a StringArray,
    repeat: &'a Int64Array,
    answer_repeat: &'a Int64Array,
    hit: &'a BooleanArray,
    switched: &'a BooleanArray,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self, TableError> {
        Ok(Self {
            pair_id: column(batch, "pair_id")?,
            dataset: column(batch, "dataset")?,
            original_text_id: column(batch, "original_text_id")?,
            counterfactual_text_id: column(batch, "counterfactual_text_id")?,
            answer_order: column(batch, "answer_order")?,
            reference: column(batch, "reference")?,
            explainer: column(batch, "explainer")?,
            arm: column(batch, "arm")?,
            predictor: column(batch, "predictor")?,
            outcome: column(batch, "outcome")?,
            answer: column(batch, "answer")?,
            target: column(batch, "target")?,
            target_outcome: column(batch, "target_outcome")?,
            repeat: column(batch, "repeat")?,
            answer_repeat: column(batch, "answer_repeat")?,
            hit: column(batch, "hit")?,
            switched: column(batch, "switched")?,
        })
    }

    fn row(&self, at: usize) -> Result<GuessRow<'a>, TableError> {
        let text = |column: &'a StringArray| column.is_valid(at).then(|| column.value(at));
        let truth = |column: &BooleanArray| column.is_valid(at).then(|| column.value(at));
        Ok(GuessRow {
            pair_id: self.pair_id.value(at),
            dataset: self.dataset.value(at),
            original_text_id: self.original_text_id.value(at),
            counterfactual_text_id: self.counterfactual_text_id.value(at),
            answer_order: word(self.answer_order.value(at))?,
            reference: self.reference.value(at),
            explainer: self.explainer.value(at),
            arm: self.arm.value(at),
            predictor: self.predictor.value(at),
            repeat: self.repeat.value(at),
            answer_repeat: self.answer_repeat.value(at),
            outcome: word(self.outcome.value(at))?,
            answer: text(self.answer),
            target: text(self.target),
            target_outcome: word(self.target_outcome.value(at))?,
            hit: truth(self.hit),
            switched: truth(self.switched),
        })
    }
}

fn column<'a, A: Array + 'static>(batch: &'a RecordBatch, name: &str) -> Result<&'a A, TableError> {
    let found = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
    found.ok_or_else(|| rows(format!("column `{name}` is missing or of another type")))
}

/// Reads one of the words of a type that columns hold as text.
fn word<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, TableError> {
    T::deserialize(BorrowedStrDeserializer::<Error>::new(text)).map_err(|e| rows(e.to_string()))
}

fn rows(fault: String) -> TableError {
    TableError::Rows { table: PredictionRow::NAME, fault }
}
