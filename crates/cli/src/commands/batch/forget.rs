//! `foretell batch forget`.

use super::{open, runtime};
use crate::Done;
use crate::args::batch::BatchForgetArgs;
use crate::command_line::quoted;
use crate::commands::run::variable;
use crate::exit::{DONE, Failure, INCOMPLETE, USAGE};
use crate::grid::dollars;
use crate::output::{harmless, say, show};
use foretell_core::counted;
use foretell_study::Forgotten;

pub(crate) fn run(args: &BatchForgetArgs) -> Done {
    let mut batches = open(&args.folder.run, args.folder.dir.as_deref(), Some(&variable))?;
    let forgetting = batches.forget(&args.file, args.yes, runtime()?.handle())?;
    let (name, requests) = (&forgetting.name, counted(forgetting.requests, "request"));
    let most = forgetting.worst_usd.map(|usd| format!(", at most {}", dollars(usd)));
    let stake = format!("{requests}{}", most.unwrap_or_default());
    match forgetting.state {
        Forgotten::Found(said) => {
            show(&harmless(&format!("{name}: its batch had been created: {said}")));
            let run = quoted(&args.folder.run.display().to_string());
            say(&format!("it is kept; next:\n  foretell batch status {run}"));
            Ok(INCOMPLETE)
        }
        Forgotten::Done => {
            show(&harmless(&format!(
                "{name}: given up ({stake}): whatever asks next asks them again, and they may be paid for \
                 twice"
            )));
            Ok(DONE)
        }
        Forgotten::Kept { looked } => {
            match looked {
                Some(Ok(())) => say("the provider's list has no batch of this file"),
                Some(Err(why)) => {
                    say(&harmless(&format!("nobody knows whether its batch is there: {why}")))
                }
                None => {}
            }
            Err(Failure::said(
                USAGE,
                format!("{name} was not given up: this needs your consent ({stake})"),
                "with `--yes` whatever asks next asks them again, and they may be paid for twice",
            ))
        }
    }
}
