//! The shape of OpenAI chat completions: bodies sent, replies read.

use crate::verdict::Lack;
use foretell_core::registry::Trace;
use serde_json::{Value, json};

/// A reply of a model, read from its raw body.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelReply {
    /// The text; `None` where the provider sent none.
    pub text: Option<String>,
    /// The model's words of refusal, where the provider marks them as such.
    pub refusal: Option<String>,
    /// The reasoning trace that came beside the text.
    pub reasoning: Option<String>,
    /// What that trace is.
    pub reasoning_source: Option<ReasoningSource>,
    /// Why the reply ended, in the words of chat completions: `stop`, `length`, `content_filter`.
    pub finish: Option<String>,
    /// Why the reply ended, in the provider's own words, where they are others.
    pub native_finish: Option<String>,
    /// The model that replied, as the provider says.
    pub served: Option<String>,
    /// The provider behind a router that replied.
    pub provider: Option<String>,
    /// What identifies the state of the system that replied, as the provider says.
    pub fingerprint: Option<String>,
    /// Tokens and price.
    pub usage: Usage,
}

/// What a reasoning trace is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReasoningSource {
    /// All of it.
    Full,
    /// A summary by the provider.
    Summary,
    /// There was some, and the provider keeps it.
    Hidden,
}

impl ReasoningSource {
    /// The word used in columns.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Summary => "summary",
            Self::Hidden => "hidden",
        }
    }
}

impl ModelReply {
    /// Says what a trace is where its maker hands out less than all of it.
    pub(crate) fn with_trace(mut self, trace: Option<Trace>) -> Self {
        if self.reasoning_source == Some(ReasoningSource::Full) && trace == Some(Trace::Summary) {
            self.reasoning_source = Some(ReasoningSource::Summary);
        }
        self
    }
}

/// Tokens by kind, and the price where the provider reports it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage {
    /// Tokens of the prompt.
    pub input_tokens: Option<i64>,
    /// Tokens of the prompt that were cached.
    pub cached_tokens: Option<i64>,
    /// Tokens of the reply, reasoning included.
    pub output_tokens: Option<i64>,
    /// Tokens of the reasoning.
    pub reasoning_tokens: Option<i64>,
    /// US dollars.
    pub cost_usd: Option<f64>,
    /// Whether the reply itself says that a batch brought it; of those of most providers nobody can tell.
    pub batch: bool,
}

/// The body of a request, with sorted keys.
pub(crate) fn body(model: &str, prompt: &str, settings: &[(&str, Value)]) -> String {
    let mut body = json!({
        "messages": [{"content": prompt, "role": "user"}],
        "model": model,
    });
    for (name, value) in settings {
        body[*name] = value.clone();
    }
    // Maps of serde_json are ordered by key, which makes this the canonical form.
    body.to_string()
}

/// The body of a request for a reply in JSON of a schema.
pub(crate) fn body_in_schema(
    model: &str,
    prompt: &str,
    settings: &[(&str, Value)],
    name: &str,
    schema: &Value,
) -> String {
    let format = json!({
        "type": "json_schema",
        "json_schema": {"name": name, "strict": true, "schema": schema},
    });
    let settings: Vec<_> = settings.iter().cloned().chain([("response_format", format)]).collect();
    body(model, prompt, &settings)
}

/// Reads a reply. What is missing or of another shape is `None`.
pub(crate) fn read(reply: &Value) -> ModelReply {
    let choice = &reply["choices"][0];
    let message = &choice["message"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    // Servers that always send a field leave it empty where there is nothing to say.
    let filled = |value: &Value| text(value).filter(|text| !text.trim().is_empty());
    let reasoning = filled(&message["reasoning"]).or_else(|| filled(&message["reasoning_content"]));
    let usage = usage(&reply["usage"]);
    let reasoning_source = match (&reasoning, usage.reasoning_tokens) {
        (Some(_), _) => Some(ReasoningSource::Full),
        (None, Some(1..)) => Some(ReasoningSource::Hidden),
        _ => None,
    };
    ModelReply {
        text: text(&message["content"]),
        refusal: filled(&message["refusal"]),
        reasoning,
        reasoning_source,
        finish: text(&choice["finish_reason"]),
        native_finish: text(&choice["native_finish_reason"]),
        served: text(&reply["model"]),
        provider: text(&reply["provider"]),
        fingerprint: filled(&reply["system_fingerprint"]),
        usage,
    }
}

/// What a body without an error in it lacks to be a reply.
pub(crate) fn lack(reply: &Value) -> Option<Lack> {
    let choice = &reply["choices"][0];
    let (message, finish) = (&choice["message"], choice["finish_reason"].as_str());
    if !message.is_object() {
        return Some(Lack::Message);
    }
    if finish == Some("error") {
        return Some(Lack::BrokenOff);
    }
    let says_why = matches!(finish, Some("length" | "content_filter"));
    let silent = message["content"].is_null()
        && message["refusal"].as_str().is_none_or(str::is_empty)
        && !says_why;
    silent.then_some(Lack::Content)
}

fn usage(usage: &Value) -> Usage {
    Usage {
        input_tokens: usage["prompt_tokens"].as_i64(),
        cached_tokens: usage["prompt_tokens_details"]["cached_tokens"].as_i64(),
        output_tokens: usage["completion_tokens"].as_i64(),
        reasoning_tokens: usage["completion_tokens_details"]["reasoning_tokens"].as_i64(),
        cost_usd: usage["cost"].as_f64(),
        batch: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> ModelReply {
        super::read(&serde_json::from_str(raw).unwrap())
    }

    #[test]
    fn a_body_has_sorted_keys() {
        let body = body("m", "p", &[("temperature", json!(0.5)), ("max_tokens", json!(9))]);
        let expected = r#"{"max_tokens":9,"messages":[{"content":"p","role":"user"}],"model":"m","temperature":0.5}"#;
        assert_eq!(body, expected);
    }

    #[test]
    fn a_reply_is_read_with_its_reasoning_and_tokens() {
        let raw = r#"{"model":"m-1","choices":[{"finish_reason":"stop","message":{"content":"hi","refusal":null,"reasoning_content":"so"}}],
            "usage":{"prompt_tokens":5,"completion_tokens":3,"completion_tokens_details":{"reasoning_tokens":2},"prompt_tokens_details":{"cached_tokens":1},"cost":0.25}}"#;
        let reply = read(raw);
        assert_eq!(reply.text.as_deref(), Some("hi"));
        assert_eq!(reply.reasoning.as_deref(), Some("so"));
        assert_eq!(reply.reasoning_source, Some(ReasoningSource::Full));
        assert_eq!(reply.served.as_deref(), Some("m-1"));
        let usage = Usage {
            input_tokens: Some(5),
            cached_tokens: Some(1),
            output_tokens: Some(3),
            reasoning_tokens: Some(2),
            cost_usd: Some(0.25),
            batch: false,
        };
        assert_eq!(reply.usage, usage);
        assert_eq!(read("[]"), ModelReply::default());
        let empty = r#"{"choices":[{"message":{"content":"hi","refusal":"","reasoning":"","reasoning_content":"so"}}]}"#;
        let reply = read(empty);
        assert_eq!((reply.refusal, reply.reasoning.as_deref()), (None, Some("so")));
    }
}
