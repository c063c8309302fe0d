//! Any OpenAI-compatible server: vLLM, SGLang, llama.cpp, Ollama, LiteLLM.

use super::{HttpModel, Look, Wire, harmony};
use crate::chat::{self, ModelReply};
use crate::effort::{Way, effort_of};
use crate::http::{Door, Key, KeyHeader};
use crate::model::Opening;
use crate::served::Wanted;
use crate::settings::Settings;
use crate::spec::{ModelSpec, SpecError};
use crate::verdict::Lack;
use foretell_core::registry::{ModelEntry, Switch, Trace};
use foretell_core::{Effort, Level};
use serde_json::{Map, Value, json};

/// The options that a model on such a server takes, beside the settings of every model.
pub(crate) const OPTIONS: [&str; 3] = ["effort", "chat_template_kwargs", "key_env"];

/// The shape of chat completions, with what servers of open models add to it.
pub(crate) struct Compatible {
    model: String,
    fields: Vec<(&'static str, Value)>,
    trace: Option<Trace>,
}

pub(crate) fn open(
    spec: &ModelSpec,
    address: &str,
    opening: &Opening<'_>,
) -> Result<HttpModel, SpecError> {
    spec.check_options(&[&OPTIONS[..], &Settings::OPTIONS].concat())?;
    let entry = opening.registry.known(&spec.model);
    let (wire, effort) = Compatible::of(spec, &entry, false)?;
    let key = Key::of(spec, None, KeyHeader::Bearer, opening.keys)?;
    Ok(HttpModel {
        door: Door::open(spec, address, key, &[], opening.timeout)?,
        wire: Box::new(wire),
        look: Look::Listed,
        wanted: Wanted { model: spec.model.clone(), effort, only: Vec::new() },
        variant: String::new(),
    })
}

impl Compatible {
    /// The shape that a specification asks for. A server has sampling defaults of its own, so what
    /// the registry recommends is sent only where `own` says that the server is ours, or where the
    /// effort is chosen, which those defaults do not follow.
    pub(crate) fn of(
        spec: &ModelSpec,
        entry: &ModelEntry,
        own: bool,
    ) -> Result<(Self, Effort), SpecError> {
        let effort = effort_of(spec, entry, Way::Compatible)?;
        let mut settings = Settings::of(spec)?;
        if own || effort != Effort::Default {
            settings = settings.or(entry.sampling_for(effort));
        }
        let mut fields = settings.fields("max_tokens");
        let kwargs = switch(entry, effort, &mut fields);
        let kwargs = with_own(kwargs, spec)?;
        if !kwargs.is_empty() {
            fields.push(("chat_template_kwargs", Value::Object(kwargs)));
        }
        let trace = entry.reasoning.as_ref().and_then(|reasoning| reasoning.trace);
        Ok((Self { model: spec.model.clone(), fields, trace }, effort))
    }
}

/// Turns the effort into the fields that switch it, and the variables of the chat template.
fn switch(
    entry: &ModelEntry,
    effort: Effort,
    fields: &mut Vec<(&'static str, Value)>,
) -> Map<String, Value> {
    let reasoning = entry.reasoning.as_ref();
    let variable = reasoning.and_then(|reasoning| reasoning.variable.as_deref());
    let mut kwargs = Map::new();
    match (effort, variable) {
        (Effort::Default, _) => {}
        (Effort::Level(Level::None), Some(variable)) => {
            kwargs.insert(variable.to_owned(), json!(false));
        }
        (Effort::Budget(tokens), variable) => {
            if let Some(variable) = variable {
                kwargs.insert(variable.to_owned(), json!(true));
            }
            fields.push(("thinking_token_budget", json!(tokens)));
        }
        // A model that never reasons has no switch.
        (Effort::Level(Level::None), None)
            if reasoning.is_some_and(|reasoning| reasoning.switch == Switch::Never) => {}
        (Effort::Level(level), _) => fields.push(("reasoning_effort", json!(level.as_str()))),
    }
    kwargs
}

/// The variables of the chat template that the user gives, over those of the effort.
fn with_own(
    mut kwargs: Map<String, Value>,
    spec: &ModelSpec,
) -> Result<Map<String, Value>, SpecError> {
    let Some(text) = spec.option("chat_template_kwargs") else { return Ok(kwargs) };
    match serde_json::from_str(text) {
        Ok(Value::Object(own)) => {
            kwargs.extend(own);
            Ok(kwargs)
        }
        _ => Err(SpecError::Value {
            spec: spec.to_string(),
            option: "chat_template_kwargs",
            value: text.to_owned(),
            wanted: "a JSON object such as {\"enable_thinking\":false}",
        }),
    }
}

impl Wire for Compatible {
    fn path(&self) -> &'static str {
        "/chat/completions"
    }

    fn body(&self, prompt: &str) -> String {
        chat::body(&self.model, prompt, &self.fields)
    }

    fn read(&self, reply: &Value) -> ModelReply {
        harmony::split(chat::read(reply).with_trace(self.trace))
    }

    fn lack(&self, reply: &Value) -> Option<Lack> {
        chat::lack(reply)
    }
}
