//! `foretell run`.

use super::analyze::{print_gains, width};
use super::show::why_not_asked;
use crate::Done;
use crate::args::money::SpendArgs;
use crate::args::requests::RequestArgs;
use crate::args::{PairArgs, RunArgs, TextFormat};
use crate::command_line::{CommandLine, quoted};
use crate::confirm::confirm;
use crate::exit::{DONE, Failure, INCOMPLETE, INPUT, PROVIDER, UNEXPECTED};
use crate::fetching::cache_dir;
use crate::grid::dollars;
use crate::interrupt;
use crate::output::{harmless, say, show};
use crate::progress::Stages;
use foretell_analysis::{GainRequest, GroupKey, gain};
use foretell_core::{count, counted};
use foretell_data::{BUILT_IN, Cards};
use foretell_llm::{Limits, Shard};
use foretell_report::sentence::sentence;
use foretell_report::table::gain_table;
use foretell_report::{ReportRequest, write_report};
use foretell_study::{Ended, Model, ModelTable, Passes, Plan, Run, Study, plan_study};
use std::collections::HashSet;
use std::path::Path;
use std::time::Instant;
use tokio::runtime::Runtime;

pub(crate) fn run(args: &RunArgs) -> Done {
    let study = resolve(args)?;
    if args.money.plan {
        let limits = Limits { shard: args.sharing.shard, ..args.requests.limits() };
        let ledger = args.sharing.ledger();
        let plan = plan_study(&study, args.out.as_deref(), ledger.as_deref(), &limits)
            .map_err(|error| Failure::from(error).while_doing("cannot plan the study"))?;
        return show_plan(&plan, args.format, study.budget);
    }
    let stages = Stages::new();
    let mut settings = args.requests.settings(stages.teller());
    settings.ledger = args.sharing.ledger();
    settings.limits.shard = args.sharing.shard;
    let cannot = |error| Failure::from(error).while_doing("cannot start the study");
    let out = args.out.as_deref();
    if args.sharing.prepare {
        let run = Run::open_unasked(&study, out, &settings).map_err(cannot)?;
        introduce(&run);
        let folder = quoted(&run.folder.layout.folder().display().to_string());
        say(&format!("nothing was sent; next:\n  foretell batch export {folder}"));
        return Ok(DONE);
    }
    let run = Run::open(&study, out, &variable, &settings).map_err(cannot)?;
    let shard = args.sharing.shard;
    carry_out(&run, &args.requests, &args.money.spend, shard, args.format, &stages)
}

/// Asks what a run lacks, with the user's consent, and prints what came of it.
pub(crate) fn carry_out(
    run: &Run,
    requests: &RequestArgs,
    spend: &SpendArgs,
    shard: Option<Shard>,
    format: TextFormat,
    stages: &Stages,
) -> Done {
    let started = Instant::now();
    let runtime = Runtime::new().map_err(|fault| {
        Failure::said(UNEXPECTED, format!("cannot start threads: {fault}"), "free some memory")
    })?;
    introduce(run);
    let plan = run.plan()?;
    if plan.paid().next().is_some() {
        run.check_models(runtime.handle())?;
    }
    if let Some(shard) = shard {
        let of = shard.of();
        say(&format!("shard {shard}: about one in {of} of the requests is asked by this process"));
    }
    if !confirm(&plan, requests.yes, Some(spend.confirm_above))? {
        say("nothing was sent");
        return Ok(DONE);
    }
    let resume = CommandLine::resume(run.folder.layout.folder());
    let stop = interrupt::listen(runtime.handle(), resume.to_string(), stages.teller());
    let ended = run.ask(runtime.handle(), &stop, stages)?;
    let seconds = started.elapsed().as_secs_f64();
    say(&format!("{}, {seconds:.1} s", tell_sent(ended.sent)));
    if ended.failed > 0 {
        let failed = count(ended.failed);
        say(&format!(
            "{failed} of them failed; the same command with `--retry-failed` asks them again"
        ));
    }
    for (model, what) in &ended.mismatches {
        say(&format!("warning: model `{model}`: {}", harmless(what)));
    }
    for ((arm, reason), guesses) in &ended.unasked {
        let (guesses, why) = (counted(*guesses, "guess"), why_not_asked(reason));
        say(&harmless(&format!("arm `{arm}`: {guesses} not asked: {why}")));
    }
    if ended.is_complete() {
        report(run, &ended, format)?;
    }
    if let Some((stage, requests)) = ended.under_way {
        tell_under_way(run, stage, requests, &resume)?;
    }
    if !ended.by_user && ended.stopped_models.is_empty() && ended.short.is_empty() {
        if let Some((stage, elsewhere)) = ended.waiting {
            tell_next(run, stage, elsewhere);
            return Ok(DONE);
        }
        if ended.under_way.is_some() {
            return Ok(INCOMPLETE);
        }
    }
    Ok(tell_end(&ended, resume))
}

