//! OpenRouter: chat completions with a documented `reasoning` object, and a choice of who serves it.

use super::{HttpModel, Look, Wire, listed, not_served};
use crate::chat::{self, ModelReply, ReasoningSource};
use crate::effort::{Way, effort_of};
use crate::http::{Door, Key, KeyHeader};
use crate::model::Opening;
use crate::served::Wanted;
use crate::settings::Settings;
use crate::spec::{ModelSpec, SpecError};
use crate::verdict::Lack;
use foretell_core::registry::Trace;
use foretell_core::{Effort, Level};
use serde_json::{Map, Value, json};

/// The documented address.
const ADDRESS: &str = "https://openrouter.ai/api/v1";

/// The variable that usually holds the key.
const KEY: &str = "OPENROUTER_API_KEY";

const OPTIONS: [&str; 7] = [
    "effort",
    "only",
    "allow_fallbacks",
    "require_parameters",
    "quantizations",
    "key_env",
    "address",
];

/// The shape of OpenRouter's chat completions.
struct Openrouter {
    model: String,
    fields: Vec<(&'static str, Value)>,
    trace: Option<Trace>,
}

pub(crate) fn open(spec: &ModelSpec, opening: &Opening<'_>) -> Result<HttpModel, SpecError> {
    spec.check_options(&[&OPTIONS[..], &Settings::OPTIONS].concat())?;
    let entry = opening.registry.known(&spec.model);
    let effort = effort_of(spec, &entry, Way::Openrouter)?;
    let own = Settings::of(spec)?;
    super::openai::check_sampling(spec, &entry, effort, &own)?;
    let mut settings = own.or(entry.sampling_for(effort));
    if own.sampling.min_p.is_none() && settings.sampling.min_p == Some(0.0) {
        // It is off anyway, and naming it would rule out providers that lack it.
        settings.sampling.min_p = None;
    }
    let mut fields = settings.fields("max_tokens");
    match effort {
        Effort::Default => {}
        Effort::Level(level) => fields.push(("reasoning", json!({"effort": level.as_str()}))),
        Effort::Budget(tokens) => fields.push(("reasoning", json!({"max_tokens": tokens}))),
    }
    let only = spec.list("only");
    fields.push(("provider", provider(spec, &only)?));
    let key = Key::of(spec, Some(KEY), KeyHeader::Bearer, opening.keys)?;
    let address = spec.option("address").unwrap_or(ADDRESS);
    let trace = entry.reasoning.as_ref().and_then(|reasoning| reasoning.trace);
    Ok(HttpModel {
        door: Door::open(spec, address, key, &[], opening.timeout)?,
        wire: Box::new(Openrouter { model: spec.model.clone(), fields, trace }),
        look: Look::Openrouter,
        wanted: Wanted { model: spec.model.clone(), effort, only },
        variant: String::new(),
    })
}

/// Who may serve the model. Parameters are required unless the user says otherwise: a provider that
/// ignored one in silence would answer another question than the one asked.
fn provider(spec: &ModelSpec, only: &[String]) -> Result<Value, SpecError> {
    let mut provider = Map::new();
    let required = spec.switch("require_parameters")?.unwrap_or(true);
    provider.insert("require_parameters".to_owned(), json!(required));
    if let Some(allowed) = spec.switch("allow_fallbacks")? {
        provider.insert("allow_fallbacks".to_owned(), json!(allowed));
    }
    if !only.is_empty() {
        provider.insert("only".to_owned(), json!(only));
    }
    let quantizations = spec.list("quantizations");
    if !quantizations.is_empty() {
        provider.insert("quantizations".to_owned(), json!(quantizations));
    }
    Ok(Value::Object(provider))
}

impl Wire for Openrouter {
    fn path(&self) -> &'static str {
        "/chat/completions"
    }

    fn body(&self, prompt: &str) -> String {
        chat::body(&self.model, prompt, &self.fields)
    }

    fn read(&self, reply: &Value) -> ModelReply {
        let mut read = chat::read(reply);
        let details = &reply["choices"][0]["message"]["reasoning_details"];
        let details = details.as_array().map(Vec::as_slice).unwrap_or_default();
        let of = |kind: &str, field: &str| -> Option<String> {
            let parts = details.iter().filter(|detail| detail["type"] == kind);
            let texts: Vec<&str> = parts.filter_map(|detail| detail[field].as_str()).collect();
            let text = texts.join("\n\n");
            (!text.trim().is_empty()).then_some(text)
        };
        // The details say what the plain field `reasoning` does not: what it is.
        if let Some(text) = of("reasoning.text", "text") {
            read.reasoning = Some(text);
            read.reasoning_source = Some(ReasoningSource::Full);
        } else if let Some(summary) = of("reasoning.summary", "summary") {
            read.reasoning = Some(summary);
            read.reasoning_source = Some(ReasoningSource::Summary);
        } else if read.reasoning.is_none() && of("reasoning.encrypted", "data").is_some() {
            read.reasoning_source = Some(ReasoningSource::Hidden);
        }
        read.with_trace(self.trace)
    }

    fn lack(&self, reply: &Value) -> Option<Lack> {
        chat::lack(reply)
    }
}

/// Looks whether the key is good, the model there, and its reasoning able to do what is asked.
pub(super) async fn look(door: &Door, wanted: &Wanted) -> Result<(), String> {
    // The list of models is open to all; this is not.
    door.look("/key").await?;
    let Some(list) = door.look("/models").await? else { return Ok(()) };
    let served = listed(&list);
    let entries = list["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    let found = entries.iter().find(|entry| entry["id"] == wanted.model.as_str());
    match found {
        None if served.is_empty() => Ok(()),
        None => Err(not_served(door.address(), &wanted.model, &served)),
        Some(entry) => can_do(&entry["reasoning"], wanted),
    }
}

/// Holds the effort against what OpenRouter says of a model's reasoning, where it does.
fn can_do(reasoning: &Value, wanted: &Wanted) -> Result<(), String> {
    let levels = reasoning["supported_efforts"].as_array();
    let levels: Vec<&str> =
        levels.map(|all| all.iter().filter_map(Value::as_str).collect()).unwrap_or_default();
    let refused = match wanted.effort {
        Effort::Default => false,
        Effort::Level(Level::None) => reasoning["mandatory"] == true,
        Effort::Level(level) => !levels.is_empty() && !levels.contains(&level.as_str()),
        Effort::Budget(_) => reasoning["supports_max_tokens"] == false,
    };
    if !refused {
        return Ok(());
    }
    let mut can = levels.join(", ");
    if reasoning["mandatory"] == true {
        can.push_str(" (it always reasons)");
    }
    let (model, effort) = (&wanted.model, wanted.effort);
    Err(format!("{model} cannot be asked for effort `{effort}`; OpenRouter says it can do {can}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_openrouter_says_of_a_models_reasoning_is_heeded() {
        let reasoning = json!({
            "mandatory": true,
            "supported_efforts": ["high", "low"],
            "supports_max_tokens": false,
        });
        let check = |effort: &str, reasoning: &Value| {
            let effort = effort.parse().unwrap();
            can_do(reasoning, &Wanted { model: "m".to_owned(), effort, only: Vec::new() })
        };
        for effort in ["none", "medium", "2048"] {
            let error = check(effort, &reasoning).unwrap_err();
            assert!(error.contains("high, low (it always reasons)"), "{error}");
            assert!(check(effort, &Value::Null).is_ok());
        }
        assert!(check("low", &reasoning).is_ok() && check("default", &reasoning).is_ok());
    }
}
