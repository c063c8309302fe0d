//! Bringing the replies of batches into the ledger.
//!
//! Lines come in any order and any number of times: first it is noted where each lies, then the requests
//! of the run are gone through, and each takes its line. So memory holds some forty bytes a line, and a
//! reply goes with the body that the run would have sent.

use super::Batches;
use super::list::{BatchList, FileState};
use crate::error::StudyError;
use crate::folder::is_same_folder;
use crate::models::Model;
use crate::run::Run;
use crate::stage::{Lacking, Requests};
use foretell_llm::{
    Attempt, BatchDoor, BatchFile, Ledger, LedgerError, LedgerReader, LineFault, LineResult,
    Request, RequestKey, Verdict, read_line,
};
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
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
    fn add(&mut self, what: impl FnOnce() -> String) {
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
    /// Requests that had ended before: nothing was changed.
    pub already: u64,
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

/// Where a line lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    key: RequestKey,
    file: u32,
    line: u32,
    offset: u64,
    bytes: u32,
}

/// The lines of all files, by the request that they answer.
struct Index<'a> {
    paths: &'a [PathBuf],
    files: Vec<File>,
    spots: Vec<Spot>,
    /// Whether the request of that spot took its line.
    taken: Vec<bool>,
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

impl<'a> Index<'a> {
    fn read(paths: &'a [PathBuf], imported: &mut Imported) -> Result<Self, StudyError> {
        let mut index = Self { paths, files: Vec::new(), spots: Vec::new(), taken: Vec::new() };
        for (number, path) in paths.iter().enumerate() {
            let at = |fault| StudyError::Io { path: path.clone(), fault };
            let mut lines = BufReader::new(File::open(path).map_err(at)?);
            index.files.push(File::open(path).map_err(at)?);
            let (mut bytes, mut offset, mut line) = (Vec::new(), 0_u64, 0_u32);
            loop {
                bytes.clear();
                let read = lines.read_until(b'\n', &mut bytes).map_err(at)?;
                if read == 0 {
                    break;
                }
                line += 1;
                let text = String::from_utf8_lossy(&bytes);
                if !text.trim().is_empty() {
                    imported.lines += 1;
                    let place = || format!("{}:{line}", path.display());
                    match read_line(text.trim()) {
                        Ok(found) => index.spots.push(Spot {
                            key: found.key,
                            file: number as u32,
                            line,
                            offset,
                            bytes: read as u32,
                        }),
                        Err(fault @ LineFault::Broken(_)) => {
                            imported.broken.add(|| format!("{}: {fault}", place()));
                        }
                        Err(fault) => imported.foreign.add(|| format!("{}: {fault}", place())),
                    }
                }
                offset += read as u64;
            }
        }
        index.spots.sort_unstable();
        index.taken = vec![false; index.spots.len()];
        Ok(index)
    }

    /// The lines of a request that has not taken them yet.
    fn take(&mut self, key: &RequestKey) -> &[Spot] {
        let from = self.spots.partition_point(|spot| spot.key < *key);
        let to = from + self.spots[from..].partition_point(|spot| spot.key == *key);
        if from == to || self.taken[from] {
            return &[];
        }
        self.taken[from..to].fill(true);
        &self.spots[from..to]
    }

    fn result(&self, spot: &Spot) -> Result<LineResult, StudyError> {
        let path = &self.paths[spot.file as usize];
        let at = |fault| StudyError::Io { path: path.clone(), fault };
        let mut file = &self.files[spot.file as usize];
        let mut bytes = vec![0; spot.bytes as usize];
        file.seek(SeekFrom::Start(spot.offset)).map_err(at)?;
        file.read_exact(&mut bytes).map_err(at)?;
        let line = read_line(String::from_utf8_lossy(&bytes).trim());
        // It was read a moment ago.
        line.map(|line| line.result).map_err(|fault| at(std::io::Error::other(fault.to_string())))
    }

    fn place(&self, spot: &Spot) -> String {
        format!("{}:{}", self.paths[spot.file as usize].display(), spot.line)
    }

    /// The requests whose lines nobody took.
    fn untaken(&self) -> HashSet<RequestKey> {
        let spots = self.spots.iter().zip(&self.taken);
        spots.filter(|(_, taken)| !**taken).map(|(spot, _)| spot.key).collect()
    }

