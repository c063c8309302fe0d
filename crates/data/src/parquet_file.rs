//! A Parquet file to import: is it one, and what is its hash.

use crate::error::DataError;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// What a Parquet file begins and ends with.
const MAGIC: &[u8] = b"PAR1";

/// Bytes from which another format is told.
const HEAD: usize = 4096;

/// A file that begins and ends as Parquet does.
#[derive(Debug)]
pub struct ParquetFile {
    /// Where it lies.
    pub path: PathBuf,
    /// The file, at its start.
    pub file: File,
    /// SHA-256 of its bytes.
    pub digest: Vec<u8>,
}

impl ParquetFile {
    /// Opens and hashes a file.
    ///
    /// # Errors
    /// [`DataError::Io`], and [`DataError::NotParquet`] with what the file looks like.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let at = |fault| DataError::Io { path: path.to_owned(), fault };
        let mut file = File::open(path).map_err(at)?;
        let mut head = Vec::new();
        Read::by_ref(&mut file).take(HEAD as u64).read_to_end(&mut head).map_err(at)?;
        if !head.starts_with(MAGIC) {
            let (looks, help) = looks_like(&head).says();
            return Err(DataError::NotParquet { path: path.to_owned(), looks, help });
        }
        if !ends_well(&mut file).map_err(at)? {
            return Err(DataError::NotParquet {
                path: path.to_owned(),
                looks: "it begins like one, but its end is missing",
                help: "the file was cut short: copy or download it again",
            });
        }
        file.rewind().map_err(at)?;
        let mut hash = Sha256::new();
        let mut chunk = vec![0; 1 << 16];
        loop {
            let read = file.read(&mut chunk).map_err(at)?;
            if read == 0 {
                break;
            }
            hash.update(&chunk[..read]);
        }
        file.rewind().map_err(at)?;
        Ok(Self { path: path.to_owned(), file, digest: hash.finalize().to_vec() })
    }
}

fn ends_well(file: &mut File) -> std::io::Result<bool> {
    // Magic, length of the footer, magic: nothing shorter is a file.
    if file.metadata()?.len() < 12 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-4))?;
    let mut end = [0; 4];
    file.read_exact(&mut end)?;
    Ok(end == MAGIC)
}

const ELSE: &str = "give a CSV, JSONL or Parquet file, or a folder with `questions.parquet` and \
                    `pairs.parquet`";

/// What a file looks like from its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looks {
    Parquet,
    Json,
    Csv,
    /// Text that may be anything.
    Text,
    Empty,
    Archive,
    /// What Git LFS leaves in the place of a file.
    Pointer,
    Binary,
}

impl Looks {
    /// What it looks like, and how to get a file that can be read.
    pub(crate) fn says(self) -> (&'static str, &'static str) {
        match self {
            Self::Parquet => ("it looks like Parquet", ELSE),
            Self::Json => ("it looks like JSON or JSONL", ELSE),
            Self::Csv => ("it looks like CSV", ELSE),
            Self::Text => ("it looks like plain text", ELSE),
            Self::Empty => ("it is empty", ELSE),
            Self::Archive => ("it looks like a compressed archive", "unpack it first"),
            Self::Pointer => (
                "it is a pointer of Git LFS, not the file itself",
                "fetch the file with `git lfs pull`",
            ),
            Self::Binary => ("it holds neither Parquet nor text in UTF-8", ELSE),
        }
    }
}

/// What a file looks like whose first bytes, or all of them, are `head`.
pub(crate) fn looks_like(head: &[u8]) -> Looks {
    let head = &head[..head.len().min(HEAD)];
    if head.is_empty() {
        return Looks::Empty;
    }
    if head.starts_with(MAGIC) {
        return Looks::Parquet;
    }
    if head.starts_with(&[0x1f, 0x8b]) || head.starts_with(b"PK\x03\x04") {
        return Looks::Archive;
    }
    if head.starts_with(b"version https://git-lfs") {
        return Looks::Pointer;
    }
    // The head may end in the middle of a character.
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(fault) if fault.error_len().is_none() => {
            std::str::from_utf8(&head[..fault.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return Looks::Binary,
    };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let line = text.lines().next().unwrap_or_default();
    if text.starts_with(['{', '[']) {
        Looks::Json
    } else if line.contains([',', ';', '\t']) {
        Looks::Csv
    } else {
        Looks::Text
    }
}

/// What the file at `path` looks like.
///
/// # Errors
/// [`DataError::Io`].
pub(crate) fn looks_of(path: &Path) -> Result<Looks, DataError> {
    let at = |fault| DataError::Io { path: path.to_owned(), fault };
    let mut head = Vec::new();
    File::open(path).map_err(at)?.take(HEAD as u64).read_to_end(&mut head).map_err(at)?;
    Ok(looks_like(&head))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> (&'static str, &'static str) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        match ParquetFile::open(file.path()) {
            Err(DataError::NotParquet { looks, help, .. }) => (looks, help),
            other => panic!("{:?}", other.err()),
        }
    }

    #[test]
    fn csv_and_jsonl_are_recognised() {
        assert_eq!(refused(b"id,text,label\n1,a,b\n"), ("it looks like CSV", ELSE));
        assert_eq!(refused(b"{\"id\": 1}\n"), ("it looks like JSON or JSONL", ELSE));
    }

    #[test]
    fn other_files_are_refused_too() {
        assert_eq!(refused(b"").0, "it is empty");
        assert_eq!(refused(b"just words").0, "it looks like plain text");
        assert_eq!(refused(b"\x1f\x8b\x08").0, "it looks like a compressed archive");
        assert_eq!(refused(&[0xff, 0xfe, 0]).0, "it holds neither Parquet nor text in UTF-8");
        assert!(refused(b"version https://git-lfs.github.com/spec/v1").0.contains("Git LFS"));
    }

    #[test]
    fn a_file_cut_short_is_refused() {
        assert!(refused(b"PAR1xxxxxxxxxxxx").0.contains("its end is missing"));
        assert!(refused(b"PAR1").0.contains("its end is missing"));
    }
}
