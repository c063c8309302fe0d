//! One attempt at one request: sent, judged, kept.

use crate::ask::{Limits, Request};
use crate::backoff::Backoff;
use crate::breaker::BREAK_AFTER;
use crate::endpoint::{Endpoint, Signal, Standing, Ticket};
use crate::ledger::Ledger;
use crate::ledger_error::LedgerError;
use crate::model::{Attempt, ChatModel, Verdict};
use crate::purse::Reservation;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Rate limits that one request may meet for each attempt that it has beyond the first, before it is
/// at fault itself: too large for the tokens of a minute, for one.
const LIMITED_PER_ATTEMPT: u32 = 4;

/// A request on its way, with what happened to it so far.
pub(crate) struct Work {
    pub(crate) request: Request,
    /// Attempts that say that the request is at fault, or may be.
    tries: u32,
    limited: u32,
    /// All attempts.
    sent: u32,
    /// When its first attempt failed.
    failed_at: Option<Instant>,
    /// Tokens that the attempt in flight is taken to cost.
    pub(crate) taken: f64,
    /// What is set apart for the attempt that is next or in flight, where money is counted.
    pub(crate) reservation: Option<Reservation>,
}

/// What all flights of a lane share.
pub(crate) struct Flights {
    pub(crate) chat: Arc<dyn ChatModel>,
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) ledger: Ledger,
    pub(crate) limits: Limits,
    pub(crate) outlook: Arc<Outlook>,
    pub(crate) counts_tokens: bool,
    /// Raised when the model can be asked no more here, before the ledger has the reason.
    pub(crate) halted: AtomicBool,
}

/// What else there is to ask.
#[derive(Default)]
pub(crate) struct Outlook {
    /// Requests that were taken up and have not ended.
    pub(crate) open: AtomicUsize,
    /// Whether no more will be taken up.
    pub(crate) exhausted: AtomicBool,
}

impl Outlook {
    /// Whether so few requests are left that their failures alone cannot tell an outage.
    fn is_nearly_over(&self) -> bool {
        self.exhausted.load(Ordering::Relaxed) && self.open.load(Ordering::Relaxed) < BREAK_AFTER
    }
}

/// A request whose attempt came back and was kept.
pub(crate) struct Landed {
    pub(crate) work: Work,
    pub(crate) lane: usize,
    pub(crate) end: End,
    /// Tokens of the reply and its prompt, where they are counted.
    pub(crate) tokens: Option<i64>,
}

/// How an attempt ended.
#[derive(Debug, PartialEq)]
pub(crate) enum End {
    /// Its reply is in the ledger.
    Kept,
    /// It failed for good, which is in the ledger.
    Failed,
    /// It is to be sent again after a wait.
    Again(Duration),
    /// The model can be asked no more at this address.
    Stop(String),
}

impl Flights {
    /// Sends a request, gives the ticket back, keeps the attempt.
    pub(crate) async fn fly(
        self: Arc<Self>,
        lane: usize,
        ticket: Ticket,
        mut work: Work,
    ) -> Result<Landed, LedgerError> {
        let Request { key, body, repeat } = &work.request;
        let (key, body) = (*key, Arc::clone(body));
        let attempt = self.chat.ask(&body, *repeat).await;
        if let Some(reservation) = work.reservation.take() {
            reservation.settle(&body, &attempt);
        }
        let now = Instant::now();
        let signal = Signal::of(&attempt);
        if self.is_refusal(&attempt.verdict) {
            // Before the ticket is back: whoever takes it next sees that nothing more is to be sent.
            self.halted.store(true, Ordering::Relaxed);
        }
        // Before the attempt is on disk: an address need not wait for ours.
        let standing = self.endpoint.give_back(&ticket, key, &signal, now);
        let end = work.judge(&attempt, &signal, standing, &self, now);
        let tokens = self.tokens(&attempt);
        let ends = matches!(end, End::Kept | End::Failed);
        self.ledger.keep(key, body, attempt, ends).await?;
        Ok(Landed { work, lane, end, tokens })
    }

    /// Whether the model can be asked no more here.
    fn is_refusal(&self, verdict: &Verdict) -> bool {
        match verdict {
            Verdict::Stop(_) => true,
            Verdict::Retry { after: Some(after), .. } => *after > self.limits.patience,
            _ => false,
        }
    }

    fn tokens(&self, attempt: &Attempt) -> Option<i64> {
        if !self.counts_tokens {
            return None;
        }
        let usage = self.chat.read(attempt.raw.as_deref()?).usage;
        match (usage.input_tokens, usage.output_tokens) {
            (None, None) => None,
            (input, output) => Some(input.unwrap_or(0) + output.unwrap_or(0)),
        }
    }
}

impl Work {
    pub(crate) fn new(request: Request) -> Self {
        Self {
            request,
            tries: 0,
            limited: 0,
            sent: 0,
            failed_at: None,
            taken: 0.0,
            reservation: None,
        }
    }

    /// What an attempt means for the request.
    ///
    /// A request fails for good only where it is itself at fault. So an attempt counts unless an
    /// outage or a rate limit explains it, and the last one ends the request only if its address
    /// gave others a clean reply since the first failed; or if nothing else is left that could tell.
    fn judge(
        &mut self,
        attempt: &Attempt,
        signal: &Signal,
        standing: Standing,
        flights: &Flights,
        now: Instant,
    ) -> End {
        match &attempt.verdict {
            Verdict::Reply => return End::Kept,
            Verdict::Fail(_) => return End::Failed,
            // The request has not ended: it is asked again when the key or the money is there.
            Verdict::Stop(failure) => return End::Stop(failure.message.clone()),
            Verdict::Retry { after: Some(after), failure } if *after > flights.limits.patience => {
                return End::Stop(format!(
                    "{} asks to wait {:.0} s, which is longer than the patience of {:.0} s: {}",
                    flights.endpoint.name(),
                    after.as_secs_f64(),
                    flights.limits.patience.as_secs_f64(),
                    failure.message
                ));
            }
            Verdict::Retry { .. } => {}
        }
        let limits = &flights.limits;
        match signal {
            Signal::Limited { .. } => self.limited += 1,
            Signal::Down { refused: true, .. } => {}
            Signal::Down { .. } if standing.down => {}
            _ => self.tries += 1,
        }
        let failed_at = *self.failed_at.get_or_insert(now);
        let vouched =
            *signal == Signal::Clean || standing.clean_at.is_some_and(|at| at > failed_at);
        let more = limits.attempts.saturating_sub(1);
        let spent = self.tries > more || self.limited > more.saturating_mul(LIMITED_PER_ATTEMPT);
        if spent && (vouched || flights.outlook.is_nearly_over()) {
            return End::Failed;
        }
        let wait = Backoff { first: limits.first_wait }.full(self.sent);
        self.sent += 1;
        // The address holds back whatever it was asked to hold back.
        End::Again(wait)
    }
}
