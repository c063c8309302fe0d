//! What can be chosen: the options of a question, their labels, and how a question shows them.

use super::cells;
use serde_json::{Map, Value};

/// Options that letters can name.
const LETTERS: usize = 26;

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// The label, where the file gives one.
    pub(super) label: Option<String>,
    pub(super) text: String,
}

/// The options of a cell: a list of texts; a list of `{label, text}`; `{label: [...], text: [...]}`;
/// `{A: ..., B: ...}`; or text that holds one of these.
pub(super) fn choices(cell: &Value) -> Vec<Choice> {
    match cell {
        Value::Array(items) => items.iter().filter_map(choice).collect(),
        Value::Object(members) => of_object(members),
        Value::String(text) => match cells::parsed(text) {
            Some(value @ (Value::Array(_) | Value::Object(_))) => choices(&value),
            _ => unlabelled(cells::split(text)),
        },
        _ => Vec::new(),
    }
}

/// Options that stand in a column each.
pub(super) fn of_columns(cells: &[&Value]) -> Vec<Choice> {
    unlabelled(cells.iter().filter_map(|cell| cells::name(cell)).collect())
}

fn unlabelled(texts: Vec<String>) -> Vec<Choice> {
    texts.into_iter().map(|text| Choice { label: None, text }).collect()
}

fn choice(item: &Value) -> Option<Choice> {
    match item {
        Value::Object(members) => {
            let label = members.get("label").and_then(cells::name);
            Some(Choice { label, text: cells::name(members.get("text")?)? })
        }
        other => Some(Choice { label: None, text: cells::name(other)? }),
    }
}

fn of_object(members: &Map<String, Value>) -> Vec<Choice> {
    if let (Some(Value::Array(texts)), labels) = (members.get("text"), members.get("label")) {
        let labels = labels.and_then(Value::as_array).cloned().unwrap_or_default();
        let labels = labels.iter().map(cells::name).chain(std::iter::repeat(None));
        let texts = texts.iter().filter_map(cells::name);
        return texts.zip(labels).map(|(text, label)| Choice { label, text }).collect();
    }
    let named = members.iter().filter_map(|(label, text)| {
        Some(Choice { label: Some(label.clone()), text: cells::name(text)? })
    });
    named.collect()
}

/// The labels of options: those given, where there are as many; their own; else letters.
pub(super) fn labels_of(
    choices: &[Choice],
    given: Option<&[String]>,
) -> Result<Vec<String>, String> {
    if let Some(own) = choices.iter().map(|choice| choice.label.clone()).collect() {
        return Ok(own);
    }
    match given {
        Some(given) if given.len() == choices.len() => Ok(given.to_vec()),
        Some(given) => {
            Err(format!("there are {} options and {} labels", choices.len(), given.len()))
        }
        None if choices.len() > LETTERS => {
            Err(format!("there are {} options, and letters for {LETTERS}", choices.len()))
        }
        None => Ok(('A'..='Z').take(choices.len()).map(String::from).collect()),
    }
}

/// A question as it is asked: passage, question, and the options beneath it as `(A) text`, unless the
/// question lists them already.
pub(super) fn question_text(
    context: Option<&str>,
    question: &str,
    labels: &[String],
    options: &[String],
) -> String {
    let mut text = String::new();
    if let Some(context) = context {
        text.push_str(context.trim_end());
        text.push_str("\n\n");
    }
    text.push_str(question);
    if options.is_empty() || lists_already(question, labels, options) {
        return text;
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    for (label, option) in labels.iter().zip(options) {
        text.push_str(&format!("\n({label}) {option}"));
    }
    text
}

/// Whether every option stands on a line of its own, behind its label.
fn lists_already(question: &str, labels: &[String], options: &[String]) -> bool {
    labels.iter().zip(options).all(|(label, option)| {
        question.lines().any(|line| {
            let line = line.trim().trim_start_matches('(');
            let rest = line.strip_prefix(label.as_str());
            let rest = rest.and_then(|rest| rest.strip_prefix([')', '.', ':']));
            rest.is_some_and(|rest| rest.trim() == option.trim())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn options_are_read_in_every_common_shape() {
        let texts = |cell: &Value| -> Vec<String> {
            choices(cell).into_iter().map(|choice| choice.text).collect()
        };
        for cell in [
            json!(["x", "y"]),
            json!([{"label": "A", "text": "x"}, {"label": "B", "text": "y"}]),
            json!({"text": ["x", "y"], "label": ["A", "B"]}),
            json!({"A": "x", "B": "y"}),
            json!("['x', 'y']"),
            json!("x|y"),
        ] {
            assert_eq!(texts(&cell), ["x", "y"], "{cell}");
        }
        let choices = choices(&json!({"text": ["x", "y"], "label": ["1", "2"]}));
        assert_eq!(labels_of(&choices, None).unwrap(), ["1", "2"]);
    }

    #[test]
    fn options_are_listed_once() {
        let (labels, options) = (["A", "B"].map(String::from), ["one", "two"].map(String::from));
        let shown = question_text(Some("p"), "q?", &labels, &options);
        assert_eq!(shown, "p\n\nq?\n\n(A) one\n(B) two");
        assert_eq!(question_text(None, &shown, &labels, &options), shown);
        assert_eq!(question_text(None, "one or two", &labels, &options).lines().count(), 4);
    }
}
