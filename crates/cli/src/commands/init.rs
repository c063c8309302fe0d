//! `foretell init`.

use crate::Done;
use crate::args::InitArgs;
use crate::exit::{DONE, Failure, INPUT};
use crate::output::say;
use foretell_study::STUDY_TEMPLATE;
use std::io::{ErrorKind, Write};

pub(crate) fn run(args: &InitArgs) -> Done {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    if args.force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let path = args.file.display();
    let written =
        options.open(&args.file).and_then(|mut file| file.write_all(STUDY_TEMPLATE.as_bytes()));
    written.map_err(|fault| match fault.kind() {
        ErrorKind::AlreadyExists => Failure::said(
            INPUT,
            format!("{path} is there already"),
            "name another file, or replace it with `--force`",
        ),
        _ => Failure::said(
            INPUT,
            format!("{path}: {fault}"),
            "name a file in a folder you can write to",
        ),
    })?;
    say(&format!("wrote {path}; run it with: foretell run {path}"));
    Ok(DONE)
}
