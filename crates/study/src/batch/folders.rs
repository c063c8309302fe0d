//! The folders in which batch files of a run lie: those it remembers, and whose files they are.

use super::Batches;
use super::list::{BatchRecord, FILE};
use crate::error::{BatchError, StudyError};
use crate::folder::Layout;
use foretell_llm::RequestKey;
use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

/// The folders that a run remembers and that are not there. Its own is not there before its first
/// export.
fn away(layout: &Layout) -> Vec<PathBuf> {
    let elsewhere = layout.batch_folders().into_iter().skip(1);
    elsewhere.filter(|folder| !folder.join(FILE).exists()).collect()
}

/// What files that are away ask is not to be paid for again.
///
/// # Errors
/// [`BatchError::Away`] names them.
pub(crate) fn refuse_away(layout: &Layout) -> Result<(), StudyError> {
    match away(layout) {
        folders if folders.is_empty() => Ok(()),
        folders => {
            Err(StudyError::Batch(BatchError::Away { run: layout.folder().to_owned(), folders }))
        }
    }
}

impl Batches {
    /// Has the run remember this folder, where it holds any files: budgets and live requests then know of
    /// them. Where one that it remembers is away, this is where that lies now.
    ///
    /// # Errors
    /// [`BatchError::Away`] where several are away, and nothing says which of them this is.
    pub fn remember(&mut self) -> Result<(), StudyError> {
        let layout = &self.run.folder.layout;
        let was_handed_over = self.list.files.iter().any(|file| file.asked_at_s.is_some());
        if layout.knows_batches(&self.folder) || !self.folder.join(FILE).exists() {
            return Ok(());
        }
        // A folder that is new to the run, with files that were handed over, was moved or copied.
        let mut folders = if was_handed_over { away(layout) } else { Vec::new() };
        if folders.len() > 1 {
            let name = self.folder.canonicalize().ok();
            let name = name.as_ref().and_then(|folder| folder.file_name());
            let same: Vec<PathBuf> =
                folders.iter().filter(|old| old.file_name() == name).cloned().collect();
            if same.len() != 1 {
                let run = layout.folder().to_owned();
                return Err(StudyError::Batch(BatchError::Away { run, folders }));
            }
            folders = same;
        }
        let moved = folders.pop();
        self.run.folder.keep_batches(&self.folder, moved.as_deref())
    }

    /// Refuses a folder whose files are another run's: of models that this one has not, or with requests
    /// that it does not make. Of a stage that the ledger does not reach yet nobody can tell.
    pub(super) fn refuse_others(&self) -> Result<(), StudyError> {
        if self.list.files.is_empty() || self.run.folder.layout.knows_batches(&self.folder) {
            return Ok(());
        }
        let others = |fault| {
            let run = self.run.folder.layout.folder().to_owned();
            Err(StudyError::Batch(BatchError::OtherBatches {
                folder: self.folder.clone(),
                run,
                fault,
            }))
        };
        let strange = self.list.files.iter().find(|file| self.model(&file.model).is_none());
        if let Some(file) = strange {
            return others(format!("{} asks `{}`, which it has not", file.name, file.model));
        }
        let mut strange: HashSet<RequestKey> = HashSet::new();
        // Of a file that somebody removed nothing is left to look at.
        let is_there = |file: &&BatchRecord| self.folder.join(&file.name).exists();
        for file in self.list.files.iter().filter(is_there) {
            strange.extend(file.keys(&self.folder)?);
        }
        let mut stages = BTreeSet::new();
        self.run.each_stage(&mut |stage, _, requests| {
            stages.insert(stage);
            for request in requests {
                strange.remove(&request?.key);
            }
            Ok(None)
        })?;
        for file in self.list.files.iter().filter(is_there) {
            let keys = file.keys(&self.folder)?;
            let count = keys.iter().filter(|key| strange.contains(key)).count();
            // Later stages ask of what was answered, which may have changed since; no run loses a question.
            let is_strange = match file.stage.as_str() {
                "answers" => count > 0,
                stage => stages.contains(stage) && count == keys.len() && count > 0,
            };
            if is_strange {
                let (all, name) = (keys.len(), &file.name);
                return others(format!("{count} of the {all} requests in {name} are not its"));
            }
        }
        Ok(())
    }
}
