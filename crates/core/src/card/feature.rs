//! Features: a column, and the phrase of each of its values.

use super::bins::place;
use super::{Bin, Cells, number};
use serde::{Deserialize, Serialize};

/// One feature of a dataset: a column of the raw file, and the words that its cells become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Its name in the text template, in tables and among what changed: letters, digits and `_`.
    pub name: String,
    /// The column of the raw file; that of the feature's name where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Bins of numbers, in order, the last one open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bins: Vec<Bin>,
    /// Cells with a phrase of their own. Beside bins, those are looked up first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

/// One value of a feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// The cell or cells that hold it.
    pub cell: Cells,
    /// Its name in tables; its first cell where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What a text says of it.
    pub phrase: String,
}

/// What a feature can be: one of its bins or values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// Its name in tables.
    pub id: String,
    /// What a text says of it.
    pub phrase: String,
}

impl Feature {
    /// The column of the raw file.
    #[must_use]
    pub fn column(&self) -> &str {
        self.column.as_deref().unwrap_or(&self.name)
    }

    /// All that the feature can be: its bins in order, then its values. Codes are places here.
    #[must_use]
    pub fn levels(&self) -> Vec<Level> {
        let mut previous = None;
        let bins = self.bins.iter().map(|bin| {
            let id = bin.id_after(previous);
            previous = bin.end();
            Level { id, phrase: bin.phrase.clone() }
        });
        let mut levels: Vec<Level> = bins.collect();
        levels.extend(
            self.values.iter().map(|value| Level {
                id: value
                    .id
                    .clone()
                    .or(value.cell.iter().next().map(str::to_owned))
                    .unwrap_or_default(),
                phrase: value.phrase.clone(),
            }),
        );
        levels
    }

    /// The place among [`Feature::levels`] of what `cell` holds; `None` where the card has no phrase
    /// for it.
    #[must_use]
    pub fn level_of(&self, cell: &str) -> Option<usize> {
        let value = self.values.iter().position(|value| value.cell.hold(cell));
        value.map(|at| self.bins.len() + at).or_else(|| self.bin_of(number(cell)?))
    }

    fn bin_of(&self, number: f64) -> Option<usize> {
        let start = self.bins.first()?.start();
        if start.is_some_and(|start| start.is_after(number)) {
            return None;
        }
        place(self.bins.iter().map(Bin::end), number)
    }
}
