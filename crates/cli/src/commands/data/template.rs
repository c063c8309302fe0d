//! `foretell data template`.

use crate::Done;
use crate::args::data::DataTemplateArgs;
use crate::exit::{DONE, Failure, INPUT};
use crate::output::{say, show};
use foretell_data::starter_card;
use std::io::{ErrorKind, Write};
use std::path::Path;

pub(crate) fn run(args: &DataTemplateArgs) -> Done {
    let starter = starter_card(&args.file, args.target.as_deref())?;
    let Some(out) = &args.out else {
        show(starter.text.trim_end());
        return Ok(DONE);
    };
    let folder = out.join(&starter.id);
    let path = folder.join("card.toml");
    let written = std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::OpenOptions::new().write(true).create_new(true).open(&path))
        .and_then(|mut file| file.write_all(starter.text.as_bytes()));
    written.map_err(|fault| match fault.kind() {
        ErrorKind::AlreadyExists => Failure::said(
            INPUT,
            format!("{} is there already", path.display()),
            "what a person edited is not replaced: name another folder, or remove the file",
        ),
        _ => Failure::said(
            INPUT,
            format!("{}: {fault}", path.display()),
            "name a folder you can write to",
        ),
    })?;
    let raw = args.file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let raw = raw.unwrap_or(Path::new(".")).display();
    say(&format!(
        "wrote {}; edit the lines marked EDIT, then: foretell data check {} --raw {raw}",
        path.display(),
        folder.display()
    ));
    Ok(DONE)
}
