//! The runs that are analysed.

use crate::command_line::quoted;
use crate::exit::{Failure, INPUT};
use crate::output::{harmless, say};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The runs named, each once, or the one worked on last; says what is odd about them.
pub(crate) fn named(runs: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let runs = match runs {
        [] => vec![latest()?],
        runs => runs.to_vec(),
    };
    let mut seen = HashSet::new();
    let (runs, twice): (Vec<PathBuf>, Vec<PathBuf>) = runs
        .into_iter()
        .partition(|run| seen.insert(run.canonicalize().unwrap_or_else(|_| run.clone())));
    twice.iter().for_each(|run| say(&format!("{} is named twice and counts once", run.display())));
    runs.iter().try_for_each(|run| refuse_parent(run))?;
    runs.iter().for_each(|run| warn_incomplete(run));
    Ok(runs)
}

/// A folder of runs is not a run: says which runs are in it.
fn refuse_parent(folder: &Path) -> Result<(), Failure> {
    if folder.join("predictions").exists() || folder.join("run.toml").exists() {
        return Ok(());
    }
    let runs = foretell_study::list_runs(folder).unwrap_or_default();
    if runs.is_empty() {
        return Ok(());
    }
    let all: Vec<String> = runs.iter().map(|run| run.folder.display().to_string()).collect();
    let more = all.len().saturating_sub(NAMED);
    let named = all[..all.len() - more].join(", ");
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(Failure::said(
        INPUT,
        format!("{} is a folder of runs, not a run", folder.display()),
        format!("name one or several of them: {named}{more}"),
    ))
}

/// Runs that are named before the rest is only counted.
const NAMED: usize = 5;

/// Says that a run is not complete, and what to do. One without a manifest, from elsewhere, says
/// nothing about that.
fn warn_incomplete(run: &Path) {
    if let Ok(manifest) = foretell_study::Manifest::read(run)
        && !manifest.complete
    {
        let folder = run.display().to_string();
        if let Some(judging) = &manifest.judging {
            let judges: Vec<String> = judging.work.iter().map(ToString::to_string).collect();
            say(&harmless(&format!(
                "warning: {folder}: `foretell judge` has not ended: {}; the same command goes on",
                judges.join("; ")
            )));
            if judging.else_complete {
                return;
            }
        }
        say(&format!(
            "warning: {folder} is not complete: the figures are about what was answered so far"
        ));
        if let Some(args) = manifest.study.arguments() {
            let args: Vec<String> = args.iter().map(|arg| quoted(arg)).collect();
            let folder = quoted(&folder);
            say(&harmless(&format!(
                "resume with:\n  foretell run {} --out {folder}",
                args.join(" ")
            )));
        }
    }
}

pub(crate) fn latest() -> Result<PathBuf, Failure> {
    let latest = foretell_study::latest_run(Path::new("runs"))?;
    say(&format!("run {}", latest.display()));
    Ok(latest)
}
