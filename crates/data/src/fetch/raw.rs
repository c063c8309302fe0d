//! A raw file where it lies: nobody is asked for it.

use super::error::FetchError;
use super::extract::sum_of;
use super::source::Source;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The raw file in `raw_dir`, else in the cache, with its sum verified.
///
/// A file under the right name but with another sum ends the search: what the user put there is not
/// passed over in silence.
///
/// # Errors
/// [`FetchError::Absent`] names the addresses, the file and the folders that it may be put into;
/// [`FetchError::OtherFile`], [`FetchError::BadSource`], and [`FetchError::Io`], also where `raw_dir`
/// is no folder.
///
/// # Examples
/// ```
/// use foretell_data::{Source, raw_file};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("tides.csv"), "abc")?;
/// let source = Source {
///     file: "tides.csv".to_owned(),
///     sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned(),
///     addresses: Vec::new(),
/// };
/// let cache = folder.path().join("cache");
/// let path = raw_file(&source, Some(folder.path()), &cache)?;
/// assert_eq!(path, folder.path().join("tides.csv"));
/// assert!(raw_file(&source, None, &cache).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn raw_file(
    source: &Source,
    raw_dir: Option<&Path>,
    cache_dir: &Path,
) -> Result<PathBuf, FetchError> {
    source.check()?;
    if let Some(folder) = raw_dir {
        let fault = match std::fs::metadata(folder) {
            Ok(data) if data.is_dir() => None,
            Ok(_) => Some(ErrorKind::NotADirectory.into()),
            Err(fault) => Some(fault),
        };
        if let Some(fault) = fault {
            return Err(FetchError::Io { path: folder.to_owned(), fault });
        }
    }
    let folders = || raw_dir.into_iter().chain([cache_dir]);
    for folder in folders() {
        if let Some(path) = verified(source, folder)? {
            return Ok(path);
        }
    }
    Err(FetchError::Absent {
        file: source.file.clone(),
        sha256: source.sum(),
        folders: folders().map(Path::to_owned).collect(),
        addresses: source.addresses.clone(),
    })
}

/// The file of a folder if it is there; another one under its name is an error.
pub(super) fn verified(source: &Source, folder: &Path) -> Result<Option<PathBuf>, FetchError> {
    let path = folder.join(&source.file);
    let found = match sum_of(&path) {
        Ok(found) => found,
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(FetchError::Io { path, fault }),
    };
    let expected = source.sum();
    if found == expected {
        return Ok(Some(path));
    }
    Err(FetchError::OtherFile { path, expected, found })
}
