//! The tables of a ledger, and connections to it.

use crate::file_system::Journal;
use crate::ledger_batched::BATCHED;
use crate::ledger_handed::HANDED;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Version of the tables, in SQLite's `user_version`.
pub(crate) const VERSION: i64 = 1;

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

/// Sets a connection up for writing, and makes the tables that are not there.
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
