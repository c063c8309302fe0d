//! The stages of a study and its run folder: pairs in, answers of the reference models, predictions
//! of their answers to the counterfactuals.
//!
//! Both stages ask models only through `foretell-llm`, and derive their tables from its ledger.
//! Before them, `generate` and `cue` make pairs of questions that have no counterfactuals yet.
//! Numbers are left to `foretell-analysis`.

mod answers;
mod asking;
mod batch;
mod case;
mod command;
mod cue;
mod derive;
mod donors;
mod error;
mod folder;
mod frozen_files;
mod generate;
mod inputs;
mod ledger_check;
mod manifest;
mod models;
mod notes;
mod predictions;
mod preview;
mod progress;
mod question_source;
mod run;
mod runs;
mod stage;
mod study;
mod used_keys;

pub use batch::{
    BatchRecord, Batches, ExportRequest, Exported, FileState, Imported, Named, Submitted,
};
pub use case::{Case, Guess, find_case};
pub use cue::{CueLeftOut, CuePairs, CueRequest, cue_pairs};
pub use error::StudyError;
pub use folder::{Frozen, Layout, RunFolder};
pub use generate::{GenerateRequest, Generated, Generating, Judged};
pub use inputs::known_models;
pub use manifest::{Identity, Manifest};
pub use models::{Model, Models};
pub use preview::{Preview, ShownPrompt};
pub use progress::{Meter, Progress};
pub use question_source::QuestionSource;
pub use run::{Ended, Planned, Run, Settings};
pub use runs::{RunSummary, latest_run, list_runs};
pub use stage::Lacking;
pub use study::{ModelTable, Study, TEMPLATE as STUDY_TEMPLATE};
pub use used_keys::used_keys;
