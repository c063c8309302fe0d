//! Why a guess cannot be scored, and on which side of the comparison it stands.

use foretell_core::Outcome;
use std::fmt;
use std::sync::Arc;

/// The two sides of a comparison of arms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The arm whose effect is estimated.
    Treated,
    /// The arm it is compared against.
    Baseline,
}

/// Why a guess is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Absence {
    /// The request ended without an answer.
    Outcome(Outcome),
    /// The table of this arm has no row for it, though the table of the other arm has one.
    NoRow,
}

impl Absence {
    /// The word used in columns: that of the outcome, or `absent`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Outcome(outcome) => outcome.as_str(),
            Self::NoRow => "absent",
        }
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What guesses that are left out are counted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeftOut {
    /// Whether the treated or the baseline guess is missing.
    pub side: Side,
    /// The predictor.
    pub predictor: Arc<str>,
    /// What became of the guess instead.
    pub absence: Absence,
}
