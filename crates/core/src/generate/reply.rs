//! Reading the reply of a generator.

use super::json::{self, State};
use super::verdict::coherence;
use crate::reply::{Thought, split_reasoning};
use serde_json::Value;

/// In what form a reply came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The JSON asked for, whatever stood around it.
    Whole,
    /// Its text ended within the JSON; what was complete is kept.
    CutOff,
    /// The JSON goes wrong somewhere; what stood before is kept.
    Damaged,
    /// No JSON of the form asked for.
    Unreadable,
    /// No text.
    Empty,
}

/// What a generator replied.
#[derive(Debug, Clone, PartialEq)]
pub struct Generation {
    /// In what form.
    pub form: Form,
    /// The method that it says it used.
    pub method: Option<String>,
    /// Why it chose that.
    pub reason: Option<String>,
    /// The steps that the method asks for.
    pub reasoning: Option<String>,
    /// The concepts named, with their values in the original.
    pub concepts: Vec<(String, String)>,
    /// The counterfactuals, in their order.
    pub counterfactuals: Vec<Written>,
}

/// One counterfactual as a generator wrote it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Written {
    /// Its text, without white space around it; empty where the reply holds none.
    pub text: String,
    /// The concepts that were changed, with their new values.
    pub changes: Vec<(String, String)>,
    /// Whether the generator holds it likely that the answer changes.
    pub likely_to_change: Option<bool>,
    /// The generator's own verdict on its coherence, 0 to 10.
    pub coherence: Option<f64>,
    /// Its reason for that.
    pub coherence_reason: Option<String>,
}

/// Reads the reply of a generator: a JSON object with `counterfactuals`, or a list of them.
///
/// Text up to `</think>`, prose and fences around the JSON and raw line ends in its strings are passed
/// over. Of JSON that is cut off or damaged, the counterfactuals that are complete are kept.
///
/// # Examples
/// ```
/// use foretell_core::generate::{Form, read_generation};
/// let reply = read_generation("Here:\n```json\n{\"counterfactuals\": [{\"text\": \"Is it low?\"}]}\n```");
/// assert_eq!((reply.form, reply.counterfactuals[0].text.as_str()), (Form::Whole, "Is it low?"));
/// let reply = read_generation(r#"{"counterfactuals": [{"text": "Is it low?"}, {"text": "Is it l"#);
/// assert_eq!((reply.form, reply.counterfactuals.len()), (Form::CutOff, 1));
/// ```
#[must_use]
pub fn read_generation(text: &str) -> Generation {
    let text = match split_reasoning(text) {
        Thought::None => text,
        Thought::Ended { rest, .. } => rest,
        Thought::Endless { .. } => return Generation::nothing(Form::CutOff),
    };
    if text.trim().is_empty() {
        return Generation::nothing(Form::Empty);
    }
    match json::find(text, holds_counterfactuals) {
        None => Generation::nothing(Form::Unreadable),
        Some((value, state)) => Generation::of(&value, state),
    }
}

impl Generation {
    fn nothing(form: Form) -> Self {
        Self {
            form,
            method: None,
            reason: None,
            reasoning: None,
            concepts: Vec::new(),
            counterfactuals: Vec::new(),
        }
    }

    fn of(value: &Value, state: State) -> Self {
        let list = value.as_array().or_else(|| value["counterfactuals"].as_array());
        Self {
            form: match state {
                State::Whole => Form::Whole,
                State::CutOff => Form::CutOff,
                State::Damaged => Form::Damaged,
            },
            method: text(&value["method"]),
            reason: text(&value["reason"]),
            reasoning: text(&value["reasoning"]),
            concepts: pairs(&value["concepts"]),
            counterfactuals: list.into_iter().flatten().map(Written::of).collect(),
        }
    }
}

impl Written {
    fn of(value: &Value) -> Self {
        let written = value.as_str().map(str::trim).map(str::to_owned);
        Self {
            text: text(&value["text"]).or(written).unwrap_or_default(),
            changes: pairs(&value["changes"]),
            likely_to_change: truth(&value["likely_to_change"]),
            coherence: coherence(&value["coherence"]),
            coherence_reason: text(&value["coherence_reason"]),
        }
    }
}

/// Whether a value is what was asked for. Of a reply that ended before its counterfactuals, the choice
/// of a method is worth keeping too.
fn holds_counterfactuals(value: &Value) -> bool {
    let written = |value: &Value| value["text"].is_string();
    match value {
        Value::Object(members) => {
            members.get("counterfactuals").is_some_and(Value::is_array)
                || members.contains_key("method")
        }
        Value::Array(list) => list.iter().any(written),
        _ => false,
    }
}

/// Text that says something; numbers and truth values as they are written.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Names and values: a list of `{"name", "value"}`, an object, or a list of names.
fn pairs(value: &Value) -> Vec<(String, String)> {
    let named =
        |name: Option<String>, value: &Value| Some((name?, text(value).unwrap_or_default()));
    match value {
        Value::Object(members) => members
            .iter()
            .filter_map(|(name, value)| named(text(&Value::from(name.as_str())), value))
            .collect(),
        Value::Array(list) => list
            .iter()
            .filter_map(|item| named(text(&item["name"]).or_else(|| text(item)), &item["value"]))
            .collect(),
        _ => Vec::new(),
    }
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(word) => match word.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
