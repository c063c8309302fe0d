//! Prediction tables, decoded column by column: a text that stands in many rows is decoded once.

use crate::error::AnalysisError;
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, BooleanArray, DictionaryArray, Int32Array, Int64Array, ListArray, RecordBatch,
    StringArray,
};
use arrow_schema::{DataType, Field, Schema};
use foretell_tables::{PredictionRow, Reader, Table, TableError};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, Error};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// Rows that are decoded at once: as many as a row group of our own tables has.
const BATCH: usize = 65_536;

/// The columns that differ from guess to guess.
pub(crate) const GUESS_COLUMNS: [&str; 16] = [
    "pair_id",
    "reference",
    "explainer",
    "arm",
    "predictor",
    "repeat",
    "answer_repeat",
    "outcome",
    "answer",
    "original_answer",
    "target",
    "target_outcome",
    "hit",
    "confidence_level",
    "output_tokens",
    "reasoning_tokens",
];

/// The columns that are the same in all guesses about one pair.
pub(crate) const PAIR_COLUMNS: [&str; 9] = [
    "pair_id",
    "dataset",
    "original_text_id",
    "counterfactual_text_id",
    "answer_order",
    "distance",
    "changed",
    "method",
    "cue_label",
];

/// Decodes some columns of a prediction table, texts as dictionaries.
pub(crate) fn batches(path: &Path, columns: &[&str]) -> Result<Vec<RecordBatch>, AnalysisError> {
    // Table and version are checked where they are defined.
    Reader::<PredictionRow>::with_columns(path, &columns[..1])?;
    let file =
        File::open(path).map_err(|fault| AnalysisError::Io { path: path.to_owned(), fault })?;
    let parquet = |fault| TableError::Parquet { path: path.to_owned(), fault };
    let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(parquet)?;
    let fields = plain.schema().fields().iter().map(|field| match field.data_type() {
        DataType::Utf8 => Arc::new(Field::new_dictionary(
            field.name(),
            DataType::Int32,
            DataType::Utf8,
            field.is_nullable(),
        )),
        _ => Arc::clone(field),
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = ArrowReaderOptions::new().with_schema(schema);
    let metadata =
        ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options).map_err(parquet)?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    let reader = builder.with_projection(mask).with_batch_size(BATCH).build().map_err(parquet)?;
    let mut batches = Vec::new();
    for batch in reader {
        batches.push(batch.map_err(|fault| {
            let fault = parquet::errors::ParquetError::ArrowError(fault.to_string());
            TableError::Parquet { path: path.to_owned(), fault }
        })?);
    }
    Ok(batches)
}

/// A column of texts: the number of each row's text, and the texts.
pub(crate) struct TextColumn<'a> {
    keys: &'a Int32Array,
    texts: &'a StringArray,
}

impl<'a> TextColumn<'a> {
    pub(crate) fn of(batch: &'a RecordBatch, name: &str) -> Result<Self, TableError> {
        let column: &DictionaryArray<Int32Type> = column(batch, name)?;
        let texts = column.values().as_any().downcast_ref();
        let texts = texts.ok_or_else(|| rows(format!("column `{name}` is of another type")))?;
        Ok(Self { keys: column.keys(), texts })
    }

    /// The texts; those that no row has are among them.
    pub(crate) fn texts(&self) -> impl ExactSizeIterator<Item = &'a str> {
        let texts = self.texts;
        (0..texts.len()).map(move |at| if texts.is_valid(at) { texts.value(at) } else { "" })
    }

    /// Whether its texts are these, one by one.
    pub(crate) fn has_texts(&self, texts: &StringArray) -> bool {
        self.texts.value_offsets() == texts.value_offsets()
            && self.texts.values() == texts.values()
            && self.texts.nulls() == texts.nulls()
    }

    /// The column with `values` in place of its texts.
    pub(crate) fn with<T>(self, values: Vec<T>) -> Coded<'a, T> {
        Coded { keys: self.keys, texts: self.texts, values }
    }

    /// The column with what `code` makes of its texts in their place.
    pub(crate) fn coded<T>(self, code: impl FnMut(&'a str) -> T) -> Coded<'a, T> {
        let values = self.texts().map(code).collect();
        self.with(values)
    }

    /// The column as words of a type.
    pub(crate) fn words<T: Deserialize<'a>>(self) -> Result<Coded<'a, T>, TableError> {
        let words = self.texts().map(word).collect::<Result<_, _>>()?;
        Ok(self.with(words))
    }
}

/// A column of texts by what each text means, which is found out once for all rows.
pub(crate) struct Coded<'a, T> {
    keys: &'a Int32Array,
    pub(crate) texts: &'a StringArray,
    /// The meaning of every text.
    pub(crate) values: Vec<T>,
}

impl<T: Copy> Coded<'_, T> {
    /// The value of a row, none where the cell is empty.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<T> {
        self.keys.is_valid(row).then(|| self.values[self.keys.value(row) as usize])
    }

    /// The same where the table's column may not be empty.
    #[inline]
    pub(crate) fn required(&self, row: usize) -> Result<T, TableError> {
        self.get(row).ok_or_else(|| rows(format!("row {row} has an empty cell")))
    }
}

/// A column of whole numbers, empty where there is none.
pub(crate) fn integers<'a>(
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a Int64Array, TableError> {
    column(batch, name)
}

/// A count of a row, none where the cell is empty.
pub(crate) fn count(column: &Int64Array, row: usize) -> Result<Option<u32>, TableError> {
    if !column.is_valid(row) {
        return Ok(None);
    }
    let value = column.value(row);
    let fault = || rows(format!("row {row}: {value} is not a count"));
    u32::try_from(value).map(Some).map_err(|_| fault())
}

/// A column of truths.
pub(crate) fn truths<'a>(
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a BooleanArray, TableError> {
    column(batch, name)
}

/// A column of lists.
pub(crate) fn lists<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ListArray, TableError> {
    column(batch, name)
}

fn column<'a, A: Array + 'static>(batch: &'a RecordBatch, name: &str) -> Result<&'a A, TableError> {
    let found = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
    found.ok_or_else(|| rows(format!("column `{name}` is missing or of another type")))
}

/// Reads one of the words of a type that columns hold as text.
fn word<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, TableError> {
    T::deserialize(BorrowedStrDeserializer::<Error>::new(text)).map_err(|e| rows(e.to_string()))
}

pub(crate) fn rows(fault: String) -> TableError {
    TableError::Rows { table: PredictionRow::NAME, fault }
}
