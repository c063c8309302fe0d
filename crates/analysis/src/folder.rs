//! The prediction files of run folders.

use crate::error::AnalysisError;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// One prediction table of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PredictionFile {
    /// Number of the run, in the order given.
    pub run: usize,
    /// Name of the reference's folder.
    pub reference: String,
    /// Name of the predictor's folder.
    pub predictor: String,
    /// The arm that the file is named for.
    pub arm: String,
    /// The file.
    pub path: PathBuf,
}

/// The prediction tables of runs, sorted, so that whatever is said first is the same everywhere.
///
/// # Errors
/// [`AnalysisError`] for a run that is not there or has no predictions.
pub(crate) fn prediction_files(runs: &[&Path]) -> Result<Vec<PredictionFile>, AnalysisError> {
    if runs.is_empty() {
        return Err(AnalysisError::NothingGiven);
    }
    let mut files = Vec::new();
    for (number, run) in runs.iter().enumerate() {
        if !run.is_dir() {
            return Err(AnalysisError::NoRun { path: (*run).to_owned() });
        }
        let before = files.len();
        let predictions = run.join("predictions");
        let references = if predictions.is_dir() { folders(&predictions)? } else { Vec::new() };
        for reference in references {
            for predictor in folders(&reference)? {
                for (arm, path) in arms(&predictor)? {
                    let name = |path: &Path| {
                        path.file_name().unwrap_or_default().to_string_lossy().into_owned()
                    };
                    let (reference, predictor) = (name(&reference), name(&predictor));
                    files.push(PredictionFile { run: number, reference, predictor, arm, path });
                }
            }
        }
        if files.len() == before {
            return Err(AnalysisError::NoPredictions { path: (*run).to_owned() });
        }
    }
    files.sort();
    Ok(files)
}

/// Refuses arms that a run has no table of.
pub(crate) fn require_arms(
    files: &[PredictionFile],
    runs: &[&Path],
    wanted: [&str; 2],
) -> Result<(), AnalysisError> {
    for (number, run) in runs.iter().enumerate() {
        let of_run = files.iter().filter(|file| file.run == number);
        let known: BTreeSet<&str> = of_run.map(|file| file.arm.as_str()).collect();
        if let Some(arm) = wanted.into_iter().find(|arm| !known.contains(arm)) {
            return Err(AnalysisError::NoArm {
                path: (*run).to_owned(),
                arm: arm.to_owned(),
                known: known.into_iter().map(str::to_owned).collect(),
            });
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, AnalysisError> {
    let at = |fault| AnalysisError::Io { path: folder.to_owned(), fault };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(at)? {
        paths.push(entry.map_err(at)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>, AnalysisError> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// The tables in a predictor's folder by arm, without those that are still being written.
fn arms(folder: &Path) -> Result<Vec<(String, PathBuf)>, AnalysisError> {
    let table = |path: PathBuf| {
        let stem = path.file_name()?.to_str()?.strip_suffix(".parquet")?;
        (!stem.starts_with('.')).then(|| (stem.to_owned(), path.clone()))
    };
    Ok(entries(folder)?.into_iter().filter_map(table).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_and_one_without_predictions_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let none = prediction_files(&[&folder.path().join("none")]);
        assert!(matches!(none, Err(AnalysisError::NoRun { .. })));
        let empty = prediction_files(&[folder.path()]);
        assert!(matches!(empty, Err(AnalysisError::NoPredictions { .. })));
    }

    #[test]
    fn an_arm_that_is_not_there_lists_those_that_are() {
        let folder = tempfile::tempdir().unwrap();
        let predictor = folder.path().join("predictions/r/p");
        std::fs::create_dir_all(&predictor).unwrap();
        for name in ["with.parquet", "blind.parquet", ".table-x.parquet", "notes.txt"] {
            std::fs::write(predictor.join(name), "").unwrap();
        }
        let files = prediction_files(&[folder.path()]).unwrap();
        assert_eq!(files.len(), 2);
        let error = require_arms(&files, &[folder.path()], ["with", "without"]).unwrap_err();
        let AnalysisError::NoArm { arm, known, .. } = error else { panic!("{error}") };
        assert_eq!((arm.as_str(), known), ("without", vec!["blind".to_owned(), "with".to_owned()]));
        assert!(require_arms(&files, &[folder.path()], ["with", "blind"]).is_ok());
    }
}
