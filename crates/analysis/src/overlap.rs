//! Guesses that stand in two folders: the same run given twice, or a folder that was copied.

use crate::error::AnalysisError;
use crate::folder::ArmFiles;
use crate::observation::{Observation, Subject, join};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

/// Which files hold guesses about which reference by which predictor.
#[derive(Debug, Default)]
pub(crate) struct Roster(BTreeMap<(Arc<str>, Arc<str>), BTreeSet<ArmFiles>>);

impl Roster {
    pub(crate) fn add(&mut self, observation: &Observation, files: &ArmFiles) {
        let (reference, predictor) = (&observation.subject.reference, &observation.predictor);
        // The files of one folder mostly have one of each: look before cloning.
        if let Some((last, _)) = self.0.last_key_value()
            && last.0 == *reference
            && last.1 == *predictor
        {
            return;
        }
        let names = (reference.clone(), predictor.clone());
        self.0.entry(names).or_default().insert(files.clone());
    }

    pub(crate) fn extend(&mut self, other: Self) {
        for (names, files) in other.0 {
            self.0.entry(names).or_default().extend(files);
        }
    }

    /// Reads again the folders that have the same two models, and refuses a guess that two hold.
    pub(crate) fn refuse_overlap(&self, arms: [&str; 2]) -> Result<(), AnalysisError> {
        for folders in self.0.values().filter(|folders| folders.len() > 1) {
            let mut seen: HashMap<(Subject, Arc<str>), &Path> = HashMap::new();
            for files in folders {
                let path = files.paths().next().expect("a listed folder has a file");
                let mut twice = Vec::new();
                for observation in join(files, arms)? {
                    let key = (observation.subject, observation.predictor);
                    match seen.get(&key) {
                        Some(other) => twice.push((key, *other)),
                        None => {
                            seen.insert(key, path);
                        }
                    }
                }
                if let Some(((subject, predictor), other)) = twice.into_iter().min() {
                    return Err(AnalysisError::Overlap {
                        path: path.to_owned(),
                        other: other.to_owned(),
                        pair: subject.pair,
                        reference: subject.reference.to_string(),
                        predictor: predictor.to_string(),
                    });
                }
            }
        }
        Ok(())
    }
}
