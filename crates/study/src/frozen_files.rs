//! The files that a run froze when it started, and what a process that was killed left between them.

use crate::error::{RunError, StudyError};
use crate::folder::{Layout, hash_of, texts};
use crate::manifest::FrozenCounts;
use foretell_core::judge::JudgeKind;
use foretell_core::{Card, Prompts};
use foretell_tables::{Table, TableError, read};
use std::collections::BTreeMap;
use std::path::Path;

/// The rows of a table that was frozen.
pub(crate) fn frozen_rows<T: Table>(path: &Path) -> Result<Vec<T>, StudyError> {
    read(path).map_err(|fault| match fault {
        // Written by another version of the program: its help says what to do.
        fault @ TableError::OtherVersion { .. } => StudyError::Table(fault),
        TableError::Io { fault, .. } => damaged(path, &fault),
        TableError::Parquet { fault, .. } => {
            damaged(path, &format!("not a readable Parquet file: {fault}"))
        }
        // It names the path itself.
        TableError::OtherTable { found, wanted, .. } => {
            damaged(path, &format!("this is {found}, not the table `{wanted}`"))
        }
        fault @ (TableError::Rows { .. } | TableError::NoColumns { .. }) => damaged(path, &fault),
    })
}

/// The templates that were frozen.
pub(crate) fn frozen_prompts(layout: &Layout) -> Result<Prompts, StudyError> {
    let texts = texts(&layout.prompts()).map_err(|fault| match fault {
        StudyError::Io { path, fault } => damaged(&path, &fault),
        fault => fault,
    })?;
    Prompts::with_files(texts).map_err(|fault| damaged(&layout.prompts(), &fault))
}

/// The cards that were frozen, by dataset.
pub(crate) fn frozen_cards(layout: &Layout) -> Result<BTreeMap<String, Card>, StudyError> {
    let path = layout.cards();
    let text = std::fs::read_to_string(&path).map_err(|fault| damaged(&path, &fault))?;
    toml::from_str(&text).map_err(|fault| damaged(&path, &fault))
}

/// Templates of stages after a run, which one that is older than they are gets when it is first judged.
const LATER: [JudgeKind; 2] = JudgeKind::ALL;

/// Refuses templates and cards that are not those which the run froze: half of its prompts would
/// then be others.
pub(crate) fn check_hashes(layout: &Layout, frozen: &FrozenCounts) -> Result<(), StudyError> {
    let prompts: Vec<(String, String)> = texts(&layout.prompts())?.into_iter().collect();
    if !is_frozen(prompts, &frozen.prompts) {
        return Err(damaged(&layout.prompts(), &"not the templates that the run froze"));
    }
    let path = layout.cards();
    let text = std::fs::read_to_string(&path).map_err(|fault| damaged(&path, &fault))?;
    if hash_of(&[("cards.toml".to_owned(), text)]) != frozen.cards {
        return Err(damaged(&path, &"not the cards that the run froze"));
    }
    Ok(())
}

/// Whether templates are those of a hash, also beside later ones that were not there yet.
fn is_frozen(mut prompts: Vec<(String, String)>, hash: &str) -> bool {
    let all = hash_of(&prompts);
    prompts.retain(|(name, _)| LATER.iter().all(|kind| kind.file() != name));
    hash == all || hash == hash_of(&prompts)
}

fn damaged(path: &Path, fault: &dyn std::fmt::Display) -> StudyError {
    StudyError::Run(RunError::Frozen { path: path.to_owned(), fault: fault.to_string() })
}

/// Whether a file is one that was being written when its process was killed.
pub(crate) fn is_leftover(name: &str) -> bool {
    name.starts_with(".table-") || name.starts_with(".file-")
}

/// Removes such files, also from the folders of a run. Only under its lock: nobody else writes then.
/// What cannot be removed does no harm.
pub(crate) fn remove_leftovers(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            remove_leftovers(&entry.path());
        } else if kind.is_file() && is_leftover(&entry.file_name().to_string_lossy()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_run_takes_the_templates_of_judges_and_no_other_change() {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let older = vec![file("ask.jinja", "a"), file("predict.jinja", "p")];
        let later = |text| [&older[..], &[file("testability.jinja", text)]].concat();
        assert!(is_frozen(later("t"), &hash_of(&older)));
        assert!(is_frozen(later("t"), &hash_of(&later("t"))));
        assert!(!is_frozen(later("other"), &hash_of(&later("t"))));
        assert!(!is_frozen(vec![file("ask.jinja", "b")], &hash_of(&older)));
    }
}
