//! A run through batches: what its ledger lacks is written to files, the files are handed to a provider
//! or an engine, and the replies come into the ledger. The run then derives its tables from it, as
//! from any other reply.

mod export;
mod hosted;
mod import;
mod list;

pub use export::{ExportRequest, Exported};
pub use hosted::Submitted;
pub use import::{Imported, Named};
pub use list::{BatchRecord, FileState};

use crate::error::StudyError;
use crate::models::Model;
use crate::run::Run;
use list::BatchList;
use std::path::{Path, PathBuf};

/// The batch files of a run.
pub struct Batches {
    /// The run.
    pub run: Run,
    folder: PathBuf,
    list: BatchList,
}

impl Batches {
    /// The batch files of `run` in `folder`, or in the one within the run.
    ///
    /// # Errors
    /// [`StudyError::BatchList`] for a list that cannot be read.
    pub fn open(run: Run, folder: Option<&Path>) -> Result<Self, StudyError> {
        let folder = folder.map_or_else(|| run.folder.layout.batch(), Path::to_owned);
        let list = BatchList::read(&folder)?;
        Ok(Self { run, folder, list })
    }

    /// Where they lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is known of each file.
    #[must_use]
    pub fn files(&self) -> &[BatchRecord] {
        &self.list.files
    }

    fn model(&self, name: &str) -> Option<&Model> {
        self.run.models.all().into_iter().find(|model| model.spec.name == name)
    }

    fn save(&self) -> Result<(), StudyError> {
        self.list.write(&self.folder)
    }
}
