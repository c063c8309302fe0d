//! Whether a model is asked for JSON of a schema.
//!
//! Servers differ in whether they take one, and say so only when asked. So one request goes first,
//! always the same one; where it is refused for its schema, nothing is asked with one. What became of
//! it stands in the ledger, so that every later command decides alike and hits the same entries.

use crate::error::StudyError;
use crate::models::Model;
use foretell_llm::{LedgerReader, Request};
use serde_json::Value;

/// The schema of one kind of reply.
pub(crate) struct Schema {
    pub(crate) name: &'static str,
    pub(crate) value: Value,
}

/// What is known about a model and a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Yes,
    No,
    /// The request that tells was not sent yet.
    Unknown,
}

impl Schema {
    /// Whether `model` takes it, by what became of the request for `first`.
    pub(crate) fn taken(
        &self,
        model: &Model,
        first: &str,
        ledger: &LedgerReader,
    ) -> Result<Taken, StudyError> {
        if model.chat.body_in_schema(first, self.name, &self.value).is_none() {
            return Ok(Taken::No);
        }
        let request = self.request(model, first, true);
        Ok(match ledger.get(&request.key)? {
            None => Taken::Unknown,
            Some(stored) => match stored.failure {
                Some(failure) if is_about_schema(&failure.message) => Taken::No,
                _ => Taken::Yes,
            },
        })
    }

    pub(crate) fn request(&self, model: &Model, prompt: &str, with: bool) -> Request {
        if with {
            model.request_in_schema(prompt, self.name, &self.value)
        } else {
            model.request(prompt)
        }
    }
}

/// Whether the words of a refusal are about the form of the reply that was asked for.
pub(crate) fn is_about_schema(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    let signs = [
        "requested parameters",
        "response_format",
        "json_schema",
        "schema",
        "structured output",
        "guided",
    ];
    signs.iter().any(|sign| message.contains(sign))
}
