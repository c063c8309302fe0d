//! `foretell pairs generate`.

use crate::Done;
use crate::args::ListFormat;
use crate::args::generate::GenerateArgs;
use crate::command_line::CommandLine;
use crate::commands::run::{tell_end, variable};
use crate::confirm::confirm;
use crate::exit::{DONE, Failure, INPUT, UNEXPECTED};
use crate::interrupt;
use crate::output::{harmless, say, show};
use crate::progress::Stages;
use foretell_core::{count, counted};
use foretell_study::{GenerateRequest, Generated, Generating, Judged, ModelTable};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;
use tokio::runtime::Runtime;

pub(crate) fn run(args: &GenerateArgs) -> Done {
    let stages = Stages::new();
    let settings = args.requests.settings(stages.teller());
    let budget = args.money.budget;
    let generating = Generating::open(&request(args), &args.out, budget, &variable, &settings)
        .map_err(|error| Failure::from(error).while_doing("cannot start to generate"))?;
    let runtime = Runtime::new().map_err(|fault| {
        Failure::said(UNEXPECTED, format!("cannot start threads: {fault}"), "free some memory")
    })?;
    introduce(&generating);
    let plan = generating.plan()?;
    if plan.paid().next().is_some() {
        generating.check_models(runtime.handle())?;
    }
    if !confirm(&plan, args.requests.yes, Some(args.money.confirm_above))? {
        say("nothing was sent");
        return Ok(DONE);
    }
    let resume = CommandLine::resume(generating.folder());
    let stop = interrupt::listen(runtime.handle(), resume.to_string(), stages.teller());
    let generated = generating.ask(runtime.handle(), &stop, &stages)?;
    tell(&generated, args);
    if generated.ended.is_complete() && generated.pairs == 0 {
        return Err(Failure::said(
            INPUT,
            "no counterfactual could be kept",
            format!("{}/generations.parquet says why of each", args.out.display()),
        ));
    }
    if generated.pairs > 0 {
        say(&format!("wrote {0}; use it with: foretell run --pairs {0}", args.out.display()));
    }
    Ok(tell_end(&generated.ended, resume))
}

fn request(args: &GenerateArgs) -> GenerateRequest {
    let mut seen = HashSet::new();
    let methods = args.methods.iter().map(|method| method.trim().to_owned());
    GenerateRequest {
        per_question: args.per_question,
        methods: methods.filter(|method| seen.insert(method.clone())).collect(),
        answer_orders: args.questions.answer_order.into(),
        schema: !args.no_schema,
        min_coherence: args.min_coherence,
        source: args.questions.source(),
        generator: ModelTable::from_spec(&args.model),
        judge: args.judge.as_deref().map(ModelTable::from_spec),
    }
}

fn introduce(generating: &Generating) {
    let verb = if generating.is_new() { "new folder" } else { "continuing in" };
    say(&format!("{verb} {}", generating.folder().display()));
    generating.notes().iter().for_each(|note| say(&format!("  {}", harmless(note))));
    let questions = generating.questions();
    say(&format!("counterfactuals for {}", counted(questions.len() as u64, "question")));
    generating.warnings.iter().for_each(|warning| say(&format!("warning: {warning}")));
}

fn tell(generated: &Generated, args: &GenerateArgs) {
    let ended = &generated.ended;
    say(&format!("{} sent (equal ones once)", counted(ended.sent, "request")));
    if ended.failed > 0 {
        let failed = count(ended.failed);
        say(&format!(
            "{failed} of them failed; the same command with `--retry-failed` asks them again"
        ));
    }
    match args.format {
        ListFormat::Json => show(&as_json(generated).to_string()),
        ListFormat::Table => {
            show(&counted(generated.pairs, "pair"));
            show(&format!("requests          {}", listed(&generated.requests)));
            show(&format!("counterfactuals   {}", listed(&generated.written)));
            show(&harmless(&format!("kept by method    {}", listed(&generated.methods))));
            generated.judged.iter().for_each(|judged| show(&harmless(&verdicts(judged))));
        }
    }
}

fn listed<K: Display>(counts: &BTreeMap<K, u64>) -> String {
    let listed: Vec<String> =
        counts.iter().map(|(what, number)| format!("{what} {}", count(*number))).collect();
    if listed.is_empty() { "none".to_owned() } else { listed.join(", ") }
}

fn verdicts(judged: &Judged) -> String {
    let mean = judged.mean.map_or("no verdict".to_owned(), |mean| format!("mean {mean:.2} of 10"));
    format!(
        "coherence         by {}: {mean}, {} below 5; {}",
        judged.judge,
        count(judged.below_5),
        listed(&judged.outcomes)
    )
}

fn as_json(generated: &Generated) -> serde_json::Value {
    fn counts<K: Display>(counts: &BTreeMap<K, u64>) -> BTreeMap<String, u64> {
        counts.iter().map(|(what, number)| (what.to_string(), *number)).collect()
    }
    let judged: Vec<_> = generated
        .judged
        .iter()
        .map(|judged| {
            json!({
                "judge": judged.judge,
                "mean": judged.mean,
                "below_5": judged.below_5,
                "outcomes": counts(&judged.outcomes),
            })
        })
        .collect();
    json!({
        "questions": generated.questions,
        "pairs": generated.pairs,
        "requests": counts(&generated.requests),
        "counterfactuals": counts(&generated.written),
        "methods": generated.methods,
        "coherence": judged,
        "complete": generated.ended.is_complete(),
    })
}
