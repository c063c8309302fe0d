//! Where the raw file of a card lies.

use super::RawError;
use crate::cards::Cards;
use foretell_core::card::Source;
use foretell_core::id::hex;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// The raw file of a dataset, in the first of `folders` that holds it.
///
/// # Errors
/// [`RawError::Missing`] says where the file can be had and where to put it.
pub fn raw_file(dataset: &str, source: &Source, folders: &[PathBuf]) -> Result<PathBuf, RawError> {
    let found = folders.iter().map(|folder| folder.join(&source.file)).find(|path| path.is_file());
    found.ok_or_else(|| RawError::Missing {
        dataset: dataset.to_owned(),
        file: source.file.clone(),
        folders: folders.to_vec(),
        addresses: source.addresses.clone(),
    })
}

/// Whether the raw files of `datasets` are at hand, told at once where several are not. Datasets that
/// are no tables are passed over.
///
/// # Errors
/// As [`raw_file`], and [`RawError::SeveralMissing`].
pub(crate) fn check_raw_files(
    datasets: &[String],
    cards: &Cards,
    folders: &[PathBuf],
) -> Result<(), RawError> {
    let mut missing = Vec::new();
    for dataset in datasets {
        let Ok(card) = cards.tabular(dataset) else { continue };
        if let Err(error) = raw_file(dataset, card.source, folders) {
            missing.push((dataset, card.source, error));
        }
    }
    match missing.len() {
        0 => Ok(()),
        1 => Err(missing.remove(0).2),
        _ => Err(RawError::SeveralMissing {
            missing: missing
                .into_iter()
                .map(|(dataset, source, _)| (dataset.clone(), source.file.clone()))
                .collect(),
            folders: folders.to_vec(),
        }),
    }
}

/// The SHA-256 of some bytes, as 64 lower-case hex digits.
#[must_use]
pub fn sha256_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
