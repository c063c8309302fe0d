//! `batches.json`: the batch files of a run, and how far each of them is.

use crate::error::{BatchError, StudyError};
use crate::manifest::write_whole;
use foretell_llm::{BatchFile, Ledger, RequestKey};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Format of the list.
const FORMAT: u32 = 1;

pub(super) const FILE: &str = "batches.json";

/// The list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchList {
    format: u32,
    /// Its files, in the order in which they were written.
    pub(super) files: Vec<BatchRecord>,
}

/// One batch file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchRecord {
    /// Its name in the folder.
    pub name: String,
    /// Its format, and whose it is: openai, anthropic, openrouter or vllm.
    pub format: String,
    /// The model that it asks, by its name in the run.
    pub model: String,
    /// The stage of its requests: answers, rationales or predictions.
    pub stage: String,
    /// Requests in it.
    pub requests: u64,
    /// Its size.
    pub bytes: u64,
    /// The most that all of it can cost, US dollars, where the price and the longest reply are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst_usd: Option<f64>,
    /// How far it is.
    pub state: FileState,
    /// The name of the file that was handed over.
    pub uploaded: Option<String>,
    /// When its batch was first asked for, seconds since 1970.
    pub asked_at_s: Option<u64>,
    /// The name of its batch at the provider.
    pub batch: Option<String>,
    /// What the provider said last.
    pub status: Option<String>,
    /// The file of replies that was fetched.
    pub replies: Option<String>,
    /// The name under which the ledger holds its requests, while they are on their way:
    /// where it lay, and when it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_as: Option<String>,
}

/// How far a batch file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    /// It is written; nobody was asked.
    Written,
    /// The provider was asked to create its batch, and nobody knows yet whether it did.
    Creating,
    /// The provider works on it.
    Working,
    /// Its batch ended; the replies can be fetched.
    Ended,
    /// The replies are here, to be imported.
    Fetched,
    /// The replies are in the ledger.
    Imported,
    /// The provider rejected it as a whole: nothing was asked.
    Rejected,
    /// The user gave it up, whatever its batch brings.
    Forgotten,
}

impl BatchRecord {
    /// The requests in the file, which lies in `folder`.
    pub(super) fn keys(&self, folder: &Path) -> Result<Vec<RequestKey>, StudyError> {
        let path = folder.join(&self.name);
        BatchFile::keys(&path).map_err(|fault| StudyError::Io { path, fault })
    }

    /// Whether it waits to be handed to a provider; those of vLLM are handed over by hand.
    pub(super) fn is_to_hand_over(&self) -> bool {
        matches!(self.state, FileState::Written | FileState::Creating) && self.format != "vllm"
    }
}

impl FileState {
    /// Whether its requests are, or may be, on their way: they are not to be asked another time.
    pub(super) fn is_under_way(self) -> bool {
        matches!(self, Self::Creating | Self::Working | Self::Ended | Self::Fetched)
    }
}

impl BatchList {
    /// The list in a folder; an empty one where there is none.
    pub(super) fn read(folder: &Path) -> Result<Self, StudyError> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self { format: FORMAT, files: Vec::new() });
            }
            Err(fault) => return Err(StudyError::Io { path, fault }),
        };
        let list: Self = serde_json::from_str(&text).map_err(|fault| {
            StudyError::Batch(BatchError::List { path: path.clone(), fault: fault.to_string() })
        })?;
        if list.format == FORMAT {
            Ok(list)
        } else {
            let fault = format!("format {}, and this program knows format {FORMAT}", list.format);
            Err(StudyError::Batch(BatchError::List { path, fault }))
        }
    }

    /// Writes the list, whole or not at all. What its files do not ask any more, `ledger` lets go of
    /// before.
    pub(super) fn write(&mut self, folder: &Path, ledger: &Ledger) -> Result<(), StudyError> {
        for file in self.files.iter_mut().filter(|file| !file.state.is_under_way()) {
            if let Some(held_as) = file.held_as.take() {
                ledger.let_go(&held_as)?;
            }
        }
        let text = serde_json::to_string_pretty(self).expect("a list is always JSON");
        write_whole(&folder.join(FILE), &(text + "\n"))
    }
}
