//! The trait that every model implements, and what one attempt to ask it gives.

use crate::batch::BatchDoor;
use crate::chat::ModelReply;
use crate::pool::PoolModel;
use crate::served::Wanted;
use crate::spec::{Keys, ModelSpec, Place, SpecError};
use crate::{pace, price, provider, vllm};
use foretell_core::{Outcome, Registry};
use serde_json::Value;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A model that can be asked.
pub trait ChatModel: Send + Sync {
    /// The canonical body of a request: JSON with sorted keys, all that the model is sent.
    fn body(&self, prompt: &str) -> String;

    /// The same for a reply that has to be JSON of a schema, which has a name; `None` where the provider
    /// is not known to offer that.
    fn body_in_schema(&self, _prompt: &str, _name: &str, _schema: &Value) -> Option<String> {
        None
    }

    /// Sends a body once.
    fn ask<'a>(&'a self, body: &'a str, repeat: u32) -> Asking<'a>;

    /// Reads a raw reply that an attempt brought.
    fn read(&self, raw: &str) -> ModelReply;

    /// Looks whether the model can be asked at all, without asking it anything.
    fn check(&self) -> Checking<'_>;

    /// Whatever changes replies and stands neither in the model's name nor in the body.
    fn variant(&self) -> &str {
        ""
    }

    /// What its replies are held against; `None` for a model of which nothing else can be served.
    fn wanted(&self) -> Option<&Wanted> {
        None
    }

    /// How it is asked in batches; `None` for a model that is not.
    fn batch(&self) -> Option<BatchDoor<'_>> {
        None
    }

    /// Gives back what the model holds (a server that was started for it). It may be asked again
    /// afterwards. Blocks; not to be called from asynchronous code.
    fn close(&self) {}

    /// The model at each of its addresses, in their order; empty where it has but one.
    fn members(&self) -> &[Arc<dyn ChatModel>] {
        &[]
    }
}

/// How the failure of an attempt begins that reached nobody.
pub(crate) const NO_CONNECTION: &str = "no connection";

/// The future of one attempt.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Attempt> + Send + 'a>>;

/// The future of a check: what is wrong, and how to mend it.
pub type Checking<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// What one attempt gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// HTTP status; `None` where none came.
    pub status: Option<u16>,
    /// The body that came back, whole or cut off.
    pub raw: Option<String>,
    /// Price, US dollars, where the provider reports it.
    pub cost_usd: Option<f64>,
    /// What it means.
    pub verdict: Verdict,
}

/// What an attempt means for its request.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The provider replied; `raw` holds the reply.
    Reply,
    /// It failed in a way that says nothing about the question: ask again.
    Retry {
        /// What failed.
        failure: Failure,
        /// How long the provider asks to wait.
        after: Option<Duration>,
    },
    /// It failed for good.
    Fail(Failure),
    /// Nothing more can be asked of this model: a bad key, no such model, no money.
    Stop(Failure),
}

/// A failure of the instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The outcome that it stands for.
    pub outcome: Outcome,
    /// What happened, for people; holds no key.
    pub message: String,
}

impl Failure {
    pub(crate) fn new(outcome: Outcome, message: impl Into<String>) -> Self {
        Self { outcome, message: message.into() }
    }
}

/// What models are opened with.
#[derive(Clone, Copy)]
pub struct Opening<'a> {
    /// Where keys come from.
    pub keys: Keys<'a>,
    /// Longest wait for one reply.
    pub timeout: Duration,
    /// What is known about models.
    pub registry: &'a Registry,
    /// The folder for logs of servers that are started; it is made when the first is.
    pub logs: &'a Path,
}

/// Opens a model: checks its options, its effort and its key; sends and starts nothing.
///
/// # Errors
/// [`SpecError`] names the option and its value.
pub fn open_model(
    spec: &ModelSpec,
    opening: &Opening<'_>,
) -> Result<Arc<dyn ChatModel>, SpecError> {
    pace::check(spec)?;
    price::check(spec)?;
    Ok(match &spec.place {
        Place::Sim => Arc::new(crate::sim::SimModel::open(spec)?),
        Place::Http(_) if spec.addresses().len() > 1 => {
            Arc::new(PoolModel::open(spec, |spec| open_model(spec, opening))?)
        }
        Place::Http(address) => Arc::new(provider::open_compatible(spec, address, opening)?),
        Place::Openai => Arc::new(provider::open_openai(spec, opening)?),
        Place::Openrouter => Arc::new(provider::open_openrouter(spec, opening)?),
        Place::Anthropic => Arc::new(provider::open_anthropic(spec, opening)?),
        Place::Vllm => Arc::new(vllm::VllmModel::open(spec, opening)?),
    })
}

/// Opens a model to make bodies and to read replies, also those of batch files: it needs no key and no
/// program, and cannot be asked. Its bodies and variant, and so the keys of its requests, are those of [`open_model`].
///
/// # Errors
/// [`SpecError`] names the option and its value.
pub fn open_to_read(
    spec: &ModelSpec,
    registry: &Registry,
) -> Result<Arc<dyn ChatModel>, SpecError> {
    let keys = |_: &str| Some("no-key".to_owned());
    let opening = Opening { keys: &keys, timeout: MOMENT, registry, logs: Path::new("") };
    let opened = match &spec.place {
        Place::Vllm => {
            pace::check(spec)?;
            price::check(spec)?;
            Arc::new(vllm::VllmModel::open_to_read(spec, &opening)?)
        }
        _ => open_model(spec, &opening)?,
    };
    Ok(Arc::new(ToRead(opened)))
}

/// The timeout of a model that is never asked.
const MOMENT: Duration = Duration::from_secs(1);

/// A model that is not asked.
struct ToRead(Arc<dyn ChatModel>);

impl ChatModel for ToRead {
    fn body(&self, prompt: &str) -> String {
        self.0.body(prompt)
    }

    fn body_in_schema(&self, prompt: &str, name: &str, schema: &Value) -> Option<String> {
        self.0.body_in_schema(prompt, name, schema)
    }

    fn ask<'a>(&'a self, _body: &'a str, _repeat: u32) -> Asking<'a> {
        let failure = Failure::new(Outcome::ProviderError, NOT_TO_ASK);
        let verdict = Verdict::Stop(failure);
        Box::pin(async { Attempt { status: None, raw: None, cost_usd: None, verdict } })
    }

    fn read(&self, raw: &str) -> ModelReply {
        self.0.read(raw)
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(async { Err(NOT_TO_ASK.to_owned()) })
    }

    fn variant(&self) -> &str {
        self.0.variant()
    }

    fn wanted(&self) -> Option<&Wanted> {
        self.0.wanted()
    }

    fn batch(&self) -> Option<BatchDoor<'_>> {
        self.0.batch()
    }
}

/// What asking such a model comes to.
const NOT_TO_ASK: &str = "the model was opened to read its replies, not to be asked";
