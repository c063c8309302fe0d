//! Asking many requests of one model: only what the ledger lacks, a bounded number at a time, each
//! attempt kept before it counts.

use crate::key::RequestKey;
use crate::ledger::{Ledger, LedgerError, LedgerReader};
use crate::model::{ChatModel, Verdict};
use crate::stop::Stop;
use backon::{BackoffBuilder, ExponentialBuilder};
use miette::Diagnostic;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::task::JoinSet;

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
    /// Most requests in flight.
    pub concurrency: usize,
    /// Most attempts at one request.
    pub attempts: u32,
    /// The first wait between two attempts; later ones double.
    pub first_wait: Duration,
    /// Whether requests that ended in a failure are asked again.
    pub retry_failed: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrency: 16,
            attempts: 6,
            first_wait: Duration::from_secs(1),
            retry_failed: false,
        }
    }
}

/// The longest wait between two attempts, unless the provider asks for more.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The longest wait that a provider is granted: what asks for more is asked again in vain, and then
/// told as failed.
const MOST_PATIENCE: Duration = Duration::from_secs(600);

/// What came of asking.
#[derive(Debug, Default)]
pub struct Asked {
    /// The key of every request, in their order.
    pub keys: Vec<RequestKey>,
    /// Requests that were sent and ended.
    pub sent: u64,
    /// Those of them that ended in a failure.
    pub failed: u64,
    /// Why not all were sent: the model's fault, or the user's wish.
    pub stopped: Option<Stopped>,
}

/// Why asking stopped early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// The user asked to stop.
    ByUser,
    /// The model can be asked no more.
    ByModel(String),
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

/// How one request ended.
enum End {
    /// Its reply is in the ledger.
    Kept,
    /// It failed for good, which is in the ledger.
    Failed,
    /// It was given up between two attempts, at the user's wish.
    GivenUp,
    /// The model can be asked no more.
    Stop(String),
}

/// Asks `model` each request that `ledger` lacks, equal ones once, and calls `done` for each that is
/// settled. Requests are taken one by one as there is room for them.
///
/// # Errors
/// [`AskError`]: where a request cannot be made or its reply cannot be kept. One failed request is
/// not an error; its outcome stands in the ledger.
pub async fn ask_all<E: std::error::Error + 'static>(
    model: &Arc<dyn ChatModel>,
    ledger: &Ledger,
    limits: Limits,
    stop: &Stop,
    requests: impl Iterator<Item = Result<Request, E>>,
    done: &(dyn Fn(u64) + Sync),
) -> Result<Asked, AskError<E>> {
    let ended = ledger.reader()?.ended(limits.retry_failed)?;
    let mut asked = Asked::default();
    let mut seen = HashSet::new();
    let mut in_flight: JoinSet<Result<End, LedgerError>> = JoinSet::new();
    let mut fault = None;
    for request in requests {
        let request = match request {
            Ok(request) => request,
            Err(error) => {
                // What is in flight is paid for: it is waited for and kept before this is told.
                fault = Some(error);
                break;
            }
        };
        asked.keys.push(request.key);
        if !seen.insert(request.key) || ended.contains(&request.key) {
            done(1);
            continue;
        }
        while in_flight.len() >= limits.concurrency {
            settle(&mut in_flight, &mut asked, done).await?;
        }
        if asked.stopped.is_none() && stop.asked() {
            asked.stopped = Some(Stopped::ByUser);
        }
        if asked.stopped.is_some() {
            // The rest only gets its keys: the tables say of each that it was not asked.
            continue;
        }
        let (model, ledger, stop) = (Arc::clone(model), ledger.clone(), stop.clone());
        in_flight.spawn(async move { ask_one(&*model, &ledger, limits, &stop, request).await });
    }
    while !in_flight.is_empty() {
        settle(&mut in_flight, &mut asked, done).await?;
    }
    fault.map_or(Ok(asked), |fault| Err(AskError::Request(fault)))
}

/// Counts the different requests that the ledger lacks, without asking.
///
/// # Errors
/// As [`ask_all`].
pub fn count_missing<E: std::error::Error + 'static>(
    ledger: &LedgerReader,
    retry_failed: bool,
    requests: impl Iterator<Item = Result<Request, E>>,
) -> Result<u64, AskError<E>> {
    let ended = ledger.ended(retry_failed)?;
    let mut missing = HashSet::new();
    for request in requests {
        let key = request.map_err(AskError::Request)?.key;
        if !ended.contains(&key) {
            missing.insert(key);
        }
    }
    Ok(missing.len() as u64)
}

async fn settle(
    in_flight: &mut JoinSet<Result<End, LedgerError>>,
    asked: &mut Asked,
    done: &(dyn Fn(u64) + Sync),
) -> Result<(), LedgerError> {
    let Some(ended) = in_flight.join_next().await else { return Ok(()) };
    match ended.expect("asking one request does not panic")? {
        end @ (End::Kept | End::Failed) => {
            asked.sent += 1;
            asked.failed += u64::from(matches!(end, End::Failed));
            done(1);
        }
        End::GivenUp => asked.stopped = asked.stopped.take().or(Some(Stopped::ByUser)),
        End::Stop(why) => asked.stopped = Some(Stopped::ByModel(why)),
    }
    Ok(())
}

async fn ask_one(
    model: &dyn ChatModel,
    ledger: &Ledger,
    limits: Limits,
    stop: &Stop,
    request: Request,
) -> Result<End, LedgerError> {
    let Request { key, body, repeat } = request;
    let mut waits = ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(limits.first_wait)
        .with_max_delay(LONGEST_WAIT)
        .with_max_times(limits.attempts.saturating_sub(1) as usize)
        .build();
    loop {
        let attempt = model.ask(&body, repeat).await;
        let (wait, end) = match &attempt.verdict {
            Verdict::Reply => (None, Some(End::Kept)),
            Verdict::Fail(_) => (None, Some(End::Failed)),
            // The request has not ended: it is asked again when the key or the money is there.
            Verdict::Stop(failure) => (None, Some(End::Stop(failure.message.clone()))),
            Verdict::Retry { after, .. } => match waits.next() {
                Some(wait) => {
                    (Some(after.map_or(wait, |after| after.clamp(wait, MOST_PATIENCE))), None)
                }
                None => (None, Some(End::Failed)),
            },
        };
        let ends = matches!(end, Some(End::Kept | End::Failed));
        ledger.keep(key, Arc::clone(&body), attempt, ends).await?;
        if let Some(end) = end {
            return Ok(end);
        }
        if stop.asked() {
            return Ok(End::GivenUp);
        }
        tokio::select! {
            () = tokio::time::sleep(wait.unwrap_or_default()) => {}
            () = stop.wait() => return Ok(End::GivenUp),
        }
    }
}
