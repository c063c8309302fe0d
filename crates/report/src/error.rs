//! Why a report cannot be written.

use foretell_analysis::AnalysisError;
use foretell_tables::TableError;
use miette::Diagnostic;
use std::path::PathBuf;
use thiserror::Error;

/// Why a report cannot be written.
#[derive(Debug, Error, Diagnostic)]
pub enum ReportError {
    /// There is nothing to estimate from.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Analysis(#[from] AnalysisError),
    /// A table of the run cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Table(#[from] TableError),
    /// A file cannot be read or written.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help("check that the folder exists and may be written to"))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        fault: std::io::Error,
    },
    /// A picture would be larger than a PNG can be.
    #[error("figure `{name}` of {rows} rows is too large for a PNG")]
    #[diagnostic(help(
        "name a file that ends in .svg or .pdf, or draw less: `--where 'dataset=income'`"
    ))]
    Large {
        /// The figure.
        name: &'static str,
        /// Its rows.
        rows: usize,
    },
    /// The page could not be put together: a fault of this program.
    #[error("the page of the report could not be rendered: {0}")]
    Page(#[from] minijinja::Error),
}