/// Prints what would be sent.
pub(crate) fn show_plan(plan: &Plan, format: TextFormat, budget: Option<f64>) -> Done {
    for warning in &plan.warnings {
        say(&harmless(&format!("warning: {warning}")));
    }
    show(&crate::plan::text(plan, format));
    if let Some(budget) = budget
        && plan.money().usd.high > budget
    {
        say(&format!("the budget of {} may not be enough", dollars(budget)));
    }
    Ok(DONE)
}

/// What comes next when requests of a stage are in batches on their way.
fn tell_under_way(
    run: &Run,
    stage: &str,
    requests: u64,
    resume: &CommandLine,
) -> Result<(), Failure> {
    let requests = counted(requests, "request");
    let layout = &run.folder.layout;
    let folder = quoted(&layout.folder().display().to_string());
    say(&format!("{requests} for {stage} not asked: they are in batches on their way"));
    let awaited = run.awaited_batches()?;
    if !awaited.folders.is_empty() {
        say("next:");
    }
    for batch in &awaited.folders {
        let dir = if *batch == layout.batch() {
            String::new()
        } else {
            format!(" --dir {}", quoted(&batch.display().to_string()))
        };
        say(&format!("  foretell batch status {folder}{dir}"));
    }
    for file in &awaited.elsewhere {
        say(&harmless(&format!("another run on this ledger handed over {file}")));
    }
    let merged = match awaited.elsewhere[..] {
        [] => "",
        // What a merge brought says nothing of the ledger that it is from.
        _ => " (and merged into this ledger, if another one took them)",
    };
    say(&format!("once their replies are imported{merged}, go on with:\n  {resume}"));
    Ok(())
}

/// What comes next when a shard has asked its part of a stage.
fn tell_next(run: &Run, stage: &str, elsewhere: u64) {
    let layout = &run.folder.layout;
    let theirs = counted(elsewhere, "request");
    say(&format!(
        "this shard has asked its {stage}; {theirs} of other shards are not answered here"
    ));
    let then = match stage {
        "predictions" => "derives the tables",
        _ => "asks what follows from them",
    };
    if layout.shares_ledger() {
        say(&format!("once the other shards say the same, this command again {then}"));
        return;
    }
    let folder = quoted(&layout.folder().display().to_string());
    say(&format!(
        "once the other shards say the same, bring their ledgers here; this command again then \
         {then}:\n  foretell ledger merge {folder} RUN-OF-ANOTHER-SHARD..."
    ));
}

/// How many requests were sent; bars also count those that an earlier command sent.
fn tell_sent(sent: u64) -> String {
    match sent {
        0 => "0 requests sent: what was answered before is not asked again".to_owned(),
        sent => format!("{} sent (equal ones once)", counted(sent, "request")),
    }
}

/// A variable of the environment that holds something.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The study of the file, or the built-in one, with the flags in their place.
fn resolve(args: &RunArgs) -> Result<Study, Failure> {
    let mut study = match &args.study {
        Some(path) => {
            refuse_pairs(path)?;
            Study::read(path)?
        }
        None => Study::default(),
    };
    if !args.pairs.is_empty() {
        study.pairs.clone_from(&args.pairs);
        if args.study.is_none() {
            let stem = Path::new(&args.pairs[0]).file_stem().unwrap_or_default();
            study.name = stem.to_string_lossy().into_owned();
        }
    }
    let tables = |specs: &[String]| specs.iter().map(|spec| ModelTable::from_spec(spec)).collect();
    if !args.references.is_empty() {
        study.references = tables(&args.references);
    }
    if !args.predictors.is_empty() {
        study.predictors = tables(&args.predictors);
    }
    if !args.arms.is_empty() {
        study.arms.clone_from(&args.arms);
    }
    let mut seen = HashSet::new();
    study.arms.retain(|arm| seen.insert(arm.clone()));
    study.repeats = args.passes.repeats.unwrap_or(study.repeats);
    study.ceiling = args.passes.ceiling.unwrap_or(study.ceiling);
    study.rationale = args.passes.rationale().or(study.rationale);
    study.registry = args.registry.registry.clone().or(study.registry.take());
    study.budget = args.money.spend.budget.or(study.budget);
    apply(&args.input, &mut study);
    Ok(study)
}

