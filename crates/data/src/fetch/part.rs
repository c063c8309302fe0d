//! What came of a file before its download broke off.

use foretell_core::id::hex;
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

/// A partial file beside the file's place, and what tells the version that it is a part of.
///
/// `NAME.1a2b3c4d.part` holds the bytes; the digits stand for the address, as two addresses may give
/// different bytes (an archive, the file itself). `NAME.1a2b3c4d.part.version` holds the server's
/// strong `ETag` or its `Last-Modified`, word for word.
pub(super) struct Part {
    path: PathBuf,
    version: PathBuf,
}

/// A part that can be gone on with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Begun {
    /// Bytes that are there.
    pub(super) done: u64,
    /// Their version, for `If-Range`.
    pub(super) version: String,
}

impl Part {
    pub(super) fn of(folder: &Path, file: &str, url: &str) -> Self {
        let address = hex(&Sha256::digest(url)[..4]);
        let name = format!("{file}.{address}.part");
        Self { version: folder.join(format!("{name}.version")), path: folder.join(name) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What there is to go on with: nothing where the version is unknown.
    pub(super) fn begun(&self) -> Result<Option<Begun>> {
        let done = absent_is_none(std::fs::metadata(&self.path))?.map_or(0, |data| data.len());
        let version = absent_is_none(std::fs::read_to_string(&self.version))?;
        Ok(version
            .filter(|version| done > 0 && !version.is_empty())
            .map(|version| Begun { done, version }))
    }

    /// An empty part of a version, which is unknown where the server does not say.
    pub(super) fn start(&self, version: Option<&str>) -> Result<File> {
        // In this order: at no moment do old bytes lie beside a new version.
        let file = File::create(&self.path)?;
        match version {
            Some(version) => std::fs::write(&self.version, version)?,
            None => remove(&self.version)?,
        }
        Ok(file)
    }

    /// The part, to add to its end.
    pub(super) fn go_on(&self) -> Result<File> {
        OpenOptions::new().append(true).open(&self.path)
    }

    pub(super) fn remove(&self) -> Result<()> {
        remove(&self.path)?;
        remove(&self.version)
    }
}

fn remove(path: &Path) -> Result<()> {
    absent_is_none(std::fs::remove_file(path)).map(|_| ())
}

fn absent_is_none<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn only_bytes_of_a_known_version_are_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let part = Part::of(folder.path(), "a", "http://host/a");
        assert_eq!(part.begun().unwrap(), None);
        part.start(Some("\"v1\"")).unwrap();
        assert_eq!(part.begun().unwrap(), None, "no bytes yet");
        part.go_on().unwrap().write_all(b"12").unwrap();
        part.go_on().unwrap().write_all(b"3").unwrap();
        let version = "\"v1\"".to_owned();
        assert_eq!(part.begun().unwrap(), Some(Begun { done: 3, version }));
        part.start(None).unwrap().write_all(b"1").unwrap();
        assert_eq!(part.begun().unwrap(), None, "of an unknown version");
        part.remove().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let other = Part::of(folder.path(), "a", "http://host/b");
        assert_ne!(part.path(), other.path());
    }
}
