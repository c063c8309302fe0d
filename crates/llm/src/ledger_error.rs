//! What can be wrong with a ledger, and how to mend it.

use crate::ledger_tables::VERSION;
use miette::Diagnostic;
use rusqlite::ErrorCode;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// Why the ledger cannot be used.
#[derive(Debug, Clone, Error, Diagnostic)]
pub enum LedgerError {
    /// SQLite said no.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help(
        "every reply that was committed is safe; the same command goes on from there once the disk and the file's permissions are well"
    ))]
    Sqlite {
        /// The ledger.
        path: PathBuf,
        /// What went wrong.
        fault: Arc<rusqlite::Error>,
    },
    /// Not a database, or a damaged one.
    #[error("{}: not a readable ledger: {fault}", path.display())]
    #[diagnostic(help(
        "restore the file from a copy (with its -wal, if there is one), or start a new run with `--out`, which asks and pays anew"
    ))]
    Damaged {
        /// The ledger.
        path: PathBuf,
        /// What SQLite says.
        fault: Arc<rusqlite::Error>,
    },
    /// Written by another version of the program.
    #[error("{}: the ledger has version {found}; this program knows version {VERSION}", path.display())]
    #[diagnostic(help(
        "continue with the version of the program that made it (`run.toml` names it), or choose another folder with `--out`"
    ))]
    OtherVersion {
        /// The ledger.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// The thread that writes is gone.
    #[error("{}: the ledger was closed", path.display())]
    Closed {
        /// The ledger.
        path: PathBuf,
    },
}

impl LedgerError {
    /// What SQLite says, told apart by whether the file itself is at fault.
    pub(crate) fn of(path: &Path, fault: Arc<rusqlite::Error>) -> Self {
        let path = path.to_owned();
        match fault.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Self::Damaged { path, fault }
            }
            _ => Self::Sqlite { path, fault },
        }
    }
}
