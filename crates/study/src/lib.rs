//! The stages of a study and its run folder: pairs in, answers of the reference models, predictions
//! of their answers to the counterfactuals.
//!
//! Both stages ask models only through `foretell-llm`, and derive their tables from its ledger.
//! Before them, `generate` and `cue` make pairs of questions that have no counterfactuals yet; after
//! them, `judge` has explanations judged.
//! Numbers are left to `foretell-analysis`.

mod answers;
mod asking;
mod batch;
mod bound;
mod case;
mod command;
mod cost;
mod cue;
mod derive;
mod donors;
mod ended;
mod error;
mod estimate;
mod folder;
mod frozen_files;
mod gain_so_far;
mod generate;
mod grow;
mod human;
mod inputs;
mod judge;
mod kept;
mod ledger_check;
mod manifest;
mod measured;
mod misspelt;
mod models;
mod money;
mod notes;
mod opening;
mod owner;
mod passes;
mod plan;
mod planner;
mod planning;
mod predictions;
mod preview;
mod progress;
mod question_source;
mod rationales;
mod run;
mod runs;
mod said;
mod stage;
mod study;
mod tally;
mod used_keys;
mod wide;

pub use batch::{
    AwaitedBatches, BatchRecord, Batches, ExportRequest, Exported, FileState, Forgetting,
    Forgotten, Imported, Looked, Named, Submitted,
};
pub use case::{Case, Guess, find_case};
pub use cost::{Cost, CostKey, CostRow, Costs, costs};
pub use cue::{CueLeftOut, CuePairs, CueRequest, cue_pairs};
pub use ended::Ended;
pub use error::{BatchError, HumanError, ModelsError, QuestionsError, RunError, StudyError};
pub use estimate::{Estimate, EstimatedFrom, Range};
pub use folder::{Frozen, Layout, RunFolder, is_worked_on};
pub use generate::{GenerateRequest, Generated, Generating, Judged};
pub use grow::Growth;
pub use human::{
    Given, HUMAN, HUMAN_ARMS, HumanRequest, HumanStudy, HumanTables, Rated, RaterLinks, Rating,
    Ratings, Task, TaskKind, Texts, export_ratings, plan as plan_human, rating_progress,
    setup as setup_human,
};
pub use inputs::known_models;
pub use judge::{
    JudgeRequest, JudgeWork, JudgedRun, JudgesAtWork, Judging, ToJudge, VerdictSummary,
};
pub use manifest::{FrozenCounts, Identity, ImportedFrom, Manifest};
pub use models::{Model, Models};
pub use passes::Passes;
pub use plan::{Plan, Planned, PlannedMoney};
pub use planning::{plan_growth, plan_study};
pub use preview::{Preview, ShownPrompt};
pub use progress::{GainSoFar, Meter, Progress};
pub use question_source::QuestionSource;
pub use run::{Run, Settings};
pub use runs::{RunSummary, count_tables, latest_run, list_runs};
pub use stage::Lacking;
pub use study::{ModelTable, Study, TEMPLATE as STUDY_TEMPLATE};
pub use used_keys::used_keys;
pub use wide::{ExportedRun, ImportedRun, WideError, WideFault, export_run, import_run};
