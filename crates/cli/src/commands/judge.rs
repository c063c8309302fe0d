//! `foretell judge`.

use crate::Done;
use crate::args::judge::JudgeArgs;
use crate::args::{ListFormat, TextFormat};
use crate::command_line::{CommandLine, quoted};
use crate::commands::run::{show_plan, tell_end, variable};
use crate::confirm::confirm;
use crate::exit::{DONE, Failure, UNEXPECTED};
use crate::interrupt;
use crate::output::{harmless, say, show};
use crate::progress::Stages;
use foretell_core::{count, counted};
use foretell_study::{JudgeRequest, JudgedRun, Judging, ModelTable, ToJudge, VerdictSummary};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use tokio::runtime::Runtime;

pub(crate) fn run(args: &JudgeArgs) -> Done {
    let stages = Stages::new();
    let settings = args.requests.settings(stages.teller());
    if args.money.plan {
        let to_judge = ToJudge::open(&args.run, request(args), settings.limits)
            .map_err(|error| Failure::from(error).while_doing("cannot plan the judging"))?;
        introduce(&to_judge);
        let format = match args.format {
            ListFormat::Table => TextFormat::Table,
            ListFormat::Json => TextFormat::Json,
        };
        return show_plan(&to_judge.plan()?, format, args.money.spend.budget);
    }
    let judging = Judging::open(&args.run, request(args), &variable, &settings)
        .map_err(|error| Failure::from(error).while_doing("cannot start to judge"))?;
    let runtime = Runtime::new().map_err(|fault| {
        Failure::said(UNEXPECTED, format!("cannot start threads: {fault}"), "free some memory")
    })?;
    introduce(&judging.to_judge);
    let plan = judging.to_judge.plan()?;
    if plan.paid().next().is_some() {
        judging.check_models(runtime.handle())?;
    }
    if !confirm(&plan, args.requests.yes, Some(args.money.spend.confirm_above))? {
        say("nothing was sent");
        return Ok(DONE);
    }
    let resume = CommandLine::given();
    let stop = interrupt::listen(runtime.handle(), resume.to_string(), stages.teller());
    let judged = judging.ask(runtime.handle(), &stop, &stages)?;
    tell(&judged, args.format);
    if judged.ended.is_complete()
        && let Some(pair) = judging.to_judge.pairs().first()
    {
        let folder = quoted(&args.run.display().to_string());
        say(&format!("a case   foretell show {folder} '{}'", pair.pair_id));
    }
    Ok(tell_end(&judged.ended, resume))
}

fn request(args: &JudgeArgs) -> JudgeRequest {
    let kinds: BTreeSet<_> = args.kinds.iter().copied().collect();
    JudgeRequest {
        model: ModelTable::from_spec(&args.model),
        kinds: kinds.into_iter().map(Into::into).collect(),
        limit: args.limit,
        references: args.references.clone(),
        schema: !args.no_schema,
        budget: args.money.spend.budget,
        registry: args.registry.registry.clone(),
    }
}

fn introduce(to_judge: &ToJudge) {
    say(&format!("judging explanations of the run in {}", to_judge.folder().display()));
    let references = to_judge.references();
    say(&harmless(&format!(
        "{}, {}: {}",
        counted(to_judge.pairs().len() as u64, "pair"),
        counted(references.len() as u64, "reference"),
        references.join(", "),
    )));
    to_judge.warnings.iter().for_each(|warning| say(&harmless(&format!("warning: {warning}"))));
}

fn tell(judged: &JudgedRun, format: ListFormat) {
    let ended = &judged.ended;
    say(&format!("{} sent (equal ones once)", counted(ended.sent, "request")));
    if ended.failed > 0 {
        let failed = count(ended.failed);
        say(&format!(
            "{failed} of them failed; the same command with `--retry-failed` asks them again"
        ));
    }
    match format {
        ListFormat::Json => show(&as_json(judged).to_string()),
        ListFormat::Table => {
            judged.summaries.iter().for_each(|summary| show(&harmless(&line(summary))));
        }
    }
}

fn line(summary: &VerdictSummary) -> String {
    let mean = match (summary.mean, summary.directions.is_empty()) {
        (None, _) => "no verdict".to_owned(),
        (Some(mean), true) => format!("mean {mean:.2} of 10"),
        (Some(share), false) => format!("named {:.0} %", 100.0 * share),
    };
    let directions = if summary.directions.is_empty() {
        String::new()
    } else {
        format!("; {}", listed(&summary.directions))
    };
    let outcomes = listed(&summary.outcomes);
    format!("{:<12} {}: {mean}; {outcomes}{directions}", summary.kind, summary.reference)
}

fn listed<K: Display>(counts: &BTreeMap<K, u64>) -> String {
    let listed: Vec<String> =
        counts.iter().map(|(what, number)| format!("{what} {}", count(*number))).collect();
    if listed.is_empty() { "none".to_owned() } else { listed.join(", ") }
}

fn as_json(judged: &JudgedRun) -> serde_json::Value {
    let one = |summary: &VerdictSummary| {
        let outcomes: BTreeMap<String, u64> = summary
            .outcomes
            .iter()
            .map(|(outcome, number)| (outcome.to_string(), *number))
            .collect();
        json!({
            "kind": summary.kind,
            "reference": summary.reference,
            "mean": summary.mean,
            "outcomes": outcomes,
            "directions": summary.directions,
        })
    };
    json!({
        "verdicts": judged.summaries.iter().map(one).collect::<Vec<_>>(),
        "sent": judged.ended.sent,
        "complete": judged.ended.is_complete(),
    })
}
