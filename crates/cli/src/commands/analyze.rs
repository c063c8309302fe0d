//! `foretell analyze`.

use crate::Done;
use crate::args::{Analysis, AnalyzeArgs, Format, GainArgs};
use crate::exit::{DONE, Failure, INPUT, USAGE};
use crate::output::{say, show};
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
    print(&table, args.format, args.out.as_deref())?;
    Ok(DONE)
}

fn latest() -> Result<PathBuf, Failure> {
    let latest = foretell_study::latest_run(Path::new("runs"))?;
    say(&format!("run {}", latest.display()));
    Ok(latest)
}

/// Prints a table in the format asked for, or writes it to a file.
pub(crate) fn print(table: &GainTable, format: Format, out: Option<&Path>) -> Result<(), Failure> {
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
