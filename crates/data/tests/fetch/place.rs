//! A folder to fetch into, sources, real archives, and what was told.

use foretell_core::card::{Address, Source};
use foretell_core::id::hex;
use foretell_data::{Event, FetchError, FetchLimits, Fetched, fetch};
use sha2::{Digest, Sha256};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub struct Place {
    pub folder: TempDir,
    told: Mutex<Vec<String>>,
}

impl Place {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), told: Mutex::default() }
    }

    pub fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    pub fn fetch(&self, source: &Source) -> Result<Fetched, FetchError> {
        self.fetch_within(source, &limits())
    }

    pub fn fetch_within(
        &self,
        source: &Source,
        limits: &FetchLimits,
    ) -> Result<Fetched, FetchError> {
        fetch(source, &self.cache(), limits, &|event| self.note(event))
    }

    fn note(&self, event: Event<'_>) {
        let line = match event {
            // How a body falls into pieces is up to the system.
            Event::Received { .. } => return,
            Event::There { .. } => "there".to_owned(),
            Event::Waiting { .. } => "waiting".to_owned(),
            Event::Asking { file, .. } => format!("asking for {file}"),
            Event::Started { done, total, .. } => format!("from {done} of {total:?}"),
            Event::Retrying { fault, .. } => format!("again: {fault}"),
            Event::Failed { fault, .. } => format!("failed: {fault}"),
            Event::Stored { bytes, .. } => format!("stored {bytes}"),
        };
        self.told.lock().unwrap().push(line);
    }

    pub fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }

    /// Names of all that lies in the cache, without its lock.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.cache()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name != ".lock").collect();
        names.sort();
        names
    }

    #[track_caller]
    pub fn holds(&self, file: &str, content: &[u8]) {
        assert_eq!(self.files(), [file]);
        assert!(std::fs::read(self.cache().join(file)).unwrap() == content, "other bytes");
    }
}

/// Waits that a test can bear.
pub fn limits() -> FetchLimits {
    FetchLimits { tries: 3, pause: Duration::from_millis(1), ..FetchLimits::default() }
}

pub fn sum(content: &[u8]) -> String {
    hex(&Sha256::digest(content))
}

pub fn address(url: String, member: &[&str]) -> Address {
    Address { url, member: member.iter().map(|&name| name.to_owned()).collect() }
}

pub fn source(content: &[u8], addresses: Vec<Address>) -> Source {
    Source {
        file: "tides.csv".to_owned(),
        sha256: sum(content),
        licence: String::new(),
        citation: String::new(),
        addresses,
    }
}

/// Bytes that differ everywhere, so that a piece in the wrong place shows.
pub fn content(size: usize) -> Vec<u8> {
    (0..size)
        .flat_map(|row| format!("{row},{}\n", row * row % 977).into_bytes())
        .take(size)
        .collect()
}

/// A zip archive of these members.
pub fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in members {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// What an error says and how it helps, without what differs from run to run.
pub fn said(error: &FetchError, folder: &Path, servers: &[&str]) -> String {
    let help = miette::Diagnostic::help(error).map(|help| help.to_string()).unwrap_or_default();
    let mut text = format!("{error}\n  help: {help}");
    text = text.replace(&folder.display().to_string(), "<dir>");
    for server in servers {
        text = text.replace(server, "http://<server>");
    }
    text
}
