//! `foretell analyze`.

use super::run::quoted;
use crate::Done;
use crate::args::{Analysis, AnalyzeArgs, Format, GainArgs};
use crate::exit::{DONE, Failure, INPUT, USAGE};
use crate::output::{harmless, say, show};
use foretell_analysis::{GainRequest, GainTable, GroupKey, gain};
use foretell_report::table::gain_table;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

pub(crate) fn run(args: &AnalyzeArgs) -> Done {
    match &args.analysis {
        Analysis::Gain(args) => run_gain(args),
    }
}

fn run_gain(args: &GainArgs) -> Done {
    let format = format(args)?;
    if args.arm == args.against {
        return Err(Failure::said(
            USAGE,
            format!("arm `{}` is compared against itself", args.arm),
            "name two arms, such as `--arm with --against without`",
        ));
    }
    let by = GroupKey::list(&args.by).map_err(|fault| {
        let keys = "the keys are reference, dataset, predictor, answer_order";
        Failure::said(USAGE, format!("--by: {fault}"), keys)
    })?;
    let runs = match args.runs.as_slice() {
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
    let runs: Vec<&Path> = runs.iter().map(PathBuf::as_path).collect();
    let request = GainRequest {
        by,
        arm: args.arm.clone(),
        against: args.against.clone(),
        level: args.level,
        bootstrap: args.bootstrap,
        seed: args.seed,
    };
    let table = gain(&runs, &request)?;
    print(&table, format, args.out.as_deref())?;
    Ok(DONE)
}

/// The format asked for, or that of the file's ending; a file that is there is left alone.
fn format(args: &GainArgs) -> Result<Format, Failure> {
    let Some(out) = &args.out else { return Ok(args.format.unwrap_or(Format::Table)) };
    let ending = out.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let format = match (args.format, ending.as_deref()) {
        (Some(format), _) => format,
        (None, Some("csv")) => Format::Csv,
        (None, Some("json")) => Format::Json,
        (None, Some("parquet")) => Format::Parquet,
        (None, _) => {
            return Err(Failure::said(
                USAGE,
                format!("`--out {}` does not say by its ending how to write it", out.display()),
                "end it in .csv, .json or .parquet, or add `--format`",
            ));
        }
    };
    if out.exists() && !args.force {
        return Err(Failure::said(
            INPUT,
            format!("{} is there already", out.display()),
            "name another file, or replace it with `--force`",
        ));
    }
    Ok(format)
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

pub(super) fn latest() -> Result<PathBuf, Failure> {
    let latest = foretell_study::latest_run(Path::new("runs"))?;
    say(&format!("run {}", latest.display()));
    Ok(latest)
}

/// Prints a table in the format asked for, or writes it to a file.
pub(crate) fn print(table: &GainTable, format: Format, out: Option<&Path>) -> Result<(), Failure> {
    // These have no place for them.
    if matches!(format, Format::Csv | Format::Parquet) {
        table.warnings.iter().for_each(|warning| say(&harmless(&format!("warning: {warning}"))));
    }
    let text = match (format, out) {
        (Format::Parquet, None) => {
            return Err(Failure::said(
                USAGE,
                "`--format parquet` writes a file, and no file is named",
                "add `--out gain.parquet`",
            ));
        }
        (Format::Parquet, Some(out)) => {
            table.write_parquet(out)?;
            say(&format!("wrote {}", out.display()));
            return Ok(());
        }
        (Format::Table, None) => gain_table(table, width()),
        (Format::Table, Some(_)) => gain_table(table, None),
        (Format::Json, _) => table.to_json(),
        (Format::Csv, _) => table.to_csv(),
    };
    match out {
        None => show(text.trim_end()),
        Some(out) => {
            std::fs::write(out, text).map_err(|fault| {
                let help = "name a file in a folder you can write to";
                Failure::said(INPUT, format!("{}: {fault}", out.display()), help)
            })?;
            say(&format!("wrote {}", out.display()));
        }
    }
    Ok(())
}

/// Columns of the terminal; none in a pipe, where a table is as wide as it is.
pub(crate) fn width() -> Option<u16> {
    console::Term::stdout().size_checked().map(|(_, columns)| columns)
}
