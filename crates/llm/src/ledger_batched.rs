//! Which attempts a batch brought: providers charge otherwise for these.

use crate::key::RequestKey;
use crate::ledger::Ledger;
use crate::ledger_error::LedgerError;
use crate::ledger_reader::LedgerReader;
use crate::ledger_tables::has_table;
use rusqlite::{Connection, TransactionBehavior};

/// The table of these attempts; a ledger of before there were batches has none.
pub(crate) const BATCHED: &str = "CREATE TABLE IF NOT EXISTS batched (
             key BLOB NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (key, n)) WITHOUT ROWID;";

/// The reply of the attempt `a` names itself so: providers give each a name of its own.
const NAMED: &str = "a.failure IS NULL AND a.key = ?1
    AND CASE WHEN json_valid(a.raw) THEN json_extract(a.raw, '$.id') END = ?2";

/// Whether a ledger, by the name that its connection has for it, knows of batches.
pub(crate) fn has_batched(connection: &Connection, ledger: &str) -> rusqlite::Result<bool> {
    has_table(connection, ledger, "batched")
}

impl Ledger {
    /// Notes that a batch brought the replies of these names to these requests, which the ledger holds:
    /// an earlier program kept them without a word of it.
    ///
    /// # Errors
    /// [`LedgerError`] names the ledger; nothing is noted then.
    pub fn note_batched(&self, replies: &[(RequestKey, String)]) -> Result<(), LedgerError> {
        self.write(|connection| {
            let behavior = TransactionBehavior::Immediate;
            let transaction = connection.transaction_with_behavior(behavior)?;
            let query = format!(
                "INSERT OR IGNORE INTO batched (key, n) SELECT a.key, a.n FROM attempts a WHERE {NAMED}"
            );
            for (key, name) in replies {
                transaction.prepare_cached(&query)?.execute((key.as_bytes(), name))?;
            }
            transaction.commit()
        })
    }
}

impl LedgerReader {
    /// What says of the attempt `a` whether a batch brought it.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub(crate) fn batched(&self) -> Result<&'static str, LedgerError> {
        let found = has_batched(&self.connection, "main").map_err(|fault| self.fault(fault))?;
        Ok(if found {
            "EXISTS (SELECT 1 FROM batched b WHERE b.key = a.key AND b.n = a.n)"
        } else {
            "0"
        })
    }

    /// Whether the ledger knows of a batch that brought the reply of that name to the request; `None` where
    /// it holds no such reply.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn is_batched(&self, key: &RequestKey, name: &str) -> Result<Option<bool>, LedgerError> {
        let batched = self.batched()?;
        let query = format!("SELECT min({batched}) FROM attempts a WHERE {NAMED}");
        self.connection
            .prepare_cached(&query)
            .and_then(|mut query| query.query_row((key.as_bytes(), name), |row| row.get(0)))
            .map_err(|fault| self.fault(fault))
    }

    /// Whether an attempt at the request brought this body.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn was_brought(&self, key: &RequestKey, raw: &str) -> Result<bool, LedgerError> {
        let query = "SELECT EXISTS (SELECT 1 FROM attempts WHERE key = ?1 AND raw = ?2)";
        self.connection
            .prepare_cached(query)
            .and_then(|mut query| query.query_row((key.as_bytes(), raw), |row| row.get(0)))
            .map_err(|fault| self.fault(fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file_system::Journal;
    use crate::model::{Attempt, Failure, Verdict};
    use foretell_core::Outcome;

    #[tokio::test]
    async fn a_reply_is_known_by_its_name_and_can_be_noted_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let ledger = Ledger::open(&path, Journal::Wal, Box::new(|_, _| ())).unwrap();
        let key = RequestKey::of("p", "m", "{}", 0, "");
        let attempt = |raw: &str, verdict| Attempt {
            status: Some(200),
            raw: Some(raw.to_owned()),
            cost_usd: None,
            verdict,
        };
        let failure = Verdict::Fail(Failure::new(Outcome::Empty, "nothing"));
        let failed = attempt(r#"{"id":"msg_3"}"#, failure);
        ledger.keep(key, "{}".into(), failed, false).await.unwrap();
        // A body that was cut off is no JSON, and no fault.
        for raw in [r#"{"id":"msg_"#, r#"{"id":"msg_1"}"#, r#"{ "id": "msg_2" }"#] {
            let reply = attempt(raw, Verdict::Reply);
            ledger.keep(key, "{}".into(), reply, true).await.unwrap();
        }
        let known = |name: &str| ledger.reader().unwrap().is_batched(&key, name).unwrap();
        assert_eq!(known("msg_1"), Some(false));
        ledger.note_batched(&[(key, "msg_2".to_owned()), (key, "msg_9".to_owned())]).unwrap();
        let all = ["msg_1", "msg_2", "msg_3", "msg_9"].map(known);
        assert_eq!(all, [Some(false), Some(true), None, None]);
        let request = ledger.reader().unwrap().request(&key).unwrap().unwrap();
        let batches: Vec<bool> = request.attempts.iter().map(|tried| tried.batch).collect();
        assert_eq!(batches, [false, false, false, true]);
    }
}
