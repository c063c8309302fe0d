//! What an explanation is judged for.

use std::fmt;

/// What a judge is asked about an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JudgeKind {
    /// Whether it decides the counterfactual.
    Testability,
    /// Whether it names the features that change, and which way.
    Mention,
}

impl JudgeKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Testability, Self::Mention];

    /// The word used in columns and flags.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Testability => "testability",
            Self::Mention => "mention",
        }
    }

    /// The template of its prompt.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Testability => "testability.jinja",
            Self::Mention => "mention.jinja",
        }
    }
}

impl fmt::Display for JudgeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
