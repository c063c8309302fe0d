//! Writing a table: to a temporary file that is renamed when it is whole.

use crate::column::Table;
use crate::read::TableError;
use arrow_array::RecordBatch;
use arrow_schema::{FieldRef, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::io::Write;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::NamedTempFile;

/// Rows that are turned into one Arrow batch.
const BATCH: usize = 4096;

/// Rows in a row group: enough for good compression, few enough to hold in memory.
const ROW_GROUP: usize = 65_536;

/// Writes one table. The file appears under its name only in [`Writer::finish`], whole.
pub struct Writer<T: Table> {
    path: PathBuf,
    fields: Vec<FieldRef>,
    parquet: ArrowWriter<NamedTempFile>,
    rows: Vec<T>,
    table: PhantomData<T>,
}

impl<T: Table> Writer<T> {
    /// Starts the table at `path`, whose folder is made where it is missing.
    ///
    /// # Errors
    /// [`TableError`] names the path.
    pub fn create(path: &Path) -> Result<Self, TableError> {
        let folder = path.parent().expect("a table lies in a folder");
        let at = |fault| TableError::Io { path: path.to_owned(), fault };
        std::fs::create_dir_all(folder).map_err(at)?;
        let file = temporary(".table-", folder).map_err(at)?;
        let schema = schema_of::<T>();
        let fields: Vec<FieldRef> = schema.fields().iter().cloned().collect();
        let parquet = ArrowWriter::try_new(file, schema, Some(properties::<T>()))
            .map_err(|fault| TableError::Parquet { path: path.to_owned(), fault })?;
        let rows = Vec::with_capacity(BATCH);
        Ok(Self { path: path.to_owned(), fields, parquet, rows, table: PhantomData })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`TableError`] names the path.
    pub fn push(&mut self, row: T) -> Result<(), TableError> {
        self.rows.push(row);
        if self.rows.len() < BATCH { Ok(()) } else { self.flush() }
    }

    /// Adds rows that were made into a batch elsewhere ([`Writer::batch_of`]).
    ///
    /// # Errors
    /// [`TableError`] names the path.
    pub fn push_batch(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        self.flush()?;
        let path = &self.path;
        self.parquet.write(batch).map_err(|fault| TableError::Parquet { path: path.clone(), fault })
    }

    /// Makes rows into a batch: the costly part of writing, which threads can share.
    ///
    /// # Errors
    /// [`TableError::Rows`] where a row does not fit its columns.
    pub fn batch_of(rows: &[T]) -> Result<RecordBatch, TableError> {
        let fields: Vec<FieldRef> = T::COLUMNS.iter().map(|c| Arc::new(c.field())).collect();
        serde_arrow::to_record_batch(&fields, &rows)
            .map_err(|fault| TableError::Rows { table: T::NAME, fault: fault.to_string() })
    }

    fn flush(&mut self) -> Result<(), TableError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let batch = serde_arrow::to_record_batch(&self.fields, &self.rows)
            .map_err(|fault| TableError::Rows { table: T::NAME, fault: fault.to_string() })?;
        self.rows.clear();
        self.push_batch(&batch)
    }

    /// Writes what is left and puts the file in place.
    ///
    /// # Errors
    /// [`TableError`] names the path; the old file then still stands.
    pub fn finish(self) -> Result<(), TableError> {
        let path = self.path.clone();
        let file = self.written()?;
        let at = |fault| TableError::Io { path: path.clone(), fault };
        file.as_file().sync_all().map_err(at)?;
        file.persist(&path).map_err(|fault| at(fault.error))?;
        Ok(())
    }

    /// The same without waiting for the disk: for one of many tables in a folder that is itself put
    /// in place later, once all of them are made to last.
    ///
    /// # Errors
    /// As [`Writer::finish`].
    pub fn finish_unsynced(self) -> Result<(), TableError> {
        let path = self.path.clone();
        let at = |fault| TableError::Io { path: path.clone(), fault };
        self.written()?.persist(&path).map_err(|fault| at(fault.error))?;
        Ok(())
    }

    fn written(mut self) -> Result<NamedTempFile, TableError> {
        self.flush()?;
        let Self { path, parquet, .. } = self;
        parquet.into_inner().map_err(|fault| TableError::Parquet { path, fault })
    }
}

/// The Arrow schema of a table: that of the batches which [`Writer::push_batch`] takes.
#[must_use]
pub fn schema_of<T: Table>() -> SchemaRef {
    let fields: Vec<FieldRef> = T::COLUMNS.iter().map(|c| Arc::new(c.field())).collect();
    Arc::new(Schema::new(fields))
}

/// Writes a whole table at once.
///
/// # Errors
/// [`TableError`] names the path.
pub fn write<T: Table>(path: &Path, rows: impl IntoIterator<Item = T>) -> Result<(), TableError> {
    let mut writer = Writer::create(path)?;
    for row in rows {
        writer.push(row)?;
    }
    writer.finish()
}

/// A temporary file in `folder` that will have the permissions of any other new file, not those of a
/// secret one.
///
/// # Errors
/// What the file system says.
pub fn temporary(prefix: &str, folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Writes a file that appears under its name only when it is whole, and is on the disk then.
///
/// # Errors
/// What the file system says; whatever was there before is there still.
///
/// # Examples
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("a.txt");
/// foretell_tables::write_whole(&path, b"all of it")?;
/// assert_eq!(std::fs::read(path)?, b"all of it");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A bare file name lies in the folder that the program was started in.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = temporary(".file-", folder.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn properties<T: Table>() -> WriterProperties {
    let entry = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        // No version of a library: the same run gives the same bytes.
        .set_created_by("foretell".to_owned())
        .set_key_value_metadata(Some(vec![
            entry(crate::read::TABLE_KEY, T::NAME.to_owned()),
            entry(crate::read::VERSION_KEY, T::VERSION.to_string()),
        ]))
        .build()
}
