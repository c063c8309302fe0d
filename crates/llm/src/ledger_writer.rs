//! The thread that writes a ledger: it commits whatever has queued up while the last commit went to disk.

use crate::key::RequestKey;
use crate::model::{Attempt, Verdict};
use rusqlite::{Connection, ErrorCode, TransactionBehavior, params};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;

/// Most attempts in one commit.
const MOST_IN_COMMIT: usize = 2048;

/// Between two tries to write to a full disk.
const WAIT_WHILE_FULL: Duration = Duration::from_secs(1);

/// Told once when the ledger cannot be written for now: its file, and what the system says.
pub type OnFull = Box<dyn Fn(&Path, &str) + Send>;

/// One attempt on its way to the disk.
pub(crate) struct Record {
    pub(crate) key: RequestKey,
    pub(crate) body: Arc<str>,
    pub(crate) attempt: Attempt,
    /// Whether the request ends with this attempt.
    pub(crate) ends: bool,
    /// Whether a batch brought it.
    pub(crate) batched: bool,
    pub(crate) kept: oneshot::Sender<Result<(), Arc<rusqlite::Error>>>,
}

/// Keeps records until nobody can send any more, and tells each sender once its attempt is on disk.
pub(crate) fn write_all(
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
    use crate::file_system::Journal;
    use crate::ledger_reader::LedgerReader;
    use crate::ledger_tables::prepare;

    #[tokio::test]
    async fn replies_wait_for_a_full_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let mut connection = Connection::open(&path).unwrap();
        prepare(&connection, Journal::Wal).unwrap();
        connection.pragma_update(None, "max_page_count", 1).unwrap();
        let (kept, mut on_disk) = oneshot::channel();
        let long = Attempt {
            status: Some(200),
            raw: Some("x".repeat(100_000)),
            cost_usd: None,
            verdict: Verdict::Reply,
        };
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
}
