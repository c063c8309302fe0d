//! Files to import, written for a test or lying in `testdata/pairs`.

use foretell_data::{Cards, DataError, ImportColumns, ImportRequest, Imported, import};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/pairs").join(name)
}

/// A published file, where it is at hand.
pub fn published(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/paper").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no file {}", path.display());
    None
}

pub fn read(path: &Path, request: &ImportRequest) -> Result<Imported, DataError> {
    import(path, &Cards::embedded(), request)
}

/// A file with that content.
pub fn file(name: &str, content: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

/// Imports that content with flags for columns.
pub fn with(name: &str, content: &str, columns: ImportColumns) -> Result<Imported, DataError> {
    let (_folder, path) = file(name, content);
    read(&path, &ImportRequest { columns, ..ImportRequest::default() })
}

pub fn plain(name: &str, content: &str) -> Imported {
    with(name, content, ImportColumns::default()).unwrap()
}

/// Kind and row of every fault.
pub fn faults(imported: &Imported) -> Vec<(&'static str, u64)> {
    imported.faults.iter().map(|fault| (fault.kind.as_str(), fault.row)).collect()
}
