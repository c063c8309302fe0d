//! Reading the verdict of a judge on coherence.

use super::json::{self, State};
use crate::Outcome;
use crate::reply::{Thought, split_reasoning};
use serde_json::Value;

/// The best verdict: fully coherent.
pub const HIGHEST_COHERENCE: f64 = 10.0;

/// What a judge said of one counterfactual.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What became of its reply; only `answered` is a verdict.
    pub outcome: Outcome,
    /// Coherence from 0 to 10.
    pub coherence: Option<f64>,
    /// What decided it.
    pub reason: Option<String>,
    /// What stood before `</think>`.
    pub reasoning: Option<String>,
}

/// Reads a verdict: a JSON object with `coherence`, from 0 to 10, and a `reason`.
///
/// # Errors
/// None: whatever is wrong is the [`Outcome`]. `empty` for nothing, `truncated` for JSON or reasoning
/// that does not end, `unparsed` for anything without a number from 0 to 10.
///
/// # Examples
/// ```
/// use foretell_core::{Outcome, generate::read_verdict};
/// let verdict = read_verdict("```json\n{\"reason\": \"all is said\", \"coherence\": 9}\n```");
/// assert_eq!((verdict.outcome, verdict.coherence), (Outcome::Answered, Some(9.0)));
/// assert_eq!(read_verdict("Looks fine to me").outcome, Outcome::Unparsed);
/// ```
#[must_use]
pub fn read_verdict(text: &str) -> Verdict {
    let thought =
        |reasoning: &str| Some(reasoning.trim().to_owned()).filter(|text| !text.is_empty());
    let (reasoning, ended, text) = match split_reasoning(text) {
        Thought::None => (None, true, text),
        Thought::Ended { reasoning, rest } => (thought(reasoning), true, rest),
        Thought::Endless { reasoning } => (thought(reasoning), false, ""),
    };
    let without =
        |outcome| Verdict { outcome, coherence: None, reason: None, reasoning: reasoning.clone() };
    if !ended {
        return without(Outcome::Truncated);
    }
    if text.trim().is_empty() {
        return without(Outcome::Empty);
    }
    let fits = |value: &Value| value.get("coherence").is_some() || value.get("reason").is_some();
    let Some((value, state)) = json::find(text, fits) else { return without(Outcome::Unparsed) };
    let coherence = coherence(&value["coherence"]);
    let reason = value["reason"].as_str().map(str::trim).filter(|reason| !reason.is_empty());
    let outcome = match (coherence, state) {
        (Some(_), _) => Outcome::Answered,
        (None, State::CutOff) => Outcome::Truncated,
        (None, _) => Outcome::Unparsed,
    };
    let reason = reason.map(str::to_owned);
    Verdict { outcome, coherence, reason, reasoning }
}

/// A number from 0 to 10, also as text and as `8/10`.
pub(super) fn coherence(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().trim_end_matches("/10").trim().parse().ok()?,
        _ => return None,
    };
    (0.0..=HIGHEST_COHERENCE).contains(&number).then_some(number)
}
