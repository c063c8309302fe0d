//! Reading a table, batch by batch or whole.

use crate::column::Table;
use arrow_array::RecordBatch;
use miette::Diagnostic;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::ParquetMetaDataReader;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use thiserror::Error;

pub(crate) const TABLE_KEY: &str = "foretell.table";
pub(crate) const VERSION_KEY: &str = "foretell.version";

/// Rows that are decoded at once.
const BATCH: usize = 4096;

/// Why a table cannot be read or written.
#[derive(Debug, Error, Diagnostic)]
pub enum TableError {
    /// The file system said no.
    #[error("{}: {fault}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        fault: std::io::Error,
    },
    /// Not Parquet, or damaged.
    #[error("{}: not a readable Parquet file: {fault}", path.display())]
    #[diagnostic(help(
        "tables of a run are derived: delete the file and run `foretell run` again"
    ))]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        fault: parquet::errors::ParquetError,
    },
    /// Another table, or a table of something else.
    #[error("{}: this is {found}, not the table `{wanted}`", path.display())]
    OtherTable {
        /// The file.
        path: PathBuf,
        /// What it says it is.
        found: String,
        /// The table wanted.
        wanted: &'static str,
    },
    /// Written by a version of the program that has other columns.
    #[error("{}: table `{table}` has version {found}; this program reads version {wanted}", path.display())]
    #[diagnostic(help(
        "read it with the version of the program that wrote it (`run.toml` names it), or make a new run"
    ))]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// The table.
        table: &'static str,
        /// The file's version.
        found: String,
        /// The version that is read.
        wanted: u32,
    },
    /// A table from elsewhere that lacks columns.
    #[error("{}: not the table `{table}`: no column {}", path.display(), missing.join(", "))]
    #[diagnostic(help("docs/formats.md describes the columns of `{table}`"))]
    NoColumns {
        /// The file.
        path: PathBuf,
        /// The table.
        table: &'static str,
        /// The columns that it lacks.
        missing: Vec<&'static str>,
    },
    /// Values that do not fit the columns.
    #[error("table `{table}`: {fault}")]
    Rows {
        /// The table.
        table: &'static str,
        /// What does not fit.
        fault: String,
    },
}

/// Reads a table batch by batch, as rows of type `R`: the table's own, or a struct with some of
/// its columns.
pub struct Reader<T: Table, R = T> {
    batches: ParquetRecordBatchReader,
    path: PathBuf,
    rows: PhantomData<(T, R)>,
}

impl<T: Table> Reader<T> {
    /// Opens a table to read all its columns.
    ///
    /// # Errors
    /// [`TableError`] names the path.
    pub fn open(path: &Path) -> Result<Self, TableError> {
        Self::with_columns(path, &T::COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>())
    }

    /// Opens a table that another program may have written: one that does not say what it is passes
    /// for this table if it has its columns. Those that may be null may be absent.
    ///
    /// # Errors
    /// [`TableError`] names the path, and the columns that are missing.
    pub fn from_elsewhere(path: &Path) -> Result<Self, TableError> {
        let builder = builder(path)?;
        if value_of(&builder, TABLE_KEY).is_some() {
            check_version::<T>(path, &builder)?;
        }
        let schema = builder.schema();
        let absent =
            T::COLUMNS.iter().filter(|column| schema.field_with_name(column.name).is_err());
        let missing: Vec<&str> =
            absent.filter(|column| !column.nullable).map(|column| column.name).collect();
        if !missing.is_empty() {
            return Err(TableError::NoColumns { path: path.to_owned(), table: T::NAME, missing });
        }
        let columns: Vec<&str> = T::COLUMNS.iter().map(|column| column.name).collect();
        Self::of(builder, path, &columns)
    }
}

impl<T: Table, R: DeserializeOwned> Reader<T, R> {
    /// Opens a table to read the columns named, those of `R`.
    ///
    /// # Errors
    /// [`TableError`] names the path.
    pub fn with_columns(path: &Path, columns: &[&str]) -> Result<Self, TableError> {
        let builder = builder(path)?;
        check_version::<T>(path, &builder)?;
        Self::of(builder, path, columns)
    }

