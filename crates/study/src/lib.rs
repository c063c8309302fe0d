//! The stages of a study and its run folder: pairs in, answers of the reference models, predictions
//! of their answers to the counterfactuals.
//!
//! Both stages ask models only through `foretell-llm`, and derive their tables from its ledger.
//! Before them, `generate` and `cue` make pairs of questions that have no counterfactuals yet.
//! Numbers are left to `foretell-analysis`.

mod answers;
mod asking;
mod bound;
mod case;
mod command;
mod cost;
mod cue;
mod derive;
mod donors;
mod error;
mod estimate;
mod folder;
mod frozen_files;
mod generate;
mod inputs;
mod ledger_check;
mod manifest;
mod measured;
mod models;
mod money;
mod notes;
mod owner;
mod plan;
mod predictions;
mod preview;
mod progress;
mod question_source;
mod run;
mod runs;
mod study;
mod tally;

pub use case::{Case, Guess, find_case};
pub use cost::{Cost, CostKey, CostRow, Costs, costs};
pub use cue::{CueLeftOut, CuePairs, CueRequest, cue_pairs};
pub use error::StudyError;
pub use estimate::{Estimate, EstimatedFrom, Range};
pub use folder::{Frozen, Layout, RunFolder};
pub use generate::{GenerateRequest, Generated, Generating, Judged};
pub use inputs::known_models;
pub use manifest::{Identity, Manifest};
pub use models::{Model, Models};
pub use plan::{Plan, Planned, PlannedMoney, plan_study};
pub use preview::{Preview, ShownPrompt};
pub use progress::{Meter, Progress};
pub use question_source::QuestionSource;
pub use run::{Ended, Run, Settings};
pub use runs::{RunSummary, latest_run, list_runs};
pub use study::{ModelTable, Study, TEMPLATE as STUDY_TEMPLATE};
