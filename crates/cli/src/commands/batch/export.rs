//! `foretell batch export`.

use super::open;
use crate::Done;
use crate::args::batch::BatchExportArgs;
use crate::command_line::quoted;
use crate::exit::DONE;
use crate::output::{harmless, say, show};
use foretell_core::{count, counted};
use foretell_study::{ExportRequest, Exported};

pub(crate) fn run(args: &BatchExportArgs) -> Done {
    let mut batches = open(&args.run, args.out.as_deref(), None)?;
    let request = ExportRequest {
        format: args.provider,
        model: args.model.clone(),
        most_requests: args.max_requests,
        most_bytes: args.max_mb.map(|megabytes| megabytes * 1_000_000),
    };
    let exported = batches.export(&request)?;
    tell(&exported);
    for file in &exported.files {
        let path = batches.folder().join(&file.name);
        let (requests, kilobytes) = (count(file.requests), count(file.bytes.div_ceil(1000)));
        show(&format!("{}  {}: {requests} requests, {kilobytes} kB", path.display(), file.format));
    }
    if !exported.files.is_empty() {
        next(args, &exported, &batches.folder().display().to_string());
    }
    Ok(DONE)
}

fn tell(exported: &Exported) {
    let Some(stage) = exported.stage else {
        say("the ledger lacks nothing: `foretell run` derives the tables");
        return;
    };
    say(&format!("stage: {stage}"));
    if exported.under_way > 0 {
        let under_way = counted(exported.under_way, "request");
        say(&format!(
            "{under_way} left out: they are in batches on their way (`foretell batch status`)"
        ));
    }
    for (model, lacking, why) in &exported.left_out {
        let lacking = counted(*lacking, "request");
        say(&harmless(&format!("model `{model}`: {lacking} not written: {why}")));
    }
    if stage != "predictions" {
        say(&format!(
            "what follows from the {stage} is exported once all of them are in the ledger"
        ));
    }
}

/// What is done with the files.
fn next(args: &BatchExportArgs, exported: &Exported, folder: &str) {
    let run = quoted(&args.run.display().to_string());
    let dir = match &args.out {
        Some(out) => format!(" --dir {}", quoted(&out.display().to_string())),
        None => String::new(),
    };
    let by_hand = |format: &str| format == "vllm";
    if exported.files.iter().any(|file| !by_hand(&file.format)) {
        say(&format!("next:\n  foretell batch submit {run}{dir}"));
    }
    if let Some(file) = exported.files.iter().find(|file| by_hand(&file.format)) {
        let (folder, name) = (quoted(folder), quoted(&file.name));
        say(&format!(
            "next, on a machine with a GPU (docs/scale.md):\n  vllm run-batch -i {folder}/{name} \
             -o replies.jsonl --model MODEL\nand here:\n  foretell batch import {run} replies.jsonl"
        ));
    }
}
