//! Rows of a Parquet file of any columns.

use super::sheet::{Read, Record, note_columns};
use crate::error::DataError;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

/// Rows that are decoded at once.
const BATCH: usize = 1024;

/// Reads a whole file.
///
/// # Errors
/// [`DataError::Parquet`] for one that does not decode, [`DataError::Sheet`] for a type of column that
/// has no text.
pub(super) fn read(path: &Path, file: File) -> Result<Read, DataError> {
    let fault = |fault: ParquetError| DataError::Parquet { path: path.to_owned(), fault };
    // Without the writer's own hints a column has one of a few plain types.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder =
        ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).map_err(fault)?;
    let mut columns: Vec<String> =
        builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    let mut known: BTreeSet<String> = columns.iter().cloned().collect();
    let mut records: Vec<Record> = Vec::new();
    for batch in builder.with_batch_size(BATCH).build().map_err(fault)? {
        let batch = batch.map_err(|error| fault(ParquetError::ArrowError(error.to_string())))?;
        let rows: Vec<Map<String, Value>> =
            serde_arrow::from_record_batch(&batch).map_err(|error| DataError::Sheet {
                path: path.to_owned(),
                fault: format!("a column cannot be read: {error}"),
                help: "keep columns of text, numbers, true and false, and lists of these"
                    .to_owned(),
            })?;
        for cells in rows {
            note_columns(&cells, &mut columns, &mut known);
            records.push(Record { row: records.len() as u64, line: None, cells });
        }
    }
    Ok(Read { format: "Parquet".to_owned(), columns, records, broken: Vec::new() })
}
