//! The formats of batch files.
//!
//! ```text
//! openai, vllm   one line a request: {"custom_id", "method": "POST", "url", "body"}
//! anthropic      {"requests": [{"custom_id", "params"}, ...]}, one line a request
//! openrouter     {"endpoint", "model", "completion_window", "provider", "requests": [{"custom_id", "body"}, ...]}
//! ```
//!
//! The last two are what is posted, so a file can also be sent by hand. `custom_id` is the request's
//! key: 32 hex digits, within the length (64) and the signs that every provider takes.

use crate::key::RequestKey;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::fmt;
use std::str::FromStr;

/// A format of batch files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchFormat {
    /// OpenAI's Batch API, and servers that offer the same.
    Openai,
    /// Anthropic's Message Batches.
    Anthropic,
    /// OpenRouter's batches.
    Openrouter,
    /// `vllm run-batch`; Ray Data reads the same lines.
    Vllm,
}

/// How much one file may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// Most requests.
    pub requests: u64,
    /// Most bytes.
    pub bytes: u64,
}

/// A megabyte as providers may mean it: the smaller one.
const MEGABYTE: u64 = 1_000_000;

impl BatchFormat {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::Openai, Self::Anthropic, Self::Openrouter, Self::Vllm];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::Anthropic => "anthropic",
            Self::Openrouter => "openrouter",
            Self::Vllm => "vllm",
        }
    }

    /// The documented limits of one file; for OpenRouter, which documents none, and for engines, which
    /// have none, those of OpenAI.
    #[must_use]
    pub fn limits(self) -> BatchLimits {
        match self {
            Self::Anthropic => BatchLimits { requests: 100_000, bytes: 256 * MEGABYTE },
            _ => BatchLimits { requests: 50_000, bytes: 200 * MEGABYTE },
        }
    }

    /// The ending of a file's name.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Openai | Self::Vllm => "jsonl",
            Self::Anthropic | Self::Openrouter => "json",
        }
    }

    /// What stands before the first request, given that request's endpoint and body.
    pub(crate) fn head(self, endpoint: &str, body: &str) -> String {
        match self {
            Self::Openai | Self::Vllm => String::new(),
            Self::Anthropic => "{\"requests\":[\n".to_owned(),
            Self::Openrouter => openrouter_head(endpoint, body),
        }
    }

    /// One request.
    pub(crate) fn request(self, key: &RequestKey, endpoint: &str, body: &str) -> String {
        // The body is JSON already, with sorted keys: it goes in as it would be sent.
        match self {
            Self::Openai | Self::Vllm => format!(
                "{{\"custom_id\":\"{key}\",\"method\":\"POST\",\"url\":\"{endpoint}\",\"body\":{body}}}"
            ),
            Self::Anthropic => format!("{{\"custom_id\":\"{key}\",\"params\":{body}}}"),
            Self::Openrouter => format!("{{\"custom_id\":\"{key}\",\"body\":{body}}}"),
        }
    }

    /// What stands between two requests.
    pub(crate) fn between(self) -> &'static str {
        match self {
            Self::Openai | Self::Vllm => "\n",
            Self::Anthropic | Self::Openrouter => ",\n",
        }
    }

    /// What stands after the last.
    pub(crate) fn tail(self) -> &'static str {
        match self {
            Self::Openai | Self::Vllm => "\n",
            Self::Anthropic | Self::Openrouter => "\n]}\n",
        }
    }

    /// The keys in a file of requests, one a line.
    pub(crate) fn key_of(line: &str) -> Option<RequestKey> {
        let (_, rest) = line.split_once("\"custom_id\":\"")?;
        rest.get(..32)?.parse().ok()
    }

    /// The body in a line with a request.
    pub(crate) fn body_of(line: &str) -> Option<&str> {
        let line = line.trim_end().trim_end_matches(',');
        serde_json::from_str::<RequestLine<'_>>(line).ok().map(|request| request.body.get())
    }
}

/// A request in a file, as far as it is looked at.
#[derive(Deserialize)]
struct RequestLine<'a> {
    #[serde(borrow, alias = "params")]
    body: &'a RawValue,
}

/// OpenRouter reads the file as it comes, so what holds for all requests has to stand before them;
/// and of the choice of providers a batch heeds these two parts.
fn openrouter_head(endpoint: &str, body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let mut provider = Map::new();
    for part in ["only", "allow_fallbacks"] {
        if let Some(value) = body["provider"].get(part) {
            provider.insert(part.to_owned(), value.clone());
        }
    }
    let provider = if provider.is_empty() {
        String::new()
    } else {
        format!("\"provider\":{},", Value::Object(provider))
    };
    let (endpoint, model) = (json!(endpoint), &body["model"]);
    format!(
        "{{\"endpoint\":{endpoint},\"model\":{model},\"completion_window\":\"24h\",{provider}\"requests\":[\n"
    )
}

impl fmt::Display for BatchFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for BatchFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|format| format.as_str() == text);
        found.ok_or_else(|| format!("`{text}` is not openai, anthropic, openrouter or vllm"))
    }
}
