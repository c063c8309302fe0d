//! A raw file where it lies: nobody is asked for it.

use super::error::FetchError;
use super::extract::sum_of;
use super::source::check;
use foretell_core::card::Source;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The raw file in the first of `folders` that holds it, with its sum verified; `None` if none does.
///
/// A file under the right name but with another sum ends the search: what the user put there is not
/// passed over in silence.
///
/// # Errors
/// [`FetchError::OtherFile`], [`FetchError::BadSource`] and [`FetchError::Io`].
///
/// # Examples
/// ```
/// use foretell_core::card::Source;
/// use foretell_data::find_raw;
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("tides.csv"), "abc")?;
/// let source = Source {
///     file: "tides.csv".to_owned(),
///     sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned(),
///     licence: "CC0 1.0".to_owned(),
///     citation: "the harbour office".to_owned(),
///     addresses: Vec::new(),
/// };
/// let folders = [folder.path().join("cache"), folder.path().to_owned()];
/// assert_eq!(find_raw(&source, &folders)?, Some(folder.path().join("tides.csv")));
/// assert_eq!(find_raw(&source, &folders[..1])?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn find_raw(source: &Source, folders: &[PathBuf]) -> Result<Option<PathBuf>, FetchError> {
    check(source)?;
    for folder in folders {
        if let Some(path) = verified(source, folder)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// The file of a folder if it is there; another one under its name is an error.
pub(super) fn verified(source: &Source, folder: &Path) -> Result<Option<PathBuf>, FetchError> {
    let path = folder.join(&source.file);
    let found = match sum_of(&path) {
        Ok(found) => found,
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(FetchError::Io { path, fault }),
    };
    let expected = source.sha256.to_ascii_lowercase();
    if found == expected {
        return Ok(Some(path));
    }
    Err(FetchError::OtherFile { path, expected, found })
}
