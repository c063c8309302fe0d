//! The requests that the tables of runs name.

use crate::error::{RunError, StudyError};
use crate::folder::Layout;
use crate::ledger_check::tables;
use crate::manifest::Manifest;
use foretell_llm::RequestKey;
use foretell_tables::texts_of_column;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Columns that name a reply.
const COLUMNS: [&str; 5] =
    ["reply_key", "shown_reply", "target_reply", "explained_reply", "generator_reply_key"];

/// The keys of all replies in `ledger` that the tables of these runs name, of whatever kind they are.
///
/// # Errors
/// [`RunError::NotComplete`] for a run that has asked what its tables do not name yet;
/// [`RunError::OtherLedger`] for one that uses another ledger, and says nothing about this one;
/// [`RunError::NoRun`] where there is none. All of them at once.
pub fn used_keys(runs: &[PathBuf], ledger: &Path) -> Result<HashSet<RequestKey>, StudyError> {
    let faults = runs.iter().filter_map(|run| check(run, ledger).err());
    StudyError::all(faults.collect())?;
    let mut used = HashSet::new();
    for run in runs {
        add(run, &mut used)?;
    }
    Ok(used)
}

fn check(run: &Path, ledger: &Path) -> Result<(), StudyError> {
    if !Manifest::read(run)?.complete {
        return Err(StudyError::Run(RunError::NotComplete { path: run.to_owned() }));
    }
    let own = Layout::of_run(run)?.ledger();
    match (own.canonicalize(), ledger.canonicalize()) {
        (Ok(one), Ok(other)) if one == other => Ok(()),
        _ => {
            let (run, ledger) = (run.to_owned(), ledger.to_owned());
            Err(StudyError::Run(RunError::OtherLedger { run, own, ledger }))
        }
    }
}

fn add(run: &Path, used: &mut HashSet<RequestKey>) -> Result<(), StudyError> {
    for table in tables(run)? {
        for column in COLUMNS {
            texts_of_column(&table, column, |text| used.extend(text.parse::<RequestKey>()))?;
        }
    }
    Ok(())
}
