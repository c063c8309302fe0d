//! `foretell batch submit`, `status` and `fetch`.

use super::{open, runtime};
use crate::Done;
use crate::args::ListFormat;
use crate::args::batch::{BatchFetchArgs, BatchFolderArgs, BatchStatusArgs, BatchSubmitArgs};
use crate::command_line::quoted;
use crate::commands::run::variable;
use crate::confirm::confirm;
use crate::exit::{DONE, PROVIDER};
use crate::output::{harmless, say, show};
use foretell_core::count;
use foretell_study::{BatchRecord, Batches, FileState, Submitted};

pub(crate) fn submit(args: &BatchSubmitArgs) -> Done {
    let mut batches = open_hosted(&args.folder)?;
    batches.remember()?;
    let by_hand = batches.files().iter().filter(|file| is_open(file) && file.format == "vllm");
    for file in by_hand {
        let name = &file.name;
        say(&format!("{name}: `vllm` batches are handed to an engine by hand (docs/scale.md)"));
    }
    let plan = batches.plan();
    if plan.rows.is_empty() {
        say("nothing to hand over: `foretell batch export` writes what the ledger lacks");
        return Ok(DONE);
    }
    if !confirm(&plan, args.yes, None)? {
        say("nothing was sent");
        return Ok(DONE);
    }
    let runtime = runtime()?;
    let told = batches.submit(runtime.handle())?;
    let told: Vec<Submitted> = told.into_iter().filter(|one| is_hosted(&batches, one)).collect();
    Ok(tell(&told))
}

pub(crate) fn status(args: &BatchStatusArgs) -> Done {
    let mut batches = open_hosted(&args.folder)?;
    let told = batches.refresh(runtime()?.handle())?;
    match args.format {
        ListFormat::Json => {
            let files = serde_json::to_string_pretty(batches.files());
            show(&files.expect("a list is always JSON"));
        }
        ListFormat::Table => {
            for file in batches.files() {
                let said = told.iter().find(|one| one.name == file.name);
                let said = said.map_or(String::new(), |one| format!(": {}", one.said));
                let (requests, state) = (count(file.requests), word(file.state));
                let name = &file.name;
                show(&harmless(&format!("{name}  {requests} requests, {state}{said}")));
            }
        }
    }
    if batches.files().is_empty() {
        say("there are no batch files; `foretell batch export` writes what the ledger lacks");
    }
    Ok(if told.iter().any(|one| one.failed) { PROVIDER } else { DONE })
}

pub(crate) fn fetch(args: &BatchFetchArgs) -> Done {
    let mut batches = open_hosted(&args.folder)?;
    let told = batches.fetch(runtime()?.handle())?;
    let status = tell(&told);
    let fetched = batches.files().iter().filter(|file| file.state == FileState::Fetched);
    let files: Vec<String> = fetched
        .filter_map(|file| Some(batches.folder().join(file.replies.as_ref()?)))
        .map(|path| quoted(&path.display().to_string()))
        .collect();
    if !files.is_empty() {
        let run = quoted(&args.folder.run.display().to_string());
        let dir = args.folder.dir.as_ref();
        let dir = dir
            .map_or(String::new(), |dir| format!(" --dir {}", quoted(&dir.display().to_string())));
        say(&format!("next:\n  foretell batch import {run}{dir} {}", files.join(" ")));
    } else if told.is_empty() {
        say("no batch is on its way");
    }
    Ok(status)
}

fn open_hosted(args: &BatchFolderArgs) -> Result<Batches, crate::exit::Failure> {
    open(&args.run, args.dir.as_deref(), Some(&variable))
}

fn is_open(file: &BatchRecord) -> bool {
    matches!(file.state, FileState::Written | FileState::Creating)
}

/// Whether a file goes to a provider, so that what became of it is worth a line.
fn is_hosted(batches: &Batches, one: &Submitted) -> bool {
    !batches.files().iter().any(|file| file.name == one.name && file.format == "vllm")
}

/// A line for each file; the status says whether all went well.
fn tell(told: &[Submitted]) -> u8 {
    for one in told {
        let line = harmless(&format!("{}: {}", one.name, one.said));
        if one.failed { say(&line) } else { show(&line) }
    }
    if told.iter().any(|one| one.failed) { PROVIDER } else { DONE }
}

fn word(state: FileState) -> &'static str {
    match state {
        FileState::Written => "not handed over",
        FileState::Creating => "perhaps handed over (`foretell batch submit` looks)",
        FileState::Working => "on its way",
        FileState::Ended => "ended, to be fetched",
        FileState::Fetched => "fetched, to be imported",
        FileState::Imported => "done",
        FileState::Rejected => "rejected as a whole",
        FileState::Forgotten => "given up",
    }
}
