//! Reading a ledger: the attempt that counts, the keys that have ended.

use crate::key::RequestKey;
use crate::ledger_error::LedgerError;
use crate::ledger_tables::connect;
use crate::model::Failure;
use foretell_core::Outcome;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An attempt as the ledger holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAttempt {
    /// The body that came back.
    pub raw: Option<String>,
    /// What failed, where no reply came.
    pub failure: Option<Failure>,
}

/// Keys of requests that have ended, sorted: 16 bytes each, where a set would take thrice that.
#[derive(Default)]
pub struct EndedKeys(Vec<RequestKey>);

impl EndedKeys {
    /// Whether no request has ended.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the request has ended.
    #[must_use]
    pub fn contains(&self, key: &RequestKey) -> bool {
        self.0.binary_search(key).is_ok()
    }
}

/// Reads a ledger.
pub struct LedgerReader {
    pub(crate) path: PathBuf,
    pub(crate) connection: Connection,
}

impl LedgerReader {
    /// Opens a ledger that exists.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let sqlite = |fault| LedgerError::of(path, Arc::new(fault));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = connect(path, flags).map_err(sqlite)?;
        Ok(Self { path: path.to_owned(), connection })
    }

    /// Opens a ledger for a look that leaves no trace: SQLite makes two files beside one with a
    /// write-ahead log, also for whoever only reads, unless it is told that nobody writes meanwhile.
    /// That is so where these files are not there; who begins to write during the look makes it fail
    /// or see too little, so it is for plans alone.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn open_at_rest(path: &Path) -> Result<Self, LedgerError> {
        // SQLite's own files lie where the ledger does, and not beside a link to it.
        let place = path.canonicalize().ok();
        let place = place.as_deref().filter(|place| is_at_rest(place));
        let Some(name) = place.and_then(Path::to_str) else {
            return Self::open(path);
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI;
        let escaped = name.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        let uri = format!("file:{escaped}?immutable=1");
        let connection = connect(Path::new(&uri), flags)
            .map_err(|fault| LedgerError::of(path, Arc::new(fault)))?;
        Ok(Self { path: path.to_owned(), connection })
    }

    pub(crate) fn fault(&self, fault: rusqlite::Error) -> LedgerError {
        LedgerError::of(&self.path, Arc::new(fault))
    }

    /// The keys of all requests that have ended, with a reply or a failure; without the failures
    /// where these are to be asked again.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn ended(&self, retry_failed: bool) -> Result<EndedKeys, LedgerError> {
        let read = |query: &str| -> rusqlite::Result<Vec<RequestKey>> {
            let mut query = self.connection.prepare(query)?;
            query.query_map([], |row| row.get(0).map(RequestKey::from_bytes))?.collect()
        };
        // In the order of their tree, so it is read from end to end.
        let mut ended =
            read("SELECT key FROM replies ORDER BY key").map_err(|fault| self.fault(fault))?;
        if retry_failed {
            // By the index of failures, which are few, and in this order (`CROSS` says so): a look at
            // every attempt would read all replies.
            let failed = "SELECT r.key FROM attempts a
                 CROSS JOIN replies r ON r.key = a.key AND r.n = a.n
                 WHERE a.failure IS NOT NULL ORDER BY r.key";
            let failed = read(failed).map_err(|fault| self.fault(fault))?;
            ended.retain(|key| failed.binary_search(key).is_err());
        }
        Ok(EndedKeys(ended))
    }

    /// Keeps one view of the ledger until the reader is dropped, which spares every look into it
    /// the locking. For reading when nobody writes: the log cannot be folded in meanwhile.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn hold_view(&self) -> Result<(), LedgerError> {
        self.connection.execute_batch("BEGIN").map_err(|fault| self.fault(fault))
    }

    /// The attempt with which the request ended.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn get(&self, key: &RequestKey) -> Result<Option<StoredAttempt>, LedgerError> {
        const QUERY: &str = "SELECT a.raw, a.failure, a.error FROM replies r \
             JOIN attempts a ON a.key = r.key AND a.n = r.n WHERE r.key = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            let failure: Option<String> = row.get(1)?;
            let message: Option<String> = row.get(2)?;
            let failure = failure
                .map(|outcome| Failure::new(failure_named(&outcome), message.unwrap_or_default()));
            Ok(StoredAttempt { raw: row.get(0)?, failure })
        };
        self.connection
            .prepare_cached(QUERY)
            .and_then(|mut query| query.query_row([key.as_bytes()], read).optional())
            .map_err(|fault| self.fault(fault))
    }

    /// The body of a request, as it was sent.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn sent(&self, key: &RequestKey) -> Result<Option<String>, LedgerError> {
        self.connection
            .prepare_cached("SELECT body FROM requests WHERE key = ?1")
            .and_then(|mut query| query.query_row([key.as_bytes()], |row| row.get(0)).optional())
            .map_err(|fault| self.fault(fault))
    }

    /// How many attempts the ledger holds.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn attempts(&self) -> Result<u64, LedgerError> {
        self.connection
            .query_row("SELECT count(*) FROM attempts", [], |row| row.get::<_, i64>(0))
            .map(i64::unsigned_abs)
            .map_err(|fault| self.fault(fault))
    }
}

/// The failures that are stored by name; a name from elsewhere is the provider's.
fn failure_named(name: &str) -> Outcome {
    [Outcome::TimedOut, Outcome::ContextExceeded, Outcome::Filtered, Outcome::Empty]
        .into_iter()
        .find(|outcome| outcome.as_str() == name)
        .unwrap_or(Outcome::ProviderError)
}

/// Whether a ledger has a write-ahead log, and nobody has it open.
fn is_at_rest(path: &Path) -> bool {
    // Byte 18 of the file: 2 is a write-ahead log. With a rollback journal, no file tells of a writer.
    let mut header = [0; 19];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut header));
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    read.is_ok() && header[18] == 2 && !Path::new(&log).exists()
}
