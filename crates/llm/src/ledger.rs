//! The ledger: every raw reply by request key, in one SQLite file. It is the source of truth; the
//! tables of a run are derived from it.
//!
//! ```text
//! requests(key, body)                                        what was sent
//! attempts(key, n, at_ms, status, cost_usd, failure, error, raw)   every attempt, also failed ones
//! replies(key, n)                                            the attempt that counts
//! batched(key, n)                                            attempts that a batch brought
//! handed_files, handed, let_go                               what is in batches on its way
//! ```
//!
//! One thread writes. It commits whatever has queued up while the last commit went to disk, so that
//! many replies share the cost of one `fsync`, and nobody hears that a reply is kept before it is.

use crate::file_system::Journal;
use crate::key::RequestKey;
use crate::ledger_batched::BATCHED;
use crate::ledger_handed::HANDED;
use crate::ledger_reader::LedgerReader;
use crate::model::{Attempt, Verdict};
use foretell_core::Outcome;
use miette::Diagnostic;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, params};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use thiserror::Error;
use tokio::sync::oneshot;

/// Version of the tables, in SQLite's `user_version`.
pub(crate) const VERSION: i64 = 1;

/// Most attempts in one commit.
const MOST_IN_COMMIT: usize = 2048;

/// Between two tries to write to a full disk.
const WAIT_WHILE_FULL: Duration = Duration::from_secs(1);

/// Why the ledger cannot be used.
#[derive(Debug, Clone, Error, Diagnostic)]
pub enum LedgerError {
    /// SQLite said no.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help(
        "every reply that was committed is safe; the same command goes on from there once the disk and the file's permissions are well"
    ))]
    Sqlite {
        /// The ledger.
        path: PathBuf,
        /// What went wrong.
        fault: Arc<rusqlite::Error>,
    },
    /// Not a database, or a damaged one.
    #[error("{}: not a readable ledger: {fault}", path.display())]
    #[diagnostic(help(
        "restore the file from a copy (with its -wal, if there is one), or start a new run with `--out`, which asks and pays anew"
    ))]
    Damaged {
        /// The ledger.
        path: PathBuf,
        /// What SQLite says.
        fault: Arc<rusqlite::Error>,
    },
    /// Written by another version of the program.
    #[error("{}: the ledger has version {found}; this program knows version {VERSION}", path.display())]
    #[diagnostic(help(
        "continue with the version of the program that made it (`run.toml` names it), or choose another folder with `--out`"
    ))]
    OtherVersion {
        /// The ledger.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// The thread that writes is gone.
    #[error("{}: the ledger was closed", path.display())]
    Closed {
        /// The ledger.
        path: PathBuf,
    },
}

impl LedgerError {
    /// What SQLite says, told apart by whether the file itself is at fault.
    pub(crate) fn of(path: &Path, fault: Arc<rusqlite::Error>) -> Self {
        let path = path.to_owned();
        match fault.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Self::Damaged { path, fault }
            }
            _ => Self::Sqlite { path, fault },
        }
    }
}

/// Told once when the ledger cannot be written for now: its file, and what the system says.
pub type OnFull = Box<dyn Fn(&Path, &str) + Send>;

/// The ledger, open for writing. Copies share the one writer.
#[derive(Clone)]
pub struct Ledger(Arc<Inner>);

struct Inner {
    path: PathBuf,
    commands: Option<mpsc::Sender<Record>>,
    writer: Option<JoinHandle<()>>,
    shared: AtomicBool,
}

/// One attempt on its way to the disk.
struct Record {
    key: RequestKey,
    body: Arc<str>,
    attempt: Attempt,
    /// Whether the request ends with this attempt.
    ends: bool,
    /// Whether a batch brought it.
    batched: bool,
    kept: oneshot::Sender<Result<(), Arc<rusqlite::Error>>>,
}

