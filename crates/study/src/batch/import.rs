//! Bringing the replies of batches into the ledger.
//!
//! Lines come in any order and any number of times: first it is noted where each lies, then the requests
//! of the run are gone through, and each takes its line. So memory holds some forty bytes a line, and a
//! reply goes with the body that the run would have sent.

use super::Batches;
use super::brought::Lines;
use super::list::{BatchList, FileState};
use super::reply_lines::Index;
use crate::error::StudyError;
use crate::folder::is_same_folder;
use crate::models::Model;
use crate::run::Run;
use crate::stage::{Lacking, Requests};
use foretell_llm::{Attempt, BatchFile, Ledger, LedgerError, Request, RequestKey};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// Attempts that are kept in one go.
const AT_ONCE: usize = 1024;

/// Lines of each kind that are named.
const MOST_NAMED: usize = 3;

/// Lines of one kind: how many, and the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// How many.
    pub count: u64,
    /// The first, each with its file, its line and what is the matter.
    pub first: Vec<String>,
}

impl Named {
    pub(super) fn add(&mut self, what: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < MOST_NAMED {
            self.first.push(what());
        }
    }
}

/// What an import brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Lines read.
    pub lines: u64,
    /// Replies that came into the ledger.
    pub replies: u64,
    /// Failures that came into the ledger, and end their requests.
    pub failures: Named,
    /// Requests that had ended before: what they ended with stays.
    pub already: u64,
    /// Replies to requests that ended with another one: paid for too, and kept beside it.
    pub beside: u64,
    /// Replies that were in the ledger, without its knowing that a batch had brought them.
    pub noted: u64,
    /// Lines beside the one that was taken for their request.
    pub repeated: u64,
    /// Attempts that failed in a way that says nothing about the question: to be asked again.
    pub again: Named,
    /// Requests that were not sent before the batch ended.
    pub expired: Named,
    /// Requests that were not sent because the batch was called off.
    pub cancelled: Named,
    /// Lines that are no replies.
    pub broken: Named,
    /// Replies to somebody else's requests.
    pub foreign: Named,
    /// Replies to requests that this run does not make, or not yet.
    pub unknown: Named,
    /// Fetched files some of whose replies no request took yet: they are to be imported again.
    pub waiting: Vec<PathBuf>,
    /// What the ledger lacks now, if anything.
    pub lacking: Option<Lacking>,
}

impl Imported {
    /// Whether every line was of use, now or before.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let bad = [&self.again, &self.expired, &self.cancelled];
        let worse = [&self.broken, &self.foreign, &self.unknown];
        bad.iter().chain(&worse).all(|named| named.count == 0)
    }
}

impl Batches {
    /// Brings the replies in `files` into the ledger.
    ///
    /// # Errors
    /// [`StudyError`] for a file that cannot be read and a ledger that cannot be written; what is the
    /// matter with a line is told in [`Imported`].
    pub fn import(&mut self, files: &[PathBuf], runtime: &Handle) -> Result<Imported, StudyError> {
        let mut imported = Imported::default();
        let mut index = Index::read(files, &mut imported)?;
        let run = &self.run;
        let lacking = run.each_stage(&mut |_, model, requests| {
            take(run, model, requests, &mut index, runtime, &mut imported).map(|()| None)
        })?;
        index.name_unknown(&mut imported);
        imported.lacking = lacking;
        let untaken = index.untaken();
        imported.waiting = self.note_imported(files, &untaken)?;
        Ok(imported)
    }

