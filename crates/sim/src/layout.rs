//! A reply in the sections that a prompt asks for, and replies that go wrong.

use crate::asked::{Asked, Section};
use crate::explanation::Explanation;
use crate::hash::Draws;
use crate::rule::ONE;
use foretell_core::ConfidenceLevel;

/// What a reply says.
pub(crate) struct Content<'a> {
    pub(crate) answer: &'a str,
    /// By how much the answer leads, in thousandths.
    pub(crate) margin: i64,
    pub(crate) explanation: Explanation,
}

/// How a reply goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Two labels at once.
    Hedged,
    /// No text.
    Empty,
    /// Cut off within the text.
    Truncated,
    /// Prose without sections.
    Shapeless,
}

/// Prose that answers nothing.
pub(crate) const SHAPELESS: &str = "It is hard to say anything definite about this. Some of what \
    the text says points one way and some of it the other, a good deal depends on what it leaves \
    out, and people who know such matters well would hardly agree on it either.";

impl Failure {
    /// One of the four, evenly.
    pub(crate) fn draw(draws: Draws, index: u64) -> Self {
        match draws.below(index, 4) {
            0 => Self::Hedged,
            1 => Self::Empty,
            2 => Self::Truncated,
            _ => Self::Shapeless,
        }
    }
}

/// Writes the sections asked for, in the order in which they are asked for.
pub(crate) fn write(asked: &Asked<'_>, content: &Content<'_>) -> String {
    let explanation = &content.explanation;
    let length = explanation.text.len() + explanation.factors.len() + explanation.other_info.len();
    let mut text = String::with_capacity(length + 192);
    for &section in &asked.sections {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(section.tag());
        text.push('\n');
        text.push_str(match section {
            Section::Answer => content.answer,
            Section::Explanation => &explanation.text,
            Section::Factors => &explanation.factors,
            Section::OtherInfo => &explanation.other_info,
            Section::Confidence => confidence(content.margin),
        });
    }
    text
}

/// The confidence that goes with a margin: below 0.4 low, from 1.2 high.
fn confidence(margin: i64) -> &'static str {
    let level = if margin * 5 < i64::from(2 * ONE) {
        ConfidenceLevel::Low
    } else if margin * 5 < i64::from(6 * ONE) {
        ConfidenceLevel::Medium
    } else {
        ConfidenceLevel::High
    };
    match level {
        ConfidenceLevel::Low => "LOW",
        ConfidenceLevel::Medium => "MEDIUM",
        ConfidenceLevel::High => "HIGH",
    }
}

/// Cuts a text somewhere between a quarter and three quarters of its length.
pub(crate) fn cut(mut text: String, draws: Draws, index: u64) -> String {
    let mut at = text.len() / 4 + draws.below(index, text.len() / 2 + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text.truncate(at);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Purpose;

    #[test]
    fn sections_follow_the_prompt() {
        let asked = Asked::read("Q\n[CONFIDENCE]\nLOW\n\n[ANSWER]\nA or B");
        let content = Content { answer: "B", margin: 400, explanation: Explanation::default() };
        assert_eq!(write(&asked, &content), "[CONFIDENCE]\nMEDIUM\n\n[ANSWER]\nB");
    }

    #[test]
    fn confidence_rises_with_the_margin() {
        assert_eq!(
            [0, 399, 400, 1199, 1200].map(confidence),
            ["LOW", "LOW", "MEDIUM", "MEDIUM", "HIGH"]
        );
    }

    #[test]
    fn a_cut_text_is_shorter_and_not_empty() {
        for index in 0..100 {
            let text = cut("señor señor señor".to_owned(), Draws::new(1, Purpose::Fail), index);
            assert!(!text.is_empty() && text.len() < 20, "{text}");
        }
        assert_eq!(cut(String::new(), Draws::new(1, Purpose::Fail), 0), "");
    }
}
