//! Where the raw file of a card lies.

use super::RawError;
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

/// The SHA-256 of some bytes, as 64 lower-case hex digits.
#[must_use]
pub fn sha256_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