/// The argument is a study; pairs come after `--pairs`.
fn refuse_pairs(path: &Path) -> Result<(), Failure> {
    let name = path.to_string_lossy();
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let data = ["parquet", "csv", "tsv", "json", "jsonl"];
    let is_data = ending.is_some_and(|ending| data.contains(&ending.as_str()));
    let is_dataset = BUILT_IN.contains(&&*name) || Cards::embedded().get(&name).is_some();
    if path.join("run.toml").is_file() {
        return Err(Failure::said(
            INPUT,
            format!("`{name}` is a run, not a study file"),
            format!(
                "`foretell grow {}` goes on with it, and takes what is to be added",
                quoted(&name)
            ),
        ));
    }
    if is_data || path.is_dir() || (is_dataset && !path.exists()) {
        let pairs = quoted(&name);
        return Err(Failure::said(
            INPUT,
            format!("`{name}` is not a study file"),
            format!("did you mean `foretell run --pairs {pairs}`?"),
        ));
    }
    if !path.exists() {
        return Err(Failure::said(
            INPUT,
            format!("`{name}`: there is no such study file"),
            format!(
                "`foretell init {}` writes one with every field explained; paths start from the current folder",
                quoted(&name)
            ),
        ));
    }
    Ok(())
}

/// Puts the flags about pairs in the place of what the study says.
pub(crate) fn apply(args: &PairArgs, study: &mut Study) {
    study.seed = args.seed.unwrap_or(study.seed);
    study.limit = args.limit.or(study.limit);
    study.labels = args.labels.clone().or(study.labels.take());
    study.reprompt |= args.reprompt;
    study.scenarios = args.scenarios.unwrap_or(study.scenarios);
    study.published |= args.published;
    study.prompts = args.prompts.clone().or(study.prompts.take());
    study.cards = args.cards.clone().or(study.cards.take());
    study.raw = args.raw.clone().or(study.raw.take());
    study.cache = cache_dir().ok();
}

fn introduce(run: &Run) {
    let folder = run.folder.layout.folder().display();
    let verb = if run.folder.is_new { "new run" } else { "continuing the run" };
    say(&format!("{verb} in {folder}"));
    for note in &run.folder.manifest.frozen.notes {
        say(&format!("  {}", harmless(note)));
    }
    let pairs = run.pairs();
    say(&format!(
        "{}, {}, {}, arm{} {}",
        counted(pairs.len() as u64, "pair"),
        counted(run.models.references.len() as u64, "reference"),
        counted(run.models.predictors.len() as u64, "predictor"),
        if run.arms.len() == 1 { "" } else { "s" },
        run.arms.iter().map(|arm| arm.name.as_str()).collect::<Vec<_>>().join(", "),
    ));
    if let Some(passes) = passes(run) {
        say(&passes);
    }
    run.warnings.iter().for_each(|warning| say(&format!("warning: {warning}")));
}

/// How often models are asked the same, where any is more than once.
fn passes(run: &Run) -> Option<String> {
    let (references, predictors) = (&run.models.references, &run.models.predictors);
    let more = |model: &&Model| model.passes.of_question(true) > 1;
    let of = |model: &Model| {
        let Passes { repeats, .. } = model.passes;
        let (name, most) = (&model.spec.name, model.passes.of_question(true));
        let ceiling =
            if most > repeats { format!(" ({most} of counterfactuals)") } else { String::new() };
        format!("{name} {repeats}{ceiling}")
    };
    let of_predictor = |model: &Model| format!("{} {}", model.spec.name, model.passes.repeats);
    let references = references.iter().filter(more).map(of);
    let predictors = predictors.iter().filter(|model| model.passes.repeats > 1).map(of_predictor);
    let all: Vec<String> = references.chain(predictors).collect();
    (!all.is_empty()).then(|| format!("repeats: {}", all.join(", ")))
}

