//! Writing a table: one row a row, in the ids of its levels.

use super::Table;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use foretell_tables::{TableError, temporary};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

impl Table {
    /// Writes `row`, one column a feature with the id of its level, and `target`, as CSV.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_csv(&self, to: impl Write) -> std::io::Result<()> {
        let mut csv = csv::Writer::from_writer(to);
        let names = self.features().iter().map(|own| own.name.as_str());
        csv.write_record(["row"].into_iter().chain(names).chain(["target"])).map_err(io_error)?;
        for row in 0..self.rows() {
            csv.write_field(row.to_string()).map_err(io_error)?;
            for (_, level) in self.levels(row) {
                csv.write_field(&level.id).map_err(io_error)?;
            }
            csv.write_field(self.label(row)).map_err(io_error)?;
            csv.write_record(None::<&[u8]>).map_err(io_error)?;
        }
        csv.flush()
    }

    /// Writes the same as a Parquet file, which appears under its name when it is whole.
    ///
    /// # Errors
    /// [`TableError`] names the path.
    pub fn write_parquet(&self, path: &Path) -> Result<(), TableError> {
        let io = |fault| TableError::Io { path: path.to_owned(), fault };
        let parquet = |fault| TableError::Parquet { path: path.to_owned(), fault };
        let batch = self.batch().map_err(|fault| parquet(fault.into()))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            // No version of a library: the same table gives the same bytes.
            .set_created_by("foretell".to_owned())
            .build();
        let file = temporary(".table-", folder_of(path)).map_err(io)?;
        let mut writer =
            ArrowWriter::try_new(file, batch.schema(), Some(properties)).map_err(parquet)?;
        writer.write(&batch).map_err(parquet)?;
        let file = writer.into_inner().map_err(parquet)?;
        file.persist(path).map_err(|fault| io(fault.error))?;
        Ok(())
    }

    fn batch(&self) -> Result<RecordBatch, arrow_schema::ArrowError> {
        let rows = 0..i64::try_from(self.rows()).expect("rows fit in memory");
        let mut columns: Vec<(&str, ArrayRef)> =
            vec![("row", Arc::new(Int64Array::from_iter_values(rows)))];
        for (at, feature) in self.features().iter().enumerate() {
            let codes = self.codes().iter().skip(at).step_by(self.width());
            let ids = codes.map(|&code| feature.levels[usize::from(code)].id.as_str());
            columns.push((&feature.name, Arc::new(StringArray::from_iter_values(ids))));
        }
        let labels = (0..self.rows()).map(|row| self.label(row));
        columns.push(("target", Arc::new(StringArray::from_iter_values(labels))));
        RecordBatch::try_from_iter(columns)
    }
}

/// What the system said, kind and all: a reader that left is told by it.
fn io_error(fault: csv::Error) -> std::io::Error {
    match fault.into_kind() {
        csv::ErrorKind::Io(fault) => fault,
        other => std::io::Error::other(format!("{other:?}")),
    }
}

/// The folder in which a file lies.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
