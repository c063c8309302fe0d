//! `foretell analyze`.

mod counts;
mod output;
pub(crate) mod runs;

use crate::Done;
use crate::args::analyze::AnalyzeArgs;
use crate::exit::{DONE, Failure, USAGE};
use crate::output::{harmless, say, show};
use foretell_analysis::{
    ANALYSES, Analysis, Finished, Flag, GroupKey, Prepared, Request, Sheet, analysis, columns,
    run_all,
};
use foretell_core::did_you_mean;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub(crate) use output::{Target, print_gains, width};
pub(crate) use runs::named as named_runs;

/// What is printed without a name: the page that a researcher wants first.
const FIRST_PAGE: &[&str] = &["gain", "gain-split", "egregious", "missing"];

pub(crate) fn run(args: &AnalyzeArgs) -> Done {
    if args.list {
        list();
        return Ok(DONE);
    }
    if args.selection.filter.as_deref() == Some("help") {
        list_columns();
        return Ok(DONE);
    }
    if counts::asked(args) {
        return counts::run(args);
    }
    let (analyses, runs) = chosen(args)?;
    let request = request(args)?;
    let analyses = willing(args, &analyses, &request)?;
    let page = args.what.first().is_none_or(|first| named(first).is_none());
    let target = Target::of(args, page)?;
    let first_page = page && !args.all;
    let runs = runs::named(&runs)?;
    let paths: Vec<&Path> = runs.iter().map(PathBuf::as_path).collect();
    let start = Instant::now();
    let prepared = prepared(&analyses, &paths, &request)?;
    let read = start.elapsed();
    let finished = run_all(&analyses, &prepared, &request);
    if args.timings {
        timings(read.as_secs_f64(), &finished);
    }
    let mut sheets: Vec<Sheet> = Vec::new();
    for done in finished {
        let failed = |fault| Failure::from(fault).while_doing(format!("analysis `{}`", done.name));
        let of_one = done.sheets.map_err(failed)?;
        // The first page is for a first look: what an analysis leads with.
        let wanted = if first_page { 1 } else { of_one.len() };
        sheets.extend(of_one.into_iter().take(wanted));
    }
    target.write(&sheets)?;
    if first_page {
        say("more: `foretell analyze --list` names every analysis, `--all` runs them");
    }
    Ok(DONE)
}

/// The runs, read. Two that are compared stay apart: they may hold the same guesses.
fn prepared(
    analyses: &[&Analysis],
    runs: &[&Path],
    request: &Request,
) -> Result<Prepared, Failure> {
    let compared = matches!(analyses, [only] if only.name == "compare");
    match runs {
        [one, other] if compared => Ok(Prepared::read_two(one, other, request)?),
        [_, _, _, ..] if compared => Err(Failure::said(
            USAGE,
            format!("`compare` takes one run or two, not {}", runs.len()),
            "name the two runs to compare, or one run whose references are compared",
        )),
        _ => Ok(Prepared::read(runs, request)?),
    }
}

fn named(word: &Path) -> Option<&'static Analysis> {
    analysis(word.to_str()?)
}

/// The analyses asked for, and the runs.
fn chosen(args: &AnalyzeArgs) -> Result<(Vec<&'static Analysis>, Vec<PathBuf>), Failure> {
    let (first, rest) = match args.what.split_first() {
        Some((first, rest)) if named(first).is_some() => (named(first), rest),
        _ => (None, &args.what[..]),
    };
    let known = || ANALYSES.iter().map(|analysis| analysis.name);
    if let Some(word) = rest.first()
        && first.is_none()
        && !word.exists()
        && word.components().count() == 1
    {
        let word = word.display().to_string();
        let near = did_you_mean(&word, known());
        let help = format!("the analyses are {}", known().collect::<Vec<_>>().join(", "));
        let said = format!("`{word}` is neither an analysis nor a run folder{near}");
        return Err(Failure::said(USAGE, harmless(&said), help));
    }
    let analyses = match (first, args.all) {
        (Some(one), false) => vec![one],
        (Some(one), true) => {
            let help = "leave out the name or `--all`";
            return Err(Failure::said(USAGE, format!("`{}` and `--all`", one.name), help));
        }
        (None, true) => ANALYSES.iter().collect(),
        (None, false) => FIRST_PAGE.iter().filter_map(|name| analysis(name)).collect(),
    };
    Ok((analyses, rest.to_vec()))
}

