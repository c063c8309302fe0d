//! Known models: who makes them, how they reason, what they cost, how an engine serves them.
//!
//! Pure: text in, entries out. `registry/models.toml` is built in; a user's own file is read by the
//! crates above and put before it.

use crate::effort::{Effort, Level};
use crate::family::{bare_name, family_of, vendor_of};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// The built-in registry, as text.
pub const EMBEDDED: &str = include_str!("../../../registry/models.toml");

/// Known models, in their order; earlier entries win over later ones of the same name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// The models.
    #[serde(rename = "model", default)]
    pub models: Vec<ModelEntry>,
}

/// What is known about one model. What is left out is unknown, and stays so.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Name; other spellings of the same bare form mean it too.
    pub name: String,
    /// Other names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// What a provider calls it, by provider kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ids: BTreeMap<String, String>,
    /// Family, where its name does not show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Who makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Whether its weights are open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<bool>,
    /// Parameters, billions, all of them also where few are active.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_b: Option<f64>,
    /// Tokens of prompt and reply together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<u32>,
    /// Most tokens of a reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output: Option<u32>,
    /// How its maker says to sample it, without reasoning.
    #[serde(default, skip_serializing_if = "Sampling::is_empty")]
    pub sampling: Sampling,
    /// How its maker says to sample it while it reasons; absent, as `sampling`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling_reasoning: Option<Sampling>,
    /// Whether and how it reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<Reasoning>,
    /// What it costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// How vLLM serves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<Engine>,
}

/// Sampling settings; what is left out is the provider's default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// Temperature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Probability mass sampled from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Likeliest tokens sampled from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<i64>,
    /// Least probability sampled, as a share of the likeliest token's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_p: Option<f64>,
}

impl Sampling {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How a model's reasoning is switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// It does not reason.
    Never,
    /// By a named level.
    Effort,
    /// By a budget of tokens (Anthropic's `thinking.type: enabled`).
    Budget,
    /// By a named level beside adaptive thinking (Anthropic's `thinking.type: adaptive`).
    Adaptive,
    /// By a variable of its chat template, on or off.
    Template,
}

/// What is handed out of the reasoning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trace {
    /// All of it.
    Full,
    /// A summary by its maker.
    Summary,
    /// Nothing.
    Hidden,
}

/// Whether and how a model reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reasoning {
    /// How it is switched.
    pub switch: Switch,
    /// The levels that it takes; with `none` where it can be switched off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
    /// Least and most tokens of a budget, where it takes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<[u32; 2]>,
    /// The variable of the chat template (`switch = "template"`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// What it does unasked: a level, or `on` where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unasked: Option<String>,
    /// What is handed out of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
    /// Whether temperature and top_p are refused while it reasons.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fixed_sampling: bool,
}

/// Price per million tokens, US dollars, at the vendor's own API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Of the prompt.
    pub input: f64,
    /// Of the prompt's tokens that were cached; absent, as `input`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cached: Option<f64>,
    /// Of the reply, reasoning included.
    pub output: f64,
    /// Day of the price, YYYY-MM-DD.
    pub on: String,
}

impl Price {
    /// What a reply costs by this price.
    ///
    /// # Formula
    /// ```text
    /// ((input_tokens - cached_tokens) * input + cached_tokens * cached + output_tokens * output) / 10^6
    /// ```
    /// # Shapes and units
    /// Tokens in, US dollars out; `cached_tokens` are part of `input_tokens`.
    #[must_use]
    pub fn of(&self, input_tokens: i64, cached_tokens: i64, output_tokens: i64) -> f64 {
        let fresh = (input_tokens - cached_tokens).max(0) as f64;
        let cached = cached_tokens as f64 * self.cached.unwrap_or(self.input);
        (fresh * self.input + cached + output_tokens as f64 * self.output) / 1e6
    }
}

/// Settings of a vLLM engine; what is left out is vLLM's default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engine {
    /// GPUs that share each layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tensor_parallel: Option<u32>,
    /// Share of a GPU's memory that is taken, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_share: Option<f64>,
    /// Most tokens of prompt and reply together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<u32>,
    /// Type of the weights and activations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dtype: Option<String>,
    /// What takes the reasoning out of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_parser: Option<String>,
}

/// What is wrong with a registry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RegistryError {
    /// Not a registry.
    #[error("{0}")]
    Toml(String),
    /// Entries that contradict themselves or each other, one a line.
    #[error("{}", .0.join("; "))]
    Entries(Vec<String>),
}

