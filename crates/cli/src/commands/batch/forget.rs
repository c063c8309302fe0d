//! `foretell batch forget`.

use super::{runtime, settings};
use crate::Done;
use crate::args::batch::BatchForgetArgs;
use crate::command_line::quoted;
use crate::commands::run::variable;
use crate::exit::{DONE, Failure, INCOMPLETE, USAGE};
use crate::grid::dollars;
use crate::output::{harmless, say, show};
use foretell_core::counted;
use foretell_study::{Batches, Forgotten, Looked};

pub(crate) fn run(args: &BatchForgetArgs) -> Done {
    let (run, dir) = (&args.folder.run, args.folder.dir.as_deref());
    let mut batches = Batches::open_without_keys(run, dir, &variable, &settings())?;
    let forgetting = batches.forget(&args.file, args.yes, runtime()?.handle())?;
    let (name, requests) = (&forgetting.name, counted(forgetting.requests, "request"));
    let most = forgetting.worst_usd.map(|usd| format!(", at most {}", dollars(usd)));
    let stake = format!("{requests}{}", most.unwrap_or_default());
    match forgetting.state {
        Forgotten::Found(said) => {
            show(&harmless(&format!("{name}: its batch had been created: {said}")));
            let run = quoted(&run.display().to_string());
            say(&format!("it is kept; next:\n  foretell batch status {run}"));
            Ok(INCOMPLETE)
        }
        Forgotten::Over(said) => {
            show(&harmless(&format!(
                "{name}: its batch had been created and is over: {said}; nothing of it is on its way"
            )));
            Ok(DONE)
        }
        Forgotten::Done(looked) => {
            tell(&looked);
            show(&harmless(&format!(
                "{name}: given up ({stake}): whatever asks next asks them again, and they may be paid for \
                 twice"
            )));
            Ok(DONE)
        }
        Forgotten::Kept(looked) => {
            tell(&looked);
            Err(Failure::said(
                USAGE,
                harmless(&format!("{name} was not given up: this needs your consent ({stake})")),
                "with `--yes` whatever asks next asks them again, and they may be paid for twice",
            ))
        }
    }
}

/// What was checked of its batch, what was not, and what that risks.
fn tell(looked: &Looked) {
    let unchecked = match looked {
        Looked::Absent => return say("the provider's list has no batch of this file"),
        Looked::Fetched(replies) => {
            return say(&harmless(&format!(
                "its batch has ended and is paid for, and its replies are in {replies}: `foretell batch \
                 import` brings them into the ledger"
            )));
        }
        Looked::Unseen(why) => {
            let lead = "not checked: nobody knows whether the provider has a batch of this file, since its list \
                 could not be looked at";
            format!("{lead}: {why}")
        }
        Looked::Created(batch) => {
            format!(
                "not checked: how far its batch {batch} is, which the provider was told to create"
            )
        }
        Looked::Elsewhere => {
            "not checked: how far its batch is, which only the run that handed the file \
             over knows"
                .to_owned()
        }
    };
    say(&harmless(&unchecked));
    say(
        "a batch that is still at work is paid for all the same, and once the file is given up nothing \
         fetches its replies: they are lost, but for those that you get from the provider yourself and \
         import. Look at the provider's own list of batches, and call it off there",
    );
}
