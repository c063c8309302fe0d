//! `foretell human setup`.

use super::expectation::{expectations, pilot};
use crate::Done;
use crate::args::human::SetupArgs;
use crate::command_line::quoted;
use crate::exit::DONE;
use crate::output::{say, show};
use foretell_core::{count, counted};
use foretell_study::{HumanRequest, HumanStudy, RaterLinks, TaskKind, plan_human, setup_human};
use std::collections::BTreeMap;

pub(crate) fn run(args: &SetupArgs) -> Done {
    let second = args.second.unwrap_or(if args.raters > 2 && args.per_rater >= 12 { 4 } else { 0 });
    let request = HumanRequest {
        raters: args.raters,
        per_rater: args.per_rater,
        second,
        checks: args.attention_checks,
        references: args.references.clone(),
        seed: args.seed,
    };
    let study = plan_human(&args.run, &request)?;
    let mut lines = design(&study);
    lines.extend(expectations(counted_cases(&study), pilot(&args.run, &study)));
    // A study that cannot be set up is not described as if it were.
    if !args.dry_run {
        setup_human(&args.run, &study)?;
    }
    lines.iter().for_each(|line| show(line));
    if args.dry_run {
        say("nothing was written; the same command without `--dry-run` draws this study");
        return Ok(DONE);
    }
    let run = quoted(&args.run.to_string_lossy());
    show(&format!("rate     foretell view {run} --rate"));
    say("while that command runs, these links work, each for one rater:");
    let links = RaterLinks::read(&args.run)?;
    for (rater, path) in links.paths() {
        show(&format!("rater {rater}  http://127.0.0.1:{}{path}", links.port()));
    }
    show(&format!("export   foretell human export {run}"));
    Ok(DONE)
}

fn counted_cases(study: &HumanStudy) -> u32 {
    let guesses = study.tasks.iter().filter(|task| task.kind == TaskKind::Case).count();
    (guesses / 2) as u32
}

/// The design in words.
fn design(study: &HumanStudy) -> Vec<String> {
    let of = |kind| study.tasks.iter().filter(|task| task.kind == kind).count() as u64;
    let (guesses, second, checks) = (of(TaskKind::Case), of(TaskKind::Second), of(TaskKind::Check));
    let mut references: BTreeMap<&str, u64> = BTreeMap::new();
    for case in &study.cases[..counted_cases(study) as usize] {
        *references.entry(&case.reference).or_default() += 1;
    }
    let references: Vec<String> =
        references.iter().map(|(name, cases)| format!("{name} {}", count(*cases))).collect();
    let mut lines = vec![
        format!(
            "design   {} of {} each: {}, each guessed by one rater with the explanation and by another without",
            counted(u64::from(study.raters), "rater"),
            counted(u64::from(study.per_rater), "case"),
            counted(guesses / 2, "pair"),
        ),
        format!("         about {}; no text stands in two pairs", references.join(", ")),
    ];
    if second > 0 {
        lines.push(format!(
            "         {} more, of what another rater guesses: for agreement, they count once",
            counted(second, "guess")
        ));
    }
    if checks > 0 {
        lines.push(format!("         {} of attention beside them", counted(checks, "check")));
    }
    lines
}