impl Ledger {
    /// Opens the ledger at `path`, or makes it.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn open(path: &Path, journal: Journal, on_full: OnFull) -> Result<Self, LedgerError> {
        let sqlite = |fault| LedgerError::of(path, Arc::new(fault));
        // No mutex: each connection belongs to one thread.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = connect(path, flags).map_err(sqlite)?;
        let found: i64 = connection
            .query_row("SELECT user_version FROM pragma_user_version", [], |row| row.get(0))
            .map_err(sqlite)?;
        if found != 0 && found != VERSION {
            return Err(LedgerError::OtherVersion { path: path.to_owned(), found });
        }
        prepare(&connection, journal).map_err(sqlite)?;
        let (commands, records) = mpsc::channel();
        let writer_path = path.to_owned();
        let writer = std::thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || write_all(connection, &records, &writer_path, &on_full))
            .expect("the system can start a thread");
        let inner = Inner {
            path: path.to_owned(),
            commands: Some(commands),
            writer: Some(writer),
            shared: AtomicBool::new(false),
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Keeps an attempt. Returns when it is on disk.
    ///
    /// # Errors
    /// [`LedgerError`]; the attempt is then not kept, and no more should be made.
    pub async fn keep(
        &self,
        key: RequestKey,
        body: Arc<str>,
        attempt: Attempt,
        ends: bool,
    ) -> Result<(), LedgerError> {
        self.keep_one(key, body, attempt, ends, false).await
    }

    /// Keeps an attempt that a batch brought, which providers charge for otherwise.
    ///
    /// # Errors
    /// As [`Ledger::keep`].
    pub async fn keep_batched(
        &self,
        key: RequestKey,
        body: Arc<str>,
        attempt: Attempt,
        ends: bool,
    ) -> Result<(), LedgerError> {
        self.keep_one(key, body, attempt, ends, true).await
    }

    async fn keep_one(
        &self,
        key: RequestKey,
        body: Arc<str>,
        attempt: Attempt,
        ends: bool,
        batched: bool,
    ) -> Result<(), LedgerError> {
        let closed = || LedgerError::Closed { path: self.0.path.clone() };
        let (kept, on_disk) = oneshot::channel();
        let commands = self.0.commands.as_ref().ok_or_else(closed)?;
        commands.send(Record { key, body, attempt, ends, batched, kept }).map_err(|_| closed())?;
        on_disk.await.map_err(|_| closed())?.map_err(|fault| LedgerError::of(&self.0.path, fault))
    }

    /// Says that other processes write to it too: what they were told meanwhile is not asked again.
    pub fn share(&self) {
        self.0.shared.store(true, Ordering::Relaxed);
    }

    /// Whether other processes may write to it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.0.shared.load(Ordering::Relaxed)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0.path
    }

    /// A connection that reads, beside the one that writes.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn reader(&self) -> Result<LedgerReader, LedgerError> {
        LedgerReader::open(&self.0.path)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The writer ends when nobody can send any more, and folds the log into the file.
        drop(self.commands.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// The failures that are stored by name; a name from elsewhere is the provider's.
pub(crate) fn failure_named(name: &str) -> Outcome {
    [Outcome::TimedOut, Outcome::ContextExceeded, Outcome::Filtered, Outcome::Empty]
        .into_iter()
        .find(|outcome| outcome.as_str() == name)
        .unwrap_or(Outcome::ProviderError)
}

/// A connection whose statements are planned once. Otherwise SQLite plans a statement anew whenever
/// a parameter is bound that it compares with another, which here is at every look.
pub(crate) fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.busy_timeout(Duration::from_secs(30))?;
    Ok(connection)
}

/// Whether a ledger has a table that those of earlier programs may lack.
pub(crate) fn has_table(
    connection: &Connection,
    ledger: &str,
    table: &str,
) -> rusqlite::Result<bool> {
    let query = format!("SELECT count(*) FROM {ledger}.sqlite_schema WHERE name = ?1");
    connection.query_row(&query, [table], |row| row.get::<_, i64>(0)).map(|found| found > 0)
}

pub(crate) fn prepare(connection: &Connection, journal: Journal) -> rusqlite::Result<()> {
    let mode = match journal {
        Journal::Wal => "wal",
        Journal::Rollback(_) => "delete",
    };
    // A request and its reply take a few kilobytes: larger pages hold them in fewer pieces.
    connection.pragma_update(None, "page_size", 16_384)?;
    // Keys are random: their index is read and written all over, and should stay in memory.
    connection.pragma_update(None, "cache_size", -65_536)?;
    connection.pragma_update(None, "journal_mode", mode)?;
    // A reply counts only once it would survive a power cut.
    connection.pragma_update(None, "synchronous", "full")?;
    // Pages; replies come by the megabyte, and each folding of the log costs two more syncs.
    connection.pragma_update(None, "wal_autocheckpoint", 4_096)?;
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE;
         CREATE TABLE IF NOT EXISTS requests (key BLOB NOT NULL PRIMARY KEY, body TEXT NOT NULL);
         CREATE TABLE IF NOT EXISTS attempts (
             key BLOB NOT NULL, n INTEGER NOT NULL, at_ms INTEGER NOT NULL, status INTEGER,
             cost_usd REAL, failure TEXT, error TEXT, raw TEXT, PRIMARY KEY (key, n));
         CREATE TABLE IF NOT EXISTS replies (key BLOB NOT NULL PRIMARY KEY, n INTEGER NOT NULL)
             WITHOUT ROWID;
         {BATCHED}
         {HANDED}
         CREATE INDEX IF NOT EXISTS failures ON attempts (key, n) WHERE failure IS NOT NULL;
         PRAGMA user_version = {VERSION};
         COMMIT;"
    ))
}