impl Registry {
    /// Reads a registry.
    ///
    /// # Errors
    /// [`RegistryError`] names the line and field, or the entry, the value and how to mend it; all
    /// faulty entries at once.
    pub fn parse(text: &str) -> Result<Self, RegistryError> {
        let registry: Self =
            toml::from_str(text).map_err(|fault| RegistryError::Toml(fault.to_string()))?;
        let mut faults = Vec::new();
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for entry in &registry.models {
            faults.extend(entry.faults());
            for name in entry.bare_names() {
                if let Some(other) = seen.insert(name.clone(), &entry.name) {
                    faults.push(format!(
                        "`{name}` means both `{other}` and `{}`; give each name to one entry",
                        entry.name
                    ));
                }
            }
        }
        if faults.is_empty() { Ok(registry) } else { Err(RegistryError::Entries(faults)) }
    }

    /// The built-in registry.
    #[must_use]
    pub fn embedded() -> Self {
        Self::parse(EMBEDDED).expect("the built-in registry is parsed by a test")
    }

    /// This registry with the entries of `other` after its own, where they win nothing.
    #[must_use]
    pub fn before(mut self, other: Self) -> Self {
        self.models.extend(other.models);
        self
    }

    /// The entry that a name means, however a provider or an import writes it.
    ///
    /// # Examples
    /// ```
    /// use foretell_core::registry::Registry;
    /// let registry = Registry::embedded();
    /// let entry = registry.find("Qwen/Qwen3-0.6B_True").unwrap();
    /// assert_eq!((entry.family(), entry.size_b), (Some("qwen".to_owned()), Some(0.6)));
    /// ```
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&ModelEntry> {
        let bare = bare_name(name);
        self.models.iter().find(|entry| entry.bare_names().contains(&bare))
    }

    /// What is known about a model: its entry, or what its name alone tells.
    #[must_use]
    pub fn known(&self, name: &str) -> ModelEntry {
        self.find(name).cloned().unwrap_or_else(|| ModelEntry {
            name: name.to_owned(),
            vendor: vendor_of(name).map(str::to_owned).or_else(|| maker_in(name)),
            ..ModelEntry::default()
        })
    }

    /// As TOML, which [`Registry::parse`] reads.
    #[must_use]
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a registry is always TOML")
    }
}

/// The maker whom a name of the form `maker/model` states.
fn maker_in(name: &str) -> Option<String> {
    let (maker, _) = name.split_once('/')?;
    (!maker.is_empty() && !maker.starts_with(['.', '~'])).then(|| maker.to_owned())
}

impl ModelEntry {
    fn bare_names(&self) -> BTreeSet<String> {
        let names = std::iter::once(&self.name).chain(&self.also).chain(self.ids.values());
        names.map(|name| bare_name(name)).collect()
    }

    /// The family: as stated, as the name shows it, else the vendor's name in small letters.
    #[must_use]
    pub fn family(&self) -> Option<String> {
        let stated = self.family.clone();
        stated
            .or_else(|| family_of(&self.name).map(str::to_owned))
            .or_else(|| self.vendor.as_ref().map(|vendor| vendor.to_lowercase()))
    }

    /// Whether it reasons whether asked to or not.
    #[must_use]
    pub fn always_reasons(&self) -> bool {
        self.reasoning.as_ref().is_some_and(|reasoning| {
            reasoning.switch != Switch::Never && !reasoning.levels.contains(&Level::None)
        })
    }

    /// Sampling for an effort: that of reasoning where the model then reasons.
    #[must_use]
    pub fn sampling_for(&self, effort: Effort) -> Sampling {
        let reasons = match (effort, &self.reasoning) {
            (_, None) => false,
            (_, Some(reasoning)) if reasoning.switch == Switch::Never => false,
            (Effort::Level(Level::None), _) => false,
            (Effort::Default, Some(reasoning)) => reasoning.unasked.as_deref() != Some("none"),
            _ => true,
        };
        if reasons { self.sampling_reasoning.unwrap_or(self.sampling) } else { self.sampling }
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |what: String| faults.push(format!("model `{}`: {what}", self.name));
        if bare_name(&self.name).is_empty() {
            fault("its name is empty; every entry needs one".to_owned());
        }
        if self.size_b.is_some_and(|size| !(size.is_finite() && size > 0.0)) {
            fault(format!("size_b = {:?} is not a number of billions", self.size_b.unwrap_or(0.0)));
        }
        if let Some(price) = &self.price {
            let rates = [price.input, price.output, price.cached.unwrap_or(0.0)];
            if rates.iter().any(|rate| !(rate.is_finite() && *rate >= 0.0)) {
                fault("a price is below zero; write US dollars per million tokens".to_owned());
            }
            if !is_day(&price.on) {
                fault(format!("price.on = `{}` is not a day; write YYYY-MM-DD", price.on));
            }
        }
        if let Some(reasoning) = &self.reasoning {
            let template = reasoning.switch == Switch::Template;
            if template != reasoning.variable.is_some() {
                fault("`variable` belongs to switch = \"template\", which needs it".to_owned());
            }
            if reasoning.budget.is_some_and(|[least, most]| least > most || least == 0) {
                fault("budget is not [least, most] tokens".to_owned());
            }
            if reasoning.switch == Switch::Budget && reasoning.budget.is_none() {
                fault("switch = \"budget\" needs `budget = [least, most]`".to_owned());
            }
        }
        faults
    }
}

