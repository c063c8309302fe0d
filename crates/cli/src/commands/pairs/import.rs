//! `foretell pairs import`.

use super::source;
use crate::Done;
use crate::args::ListFormat;
use crate::args::pairs::ImportArgs;
use crate::exit::{DONE, Failure, INPUT};
use crate::output::{harmless, say, show};
use foretell_core::counted;
use foretell_data::{ImportRequest, Imported, RowFault, import, write_faults};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Faults of one kind that are shown.
const SHOWN: usize = 3;

/// Characters of a fault that are shown.
const WIDTH: usize = 160;

pub(super) fn run(args: &ImportArgs) -> Done {
    source::check_out(&args.out, args.force)?;
    let request = ImportRequest {
        layout: args.layout.map(Into::into),
        columns: args.columns.given(),
        bbq_pairs: args.bbq_pairs.into(),
        delimiter: args.delimiter,
        answers_from: usize::from(args.answers_from),
        reprompt: args.reprompt,
    };
    let imported = import(&args.file, &source::cards(args.cards.as_ref())?, &request)?;
    let empty = imported.questions.is_empty();
    if !empty {
        imported.write(&args.out)?;
    }
    let faults = save_faults(&imported, &args.out)?;
    let lost = imported.faults.iter().filter(|fault| !fault.kind.is_harmless()).count();
    match args.format {
        ListFormat::Table => print(&imported, &args.out, faults.as_deref()),
        ListFormat::Json => show(&as_json(&imported, &args.out, faults.as_deref())),
    }
    if empty {
        let message = format!("{}: no row is valid; nothing was written", args.file.display());
        let help = "the faults above say what is wrong; flags name other columns and labels";
        return Err(Failure::said(INPUT, message, help));
    }
    if lost == 0 || args.allow_faults {
        return Ok(DONE);
    }
    say(&format!(
        "{} {} not in {}: exit status {INPUT}; `--allow-faults` makes it 0",
        counted(lost as u64, "row"),
        if lost == 1 { "is" } else { "are" },
        args.out.display()
    ));
    Ok(INPUT)
}

/// Writes the faults beside the output; those of an earlier import go.
fn save_faults(imported: &Imported, out: &Path) -> Result<Option<PathBuf>, Failure> {
    let path = match out.extension() {
        Some(extension) if extension.eq_ignore_ascii_case("parquet") => {
            out.with_extension("faults.csv")
        }
        _ => out.join("faults.csv"),
    };
    if imported.faults.is_empty() {
        return match std::fs::remove_file(&path) {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
                let message = format!("{}: {fault}", path.display());
                Err(Failure::said(
                    INPUT,
                    message,
                    "it holds the faults of an earlier import: remove it",
                ))
            }
            _ => Ok(None),
        };
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|fault| {
            let message = format!("{}: {fault}", folder.display());
            Failure::said(INPUT, message, "name a place you can write to")
        })?;
    }
    write_faults(&path, &imported.faults)?;
    Ok(Some(path))
}

fn print(imported: &Imported, out: &Path, faults: Option<&Path>) {
    show(&harmless(&format!("read     {}: {}", imported.source, counted(imported.rows, "row"))));
    if !imported.questions.is_empty() {
        let pairs = match imported.pairs.len() {
            0 => "no pairs".to_owned(),
            pairs => counted(pairs as u64, "pair"),
        };
        let questions = counted(imported.questions.len() as u64, "question");
        show(&harmless(&format!("wrote    {}: {pairs}, {questions}", out.display())));
    }
    for note in &imported.notes {
        show(&harmless(&format!("         {note}")));
    }
    let Some(path) = faults else { return };
    for (kind, rows) in imported.counts() {
        show(&format!("left out {}: {}", counted(rows as u64, "row"), kind.says()));
        let of_kind = imported.faults.iter().filter(|fault| fault.kind == kind);
        of_kind.take(SHOWN).for_each(|fault| show(&format!("           {}", shown(fault))));
    }
    show(&harmless(&format!("faults   {}", path.display())));
}

/// A fault on one line.
fn shown(fault: &RowFault) -> String {
    let line = harmless(&fault.to_string()).replace(['\n', '\t'], " ");
    if line.chars().count() <= WIDTH {
        return line;
    }
    line.chars().take(WIDTH).chain(['…']).collect()
}

fn as_json(imported: &Imported, out: &Path, faults: Option<&Path>) -> String {
    let kinds: serde_json::Map<String, serde_json::Value> =
        imported.counts().into_iter().map(|(kind, rows)| (kind.to_string(), rows.into())).collect();
    let value = json!({
        "source": imported.source,
        "layout": imported.layout.as_str(),
        "rows": imported.rows,
        "pairs": imported.pairs.len(),
        "questions": imported.questions.len(),
        "out": out,
        "notes": imported.notes,
        "left_out": kinds,
        "faults": faults,
    });
    serde_json::to_string_pretty(&value).expect("what was read is always JSON")
}
