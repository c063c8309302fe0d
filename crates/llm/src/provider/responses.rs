//! The shape of OpenAI's Responses. What it hands out of the reasoning is a summary by another model,
//! and is labelled as such.

use super::Wire;
use crate::chat::{ModelReply, ReasoningSource, Usage};
use crate::verdict::Lack;
use serde_json::{Value, json};

/// Requests to Responses.
pub(super) struct Responses {
    pub(super) model: String,
    pub(super) fields: Vec<(&'static str, Value)>,
}

impl Wire for Responses {
    fn path(&self) -> &'static str {
        "/responses"
    }

    fn body(&self, prompt: &str) -> String {
        let mut body = json!({
            "input": [{"content": prompt, "role": "user"}],
            "model": self.model,
            // Nothing is looked up again at the provider: the ledger holds it.
            "store": false,
        });
        for (name, value) in &self.fields {
            body[*name] = value.clone();
        }
        body.to_string()
    }

    fn read(&self, reply: &Value) -> ModelReply {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let all = joined(reply, "reasoning", "content", "reasoning_text", "text");
        let summary = joined(reply, "reasoning", "summary", "summary_text", "text");
        let usage = usage(&reply["usage"]);
        let (reasoning, reasoning_source) = match (all, summary, usage.reasoning_tokens) {
            (Some(all), _, _) => (Some(all), Some(ReasoningSource::Full)),
            (None, Some(summary), _) => (Some(summary), Some(ReasoningSource::Summary)),
            (None, None, Some(1..)) => (None, Some(ReasoningSource::Hidden)),
            _ => (None, None),
        };
        let native = text(&reply["incomplete_details"]["reason"]).or(text(&reply["status"]));
        ModelReply {
            text: joined(reply, "message", "content", "output_text", "text"),
            refusal: joined(reply, "message", "content", "refusal", "refusal"),
            reasoning,
            reasoning_source,
            finish: native.as_deref().map(|native| finish(native).to_owned()),
            native_finish: native,
            served: text(&reply["model"]),
            provider: None,
            fingerprint: None,
            usage,
        }
    }

    fn lack(&self, reply: &Value) -> Option<Lack> {
        if !reply["output"].is_array() {
            return Some(Lack::Message);
        }
        match reply["status"].as_str() {
            // Cut off by its length or a filter: it says why it holds nothing.
            Some("incomplete") => None,
            Some("failed" | "cancelled" | "in_progress" | "queued") => Some(Lack::BrokenOff),
            _ => {
                let reply = self.read(reply);
                (reply.text.is_none() && reply.refusal.is_none()).then_some(Lack::Content)
            }
        }
    }
}

/// In the words of chat completions.
fn finish(native: &str) -> &str {
    match native {
        "max_output_tokens" => "length",
        "completed" => "stop",
        other => other,
    }
}

/// The texts of all parts of one type, within all items of one type.
fn joined(reply: &Value, item: &str, list: &str, part: &str, field: &str) -> Option<String> {
    let items = reply["output"].as_array()?.iter().filter(|output| output["type"] == item);
    let parts = items.filter_map(|output| output[list].as_array()).flatten();
    let texts =
        parts.filter(|found| found["type"] == part).filter_map(|found| found[field].as_str());
    let separator = if item == "reasoning" { "\n\n" } else { "" };
    let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
    (!texts.is_empty()).then(|| texts.join(separator))
}

fn usage(usage: &Value) -> Usage {
    Usage {
        input_tokens: usage["input_tokens"].as_i64(),
        cached_tokens: usage["input_tokens_details"]["cached_tokens"].as_i64(),
        output_tokens: usage["output_tokens"].as_i64(),
        reasoning_tokens: usage["output_tokens_details"]["reasoning_tokens"].as_i64(),
        cost_usd: None,
        batch: false,
    }
}
