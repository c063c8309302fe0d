//! The wide layout with replies and predictions: into a run folder, and out of one.
//!
//! One row of such a file is a reference and a pair: both questions, what the reference replied to
//! them, and what each predictor guessed in each arm. `docs/import-runs.md` lists the columns. Files
//! of pairs alone are left to `foretell-data`.

mod arm_columns;
mod arms;
mod columns;
mod error;
mod export;
mod export_file;
mod export_rows;
mod gather;
mod import;
mod models;
mod names;
mod notes;
mod predictions;
mod questions;
mod read;
mod replies;
mod row;
mod said;
mod settle;
mod tables;

pub use error::{WideError, WideFault};
pub use export::{ExportedRun, export_run};
pub use import::{ImportedRun, import_run};
