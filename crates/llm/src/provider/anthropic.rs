//! Anthropic's API: Messages, with thinking by budget or adaptive.

use super::openai::{check_sampling, clash};
use super::{HttpModel, Look, Wire};
use crate::chat::{ModelReply, ReasoningSource, Usage};
use crate::effort::{Way, effort_of};
use crate::http::{Door, Key, KeyHeader};
use crate::model::Opening;
use crate::served::Wanted;
use crate::settings::Settings;
use crate::spec::{ModelSpec, SpecError};
use crate::verdict::Lack;
use foretell_core::registry::{ModelEntry, Trace};
use foretell_core::{Effort, Level};
use serde_json::{Value, json};

/// The documented address.
const ADDRESS: &str = "https://api.anthropic.com/v1";

/// The variable that usually holds the key.
const KEY: &str = "ANTHROPIC_API_KEY";

/// The version of the API whose shapes these are.
const VERSION: &str = "2023-06-01";

/// Most tokens of a reply, beside its thinking, where none are asked for: the API wants a limit.
const REPLY_TOKENS: u32 = 16_000;

const OPTIONS: [&str; 8] =
    ["effort", "beta", "temperature", "top_p", "top_k", "max_tokens", "key_env", "address"];

/// The shape of Messages.
struct Messages {
    model: String,
    fields: Vec<(&'static str, Value)>,
    trace: Option<Trace>,
}

pub(crate) fn open(spec: &ModelSpec, opening: &Opening<'_>) -> Result<HttpModel, SpecError> {
    spec.check_options(&OPTIONS)?;
    let entry = opening.registry.known(&spec.model);
    let effort = effort_of(spec, &entry, Way::Anthropic)?;
    let mut settings = Settings::of(spec)?;
    check_sampling(spec, &entry, effort, &settings)?;
    settings.max_tokens = Some(max_tokens(spec, &entry, effort, settings.max_tokens)?);
    let mut fields = settings.fields("max_tokens");
    match effort {
        Effort::Default => {}
        Effort::Level(Level::None) => fields.push(("thinking", json!({"type": "disabled"}))),
        Effort::Level(level) => {
            fields.push(("thinking", json!({"type": "adaptive", "display": "summarized"})));
            fields.push(("output_config", json!({"effort": level.as_str()})));
        }
        Effort::Budget(tokens) => {
            fields.push(("thinking", json!({"type": "enabled", "budget_tokens": tokens})));
        }
    }
    let betas = spec.list("beta").join(",");
    let mut headers = vec![("anthropic-version", VERSION.to_owned())];
    if !betas.is_empty() {
        headers.push(("anthropic-beta", betas.clone()));
    }
    let key = Key::of(spec, Some(KEY), KeyHeader::Plain, opening.keys)?;
    let address = spec.option("address").unwrap_or(ADDRESS);
    let trace = entry.reasoning.as_ref().and_then(|reasoning| reasoning.trace);
    Ok(HttpModel {
        door: Door::open(spec, address, key, &headers, opening.timeout)?,
        wire: Box::new(Messages { model: spec.model.clone(), fields, trace }),
        look: Look::ListedByBareName("/models?limit=1000"),
        wanted: Wanted { model: spec.model.clone(), effort, only: Vec::new() },
        // Stands in a header, and changes what comes back.
        variant: if betas.is_empty() { betas } else { format!("anthropic-beta: {betas}") },
    })
}

/// The limit of a reply: as asked for, or room for an answer beside the thinking.
fn max_tokens(
    spec: &ModelSpec,
    entry: &ModelEntry,
    effort: Effort,
    asked: Option<u32>,
) -> Result<u32, SpecError> {
    let budget = if let Effort::Budget(tokens) = effort { tokens } else { 0 };
    let most = entry.max_output.unwrap_or(u32::MAX);
    let limit = asked.unwrap_or(REPLY_TOKENS.saturating_add(budget).min(most));
    if limit <= budget {
        let fault = format!(
            "the budget of {budget} tokens leaves none of max_tokens={limit} for the answer"
        );
        return Err(clash(
            spec,
            &fault,
            "raise `max_tokens` above the budget, or lower the budget",
        ));
    }
    Ok(limit)
}

impl Wire for Messages {
    fn path(&self) -> &'static str {
        "/messages"
    }

    fn body(&self, prompt: &str) -> String {
        crate::chat::body(&self.model, prompt, &self.fields)
    }

    fn read(&self, reply: &Value) -> ModelReply {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let blocks = reply["content"].as_array().map(Vec::as_slice).unwrap_or_default();
        let usage = usage(&reply["usage"]);
        let reasoning = joined(blocks, "thinking", "\n\n");
        let redacted = blocks.iter().any(|block| block["type"] == "redacted_thinking");
        let reasoning_source = match (&reasoning, redacted, usage.reasoning_tokens) {
            // Current models hand out summaries; whoever hands out all of it stands in the registry.
            (Some(_), false, _) if self.trace == Some(Trace::Full) => Some(ReasoningSource::Full),
            (Some(_), _, _) => Some(ReasoningSource::Summary),
            (None, true, _) | (None, false, Some(1..)) => Some(ReasoningSource::Hidden),
            _ => None,
        };
        let native = text(&reply["stop_reason"]);
        let refused = native.as_deref() == Some("refusal");
        ModelReply {
            text: joined(blocks, "text", ""),
            refusal: refused.then(|| refusal(&reply["stop_details"])),
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
        let Some(blocks) = reply["content"].as_array() else { return Some(Lack::Message) };
        let says_why = matches!(
            reply["stop_reason"].as_str(),
            Some("max_tokens" | "model_context_window_exceeded" | "refusal")
        );
        (joined(blocks, "text", "").is_none() && !says_why).then_some(Lack::Content)
    }
}

/// In the words of chat completions. A reply that filled the context is cut off like one that filled
/// its own limit.
fn finish(native: &str) -> &str {
    match native {
        "end_turn" | "stop_sequence" => "stop",
        "max_tokens" | "model_context_window_exceeded" => "length",
        other => other,
    }
}

/// What a refusal says of itself: its category, and words where there are some.
fn refusal(details: &Value) -> String {
    let part = |name: &str| details[name].as_str().filter(|text| !text.is_empty());
    match (part("category"), part("explanation")) {
        (Some(category), Some(words)) => format!("{category}: {words}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "refusal".to_owned(),
    }
}

/// The texts of all blocks of one type, whose field has the name of the type.
fn joined(blocks: &[Value], kind: &str, separator: &str) -> Option<String> {
    let blocks = blocks.iter().filter(|block| block["type"] == kind);
    let texts = blocks.filter_map(|block| block[kind].as_str()).filter(|text| !text.is_empty());
    let texts: Vec<&str> = texts.collect();
    (!texts.is_empty()).then(|| texts.join(separator))
}

/// Cached tokens are counted apart from the others here, and among them everywhere else.
fn usage(usage: &Value) -> Usage {
    let count = |name: &str| usage[name].as_i64();
    let cached = count("cache_read_input_tokens");
    let beside = cached.unwrap_or(0) + count("cache_creation_input_tokens").unwrap_or(0);
    Usage {
        input_tokens: count("input_tokens").map(|fresh| fresh + beside),
        cached_tokens: cached,
        output_tokens: count("output_tokens"),
        reasoning_tokens: usage["output_tokens_details"]["thinking_tokens"].as_i64(),
        cost_usd: None,
        // `standard`, `priority` or `batch`, by the API reference.
        batch: usage["service_tier"] == "batch",
    }
}
