//! Writing requests into numbered batch files that keep the limits of their format.

use super::format::{BatchFormat, BatchLimits};
use crate::key::RequestKey;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A batch file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchFile {
    /// Its name in the folder.
    pub name: String,
    /// Requests in it.
    pub requests: u64,
    /// Its size.
    pub bytes: u64,
}

/// Writes requests of one model to `<stem>-0001.jsonl` and its successors. A file has its name only
/// once it is whole.
pub struct BatchWriter {
    folder: PathBuf,
    stem: String,
    format: BatchFormat,
    endpoint: String,
    limits: BatchLimits,
    number: u32,
    open: Option<Open>,
    written: Vec<BatchFile>,
}

struct Open {
    file: BufWriter<NamedTempFile>,
    requests: u64,
    bytes: u64,
}

impl BatchWriter {
    /// Files in `folder` whose numbers follow `after`.
    #[must_use]
    pub fn new(
        folder: &Path,
        stem: &str,
        format: BatchFormat,
        endpoint: &str,
        limits: BatchLimits,
        after: u32,
    ) -> Self {
        let (stem, endpoint) = (stem.to_owned(), endpoint.to_owned());
        let (open, written) = (None, Vec::new());
        Self {
            folder: folder.to_owned(),
            stem,
            format,
            endpoint,
            limits,
            number: after,
            open,
            written,
        }
    }

    /// Adds a request; begins another file where this one has no room for it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn push(&mut self, key: &RequestKey, body: &str) -> io::Result<()> {
        let request = self.format.request(key, &self.endpoint, body);
        let (between, tail) = (self.format.between(), self.format.tail());
        let after = (between.len() + request.len() + tail.len()) as u64;
        let full = self.open.as_ref().is_some_and(|open| {
            open.requests >= self.limits.requests || open.bytes + after > self.limits.bytes
        });
        if full {
            self.close()?;
        }
        let head = self.format.head(&self.endpoint, body);
        let open = match &mut self.open {
            Some(open) => {
                open.write(between)?;
                open
            }
            None => {
                let file = temporary(&self.folder)?;
                let open = Open { file: BufWriter::new(file), requests: 0, bytes: 0 };
                let open = self.open.insert(open);
                open.write(&head)?;
                open
            }
        };
        open.write(&request)?;
        open.requests += 1;
        Ok(())
    }

    /// Ends the last file, and gives all that were written.
    ///
    /// # Errors
    /// What the file system says.
    pub fn finish(mut self) -> io::Result<Vec<BatchFile>> {
        self.close()?;
        Ok(self.written)
    }

    fn close(&mut self) -> io::Result<()> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        open.write(self.format.tail())?;
        let file = open.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        self.number += 1;
        let name = format!("{}-{:04}.{}", self.stem, self.number, self.format.ending());
        file.persist(self.folder.join(&name)).map_err(|fault| fault.error)?;
        self.written.push(BatchFile { name, requests: open.requests, bytes: open.bytes });
        Ok(())
    }
}

/// A file that gets its name once it is whole, with the permissions of any other.
pub(super) fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".file-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

impl Open {
    fn write(&mut self, text: &str) -> io::Result<()> {
        self.bytes += text.len() as u64;
        self.file.write_all(text.as_bytes())
    }
}

impl BatchFile {
    /// The keys of the requests in a batch file, of any format.
    ///
    /// # Errors
    /// What the file system says.
    pub fn keys(path: &Path) -> io::Result<Vec<RequestKey>> {
        let lines = BufReader::new(std::fs::File::open(path)?).lines();
        lines.filter_map(|line| line.map(|line| BatchFormat::key_of(&line)).transpose()).collect()
    }

