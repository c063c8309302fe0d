//! The rows of a file, whatever its format.

use super::fault::RowFault;
use super::{csv_file, json_file, parquet_rows};
use crate::error::DataError;
use crate::parquet_file::{Looks, ParquetFile, looks_like};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The rows of a file.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) path: PathBuf,
    /// SHA-256 of the file's bytes.
    pub(super) digest: Vec<u8>,
    /// "CSV", "JSONL" and so on, for people.
    pub(super) format: String,
    /// Column names, in the file's order where it has one.
    pub(super) columns: Vec<String>,
    pub(super) records: Vec<Record>,
    /// Rows that could not be read.
    pub(super) broken: Vec<RowFault>,
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    pub(super) row: u64,
    pub(super) line: Option<u64>,
    pub(super) cells: Map<String, Value>,
}

/// What a format's reader gives.
pub(super) struct Read {
    pub(super) format: String,
    pub(super) columns: Vec<String>,
    pub(super) records: Vec<Record>,
    pub(super) broken: Vec<RowFault>,
}

impl Sheet {
    /// Reads a whole file.
    ///
    /// # Errors
    /// [`DataError::Io`], [`DataError::Sheet`] for what is no table, and [`DataError::Parquet`].
    pub(super) fn open(path: &Path, delimiter: Option<u8>) -> Result<Self, DataError> {
        let at = |fault| DataError::Io { path: path.to_owned(), fault };
        let bytes = std::fs::read(path).map_err(at)?;
        let csv = is_csv_by_name(path) || delimiter.is_some();
        let (digest, read) = match looks_like(&bytes) {
            Looks::Parquet => {
                let ParquetFile { digest, file, .. } = ParquetFile::open(path)?;
                (digest, parquet_rows::read(path, file)?)
            }
            Looks::Json => (hash(&bytes), json_file::read(path, &bytes)?),
            Looks::Csv => (hash(&bytes), csv_file::read(path, &bytes, delimiter)?),
            Looks::Text if csv => (hash(&bytes), csv_file::read(path, &bytes, delimiter)?),
            // A CSV of another encoding: its rows are read one by one, and those at fault named.
            Looks::Binary if csv && !bytes.contains(&0) => {
                (hash(&bytes), csv_file::read(path, &bytes, delimiter)?)
            }
            other => {
                let (looks, help) = other.says();
                let fault = format!("no CSV, JSONL or Parquet file: {looks}");
                return Err(DataError::Sheet {
                    path: path.to_owned(),
                    fault,
                    help: help.to_owned(),
                });
            }
        };
        let Read { format, columns, records, broken } = read;
        Ok(Self { path: path.to_owned(), digest, format, columns, records, broken })
    }

    /// Whether there is a column of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column == name)
    }

    /// Rows of the file, those that could not be read among them.
    pub(super) fn rows(&self) -> u64 {
        (self.records.len() + self.broken.len()) as u64
    }
}

impl Record {
    /// The value of a column; that of `a.b` is `b` in the object `a`.
    pub(super) fn get(&self, column: &str) -> &Value {
        if let Some(value) = self.cells.get(column) {
            return value;
        }
        let Some((outer, inner)) = column.split_once('.') else { return &Value::Null };
        let mut value = self.cells.get(outer).unwrap_or(&Value::Null);
        for name in inner.split('.') {
            value = value.get(name).unwrap_or(&Value::Null);
        }
        value
    }
}

/// Adds the names of a row's cells, and those of objects in them as `outer.inner`.
pub(super) fn note_columns(
    cells: &Map<String, Value>,
    columns: &mut Vec<String>,
    known: &mut BTreeSet<String>,
) {
    let mut note = |name: &str| {
        if !known.contains(name) {
            known.insert(name.to_owned());
            columns.push(name.to_owned());
        }
    };
    for (name, value) in cells {
        note(name);
        if let Value::Object(inner) = value {
            inner.keys().for_each(|key| note(&format!("{name}.{key}")));
        }
    }
}

fn is_csv_by_name(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    matches!(&*extension, "csv" | "tsv" | "tab")
}

fn hash(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}
