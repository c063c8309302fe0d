//! `foretell ledger`: what ledgers hold, and how they come together.

mod gc;
mod look;
mod merge;

use crate::Done;
use crate::args::ledger::{LedgerArgs, LedgerCommand};
use crate::exit::{Failure, INPUT};
use foretell_llm::LedgerReader;
use foretell_study::{Layout, StudyError};
use std::path::{Path, PathBuf};

pub(crate) fn run(args: &LedgerArgs) -> Done {
    match &args.what {
        LedgerCommand::Ls(args) => look::ls(args),
        LedgerCommand::Show(args) => look::show_request(args),
        LedgerCommand::Export(args) => look::export(args),
        LedgerCommand::Merge(args) => merge::run(args),
        LedgerCommand::Gc(args) => gc::run(args),
    }
}

/// The file of a ledger: that of a run, where a folder is named.
fn file(path: &Path) -> Result<PathBuf, Failure> {
    if path.is_dir() { Ok(Layout::of_run(path)?.ledger()) } else { Ok(path.to_owned()) }
}

/// The file of a ledger that is there.
fn existing(path: &Path) -> Result<PathBuf, Failure> {
    let file = file(path)?;
    if file.is_file() {
        return Ok(file);
    }
    Err(Failure::said(
        INPUT,
        format!("{}: there is no ledger", file.display()),
        "name the file of a ledger, or the folder of a run",
    ))
}

fn reader(path: &Path) -> Result<LedgerReader, Failure> {
    Ok(LedgerReader::open(&existing(path)?).map_err(StudyError::from)?)
}
