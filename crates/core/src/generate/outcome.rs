//! What became of a request for counterfactuals, and of each counterfactual.

use super::reply::{Form, Generation, Written};
use crate::Outcome;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$says:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$says])* $variant,)+
        }

        impl $name {
            /// The word used in columns.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What became of one request for counterfactuals.
    GenerationOutcome {
        /// As many as were asked for.
        Complete = "complete",
        /// Fewer than were asked for.
        TooFew = "too_few",
        /// More than were asked for.
        TooMany = "too_many",
        /// The reply ended within its JSON; those that were complete are kept.
        CutOff = "cut_off",
        /// The JSON goes wrong somewhere; those before are kept.
        Damaged = "damaged",
        /// No JSON of the form asked for.
        Unreadable = "unreadable",
        /// The reply held no text.
        Empty = "empty",
        /// The model declined.
        Refused = "refused",
        /// The provider's filter withheld the reply.
        Filtered = "filtered",
        /// The prompt did not fit the model's context.
        ContextExceeded = "context_exceeded",
        /// The provider failed, after all retries.
        ProviderError = "provider_error",
        /// No reply came in time, after all retries.
        TimedOut = "timed_out",
        /// It was not sent.
        NotAsked = "not_asked",
    }
}

words! {
    /// What became of one counterfactual.
    WrittenOutcome {
        /// It became a pair.
        Kept = "kept",
        /// The text is that of another counterfactual of the same question.
        Repeated = "repeated",
        /// The text is that of the original.
        Copy = "copy",
        /// There is no text.
        Blank = "blank",
        /// There were enough before it.
        Extra = "extra",
        /// The verdict on its coherence is below what was asked for.
        Incoherent = "incoherent",
        /// Coherence was asked for, and there is no verdict.
        Unjudged = "unjudged",
    }
}

impl GenerationOutcome {
    /// The outcome of a reply that should hold `wanted` counterfactuals; `cut_off` where the provider
    /// says that it ended at its length limit.
    #[must_use]
    pub fn of(generation: &Generation, wanted: usize, cut_off: bool) -> Self {
        match generation.form {
            Form::Unreadable | Form::Empty | Form::Damaged if cut_off => Self::CutOff,
            Form::Whole if generation.counterfactuals.len() < wanted => Self::TooFew,
            Form::Whole if generation.counterfactuals.len() > wanted => Self::TooMany,
            Form::Whole => Self::Complete,
            Form::CutOff => Self::CutOff,
            Form::Damaged => Self::Damaged,
            Form::Unreadable => Self::Unreadable,
            Form::Empty => Self::Empty,
        }
    }

    /// The outcome of a request that brought no text.
    #[must_use]
    pub fn of_failure(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Truncated => Self::CutOff,
            Outcome::Empty => Self::Empty,
            Outcome::Refused | Outcome::Abstained => Self::Refused,
            Outcome::Filtered => Self::Filtered,
            Outcome::ContextExceeded => Self::ContextExceeded,
            Outcome::TimedOut => Self::TimedOut,
            Outcome::NotAsked => Self::NotAsked,
            Outcome::Answered | Outcome::Hedged | Outcome::Unparsed => Self::Unreadable,
            Outcome::ProviderError => Self::ProviderError,
        }
    }
}

/// Sorts the counterfactuals of one original: which are kept, and why the others are not. Texts are
/// compared without regard to white space and letter case.
#[derive(Debug)]
pub struct Sorter {
    original: String,
    seen: HashSet<String>,
}

impl Sorter {
    /// Sorts counterfactuals of the question `original`.
    #[must_use]
    pub fn new(original: &str) -> Self {
        Self { original: compared(original), seen: HashSet::new() }
    }

    /// Sorts the counterfactuals of one reply, of which `wanted` are kept at most. What an earlier
    /// reply to the same question holds is a repeat too.
    pub fn sort(&mut self, written: &[Written], wanted: usize) -> Vec<WrittenOutcome> {
        let mut kept = 0;
        let mut sort = |written: &Written| {
            let text = compared(&written.text);
            if text.is_empty() {
                WrittenOutcome::Blank
            } else if text == self.original {
                WrittenOutcome::Copy
            } else if self.seen.contains(&text) {
                WrittenOutcome::Repeated
            } else if kept == wanted {
                WrittenOutcome::Extra
            } else {
                kept += 1;
                self.seen.insert(text);
                WrittenOutcome::Kept
            }
        };
        written.iter().map(&mut sort).collect()
    }
}

fn compared(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
