//! Reading a model's reply: the tagged sections, the answer, the confidence.
//!
//! A reply is untrusted text: nothing in it makes the parser panic, and its cost is linear in the
//! length of the text.

mod answer;
mod list;
mod sections;
#[cfg(test)]
mod tests;

use crate::{ConfidenceLevel, Labels, Outcome};
use sections::{Sections, Tag};

pub(crate) use sections::{Thought, split_reasoning};

pub use answer::{ReadAnswer, read_answer};

/// What was read from one reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What became of it.
    pub outcome: Outcome,
    /// The label given, as the label set writes it; only where `outcome` is `Answered`.
    pub answer: Option<String>,
    /// The text of the section `[EXPLANATION]`.
    pub explanation: Option<String>,
    /// The entries of `[MOST_IMPORTANT_FACTORS]`.
    pub factors: Vec<String>,
    /// The entries of `[OTHER_RELEVANT_INFO]`.
    pub other_info: Vec<String>,
    /// The first line of `[CONFIDENCE]`, as written.
    pub confidence: Option<String>,
    /// The level of that confidence.
    pub confidence_level: Option<ConfidenceLevel>,
    /// What stood before `</think>`.
    pub reasoning: Option<String>,
}

impl Reply {
    fn without_answer(outcome: Outcome, reasoning: Option<String>) -> Self {
        Self {
            outcome,
            answer: None,
            explanation: None,
            factors: Vec::new(),
            other_info: Vec::new(),
            confidence: None,
            confidence_level: None,
            reasoning,
        }
    }
}

/// Reads a reply that should answer with one of `labels`.
///
/// Sections start at the tags `[ANSWER]`, `[EXPLANATION]`, `[MOST_IMPORTANT_FACTORS]`,
/// `[OTHER_RELEVANT_INFO]` and `[CONFIDENCE]`, in any order, letter case and with Markdown stars
/// around them, and run to the next of these tags at the start of a line. Text up to `</think>` is
/// reasoning.
///
/// # Errors
/// None: whatever is wrong with a reply is its [`Outcome`]. `truncated` for a `<think>` that does
/// not end, `empty` for nothing (or nothing after the reasoning), `hedged` for several labels,
/// `unparsed` for anything else that is not one of the labels.
///
/// # Examples
/// ```
/// use foretell_core::{Labels, Outcome, parse_reply};
/// let labels = Labels::new(["YES", "NO"])?;
/// let reply = parse_reply("**[ANSWER]**\nYes.\n\n[CONFIDENCE]\nhigh (90%)", &labels);
/// assert_eq!((reply.outcome, reply.answer.as_deref()), (Outcome::Answered, Some("YES")));
/// # Ok::<(), foretell_core::labels::LabelsError>(())
/// ```
#[must_use]
pub fn parse_reply(text: &str, labels: &Labels) -> Reply {
    let (reasoning, text) = match split_reasoning(text) {
        Thought::None => (None, text),
        Thought::Ended { reasoning, rest } => (some_text(reasoning), rest),
        Thought::Endless { reasoning } => {
            return Reply::without_answer(Outcome::Truncated, some_text(reasoning));
        }
    };
    if text.trim().is_empty() {
        return Reply::without_answer(Outcome::Empty, reasoning);
    }
    let sections = Sections::find(text);
    let (outcome, answer) = match sections.get(Tag::Answer).map(|line| read_answer(line, labels)) {
        Some(ReadAnswer::Label(label)) => (Outcome::Answered, Some(label.to_owned())),
        Some(ReadAnswer::Hedged) => (Outcome::Hedged, None),
        Some(ReadAnswer::Nothing) | None => (Outcome::Unparsed, None),
    };
    let confidence =
        sections.get(Tag::Confidence).and_then(|section| some_text(first_line(section)));
    Reply {
        outcome,
        answer,
        explanation: sections.get(Tag::Explanation).and_then(some_text),
        factors: sections.get(Tag::Factors).map(list::entries).unwrap_or_default(),
        other_info: sections.get(Tag::OtherInfo).map(list::entries).unwrap_or_default(),
        confidence_level: confidence.as_deref().and_then(ConfidenceLevel::read),
        confidence,
        reasoning,
    }
}

fn some_text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The first line that holds anything.
fn first_line(section: &str) -> &str {
    section.trim_start().lines().next().unwrap_or("")
}
