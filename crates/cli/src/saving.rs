//! Files that results are written to: none of the user's is replaced unasked.

use crate::exit::{Failure, INPUT};
use crate::output::say;
use foretell_tables::write_whole;
use std::path::{Path, PathBuf};

/// Files that are named before the rest is only counted.
const NAMED: usize = 5;

/// Refuses to replace files that are there, all of them at once, unless `force` says so.
pub(crate) fn refuse_existing(paths: &[PathBuf], force: bool) -> Result<(), Failure> {
    let there: Vec<String> =
        paths.iter().filter(|path| path.exists()).map(|path| path.display().to_string()).collect();
    if there.is_empty() || force {
        return Ok(());
    }
    let more = there.len().saturating_sub(NAMED);
    let named = there[..there.len() - more].join(", ");
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let is = if there.len() == 1 { "is" } else { "are" };
    let help = "name another place, or replace what is there with `--force`";
    Err(Failure::said(INPUT, format!("{named}{more} {is} there already"), help))
}

/// The folder for files, which is made.
pub(crate) fn make_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|fault| {
        let help = "name a folder that can be made";
        Failure::said(INPUT, format!("{}: {fault}", folder.display()), help)
    })
}

/// Writes a file whole or not at all, and says so.
pub(crate) fn save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    // A pipe or a device is written to; a file takes the place of the one before.
    let is_special = path.metadata().is_ok_and(|there| !there.is_file());
    let write = if is_special { std::fs::write } else { write_whole };
    write(path, bytes).map_err(|fault| {
        let help = "name a file in a folder you can write to";
        Failure::said(INPUT, format!("{}: {fault}", path.display()), help)
    })?;
    say(&format!("wrote {}", path.display()));
    Ok(())
}