fn write_all(
    mut connection: Connection,
    records: &mpsc::Receiver<Record>,
    path: &Path,
    on_full: &OnFull,
) {
    let mut waiting: Vec<Record> = Vec::new();
    while let Ok(first) = records.recv() {
        waiting.push(first);
        waiting.extend(records.try_iter().take(MOST_IN_COMMIT - 1));
        let result = commit_when_it_can_be_written(&mut connection, &waiting, path, on_full);
        let result = result.map_err(Arc::new);
        for record in waiting.drain(..) {
            // Whoever asked may have gone; the attempt is kept all the same.
            let _ = record.kept.send(result.clone());
        }
    }
}

/// Replies in flight on a full or failing disk are paid for: they wait in memory until it is well.
/// Since no request ends before its attempt is kept, nothing more is sent meanwhile.
fn commit_when_it_can_be_written(
    connection: &mut Connection,
    records: &[Record],
    path: &Path,
    on_full: &OnFull,
) -> rusqlite::Result<()> {
    let mut told = false;
    loop {
        match commit(connection, records) {
            Err(fault) if fault.sqlite_error_code().is_some_and(may_pass) => {
                if !std::mem::replace(&mut told, true) {
                    on_full(path, &fault.to_string());
                }
                std::thread::sleep(WAIT_WHILE_FULL);
            }
            result => return result,
        }
    }
}

/// Faults of a disk or of others at work on the file; what else goes wrong does not mend itself.
fn may_pass(code: ErrorCode) -> bool {
    use ErrorCode::{CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, SystemIoFailure};
    matches!(code, DiskFull | SystemIoFailure | DatabaseBusy | DatabaseLocked | CannotOpen)
}

