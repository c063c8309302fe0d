//! OpenAI's API: chat completions, and for models that reason its successor, Responses.

use super::responses::Responses;
use super::{HttpModel, Look, Wire};
use crate::chat::{self, ModelReply};
use crate::effort::{Way, effort_of};
use crate::http::{Door, Key, KeyHeader};
use crate::model::Opening;
use crate::served::Wanted;
use crate::settings::Settings;
use crate::spec::{ModelSpec, SpecError};
use crate::verdict::Lack;
use foretell_core::Effort;
use foretell_core::registry::{ModelEntry, Switch};
use serde_json::{Value, json};

/// The documented address.
const ADDRESS: &str = "https://api.openai.com/v1";

/// The variable that usually holds the key.
const KEY: &str = "OPENAI_API_KEY";

const OPTIONS: [&str; 9] = [
    "effort",
    "api",
    "summary",
    "temperature",
    "top_p",
    "max_tokens",
    "seed",
    "key_env",
    "address",
];

/// The shape of chat completions at OpenAI.
struct Chat {
    model: String,
    fields: Vec<(&'static str, Value)>,
}

pub(crate) fn open(spec: &ModelSpec, opening: &Opening<'_>) -> Result<HttpModel, SpecError> {
    spec.check_options(&OPTIONS)?;
    let entry = opening.registry.known(&spec.model);
    let effort = effort_of(spec, &entry, Way::Openai)?;
    let settings = Settings::of(spec)?;
    check_sampling(spec, &entry, effort, &settings)?;
    let reasons = match &entry.reasoning {
        Some(reasoning) => reasoning.switch != Switch::Never,
        None => effort != Effort::Default,
    };
    let unasked_none = is_unasked_none(&entry, effort);
    let by_responses = match spec.option("api") {
        None => reasons,
        Some("responses") => true,
        Some("chat") => false,
        Some(other) => return Err(value(spec, "api", other, "chat or responses")),
    };
    let wire: Box<dyn Wire> = if by_responses {
        Box::new(responses(spec, effort, reasons && !unasked_none, &settings)?)
    } else {
        if spec.option("summary").is_some() {
            let fault =
                "`summary` is an option of Responses, and this model is asked by chat completions";
            return Err(clash(spec, fault, "leave out `summary`, or give `api=responses`"));
        }
        Box::new(chat(spec, effort, &settings))
    };
    let key = Key::of(spec, Some(KEY), KeyHeader::Bearer, opening.keys)?;
    let address = spec.option("address").unwrap_or(ADDRESS);
    Ok(HttpModel {
        door: Door::open(spec, address, key, &[], opening.timeout)?,
        wire,
        look: Look::ListedByBareName("/models"),
        wanted: Wanted { model: spec.model.clone(), effort, only: Vec::new() },
        variant: String::new(),
    })
}

fn chat(spec: &ModelSpec, effort: Effort, settings: &Settings) -> Chat {
    let mut fields = settings.fields("max_completion_tokens");
    if effort != Effort::Default {
        fields.push(("reasoning_effort", json!(effort.to_string())));
    }
    Chat { model: spec.model.clone(), fields }
}

fn responses(
    spec: &ModelSpec,
    effort: Effort,
    reasons: bool,
    settings: &Settings,
) -> Result<Responses, SpecError> {
    if settings.seed.is_some() {
        let fault = "Responses takes no `seed`";
        return Err(clash(spec, fault, "leave out `seed`, or give `api=chat`"));
    }
    let summary = match spec.option("summary") {
        Some("none") => None,
        Some(kind @ ("auto" | "concise" | "detailed")) => Some(kind),
        Some(other) => {
            return Err(value(spec, "summary", other, "auto, concise, detailed or none"));
        }
        // Without reasoning there is nothing to summarise, and a model that never reasons refuses.
        None => (reasons && !effort.is_none()).then_some("auto"),
    };
    let mut fields = settings.fields("max_output_tokens");
    let mut reasoning = serde_json::Map::new();
    if effort != Effort::Default {
        reasoning.insert("effort".to_owned(), json!(effort.to_string()));
    }
    if let Some(summary) = summary {
        reasoning.insert("summary".to_owned(), json!(summary));
    }
    if !reasoning.is_empty() {
        fields.push(("reasoning", Value::Object(reasoning)));
    }
    Ok(Responses { model: spec.model.clone(), fields })
}

/// Whether nothing is asked for, and the model then does not reason.
fn is_unasked_none(entry: &ModelEntry, effort: Effort) -> bool {
    let unasked = entry.reasoning.as_ref().and_then(|reasoning| reasoning.unasked.as_deref());
    effort == Effort::Default && unasked == Some("none")
}

/// Refuses a temperature or top_p where the model, while it reasons, would.
pub(super) fn check_sampling(
    spec: &ModelSpec,
    entry: &ModelEntry,
    effort: Effort,
    settings: &Settings,
) -> Result<(), SpecError> {
    if !entry.reasoning.as_ref().is_some_and(|reasoning| reasoning.fixed_sampling) {
        return Ok(());
    }
    let unasked_none = is_unasked_none(entry, effort);
    let sampling = settings.sampling;
    let given = [
        ("temperature", sampling.temperature.is_some()),
        ("top_p", sampling.top_p.is_some()),
        ("top_k", sampling.top_k.is_some()),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        Some((option, _)) if !effort.is_none() && !unasked_none => {
            let fault = format!("{} takes no `{option}` while it reasons", spec.model);
            Err(clash(
                spec,
                &fault,
                &format!(
                    "leave out `{option}`, or ask for `effort=none` where the model can do that"
                ),
            ))
        }
        _ => Ok(()),
    }
}

fn value(spec: &ModelSpec, option: &'static str, value: &str, wanted: &'static str) -> SpecError {
    SpecError::Value { spec: spec.to_string(), option, value: value.to_owned(), wanted }
}

pub(super) fn clash(spec: &ModelSpec, fault: &str, help: &str) -> SpecError {
    SpecError::Clash { spec: spec.to_string(), fault: fault.to_owned(), help: help.to_owned() }
}

impl Wire for Chat {
    fn path(&self) -> &'static str {
        "/chat/completions"
    }

    fn body(&self, prompt: &str) -> String {
        chat::body(&self.model, prompt, &self.fields)
    }

    fn read(&self, reply: &Value) -> ModelReply {
        chat::read(reply)
    }

    fn lack(&self, reply: &Value) -> Option<Lack> {
        chat::lack(reply)
    }
}
