//! Which efforts a model can be asked for, by the provider that is asked.

use crate::spec::{ModelSpec, SpecError};
use foretell_core::registry::{ModelEntry, Switch};
use foretell_core::{Effort, Level};

/// A way of asking for effort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// `reasoning_effort` or `reasoning.effort`: levels alone.
    Openai,
    /// OpenRouter's `reasoning`: levels, which it turns into budgets where a model takes those.
    Openrouter,
    /// Anthropic's `thinking`: a budget, or a level beside adaptive thinking.
    Anthropic,
    /// A server's own switch; or, behind a proxy, levels that it translates.
    Compatible,
}

/// The least budget that Anthropic documents.
const LEAST_THINKING: u32 = 1024;

/// What a model can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Can {
    levels: Vec<Level>,
    budget: Option<[u32; 2]>,
}

impl Can {
    /// What the registry, or for a model that it does not know the provider's documentation, says.
    fn of(entry: &ModelEntry, way: Way) -> Self {
        let Some(reasoning) = &entry.reasoning else { return Self::documented(way) };
        let (mut levels, mut budget) = (reasoning.levels.clone(), reasoning.budget);
        let budgeted = matches!(reasoning.switch, Switch::Budget | Switch::Adaptive);
        match (reasoning.switch, way) {
            (Switch::Never, _) => return Self { levels: vec![Level::None], budget: None },
            (_, Way::Openai) => budget = None,
            (_, Way::Openrouter) if budget.is_some() => levels.extend(&Level::ALL[1..]),
            // Behind an OpenAI-compatible proxy, which takes levels and no budgets.
            (_, Way::Compatible) if budgeted => {
                levels.extend(&Level::ALL[1..]);
                budget = None;
            }
            _ => {}
        }
        levels.sort();
        levels.dedup();
        Self { levels, budget }
    }

    fn documented(way: Way) -> Self {
        let all = Level::ALL.to_vec();
        match way {
            Way::Openai => Self { levels: all, budget: None },
            Way::Openrouter | Way::Compatible => Self { levels: all, budget: Some([1, u32::MAX]) },
            Way::Anthropic => Self {
                levels: all.into_iter().filter(|level| *level != Level::Minimal).collect(),
                budget: Some([LEAST_THINKING, u32::MAX]),
            },
        }
    }

    fn holds(&self, effort: Effort) -> bool {
        match effort {
            Effort::Default => true,
            Effort::Level(level) => self.levels.contains(&level),
            Effort::Budget(tokens) => {
                self.budget.is_some_and(|[least, most]| (least..=most).contains(&tokens))
            }
        }
    }

    fn words(&self) -> String {
        let mut words: Vec<String> = self.levels.iter().map(Level::to_string).collect();
        words.push("default".to_owned());
        match self.budget {
            Some([least, u32::MAX]) => words.push(format!("a budget of {least} tokens or more")),
            Some([least, most]) => words.push(format!("a budget of {least} to {most} tokens")),
            None => {}
        }
        let always = if self.levels.contains(&Level::None) { "" } else { " (it always reasons)" };
        format!("{}{always}", words.join(", "))
    }
}

/// The effort that a specification asks for, if the model can be asked for it in this way.
pub(crate) fn effort_of(
    spec: &ModelSpec,
    entry: &ModelEntry,
    way: Way,
) -> Result<Effort, SpecError> {
    let effort = spec.effort()?;
    let can = Can::of(entry, way);
    if can.holds(effort) {
        return Ok(effort);
    }
    let (spec, model) = (spec.to_string(), spec.model.clone());
    Err(SpecError::Effort { spec, model, effort, can: can.words() })
}

/// The efforts that a model can be asked for at a provider of that kind, in words; `None` for a
/// provider that has none.
#[must_use]
pub fn efforts_in_words(entry: &ModelEntry, provider: &str) -> Option<String> {
    let way = match provider {
        "openai" => Way::Openai,
        "openrouter" => Way::Openrouter,
        "anthropic" => Way::Anthropic,
        "http" | "vllm" => Way::Compatible,
        _ => return None,
    };
    Some(Can::of(entry, way).words())
}

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_core::Registry;

    fn check(spec: &str, way: Way) -> Result<Effort, String> {
        let spec = ModelSpec::parse(spec).unwrap();
        let entry = Registry::embedded().known(&spec.model);
        effort_of(&spec, &entry, way).map_err(|error| error.to_string())
    }

    #[test]
    fn a_model_that_always_reasons_refuses_none() {
        for (spec, way) in [
            ("openai:gpt-5-mini?effort=none", Way::Openai),
            ("openrouter:google/gemini-3-pro-preview?effort=none", Way::Openrouter),
            ("vllm:openai/gpt-oss-20b?effort=none", Way::Compatible),
        ] {
            let error = check(spec, way).unwrap_err();
            assert!(error.contains("effort `none`") && error.contains("always reasons"), "{error}");
        }
    }

    #[test]
    fn each_provider_takes_what_it_documents() {
        let low = Ok(Effort::Level(Level::Low));
        assert_eq!(check("openai:gpt-5.2?effort=low", Way::Openai), low);
        assert_eq!(check("openrouter:anthropic/claude-opus-4.5?effort=low", Way::Openrouter), low);
        let error = check("anthropic:claude-opus-4-5?effort=low", Way::Anthropic).unwrap_err();
        assert!(error.contains("a budget of 1024 to 63999 tokens"), "{error}");
        let budget = Ok(Effort::Budget(2048));
        assert_eq!(check("anthropic:claude-opus-4-5?effort=2048", Way::Anthropic), budget);
        for (spec, way) in [
            ("openai:gpt-5.2?effort=2048", Way::Openai),
            ("openai:gpt-5.2?effort=minimal", Way::Openai),
            ("anthropic:claude-opus-4-5?effort=1000", Way::Anthropic),
            ("vllm:Qwen/Qwen3-8B?effort=low", Way::Compatible),
            ("vllm:google/gemma-3-4b-it?effort=low", Way::Compatible),
        ] {
            assert!(check(spec, way).is_err(), "{spec}");
        }
        // What the registry does not know is left to the provider.
        assert_eq!(check("openai:gpt-9?effort=low", Way::Openai), low);
    }
}
