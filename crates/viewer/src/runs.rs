//! The runs that are shown, each read when it is first looked at and again when its tables change.

use crate::error::ViewError;
use crate::run_data::RunData;
use foretell_study::{Manifest, is_worked_on, list_runs};
use foretell_tables::count_rows;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, RwLock, mpsc};
use std::time::Duration;

/// Guesses from which on a run takes longer to read than a page may take.
const MANY: u64 = 200_000;

/// The runs that are shown.
pub(crate) struct Runs {
    /// The folder whose runs are shown, where none were named.
    folder: Option<PathBuf>,
    slots: RwLock<BTreeMap<String, Arc<RunSlot>>>,
}

/// One run that is shown.
#[derive(Debug)]
pub(crate) struct RunSlot {
    /// Its name in addresses.
    pub(crate) id: String,
    pub(crate) folder: PathBuf,
    read: RwLock<Option<Arc<Read>>>,
    reading: Arc<Mutex<()>>,
    /// Guesses of the run when they were first counted.
    guesses: OnceLock<u64>,
}

/// A run as it was read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) data: RunData,
    /// Of the tables that were read.
    pub(crate) stamp: u64,
}

impl Runs {
    /// The runs named.
    pub(crate) fn named(folders: &[PathBuf]) -> Result<Self, ViewError> {
        let runs = Self { folder: None, slots: RwLock::default() };
        for folder in folders {
            // What is no run is told now, not on a page.
            Manifest::read(folder)?;
            runs.add(folder);
        }
        Ok(runs)
    }

    /// All runs in a folder, those that are started later too.
    pub(crate) fn within(folder: &Path) -> Result<Self, ViewError> {
        let runs = Self { folder: Some(folder.to_owned()), slots: RwLock::default() };
        match runs.list()?.is_empty() {
            true => Err(ViewError::NoRuns { path: folder.to_owned() }),
            false => Ok(runs),
        }
    }

    /// The runs, those named in the order of their names, those of a folder the last worked on first.
    pub(crate) fn list(&self) -> Result<Vec<Arc<RunSlot>>, ViewError> {
        let Some(folder) = &self.folder else {
            return Ok(self.slots().values().cloned().collect());
        };
        Ok(list_runs(folder)?.iter().map(|run| self.add(&run.folder)).collect())
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<RunSlot>> {
        self.slots().get(id).cloned()
    }

    fn slots(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Arc<RunSlot>>> {
        self.slots.read().unwrap_or_else(|broken| broken.into_inner())
    }

    /// The slot of a run, a new one where it has none.
    fn add(&self, folder: &Path) -> Arc<RunSlot> {
        let mut slots = self.slots.write().unwrap_or_else(|broken| broken.into_inner());
        if let Some(known) = slots.values().find(|slot| slot.folder == folder) {
            return Arc::clone(known);
        }
        let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let name = whole.file_name().map_or("run".to_owned(), |n| n.to_string_lossy().into_owned());
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let mut ids = std::iter::once(name.clone()).chain(numbered);
        let id = ids.find(|id| !slots.contains_key(id)).expect("numbers do not end");
        let slot = Arc::new(RunSlot {
            id: id.clone(),
            folder: folder.to_owned(),
            read: RwLock::default(),
            reading: Arc::default(),
            guesses: OnceLock::new(),
        });
        slots.insert(id, Arc::clone(&slot));
        slot
    }
}

impl RunSlot {
    /// The run as it is; where its tables have changed, as it was, while it is read again.
    pub(crate) fn read(self: &Arc<Self>) -> Result<Arc<Read>, ViewError> {
        let stamp = stamp(&self.folder);
        if let Some(known) = self.known() {
            if known.stamp != stamp {
                self.read_again();
            }
            return Ok(known);
        }
        let _one_at_a_time = self.reading.lock().unwrap_or_else(|broken| broken.into_inner());
        match self.known() {
            Some(known) => Ok(known),
            None => self.read_now(),
        }
    }

    /// The run as it is; nothing where it is large, and still being read after `patience`.
    pub(crate) fn read_within(
        self: &Arc<Self>,
        patience: Duration,
    ) -> Result<Option<Arc<Read>>, ViewError> {
        if self.known().is_some() || self.guesses() < MANY {
            return self.read().map(Some);
        }
        let (sender, receiver) = mpsc::channel();
        let slot = Arc::clone(self);
        // Whoever has no patience left finds the run read at the next look.
        std::thread::spawn(move || drop(sender.send(slot.read())));
        receiver.recv_timeout(patience).ok().transpose()
    }

    /// Guesses of the run, by the footers of its tables; what cannot be read has none.
    pub(crate) fn guesses(&self) -> u64 {
        *self.guesses.get_or_init(|| {
            let mut files = Vec::new();
            collect(&self.folder.join("predictions"), &mut files);
            files.iter().map(|path| count_rows(path).unwrap_or(0)).sum()
        })
    }

    fn known(&self) -> Option<Arc<Read>> {
        self.read.read().unwrap_or_else(|broken| broken.into_inner()).clone()
    }

    fn read_now(&self) -> Result<Arc<Read>, ViewError> {
        // Before the tables: what changes while they are read is then read once more.
        let stamp = stamp(&self.folder);
        let read = Arc::new(Read { data: RunData::read(&self.folder)?, stamp });
        *self.read.write().unwrap_or_else(|broken| broken.into_inner()) = Some(Arc::clone(&read));
        Ok(read)
    }

    fn read_again(self: &Arc<Self>) {
        let slot = Arc::clone(self);
        std::thread::spawn(move || {
            // One thread is enough; a fault shows as soon as nothing better is known.
            if let Ok(_one_at_a_time) = slot.reading.clone().try_lock() {
                let _ = slot.read_now();
            }
        });
    }

    /// What pages compare to see whether there is anything new: the stamp of the tables that were
    /// read, or of those that are there where none could be.
    pub(crate) fn version(self: &Arc<Self>) -> String {
        let read = self.read().map_or_else(|_| stamp(&self.folder), |read| read.stamp);
        self.version_of(read)
    }

    /// The same of tables that were read: their stamp, and whether anyone works on the run.
    pub(crate) fn version_of(&self, stamp: u64) -> String {
        let worked_on = match is_worked_on(&self.folder) {
            Some(true) => "1",
            Some(false) => "0",
            None => "",
        };
        format!("{stamp:016x}{worked_on}")
    }

    /// The stamp of the files as they are.
    pub(crate) fn stamp(&self) -> u64 {
        stamp(&self.folder)
    }
}

/// A hash of the names, lengths and times of a run's tables and manifest. For this process alone.
fn stamp(folder: &Path) -> u64 {
    let mut files = Vec::new();
    for name in ["answers", "predictions", "scores"] {
        collect(&folder.join(name), &mut files);
    }
    files.extend(["run.toml", "questions.parquet"].map(|name| folder.join(name)));
    files.sort();
    let mut hash = DefaultHasher::new();
    for path in files {
        if let Ok(metadata) = std::fs::metadata(&path) {
            (&path, metadata.len(), metadata.modified().ok()).hash(&mut hash);
        }
    }
    hash.finish()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.extension() {
            Some(extension) if extension == "parquet" => files.push(path),
            _ if path.is_dir() => collect(&path, files),
            _ => {}
        }
    }
}
