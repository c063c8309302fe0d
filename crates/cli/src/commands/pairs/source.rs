//! Reading the pairs that a command is about, and writing those that it makes.

use crate::args::pairs::{OutArgs, SourceArgs};
use crate::exit::{Failure, INPUT};
use crate::fetching::raw_folders;
use crate::output::{harmless, say};
use foretell_data::{Cards, PairOptions, PairSet, load_pairs, write_set};
use std::path::{Path, PathBuf};

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
        say(&format!("left out: {} rows, each {}", left.rows.len(), left.reason));
    }
    let (questions, pairs) = (set.questions.len(), set.pairs.len());
    let out = args.out.display();
    say(&harmless(&format!("wrote {out}: {pairs} pairs of {questions} questions")));
    Ok(())
}

/// Whether something that is there would be written over.
pub(crate) fn check_out(out: &Path, force: bool) -> Result<(), Failure> {
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