/// The analyses that do what is asked. One that was named has to; of several, those that do not are
/// left out, and it is said.
fn willing<'a>(
    args: &AnalyzeArgs,
    analyses: &[&'a Analysis],
    request: &Request,
) -> Result<Vec<&'a Analysis>, Failure> {
    let mut given = args.given();
    if analyses.len() > 1 {
        // They say how draws are made: where nothing is drawn they change nothing.
        given.retain(|flag| !matches!(flag, Flag::Bootstrap | Flag::Seed));
    }
    let mut willing = Vec::new();
    let mut refused = Vec::new();
    for analysis in analyses {
        match analysis.refuses(&given, request) {
            faults if faults.is_empty() => willing.push(*analysis),
            faults => refused.extend(faults),
        }
    }
    if willing.is_empty() {
        let help = "`foretell analyze --list` says what each analysis takes";
        return Err(Failure::said(USAGE, refused.join("\n"), help));
    }
    refused.iter().for_each(|fault| say(&format!("left out: {fault}")));
    Ok(willing)
}

fn request(args: &AnalyzeArgs) -> Result<Request, Failure> {
    let chosen = args.selection.request();
    let contrast = &chosen.contrast;
    if contrast.arm == contrast.against {
        return Err(Failure::said(
            USAGE,
            format!("arm `{}` is compared against itself", contrast.arm),
            "name two arms, such as `--arm with --against without`",
        ));
    }
    let by = args.by.as_deref().map(GroupKey::list).transpose().map_err(|fault| {
        let keys: Vec<&str> = GroupKey::ALL.iter().map(|key| key.as_str()).collect();
        let near = did_you_mean(&fault.key, keys.iter().copied());
        let help = format!("the keys are {}", keys.join(", "));
        Failure::said(USAGE, format!("--by: {fault}{near}"), help)
    })?;
    let bootstrap = args.bootstrap.unwrap_or(chosen.bootstrap);
    let compat = args.compat.unwrap_or(chosen.compat);
    Ok(Request { by, bootstrap, compat, ..chosen })
}

/// The analyses, what they take, and their columns.
fn list() {
    for analysis in ANALYSES {
        let flags: Vec<&str> = analysis.honours.iter().map(|flag| flag.as_str()).collect();
        let keys: Vec<&str> = analysis.keys.iter().map(|key| key.as_str()).collect();
        show(&format!("{}\n  {}", analysis.name, analysis.says));
        show(&format!("  takes {}\n  --by {}", flags.join(" "), keys.join(",")));
        for column in (analysis.columns)() {
            show(&format!("    {:24} {}", column.name, column.says));
        }
    }
    let flags: Vec<&str> = counts::HONOURS.iter().map(|flag| flag.as_str()).collect();
    show(&format!("{}\n  {}\n  takes {}", counts::NAME, counts::SAYS, flags.join(" ")));
}

fn list_columns() {
    for column in columns() {
        let after = if column.after_treatment { "  (after the treatment)" } else { "" };
        show(&format!("{}{after}", column.name));
    }
}

/// Shares of the time, on standard error.
fn timings(read: f64, finished: &[Finished]) {
    let seconds = |done: &Finished| done.took.as_secs_f64();
    let total = read + finished.iter().map(seconds).sum::<f64>();
    let line = |name: &str, seconds: f64| {
        say(&format!("time     {name:16} {seconds:8.3} s {:5.1} %", 100.0 * seconds / total));
    };
    line("reading", read);
    finished.iter().for_each(|done| line(done.name, seconds(done)));
}
