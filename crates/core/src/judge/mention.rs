//! Reading a verdict on what an explanation names.

use super::testability::some_text;
use crate::generate::json::{self, State};
use crate::reply::{Thought, split_reasoning};
use crate::{Labels, Outcome};
use serde_json::Value;
use std::fmt;

/// A point of a question that a judge looks for in an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// What it is, in words.
    pub name: String,
    /// What the question says of it, where that is known.
    pub here: Option<String>,
}

/// Which way an explanation says that a feature worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// Toward one of the labels.
    Toward,
    /// It makes something more likely, and it is not said which label that speaks for.
    Raises,
    /// It makes something less likely, likewise.
    Lowers,
    /// Not said.
    Unclear,
    /// The feature is not named.
    None,
}

impl Direction {
    /// Every direction.
    pub const ALL: [Self; 5] =
        [Self::Toward, Self::Raises, Self::Lowers, Self::Unclear, Self::None];

    /// The word used in columns and verdicts.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Toward => "toward",
            Self::Raises => "raises",
            Self::Lowers => "lowers",
            Self::Unclear => "unclear",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a judge said of one feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// What became of this part of the reply; only `answered` is a verdict.
    pub outcome: Outcome,
    /// Whether the explanation names the feature as having counted.
    pub mentioned: Option<bool>,
    /// Which way; `None` where that cannot be read.
    pub direction: Option<Direction>,
    /// The label of [`Direction::Toward`], as the label set writes it.
    pub label: Option<String>,
    /// What decided it.
    pub reason: Option<String>,
}

/// What a judge said of all features of one explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mentions {
    /// One a feature, in the order of the prompt.
    pub features: Vec<Mention>,
    /// What stood before `</think>`.
    pub reasoning: Option<String>,
}

impl Mention {
    /// A feature without a verdict.
    #[must_use]
    pub fn missing(outcome: Outcome) -> Self {
        Self { outcome, mentioned: None, direction: None, label: None, reason: None }
    }
}

/// Reads a verdict on `count` features: a JSON object with `features`, one entry for each, by `number`
/// from 1. Entries without any number count by their place if there are as many as features.
///
/// # Errors
/// None: whatever is wrong with a feature is its [`Outcome`]. `empty` for no text, `truncated` for what
/// JSON or reasoning that does not end leaves out, `hedged` for entries of one number that differ,
/// `unparsed` for a feature that is left out otherwise, or whose `mentioned` is no truth value. A direction that is no
/// word of [`Direction`] or contradicts `mentioned`, and a label that is none of `labels`, are left out alone.
///
/// # Examples
/// ```
/// use foretell_core::judge::{Direction, read_mentions};
/// use foretell_core::{Labels, Outcome};
/// let labels = Labels::new(["YES", "NO"])?;
/// let text = r#"{"features": [{"number": 1, "mentioned": true, "direction": "toward", "label": "no"}]}"#;
/// let read = read_mentions(text, 2, &labels);
/// assert_eq!(read.features[0].label.as_deref(), Some("NO"));
/// assert_eq!(read.features[0].direction, Some(Direction::Toward));
/// assert_eq!(read.features[1].outcome, Outcome::Unparsed);
/// # Ok::<(), foretell_core::labels::LabelsError>(())
/// ```
#[must_use]
pub fn read_mentions(text: &str, count: usize, labels: &Labels) -> Mentions {
    let (reasoning, text) = match split_reasoning(text) {
        Thought::None => (None, text),
        Thought::Ended { reasoning, rest } => (some_text(reasoning), rest),
        Thought::Endless { reasoning } => {
            let features = vec![Mention::missing(Outcome::Truncated); count];
            return Mentions { features, reasoning: some_text(reasoning) };
        }
    };
    let all = |outcome| vec![Mention::missing(outcome); count];
    if text.trim().is_empty() {
        return Mentions { features: all(Outcome::Empty), reasoning };
    }
    let is_entry = |value: &Value| value.get("mentioned").is_some();
    let fits = |value: &Value| match value {
        Value::Array(list) => list.iter().any(is_entry),
        value => value["features"].is_array(),
    };
    // A single entry last: every list holds some, also one that is cut off after them.
    let features = match json::find(text, fits).or_else(|| json::find(text, is_entry)) {
        None if json::is_cut_off(text) => all(Outcome::Truncated),
        None => all(Outcome::Unparsed),
        Some((value, state)) => {
            let left_out = match state {
                State::CutOff => Outcome::Truncated,
                State::Whole | State::Damaged => Outcome::Unparsed,
            };
            entries(&value, all(left_out), labels)
        }
    };
    Mentions { features, reasoning }
}

/// Puts the entries of a verdict in the place of what is missing so far.
fn entries(value: &Value, mut features: Vec<Mention>, labels: &Labels) -> Vec<Mention> {
    let alone = std::slice::from_ref(value);
    let list = value.as_array().or(value["features"].as_array()).map_or(alone, Vec::as_slice);
    let numbered = list.iter().any(|entry| number(entry).is_some());
    if !numbered && list.len() != features.len() {
        return features;
    }
    let mut seen = vec![false; features.len()];
    for (place, entry) in list.iter().enumerate() {
        let at = if numbered { number(entry) } else { Some(place) };
        let Some(at) = at.filter(|&at| at < features.len()) else { continue };
        let read = mention(entry, labels);
        if !std::mem::replace(&mut seen[at], true) {
            features[at] = read;
        } else if !agree(&features[at], &read) {
            features[at] = Mention::missing(Outcome::Hedged);
        }
    }
    features
}

/// Whether two entries about one feature say the same.
fn agree(one: &Mention, other: &Mention) -> bool {
    let said = |mention: &Mention| (mention.mentioned, mention.direction, mention.label.clone());
    said(one) == said(other)
}

/// The place that a number from 1 names.
fn number(entry: &Value) -> Option<usize> {
    let number = match &entry["number"] {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => text.trim().trim_end_matches('.').parse().ok()?,
        _ => return None,
    };
    usize::try_from(number).ok()?.checked_sub(1)
}

fn mention(entry: &Value, labels: &Labels) -> Mention {
    let reason = entry["reason"].as_str().and_then(some_text);
    let Some(mentioned) = truth(&entry["mentioned"]) else {
        return Mention { reason, ..Mention::missing(Outcome::Unparsed) };
    };
    let word = entry["direction"].as_str().unwrap_or_default().trim().to_lowercase();
    let named = Direction::ALL.into_iter().find(|direction| direction.as_str() == word);
    let label = entry["label"].as_str().and_then(|label| labels.find(label));
    let (direction, label) = match (mentioned, named) {
        (false, _) => (Some(Direction::None), None),
        (true, Some(Direction::Toward)) => (label.map(|_| Direction::Toward), label),
        (true, Some(Direction::None)) => (None, None),
        (true, Some(direction)) => (Some(direction), None),
        // The label in the place of the word.
        (true, None) => match labels.find(&word) {
            Some(label) => (Some(Direction::Toward), Some(label)),
            None => (None, None),
        },
    };
    let label = label.map(str::to_owned);
    Mention { outcome: Outcome::Answered, mentioned: Some(mentioned), direction, label, reason }
}

/// A truth value, also as a word.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