    fn name_unknown(&self, imported: &mut Imported) {
        let mut unknown: Vec<&Spot> = self
            .spots
            .iter()
            .zip(&self.taken)
            .filter(|(_, taken)| !**taken)
            .map(|(s, _)| s)
            .collect();
        unknown.sort_by_key(|spot| (spot.file, spot.line));
        for spot in unknown {
            let why = "no request of this run, as far as its answers are there, has this key";
            imported.unknown.add(|| format!("{}: {} {why}", self.place(spot), spot.key));
        }
    }
}

/// Hands each of a model's requests its line, and keeps what that says.
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
    let mut waiting = Vec::new();
    for request in requests {
        let request = request?;
        let spots = index.take(&request.key).to_vec();
        if spots.is_empty() {
            continue;
        }
        imported.repeated += spots.len() as u64 - 1;
        if let Some(kept) = best(&door, &request, &spots, index, &reader, imported)? {
            waiting.push((request, kept));
        }
        if waiting.len() == AT_ONCE {
            keep(&run.asking.ledger, std::mem::take(&mut waiting), runtime)?;
        }
    }
    Ok(keep(&run.asking.ledger, waiting, runtime)?)
}

/// What the lines of one request say: the best of them is taken, a reply before a failure; of equals the
/// first. Gives the attempt to keep, and whether it ends the request.
fn best(
    door: &BatchDoor<'_>,
    request: &Request,
    spots: &[Spot],
    index: &Index<'_>,
    reader: &LedgerReader,
    imported: &mut Imported,
) -> Result<Option<(Attempt, bool)>, StudyError> {
    let ended = reader.get(&request.key)?;
    if ended.as_ref().is_some_and(|kept| kept.failure.is_none()) {
        imported.already += 1;
        return Ok(None);
    }
    let mut taken: Option<(u8, &Spot, Result<Attempt, LineResult>)> = None;
    for spot in spots {
        let (rank, read) = match index.result(spot)? {
            LineResult::Said { status, raw } => {
                let attempt = door.attempt(status, raw);
                (rank(&attempt.verdict), Ok(attempt))
            }
            unsent => (3, Err(unsent)),
        };
        if taken.as_ref().is_none_or(|(best, ..)| rank < *best) {
            taken = Some((rank, spot, read));
        }
    }
    let (_, spot, read) = taken.expect("a request that takes lines takes at least one");
    let attempt = match read {
        Ok(attempt) => attempt,
        Err(unsent) => {
            let kind = if unsent == LineResult::Expired {
                &mut imported.expired
            } else {
                &mut imported.cancelled
            };
            kind.add(|| format!("{}: {}", index.place(spot), request.key));
            return Ok(None);
        }
    };
    let raw = attempt.raw.as_deref().unwrap_or_default();
    match &attempt.verdict {
        Verdict::Reply => imported.replies += 1,
        // A failure that is recorded stays; only a reply is better.
        Verdict::Fail(_) if ended.is_some() => {
            imported.already += 1;
            return Ok(None);
        }
        Verdict::Fail(failure) => {
            imported.failures.add(|| format!("{}: {}", index.place(spot), failure.message));
        }
        Verdict::Retry { failure, .. } | Verdict::Stop(failure) => {
            imported.again.add(|| format!("{}: {}", index.place(spot), failure.message));
            // It may have been paid for, so it is kept; once, however often it is imported.
            let known = reader.was_brought(&request.key, raw)?;
            return Ok((!known).then_some((attempt, false)));
        }
    }
    Ok(Some((attempt, true)))
}

fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Reply => 0,
        Verdict::Fail(_) => 1,
        Verdict::Retry { .. } | Verdict::Stop(_) => 2,
    }
}

/// Keeps attempts, many to a commit.
fn keep(
    ledger: &Ledger,
    attempts: Vec<(Request, (Attempt, bool))>,
    runtime: &Handle,
) -> Result<(), LedgerError> {
    runtime.block_on(async {
        let mut keeping = JoinSet::new();
        for (request, (attempt, ends)) in attempts {
            let ledger = ledger.clone();
            keeping.spawn(async move {
                ledger.keep_batched(request.key, request.body, attempt, ends).await
            });
        }
        while let Some(kept) = keeping.join_next().await {
            kept.expect("keeping an attempt does not panic")?;
        }
        Ok(())
    })
}
