//! The target: which cells give which label.

use super::bins::{end, place};
use super::{Cells, Edge, number};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The column that holds the truth, and the label of each of its values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The column of the raw file.
    pub column: String,
    /// Labels of bins of numbers, in order, the last one open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bins: Vec<TargetBin>,
    /// By label, the cells that give it. Beside bins, those are looked up first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Cells>,
}

/// One bin of the target. It begins where the bin before it ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetBin {
    /// It ends with this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upto: Option<f64>,
    /// It ends right before this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// The label of numbers in it.
    pub label: String,
}

impl TargetBin {
    /// Where it ends; `None` where it is open.
    #[must_use]
    pub fn end(&self) -> Option<Edge> {
        end(self.upto, self.below)
    }
}

impl Target {
    /// The label that `cell` gives; `None` where the card has none for it.
    #[must_use]
    pub fn label_of(&self, cell: &str) -> Option<&str> {
        let named = self.values.iter().find(|(_, cells)| cells.hold(cell));
        named.map(|(label, _)| label.as_str()).or_else(|| {
            let bin = place(self.bins.iter().map(TargetBin::end), number(cell)?)?;
            Some(&self.bins[bin].label)
        })
    }

    /// The labels that it can give.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        let bins = self.bins.iter().map(|bin| bin.label.as_str());
        bins.chain(self.values.keys().map(String::as_str))
    }
}
