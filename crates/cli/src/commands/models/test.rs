//! `foretell models test`.

use crate::Done;
use crate::args::models::TestArgs;
use crate::exit::{DONE, Failure, UNEXPECTED};
use crate::output::{harmless, say, show};
use foretell_core::Effort;
use foretell_core::registry::ModelEntry;
use foretell_llm::{
    Attempt, ChatModel, Mismatch, ModelReply, ModelSpec, Opening, Verdict, mismatches, open_model,
};
use foretell_study::{StudyError, known_models};
use serde_json::Value;
use std::time::Duration;
use tokio::runtime::Runtime;

/// The tiny request.
const PROMPT: &str = "Reply with the single word READY.";

/// Settings whose effect one reply does not show.
const UNSEEN: [&str; 5] = ["temperature", "top_p", "top_k", "min_p", "seed"];

pub(crate) fn run(args: &TestArgs) -> Done {
    let registry = known_models(args.registry.registry.as_deref())?;
    let spec = ModelSpec::parse(&args.model).map_err(StudyError::from)?;
    let logs = std::env::temp_dir().join("foretell-logs");
    let opening = Opening {
        keys: &super::super::run::variable,
        timeout: Duration::from_secs(args.timeout_s),
        registry: &registry,
        logs: &logs,
    };
    let model = open_model(&spec, &opening).map_err(StudyError::from)?;
    let runtime = Runtime::new().map_err(|fault| {
        Failure::said(UNEXPECTED, format!("cannot start threads: {fault}"), "free some memory")
    })?;
    runtime.block_on(model.check()).map_err(|fault| unreachable(&spec, fault))?;
    let entry = registry.known(&spec.model);
    let body = model.body(PROMPT);
    line("model", &format!("{} by {}", spec.model, spec.provider()));
    line("known as", &known_as(&entry));
    line("sent", &body);
    say("waiting for the reply");
    let attempt = runtime.block_on(model.ask(&body, 0));
    model.close();
    let said = tell(&*model, &entry, &body, &attempt);
    match said {
        Ok(()) => Ok(DONE),
        Err(fault) => Err(unreachable(&spec, fault)),
    }
}

fn unreachable(spec: &ModelSpec, fault: String) -> Failure {
    let faults = vec![format!("model `{}`: {}", spec.name, harmless(&fault))];
    StudyError::Unreachable { faults }.into()
}

fn line(name: &str, text: &str) {
    show(&format!("{name:<10} {}", harmless(text)));
}

fn known_as(entry: &ModelEntry) -> String {
    let unknown = || "unknown".to_owned();
    let weights = match entry.open {
        Some(true) => "open weights",
        Some(false) => "proprietary",
        None => "weights unknown",
    };
    let vendor = entry.vendor.clone().unwrap_or_else(unknown);
    let family = entry.family().unwrap_or_else(unknown);
    format!("{}: vendor {vendor}, family {family}, {weights}", entry.name)
}

/// Prints what came back, or gives what went wrong.
fn tell(
    model: &dyn ChatModel,
    entry: &ModelEntry,
    body: &str,
    attempt: &Attempt,
) -> Result<(), String> {
    match &attempt.verdict {
        Verdict::Reply => {}
        Verdict::Retry { failure, .. } | Verdict::Fail(failure) | Verdict::Stop(failure) => {
            return Err(failure.message.clone());
        }
    }
    let reply = model.read(attempt.raw.as_deref().unwrap_or_default());
    if let Some(status) = attempt.status {
        line("status", &status.to_string());
    }
    line("text", reply.text.as_deref().unwrap_or("none"));
    if let Some(refusal) = &reply.refusal {
        line("refusal", refusal);
    }
    line("reasoning", &reasoning(&reply));
    line("finish", &finish(&reply));
    line("served by", &served(&reply));
    line("tokens", &tokens(&reply));
    line("cost", &cost(&reply, entry));
    knobs(model, body, &reply);
    Ok(())
}

