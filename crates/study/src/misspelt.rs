//! Names of models that look like slips.

use crate::study::Study;
use foretell_core::{Registry, nearest};
use foretell_llm::{ModelSpec, Place};
use std::collections::BTreeSet;

/// The models of a study whose names the registry does not know, each with the known one that its name
/// is a slip away from. A warning and no more: there are new models every week.
pub(crate) fn misspelt(study: &Study, registry: &Registry) -> Vec<String> {
    let tables = study.references.iter().chain(&study.predictors).chain(&study.rationale);
    // What is no specification is refused elsewhere, or is the name of a model of an import.
    let specs = tables.filter_map(|table| table.spec().ok());
    let said: BTreeSet<String> = specs.filter_map(|spec| near(&spec, registry)).collect();
    said.into_iter().collect()
}

fn near(spec: &ModelSpec, registry: &Registry) -> Option<String> {
    // Names of a server of one's own mean what its owner says.
    let provider = match spec.place {
        Place::Openai => "openai",
        Place::Openrouter => "openrouter",
        Place::Anthropic => "anthropic",
        Place::Sim | Place::Http(_) | Place::Vllm => return None,
    };
    let wanted = &spec.model;
    if registry.find(wanted).is_some() {
        return None;
    }
    // Another number is another version or size, and no slip.
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let names = registry.models.iter().flat_map(|entry| {
        let of_provider = entry.ids.get(provider);
        of_provider.into_iter().chain([&entry.name]).chain(&entry.also)
    });
    let names = names.map(String::as_str).filter(|name| digits(name) == digits(wanted));
    let near = nearest(wanted, names)?;
    Some(format!("model `{wanted}` is not known; did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::ModelTable;

    fn said(spec: &str) -> Vec<String> {
        let references = vec![ModelTable::from_spec(spec)];
        let study = Study { references, ..Study::default() };
        misspelt(&study, &Registry::embedded())
    }

    #[test]
    fn a_slip_in_the_name_of_a_known_model_is_named() {
        let expected = "model `gpt-5-minni` is not known; did you mean `gpt-5-mini`?";
        assert_eq!(said("openai:gpt-5-minni?effort=low"), [expected]);
        assert!(said("openrouter:qwen/qwen3-8bb")[0].contains("did you mean `qwen/qwen3-8b`"));
    }

    #[test]
    fn known_models_new_ones_and_those_of_own_servers_are_left_alone() {
        for spec in [
            "openai:gpt-5-mini",
            "openai:gpt-7-mini",
            "openai:a-thing-of-its-own",
            "http://127.0.0.1:1/v1#gpt-5-minni",
            "sim:reader",
        ] {
            assert!(said(spec).is_empty(), "{spec}: {:?}", said(spec));
        }
    }
}