fn commit(connection: &mut Connection, records: &[Record]) -> rusqlite::Result<()> {
    // At once for writing: another process may write too, and a view that is not the newest could not.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut request = transaction
            .prepare_cached("INSERT OR IGNORE INTO requests (key, body) VALUES (?1, ?2)")?;
        let mut last = transaction
            .prepare_cached("SELECT coalesce(max(n), 0) FROM attempts WHERE key = ?1")?;
        let mut attempt = transaction.prepare_cached(
            "INSERT INTO attempts (key, n, at_ms, status, cost_usd, failure, error, raw)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        // The first reply stays: tables may have been derived from it by another run.
        let mut reply = transaction.prepare_cached(
            "INSERT INTO replies (key, n) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE
                 SET n = excluded.n WHERE EXISTS (SELECT 1 FROM attempts a
                     WHERE a.key = replies.key AND a.n = replies.n AND a.failure IS NOT NULL)",
        )?;
        let mut batched =
            transaction.prepare_cached("INSERT OR IGNORE INTO batched (key, n) VALUES (?1, ?2)")?;
        let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let at_ms = i64::try_from(at_ms).unwrap_or(i64::MAX);
        for record in records {
            let key = record.key.as_bytes();
            request.execute(params![key, &*record.body])?;
            let Attempt { status, raw, cost_usd, verdict } = &record.attempt;
            let failure = match verdict {
                Verdict::Reply => None,
                Verdict::Retry { failure, .. }
                | Verdict::Fail(failure)
                | Verdict::Stop(failure) => Some(failure),
            };
            let outcome = failure.map(|failure| failure.outcome.as_str());
            let message = failure.map(|failure| &failure.message);
            let last: i64 = last.query_row([key], |row| row.get(0))?;
            let n = last + 1;
            attempt.execute(params![key, n, at_ms, status, cost_usd, outcome, message, raw])?;
            if record.batched {
                batched.execute(params![key, n])?;
            }
            if record.ends {
                reply.execute(params![key, n])?;
            }
        }
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger_reader::StoredAttempt;
    use crate::model::Failure;

    fn attempt(verdict: Verdict) -> Attempt {
        Attempt { status: Some(200), raw: Some("raw".into()), cost_usd: None, verdict }
    }

    fn open(folder: &Path) -> Ledger {
        Ledger::open(&folder.join("ledger.sqlite"), Journal::Wal, Box::new(|_, _| ())).unwrap()
    }

    #[tokio::test]
    async fn an_attempt_is_read_back_after_the_ledger_was_closed() {
        let folder = tempfile::tempdir().unwrap();
        let key = RequestKey::of("p", "m", "{}", 0, "");
        let failure = Failure::new(Outcome::TimedOut, "no reply");
        let ledger = open(folder.path());
        let retried = attempt(Verdict::Retry { failure: failure.clone(), after: None });
        ledger.keep(key, "{}".into(), retried, false).await.unwrap();
        assert!(!ledger.reader().unwrap().ended(false).unwrap().contains(&key));
        ledger.keep(key, "{}".into(), attempt(Verdict::Reply), true).await.unwrap();
        drop(ledger);
        let reader = open(folder.path()).reader().unwrap();
        let stored = StoredAttempt { raw: Some("raw".into()), failure: None };
        assert_eq!(reader.get(&key).unwrap(), Some(stored));
        assert_eq!(reader.attempts().unwrap(), 2);
    }

    #[tokio::test]
    async fn a_look_at_a_ledger_at_rest_leaves_no_trace_and_at_one_in_use_sees_all() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("100% sure? #1");
        std::fs::create_dir(&place).unwrap();
        let path = place.join("ledger.sqlite");
        let key = |number| RequestKey::of("p", "m", "{}", number, "");
        let seen = || LedgerReader::open_at_rest(&path).unwrap().attempts().unwrap();
        let ledger = open(&place);
        ledger.keep(key(0), "{}".into(), attempt(Verdict::Reply), true).await.unwrap();
        assert_eq!(seen(), 1, "it lies in the log");
        drop(ledger);
        assert_eq!(seen(), 1);
        assert_eq!(std::fs::read_dir(&place).unwrap().count(), 1);
        assert!(LedgerReader::open_at_rest(&folder.path().join("absent")).is_err());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_ledger_in_use_is_no_ledger_at_rest_through_a_link_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let (place, links) = (folder.path().join("place"), folder.path().join("links"));
        for folder in [&place, &links] {
            std::fs::create_dir(folder).unwrap();
        }
        let link = links.join("linked.sqlite");
        std::os::unix::fs::symlink(place.join("ledger.sqlite"), &link).unwrap();
        let ledger = open(&place);
        let key = RequestKey::of("p", "m", "{}", 0, "");
        ledger.keep(key, "{}".into(), attempt(Verdict::Reply), true).await.unwrap();
        let seen = || LedgerReader::open_at_rest(&link).unwrap().attempts().unwrap();
        assert_eq!(seen(), 1, "it lies in the log, beside the file itself");
        drop(ledger);
        assert_eq!(seen(), 1);
        let left = |folder: &Path| std::fs::read_dir(folder).unwrap().count();
        assert_eq!((left(&place), left(&links)), (1, 1), "no trace");
    }

    #[tokio::test]
    async fn a_failure_keeps_its_outcome() {
        let folder = tempfile::tempdir().unwrap();
        let key = RequestKey::of("p", "m", "{}", 0, "");
        let failure = Failure::new(Outcome::ContextExceeded, "too long");
        let ledger = open(folder.path());
        ledger.keep(key, "{}".into(), attempt(Verdict::Fail(failure.clone())), true).await.unwrap();
        assert_eq!(ledger.reader().unwrap().get(&key).unwrap().unwrap().failure, Some(failure));
    }

    #[tokio::test]
    async fn replies_wait_for_a_full_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let mut connection = Connection::open(&path).unwrap();
        prepare(&connection, Journal::Wal).unwrap();
        connection.pragma_update(None, "max_page_count", 1).unwrap();
        let (kept, mut on_disk) = oneshot::channel();
        let long = Attempt { raw: Some("x".repeat(100_000)), ..attempt(Verdict::Reply) };
        let key = RequestKey::of("p", "m", "{}", 0, "");
        let record =
            Record { key, body: "{}".into(), attempt: long, ends: true, batched: false, kept };
        assert!(commit(&mut connection, &[]).is_ok());
        let (told, heard) = mpsc::channel();
        let on_full: OnFull = Box::new(move |_, _| told.send(()).unwrap());
        // The first try fills the disk; then the page limit is lifted, as when space is freed.
        let records = [record];
        assert!(matches!(
            commit(&mut connection, &records).unwrap_err().sqlite_error_code(),
            Some(ErrorCode::DiskFull)
        ));
        assert!(on_disk.try_recv().is_err());
        connection.pragma_update(None, "max_page_count", 100_000).unwrap();
        commit_when_it_can_be_written(&mut connection, &records, &path, &on_full).unwrap();
        assert!(heard.try_recv().is_err(), "there was room");
        assert!(LedgerReader::open(&path).unwrap().ended(false).unwrap().contains(&key));
    }

    #[test]
    fn a_ledger_of_another_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path()));
        let path = folder.path().join("ledger.sqlite");
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        let error = Ledger::open(&path, Journal::Wal, Box::new(|_, _| ())).err().unwrap();
        assert!(matches!(error, LedgerError::OtherVersion { found: 99, .. }), "{error}");
    }
}
