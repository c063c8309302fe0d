//! What is asked for, and what comes of it.

use foretell_core::{Pair, Question};
use std::fmt;
use std::path::PathBuf;

/// Everything that says which pairs a study asks about, besides where they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairOptions {
    /// Seed of generated scenarios and of the draws among them.
    pub seed: u64,
    /// Number of scenarios generated, from which the pairs are drawn.
    pub scenarios: u32,
    /// Whether generated scenarios keep the faults of the published generator.
    pub published: bool,
    /// Labels of questions that bring none (`--labels`).
    pub labels: Option<Vec<String>>,
    /// Whether the reference prompts of an import are dropped, so that the project's own are used.
    pub reprompt: bool,
    /// Folders in which raw files of datasets are looked for, in order.
    pub raw: Vec<PathBuf>,
}

impl Default for PairOptions {
    fn default() -> Self {
        Self {
            seed: 0,
            scenarios: 15_000,
            published: false,
            labels: None,
            reprompt: false,
            raw: Vec::new(),
        }
    }
}

/// The questions and pairs of a study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairSet {
    /// The questions of the pairs: one a `question_id`, in the order of their sources.
    pub questions: Vec<Question>,
    /// The pairs, in the order of their sources: one a `pair_id`.
    pub pairs: Vec<Pair>,
    /// What was read, and what was left out of it.
    pub report: ImportReport,
}

/// What was read, what was left out, and what a reader should know of the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// What was read.
    pub source: String,
    /// Rows read, or scenarios drawn.
    pub rows: u64,
    /// What was left out: one entry a reason and source that left something out.
    pub left_out: Vec<LeftOut>,
    /// Sentences about what was kept, for people.
    pub notes: Vec<String>,
}

/// Rows left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The reason.
    pub reason: Reason,
    /// Their numbers in the file, from 0.
    pub rows: Vec<u64>,
    /// The pairs that they would have been, in the same order.
    pub pair_ids: Vec<String>,
}

/// Why a row is not a pair. A row is left out for the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// Original and counterfactual are the same text.
    SameText,
    /// An earlier row is the same pair: same ids, same answer order.
    RepeatedPair,
    /// One of the two texts is missing.
    MissingText,
}

impl Reason {
    /// What such a row does, to follow its number: "pairs a text with itself".
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::SameText => "pairs a text with itself",
            Self::RepeatedPair => "repeats a pair",
            Self::MissingText => "misses a text",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.says())
    }
}
