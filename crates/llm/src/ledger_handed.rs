//! Requests that were handed over in batches, beside the replies: every run on the ledger leaves them
//! alone, and budgets see what they may cost, whichever run handed them over.
//!
//! ```text
//! handed_files(id, file, model)   a batch file that holds requests
//! handed(key, file, usd)          its requests, each with the most that it can cost
//! let_go(file)                    files that hold nothing any more
//! ```
//!
//! They stand there from before a batch is created until its replies are in the ledger, or it is given up.
//! That a file was let go of is kept, so that no merge brings its requests back from a ledger that has not
//! heard of it.

use crate::key::RequestKey;
use crate::ledger::Ledger;
use crate::ledger_error::LedgerError;
use crate::ledger_reader::LedgerReader;
use crate::ledger_tables::has_table;
use rusqlite::{OptionalExtension, TransactionBehavior, params};

/// The tables; a ledger of before there were batches has none. A request has several files only where
/// ledgers were merged that had both handed it over.
pub(crate) const HANDED: &str = "CREATE TABLE IF NOT EXISTS handed_files (
             id INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE, model TEXT NOT NULL);
         CREATE TABLE IF NOT EXISTS handed (key BLOB NOT NULL, file INTEGER NOT NULL, usd REAL,
             PRIMARY KEY (key, file)) WITHOUT ROWID;
         CREATE TABLE IF NOT EXISTS let_go (file TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;";

/// A request that was handed over in a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HandedRequest {
    /// The request.
    pub key: RequestKey,
    /// The most that it can cost, US dollars; `None` where the price is not known.
    pub worst_usd: Option<f64>,
    /// Whether it has ended all the same, so that what it cost is in the ledger.
    pub ended: bool,
}

/// A batch file that holds requests.
#[derive(Debug, Clone, PartialEq)]
pub struct HandedFile {
    /// Its name here, which says where it lay when it was handed over.
    pub file: String,
    /// The model that it asks, by its name in the run that handed it over.
    pub model: String,
    /// Its requests, in the order of their keys.
    pub requests: Vec<HandedRequest>,
}

impl Ledger {
    /// Notes that `requests`, each with the most that it can cost, are handed over in `file`. Gives how
    /// many of them another file holds, or have ended: where there are any, nothing is noted. A name that
    /// was let go of is not to be used again: other ledgers may have heard that it was.
    ///
    /// # Errors
    /// [`LedgerError`] names the ledger; nothing is noted then.
    pub fn hand_over(
        &self,
        file: &str,
        model: &str,
        requests: &[(RequestKey, Option<f64>)],
    ) -> Result<u64, LedgerError> {
        self.write(|connection| {
            let behavior = TransactionBehavior::Immediate;
            let transaction = connection.transaction_with_behavior(behavior)?;
            let taken = {
                transaction.execute(
                    "INSERT INTO handed_files (file, model) VALUES (?1, ?2)
                         ON CONFLICT (file) DO UPDATE SET model = excluded.model",
                    [file, model],
                )?;
                let id: i64 = transaction.query_row(
                    "SELECT id FROM handed_files WHERE file = ?1",
                    [file],
                    |row| row.get(0),
                )?;
                let mut is_taken = transaction.prepare(
                    "SELECT EXISTS (SELECT 1 FROM handed WHERE key = ?1 AND file <> ?2)
                         OR EXISTS (SELECT 1 FROM replies WHERE key = ?1)",
                )?;
                let mut note = transaction.prepare(
                    "INSERT OR REPLACE INTO handed (key, file, usd) VALUES (?1, ?2, ?3)",
                )?;
                let mut taken = 0;
                for (key, usd) in requests {
                    if is_taken.query_row(params![key.as_bytes(), id], |row| row.get(0))? {
                        taken += 1;
                    } else {
                        note.execute(params![key.as_bytes(), id, usd])?;
                    }
                }
                taken
            };
            if taken == 0 {
                transaction.commit()?
            } else {
                transaction.rollback()?
            }
            Ok(taken)
        })
    }

    /// Notes that nothing that was handed over in `file` is on its way any more. Gives how many requests
    /// it held.
    ///
    /// # Errors
    /// [`LedgerError`] names the ledger.
    pub fn let_go(&self, file: &str) -> Result<u64, LedgerError> {
        self.write(|connection| {
            let behavior = TransactionBehavior::Immediate;
            let transaction = connection.transaction_with_behavior(behavior)?;
            let held = transaction.execute(
                "DELETE FROM handed WHERE file = (SELECT id FROM handed_files WHERE file = ?1)",
                [file],
            )?;
            transaction.execute("DELETE FROM handed_files WHERE file = ?1", [file])?;
            transaction.execute("INSERT OR IGNORE INTO let_go (file) VALUES (?1)", [file])?;
            transaction.commit()?;
            Ok(held as u64)
        })
    }
}

