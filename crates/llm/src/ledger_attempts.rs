//! Looks over all that a ledger holds: every attempt, and a sample of replies.

use crate::charge::CameBack;
use crate::key::RequestKey;
use crate::ledger_error::LedgerError;
use crate::ledger_reader::LedgerReader;
use rusqlite::{OptionalExtension, Row};

/// One attempt at one request, as the ledger holds it.
#[derive(Debug, Clone, Copy)]
pub struct KeptAttempt<'a> {
    /// The request.
    pub key: RequestKey,
    /// Whether it is the first that the ledger holds of its request.
    pub first: bool,
    /// Whether a batch brought it.
    pub batched: bool,
    /// The body that was sent.
    pub body: &'a str,
    /// The outcome of the failure, where it failed.
    pub failure: Option<&'a str>,
    /// What came back.
    pub came: CameBack<'a>,
}

/// Superseded attempts may have been taken out, and the first of those left is no number 1 then.
const COLUMNS: &str = "a.key, a.n = (SELECT min(f.n) FROM attempts f WHERE f.key = a.key),
    r.body, a.failure, a.status, a.cost_usd, a.error, a.raw";

impl<'a> KeptAttempt<'a> {
    fn read(row: &'a Row<'_>) -> rusqlite::Result<Self> {
        let text = |at: usize| -> rusqlite::Result<Option<&'a str>> {
            Ok(row.get_ref(at)?.as_str_or_null()?)
        };
        let came =
            CameBack { status: row.get(4)?, cost_usd: row.get(5)?, error: text(6)?, raw: text(7)? };
        Ok(Self {
            key: RequestKey::from_bytes(row.get(0)?),
            first: row.get(1)?,
            batched: row.get(8)?,
            body: text(2)?.unwrap_or_default(),
            failure: text(3)?,
            came,
        })
    }
}

impl LedgerReader {
    /// Shows every attempt, in the order of their arrival.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn each_attempt(&self, mut each: impl FnMut(KeptAttempt<'_>)) -> Result<(), LedgerError> {
        let batched = self.batched()?;
        let mut show = || -> rusqlite::Result<()> {
            let query = format!(
                "SELECT {COLUMNS}, {batched} FROM attempts a JOIN requests r ON r.key = a.key
                 ORDER BY a.rowid"
            );
            let mut query = self.connection.prepare(&query)?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                each(KeptAttempt::read(row)?);
            }
            Ok(())
        };
        show().map_err(|fault| self.fault(fault))
    }

    /// Shows at most `most` attempts that brought a reply, spread evenly over the ledger.
    ///
    /// # Errors
    /// [`LedgerError`] names the file.
    pub fn sample_replies(
        &self,
        most: u32,
        mut each: impl FnMut(KeptAttempt<'_>),
    ) -> Result<(), LedgerError> {
        let batched = self.batched()?;
        let mut show = || -> rusqlite::Result<()> {
            let last: Option<i64> =
                self.connection
                    .query_row("SELECT max(rowid) FROM attempts", [], |row| row.get(0))?;
            let query = format!(
                "SELECT {COLUMNS}, {batched} FROM attempts a JOIN requests r ON r.key = a.key
                 WHERE a.rowid = ?1 AND a.failure IS NULL"
            );
            let mut query = self.connection.prepare(&query)?;
            let last = last.unwrap_or(0);
            let taken = last.min(i64::from(most));
            for at in 0..taken {
                // 128 bits: a ledger may hold more attempts than a product of two fits into 64.
                let rowid = (i128::from(last) * i128::from(at) / i128::from(taken)) as i64 + 1;
                query
                    .query_row([rowid], |row| {
                        each(KeptAttempt::read(row)?);
                        Ok(())
                    })
                    .optional()?;
            }
            Ok(())
        };
        show().map_err(|fault| self.fault(fault))
    }
}
