//! Looking into a ledger: what it holds, by kind and request by request.

use crate::key::RequestKey;
use crate::ledger_error::LedgerError;
use crate::ledger_reader::LedgerReader;
use rusqlite::{OptionalExtension, Row};
use serde::Serialize;

/// Requests of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LedgerGroup {
    /// The interface that they were sent to, as the shape of their replies shows it.
    pub api: String,
    /// The model, as their bodies name it.
    pub model: String,
    /// `reply`, the outcome of a failure, or `open` where they have not ended.
    pub status: String,
    /// Requests.
    pub requests: u64,
    /// Attempts at them.
    pub attempts: u64,
    /// What the attempts cost, US dollars, as far as the provider reports it; `None` where it reports
    /// nothing.
    pub cost_usd: Option<f64>,
}

/// A request with all that was tried.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoredRequest {
    /// Its key.
    pub key: String,
    /// What was sent.
    pub body: String,
    /// The attempt with which it ended; `None` where it has not.
    pub reply: Option<i64>,
    /// Every attempt.
    pub attempts: Vec<TriedAttempt>,
}

/// One attempt at a request, as the ledger holds it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TriedAttempt {
    /// Its number, from 1.
    pub n: i64,
    /// When it was kept, milliseconds since 1970.
    pub at_ms: i64,
    /// Whether a batch brought it.
    pub batch: bool,
    /// HTTP status; `None` where none came.
    pub status: Option<u16>,
    /// What it cost, US dollars, where the provider reports it.
    pub cost_usd: Option<f64>,
    /// The outcome of a failure.
    pub failure: Option<String>,
    /// What failed, in words.
    pub error: Option<String>,
    /// The body that came back.
    pub raw: Option<String>,
}

/// A body names its model; the shape of the reply, or else of the body, tells whose interface it is.
const GROUPS: &str = "
    WITH requests_seen AS (
        SELECT q.body AS body, a.raw AS raw, a.failure AS failure, r.n AS n,
               (SELECT count(*) FROM attempts t WHERE t.key = q.key) AS tries,
               (SELECT sum(t.cost_usd) FROM attempts t WHERE t.key = q.key) AS cost
        FROM requests q
        LEFT JOIN replies r ON r.key = q.key
        LEFT JOIN attempts a ON a.key = r.key AND a.n = r.n
    )
    SELECT CASE
               WHEN json_type(body, '$.input') IS NOT NULL THEN 'responses'
               WHEN json_type(body, '$.provider') IS NOT NULL THEN 'openrouter'
               WHEN json_valid(raw) AND json_extract(raw, '$.type') IN ('message', 'error')
                   OR json_type(body, '$.thinking') IS NOT NULL THEN 'messages'
               ELSE 'chat completions' END AS api,
           coalesce(json_extract(body, '$.model'), '') AS model,
           CASE WHEN n IS NULL THEN 'open' ELSE coalesce(failure, 'reply') END AS status,
           count(*), sum(tries), sum(cost)
    FROM requests_seen GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";

impl LedgerReader {
    /// Counts requests by interface, model and how they ended. Reads the whole ledger.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn groups(&self) -> Result<Vec<LedgerGroup>, LedgerError> {
        let group = |row: &Row<'_>| {
            Ok(LedgerGroup {
                api: row.get(0)?,
                model: row.get(1)?,
                status: row.get(2)?,
                requests: row.get::<_, i64>(3)?.unsigned_abs(),
                attempts: row.get::<_, i64>(4)?.unsigned_abs(),
                cost_usd: row.get(5)?,
            })
        };
        let read = || -> rusqlite::Result<Vec<LedgerGroup>> {
            self.connection.prepare(GROUPS)?.query_map([], group)?.collect()
        };
        read().map_err(|fault| self.fault(fault))
    }

    /// How many requests the ledger holds.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn requests(&self) -> Result<u64, LedgerError> {
        let count = "SELECT count(*) FROM requests";
        let read = self.connection.query_row(count, [], |row| row.get::<_, i64>(0));
        read.map(i64::unsigned_abs).map_err(|fault| self.fault(fault))
    }

    /// The keys that begin with these hex digits, at most `most`, in order.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn keys_like(&self, digits: &str, most: u32) -> Result<Vec<RequestKey>, LedgerError> {
        // Keys from digits000... to digitsfff..., which the index finds at once.
        let bound = |filler: char| {
            let text: String = digits.chars().chain(std::iter::repeat(filler)).take(32).collect();
            text.parse::<RequestKey>().ok()
        };
        let (Some(low), Some(high)) = (bound('0'), bound('f')) else { return Ok(Vec::new()) };
        let query = "SELECT key FROM requests WHERE key BETWEEN ?1 AND ?2 ORDER BY key LIMIT ?3";
        let read = || -> rusqlite::Result<Vec<RequestKey>> {
            self.connection
                .prepare(query)?
                .query_map((low.as_bytes(), high.as_bytes(), most), |row| {
                    row.get(0).map(RequestKey::from_bytes)
                })?
                .collect()
        };
        read().map_err(|fault| self.fault(fault))
    }

    /// A request with all its attempts.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn request(&self, key: &RequestKey) -> Result<Option<StoredRequest>, LedgerError> {
        let batched = self.batched()?;
        let read = || -> rusqlite::Result<Option<StoredRequest>> {
            let found = self
                .connection
                .prepare_cached(
                    "SELECT q.body, r.n FROM requests q LEFT JOIN replies r ON r.key = q.key
                     WHERE q.key = ?1",
                )?
                .query_row([key.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((body, reply)) = found else { return Ok(None) };
            let attempts = self
                .connection
                .prepare_cached(&format!(
                    "SELECT n, at_ms, status, cost_usd, failure, error, raw, {batched}
                     FROM attempts a WHERE key = ?1 ORDER BY n"
                ))?
                .query_map([key.as_bytes()], |row| {
                    Ok(TriedAttempt {
                        n: row.get(0)?,
                        at_ms: row.get(1)?,
                        batch: row.get(7)?,
                        status: row.get(2)?,
                        cost_usd: row.get(3)?,
                        failure: row.get(4)?,
                        error: row.get(5)?,
                        raw: row.get(6)?,
                    })
                })?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Some(StoredRequest { key: key.to_string(), body, reply, attempts }))
        };
        read().map_err(|fault| self.fault(fault))
    }

    /// Hands every request to `then`, in the order of keys, one at a time.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn each_request(&self, mut then: impl FnMut(StoredRequest)) -> Result<(), LedgerError> {
        let mut keys = self
            .connection
            .prepare("SELECT key FROM requests ORDER BY key")
            .map_err(|fault| self.fault(fault))?;
        let keys = keys
            .query_map([], |row| row.get(0).map(RequestKey::from_bytes))
            .map_err(|fault| self.fault(fault))?;
        for key in keys {
            if let Some(request) = self.request(&key.map_err(|fault| self.fault(fault))?)? {
                then(request);
            }
        }
        Ok(())
    }
}