    fn of(
        builder: ParquetRecordBatchReaderBuilder<File>,
        path: &Path,
        columns: &[&str],
    ) -> Result<Self, TableError> {
        let parquet = |fault| TableError::Parquet { path: path.to_owned(), fault };
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        let batches =
            builder.with_projection(mask).with_batch_size(BATCH).build().map_err(parquet)?;
        Ok(Self { batches, path: path.to_owned(), rows: PhantomData })
    }
}

impl<T: Table, R> Reader<T, R> {
    /// What is left of the table as Arrow batches, for those who read columns and need no rows.
    pub fn into_batches(mut self) -> impl Iterator<Item = Result<RecordBatch, TableError>> {
        std::iter::from_fn(move || self.next_batch())
    }

    fn next_batch(&mut self) -> Option<Result<RecordBatch, TableError>> {
        Some(self.batches.next()?.map_err(|fault| {
            let fault = parquet::errors::ParquetError::ArrowError(fault.to_string());
            TableError::Parquet { path: self.path.clone(), fault }
        }))
    }
}

impl<T: Table, R: DeserializeOwned> Iterator for Reader<T, R> {
    type Item = Result<Vec<R>, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows = |batch| {
            serde_arrow::from_record_batch(&batch)
                .map_err(|fault| TableError::Rows { table: T::NAME, fault: fault.to_string() })
        };
        Some(self.next_batch()?.and_then(rows))
    }
}

/// Number of rows of a table, by its footer alone.
///
/// # Errors
/// [`TableError`] names the path.
pub fn count_rows(path: &Path) -> Result<u64, TableError> {
    let file = File::open(path).map_err(|fault| TableError::Io { path: path.to_owned(), fault })?;
    let parquet = |fault| TableError::Parquet { path: path.to_owned(), fault };
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(parquet)?;
    Ok(u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0))
}

/// Reads a whole table.
///
/// # Errors
/// [`TableError`] names the path.
pub fn read<T: Table>(path: &Path) -> Result<Vec<T>, TableError> {
    let mut rows = Vec::new();
    for batch in Reader::<T>::open(path)? {
        rows.extend(batch?);
    }
    Ok(rows)
}

/// Which of the tables a Parquet file says it is; `None` for one from elsewhere.
///
/// # Errors
/// [`TableError`] for a file that cannot be read as Parquet.
pub fn table_name(path: &Path) -> Result<Option<String>, TableError> {
    Ok(value_of(&builder(path)?, TABLE_KEY))
}

fn builder(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, TableError> {
    let file = File::open(path).map_err(|fault| TableError::Io { path: path.to_owned(), fault })?;
    ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|fault| TableError::Parquet { path: path.to_owned(), fault })
}

fn value_of(builder: &ParquetRecordBatchReaderBuilder<File>, key: &str) -> Option<String> {
    let entries = builder.metadata().file_metadata().key_value_metadata();
    let entry = entries.into_iter().flatten().find(|entry| entry.key == key);
    entry.and_then(|entry| entry.value.clone())
}

fn check_version<T: Table>(
    path: &Path,
    builder: &ParquetRecordBatchReaderBuilder<File>,
) -> Result<(), TableError> {
    match value_of(builder, TABLE_KEY) {
        Some(table) if table == T::NAME => {}
        other => {
            let found = other
                .map_or("a Parquet file from elsewhere".to_owned(), |t| format!("table `{t}`"));
            return Err(TableError::OtherTable { path: path.to_owned(), found, wanted: T::NAME });
        }
    }
    let found = value_of(builder, VERSION_KEY).unwrap_or_default();
    if found == T::VERSION.to_string() {
        return Ok(());
    }
    Err(TableError::OtherVersion {
        path: path.to_owned(),
        table: T::NAME,
        found,
        wanted: T::VERSION,
    })
}
