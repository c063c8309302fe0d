//! Bringing one ledger into another: what shards and other machines were told.

use crate::file_system::Journal;
use crate::key::RequestKey;
use crate::ledger_batched::has_batched;
use crate::ledger_error::LedgerError;
use crate::ledger_merge_handed::{bring_handed, bring_let_go, handed_in_both, let_go_by_other};
use crate::ledger_tables::{VERSION, connect, prepare};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use std::path::Path;
use std::sync::Arc;

/// Attempts in one commit.
const AT_ONCE: i64 = 4096;

/// What a merge brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Merged {
    /// Requests that were not there.
    pub requests: u64,
    /// Attempts that were not there.
    pub attempts: u64,
    /// Requests that ended only by this merge.
    pub ended: u64,
    /// Requests that had ended in both, otherwise; those whose end is now the other one.
    pub differing: u64,
    /// Of those, the ones whose end is now that of the other ledger.
    pub replaced: u64,
    /// Requests that the other ledger has in batches on their way, and that have not ended here: whoever
    /// asks leaves them alone.
    pub handed: u64,
}

/// The end of a request in one ledger: what decides between two.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
struct End {
    /// A reply goes before a failure.
    failed: bool,
    /// Then what came first.
    at_ms: i64,
    /// Then the body, so that the order of merging never matters.
    raw: Option<String>,
    error: Option<String>,
}

/// Brings all that the ledger `from` holds into the ledger `into`, which is made where it is not there.
/// Merging again, or in another order, gives the same.
///
/// Where a request ended in both, a reply wins over a failure, else the earlier attempt wins, else the
/// smaller body. All attempts are kept. What the other ledger has in batches on their way is on its way here
/// too, until its replies are merged, or one of them lets go of it.
///
/// # Errors
/// [`LedgerError`] names the file. What was committed stays; the same merge goes on from there.
pub fn merge_ledger(into: &Path, from: &Path, journal: Journal) -> Result<Merged, LedgerError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |fault| LedgerError::of(&path, Arc::new(fault))
    };
    check_version(from)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = connect(into, flags).map_err(at(into))?;
    check_opened(&connection, into, true)?;
    prepare(&connection, journal).map_err(at(into))?;
    let name = from.to_string_lossy();
    connection.execute("ATTACH ?1 AS other", [&name]).map_err(at(from))?;
    let merge = |connection: &mut Connection| -> rusqlite::Result<Merged> {
        let mut merged = Merged::default();
        // Read first: what is let go of while this goes on may have ended with replies that come too late.
        let let_go = let_go_by_other(connection)?;
        bring_handed(connection)?;
        bring_attempts(connection, &mut merged)?;
        settle_ends(connection, &mut merged)?;
        bring_let_go(connection, &let_go)?;
        merged.handed = handed_in_both(connection)?;
        Ok(merged)
    };
    merge(&mut connection).map_err(at(into))
}

fn check_version(path: &Path) -> Result<(), LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        connect(path, flags).map_err(|fault| LedgerError::of(path, Arc::new(fault)))?;
    check_opened(&connection, path, false)
}

fn check_opened(connection: &Connection, path: &Path, may_be_new: bool) -> Result<(), LedgerError> {
    let query = "SELECT user_version FROM pragma_user_version";
    let found: i64 = connection
        .query_row(query, [], |row| row.get(0))
        .map_err(|fault| LedgerError::of(path, Arc::new(fault)))?;
    match found {
        VERSION => Ok(()),
        0 if may_be_new => Ok(()),
        found => Err(LedgerError::OtherVersion { path: path.to_owned(), found }),
    }
}

