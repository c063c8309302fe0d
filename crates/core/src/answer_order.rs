//! Whether the answer is asked for before or after the explanation.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a reference model puts its answer: before (`first`) or after (`last`) its explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerOrder {
    /// The answer comes before the explanation.
    First,
    /// The answer comes after the explanation.
    Last,
}

impl AnswerOrder {
    /// The word used in ids and columns.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
        }
    }
}

impl fmt::Display for AnswerOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
