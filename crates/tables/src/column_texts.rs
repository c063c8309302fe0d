//! One column of texts of any table, whatever else it holds.

use crate::read::TableError;
use arrow_array::{Array, StringArray};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use std::path::Path;

/// Hands every text of a column to `then`; nothing where the table has no such column of texts.
///
/// # Errors
/// [`TableError`] names the path.
pub fn texts_of_column(
    path: &Path,
    column: &str,
    mut then: impl FnMut(&str),
) -> Result<(), TableError> {
    let file = File::open(path).map_err(|fault| TableError::Io { path: path.to_owned(), fault })?;
    let parquet = |fault| TableError::Parquet { path: path.to_owned(), fault };
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(parquet)?;
    if builder.schema().column_with_name(column).is_none() {
        return Ok(());
    }
    let mask = ProjectionMask::columns(builder.parquet_schema(), [column]);
    for batch in builder.with_projection(mask).build().map_err(parquet)? {
        let batch = batch.map_err(|fault| {
            parquet(parquet::errors::ParquetError::ArrowError(fault.to_string()))
        })?;
        let Some(texts) = batch.column(0).as_any().downcast_ref::<StringArray>() else { continue };
        texts.iter().flatten().for_each(&mut then);
    }
    Ok(())
}
