//! Whether the ledger of a run still holds the replies that its tables were derived from.

use crate::error::{RunError, StudyError};
use crate::folder::Layout;
use foretell_llm::{LedgerReader, RequestKey};
use foretell_tables::{AnswerRow, PredictionRow, RationaleRow, Reader, Table};
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
    /// [`RunError::LedgerGone`] names the ledger and a table; [`StudyError::Io`] a folder of tables
    /// that cannot be read.
    pub(crate) fn read(layout: &Layout) -> Result<Self, StudyError> {
        let named = Self { ledger: layout.ledger(), tables: named_keys(layout)? };
        match named.tables.first() {
            Some((table, _)) if !named.ledger.exists() => Err(named.gone("is gone", table)),
            _ => Ok(named),
        }
    }

    /// Looks for them in the ledger.
    ///
    /// # Errors
    /// [`RunError::LedgerGone`] where it lacks one.
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
        StudyError::Run(RunError::LedgerGone { path, state, table })
    }
}

/// The first keys of each table that names any. A table that cannot be read is derived again.
fn named_keys(layout: &Layout) -> Result<Vec<(PathBuf, Vec<RequestKey>)>, StudyError> {
    let answers = tables(&layout.folder().join("answers"))?;
    let predictions = tables(&layout.folder().join("predictions"))?;
    let answers = answers.into_iter().map(|path| (first_keys::<AnswerRow>(&path), path));
    let predictions =
        predictions.into_iter().map(|path| (first_keys::<PredictionRow>(&path), path));
    let rationales = tables(&layout.folder().join("rationales"))?;
    let rationales = rationales.into_iter().map(|path| (first_keys::<RationaleRow>(&path), path));
    let all = answers.chain(rationales).chain(predictions).filter(|(keys, _)| !keys.is_empty());
    Ok(all.map(|(keys, path)| (path, keys)).collect())
}

fn first_keys<T: Table>(path: &Path) -> Vec<RequestKey> {
    let Ok(mut reader) = Reader::<T, Derived>::with_columns(path, &["reply_key"]) else {
        return Vec::new();
    };
    let Some(Ok(rows)) = reader.next() else { return Vec::new() };
    let keys = rows.into_iter().filter_map(|row| row.reply_key?.parse().ok());
    keys.take(LOOKED_FOR).collect()
}

/// The tables in a folder and the folders in it, in order; none where there is no such folder.
///
/// # Errors
/// [`StudyError::Io`] for a folder that cannot be read, or a link that leads nowhere: who takes out
/// what no table names must not overlook one.
pub(crate) fn tables(folder: &Path) -> Result<Vec<PathBuf>, StudyError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |fault| StudyError::Io { path, fault }
    };
    let is_gone = |fault: &std::io::Error| fault.kind() == std::io::ErrorKind::NotFound;
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(fault) if is_gone(&fault) => return Ok(Vec::new()),
        Err(fault) => return Err(at(folder)(fault)),
    };
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| Ok(entry?.path())).collect::<Result<_, _>>().map_err(at(folder))?;
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => found.extend(tables(&path)?),
            Ok(_) => {
                found.extend(Some(path).filter(|path| path.extension().is_some_and(is_parquet)));
            }
            // A file that another process gave its name since.
            Err(fault) if is_gone(&fault) && path.symlink_metadata().is_err() => {}
            Err(fault) => return Err(at(&path)(fault)),
        }
    }
    Ok(found)
}

fn is_parquet(extension: &std::ffi::OsStr) -> bool {
    extension == "parquet"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_folder_holds_no_tables_and_one_that_cannot_be_read_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert!(tables(&folder.join("scores")).unwrap().is_empty());
        let (deep, file) = (folder.join("predictions/a"), folder.join("predictions/a/b.parquet"));
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::write(&file, "").unwrap();
        std::fs::write(deep.join("c.txt"), "").unwrap();
        assert_eq!(tables(folder).unwrap(), std::slice::from_ref(&file));
        assert!(matches!(tables(&file), Err(StudyError::Io { .. })), "it is no folder");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_folder_that_is_away_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let away = folder.path().join("scores");
        std::os::unix::fs::symlink("/nowhere/scores", &away).unwrap();
        let error = tables(folder.path()).unwrap_err();
        assert!(matches!(error, StudyError::Io { path, .. } if path == away));
    }
}
