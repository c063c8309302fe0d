//! What is asked of a judge.

use crate::study::{ModelTable, Study};
use foretell_core::judge::JudgeKind;
use std::path::PathBuf;

/// What a judge is asked about a run.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgeRequest {
    /// The judge.
    pub model: ModelTable,
    /// What explanations are judged for.
    pub kinds: Vec<JudgeKind>,
    /// Most pairs: a seeded sample, and that of 100 is part of that of 1,000. Never more than the run's.
    pub limit: Option<u64>,
    /// The references whose explanations are judged; all of the run where none is named.
    pub references: Vec<String>,
    /// Whether providers that can are asked for JSON of a schema.
    pub schema: bool,
    /// The most that the run may cost, US dollars, with all that it cost before; the run's own where
    /// none is given.
    pub budget: Option<f64>,
    /// A file of known models that are added, or replace the project's own.
    pub registry: Option<PathBuf>,
}

impl JudgeRequest {
    /// The judge as the model of a study, which opens it.
    pub(crate) fn as_study(&self) -> Study {
        Study { references: vec![self.model.clone()], predictors: Vec::new(), ..Study::default() }
    }
}
