//! The reduction: from the files of runs to counts.

use crate::counts::Counts;
use crate::error::AnalysisError;
use crate::folder::{ArmFiles, arm_files};
use crate::group::GroupKey;
use crate::observation::{Observation, join};
use crate::overlap::Roster;
use crate::pair_row::PairRows;
use rayon::prelude::*;
use std::path::Path;

/// The two arms that are compared.
///
/// # Examples
/// ```
/// use foretell_analysis::Contrast;
///
/// let contrast = Contrast { arm: "shuffled".into(), ..Contrast::default() };
/// assert_eq!(contrast.against, "without");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contrast {
    /// The treated arm.
    pub arm: String,
    /// The baseline.
    pub against: String,
}

impl Default for Contrast {
    fn default() -> Self {
        Self { arm: "with".into(), against: "without".into() }
    }
}

impl Contrast {
    /// Reads the guesses of both arms of all runs and counts them by `keys`.
    ///
    /// Files are read by as many threads as rayon has; the counts do not depend on that.
    ///
    /// # Errors
    /// [`AnalysisError`] names the run or the file, and the pair where there is one.
    pub fn count(&self, runs: &[&Path], keys: &[GroupKey]) -> Result<Counts, AnalysisError> {
        if runs.is_empty() {
            return Err(AnalysisError::NothingGiven);
        }
        if self.arm == self.against {
            return Err(AnalysisError::SameArm { arm: self.arm.clone() });
        }
        let mut references = Vec::new();
        for run in runs {
            references.extend(self.files(run)?);
        }
        let parts = references
            .par_iter()
            .map(|predictors| self.count_reference(predictors, keys))
            .collect::<Result<Vec<_>, _>>()?;
        let (mut counts, mut roster) = (Counts::new(keys), Roster::default());
        for (part, guessed) in parts {
            counts = counts.merge(part);
            roster.extend(guessed);
        }
        roster.refuse_overlap([&self.arm, &self.against])?;
        Ok(counts)
    }

    /// The folders of one run that hold guesses of either arm: a list a reference, in it one element
    /// a predictor, in the order of their names.
    ///
    /// # Errors
    /// [`AnalysisError`] names the run, and the arms it has where one is missing.
    pub fn files(&self, run: &Path) -> Result<Vec<Vec<ArmFiles>>, AnalysisError> {
        arm_files(run, &self.arm, &self.against)
    }

    /// The observations of one folder, whether or not they can be scored, in the order of the rows.
    ///
    /// # Errors
    /// [`AnalysisError`] names the file, and the pair where there is one.
    pub fn observations(
        &self,
        files: &ArmFiles,
    ) -> Result<impl Iterator<Item = Observation>, AnalysisError> {
        join(files, [&self.arm, &self.against])
    }

    /// One reference of one run: pair rows are whole when all its predictors are in.
    fn count_reference(
        &self,
        predictors: &[ArmFiles],
        keys: &[GroupKey],
    ) -> Result<(Counts, Roster), AnalysisError> {
        let apart = keys.contains(&GroupKey::Predictor);
        let parts = predictors
            .par_iter()
            .map(|files| {
                let (mut rows, mut roster) = (PairRows::default(), Roster::default());
                for observation in self.observations(files)? {
                    roster.add(&observation, files);
                    rows.add(observation, apart);
                }
                Ok((rows, roster))
            })
            .collect::<Result<Vec<_>, AnalysisError>>()?;
        let (mut rows, mut roster) = (PairRows::default(), Roster::default());
        for (part, guessed) in parts {
            rows = rows.merge(part);
            roster.extend(guessed);
        }
        let mut counts = Counts::new(keys);
        counts.add(&rows);
        counts.notices.extend(predictors.iter().filter_map(|files| self.missing_arm(files)));
        Ok((counts, roster))
    }

    /// What to say where a predictor has guesses of one arm only.
    fn missing_arm(&self, files: &ArmFiles) -> Option<String> {
        let (there, missing) = match (&files.treated, &files.baseline) {
            (Some(there), None) => (there, &self.against),
            (None, Some(there)) => (there, &self.arm),
            _ => return None,
        };
        Some(format!(
            "{} has no table of arm `{missing}` beside it: all its guesses are left out",
            there.display()
        ))
    }
}
