//! The reduction: from the files of runs to counts, one reference at a time.

use crate::contrast::Contrast;
use crate::counts::Counts;
use crate::error::AnalysisError;
use crate::folder::{PredictionFile, prediction_files, require_arms};
use crate::group::GroupKey;
use crate::guesses::Guesses;
use crate::model::KnownModels;
use crate::observation::Observations;
use crate::selection::Selection;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

impl Contrast {
    /// Reads the guesses of both arms of all runs and counts them by `keys`.
    ///
    /// One reference is held at a time by each thread, so that runs may be larger than memory; the
    /// counts depend on neither.
    ///
    /// # Errors
    /// [`AnalysisError`] names the run or the file, and the pair where there is one.
    pub fn count(&self, runs: &[&Path], keys: &[GroupKey]) -> Result<Counts, AnalysisError> {
        let files = self.files(runs)?;
        let known = KnownModels::read(runs)?;
        let mut references: BTreeMap<&str, Vec<PredictionFile>> = BTreeMap::new();
        for file in &files {
            references.entry(&file.reference).or_default().push(file.clone());
        }
        let references: Vec<Vec<PredictionFile>> = references.into_values().collect();
        let parts = references
            .par_iter()
            .map(|files| self.count_files(files, keys, &known))
            .collect::<Result<Vec<_>, _>>()?;
        let mut seen = BTreeSet::new();
        let disjoint = parts.iter().flat_map(|(_, names)| names).all(|name| seen.insert(name));
        let mut counts = if disjoint {
            let parts = parts.into_iter().map(|(counts, _)| counts);
            parts.fold(Counts::new(keys), Counts::merge)
        } else {
            // Two folders about one reference may hold the same guess: only together do they tell.
            self.count_files(&files, keys, &known)?.0
        };
        counts.notices.extend(missing_arms(&files, [&self.arm, &self.against]));
        Ok(counts)
    }

    /// The tables of both arms, sorted.
    ///
    /// # Errors
    /// [`AnalysisError`] names the run, and the arms it has where one is missing.
    pub fn files(&self, runs: &[&Path]) -> Result<Vec<PredictionFile>, AnalysisError> {
        self.check()?;
        let mut files = prediction_files(runs)?;
        require_arms(&files, runs, [&self.arm, &self.against])?;
        files.retain(|file| [&self.arm, &self.against].contains(&&file.arm));
        Ok(files)
    }

    /// The observations of some tables.
    ///
    /// # Errors
    /// [`AnalysisError`] names the file, and the pair where there is one.
    pub fn observations(&self, files: &[PredictionFile]) -> Result<Observations, AnalysisError> {
        let guesses = Arc::new(Guesses::read(files, &KnownModels::default())?);
        Ok(Observations::of(guesses, self, &Selection::default()))
    }

    /// The counts of some tables, and the references that they are about.
    fn count_files(
        &self,
        files: &[PredictionFile],
        keys: &[GroupKey],
        known: &KnownModels,
    ) -> Result<(Counts, BTreeSet<Arc<str>>), AnalysisError> {
        let guesses = Guesses::read(files, known)?;
        let references = guesses.references();
        let observations = Observations::of(guesses.into(), self, &Selection::default());
        Ok((Counts::of(&observations, keys), references))
    }
}

/// What to say where a predictor has guesses of one arm only.
pub(crate) fn missing_arms(files: &[PredictionFile], arms: [&str; 2]) -> Vec<String> {
    let of_contrast = files.iter().filter(|file| arms.contains(&file.arm.as_str()));
    let files: Vec<&PredictionFile> = of_contrast.collect();
    let folder = |file: &PredictionFile| (file.run, file.reference.clone(), file.predictor.clone());
    let folders = files.chunk_by(|one, other| folder(one) == folder(other));
    let alone = folders.filter(|folder| folder.len() == 1).map(|folder| folder[0]);
    alone
        .map(|file| {
            let missing = if file.arm == arms[0] { arms[1] } else { arms[0] };
            format!(
                "{} has no table of arm `{missing}` beside it: all its guesses are left out",
                file.path.display()
            )
        })
        .collect()
}