/// Prints the NSG and writes the report, where the study has both arms that it needs.
fn report(run: &Run, ended: &Ended, format: TextFormat) -> Result<(), Failure> {
    let folder = run.folder.layout.folder();
    let has = |arm: &str| run.arms.iter().any(|other| other.name == arm);
    if run.models.predictors.is_empty() || !(has("with") && has("without")) {
        let lacks: Vec<String> = ["without", "with"]
            .into_iter()
            .filter(|arm| !has(arm))
            .map(|arm| format!("`--arm {arm}`"))
            .collect();
        let help = match lacks.as_slice() {
            [] => "`--predictor MODEL` adds one".to_owned(),
            lacks => format!("{} added to the command asks only what is new", lacks.join(" ")),
        };
        say(&format!("no NSG: it needs a predictor and the arms `with` and `without`; {help}"));
        tell_other_arms(run, ended);
        return Ok(());
    }
    let by_reference = request(vec![GroupKey::Reference]);
    let overall = gain(&[folder], &by_reference)?;
    print_gains(&overall, format.into());
    if format == TextFormat::Table {
        if run.folder.frozen.cards.len() > 1 {
            let by_dataset = request(vec![GroupKey::Reference, GroupKey::Dataset]);
            show(&format!("\n{}", gain_table(&gain(&[folder], &by_dataset)?, width()).trim_end()));
        }
        show(&format!("\n{}", harmless(&sentence(&overall))));
    }
    let path = run.folder.layout.report();
    let request = ReportRequest {
        title: run.folder.manifest.study.name.clone(),
        command: CommandLine::making(&run.folder.manifest.study).map(|command| command.to_string()),
        ..ReportRequest::default()
    };
    write_report(folder, &path, &request)?;
    say(&format!("\nreport   {}", path.display()));
    if let Some(pair) = run.pairs().first() {
        let folder = folder.display();
        say(&format!("a case   foretell show {folder} '{}'", pair.pair_id));
        say(&format!("figures  foretell analyze gain {folder} --by reference,predictor"));
        say(&format!("view     foretell view {folder}"));
    }
    tell_other_arms(run, ended);
    Ok(())
}

/// The commands that compare the arms which the table leaves out, where something was asked in them.
fn tell_other_arms(run: &Run, ended: &Ended) {
    let folder = quoted(&run.folder.layout.folder().display().to_string());
    let models = run.models.references.len() * run.models.predictors.len();
    let guesses = (run.pairs().len() * models) as u64;
    let unasked = |name: &str| -> u64 {
        ended.unasked.iter().filter(|((arm, _), _)| arm == name).map(|(_, count)| count).sum()
    };
    let asked = run.arms.iter().filter(|arm| unasked(&arm.name) < guesses);
    let asked: Vec<&str> = asked.map(|arm| arm.name.as_str()).collect();
    let Some(against) = asked.iter().find(|arm| **arm == "without").or(asked.first()) else {
        return;
    };
    for arm in asked.iter().filter(|arm| !matches!(**arm, "with" | "without") && *arm != against) {
        let against =
            if *against == "without" { String::new() } else { format!(" --against {against}") };
        say(&format!("arm      foretell analyze gain {folder} --arm {arm}{against}"));
    }
}

fn request(by: Vec<GroupKey>) -> GainRequest {
    GainRequest { by, ..GainRequest::default() }
}

/// Says what is missing and how to go on.
pub(crate) fn tell_end(ended: &Ended, resume: CommandLine) -> u8 {
    if ended.is_complete() {
        return DONE;
    }
    for (model, why) in &ended.stopped_models {
        say(&format!("model `{model}` was stopped: {}", harmless(why)));
    }
    for (model, short) in &ended.short {
        say(&harmless(&format!("model `{model}` was stopped: {short}")));
    }
    let resume = resume.with_larger_budgets(&ended.short);
    say(&format!("the run is not complete; what was answered is kept. Resume with:\n  {resume}"));
    if ended.stopped_models.is_empty() { INCOMPLETE } else { PROVIDER }
}
