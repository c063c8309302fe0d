//! People in the predictor's chair: who is shown what, what they answered, and the tables of it.
//!
//! ```text
//! RUN/human/study.json      who is shown what: frozen, the same bytes for the same seed
//! RUN/human/raters.json     the link of each rater: drawn by chance, for nobody else
//! RUN/human/answers.jsonl   one answer or correction a line, on the disk before the rater sees the next case
//! RUN/human/ratings.parquet what `foretell human export` makes of it
//! ```
//! What is estimated from that is left to the crates above, as it is for models.

mod answers;
mod cases;
mod design;
mod export;
mod links;
mod rating;
mod setup;

pub use answers::{Given, Rating};
pub use design::{HumanStudy, Task, TaskKind, Texts};
pub use export::{HumanTables, export_ratings, rating_progress};
pub use links::RaterLinks;
pub use rating::{Rated, Ratings};
pub use setup::{HumanRequest, plan, setup};

use crate::folder::Layout;
use std::path::PathBuf;

pub use foretell_core::HUMAN;

/// The arms that people are shown: treated, then baseline.
pub const HUMAN_ARMS: [&str; 2] = ["with", "without"];

impl Layout {
    /// The folder of people's ratings.
    #[must_use]
    pub fn human(&self) -> PathBuf {
        self.folder().join(HUMAN)
    }

    /// Who is shown what.
    #[must_use]
    pub fn human_study(&self) -> PathBuf {
        self.human().join("study.json")
    }

    pub(crate) fn human_raters(&self) -> PathBuf {
        self.human().join("raters.json")
    }

    pub(crate) fn human_answers(&self) -> PathBuf {
        self.human().join("answers.jsonl")
    }

    pub(crate) fn human_lock(&self) -> PathBuf {
        self.human().join(".lock")
    }

    /// What every rater answered, as a table.
    #[must_use]
    pub fn human_ratings(&self) -> PathBuf {
        self.human().join("ratings.parquet")
    }
}
