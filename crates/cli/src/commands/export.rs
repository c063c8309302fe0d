//! `foretell export`.

use crate::Done;
use crate::args::wide::ExportArgs;
use crate::exit::{DONE, Failure, INPUT};
use crate::output::{harmless, say, show};
use foretell_core::{count, counted};
use foretell_study::export_run;

pub(crate) fn run(args: &ExportArgs) -> Done {
    if args.paper.exists() && !args.force {
        return Err(Failure::said(
            INPUT,
            format!("{} is there already", args.paper.display()),
            "name another file, or replace it with `--force`",
        ));
    }
    let written = export_run(&args.run, &args.paper)
        .map_err(|error| Failure::from(error).while_doing("nothing was written"))?;
    for note in &written.notes {
        say(&harmless(note));
    }
    let (rows, guesses) = (counted(written.rows, "row"), count(written.guesses));
    show(&harmless(&format!("wrote {}: {rows}, {guesses} guesses", written.file.display())));
    Ok(DONE)
}
