//! Reading the pairs that a command is about, and writing those that it makes.

use crate::args::pairs::{OutArgs, SourceArgs};
use crate::exit::{Failure, INPUT, USAGE};
use crate::fetching::raw_folders;
use crate::output::{harmless, say};
use foretell_core::counted;
use foretell_data::{Cards, PairOptions, PairSet, load_pairs, write_set};
use std::path::{Path, PathBuf};

/// Extensions of files that people keep tables in, which are read here and not written.
const OTHER_FORMATS: [&str; 6] = ["csv", "tsv", "json", "jsonl", "txt", "xlsx"];

/// The cards of the program, and those of a folder.
pub(super) fn cards(folder: Option<&PathBuf>) -> Result<Cards, Failure> {
    Ok(match folder {
        Some(folder) => Cards::embedded().with_dir(folder)?,
        None => Cards::embedded(),
    })
}

/// Reads pairs. Without `reprompt` the prompts of an import are read and checked.
pub(super) fn read(
    specs: &[String],
    args: &SourceArgs,
    reprompt: bool,
) -> Result<PairSet, Failure> {
    let options = PairOptions {
        seed: args.seed,
        scenarios: args.scenarios,
        published: args.published,
        labels: args.labels.clone(),
        reprompt,
        raw: raw_folders(args.raw.as_deref()),
    };
    Ok(load_pairs(specs, &cards(args.cards.as_ref())?, &options)?)
}

/// Writes a set of pairs and says so.
pub(super) fn write(set: &PairSet, args: &OutArgs) -> Result<(), Failure> {
    check_out(&args.out, args.force)?;
    write_set(&args.out, &set.questions, &set.pairs)?;
    for left in &set.report.left_out {
        say(&format!("left out: {}, each {}", counted(left.rows.len() as u64, "row"), left.reason));
    }
    let questions = counted(set.questions.len() as u64, "question");
    let pairs = counted(set.pairs.len() as u64, "pair");
    let out = args.out.display();
    say(&harmless(&format!("wrote {out}: {pairs} of {questions}")));
    Ok(())
}

/// The file format that a name says and that is not written; it would become a folder of that name.
fn other_format(out: &Path) -> Option<String> {
    let extension = out.extension()?.to_str()?.to_lowercase();
    OTHER_FORMATS.contains(&extension.as_str()).then_some(extension)
}

/// Whether the name says another format, or something that is there would be written over.
pub(crate) fn check_out(out: &Path, force: bool) -> Result<(), Failure> {
    if let Some(other) = other_format(out) {
        let message = format!("{}: pairs are written as Parquet, not as .{other}", out.display());
        let help =
            format!("name a table, {}, or a folder", out.with_extension("parquet").display());
        return Err(Failure::said(USAGE, message, help));
    }
    if out.join("run.toml").exists() {
        let message = format!("{} is the folder of a run", out.display());
        return Err(Failure::said(INPUT, message, "its pairs are frozen: name another folder"));
    }
    let tables = [out.to_owned(), out.join("questions.parquet"), out.join("pairs.parquet")];
    let there = tables.into_iter().find(|path| path.is_file()).filter(|_| !force);
    match there {
        None => Ok(()),
        Some(path) => Err(Failure::said(
            INPUT,
            format!("{} is there already", path.display()),
            "name another place, or replace it with `--force`",
        )),
    }
}