fn is_day(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut number = |digits: usize| {
        parts.next().filter(|part| part.len() == digits).and_then(|part| part.parse::<u32>().ok())
    };
    let day = (number(4), number(2), number(2));
    matches!(day, (Some(_), Some(1..=12), Some(1..=31))) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_registry_holds_the_models_of_the_paper() {
        let registry = Registry::parse(EMBEDDED).unwrap();
        for (name, family, size_b) in [
            ("gpt-5-mini", "gpt", None),
            ("openai/gpt-5-nano_minimal", "gpt", None),
            ("openai/gpt-5.2_medium", "gpt", None),
            ("claude-haiku-4-5-20251001", "claude", None),
            ("anthropic/claude-sonnet-4.5", "claude", None),
            ("claude-opus-4-5", "claude", None),
            ("google/gemini-3-flash-preview", "gemini", None),
            ("gemini-3-pro", "gemini", None),
            ("Qwen/Qwen3-0.6B_True", "qwen", Some(0.6)),
            ("Qwen/Qwen3-32B_False", "qwen", Some(32.0)),
            ("google/gemma-3-27b-it", "gemma", Some(27.0)),
            ("meta-llama/Llama-2-7b-chat-hf", "llama", Some(7.0)),
            ("meta-llama/Meta-Llama-3-70B-Instruct", "llama", Some(70.0)),
            ("openai/gpt-oss-120b_high", "gpt", Some(120.0)),
        ] {
            let entry = registry.find(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!((entry.family().as_deref(), entry.size_b), (Some(family), size_b), "{name}");
            assert!(entry.vendor.is_some() && entry.open.is_some() && entry.context.is_some());
            assert!(entry.reasoning.is_some(), "{name}");
        }
    }

    #[test]
    fn what_a_name_alone_tells() {
        let registry = Registry::default();
        let known = registry.known("mistralai/Mistral-7B-v0.1");
        assert_eq!(known.family().as_deref(), Some("mistralai"));
        let known = registry.known("gpt-9");
        assert_eq!((known.family().as_deref(), known.open), (Some("gpt"), None));
        assert_eq!(registry.known("./weights/x").family(), None);
    }

    #[test]
    fn an_entry_of_the_user_wins() {
        let own = Registry::parse("[[model]]\nname = 'GPT-5-mini'\nvendor = 'Me'").unwrap();
        let registry = own.before(Registry::embedded());
        assert_eq!(registry.find("gpt-5-mini").unwrap().vendor.as_deref(), Some("Me"));
    }

    #[test]
    fn entries_survive_a_round_trip() {
        let registry = Registry::embedded();
        assert_eq!(Registry::parse(&registry.to_toml()).unwrap(), registry);
    }

    #[test]
    fn faults_are_said_all_at_once() {
        let text = "
            [[model]]
            name = 'a'
            size_b = -1.0
            price = { input = 1.0, output = 2.0, on = 'today' }
            [[model]]
            name = 'x/A_low'
            reasoning = { switch = 'template' }";
        let said = Registry::parse(text).unwrap_err().to_string();
        for words in ["size_b = -1.0", "`today`", "both `a` and `x/A_low`", "`variable`"] {
            assert!(said.contains(words), "`{words}` is missing in: {said}");
        }
        let said = Registry::parse("[[model]]\nname = 'a'\nvendr = 'b'").unwrap_err().to_string();
        assert!(said.contains("vendr"), "{said}");
    }

    #[test]
    fn reasoning_and_plain_replies_are_sampled_as_recommended() {
        let registry = Registry::embedded();
        let qwen = registry.find("qwen3-8b").unwrap();
        let temperature = |effort| qwen.sampling_for(effort).temperature;
        assert_eq!(temperature(Effort::Level(Level::None)), Some(0.7));
        assert_eq!(temperature(Effort::Default), Some(0.6));
        assert_eq!(temperature(Effort::Budget(100)), Some(0.6));
        assert!(!qwen.always_reasons());
        assert!(registry.find("gpt-oss-20b").unwrap().always_reasons());
        assert!(!registry.find("gemma-3-4b-it").unwrap().always_reasons());
    }

    #[test]
    fn a_price_is_counted_by_kind_of_token() {
        let price = Price { input: 1.0, cached: Some(0.5), output: 10.0, on: String::new() };
        // 600 fresh at 1, 400 cached at 0.5 and 100 out at 10, each per million.
        assert!((price.of(1000, 400, 100) - 0.0018).abs() < 1e-15);
    }
}