/// Brings attempts, and their requests, that are not there: a lot of rows at a time.
fn bring_attempts(connection: &mut Connection, merged: &mut Merged) -> rusqlite::Result<()> {
    let batches = has_batched(connection, "other")?;
    let mut after = 0_i64;
    loop {
        let last: Option<i64> = connection.query_row(
            "SELECT max(rowid) FROM
                 (SELECT rowid FROM other.attempts WHERE rowid > ?1 ORDER BY rowid LIMIT ?2)",
            [after, AT_ONCE],
            |row| row.get(0),
        )?;
        let Some(last) = last else { return Ok(()) };
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let lot = params![after, last];
        merged.requests += transaction
            .prepare_cached(
                "INSERT OR IGNORE INTO main.requests (key, body)
             SELECT key, body FROM other.requests WHERE key IN
                 (SELECT key FROM other.attempts WHERE rowid > ?1 AND rowid <= ?2)",
            )?
            .execute(lot)? as u64;
        // Numbers follow those that are there; an attempt is the same where all of it is.
        merged.attempts += transaction
            .prepare_cached(
                "INSERT INTO main.attempts (key, n, at_ms, status, cost_usd, failure, error, raw)
             SELECT a.key,
                    (SELECT coalesce(max(m.n), 0) FROM main.attempts m WHERE m.key = a.key)
                        + row_number() OVER (PARTITION BY a.key ORDER BY a.n),
                    a.at_ms, a.status, a.cost_usd, a.failure, a.error, a.raw
             FROM other.attempts a
             WHERE a.rowid > ?1 AND a.rowid <= ?2 AND NOT EXISTS
                 (SELECT 1 FROM main.attempts m WHERE m.key = a.key AND m.at_ms = a.at_ms
                  AND m.status IS a.status AND m.failure IS a.failure AND m.error IS a.error
                  AND m.raw IS a.raw)",
            )?
            .execute(lot)? as u64;
        if batches {
            transaction.prepare_cached(BRING_BATCHED)?.execute(lot)?;
        }
        transaction.commit()?;
        after = last;
    }
}

/// Which of the attempts that are there now a batch brought, by the other ledger.
const BRING_BATCHED: &str = "
    INSERT OR IGNORE INTO main.batched (key, n)
    SELECT m.key, m.n FROM other.attempts a
        JOIN other.batched b ON b.key = a.key AND b.n = a.n
        JOIN main.attempts m ON m.key = a.key AND m.at_ms = a.at_ms AND m.status IS a.status
            AND m.failure IS a.failure AND m.error IS a.error AND m.raw IS a.raw
    WHERE a.rowid > ?1 AND a.rowid <= ?2";

/// Decides which attempt each request of the other ledger ends with.
fn settle_ends(connection: &mut Connection, merged: &mut Merged) -> rusqlite::Result<()> {
    let mut after = RequestKey::from_bytes([0; 16]);
    let mut first = true;
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let keys: Vec<(RequestKey, i64)> = transaction
            .prepare_cached(
                "SELECT key, n FROM other.replies WHERE key > ?1 OR (?2 AND key = ?1)
                 ORDER BY key LIMIT ?3",
            )?
            .query_map(params![after.as_bytes(), first, AT_ONCE], |row| {
                Ok((RequestKey::from_bytes(row.get(0)?), row.get(1)?))
            })?
            .collect::<rusqlite::Result<_>>()?;
        let Some((last, _)) = keys.last() else { return Ok(()) };
        (after, first) = (*last, false);
        for (key, n) in &keys {
            settle(&transaction, key, *n, merged)?;
        }
        transaction.commit()?;
    }
}

