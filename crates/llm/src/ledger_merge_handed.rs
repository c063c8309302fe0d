//! Bringing what one ledger says of batches on their way into another, and what was let go of.
//!
//! A merge brings the notes before the replies, and what was let go of after them: whoever asks in
//! between, or after a merge that was stopped, leaves too much alone rather than paying for it again.

use crate::ledger_tables::has_table;
use rusqlite::{Connection, TransactionBehavior};

/// Brings the notes of requests in batches on their way, but for those of files that this ledger let go of.
pub(crate) fn bring_handed(connection: &mut Connection) -> rusqlite::Result<()> {
    if !has_table(connection, "other", "handed")? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(
        "INSERT OR IGNORE INTO main.handed_files (file, model)
             SELECT file, model FROM other.handed_files
             WHERE file NOT IN (SELECT file FROM main.let_go) ORDER BY file;
         INSERT OR IGNORE INTO main.handed (key, file, usd)
             SELECT h.key, m.id, h.usd FROM other.handed h
                 JOIN other.handed_files o ON o.id = h.file
                 JOIN main.handed_files m ON m.file = o.file;",
    )?;
    transaction.commit()
}

/// The files that the other ledger has let go of.
pub(crate) fn let_go_by_other(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    if !has_table(connection, "other", "let_go")? {
        return Ok(Vec::new());
    }
    let mut query = connection.prepare("SELECT file FROM other.let_go ORDER BY file")?;
    query.query_map([], |row| row.get(0))?.collect()
}

/// Lets go of `files`, as the other ledger did: their batches have ended, or its user gave them up.
pub(crate) fn bring_let_go(connection: &mut Connection, files: &[String]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for file in files {
        transaction
            .prepare_cached("INSERT OR IGNORE INTO main.let_go (file) VALUES (?1)")?
            .execute([file])?;
    }
    transaction.execute_batch(
        "DELETE FROM main.handed WHERE file IN
             (SELECT id FROM main.handed_files WHERE file IN (SELECT file FROM main.let_go));
         DELETE FROM main.handed_files WHERE file IN (SELECT file FROM main.let_go);",
    )?;
    transaction.commit()
}

/// Requests that the other ledger has in batches on their way, and this one now too.
pub(crate) fn handed_in_both(connection: &Connection) -> rusqlite::Result<u64> {
    if !has_table(connection, "other", "handed")? {
        return Ok(0);
    }
    let query =
        "SELECT count(DISTINCT h.key) FROM other.handed h JOIN main.handed m ON m.key = h.key
                     WHERE NOT EXISTS (SELECT 1 FROM main.replies r WHERE r.key = h.key)";
    connection.query_row(query, [], |row| row.get(0).map(i64::unsigned_abs))
}

#[cfg(test)]
mod tests {
    use super::{bring_let_go, let_go_by_other};
    use crate::file_system::Journal;
    use crate::key::RequestKey;
    use crate::ledger::Ledger;
    use crate::ledger_merge::merge_ledger;
    use crate::ledger_reader::LedgerReader;
    use crate::model::{Attempt, Verdict};
    use rusqlite::Connection;
    use std::path::Path;

    fn key(number: u32) -> RequestKey {
        RequestKey::of("p", "m", "{}", number, "")
    }

    fn open(path: &Path) -> Ledger {
        Ledger::open(path, Journal::Wal, Box::new(|_, _| ())).unwrap()
    }

    /// Notes that requests are handed over in a file.
    fn hand_over(path: &Path, file: &str, requests: &[u32]) {
        let requests: Vec<_> = requests.iter().map(|number| (key(*number), Some(0.5))).collect();
        assert_eq!(open(path).hand_over(file, "m", &requests).unwrap(), 0);
    }

    async fn reply(path: &Path, number: u32) {
        let attempt = Attempt {
            status: Some(200),
            raw: Some("raw".to_owned()),
            cost_usd: None,
            verdict: Verdict::Reply,
        };
        open(path).keep_batched(key(number), "{}".into(), attempt, true).await.unwrap();
    }

    fn merge(into: &Path, from: &Path) -> u64 {
        merge_ledger(into, from, Journal::Wal).unwrap().handed
    }

    /// Requests on their way that have not ended, each with its file.
    fn under_way(path: &Path) -> Vec<(String, RequestKey)> {
        let files = LedgerReader::open(path).unwrap().handed_over().unwrap();
        let open = files.into_iter().flat_map(|file| {
            let requests = file.requests.into_iter().filter(|request| !request.ended);
            requests.map(move |request| (file.file.clone(), request.key))
        });
        let mut open: Vec<_> = open.collect();
        open.sort();
        open
    }

