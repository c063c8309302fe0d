//! The requests that the tables of runs name.

use crate::error::StudyError;
use crate::ledger_check::tables;
use crate::manifest::Manifest;
use foretell_llm::RequestKey;
use foretell_tables::texts_of_column;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Columns that name a reply.
const COLUMNS: [&str; 5] =
    ["reply_key", "shown_reply", "target_reply", "explained_reply", "generator_reply_key"];

/// The keys of all replies that the tables of these runs name, of whatever kind they are.
///
/// # Errors
/// [`StudyError::NotComplete`] for a run that has asked what its tables do not name yet;
/// [`StudyError::NoRun`] where there is none.
pub fn used_keys(runs: &[PathBuf]) -> Result<HashSet<RequestKey>, StudyError> {
    let mut used = HashSet::new();
    for run in runs {
        if !Manifest::read(run)?.complete {
            return Err(StudyError::NotComplete { path: run.clone() });
        }
        add(run, &mut used)?;
    }
    Ok(used)
}

fn add(run: &Path, used: &mut HashSet<RequestKey>) -> Result<(), StudyError> {
    for table in tables(run)? {
        for column in COLUMNS {
            texts_of_column(&table, column, |text| used.extend(text.parse::<RequestKey>()))?;
        }
    }
    Ok(())
}