fn settle(
    connection: &Connection,
    key: &RequestKey,
    n: i64,
    merged: &mut Merged,
) -> rusqlite::Result<()> {
    let end = |sql: &str, n: i64| -> rusqlite::Result<End> {
        connection.prepare_cached(sql)?.query_row(params![key.as_bytes(), n], |row| {
            Ok(End {
                failed: row.get(0)?,
                at_ms: row.get(1)?,
                raw: row.get(2)?,
                error: row.get(3)?,
            })
        })
    };
    let theirs = end(
        "SELECT failure IS NOT NULL, at_ms, raw, error FROM other.attempts WHERE key = ?1 AND n = ?2",
        n,
    )?;
    let kept: Option<i64> = connection
        .prepare_cached("SELECT n FROM main.replies WHERE key = ?1")?
        .query_row([key.as_bytes()], |row| row.get(0))
        .optional()?;
    if let Some(kept) = kept {
        let ours = end(
            "SELECT failure IS NOT NULL, at_ms, raw, error FROM main.attempts WHERE key = ?1 AND n = ?2",
            kept,
        )?;
        if ours == theirs {
            return Ok(());
        }
        merged.differing += 1;
        if ours < theirs {
            return Ok(());
        }
        merged.replaced += 1;
    } else {
        merged.ended += 1;
    }
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO main.replies (key, n)
             SELECT m.key, m.n FROM main.attempts m JOIN other.attempts a
                 ON a.key = m.key AND m.at_ms = a.at_ms AND m.status IS a.status
                 AND m.failure IS a.failure AND m.error IS a.error AND m.raw IS a.raw
             WHERE a.key = ?1 AND a.n = ?2 ORDER BY m.n LIMIT 1",
        )?
        .execute(params![key.as_bytes(), n])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Ledger;
    use crate::ledger_reader::LedgerReader;
    use crate::model::{Attempt, Failure, Verdict};
    use foretell_core::Outcome;

    fn key(number: u32) -> RequestKey {
        RequestKey::of("p", "m", "{}", number, "")
    }

    /// A ledger of these requests, each with its attempts; `true` ends it with a reply.
    async fn ledger(path: &Path, requests: &[(u32, &[(bool, &str)])]) {
        let ledger = Ledger::open(path, Journal::Wal, Box::new(|_, _| ())).unwrap();
        for (number, attempts) in requests {
            for (reply, raw) in *attempts {
                let failure = Failure::new(Outcome::ProviderError, "no");
                let verdict = if *reply { Verdict::Reply } else { Verdict::Fail(failure) };
                let raw = Some((*raw).to_owned());
                let attempt = Attempt { status: Some(200), raw, cost_usd: Some(0.5), verdict };
                ledger.keep(key(*number), "{}".into(), attempt, true).await.unwrap();
                std::thread::sleep(std::time::Duration::from_millis(3));
            }
        }
    }

    fn raw_of(path: &Path, number: u32) -> Option<String> {
        LedgerReader::open(path).unwrap().get(&key(number)).unwrap().and_then(|kept| kept.raw)
    }

    /// All of a ledger but the numbers of attempts, which tell the order of merging.
    fn whole(path: &Path) -> Vec<String> {
        let mut all = Vec::new();
        LedgerReader::open(path)
            .unwrap()
            .each_request(|request| {
                let final_raw = request.attempts.iter().find(|a| Some(a.n) == request.reply);
                let mut attempts: Vec<String> = request
                    .attempts
                    .iter()
                    .map(|a| format!("{} {:?} {:?} {:?}", a.at_ms, a.raw, a.failure, a.cost_usd))
                    .collect();
                attempts.sort();
                let end = final_raw.map(|a| a.raw.clone());
                all.push(format!("{} {} {end:?} {attempts:?}", request.key, request.body));
            })
            .unwrap();
        all
    }

    #[tokio::test]
    async fn a_reply_wins_over_a_failure_and_the_first_over_a_later_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        ledger(&path("a"), &[(1, &[(true, "a1")]), (2, &[(false, "a2")]), (3, &[(true, "a3")])])
            .await;
        ledger(
            &path("b"),
            &[(2, &[(true, "b2")]), (3, &[(true, "b3")]), (4, &[(false, "x"), (true, "b4")])],
        )
        .await;
        let merged = merge_ledger(&path("a"), &path("b"), Journal::Wal).unwrap();
        let expected =
            Merged { requests: 1, attempts: 4, ended: 1, differing: 2, replaced: 1, handed: 0 };
        assert_eq!(merged, expected);
        for (number, raw) in [(1, "a1"), (2, "b2"), (3, "a3"), (4, "b4")] {
            assert_eq!(raw_of(&path("a"), number).as_deref(), Some(raw));
        }
    }

    #[tokio::test]
    async fn merging_twice_and_in_any_order_gives_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        ledger(&path("a"), &[(1, &[(true, "a1")]), (2, &[(false, "a2")])]).await;
        ledger(&path("b"), &[(1, &[(true, "b1")]), (3, &[(true, "b3")])]).await;
        ledger(&path("c"), &[(2, &[(true, "c2"), (true, "c2 later")]), (1, &[(false, "c1")])])
            .await;
        let mut all = Vec::new();
        for (name, order) in [("abc", ["a", "b", "c"]), ("cba", ["c", "b", "a"])] {
            for _ in 0..2 {
                for from in order {
                    merge_ledger(&path(name), &path(from), Journal::Wal).unwrap();
                }
            }
            let again = merge_ledger(&path(name), &path("a"), Journal::Wal).unwrap();
            assert_eq!((again.requests, again.attempts, again.replaced), (0, 0, 0));
            all.push(whole(&path(name)));
        }
        assert_eq!(all[0], all[1]);
        assert_eq!(all[0].len(), 3);
    }

    #[tokio::test]
    async fn what_a_batch_brought_is_told_apart_wherever_it_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let attempt = || Attempt {
            status: Some(200),
            raw: Some("the same words".to_owned()),
            cost_usd: None,
            verdict: Verdict::Reply,
        };
        let open = |name| Ledger::open(&path(name), Journal::Wal, Box::new(|_, _| ())).unwrap();
        let from = open("from");
        from.keep(key(1), "{}".into(), attempt(), false).await.unwrap();
        std::thread::sleep(std::time::Duration::from_millis(3));
        from.keep_batched(key(1), "{}".into(), attempt(), true).await.unwrap();
        let into = open("into");
        into.keep(key(1), "{}".into(), attempt(), true).await.unwrap();
        drop((from, into));
        for _ in 0..2 {
            merge_ledger(&path("into"), &path("from"), Journal::Wal).unwrap();
        }
        let seen = |name: &str| {
            let mut seen = Vec::new();
            let reader = LedgerReader::open(&path(name)).unwrap();
            reader.each_attempt(|attempt| seen.push((attempt.first, attempt.batched))).unwrap();
            seen
        };
        assert_eq!(seen("from"), [(true, false), (false, true)]);
        assert_eq!(seen("into"), [(true, false), (false, false), (false, true)]);
        let request = LedgerReader::open(&path("into")).unwrap().request(&key(1)).unwrap();
        let batches: Vec<bool> =
            request.unwrap().attempts.iter().map(|tried| tried.batch).collect();
        assert_eq!(batches, [false, false, true]);
        // A ledger of before: nothing in it came through a batch, and it takes what did.
        let old = Connection::open(path("into")).unwrap();
        old.execute_batch("DROP TABLE batched").unwrap();
        drop(old);
        assert_eq!(seen("into"), [(true, false), (false, false), (false, false)]);
        merge_ledger(&path("into"), &path("from"), Journal::Wal).unwrap();
        assert_eq!(seen("into"), [(true, false), (false, false), (false, true)]);
    }

    #[test]
    fn what_is_no_ledger_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (into, text) = (folder.path().join("into"), folder.path().join("text"));
        std::fs::write(&text, "not a database, and long enough to be taken for one by its size")
            .unwrap();
        assert!(merge_ledger(&into, &text, Journal::Wal).is_err());
        assert!(merge_ledger(&into, &folder.path().join("absent"), Journal::Wal).is_err());
        assert!(!into.exists(), "nothing is made for a source that cannot be read");
    }
}