impl LedgerReader {
    /// The batch files that hold requests, by name.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn handed_over(&self) -> Result<Vec<HandedFile>, LedgerError> {
        let read = || -> rusqlite::Result<Vec<HandedFile>> {
            if !has_table(&self.connection, "main", "handed")? {
                return Ok(Vec::new());
            }
            let mut query = self.connection.prepare(
                "SELECT f.file, f.model, h.key, h.usd, EXISTS
                     (SELECT 1 FROM replies r WHERE r.key = h.key)
                 FROM handed_files f JOIN handed h ON h.file = f.id ORDER BY f.file, h.key",
            )?;
            let mut rows = query.query([])?;
            let mut files: Vec<HandedFile> = Vec::new();
            while let Some(row) = rows.next()? {
                let file = row.get_ref(0)?.as_str()?;
                if files.last().is_none_or(|last| last.file != file) {
                    let (file, model) = (file.to_owned(), row.get(1)?);
                    files.push(HandedFile { file, model, requests: Vec::new() });
                }
                let request = HandedRequest {
                    key: RequestKey::from_bytes(row.get(2)?),
                    worst_usd: row.get(3)?,
                    ended: row.get(4)?,
                };
                files.last_mut().expect("one was added above").requests.push(request);
            }
            Ok(files)
        };
        read().map_err(|fault| self.fault(fault))
    }

    /// Whether a batch file holds the request.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn is_handed_over(&self, key: &RequestKey) -> Result<bool, LedgerError> {
        self.is_in("SELECT 1 FROM handed WHERE key = ?1", key)
    }

    /// Whether the request has ended, with a reply or a failure.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn has_ended(&self, key: &RequestKey) -> Result<bool, LedgerError> {
        self.is_in("SELECT 1 FROM replies WHERE key = ?1", key)
    }

    fn is_in(&self, query: &str, key: &RequestKey) -> Result<bool, LedgerError> {
        self.connection
            .prepare_cached(query)
            .and_then(|mut query| query.query_row([key.as_bytes()], |_| Ok(())).optional())
            .map(|found| found.is_some())
            .map_err(|fault| self.fault(fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file_system::Journal;
    use crate::model::{Attempt, Verdict};

    fn key(number: u32) -> RequestKey {
        RequestKey::of("p", "m", "{}", number, "")
    }

    #[tokio::test]
    async fn a_request_is_handed_over_in_one_file_only_and_not_once_it_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let ledger = Ledger::open(&path, Journal::Wal, Box::new(|_, _| ())).unwrap();
        let beside = Ledger::open(&path, Journal::Wal, Box::new(|_, _| ())).unwrap();
        let both = [(key(0), Some(0.5)), (key(1), None)];
        assert_eq!(ledger.hand_over("a", "m", &both).unwrap(), 0);
        assert_eq!(ledger.hand_over("a", "m", &both).unwrap(), 0, "the same file holds them");
        assert_eq!(beside.hand_over("b", "m", &[both[0], (key(2), None)]).unwrap(), 1);
        let reader = beside.reader().unwrap();
        let held = reader.handed_over().unwrap();
        assert_eq!((held.len(), held[0].file.as_str(), held[0].requests.len()), (1, "a", 2));
        assert!(
            reader.is_handed_over(&key(1)).unwrap() && !reader.is_handed_over(&key(2)).unwrap()
        );
        let attempt = Attempt {
            status: Some(200),
            raw: Some("raw".to_owned()),
            cost_usd: None,
            verdict: Verdict::Reply,
        };
        ledger.keep(key(0), "{}".into(), attempt, true).await.unwrap();
        let held = reader.handed_over().unwrap().remove(0).requests;
        let open: Vec<_> = held.iter().filter(|one| !one.ended).map(|one| one.key).collect();
        assert_eq!(open, [key(1)]);
        assert_eq!(ledger.let_go("a").unwrap(), 2);
        assert_eq!(ledger.let_go("a").unwrap(), 0);
        assert_eq!(beside.hand_over("b", "m", &both).unwrap(), 1, "one has ended");
        assert_eq!(beside.hand_over("b", "m", &both[1..]).unwrap(), 0);
    }
}
