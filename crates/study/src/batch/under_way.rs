//! What is in batches on its way: by the ledger, which every run on it hands over by, and by the lists of
//! the run's own files.

use super::folders::refuse_away;
use super::list::{BatchList, BatchRecord};
use crate::error::StudyError;
use crate::folder::Layout;
use crate::run::Run;
use foretell_llm::{HandedFile, LedgerReader, RequestKey};
use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

/// Requests in batches on their way that have not ended.
#[derive(Debug, Default)]
pub(crate) struct UnderWay {
    /// Which they are: whoever asks leaves them alone.
    pub(crate) keys: HashSet<RequestKey>,
    /// What they may cost, each with its model.
    pub(crate) worst_usd: Vec<(String, f64)>,
}

/// What a run waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AwaitedBatches {
    /// Folders of its own with files on their way.
    pub folders: Vec<PathBuf>,
    /// Files of other runs on its ledger, by the names that the ledger has for them.
    pub elsewhere: Vec<String>,
}

/// All batch files of a run that are on their way, each with the folder that it lies in.
fn own_files(layout: &Layout) -> Result<Vec<(PathBuf, BatchRecord)>, StudyError> {
    refuse_away(layout)?;
    let mut all = Vec::new();
    for folder in layout.batch_folders() {
        let files = BatchList::read(&folder)?.files.into_iter();
        let files = files.filter(|file| file.state.is_under_way());
        all.extend(files.map(|file| (folder.clone(), file)));
    }
    Ok(all)
}

impl UnderWay {
    /// What a run has to leave alone, with its ledger where that is there.
    ///
    /// # Errors
    /// [`crate::BatchError::Away`] for a folder that is away, [`StudyError::Io`] also for a file that was
    /// removed: what it asks cannot be told from the rest.
    pub(crate) fn of(layout: &Layout, ledger: Option<&LedgerReader>) -> Result<Self, StudyError> {
        let handed = ledger.map_or(Ok(Vec::new()), LedgerReader::handed_over)?;
        let mut under_way = Self::default();
        handed.iter().for_each(|file| under_way.add_handed(file));
        let held: HashSet<&str> = handed.iter().map(|file| file.file.as_str()).collect();
        for (folder, file) in own_files(layout)? {
            if !file.held_as.as_deref().is_some_and(|name| held.contains(name)) {
                under_way.add_listed(&file, &file.keys(&folder)?, ledger)?;
            }
        }
        Ok(under_way)
    }

    fn add_handed(&mut self, file: &HandedFile) {
        let open = || file.requests.iter().filter(|request| !request.ended);
        self.keys.extend(open().map(|request| request.key));
        let usd = open().filter_map(|request| request.worst_usd).sum();
        self.worst_usd.push((file.model.clone(), usd));
    }

    /// Adds a file that the ledger does not know: an earlier program handed it over, or this one was
    /// stopped before it did.
    fn add_listed(
        &mut self,
        file: &BatchRecord,
        keys: &[RequestKey],
        ledger: Option<&LedgerReader>,
    ) -> Result<(), StudyError> {
        let mut open = 0_u64;
        for key in keys {
            if !ledger.map_or(Ok(false), |ledger| ledger.has_ended(key))? {
                open += 1;
                self.keys.insert(*key);
            }
        }
        // Its list has one figure for all of them.
        let share = open as f64 / keys.len().max(1) as f64;
        self.worst_usd.push((file.model.clone(), share * file.worst_usd.unwrap_or(0.0)));
        Ok(())
    }
}

impl Run {
    /// Where the batch files lie that are on their way.
    ///
    /// # Errors
    /// [`StudyError`] for a list or a ledger that cannot be read.
    pub fn awaited_batches(&self) -> Result<AwaitedBatches, StudyError> {
        let (mut awaited, mut own) = (AwaitedBatches::default(), BTreeSet::new());
        for (folder, file) in own_files(&self.folder.layout)? {
            if awaited.folders.last() != Some(&folder) {
                awaited.folders.push(folder);
            }
            own.extend(file.held_as);
        }
        let handed = self.asking.reader()?.handed_over()?.into_iter();
        // All of it may have ended before the ledger hears that its run let go of it.
        let handed = handed.filter(|file| file.requests.iter().any(|request| !request.ended));
        let others = handed.map(|file| file.file).filter(|file| !own.contains(file));
        awaited.elsewhere.extend(others);
        Ok(awaited)
    }
}