    fn expected(file: &str, requests: &[u32]) -> Vec<(String, RequestKey)> {
        let mut open: Vec<_> =
            requests.iter().map(|number| (file.to_owned(), key(*number))).collect();
        open.sort();
        open
    }

    #[tokio::test]
    async fn what_one_ledger_handed_over_is_held_by_the_merged_one_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        hand_over(&path("shard"), "a", &[1, 2, 3]);
        assert_eq!(merge(&path("all"), &path("shard")), 3);
        assert_eq!(merge(&path("all"), &path("shard")), 3);
        assert_eq!(under_way(&path("all")), expected("a", &[1, 2, 3]));
        let taken = open(&path("all")).hand_over("b", "m", &[(key(1), None)]).unwrap();
        assert_eq!(taken, 1, "nobody hands it over once more");
        // A reply ends its own request; the batch ends the rest.
        reply(&path("shard"), 1).await;
        assert_eq!(merge(&path("all"), &path("shard")), 2);
        assert_eq!(under_way(&path("all")), expected("a", &[2, 3]));
        assert_eq!(open(&path("shard")).let_go("a").unwrap(), 3);
        assert_eq!(merge(&path("all"), &path("shard")), 0);
        assert!(under_way(&path("all")).is_empty());
    }

    #[test]
    fn what_was_given_up_comes_back_from_no_other_ledger() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        hand_over(&path("shard"), "a", &[1, 2]);
        merge(&path("all"), &path("shard"));
        merge(&path("third"), &path("all"));
        open(&path("all")).let_go("a").unwrap();
        assert_eq!(merge(&path("all"), &path("shard")), 0);
        assert_eq!(merge(&path("all"), &path("third")), 0);
        assert!(under_way(&path("all")).is_empty());
        // Nor does what a third ledger heard of it stay there.
        assert_eq!(under_way(&path("third")), expected("a", &[1, 2]));
        merge(&path("third"), &path("all"));
        assert!(under_way(&path("third")).is_empty());
    }

    #[tokio::test]
    async fn what_is_let_go_of_while_a_merge_goes_on_waits_for_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        hand_over(&path("shard"), "a", &[1]);
        merge(&path("all"), &path("shard"));
        let mut all = Connection::open(path("all")).unwrap();
        all.execute("ATTACH ?1 AS other", [path("shard").to_str().unwrap()]).unwrap();
        let let_go = let_go_by_other(&all).unwrap();
        // The batch ends after its replies were looked for.
        reply(&path("shard"), 1).await;
        open(&path("shard")).let_go("a").unwrap();
        bring_let_go(&mut all, &let_go).unwrap();
        assert_eq!(under_way(&path("all")), expected("a", &[1]));
        drop(all);
        merge(&path("all"), &path("shard"));
        assert!(under_way(&path("all")).is_empty());
        assert!(LedgerReader::open(&path("all")).unwrap().has_ended(&key(1)).unwrap());
    }

    #[test]
    fn a_request_that_two_handed_over_waits_for_both_in_any_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        hand_over(&path("one"), "a", &[1]);
        hand_over(&path("two"), "b", &[1, 2]);
        let mut all = Vec::new();
        for (name, order) in [("forth", ["one", "two"]), ("back", ["two", "one"])] {
            for from in order {
                merge(&path(name), &path(from));
            }
            all.push(under_way(&path(name)));
        }
        assert_eq!(all[0].len(), 3);
        assert_eq!(all[0], all[1]);
        open(&path("one")).let_go("a").unwrap();
        for name in ["forth", "back"] {
            merge(&path(name), &path("one"));
            assert_eq!(under_way(&path(name)), expected("b", &[1, 2]));
        }
    }

    #[test]
    fn a_ledger_of_before_gives_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        hand_over(&path("old"), "a", &[1]);
        let drop_table = |table: &str| {
            let old = Connection::open(path("old")).unwrap();
            old.execute_batch(&format!("DROP TABLE {table}")).unwrap();
        };
        drop_table("let_go");
        assert_eq!(merge(&path("all"), &path("old")), 1);
        drop_table("handed");
        assert_eq!(merge(&path("all"), &path("old")), 0);
        assert_eq!(under_way(&path("all")), expected("a", &[1]));
    }
}