    /// Shows the key and the body of each request in a batch file, of any format. In the place of a body
    /// that cannot be told, which somebody has edited, stands its whole line.
    ///
    /// # Errors
    /// What the file system says.
    pub fn each_request(path: &Path, mut each: impl FnMut(RequestKey, &str)) -> io::Result<()> {
        for line in BufReader::new(std::fs::File::open(path)?).lines() {
            let line = line?;
            if let Some(key) = BatchFormat::key_of(&line) {
                each(key, BatchFormat::body_of(&line).unwrap_or(&line));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const BODY: &str = r#"{"messages":[{"content":"p","role":"user"}],"model":"m","provider":{"only":["a"],"require_parameters":true}}"#;

    fn written(
        format: BatchFormat,
        limits: BatchLimits,
        count: u32,
    ) -> (tempfile::TempDir, Vec<BatchFile>) {
        let folder = tempfile::tempdir().unwrap();
        let endpoint = "/v1/chat/completions";
        let mut writer = BatchWriter::new(folder.path(), "answers-m", format, endpoint, limits, 0);
        for repeat in 0..count {
            writer.push(&RequestKey::of("p", "m", BODY, repeat, ""), BODY).unwrap();
        }
        let files = writer.finish().unwrap();
        (folder, files)
    }

    #[test]
    fn count_splits_files() {
        for format in BatchFormat::ALL {
            let limits = BatchLimits { requests: 3, bytes: u64::MAX };
            let (folder, files) = written(format, limits, 7);
            assert_eq!(files.iter().map(|file| file.requests).collect::<Vec<_>>(), [3, 3, 1]);
            let keys: usize = files
                .iter()
                .map(|file| BatchFile::keys(&folder.path().join(&file.name)).unwrap().len())
                .sum();
            assert_eq!(keys, 7);
        }
    }

    #[test]
    fn size_splits_files_and_is_what_was_written() {
        for format in BatchFormat::ALL {
            let limits = BatchLimits { requests: 100, bytes: 800 };
            let (folder, files) = written(format, limits, 9);
            assert!(files.len() > 2, "{format}: {files:?}");
            for file in &files {
                let size = folder.path().join(&file.name).metadata().unwrap().len();
                assert_eq!(size, file.bytes);
                assert!(size <= 800, "{format}: {size}");
            }
        }
    }

    #[test]
    fn a_file_is_what_its_provider_documents() {
        let limits = BatchLimits { requests: 100, bytes: 1_000_000 };
        let body: Value = serde_json::from_str(BODY).unwrap();
        for format in BatchFormat::ALL {
            let (folder, files) = written(format, limits, 2);
            let text = std::fs::read_to_string(folder.path().join(&files[0].name)).unwrap();
            let (requests, field) = match format {
                BatchFormat::Openai | BatchFormat::Vllm => {
                    assert!(files[0].name.ends_with("answers-m-0001.jsonl"));
                    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
                    let lines: Vec<Value> = lines.collect();
                    assert!(lines.iter().all(|line| line["method"] == "POST"));
                    assert!(lines.iter().all(|line| line["url"] == "/v1/chat/completions"));
                    (lines, "body")
                }
                BatchFormat::Anthropic | BatchFormat::Openrouter => {
                    let whole: Value = serde_json::from_str(&text).unwrap();
                    if format == BatchFormat::Openrouter {
                        assert!(
                            text.starts_with(
                                "{\"endpoint\":\"/v1/chat/completions\",\"model\":\"m\""
                            )
                        );
                        assert_eq!(whole["provider"], serde_json::json!({"only": ["a"]}));
                    }
                    let field = if format == BatchFormat::Anthropic { "params" } else { "body" };
                    (whole["requests"].as_array().unwrap().clone(), field)
                }
            };
            assert_eq!(requests.len(), 2);
            for request in requests {
                assert_eq!(request[field], body);
                assert!(request["custom_id"].as_str().unwrap().parse::<RequestKey>().is_ok());
            }
            let mut seen = Vec::new();
            let path = folder.path().join(&files[0].name);
            BatchFile::each_request(&path, |key, body| seen.push((key, body.to_owned()))).unwrap();
            let keys = BatchFile::keys(&path).unwrap();
            assert_eq!(seen.iter().map(|(key, _)| *key).collect::<Vec<_>>(), keys);
            assert!(seen.iter().all(|(_, body)| body == BODY), "{seen:?}");
        }
    }
}
