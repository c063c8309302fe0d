//! The interfaces for batches of OpenAI (and servers that offer the same), Anthropic and OpenRouter.
//!
//! ```text
//! openai      POST /files, POST /batches, GET /batches/ID, GET /files/ID/content, GET /batches
//! anthropic   POST /messages/batches, GET .../ID, GET .../ID/results, GET /messages/batches
//! openrouter  POST /batches, GET /batches/ID (with the results), GET /batches
//! ```

use super::format::BatchFormat;
use crate::http::{CallFault, Door};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Batches of one page of a list.
const PAGE: usize = 100;

/// Pages that are looked through for a batch that may have been created.
const MOST_PAGES: usize = 50;

/// Why the interface did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BatchFault {
    /// The provider refused: nothing was done.
    #[error("{0}")]
    Refused(String),
    /// Nobody knows whether it was done: no answer came, or half of one.
    #[error("{0}")]
    Unknown(String),
    /// A file cannot be read or written.
    #[error("{}: {fault}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        fault: String,
    },
}

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchState {
    /// The provider works on it.
    Working,
    /// It ended: by itself, by its time or because it was called off. What it brought can be fetched.
    Ended,
    /// It was rejected as a whole: no request of it was sent.
    Rejected,
}

/// What a provider says of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchProgress {
    /// Its name at the provider.
    pub id: String,
    /// How far it is.
    pub state: BatchState,
    /// The provider's own word for that.
    pub status: String,
    /// Requests that were answered.
    pub answered: u64,
    /// Requests that failed, expired or were called off.
    pub failed: u64,
    /// Why it was rejected.
    pub fault: Option<String>,
    /// Where its replies lie.
    results: Vec<String>,
}

/// The interface of one provider.
#[derive(Clone, Copy)]
pub struct BatchApi<'a> {
    door: &'a Door,
    format: BatchFormat,
    /// Where one request goes, after the base address.
    path: &'static str,
}

impl<'a> BatchApi<'a> {
    pub(crate) fn new(door: &'a Door, format: BatchFormat, path: &'static str) -> Self {
        Self { door, format, path }
    }

