//! How much a model is asked to reason before it answers.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A named level of reasoning, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// No reasoning at all.
    None,
    /// As little as the model can do.
    Minimal,
    /// Little.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
    /// More than `high`.
    Xhigh,
    /// As much as the model can do.
    Max,
}

impl Level {
    /// Every level, least first.
    pub const ALL: [Self; 7] =
        [Self::None, Self::Minimal, Self::Low, Self::Medium, Self::High, Self::Xhigh, Self::Max];

    /// The word that providers use too.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Xhigh => "xhigh",
            Self::Max => "max",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The one knob for reasoning: a level, a budget of tokens, or what the provider does unasked.
///
/// # Examples
/// ```
/// use foretell_core::effort::{Effort, Level};
/// assert_eq!("low".parse(), Ok(Effort::Level(Level::Low)));
/// assert_eq!("4096".parse(), Ok(Effort::Budget(4096)));
/// assert!("a lot".parse::<Effort>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Effort {
    /// Nothing is asked for.
    #[default]
    Default,
    /// A named level.
    Level(Level),
    /// Most tokens of reasoning.
    Budget(u32),
}

impl Effort {
    /// What it takes, for messages.
    pub const WANTED: &'static str =
        "none, minimal, low, medium, high, xhigh, max, default or a number of tokens";

    /// Whether it asks for no reasoning.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::Level(Level::None)
    }
}

/// Text that is no effort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoEffort;

impl FromStr for Effort {
    type Err = NoEffort;

    fn from_str(text: &str) -> Result<Self, NoEffort> {
        if text == "default" {
            return Ok(Self::Default);
        }
        if let Some(level) = Level::ALL.into_iter().find(|level| level.as_str() == text) {
            return Ok(Self::Level(level));
        }
        match text.parse() {
            Ok(tokens @ 1..) => Ok(Self::Budget(tokens)),
            _ => Err(NoEffort),
        }
    }
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Level(level) => level.fmt(f),
            Self::Budget(tokens) => tokens.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effort_is_written_as_it_is_read() {
        for text in ["default", "none", "minimal", "low", "medium", "high", "xhigh", "max", "1024"]
        {
            assert_eq!(text.parse::<Effort>().unwrap().to_string(), text);
        }
        for text in ["", "0", "-1", "None", "1e3", "true"] {
            assert!(text.parse::<Effort>().is_err(), "{text}");
        }
    }
}
