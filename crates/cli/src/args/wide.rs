//! Arguments of `foretell import` and `foretell export`.

use super::ListFormat;
use clap::Args;
use std::path::PathBuf;

/// Read answers and predictions that were made elsewhere into a run folder.
///
/// Reads the wide layout with replies: one row a reference and pair (docs/import-runs.md lists the
/// columns). Every row is kept; pairs of one text with itself and pairs that repeat another are
/// counted and said. Nothing can be asked in such a run, but everything reads it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell import predictions.parquet --out runs/paper
  foretell analyze gain runs/paper")]
pub(crate) struct ImportRunArgs {
    /// The file.
    #[arg(value_name = "PRED.parquet")]
    pub(crate) file: PathBuf,
    /// The run's folder, which must not be there or be empty.
    #[arg(long, value_name = "RUN")]
    pub(crate) out: PathBuf,
    /// A folder of cards that are added, or replace the project's own: they say which labels there are.
    #[arg(long, value_name = "DIR")]
    pub(crate) cards: Option<PathBuf>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
}

/// Write a run in a layout that other programs read.
///
/// The wide layout has the column names of the paper's files, so that its notebooks run on any run;
/// columns `foretell...` beside them hold what these have no place for, so that `foretell import`
/// gives the same tables back.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  foretell export runs/demo-1a2b3c4d --paper demo.parquet")]
pub(crate) struct ExportArgs {
    /// The run's folder.
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// Write the wide layout to this file.
    #[arg(long, value_name = "FILE.parquet")]
    pub(crate) paper: PathBuf,
    /// Replace a file that is there.
    #[arg(long)]
    pub(crate) force: bool,
}
