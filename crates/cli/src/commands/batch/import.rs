//! `foretell batch import`.

use super::{open, runtime};
use crate::Done;
use crate::args::batch::BatchImportArgs;
use crate::command_line::quoted;
use crate::exit::{DONE, INCOMPLETE};
use crate::output::{harmless, say, show};
use foretell_core::{count, counted};
use foretell_study::{Imported, Lacking, Named};

pub(crate) fn run(args: &BatchImportArgs) -> Done {
    let mut batches = open(&args.run, args.dir.as_deref(), None)?;
    let imported = batches.import(&args.files, runtime()?.handle())?;
    show(&format!(
        "{}: {} came into the ledger, {} had ended before",
        counted(imported.lines, "line"),
        counted(imported.replies, "reply").replace("replys", "replies"),
        counted(imported.already, "request"),
    ));
    if imported.repeated > 0 {
        say(&format!("{} beside the one that was taken", counted(imported.repeated, "line")));
    }
    if imported.beside > 0 {
        let beside = counted(imported.beside, "reply").replace("replys", "replies");
        say(&format!(
            "{beside} to requests that had another one: the first counts, and these are kept beside, \
             since they were paid for"
        ));
    }
    if imported.noted > 0 {
        let noted = counted(imported.noted, "reply").replace("replys", "replies");
        say(&format!(
            "{noted} known from before are now known to have come through a batch: `foretell cost` counts \
             them at its price"
        ));
    }
    name(&imported.failures, "failed for good, which is recorded as the outcome");
    name(
        &imported.again,
        "failed in a way that says nothing about the question: to be asked again",
    );
    name(&imported.expired, "expired before the request was sent: to be asked again");
    name(&imported.cancelled, "called off before the request was sent: to be asked again");
    name(&imported.broken, "not a reply");
    name(&imported.foreign, "a reply to somebody else's request");
    name(&imported.unknown, "a reply to a request that this run does not make, or not yet");
    next(args, &imported);
    Ok(if imported.is_clean() { DONE } else { INCOMPLETE })
}

fn name(lines: &Named, what: &str) {
    if lines.count == 0 {
        return;
    }
    say(&format!("{} {what}", count(lines.count)));
    lines.first.iter().for_each(|line| say(&harmless(&format!("  {line}"))));
    let more = lines.count - lines.first.len() as u64;
    if more > 0 {
        say(&format!("  and {} more", count(more)));
    }
}

fn next(args: &BatchImportArgs, imported: &Imported) {
    let run = quoted(&args.run.display().to_string());
    let out = match &args.dir {
        Some(dir) => format!(" --out {}", quoted(&dir.display().to_string())),
        None => String::new(),
    };
    for path in &imported.waiting {
        let path = path.display();
        say(&format!(
            "{path}: import it again once the ledger holds what its requests are made from; until then \
             they count as on their way"
        ));
    }
    match imported.lacking {
        Some(Lacking { stage, requests }) => {
            let number = count(requests);
            say(&format!(
                "the ledger lacks {number} {stage}; next:\n  foretell batch export {run}{out}"
            ));
        }
        None => say("the ledger lacks nothing: the command that made the run derives its tables"),
    }
}
