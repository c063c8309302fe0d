//! Taking out of a ledger what no run needs: attempts that another one followed, requests that no run
//! names.

use crate::key::RequestKey;
use crate::ledger_batched::BATCHED;
use crate::ledger_error::LedgerError;
use crate::ledger_tables::{VERSION, connect};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// Requests in one commit.
const AT_ONCE: usize = 2048;

/// What is taken out.
#[derive(Debug, Default)]
pub struct Sweep {
    /// Whether attempts go that are not the one with which their request ended.
    pub superseded: bool,
    /// The requests that are needed; all others go. `None` keeps all.
    pub used: Option<HashSet<RequestKey>>,
    /// Whether it is done, or only counted.
    pub delete: bool,
}

/// What was taken out, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Swept {
    /// Requests that no run names.
    pub requests: u64,
    /// Attempts, with those of these requests.
    pub attempts: u64,
    /// Bytes of their bodies and replies.
    pub bytes: u64,
    /// What the attempts had cost, US dollars, as far as it was reported.
    pub cost_usd: f64,
}

/// Takes out of a ledger what a sweep names; then gives the room back to the disk.
///
/// # Errors
/// [`LedgerError`] names the file.
pub fn sweep_ledger(path: &Path, sweep: &Sweep) -> Result<Swept, LedgerError> {
    let fault = |fault| LedgerError::of(path, Arc::new(fault));
    let access = if sweep.delete {
        OpenFlags::SQLITE_OPEN_READ_WRITE
    } else {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    };
    let mut connection = connect(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(fault)?;
    let found: i64 = connection
        .query_row("SELECT user_version FROM pragma_user_version", [], |row| row.get(0))
        .map_err(fault)?;
    if found != VERSION {
        return Err(LedgerError::OtherVersion { path: path.to_owned(), found });
    }
    run(&mut connection, sweep).map_err(fault)
}

fn run(connection: &mut Connection, sweep: &Sweep) -> rusqlite::Result<Swept> {
    let keys: Vec<RequestKey> = connection
        .prepare("SELECT key FROM requests ORDER BY key")?
        .query_map([], |row| row.get(0).map(RequestKey::from_bytes))?
        .collect::<rusqlite::Result<_>>()?;
    let mut swept = Swept::default();
    if sweep.delete {
        // One of before there were batches: what is taken out must not be looked for in vain.
        connection.execute_batch(BATCHED)?;
    }
    for lot in keys.chunks(AT_ONCE) {
        let behavior = if sweep.delete {
            TransactionBehavior::Immediate
        } else {
            TransactionBehavior::Deferred
        };
        let transaction = connection.transaction_with_behavior(behavior)?;
        for key in lot {
            let unused = sweep.used.as_ref().is_some_and(|used| !used.contains(key));
            if unused {
                sweep_request(&transaction, key, sweep.delete, &mut swept)?;
            } else if sweep.superseded {
                sweep_attempts(&transaction, key, SUPERSEDED, sweep.delete, &mut swept)?;
            }
        }
        transaction.commit()?;
    }
    if sweep.delete && swept.attempts + swept.requests > 0 {
        connection.execute_batch("VACUUM")?;
    }
    Ok(swept)
}

/// Attempts at a request that has ended, other than the one with which it did.
const SUPERSEDED: &str =
    "key = ?1 AND n <> coalesce((SELECT r.n FROM replies r WHERE r.key = ?1), n)";

fn sweep_request(
    connection: &Connection,
    key: &RequestKey,
    delete: bool,
    swept: &mut Swept,
) -> rusqlite::Result<()> {
    let bytes: i64 = connection
        .prepare_cached("SELECT length(CAST(body AS BLOB)) FROM requests WHERE key = ?1")?
        .query_row([key.as_bytes()], |row| row.get(0))?;
    swept.requests += 1;
    swept.bytes += bytes.unsigned_abs();
    sweep_attempts(connection, key, "key = ?1", delete, swept)?;
    if delete {
        for table in ["replies", "requests"] {
            let sql = format!("DELETE FROM {table} WHERE key = ?1");
            connection.prepare_cached(&sql)?.execute([key.as_bytes()])?;
        }
    }
    Ok(())
}

fn sweep_attempts(
    connection: &Connection,
    key: &RequestKey,
    which: &str,
    delete: bool,
    swept: &mut Swept,
) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT count(*), coalesce(sum(length(CAST(raw AS BLOB))), 0), total(cost_usd)
         FROM attempts WHERE {which}"
    );
    let (count, bytes, cost): (i64, i64, f64) = connection
        .prepare_cached(&sql)?
        .query_row([key.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    swept.attempts += count.unsigned_abs();
    swept.bytes += bytes.unsigned_abs();
    swept.cost_usd += cost;
    if delete && count > 0 {
        let sql = format!("DELETE FROM attempts WHERE {which}");
        connection.prepare_cached(&sql)?.execute([key.as_bytes()])?;
        // A later attempt may be given the number of one that is gone.
        let sql = "DELETE FROM batched WHERE key = ?1 AND NOT EXISTS
                 (SELECT 1 FROM attempts a WHERE a.key = batched.key AND a.n = batched.n)";
        connection.prepare_cached(sql)?.execute([key.as_bytes()])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file_system::Journal;
    use crate::ledger::Ledger;
    use crate::ledger_reader::LedgerReader;
    use crate::model::{Attempt, Failure, Verdict};
    use foretell_core::Outcome;

    #[tokio::test]
    async fn only_what_is_named_goes_and_only_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let ledger = Ledger::open(&path, Journal::Wal, Box::new(|_, _| ())).unwrap();
        let keys: Vec<RequestKey> =
            (0..3).map(|number| RequestKey::of("p", "m", "{}", number, "")).collect();
        let attempt = |verdict| Attempt {
            status: Some(200),
            raw: Some("12345".to_owned()),
            cost_usd: Some(0.25),
            verdict,
        };
        let failure = Failure::new(Outcome::Empty, "nothing");
        let retry = Verdict::Retry { failure, after: None };
        for key in &keys {
            ledger.keep_batched(*key, "{}".into(), attempt(retry.clone()), false).await.unwrap();
        }
        for key in &keys[..2] {
            ledger.keep(*key, "{}".into(), attempt(Verdict::Reply), true).await.unwrap();
        }
        drop(ledger);
        let used = || Some(HashSet::from([keys[0], keys[2]]));
        let sweep = |delete| Sweep { superseded: true, used: used(), delete };
        let expected = Swept { requests: 1, attempts: 3, bytes: 17, cost_usd: 0.75 };
        assert_eq!(sweep_ledger(&path, &sweep(false)).unwrap(), expected);
        assert_eq!(LedgerReader::open(&path).unwrap().attempts().unwrap(), 5);
        assert_eq!(sweep_ledger(&path, &sweep(true)).unwrap(), expected);
        assert_eq!(sweep_ledger(&path, &sweep(true)).unwrap(), Swept::default());
        let reader = LedgerReader::open(&path).unwrap();
        // The request that has not ended keeps what was tried.
        assert_eq!((reader.requests().unwrap(), reader.attempts().unwrap()), (2, 2));
        assert!(reader.get(&keys[0]).unwrap().is_some() && reader.get(&keys[1]).unwrap().is_none());
        let mut left = Vec::new();
        reader
            .each_attempt(|attempt| left.push((attempt.key, attempt.first, attempt.batched)))
            .unwrap();
        left.sort();
        let mut expected = [(keys[0], true, false), (keys[2], true, true)];
        expected.sort();
        assert_eq!(left, expected, "the first that is left, and what is known of it");
        drop(reader);
        let ledger = Ledger::open(&path, Journal::Wal, Box::new(|_, _| ())).unwrap();
        ledger.keep(keys[1], "{}".into(), attempt(Verdict::Reply), true).await.unwrap();
        drop(ledger);
        let again = LedgerReader::open(&path).unwrap().request(&keys[1]).unwrap().unwrap();
        assert!(!again.attempts[0].batch, "it has the number of one that a batch had brought");
    }
}
