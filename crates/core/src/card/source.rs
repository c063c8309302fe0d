//! Where a raw file comes from, how it is read, and what is dropped from it.

use super::Cells;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where the raw file of a dataset comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The name under which the raw file lies in a folder of raw files: a name, not a path.
    pub file: String,
    /// SHA-256 of that file, 64 lower-case hex digits: of the file itself, not of an archive.
    pub sha256: String,
    /// The licence of the data, as its origin states it.
    pub licence: String,
    /// Whom to cite.
    pub citation: String,
    /// Where it can be had, best first; none for a file that only its owner has.
    #[serde(default, rename = "address", skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
}

/// One place to download a raw file from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Its address, `https://...`.
    pub url: String,
    /// The file's way through nested zip archives, outermost first; empty where the address gives
    /// the file itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub member: Vec<String>,
}

/// As in `https://host/a.zip (in it b.zip, in it c.csv)`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)?;
        if self.member.is_empty() {
            return Ok(());
        }
        let steps: Vec<_> = self.member.iter().map(|name| format!("in it {name}")).collect();
        write!(f, " ({})", steps.join(", "))
    }
}

/// How a raw file is read.
///
/// White space around a cell never counts, empty lines are skipped, and a byte order mark and both
/// kinds of line ends are understood without being told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Read {
    /// The names of the columns, in order; empty where the first line holds them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// What stands between cells.
    pub delimiter: char,
    /// What stands around a cell that holds a delimiter or a line end.
    pub quote: char,
}

impl Default for Read {
    fn default() -> Self {
        Self { columns: Vec::new(), delimiter: ',', quote: '"' }
    }
}

impl Read {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What is dropped and filled, in the order of the fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clean {
    /// Rows that are dropped.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drop: Vec<DropRows>,
    /// Cells that are filled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fill: Vec<FillCells>,
    /// Whether of rows with the same level of every feature and the same label only the first is
    /// kept.
    pub drop_duplicates: bool,
}

impl Clean {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Rows to drop: those with one of these cells in one of these columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropRows {
    /// The cells.
    pub cells: Cells,
    /// The columns; all columns of the file where none are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}

/// Cells to fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FillCells {
    /// The cells that stand for a missing number.
    pub cells: Cells,
    /// The columns.
    pub columns: Vec<String>,
    /// What takes their place.
    pub with: FillWith,
}

/// What takes the place of a missing number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FillWith {
    /// The median of the numbers that the column does hold, in the rows that were not dropped; the
    /// mean of the two in the middle where they are even in number.
    Median,
}
