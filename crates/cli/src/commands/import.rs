//! `foretell import`.

use crate::Done;
use crate::args::ListFormat;
use crate::args::wide::ImportRunArgs;
use crate::command_line::quoted;
use crate::exit::{DONE, Failure};
use crate::output::{harmless, show};
use foretell_core::{count, counted};
use foretell_data::Cards;
use foretell_study::{ImportedRun, import_run};
use serde_json::json;

/// Models that are named before the rest is only counted.
const NAMED: usize = 6;

pub(crate) fn run(args: &ImportRunArgs) -> Done {
    let cards = match &args.cards {
        Some(folder) => Cards::embedded().with_dir(folder)?,
        None => Cards::embedded(),
    };
    let imported = import_run(&args.file, &args.out, &cards)
        .map_err(|error| Failure::from(error).while_doing("nothing was imported"))?;
    match args.format {
        ListFormat::Table => print(&imported),
        ListFormat::Json => show(&as_json(&imported)),
    }
    Ok(DONE)
}

fn print(run: &ImportedRun) {
    show(&harmless(&format!(
        "run      {}: {}, {}, {}, {} guesses in {}",
        run.folder.display(),
        counted(run.pairs, "pair"),
        counted(run.questions, "question"),
        counted(run.answers, "answer"),
        count(run.guesses),
        counted(run.arms.len() as u64, "arm"),
    )));
    for (role, names) in [("reference", &run.references), ("predictor", &run.predictors)] {
        show(&harmless(&format!(
            "         {}: {}",
            counted(names.len() as u64, role),
            named(names)
        )));
    }
    for note in &run.notes {
        show(&harmless(&format!("         {note}")));
    }
    if run.guesses > 0 {
        let folder = quoted(&run.folder.display().to_string());
        show(&format!("figures  foretell analyze gain {folder}"));
    }
}

fn named(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let mut text = names[..names.len() - more].join(", ");
    match more {
        0 if names.is_empty() => text.push_str("none"),
        0 => {}
        more => text.push_str(&format!(" and {more} more")),
    }
    text
}

fn as_json(run: &ImportedRun) -> String {
    let value = json!({
        "run": run.folder,
        "rows": run.rows,
        "pairs": run.pairs,
        "questions": run.questions,
        "answers": run.answers,
        "guesses": run.guesses,
        "references": run.references,
        "predictors": run.predictors,
        "arms": run.arms,
        "notes": run.notes,
    });
    serde_json::to_string_pretty(&value).expect("what was imported is always JSON")
}
