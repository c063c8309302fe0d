//! The runs in a folder.

use crate::error::{RunError, StudyError};
use crate::human::HUMAN;
use crate::manifest::Manifest;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// One run, in short.
#[derive(Debug, Clone)]
pub struct RunSummary {
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest, or why it cannot be read.
    pub manifest: Result<Manifest, String>,
    /// Tables of predictions that are written.
    pub tables: u64,
    /// When it was last worked on.
    pub changed: SystemTime,
}

impl RunSummary {
    /// Tables of predictions that the study will have.
    #[must_use]
    pub fn tables_wanted(&self) -> u64 {
        self.manifest.as_ref().map_or(0, |manifest| {
            let study = &manifest.study;
            (study.references.len() * study.predictors.len() * study.arms.len()) as u64
        })
    }
}

/// The runs in the folders within `folder`, the one worked on last first.
///
/// # Errors
/// [`StudyError::Io`] for a folder that cannot be read; one that is not there holds no runs.
pub fn list_runs(folder: &Path) -> Result<Vec<RunSummary>, StudyError> {
    let at = |fault| StudyError::Io { path: folder.to_owned(), fault };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(fault) => return Err(at(fault)),
    };
    let mut runs = Vec::new();
    for entry in entries {
        let folder = entry.map_err(at)?.path();
        let Ok(metadata) = std::fs::metadata(folder.join("run.toml")) else { continue };
        runs.push(RunSummary {
            manifest: Manifest::read(&folder).map_err(|error| error.to_string()),
            tables: count_tables(&folder),
            changed: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            folder,
        });
    }
    runs.sort_by(|one, other| {
        other.changed.cmp(&one.changed).then_with(|| one.folder.cmp(&other.folder))
    });
    Ok(runs)
}

/// The run in `folder` that was worked on last and has predictions, or else the last of all.
///
/// # Errors
/// [`RunError::NoRun`] where there is none.
pub fn latest_run(folder: &Path) -> Result<PathBuf, StudyError> {
    let runs = list_runs(folder)?;
    let latest = runs.iter().find(|run| run.tables > 0).or(runs.first()).cloned();
    latest
        .map(|run| run.folder)
        .ok_or_else(|| StudyError::Run(RunError::NoRun { path: folder.to_owned() }))
}

/// How many tables of predictions a run has; those of people are none of its study.
#[must_use]
pub fn count_tables(folder: &Path) -> u64 {
    count_files(&folder.join("predictions"))
}

fn count_files(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.file_name().is_none_or(|name| name != HUMAN))
        .map(|path| match path.extension() {
            Some(extension) if extension == "parquet" => 1,
            _ => count_files(&path),
        })
        .sum()
}
