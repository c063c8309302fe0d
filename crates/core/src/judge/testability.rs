//! Reading a verdict on testability.

use crate::Outcome;
use crate::generate::json::{self, State};
use crate::reply::{Thought, split_reasoning};
use serde_json::Value;
use std::borrow::Cow;

/// The best verdict: the explanation leaves one answer.
pub const HIGHEST_TESTABILITY: f64 = 10.0;

/// What a judge said of one explanation and one counterfactual.
#[derive(Debug, Clone, PartialEq)]
pub struct Testability {
    /// What became of its reply; only `answered` is a verdict.
    pub outcome: Outcome,
    /// From 0 to 10.
    pub value: Option<f64>,
    /// What decided it.
    pub reason: Option<String>,
    /// What stood before `</think>`.
    pub reasoning: Option<String>,
}

/// Reads a verdict: a JSON object with a `value` from 0 to 10, decimals allowed, and a `reason`.
///
/// # Errors
/// None: whatever is wrong is the [`Outcome`]. `empty` for nothing, `truncated` for JSON or reasoning
/// that does not end, `hedged` for several values that differ, `unparsed` for anything else without
/// a number from 0 to 10. A comma between two digits (`6,5`) is a decimal point.
///
/// # Examples
/// ```
/// use foretell_core::{Outcome, judge::read_testability};
/// let verdict = read_testability("{\"reason\": \"a threshold\", \"value\": 9.5}");
/// assert_eq!((verdict.outcome, verdict.value), (Outcome::Answered, Some(9.5)));
/// assert_eq!(read_testability("{\"reason\": \"\", \"value\": 11}").outcome, Outcome::Unparsed);
/// assert_eq!(read_testability("{\"value\": \"3 or 8\"}").outcome, Outcome::Hedged);
/// ```
#[must_use]
pub fn read_testability(text: &str) -> Testability {
    let (reasoning, text) = match split_reasoning(text) {
        Thought::None => (None, text),
        Thought::Ended { reasoning, rest } => (some_text(reasoning), rest),
        Thought::Endless { reasoning } => {
            let reasoning = some_text(reasoning);
            return Testability {
                outcome: Outcome::Truncated,
                value: None,
                reason: None,
                reasoning,
            };
        }
    };
    let without = |outcome, reason| Testability {
        outcome,
        value: None,
        reason,
        reasoning: reasoning.clone(),
    };
    if text.trim().is_empty() {
        return without(Outcome::Empty, None);
    }
    let text = with_decimal_points(text);
    let fits = |value: &Value| value.get("value").is_some() || value.get("reason").is_some();
    let Some((found, state)) = json::find(&text, fits) else {
        let cut = json::is_cut_off(&text);
        return without(if cut { Outcome::Truncated } else { Outcome::Unparsed }, None);
    };
    let reason = found["reason"].as_str().and_then(some_text);
    if state == State::CutOff {
        return without(Outcome::Truncated, reason);
    }
    let mut said = values(&text);
    if said.is_empty() {
        said.push(Said::of(&found["value"]));
    }
    said.dedup();
    match said[..] {
        [Said::Number(value)] => Testability {
            outcome: Outcome::Answered,
            value: Some(value),
            reason,
            reasoning: reasoning.clone(),
        },
        [Said::Nothing] => without(Outcome::Unparsed, reason),
        _ => without(Outcome::Hedged, reason),
    }
}

/// What stands in the place of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Said {
    Number(f64),
    Several,
    /// Nothing, no number, or one out of range.
    Nothing,
}

impl Said {
    fn of(value: &Value) -> Self {
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => return Self::of_text(text),
            Value::Array(list) if list.len() > 1 => return Self::Several,
            _ => None,
        };
        Self::in_range(number)
    }

    /// `7`, `6.5`, `6,5`, `8/10`; two numbers with anything else between them are several.
    fn of_text(text: &str) -> Self {
        let text = text.trim();
        let text = text.strip_suffix("/10").or(text.strip_suffix("/ 10")).unwrap_or(text).trim();
        let point = text.replacen(',', ".", 1);
        if let Ok(number) = if is_decimal(text) { point.parse() } else { text.parse::<f64>() } {
            return Self::in_range(Some(number));
        }
        let numbers = text.split(|c: char| !c.is_ascii_digit() && c != '.');
        let numbers = numbers.filter(|part| part.parse::<f64>().is_ok()).count();
        if numbers > 1 { Self::Several } else { Self::Nothing }
    }

    fn in_range(number: Option<f64>) -> Self {
        let fits = |value: &f64| (0.0..=HIGHEST_TESTABILITY).contains(value);
        number.filter(fits).map_or(Self::Nothing, Self::Number)
    }
}

/// Whether a text is digits, one comma, digits.
fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once(',').is_some_and(|(whole, part)| digits(whole) && digits(part))
}

/// The key of a verdict.
const KEY: &str = "\"value\"";

/// Every value that a text gives under the key, in order: objects may come several times, and a key
/// twice in one.
fn values(text: &str) -> Vec<Said> {
    let keys = text.match_indices(KEY).filter(|(at, _)| !text[..*at].ends_with('\\'));
    let after = keys.map(|(at, _)| text[at + KEY.len()..].trim_start());
    let after = after.filter_map(|rest| rest.strip_prefix(':'));
    let values = after.map(|rest| serde_json::Deserializer::from_str(rest).into_iter().next());
    values.map(|value| Said::of(&value.and_then(Result::ok).unwrap_or(Value::Null))).collect()
}

/// The text with the decimal comma of a bare value as a point: JSON would end the number at it.
fn with_decimal_points(text: &str) -> Cow<'_, str> {
    let mut points = Vec::new();
    for (at, _) in text.match_indices(KEY) {
        let Some(rest) = text[at + KEY.len()..].trim_start().strip_prefix(':') else { continue };
        let number = rest.trim_start();
        let whole = number.bytes().take_while(u8::is_ascii_digit).count();
        let after = &number.as_bytes()[whole..];
        if whole > 0 && after.first() == Some(&b',') && after.get(1).is_some_and(u8::is_ascii_digit)
        {
            points.push(text.len() - number.len() + whole);
        }
    }
    if points.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut mended = String::with_capacity(text.len());
    let mut start = 0;
    for at in points {
        mended.push_str(&text[start..at]);
        mended.push('.');
        start = at + 1;
    }
    mended.push_str(&text[start..]);
    Cow::Owned(mended)
}

pub(super) fn some_text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
