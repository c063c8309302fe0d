//! The prediction files of run folders.

use crate::error::AnalysisError;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The files of two arms of one predictor about one reference; a file that is not there is `None`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArmFiles {
    pub(crate) treated: Option<PathBuf>,
    pub(crate) baseline: Option<PathBuf>,
}

impl ArmFiles {
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        [&self.treated, &self.baseline].into_iter().flatten().map(PathBuf::as_path)
    }
}

/// What one run has of two arms: a folder of the outer list is a reference, of the inner one a
/// predictor. Sorted, so that whatever is said first is the same everywhere.
pub(crate) fn arm_files(
    run: &Path,
    treated: &str,
    baseline: &str,
) -> Result<Vec<Vec<ArmFiles>>, AnalysisError> {
    if !run.is_dir() {
        return Err(AnalysisError::NoRun { path: run.to_owned() });
    }
    let mut known = BTreeSet::new();
    let mut references = Vec::new();
    let predictions = run.join("predictions");
    let listed = if predictions.is_dir() { folders(&predictions)? } else { Vec::new() };
    for reference in listed {
        let mut predictors = Vec::new();
        for predictor in folders(&reference)? {
            let arms = arms(&predictor)?;
            let file =
                |arm: &str| arms.contains(arm).then(|| predictor.join(format!("{arm}.parquet")));
            let files = ArmFiles { treated: file(treated), baseline: file(baseline) };
            if files.paths().next().is_some() {
                predictors.push(files);
            }
            known.extend(arms);
        }
        references.push(predictors);
    }
    if known.is_empty() {
        return Err(AnalysisError::NoPredictions { path: run.to_owned() });
    }
    match [treated, baseline].into_iter().find(|&arm| !known.contains(arm)) {
        None => Ok(references),
        Some(arm) => Err(AnalysisError::NoArm {
            path: run.to_owned(),
            arm: arm.to_owned(),
            known: known.into_iter().collect(),
        }),
    }
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

/// Names of the tables in a predictor's folder, without those that are still being written.
fn arms(folder: &Path) -> Result<BTreeSet<String>, AnalysisError> {
    let table = |path: PathBuf| {
        let stem = path.file_name()?.to_str()?.strip_suffix(".parquet")?;
        (!stem.starts_with('.')).then(|| stem.to_owned())
    };
    Ok(entries(folder)?.into_iter().filter_map(table).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_and_one_without_predictions_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let none = arm_files(&folder.path().join("none"), "with", "without");
        assert!(matches!(none, Err(AnalysisError::NoRun { .. })));
        let empty = arm_files(folder.path(), "with", "without");
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
        let error = arm_files(folder.path(), "with", "without").unwrap_err();
        let AnalysisError::NoArm { arm, known, .. } = error else { panic!("{error}") };
        assert_eq!((arm.as_str(), known), ("without", vec!["blind".to_owned(), "with".to_owned()]));
        let found = arm_files(folder.path(), "with", "blind").unwrap();
        assert_eq!(found[0][0].paths().count(), 2);
    }
}
