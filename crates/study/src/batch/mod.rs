//! A run through batches: what its ledger lacks is written to files, the files are handed to a provider
//! or an engine, and the replies come into the ledger. The run then derives its tables from it, as
//! from any other reply.

mod brought;
mod export;
mod folders;
mod forget;
mod hosted;
mod import;
mod list;
mod reply_lines;
mod under_way;

pub use export::{ExportRequest, Exported};
pub(crate) use folders::refuse_away;
pub use forget::{Forgetting, Forgotten, Looked};
pub use hosted::Submitted;
pub use import::{Imported, Named};
pub use list::{BatchRecord, FileState};
pub use under_way::AwaitedBatches;
pub(crate) use under_way::UnderWay;

use crate::error::StudyError;
use crate::estimate::{Estimate, Load, Range};
use crate::measured::Measured;
use crate::models::Model;
use crate::plan::{Plan, Planned};
use crate::run::{Run, Settings};
use foretell_llm::Keys;
use list::BatchList;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The batch files of a run.
pub struct Batches {
    /// The run.
    pub run: Run,
    folder: PathBuf,
    list: BatchList,
    /// The models whose keys are not at hand, by name, and what is wrong with the key.
    keyless: BTreeMap<String, String>,
}

impl Batches {
    /// The batch files of `run` in `folder`, or in the one within the run.
    ///
    /// # Errors
    /// [`crate::BatchError::List`] for a list that cannot be read, [`crate::BatchError::OtherBatches`] for the
    /// files of another run.
    pub fn open(run: Run, folder: Option<&Path>) -> Result<Self, StudyError> {
        let folder = folder.map_or_else(|| run.folder.layout.batch(), Path::to_owned);
        let list = BatchList::read(&folder)?;
        let batches = Self { run, folder, list, keyless: BTreeMap::new() };
        batches.refuse_others()?;
        Ok(batches)
    }

    /// The same of the run at `run`, also where keys are missing: what their providers would have to be
    /// asked is then not known, and said so.
    ///
    /// # Errors
    /// As [`Batches::open`] and [`Run::reopen`].
    pub fn open_without_keys(
        run: &Path,
        folder: Option<&Path>,
        keys: Keys<'_>,
        settings: &Settings,
    ) -> Result<Self, StudyError> {
        let (run, keyless) = Run::reopen_without_keys(run, keys, settings)?;
        Ok(Self { keyless, ..Self::open(run, folder)? })
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

    /// What the files that were not handed over would ask of providers, and what that may cost by
    /// documented ranges.
    #[must_use]
    pub fn plan(&self) -> Plan {
        let mut loads: BTreeMap<(&str, &'static str), Load> = BTreeMap::new();
        for file in self.list.files.iter().filter(|file| file.is_to_hand_over()) {
            let stages = ["answers", "rationales", "predictions"];
            let stage = stages.into_iter().find(|stage| *stage == file.stage);
            let load = loads.entry((&file.model, stage.unwrap_or("requests"))).or_default();
            load.requests += file.requests;
            // The frame of a line is a few dozen bytes beside its prompt.
            load.characters = load.characters + Range::exactly(file.bytes as f64);
        }
        let row = |((name, stage), load): ((&str, &'static str), Load)| {
            let model = self.model(name)?;
            let mut estimate = Estimate::of(model, stage, &load, &Measured::default());
            estimate.usd = estimate.batch_usd.or(estimate.usd);
            let estimate = Some(estimate);
            Some(Planned { estimate, ..Planned::counted(model, stage, load.requests, false) })
        };
        Plan { rows: loads.into_iter().filter_map(row).collect(), ..Plan::default() }
    }

    fn model(&self, name: &str) -> Option<&Model> {
        self.run.models.all().into_iter().find(|model| model.spec.name == name)
    }

    fn save(&mut self) -> Result<(), StudyError> {
        self.list.write(&self.folder, &self.run.asking.ledger)
    }
}
