//! `foretell runs`.

use crate::Done;
use crate::args::{ListFormat, RunsArgs};
use crate::exit::{DONE, Failure, INPUT};
use crate::output::{harmless, say, show};
use foretell_core::{count, counted};
use foretell_study::{RunSummary, list_runs};
use serde_json::json;
use std::path::Path;

/// Where runs are if nothing else is said.
const USUAL: &str = "runs";

pub(crate) fn run(args: &RunsArgs) -> Done {
    // Without any run yet there is no folder of the usual name, and that is no mistake.
    if !args.folder.is_dir() && args.folder != Path::new(USUAL) {
        let folder = args.folder.display();
        let said = harmless(&format!("{folder}: there is no such folder"));
        return Err(Failure::said(INPUT, said, "name a folder that holds runs, such as `runs`"));
    }
    let runs = list_runs(&args.folder)?;
    match args.format {
        ListFormat::Json => {
            let list: Vec<_> = runs.iter().map(as_json).collect();
            show(&serde_json::to_string_pretty(&list).expect("a list is always JSON"));
        }
        ListFormat::Table if runs.is_empty() => {
            say(&format!("no runs in {}; `foretell run` makes one", args.folder.display()));
        }
        ListFormat::Table => runs.iter().for_each(|run| show(&line(run))),
    }
    Ok(DONE)
}

fn line(run: &RunSummary) -> String {
    let folder = run.folder.display();
    match &run.manifest {
        Err(fault) => format!("{folder}  cannot be read: {fault}"),
        Ok(manifest) => {
            let study = &manifest.study;
            let state = if manifest.complete { "complete" } else { "not complete" };
            let limit =
                study.limit.map_or(String::new(), |limit| format!(", limit {}", count(limit)));
            format!(
                "{folder}  {state}: {}{limit} from {}; {}, {}, {}; {} of {}",
                counted(manifest.frozen.pairs, "pair"),
                harmless(&study.pairs.join(", ")),
                counted(study.references.len() as u64, "reference"),
                counted(study.predictors.len() as u64, "predictor"),
                counted(study.arms.len() as u64, "arm"),
                count(run.tables),
                counted(run.tables_wanted(), "table"),
            )
        }
    }
}

fn as_json(run: &RunSummary) -> serde_json::Value {
    let folder = run.folder.display().to_string();
    match &run.manifest {
        Err(fault) => json!({"run": folder, "error": fault}),
        Ok(manifest) => json!({
            "run": folder,
            "name": manifest.study.name,
            "complete": manifest.complete,
            "pairs_from": manifest.study.pairs,
            "pairs": manifest.frozen.pairs,
            "limit": manifest.study.limit,
            "references": manifest.study.references.len(),
            "predictors": manifest.study.predictors.len(),
            "arms": manifest.study.arms,
            "tables": run.tables,
            "tables_wanted": run.tables_wanted(),
        }),
    }
}
