//! The providers: each with its own request shape and its own reading of the reply, all behind one
//! door.

mod anthropic;
mod compatible;
mod harmony;
mod openai;
mod openrouter;
mod responses;

use crate::batch::BatchDoor;
use crate::chat::ModelReply;
use crate::http::Door;
use crate::model::{Asking, ChatModel, Checking};
use crate::served::Wanted;
use crate::verdict::Lack;
use foretell_core::family::bare_name;
use serde_json::Value;

pub(crate) use compatible::Compatible;

/// The shape of one provider's requests and replies.
pub(crate) trait Wire: Send + Sync {
    /// Where requests go, after the base address.
    fn path(&self) -> &'static str;

    /// The canonical body of a request.
    fn body(&self, prompt: &str) -> String;

    /// The same for a reply in JSON of a schema; `None` where the provider is not known to offer that.
    fn body_in_schema(&self, _prompt: &str, _name: &str, _schema: &Value) -> Option<String> {
        None
    }

    /// Reads a reply. What is missing or of another shape is `None`.
    fn read(&self, reply: &Value) -> ModelReply;

    /// What a body without an error in it lacks to be a reply.
    fn lack(&self, reply: &Value) -> Option<Lack>;
}

/// What a look at the provider, before anything is asked, consists of.
pub(crate) enum Look {
    /// The list of models names the model as it is written.
    Listed,
    /// The list of models names it, perhaps with the day of its snapshot.
    ListedByBareName(&'static str),
    /// OpenRouter's key and list, which also says what a model's reasoning can do.
    Openrouter,
}

/// A model behind HTTP.
pub(crate) struct HttpModel {
    pub(crate) door: Door,
    pub(crate) wire: Box<dyn Wire>,
    pub(crate) look: Look,
    pub(crate) wanted: Wanted,
    pub(crate) variant: String,
}

impl HttpModel {
    async fn look(&self) -> Result<(), String> {
        let (path, same): (&str, fn(&str, &str) -> bool) = match self.look {
            Look::Listed => ("/models", |one, other| one == other),
            Look::ListedByBareName(path) => {
                (path, |one, other| one == other || bare_name(one) == bare_name(other))
            }
            Look::Openrouter => return openrouter::look(&self.door, &self.wanted).await,
        };
        // Servers need not list their models; where they do, a misspelt one is found here.
        let Some(list) = self.door.look(path).await? else { return Ok(()) };
        let served = listed(&list);
        if served.is_empty() || served.iter().any(|id| same(id, &self.wanted.model)) {
            return Ok(());
        }
        Err(not_served(self.door.address(), &self.wanted.model, &served))
    }
}

/// Reads a raw reply; what is no JSON is an empty one.
pub(crate) fn read(wire: &dyn Wire, raw: &str) -> ModelReply {
    serde_json::from_str(raw).map(|reply| wire.read(&reply)).unwrap_or_default()
}

fn listed(list: &Value) -> Vec<&str> {
    let models = list["data"].as_array();
    models
        .map(|models| models.iter().filter_map(|model| model["id"].as_str()).collect())
        .unwrap_or_default()
}

fn not_served(address: &str, model: &str, served: &[&str]) -> String {
    // Of a long list, those that look like what was meant.
    let family = bare_name(model).split('-').next().unwrap_or_default().to_owned();
    let mut near: Vec<&str> =
        served.iter().copied().filter(|id| served.len() <= 20 || id.contains(&family)).collect();
    if near.is_empty() {
        near = served.to_vec();
    }
    let shown = near.iter().take(20).copied().collect::<Vec<_>>().join(", ");
    format!("{address} does not serve `{model}`; it serves {shown}")
}

impl ChatModel for HttpModel {
    fn body(&self, prompt: &str) -> String {
        self.wire.body(prompt)
    }

    fn body_in_schema(&self, prompt: &str, name: &str, schema: &Value) -> Option<String> {
        self.wire.body_in_schema(prompt, name, schema)
    }

    fn ask<'a>(&'a self, body: &'a str, _repeat: u32) -> Asking<'a> {
        Box::pin(self.door.ask(&*self.wire, body))
    }

    fn read(&self, raw: &str) -> ModelReply {
        read(&*self.wire, raw)
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(self.look())
    }

    fn variant(&self) -> &str {
        &self.variant
    }

    fn wanted(&self) -> Option<&Wanted> {
        Some(&self.wanted)
    }

    fn batch(&self) -> Option<BatchDoor<'_>> {
        Some(BatchDoor::new(&*self.wire, Some(&self.door)))
    }
}

pub(crate) use anthropic::open as open_anthropic;
pub(crate) use compatible::open as open_compatible;
pub(crate) use openai::open as open_openai;
pub(crate) use openrouter::open as open_openrouter;
