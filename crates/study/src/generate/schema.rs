//! Whether a model is asked for JSON of a schema.
//!
//! Servers differ in whether they take one, and say so only when asked. So one request goes first,
//! always the same one; where it is refused for its schema, nothing is asked with one. What became of
//! it stands in the ledger, so that every later command decides alike and hits the same entries.

use crate::asking::Asking;
use crate::ended::Ended;
use crate::error::StudyError;
use crate::models::Model;
use foretell_llm::{Asked, LedgerReader, Request, Stop, Stopped};
use serde_json::Value;
use tokio::runtime::Handle;

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

    /// Whether `model` is asked in it; sends the request for `first` where that is unknown.
    pub(crate) fn settle(
        &self,
        asking: &Asking,
        model: &Model,
        first: &str,
        runtime: &Handle,
        stop: &Stop,
        ended: &mut Ended,
    ) -> Result<bool, StudyError> {
        let mut taken = self.taken(model, first, &asking.reader()?)?;
        if taken == Taken::Unknown && !stop.asked() {
            let request = std::iter::once(Ok(self.request(model, first, true)));
            let stopped = ended.why_stopped(&model.spec.name);
            let asked = asking.ask(runtime, model, stopped, stop, request, &|_| ())?;
            taken = self.taken(model, first, &asking.reader()?)?;
            let asked = match asked.stopped {
                // A router says of the schema what it would say of an unknown model.
                Some(Stopped::ByModel(why)) if is_about_schema(&why) => {
                    taken = Taken::No;
                    Asked { stopped: None, ..asked }
                }
                stopped => Asked { stopped, ..asked },
            };
            // A refusal of the schema is no failure: the same is asked again without.
            let failed = if taken == Taken::No { 0 } else { asked.failed };
            ended.add(model, &Asked { failed, ..asked });
        }
        Ok(taken != Taken::No)
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
