//! What became of a request.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What became of one request. Only `Answered` is ever scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// One of the labels was read.
    Answered,
    /// Several labels were given at once.
    Hedged,
    /// No label could be read.
    Unparsed,
    /// The reply was cut off by its length limit.
    Truncated,
    /// The reply held no text.
    Empty,
    /// The model declined to answer.
    Refused,
    /// The provider's filter withheld the reply.
    Filtered,
    /// The model said that it does not know.
    Abstained,
    /// The prompt did not fit the model's context.
    ContextExceeded,
    /// The provider failed, after all retries.
    ProviderError,
    /// No reply came in time, after all retries.
    TimedOut,
    /// Nothing was asked; [`NotAsked`] says why.
    NotAsked,
}

impl Outcome {
    /// The word used in columns.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Hedged => "hedged",
            Self::Unparsed => "unparsed",
            Self::Truncated => "truncated",
            Self::Empty => "empty",
            Self::Refused => "refused",
            Self::Filtered => "filtered",
            Self::Abstained => "abstained",
            Self::ContextExceeded => "context_exceeded",
            Self::ProviderError => "provider_error",
            Self::TimedOut => "timed_out",
            Self::NotAsked => "not_asked",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a request was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotAsked {
    /// The reference model did not answer the original question.
    OriginalUnanswered,
    /// The reply held no explanation.
    NoExplanation,
    /// The reply came with no reasoning trace.
    NoReasoning,
    /// No other explanation fits as a placebo.
    NoDonor,
    /// The model that explains given answers brought no explanation of this one.
    NoRationale,
    /// The run was stopped before this request.
    Stopped,
    /// What was left of the budget may not have paid for it.
    Budget,
}

impl NotAsked {
    /// The word used in columns.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OriginalUnanswered => "original_unanswered",
            Self::NoExplanation => "no_explanation",
            Self::NoReasoning => "no_reasoning",
            Self::NoDonor => "no_donor",
            Self::NoRationale => "no_rationale",
            Self::Stopped => "stopped",
            Self::Budget => "budget",
        }
    }
}
