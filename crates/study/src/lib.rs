//! The stages of a study and its run folder: pairs in, answers of the reference models, predictions
//! of their answers to the counterfactuals.
//!
//! Both stages ask models only through `foretell-llm`, and derive their tables from its ledger.
//! Before them, `generate` and `cue` make pairs of questions that have no counterfactuals yet; after
//! them, `judge` has explanations judged.
//! Numbers are left to `foretell-analysis`.

mod answers;
mod asking;
mod case;
mod command;
mod cue;
mod derive;
mod donors;
mod error;
mod folder;
mod frozen_files;
mod generate;
mod grow;
mod human;
mod inputs;
mod judge;
mod ledger_check;
mod manifest;
mod models;
mod notes;
mod passes;
mod predictions;
mod preview;
mod progress;
mod question_source;
mod rationales;
mod run;
mod runs;
mod said;
mod study;
mod wide;

pub use case::{Case, Guess, find_case};
pub use cue::{CueLeftOut, CuePairs, CueRequest, cue_pairs};
pub use error::StudyError;
pub use folder::{Frozen, Layout, RunFolder};
pub use generate::{GenerateRequest, Generated, Generating, Judged};
pub use grow::Growth;
pub use human::{
    HUMAN, HUMAN_ARMS, HumanRequest, HumanStudy, HumanTables, Rated, Rating, Ratings, Task,
    TaskKind, Texts, export_ratings, plan as plan_human, rating_progress, setup as setup_human,
};
pub use inputs::known_models;
pub use judge::{JudgeRequest, JudgedRun, Judging, Tally};
pub use manifest::{FrozenCounts, Identity, ImportedFrom, Manifest};
pub use models::{Model, Models};
pub use passes::Passes;
pub use preview::{Preview, ShownPrompt};
pub use progress::{Meter, Progress};
pub use question_source::QuestionSource;
pub use run::{Ended, Planned, Run, Settings};
pub use runs::{RunSummary, count_tables, latest_run, list_runs};
pub use study::{ModelTable, Study, TEMPLATE as STUDY_TEMPLATE};
pub use wide::{ExportedRun, ImportedRun, WideError, WideFault, export_run, import_run};
