//! Whether the ledger of a run still holds the replies that its tables were derived from.

use crate::error::StudyError;
use crate::folder::Layout;
use foretell_llm::{LedgerReader, RequestKey};
use foretell_tables::{AnswerRow, PredictionRow, Reader, Table};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Replies of a table that are looked for: enough to tell a ledger that was lost, emptied or
/// exchanged, and few enough to cost nothing.
const LOOKED_FOR: usize = 64;

/// The column that says where a row came from.
#[derive(Deserialize)]
struct Derived {
    reply_key: Option<String>,
}

/// Replies that the tables of a run name.
pub(crate) struct NamedReplies {
    ledger: PathBuf,
    tables: Vec<(PathBuf, Vec<RequestKey>)>,
}

impl NamedReplies {
    /// Reads the first keys of each table, and looks whether there is a ledger, which is made anew
    /// where it is opened and was not there.
    ///
    /// # Errors
    /// [`StudyError::LedgerGone`] names the ledger and a table.
    pub(crate) fn read(layout: &Layout) -> Result<Self, StudyError> {
        let named = Self { ledger: layout.ledger(), tables: named_keys(layout) };
        match named.tables.first() {
            Some((table, _)) if !named.ledger.exists() => Err(named.gone("is gone", table)),
            _ => Ok(named),
        }
    }

    /// Looks for them in the ledger.
    ///
    /// # Errors
    /// [`StudyError::LedgerGone`] where it lacks one.
    pub(crate) fn check(&self, reader: &LedgerReader) -> Result<(), StudyError> {
        for (table, keys) in &self.tables {
            for key in keys {
                if reader.get(key)?.is_none() {
                    return Err(self.gone("lacks replies", table));
                }
            }
        }
        Ok(())
    }

    fn gone(&self, state: &'static str, table: &Path) -> StudyError {
        let (path, table) = (self.ledger.clone(), table.to_owned());
        StudyError::LedgerGone { path, state, table }
    }
}

/// The first keys of each table that names any. A table that cannot be read is derived again.
fn named_keys(layout: &Layout) -> Vec<(PathBuf, Vec<RequestKey>)> {
    let answers = tables(&layout.folder().join("answers"));
    let predictions = tables(&layout.folder().join("predictions"));
    let answers = answers.into_iter().map(|path| (first_keys::<AnswerRow>(&path), path));
    let predictions =
        predictions.into_iter().map(|path| (first_keys::<PredictionRow>(&path), path));
    let all = answers.chain(predictions).filter(|(keys, _)| !keys.is_empty());
    all.map(|(keys, path)| (path, keys)).collect()
}

fn first_keys<T: Table>(path: &Path) -> Vec<RequestKey> {
    let Ok(mut reader) = Reader::<T, Derived>::with_columns(path, &["reply_key"]) else {
        return Vec::new();
    };
    let Some(Ok(rows)) = reader.next() else { return Vec::new() };
    let keys = rows.into_iter().filter_map(|row| row.reply_key?.parse().ok());
    keys.take(LOOKED_FOR).collect()
}

/// The tables in a folder and the folders in it, in order.
pub(crate) fn tables(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    let of = |path: PathBuf| match path.extension() {
        Some(extension) if extension == "parquet" => vec![path],
        _ => tables(&path),
    };
    paths.into_iter().flat_map(of).collect()
}
