//! Why runs cannot be shown.

use foretell_analysis::AnalysisError;
use foretell_llm::LedgerError;
use foretell_study::StudyError;
use foretell_tables::TableError;
use miette::Diagnostic;
use std::path::PathBuf;
use thiserror::Error;

/// Why runs cannot be shown.
#[derive(Debug, Error, Diagnostic)]
pub enum ViewError {
    /// No folder holds a run.
    #[error("{}: no runs to view", path.display())]
    #[diagnostic(help("`foretell run` makes one; or name the folders of runs"))]
    NoRuns {
        /// The folder that was looked into.
        path: PathBuf,
    },
    /// A table cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Table(#[from] TableError),
    /// The guesses cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Analysis(#[from] AnalysisError),
    /// The run itself is at fault.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Study(#[from] StudyError),
    /// The ledger cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ledger(#[from] LedgerError),
    /// There is no memory left to keep texts or to search them.
    #[error("texts cannot be searched: {0}")]
    Packing(#[source] std::io::Error),
    /// A page cannot be made: a fault of the program.
    #[error("a page cannot be made: {0:#}")]
    Page(#[from] minijinja::Error),
    /// A thread of the server ended before its time.
    #[error("a page cannot be made: its thread ended ({0})")]
    Thread(String),
}