    fn batches(&self) -> &'static str {
        if self.format == BatchFormat::Anthropic { "/messages/batches" } else { "/batches" }
    }

    /// Hands over a file of requests, where a batch is created from one; gives its name there. It costs
    /// nothing, so one that is handed over twice does no harm.
    ///
    /// # Errors
    /// [`BatchFault`].
    pub async fn upload(&self, path: &Path) -> Result<Option<String>, BatchFault> {
        if self.format != BatchFormat::Openai {
            return Ok(None);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (kind, body) = form(&name, &contents(path)?);
        let reply = self.post("/files", &kind, body).await?;
        let id = reply["id"].as_str().map(str::to_owned);
        id.map(Some).ok_or_else(|| no_id(&reply))
    }

    /// Creates a batch from `path`, or from the file `uploaded` where that was handed over. From here on
    /// its requests are paid for.
    ///
    /// # Errors
    /// [`BatchFault::Refused`] where it was surely not created.
    pub async fn create(
        &self,
        path: &Path,
        uploaded: Option<&str>,
    ) -> Result<BatchProgress, BatchFault> {
        let body = match uploaded {
            Some(file) => json!({
                "input_file_id": file,
                "endpoint": format!("/v1{}", self.path),
                "completion_window": "24h",
            })
            .to_string()
            .into_bytes(),
            None => contents(path)?,
        };
        let reply = self.post(self.batches(), "application/json", body).await?;
        self.progress(&reply).ok_or_else(|| no_id(&reply))
    }

    /// The batches that may have been created from a file whose creation got no answer: those of the
    /// file handed over, or else those of as many requests, created since then. Names in `known` belong
    /// to other files.
    ///
    /// # Errors
    /// [`BatchFault`].
    pub async fn find(
        &self,
        uploaded: Option<&str>,
        requests: u64,
        since_s: u64,
        known: &[String],
    ) -> Result<Vec<BatchProgress>, BatchFault> {
        let mut found = Vec::new();
        let mut after = None;
        for _ in 0..MOST_PAGES {
            let page = self.page(after.as_deref()).await?;
            let batches = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
            for batch in batches {
                let Some(progress) = self.progress(batch) else { continue };
                let same = match uploaded {
                    Some(file) => batch["input_file_id"] == file,
                    None => {
                        size(batch) == Some(requests)
                            && created_s(batch).is_none_or(|at| at >= since_s)
                    }
                };
                if same && !known.contains(&progress.id) {
                    found.push(progress);
                }
            }
            let last = batches.last().and_then(|batch| batch["id"].as_str());
            match last {
                Some(last) if page["has_more"] == true => after = Some(last.to_owned()),
                _ => break,
            }
        }
        Ok(found)
    }

    async fn page(&self, after: Option<&str>) -> Result<Value, BatchFault> {
        let name = if self.format == BatchFormat::Anthropic { "after_id" } else { "after" };
        let after = after.map(|id| format!("&{name}={id}")).unwrap_or_default();
        self.get(&format!("{}?limit={PAGE}{after}", self.batches())).await
    }

    /// What the provider says of a batch.
    ///
    /// # Errors
    /// [`BatchFault`].
    pub async fn status(&self, id: &str) -> Result<BatchProgress, BatchFault> {
        let reply = self.get(&format!("{}/{id}", self.batches())).await?;
        self.progress(&reply).ok_or_else(|| no_id(&reply))
    }

    /// Brings the replies of a batch that ended to `path`, one line each, whole or not at all. Gives
    /// `false` where there are none.
    ///
    /// # Errors
    /// [`BatchFault`].
    pub async fn fetch(&self, progress: &BatchProgress, path: &Path) -> Result<bool, BatchFault> {
        let file = |fault: std::io::Error| BatchFault::File {
            path: path.to_owned(),
            fault: fault.to_string(),
        };
        let folder = path.parent().expect("a file lies in a folder");
        let mut out = super::file::temporary(folder).map_err(file)?;
        for result in &progress.results {
            self.bring(result, &mut out).await?;
        }
        let size = out.as_file().metadata().map_err(file)?.len();
        if size == 0 {
            return Ok(false);
        }
        out.as_file().sync_all().map_err(file)?;
        out.persist(path).map_err(|fault| file(fault.error))?;
        Ok(true)
    }

    async fn bring(&self, from: &str, out: &mut (impl Write + Send)) -> Result<(), BatchFault> {
        let file = |fault: std::io::Error| BatchFault::File {
            path: PathBuf::from(from),
            fault: fault.to_string(),
        };
        if self.format == BatchFormat::Openrouter {
            let text = self.door.get(from).await.map_err(fault_of)?;
            return lines_of(&text)?
                .iter()
                .try_for_each(|line| writeln!(out, "{line}").map_err(file));
        }
        let mut ends_line = true;
        let mut write = |text: &str| {
            ends_line = text.ends_with('\n');
            out.write_all(text.as_bytes())
        };
        self.door.download(from, &mut write).await.map_err(fault_of)?;
        if ends_line { Ok(()) } else { out.write_all(b"\n").map_err(file) }
    }

    async fn get(&self, path: &str) -> Result<Value, BatchFault> {
        let text = self.door.get(path).await.map_err(fault_of)?;
        json_of(&text)
    }

    async fn post(&self, path: &str, kind: &str, body: Vec<u8>) -> Result<Value, BatchFault> {
        let text = self.door.post(path, kind, body).await.map_err(fault_of)?;
        json_of(&text)
    }

    fn progress(&self, batch: &Value) -> Option<BatchProgress> {
        let id = batch["id"].as_str()?.to_owned();
        let count = |name: &str| batch["request_counts"][name].as_u64().unwrap_or(0);
        if self.format == BatchFormat::Anthropic {
            let status = batch["processing_status"].as_str().unwrap_or("unknown").to_owned();
            let ended = status == "ended";
            return Some(BatchProgress {
                state: if ended { BatchState::Ended } else { BatchState::Working },
                answered: count("succeeded"),
                failed: count("errored") + count("expired") + count("canceled"),
                fault: None,
                results: vec![format!("/messages/batches/{id}/results")],
                status,
                id,
            });
        }
        let status = batch["status"].as_str().unwrap_or("unknown").to_owned();
        let state = match status.as_str() {
            "failed" => BatchState::Rejected,
            "completed" | "expired" | "cancelled" => BatchState::Ended,
            _ => BatchState::Working,
        };
        let results = if self.format == BatchFormat::Openrouter {
            vec![format!("/batches/{id}")]
        } else {
            let files = ["output_file_id", "error_file_id"].map(|name| batch[name].as_str());
            files.into_iter().flatten().map(|file| format!("/files/{file}/content")).collect()
        };
        let (answered, failed) = (count("completed"), count("failed"));
        let fault = (state == BatchState::Rejected).then(|| rejection(batch));
        Some(BatchProgress { id, state, status, answered, failed, fault, results })
    }
}

