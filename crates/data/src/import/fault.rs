//! Rows that an import leaves out, and why.

use crate::error::DataError;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Characters of a value that are kept.
const EXCERPT: usize = 200;

/// A row that is left out, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The row, from 0, headers and empty lines not counted.
    pub row: u64,
    /// The line of the file in which it begins, from 1, where the file has lines.
    pub line: Option<u64>,
    /// The kind of fault.
    pub kind: FaultKind,
    /// The column, where one is at fault.
    pub column: Option<String>,
    /// What stands there, shortened.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What can be wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultKind {
    /// The row itself cannot be read: no JSON, too few cells, no UTF-8.
    Malformed,
    /// A cell that a row needs is empty.
    MissingCell,
    /// A cell holds what cannot be read as what it is for.
    BadValue,
    /// The labels of the row cannot be used.
    BadLabels,
    /// The ground truth is none of the labels.
    LabelNotInSet,
    /// An id stands for two questions.
    IdConflict,
    /// Original and counterfactual are the same text.
    SameText,
    /// An earlier row is the same pair, or the same question.
    Repeated,
}

impl FaultKind {
    /// The word for it in files and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::MissingCell => "missing_cell",
            Self::BadValue => "bad_value",
            Self::BadLabels => "bad_labels",
            Self::LabelNotInSet => "label_not_in_set",
            Self::IdConflict => "id_conflict",
            Self::SameText => "same_text",
            Self::Repeated => "repeated",
        }
    }

    /// What it means, for people.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::Malformed => "the row cannot be read",
            Self::MissingCell => "a cell is missing",
            Self::BadValue => "a value cannot be read",
            Self::BadLabels => "the labels cannot be used",
            Self::LabelNotInSet => "the ground truth is none of the labels",
            Self::IdConflict => "the id is that of another question",
            Self::SameText => "a text is paired with itself",
            Self::Repeated => "an earlier row is repeated",
        }
    }

    /// Whether nothing is lost with such a row: what it says stands elsewhere, or is no pair.
    #[must_use]
    pub fn is_harmless(self) -> bool {
        matches!(self, Self::SameText | Self::Repeated)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::error::Error for RowFault {}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}")?,
            None => write!(f, "row {}", self.row)?,
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// How many faults there are, by kind.
pub(super) fn count_kinds(faults: &[RowFault]) -> BTreeMap<FaultKind, usize> {
    let mut counts = BTreeMap::new();
    faults.iter().for_each(|fault| *counts.entry(fault.kind).or_default() += 1);
    counts
}

/// The start of a value, for a fault.
pub(super) fn excerpt(value: &str) -> String {
    let mut characters = value.chars();
    let mut text: String = characters.by_ref().take(EXCERPT).collect();
    if characters.next().is_some() {
        text.push('…');
    }
    text
}

/// Writes faults as CSV: `row,line,kind,column,value,reason`.
///
/// # Errors
/// [`DataError::Io`] names the file.
pub fn write_faults(path: &Path, faults: &[RowFault]) -> Result<(), DataError> {
    let at = |fault| DataError::Io { path: path.to_owned(), fault };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let broken = |fault: csv::Error| at(std::io::Error::other(fault));
    writer.write_record(["row", "line", "kind", "column", "value", "reason"]).map_err(broken)?;
    for fault in faults {
        let row = fault.row.to_string();
        let line = fault.line.map(|line| line.to_string()).unwrap_or_default();
        let column = fault.column.as_deref().unwrap_or_default();
        let kind = fault.kind.as_str();
        let cells = [&*row, &*line, kind, column, &*fault.value, &*fault.reason];
        writer.write_record(cells).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|fault| at(fault.into_error()))?;
    std::fs::write(path, bytes).map_err(at)
}
