//! What a model knows about batches: the shape of its requests, and where its provider takes them.

use super::format::BatchFormat;
use super::hosted::BatchApi;
use crate::http::Door;
use crate::model::Attempt;
use crate::provider::Wire;
use crate::spec::Place;
use crate::verdict::verdict_of;
use reqwest::StatusCode;
use serde_json::Value;

/// How one model is asked in batches.
#[derive(Clone, Copy)]
pub struct BatchDoor<'a> {
    wire: &'a dyn Wire,
    door: Option<&'a Door>,
}

impl<'a> BatchDoor<'a> {
    /// Requests of this shape; `door` leads to the provider, where there is one that takes batches.
    pub(crate) fn new(wire: &'a dyn Wire, door: Option<&'a Door>) -> Self {
        Self { wire, door }
    }

    /// The formats in which requests to a model at `place` can be written, its own first. A reply is
    /// kept under the provider that the key names, so another provider's format is not among them.
    #[must_use]
    pub fn formats(&self, place: &Place) -> &'static [BatchFormat] {
        match place {
            Place::Sim => &[],
            Place::Openai => &[BatchFormat::Openai],
            Place::Anthropic => &[BatchFormat::Anthropic],
            Place::Openrouter => &[BatchFormat::Openrouter],
            Place::Vllm => &[BatchFormat::Vllm],
            // Servers other than vLLM offer OpenAI's files and batches too.
            Place::Http(_) => &[BatchFormat::Vllm, BatchFormat::Openai],
        }
    }

    /// The address of one request as batch files name it: `/v1/chat/completions`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("/v1{}", self.wire.path())
    }

    /// What a status and a body from a batch mean: the same as if they had come alone.
    #[must_use]
    pub fn attempt(&self, status: u16, raw: String) -> Attempt {
        let body: Option<Value> = serde_json::from_str(&raw).ok();
        let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let verdict = verdict_of(code, None, body.as_ref(), &raw, |body| self.wire.lack(body));
        let cost_usd = body.and_then(|body| body["usage"]["cost"].as_f64());
        Attempt { status: Some(status), raw: Some(raw), cost_usd, verdict }
    }

    /// The provider's interface for batches; `None` where files are carried to an engine by hand.
    #[must_use]
    pub fn api(&self, format: BatchFormat) -> Option<BatchApi<'a>> {
        let door = self.door.filter(|_| format != BatchFormat::Vllm)?;
        Some(BatchApi::new(door, format, self.wire.path()))
    }
}