/// A form of two fields, as files are handed over, and its content type. The boundary is a hash of the
/// file: no file holds its own.
fn form(name: &str, file: &[u8]) -> (String, Vec<u8>) {
    use sha2::{Digest, Sha256};
    let boundary = foretell_core::id::hex(&Sha256::digest(file)[..16]);
    let name = name.replace(['"', '\r', '\n'], "_");
    let mut body = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n\
         --{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         content-type: application/jsonl\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

fn contents(path: &Path) -> Result<Vec<u8>, BatchFault> {
    std::fs::read(path)
        .map_err(|fault| BatchFault::File { path: path.to_owned(), fault: fault.to_string() })
}

fn fault_of(fault: CallFault) -> BatchFault {
    match fault {
        CallFault::Said { status, words } => BatchFault::Refused(format!("{status}: {words}")),
        CallFault::NoConnection(words) => BatchFault::Refused(words),
        CallFault::NoAnswer(words) => BatchFault::Unknown(words),
    }
}

fn json_of(text: &str) -> Result<Value, BatchFault> {
    serde_json::from_str(text)
        .map_err(|_| BatchFault::Unknown("the answer is not whole JSON".to_owned()))
}

fn no_id(reply: &Value) -> BatchFault {
    let text: String = reply.to_string().chars().take(200).collect();
    BatchFault::Unknown(format!("the answer names no id: {text}"))
}

/// Requests in a batch, as far as its counts tell.
fn size(batch: &Value) -> Option<u64> {
    let counts = batch["request_counts"].as_object()?;
    match counts.get("total") {
        Some(total) => total.as_u64(),
        None => Some(counts.values().filter_map(Value::as_u64).sum()),
    }
}

/// When a batch was created, seconds since 1970, where the provider says it so.
fn created_s(batch: &Value) -> Option<u64> {
    let at = &batch["created_at"];
    at.as_u64().or_else(|| seconds_of(at.as_str()?))
}

/// The seconds since 1970 of a time such as `2026-11-24T10:00:00.5Z`.
fn seconds_of(text: &str) -> Option<u64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    // Days since 1970 of the civil calendar, with years that begin in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    let seconds = number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?;
    u64::try_from(days * 86_400 + seconds).ok()
}

/// Why a batch was rejected, in the provider's words.
fn rejection(batch: &Value) -> String {
    let errors = batch["errors"]["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    let said: Vec<String> = errors
        .iter()
        .take(3)
        .filter_map(|error| {
            let line = error["line"].as_u64().map(|line| format!("line {line}: "));
            Some(format!("{}{}", line.unwrap_or_default(), error["message"].as_str()?))
        })
        .collect();
    let alone = batch["error"]["message"].as_str();
    match (said.is_empty(), alone) {
        (false, _) => said.join("; "),
        (true, Some(words)) => words.to_owned(),
        (true, None) => "the provider does not say why".to_owned(),
    }
}

/// The results in an OpenRouter batch, as they stand.
fn lines_of(text: &str) -> Result<Vec<String>, BatchFault> {
    #[derive(Deserialize)]
    struct Whole<'a> {
        #[serde(borrow, default)]
        results: Option<Vec<&'a RawValue>>,
    }
    let whole: Whole<'_> = serde_json::from_str(text)
        .map_err(|fault| BatchFault::Unknown(format!("the answer is not whole JSON: {fault}")))?;
    let results = whole.results.unwrap_or_default();
    // A line may hold no line ends; within texts of JSON there are none.
    Ok(results.iter().map(|result| result.get().replace(['\n', '\r'], " ")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(seconds_of("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds_of("2026-02-28T23:59:59.123Z"), Some(1_772_323_199));
        assert_eq!(seconds_of("2024-02-29T12:00:00+00:00"), Some(1_709_208_000));
        assert_eq!(seconds_of("yesterday"), None);
    }

    #[test]
    fn sizes_and_reasons_are_read_in_both_shapes() {
        let openai = json!({"request_counts": {"total": 7, "completed": 3, "failed": 1}});
        assert_eq!(size(&openai), Some(7));
        let anthropic = json!({"request_counts": {"processing": 5, "succeeded": 1, "errored": 1}});
        assert_eq!(size(&anthropic), Some(7));
        let errors = json!({"errors": {"data": [{"line": 3, "message": "no model"}]}});
        assert_eq!(rejection(&errors), "line 3: no model");
        assert_eq!(rejection(&json!({"error": {"message": "no"}})), "no");
    }

    #[test]
    fn a_form_holds_the_file_whole() {
        let (kind, body) = form("a\".jsonl", b"{\"x\":1}\n");
        let text = String::from_utf8(body).unwrap();
        let boundary = kind.split_once("boundary=").unwrap().1;
        assert!(text.contains("filename=\"a_.jsonl\"\r\n"));
        assert!(text.contains("\r\n\r\n{\"x\":1}\n\r\n--"));
        assert!(text.ends_with(&format!("--{boundary}--\r\n")));
    }
}
