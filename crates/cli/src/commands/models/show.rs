//! `foretell models show`.

use crate::Done;
use crate::args::models::ShowModelArgs;
use crate::exit::{DONE, Failure, INPUT};
use crate::output::{harmless, show};
use foretell_core::Registry;
use foretell_core::family::family_of;
use foretell_llm::efforts_in_words;
use foretell_study::known_models;

/// The kinds of providers that have a knob for effort.
const PROVIDERS: [&str; 5] = ["openai", "openrouter", "anthropic", "vllm", "http"];

pub(crate) fn run(args: &ShowModelArgs) -> Done {
    let registry = known_models(args.registry.registry.as_deref())?;
    // `openai:gpt-5-mini` means the model as much as `gpt-5-mini`.
    let name = match args.model.split_once(':') {
        Some((provider, model)) if PROVIDERS.contains(&provider) => model,
        _ => &args.model,
    };
    let name = name.split('?').next().unwrap_or(name);
    let Some(entry) = registry.find(name) else { return Err(unknown(&registry, name)) };
    let one = Registry { models: vec![entry.clone()] };
    show(harmless(&one.to_toml()).trim_end());
    show("");
    show(&format!(
        "# family {}",
        harmless(&entry.family().unwrap_or_else(|| "unknown".to_owned()))
    ));
    if entry.price.is_none() {
        show("# price unknown");
    }
    for provider in PROVIDERS {
        let hosted = matches!(provider, "openai" | "anthropic" | "vllm" | "openrouter");
        if hosted && !entry.ids.contains_key(provider) {
            continue;
        }
        if let Some(efforts) = efforts_in_words(entry, provider) {
            show(&format!("# effort by {provider}: {efforts}"));
        }
    }
    Ok(DONE)
}

fn unknown(registry: &Registry, name: &str) -> Failure {
    let family = family_of(name);
    let near =
        registry.models.iter().filter(|entry| family.is_some() && family_of(&entry.name) == family);
    let near: Vec<&str> = near.map(|entry| entry.name.as_str()).take(12).collect();
    let help = if near.is_empty() {
        "`foretell models list` lists the known ones; a file for `--registry` adds others"
            .to_owned()
    } else {
        format!("known models of its family: {}", near.join(", "))
    };
    let message = format!("`{}` is not in the registry", harmless(name));
    Failure::said(INPUT, message, help)
}
