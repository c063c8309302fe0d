//! `foretell batch`: a run through batch files.

mod export;
mod forget;
mod hosted;
mod import;

use crate::Done;
use crate::args::batch::{Batch, BatchArgs};
use crate::args::requests::on_full;
use crate::exit::{Failure, UNEXPECTED};
use foretell_llm::{Keys, Limits};
use foretell_study::{Batches, Run, Settings};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

pub(crate) fn run(args: &BatchArgs) -> Done {
    match &args.what {
        Batch::Export(args) => export::run(args),
        Batch::Submit(args) => hosted::submit(args),
        Batch::Status(args) => hosted::status(args),
        Batch::Fetch(args) => hosted::fetch(args),
        Batch::Import(args) => import::run(args),
        Batch::Forget(args) => forget::run(args),
    }
}

/// The batch files of a run; without keys to write and read files, on machines that have none.
fn open(run: &Path, folder: Option<&Path>, keys: Option<Keys<'_>>) -> Result<Batches, Failure> {
    let run = match keys {
        Some(keys) => Run::reopen(run, keys, &settings())?,
        None => Run::reopen_unasked(run, &settings())?,
    };
    Ok(Batches::open(run, folder)?)
}

fn settings() -> Settings {
    Settings {
        limits: Limits::default(),
        timeout: Duration::from_secs(600),
        on_full,
        tell: Arc::new(crate::output::say),
        ledger: None,
    }
}

fn runtime() -> Result<Runtime, Failure> {
    Runtime::new().map_err(|fault| {
        Failure::said(UNEXPECTED, format!("cannot start threads: {fault}"), "free some memory")
    })
}
