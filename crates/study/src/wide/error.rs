//! What can be wrong with a file of the wide layout.

use miette::Diagnostic;
use std::path::PathBuf;
use thiserror::Error;

/// Faults that an error shows; the others are counted.
pub(super) const SHOWN: usize = 8;

/// Why a file is no run, or a run no file.
#[derive(Debug, Error, Diagnostic)]
pub enum WideError {
    /// Not Parquet that can be read to its end.
    #[error("{}: cannot be read as Parquet: {fault}", path.display())]
    #[diagnostic(help("the file is damaged: copy, download or write it again"))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        fault: String,
    },
    /// Columns that are needed and missing, and columns of other types.
    #[error("{}: {}", path.display(), faults.join("; "))]
    #[diagnostic(help(
        "docs/import-runs.md lists the columns and their types; a file of pairs without replies is read by `foretell pairs import`"
    ))]
    Columns {
        /// The file.
        path: PathBuf,
        /// Each column, and what is wrong with it.
        faults: Vec<String>,
    },
    /// Cells that cannot be what their column is for.
    #[error("{}: {}{}", path.display(), listed(shown), more(*total, shown.len()))]
    #[diagnostic(help(
        "rows are counted from 0; mend the cells, or leave out the rows, and import again"
    ))]
    Cells {
        /// The file.
        path: PathBuf,
        /// The first faults.
        shown: Vec<WideFault>,
        /// All of them.
        total: u64,
    },
    /// A file with the right columns and no rows.
    #[error("{}: it holds no rows", path.display())]
    #[diagnostic(help("write at least one row of a pair, with the answers of a reference"))]
    NoRows {
        /// The file.
        path: PathBuf,
    },
    /// Two models whose folders would have one name.
    #[error("{}: {}", path.display(), clashes.join("; "))]
    #[diagnostic(help(
        "letters, digits, `.`, `-` and `_` make the name of a model's file, in capitals or not: rename one of each two in the file"
    ))]
    ModelNames {
        /// The file.
        path: PathBuf,
        /// The models, two by two.
        clashes: Vec<String>,
    },
    /// A run without one answer.
    #[error("{}: the run holds no answers to export", path.display())]
    #[diagnostic(help("`foretell run` asks its references first"))]
    NothingAnswered {
        /// The run.
        path: PathBuf,
    },
}

/// One cell at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WideFault {
    /// Row of the file, from 0.
    pub row: u64,
    /// The column.
    pub column: String,
    /// What it holds.
    pub value: String,
    /// What is wrong with that, and what would be right.
    pub reason: String,
}

fn listed(faults: &[WideFault]) -> String {
    let said = |fault: &WideFault| {
        let WideFault { row, column, value, reason } = fault;
        let value = if value.is_empty() { String::new() } else { format!(" `{value}`:") };
        format!("\n  row {row}, column `{column}`:{value} {reason}")
    };
    faults.iter().map(said).collect()
}

fn more(total: u64, shown: usize) -> String {
    match total - shown as u64 {
        0 => String::new(),
        more => format!("\n  and {} more", foretell_core::count(more)),
    }
}