fn reasoning(reply: &ModelReply) -> String {
    let characters = reply.reasoning.as_ref().map(|text| text.chars().count());
    match (reply.reasoning_source, characters) {
        (Some(source), Some(characters)) => format!("{}, {characters} characters", source.as_str()),
        (Some(source), None) => source.as_str().to_owned(),
        (None, _) => "none beside the text".to_owned(),
    }
}

fn finish(reply: &ModelReply) -> String {
    let finish = reply.finish.as_deref().unwrap_or("unknown");
    match &reply.native_finish {
        Some(native) if native != finish => format!("{finish} (in its own words {native})"),
        _ => finish.to_owned(),
    }
}

fn served(reply: &ModelReply) -> String {
    let mut served = reply.served.clone().unwrap_or_else(|| "unknown".to_owned());
    if let Some(provider) = &reply.provider {
        served.push_str(&format!(" at {provider}"));
    }
    if let Some(fingerprint) = &reply.fingerprint {
        served.push_str(&format!(", fingerprint {fingerprint}"));
    }
    served
}

fn tokens(reply: &ModelReply) -> String {
    let count =
        |tokens: Option<i64>| tokens.map_or("unknown".to_owned(), |count| count.to_string());
    let usage = &reply.usage;
    format!(
        "{} in ({} cached), {} out ({} of reasoning)",
        count(usage.input_tokens),
        count(usage.cached_tokens),
        count(usage.output_tokens),
        count(usage.reasoning_tokens)
    )
}

/// As reported, else estimated from the price that is known, else unknown.
fn cost(reply: &ModelReply, entry: &ModelEntry) -> String {
    let usage = &reply.usage;
    if let Some(cost) = usage.cost_usd {
        return format!("${cost:.6}, as the provider reports it");
    }
    match (&entry.price, usage.input_tokens, usage.output_tokens) {
        (Some(price), Some(input), Some(output)) => {
            let cost = price.of(input, usage.cached_tokens.unwrap_or(0), output);
            format!("${cost:.6}, estimated from the vendor's price of {}", price.on)
        }
        (None, _, _) => {
            "unknown: the provider reports none, and the registry has no price".to_owned()
        }
        _ => "unknown: the provider reports neither cost nor tokens".to_owned(),
    }
}

fn knobs(model: &dyn ChatModel, body: &str, reply: &ModelReply) {
    let Some(wanted) = model.wanted() else { return };
    let found = mismatches(wanted, reply);
    let of_effort = |found: &&Mismatch| {
        !matches!(found, Mismatch::OtherModel { .. } | Mismatch::OtherProvider(_))
    };
    let tokens = reply.usage.reasoning_tokens;
    let evidence = tokens.map_or("the provider counts no reasoning tokens".to_owned(), |tokens| {
        format!("{tokens} reasoning tokens")
    });
    match (wanted.effort, found.iter().find(of_effort)) {
        (Effort::Default, _) => line("effort", &format!("not asked for; {evidence}")),
        (effort, Some(_)) => line("effort", &format!("{effort}: NOT honoured; {evidence}")),
        (effort, None) if tokens.is_none() && reply.reasoning.is_none() => {
            line("effort", &format!("{effort}: sent; {evidence}, so the reply does not show it"));
        }
        (effort, None) => line("effort", &format!("{effort}: honoured; {evidence}")),
    }
    let sent: Value = serde_json::from_str(body).unwrap_or_default();
    for length in ["max_tokens", "max_completion_tokens", "max_output_tokens"] {
        if let Some(most) = sent[length].as_i64() {
            let kept = reply.usage.output_tokens.map(|tokens| tokens <= most);
            let said = match kept {
                Some(true) => "honoured",
                Some(false) => "NOT honoured",
                None => "sent; the provider counts no tokens",
            };
            line(length, &format!("{most}: {said}"));
        }
    }
    for setting in UNSEEN {
        if !sent[setting].is_null() {
            let said = "accepted; one reply does not show whether it was heeded";
            line(setting, &format!("{}: {said}", sent[setting]));
        }
    }
    for other in found.iter().filter(|found| !of_effort(found)) {
        line("warning", &other.to_string());
    }
}
