//! Asking many requests of one model: only what the ledger lacks, a bounded number at a time, each
//! attempt kept before it counts.

use crate::dispatch::dispatch;
use crate::key::RequestKey;
use crate::lanes::Lanes;
use crate::ledger::Ledger;
use crate::ledger_error::LedgerError;
use crate::ledger_reader::LedgerReader;
use crate::model::ChatModel;
use crate::purse::Short;
use crate::shard::Shard;
use crate::stop::Stop;
use miette::Diagnostic;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// One request, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What identifies it.
    pub key: RequestKey,
    /// The canonical body.
    pub body: Arc<str>,
    /// Number of the repeat, from 0.
    pub repeat: u32,
}

impl Request {
    /// The request that asks `model`, of that provider kind and name, a prompt.
    #[must_use]
    pub fn new(
        model: &dyn ChatModel,
        provider: &str,
        name: &str,
        prompt: &str,
        repeat: u32,
    ) -> Self {
        Self::with_body(model, provider, name, model.body(prompt), repeat)
    }

    /// The request that sends a body of that model's.
    #[must_use]
    pub fn with_body(
        model: &dyn ChatModel,
        provider: &str,
        name: &str,
        body: String,
        repeat: u32,
    ) -> Self {
        let key = RequestKey::of(provider, name, &body, repeat, model.variant());
        Self { key, body: body.into(), repeat }
    }
}

/// How hard a model may be asked. None of it is part of a request's key.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most requests in flight to one address.
    pub concurrency: usize,
    /// Most attempts at one request, not counting those that an outage or a rate limit explains.
    pub attempts: u32,
    /// The first wait between two attempts; later ones double.
    pub first_wait: Duration,
    /// How long an address may give no good reply before it is given up, and the longest wait that
    /// it is granted.
    pub patience: Duration,
    /// Whether requests that ended in a failure are asked again.
    pub retry_failed: bool,
    /// The share of the requests that is asked; all of them without.
    pub shard: Option<Shard>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrency: 16,
            attempts: 6,
            first_wait: Duration::from_secs(1),
            patience: Duration::from_secs(1800),
            retry_failed: false,
            shard: None,
        }
    }
}

/// What came of asking.
#[derive(Debug, Default)]
pub struct Asked {
    /// The key of every request, in their order.
    pub keys: Vec<RequestKey>,
    /// Requests that were sent and ended.
    pub sent: u64,
    /// Those of them that ended in a failure.
    pub failed: u64,
    /// Requests that the ledger lacks and that are another shard's to ask.
    pub elsewhere: u64,
    /// Requests that the ledger lacks and that are in batches on their way.
    pub under_way: u64,
    /// Why not all were sent: the model's fault, the user's wish, or the budget.
    pub stopped: Option<Stopped>,
}

/// Why asking stopped early.
#[derive(Debug, Clone, PartialEq)]
pub enum Stopped {
    /// The user asked to stop.
    ByUser,
    /// The model can be asked no more.
    ByModel(String),
    /// The next request may cost more than is left of a budget.
    ByBudget(Short),
}

/// Why asking failed as a whole.
#[derive(Debug, Error, Diagnostic)]
pub enum AskError<E: std::error::Error + 'static> {
    /// The ledger cannot keep replies.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ledger(#[from] LedgerError),
    /// A request could not be made.
    #[error(transparent)]
    Request(E),
}

/// Asks a model each request that `ledger` lacks, equal ones once, and calls `done` with the key of
/// each that is settled. Requests are taken one by one as there is room for them; those `under_way` in batches are
/// left to these, which are paid for already.
///
/// # Errors
/// [`AskError`]: where a request cannot be made or its reply cannot be kept. One failed request is
/// not an error; its outcome stands in the ledger.
pub async fn ask_all<E: std::error::Error + 'static>(
    lanes: Lanes,
    ledger: &Ledger,
    limits: Limits,
    stop: &Stop,
    under_way: &HashSet<RequestKey>,
    requests: impl Iterator<Item = Result<Request, E>>,
    done: &(dyn Fn(&RequestKey) + Sync),
) -> Result<Asked, AskError<E>> {
    let reader = ledger.reader()?;
    let ended = reader.ended(limits.retry_failed)?;
    let mut keys = Vec::new();
    // Only of what is missing: a resume of millions has few of them.
    let mut seen = HashSet::new();
    let (mut elsewhere, mut in_batches) = (0, 0);
    // Ends for good at the first request that cannot be made.
    let mut fault = None;
    let mut requests =
        requests.map_while(|request| request.map_err(|error| fault = Some(error)).ok());
    let mut missing = std::iter::from_fn(|| {
        for request in &mut requests {
            let key = request.key;
            keys.push(key);
            if !ended.contains(&key) && seen.insert(key) {
                if under_way.contains(&key) {
                    in_batches += 1;
                } else if limits.shard.is_none_or(|shard| shard.holds(&key)) {
                    if !ledger.is_shared() {
                        return Some(request);
                    } else if handed_over_since(&reader, &key) {
                        in_batches += 1;
                    } else if !answered_since(&reader, &key) {
                        return Some(request);
                    }
                } else {
                    elsewhere += 1;
                }
            }
            done(&key);
        }
        None
    })
    .fuse();
    let mut asked = dispatch(lanes, ledger, limits, stop, &mut missing, done).await?;
    // The rest only gets its keys: the tables say of each that it was not asked.
    missing.for_each(drop);
    asked.keys = keys;
    (asked.elsewhere, asked.under_way) = (elsewhere, in_batches);
    fault.map_or(Ok(asked), |fault| Err(AskError::Request(fault)))
}

/// Whether another process has handed the request over in a batch since this one began. A look that
/// fails says no, as below.
fn handed_over_since(reader: &LedgerReader, key: &RequestKey) -> bool {
    reader.is_handed_over(key).unwrap_or(false) && !reader.has_ended(key).unwrap_or(false)
}

/// Whether another process has had the reply since this one began. A look that fails says no: then
/// keeping the reply will fail too, and say why.
fn answered_since(reader: &LedgerReader, key: &RequestKey) -> bool {
    reader.get(key).is_ok_and(|kept| kept.is_some_and(|kept| kept.failure.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file_system::Journal;
    use crate::ledger_error::LedgerError;

    #[tokio::test]
    async fn what_another_process_hands_over_meanwhile_is_left_to_its_batch() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let ledger = Ledger::open(&path, Journal::Wal, Box::new(|_, _| ())).unwrap();
        ledger.share();
        let key = |repeat| RequestKey::of("p", "m", "{}", repeat, "");
        let request = |repeat| Request { key: key(repeat), body: "{}".into(), repeat };
        ledger.hand_over("theirs", "m", &[(key(0), None)]).unwrap();
        let requests = (0..2).map(|repeat| Ok::<_, LedgerError>(request(repeat)));
        let (lanes, limits, stop) = (Lanes::none("no"), Limits::default(), Stop::default());
        let none = HashSet::new();
        let asked = ask_all(lanes, &ledger, limits, &stop, &none, requests, &|_| ()).await.unwrap();
        assert_eq!((asked.keys.len(), asked.under_way), (2, 1));
    }
}