    /// The files whose replies these are have done their work, whichever folder of the run they lie in, but
    /// for those that brought a reply which is `untaken`: a run that was grown asks earlier stages first,
    /// and its requests are still paid for. Gives the replies of those.
    fn note_imported(
        &mut self,
        files: &[PathBuf],
        untaken: &HashSet<RequestKey>,
    ) -> Result<Vec<PathBuf>, StudyError> {
        let mut waiting = Vec::new();
        if note_imported(&mut self.list, &self.folder, files, untaken, &mut waiting)? {
            self.save()?;
        }
        let layout = &self.run.folder.layout;
        for folder in layout.batch_folders() {
            // One that is away says nothing; what its files asked has ended in the ledger all the same.
            if is_same_folder(&folder, &self.folder) || !folder.exists() {
                continue;
            }
            let mut list = BatchList::read(&folder)?;
            if note_imported(&mut list, &folder, files, untaken, &mut waiting)? {
                list.write(&folder, &self.run.asking.ledger)?;
            }
        }
        Ok(waiting)
    }
}

/// Notes in one list which of its files are imported; says whether there are any.
fn note_imported(
    list: &mut BatchList,
    folder: &Path,
    files: &[PathBuf],
    untaken: &HashSet<RequestKey>,
    waiting: &mut Vec<PathBuf>,
) -> Result<bool, StudyError> {
    let same = |one: &Path, other: &Path| match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    };
    let mut changed = false;
    for file in &mut list.files {
        let Some(replies) = &file.replies else { continue };
        let path = folder.join(replies);
        if file.state != FileState::Fetched || !files.iter().any(|other| same(&path, other)) {
            continue;
        }
        if asks_any(&folder.join(&file.name), untaken)? {
            waiting.push(path);
        } else {
            file.state = FileState::Imported;
            changed = true;
        }
    }
    Ok(changed)
}

/// Whether a batch file asks any of these requests. Of one that somebody has removed nobody knows, and
/// then they are taken for its own.
fn asks_any(path: &Path, keys: &HashSet<RequestKey>) -> Result<bool, StudyError> {
    if keys.is_empty() || !path.exists() {
        return Ok(!keys.is_empty());
    }
    let asked = BatchFile::keys(path);
    let asked = asked.map_err(|fault| StudyError::Io { path: path.to_owned(), fault })?;
    Ok(asked.iter().any(|key| keys.contains(key)))
}

/// Hands each of a model's requests its lines, and keeps what they say.
fn take(
    run: &Run,
    model: &Model,
    requests: &mut Requests<'_>,
    index: &mut Index<'_>,
    runtime: &Handle,
    imported: &mut Imported,
) -> Result<(), StudyError> {
    // What is answered in this process has no lines.
    let Some(door) = model.chat.batch() else { return Ok(()) };
    let reader = run.asking.reader()?;
    let (mut waiting, mut noted) = (Vec::new(), Vec::new());
    for request in requests {
        let request = request?;
        let spots = index.take(&request.key).to_vec();
        if spots.is_empty() {
            continue;
        }
        imported.repeated += spots.len() as u64 - 1;
        let lines = Lines { door, key: &request.key, spots, index, reader: &reader };
        let brought = lines.brought(imported)?;
        noted.extend(brought.noted.into_iter().map(|name| (request.key, name)));
        if !brought.kept.is_empty() {
            waiting.push((request, brought.kept));
        }
        if waiting.len() == AT_ONCE {
            keep(&run.asking.ledger, std::mem::take(&mut waiting), runtime)?;
        }
    }
    keep(&run.asking.ledger, waiting, runtime)?;
    if noted.is_empty() { Ok(()) } else { Ok(run.asking.ledger.note_batched(&noted)?) }
}

/// Keeps attempts, those of many requests to a commit.
fn keep(
    ledger: &Ledger,
    attempts: Vec<(Request, Vec<(Attempt, bool)>)>,
    runtime: &Handle,
) -> Result<(), LedgerError> {
    runtime.block_on(async {
        let mut keeping = JoinSet::new();
        for (request, attempts) in attempts {
            let ledger = ledger.clone();
            keeping.spawn(async move {
                for (attempt, ends) in attempts {
                    let body = Arc::clone(&request.body);
                    ledger.keep_batched(request.key, body, attempt, ends).await?;
                }
                Ok(())
            });
        }
        while let Some(kept) = keeping.join_next().await {
            kept.expect("keeping an attempt does not panic")?;
        }
        Ok(())
    })
}
