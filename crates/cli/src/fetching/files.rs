//! The raw files of several cards, at hand or fetched.

use super::downloads::Downloads;
use crate::output::show;
use foretell_core::card::Source;
use foretell_data::{FetchError, FetchLimits, fetch, find_raw};
use miette::Diagnostic;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Files that could not be had.
#[derive(Debug, Error, Diagnostic)]
#[error("{} of {all} raw files are not at hand", faults.len())]
pub(crate) struct NotAtHand {
    /// How many were wanted.
    all: usize,
    /// What went wrong with each that is missing.
    #[related]
    faults: Vec<FetchError>,
}

/// Sees to it that each dataset's raw file is in `raw` (where it is only verified) or in `cache`
/// (where what is missing is downloaded into), and shows where it lies.
///
/// All are tried before any fault is told.
pub(crate) fn fetch_all(
    sources: &[(&str, &Source)],
    raw: Option<&Path>,
    cache: &Path,
) -> Result<(), NotAtHand> {
    let downloads = Downloads::new();
    let mut faults = Vec::new();
    for &(dataset, source) in sources {
        match at_hand(source, raw, cache, &downloads) {
            Ok(path) => show(&format!("{dataset}: {}", path.display())),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(NotAtHand { all: sources.len(), faults })
}

fn at_hand(
    source: &Source,
    raw: Option<&Path>,
    cache: &Path,
    downloads: &Downloads,
) -> Result<PathBuf, FetchError> {
    let folders: Vec<PathBuf> = raw.into_iter().chain([cache]).map(Path::to_owned).collect();
    if let Some(path) = find_raw(source, &folders)? {
        return Ok(path);
    }
    let fetched = fetch(source, cache, &FetchLimits::default(), &|event| downloads.tell(event))?;
    Ok(fetched.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Failure;

    #[test]
    fn all_files_are_tried_before_the_faults_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let (raw, cache) = (folder.path().join("raw"), folder.path().join("cache"));
        std::fs::create_dir(&raw).unwrap();
        let source = |file: &str| Source {
            file: file.to_owned(),
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned(),
            licence: String::new(),
            citation: String::new(),
            addresses: Vec::new(),
        };
        let made = ["a", "b", "c"].map(|name| (name, source(name)));
        let sources = [0, 1, 2].map(|at| (made[at].0, &made[at].1));
        std::fs::write(raw.join("b"), "abc").unwrap();
        let error = fetch_all(&sources, Some(&raw), &cache).unwrap_err();
        assert_eq!(error.to_string(), "2 of 3 raw files are not at hand");
        let missing: Vec<_> = error.faults.iter().map(ToString::to_string).collect();
        let said = |name| format!("`{name}` cannot be downloaded: the card names no address");
        assert_eq!(missing, [said("a"), said("c")]);
        let _ = Failure::from(error).tell();
        assert!(!raw.join("a").exists() && !cache.join("b").exists(), "nothing is copied");
        fetch_all(&sources[1..2], Some(&raw), &cache).unwrap();
        crate::fetching::cache_dir().unwrap();
    }
}
