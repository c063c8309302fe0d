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
//! One thread writes ([`write_all`]). It commits whatever has queued up while the last commit went to
//! disk, so that many replies share the cost of one `fsync`, and nobody hears that a reply is kept before
//! it is.

use crate::file_system::Journal;
use crate::key::RequestKey;
use crate::ledger_error::LedgerError;
use crate::ledger_reader::LedgerReader;
use crate::ledger_tables::{VERSION, connect, prepare};
use crate::ledger_writer::{OnFull, Record, write_all};
use crate::model::Attempt;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// The ledger, open for writing. Copies share the one writer.
#[derive(Clone)]
pub struct Ledger(Arc<Inner>);

struct Inner {
    path: PathBuf,
    commands: Option<mpsc::Sender<Record>>,
    writer: Option<JoinHandle<()>>,
    shared: AtomicBool,
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

    /// Writes beside the thread that keeps replies, which SQLite's locks keep apart from this.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || {
            let connection = connect(self.path(), flags)?;
            // As replies: what is paid for next must survive a power cut.
            connection.pragma_update(None, "synchronous", "full")?;
            Ok(connection)
        };
        let written = open().and_then(|mut connection| work(&mut connection));
        written.map_err(|fault| LedgerError::of(self.path(), fault.into()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger_reader::StoredAttempt;
    use crate::model::{Failure, Verdict};
    use foretell_core::Outcome;

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
