//! What can be wrong with a raw file.

use foretell_core::card::Address;
use foretell_core::did_you_mean;
use miette::Diagnostic;
use std::path::PathBuf;
use thiserror::Error;

/// Why a raw file gives no table.
#[derive(Debug, Error, Diagnostic)]
pub enum RawError {
    /// The dataset has no card, or one that is no table's.
    #[error("`{dataset}` is no dataset with a table")]
    #[diagnostic(help(
        "those are: {}{}; a card of your own is added with `--cards DIR`{}",
        known.join(", "),
        others.iter().map(|other| format!(", and {other} without one")).collect::<String>(),
        did_you_mean(dataset, known.iter().chain(others).map(String::as_str))
    ))]
    NotATable {
        /// What was asked for.
        dataset: String,
        /// The datasets that have one.
        known: Vec<String>,
        /// Those without that may be named too.
        others: Vec<String>,
    },
    /// The raw file is not at hand.
    #[error(
        "`{dataset}` needs the file `{file}`, which is not in {}",
        folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", nor in ")
    )]
    #[diagnostic(help("{}", how_to_get(dataset, file, folders, addresses)))]
    Missing {
        /// The dataset.
        dataset: String,
        /// The file expected.
        file: String,
        /// The folders that were looked into.
        folders: Vec<PathBuf>,
        /// Where it can be had.
        addresses: Vec<Address>,
    },
    /// Several raw files are not at hand.
    #[error(
        "{} raw files are not in {}: {}",
        missing.len(),
        folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", nor in "),
        missing.iter().map(|(dataset, file)| format!("`{file}` of `{dataset}`")).collect::<Vec<_>>().join(", ")
    )]
    #[diagnostic(help(
        "`foretell data fetch {}` gets them (`foretell data show CARD` names their addresses), or say \
         with `--raw DIR` which folder holds them",
        missing.iter().map(|(dataset, _)| dataset.as_str()).collect::<Vec<_>>().join(" ")
    ))]
    SeveralMissing {
        /// Each dataset with its file.
        missing: Vec<(String, String)>,
        /// The folders that were looked into.
        folders: Vec<PathBuf>,
    },
    /// A file that the system does not let us read.
    #[error("{}: {fault}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        fault: std::io::Error,
    },
    /// Another file than the card was written for.
    #[error("{}: its SHA-256 is {found}; the card `{dataset}` was written for {expected}", path.display())]
    #[diagnostic(help(
        "row numbers count on the very same bytes: get the file again (`foretell data fetch \
         {dataset}`), or, if the file is right, put its SHA-256 into `source.sha256` of the card"
    ))]
    Checksum {
        /// The file.
        path: PathBuf,
        /// The dataset.
        dataset: String,
        /// What the card says.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// A file that is no table, before there is a card for it.
    #[error("{}: {}", path.display(), faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    #[diagnostic(help(
        "a CSV has a first line that names each column once, rows of as many cells, and is saved as UTF-8"
    ))]
    NoGrid {
        /// The file.
        path: PathBuf,
        /// Each fault with its line.
        faults: Vec<RawFault>,
    },
    /// Contents that the card does not account for: all of them at once.
    #[error("{}: {}", path.display(), faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    #[diagnostic(help(
        "the card `{dataset}` has to account for every cell: mend the card, or the file (then its \
         `source.sha256` too)"
    ))]
    Contents {
        /// The file.
        path: PathBuf,
        /// The dataset.
        dataset: String,
        /// Each fault with its place.
        faults: Vec<RawFault>,
    },
}

/// What is wrong at one place of a raw file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RawFault {
    /// A line that is no row.
    #[error("line {line}: {fault}")]
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        fault: String,
    },
    /// A column that the card names and the file lacks.
    #[error(
        "no column `{column}`, which the card names under `{field}`; there are {}",
        quoted(columns)
    )]
    NoColumn {
        /// The column.
        column: String,
        /// Where the card names it.
        field: String,
        /// The columns of the file.
        columns: Vec<String>,
    },
    /// A cell that the card has no phrase or no label for.
    #[error(
        "column `{column}`: `{field}` of the card has no {what} for `{cell}` (line {line}{})",
        match more { 0 => String::new(), more => format!(" and {more} more") }
    )]
    Unknown {
        /// The column.
        column: String,
        /// The field of the card: `feature.age`, or `target`.
        field: String,
        /// What is lacking: a phrase or a label.
        what: &'static str,
        /// The cell.
        cell: String,
        /// The first line that has it, from 1.
        line: u64,
        /// How many more lines have it.
        more: usize,
    },
    /// A column of which not one cell is a number, and which is to be filled with their median.
    #[error("column `{column}`: no number to take the median of")]
    NoMedian {
        /// The column.
        column: String,
    },
    /// Nothing left.
    #[error("no rows: {dropped} of {read} were dropped by `clean.drop`")]
    NoRows {
        /// Rows read.
        read: usize,
        /// Rows dropped.
        dropped: usize,
    },
    /// Rows whose text cannot be made.
    #[error("row {row}: field `text` of the card: {fault}")]
    Text {
        /// The row, after cleaning.
        row: usize,
        /// What is wrong.
        fault: String,
    },
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// How to get a raw file: one address a line, the file, the folder, and the command.
fn how_to_get(dataset: &str, file: &str, folders: &[PathBuf], addresses: &[Address]) -> String {
    let mut help = String::new();
    if addresses.is_empty() {
        help.push_str("the card gives no address for it: ask its owner\n");
    } else {
        help.push_str(&format!("`foretell data fetch {dataset}` gets it; by hand, download\n"));
    }
    for address in addresses {
        help.push_str(&format!("  {address}\n"));
    }
    let folder = folders.first().map(|folder| folder.display().to_string()).unwrap_or_default();
    help.push_str(&format!("and put it there as {folder}/{file}\n"));
    help.push_str("or say with `--raw DIR` which folder holds it");
    help
}
