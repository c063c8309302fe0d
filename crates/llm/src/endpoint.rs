//! One address that is asked: its limiter, its breaker, and who may send next.
//!
//! Models that are asked at the same address share it. Whoever wants to send takes a ticket and gives
//! it back with what came of it.

use crate::backoff::Backoff;
use crate::breaker::{Breaker, Gate};
use crate::key::RequestKey;
use crate::limit_log::LimitLog;
use crate::limiter::Limiter;
use crate::model::{Attempt, NO_CONNECTION, Verdict};
use foretell_core::Outcome;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Failures in a row without which an address is not given up, however long they took.
const GIVEN_UP_AFTER: u32 = 8;

/// An address with its limits.
pub(crate) struct Endpoint {
    name: String,
    waits: Backoff,
    patience: Duration,
    log: Option<Arc<LimitLog>>,
    state: Mutex<State>,
}

struct State {
    limiter: Limiter,
    breaker: Breaker,
    in_flight: usize,
    askers: Vec<Option<Asker>>,
    /// When the last clean reply came.
    clean_at: Option<Instant>,
    /// Failures since then, and when the first of them came.
    failures: u32,
    unwell: Option<Unwell>,
    /// Episodes of rate limits since then.
    episodes: u32,
    told: bool,
    /// Why it is asked no more.
    gone: Option<String>,
}

/// Since when nothing but failures came.
struct Unwell {
    since: Instant,
    last: Instant,
    /// Whether the last of them was a rate limit.
    limited: bool,
}

/// One model that is asked here.
struct Asker {
    wake: Arc<Notify>,
    /// Most requests that it may have in flight, whatever else there is room for.
    most: usize,
    in_flight: usize,
    /// Whether it has something to send and was told to wait.
    waits: bool,
}

/// The right to send one request.
#[derive(Debug)]
pub(crate) struct Ticket {
    asker: usize,
    started: Instant,
    probe: bool,
}

/// Whether one may send.
#[derive(Debug)]
pub(crate) enum Room {
    /// Yes.
    Go(Ticket),
    /// Not now; at the latest, it is worth asking again at this moment.
    Wait(Option<Instant>),
    /// Never again in this run, and why.
    Gone(String),
}

/// What an attempt says about the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signal {
    /// It works.
    Clean,
    /// It wants fewer requests.
    Limited { after: Option<Duration>, words: String },
    /// It does not work; `refused` where it took no connection.
    Down { refused: bool, words: String },
    /// Nothing: the key, the model or the money is at fault.
    Nothing,
}

/// How an address stands after an attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    /// Whether an outage may explain that the attempt failed.
    pub(crate) down: bool,
    /// When it last gave a clean reply.
    pub(crate) clean_at: Option<Instant>,
}

impl Signal {
    pub(crate) fn of(attempt: &Attempt) -> Self {
        let Verdict::Retry { failure, after } = &attempt.verdict else {
            return match attempt.verdict {
                Verdict::Stop(_) => Self::Nothing,
                _ => Self::Clean,
            };
        };
        let (words, after) = (failure.message.clone(), *after);
        // Routers say 429 inside a reply with status 200; a failure leads with what it says.
        let limited = matches!(attempt.status, Some(429 | 529)) || words.starts_with("429");
        if limited || after.is_some() {
            Self::Limited { after, words }
        } else if failure.outcome == Outcome::Empty {
            Self::Clean
        } else {
            let refused = attempt.status.is_none() && words.starts_with(NO_CONNECTION);
            Self::Down { refused, words }
        }
    }
}

impl Endpoint {
    pub(crate) fn new(
        name: String,
        most: usize,
        first_wait: Duration,
        patience: Duration,
        log: Option<Arc<LimitLog>>,
    ) -> Self {
        let state = State {
            limiter: Limiter::new(most),
            breaker: Breaker::default(),
            in_flight: 0,
            askers: Vec::new(),
            clean_at: None,
            failures: 0,
            unwell: None,
            episodes: 0,
            told: false,
            gone: None,
        };
        let waits = Backoff { first: first_wait };
        Self { name, waits, patience, log, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address in words.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Allows `most` requests in flight, if that is more than so far.
    pub(crate) fn allow(&self, most: usize) {
        self.state().limiter.allow(most);
    }

    /// Requests in flight, of all models.
    pub(crate) fn in_flight(&self) -> usize {
        self.state().in_flight
    }

    /// Registers a model that may have `most` requests in flight, to be woken when it is worth asking
    /// for a ticket again.
    pub(crate) fn join(&self, wake: Arc<Notify>, most: usize) -> usize {
        let mut state = self.state();
        if state.askers.iter().all(Option::is_none) {
            // Nobody asked for a while: what was wrong then says nothing about now.
            state.failures = 0;
            state.unwell = None;
        }
        state.askers.push(Some(Asker { wake, most, in_flight: 0, waits: false }));
        state.askers.len() - 1
    }

    /// The model has nothing to send for now, so nobody has to wait for it.
    pub(crate) fn calm(&self, asker: usize) {
        let mut state = self.state();
        if let Some(asker) = &mut state.askers[asker] {
            asker.waits = false;
        }
        state.wake();
    }

    /// The model is done.
    pub(crate) fn leave(&self, asker: usize) {
        let mut state = self.state();
        state.askers[asker] = None;
        state.wake();
    }

    /// Takes a ticket, if there is one.
    pub(crate) fn take(&self, asker: usize, now: Instant) -> Room {
        let mut state = self.state();
        state.give_up(&self.name, self.patience);
        if let Some(why) = &state.gone {
            return Room::Gone(why.clone());
        }
        let room = if let Some(until) = state.limiter.held(now) {
            Room::Wait(Some(until))
        } else {
            match state.breaker.gate(now) {
                Gate::Until(moment) => Room::Wait(Some(moment)),
                Gate::Probing => Room::Wait(None),
                Gate::Closed if !state.has_room(asker) => Room::Wait(None),
                gate => Room::Go(Ticket { asker, started: now, probe: gate == Gate::Probe }),
            }
        };
        let goes = matches!(room, Room::Go(_));
        if matches!(room, Room::Go(Ticket { probe: true, .. })) {
            state.breaker.probe();
        }
        state.in_flight += usize::from(goes);
        if let Some(asker) = &mut state.askers[asker] {
            asker.in_flight += usize::from(goes);
            asker.waits = !goes;
        }
        room
    }

    /// Gives a ticket back.
    pub(crate) fn give_back(
        &self,
        ticket: &Ticket,
        key: RequestKey,
        signal: &Signal,
        now: Instant,
    ) -> Standing {
        let mut state = self.state();
        let in_flight = state.in_flight;
        state.in_flight -= 1;
        if let Some(asker) = &mut state.askers[ticket.asker] {
            asker.in_flight -= 1;
        }
        let was_open = state.breaker.is_open();
        if ticket.probe {
            state.breaker.probed(now, self.waits);
        }
        let news = match signal {
            Signal::Clean => self.clean(&mut state, in_flight, now),
            Signal::Limited { after, words } => {
                self.limited(&mut state, ticket, *after, words, now)
            }
            Signal::Down { refused, words } => {
                state.failed(now, false);
                let opens = state.breaker.failed(key, *refused, now, self.waits);
                opens.then(|| self.opened(words))
            }
            Signal::Nothing => None,
        };
        let standing =
            Standing { down: was_open || state.breaker.is_open(), clean_at: state.clean_at };
        state.wake();
        drop(state);
        if let (Some(news), Some(log)) = (news, &self.log) {
            log.write(&self.name, &news.what, &news.why);
            if let Some(words) = news.words {
                log.tell(&words);
            }
        }
        standing
    }

    fn clean(&self, state: &mut State, in_flight: usize, now: Instant) -> Option<News> {
        state.clean_at = Some(now);
        state.failures = 0;
        state.unwell = None;
        state.episodes = 0;
        if let Some(down) = state.breaker.clean(now) {
            let words = format!("{} answers again after {:.0} s", self.name, down.as_secs_f64());
            return Some(News {
                what: "answers again".to_owned(),
                why: format!("it was down for {:.1} s", down.as_secs_f64()),
                words: Some(words),
            });
        }
        let change = state.limiter.grow(in_flight)?;
        let what = format!("{} -> {}", change.from, change.to);
        Some(News { what, why: format!("{} clean replies", change.from), words: None })
    }

    fn limited(
        &self,
        state: &mut State,
        ticket: &Ticket,
        after: Option<Duration>,
        words: &str,
        now: Instant,
    ) -> Option<News> {
        state.failed(now, true);
        if let Some(after) = after {
            if after > self.patience {
                // It stops the model that met it; others at the address may have other limits.
                return None;
            }
            state.limiter.hold(now + after);
        }
        if !state.limiter.is_new_episode(ticket.started) {
            return None;
        }
        let pause = after.unwrap_or_else(|| self.waits.half(state.episodes));
        state.limiter.hold(now + pause);
        state.episodes += 1;
        let change = state.limiter.cut(now);
        let first = !std::mem::replace(&mut state.told, true);
        let words_of = || {
            format!(
                "{} wants fewer requests ({words}): {} in flight at most for now, growing again \
                 with clean replies; limits.log in the run's folder has each change",
                self.name, change.to
            )
        };
        Some(News {
            what: format!("{} -> {}", change.from, change.to),
            why: format!("{words} (paused for {:.1} s)", pause.as_secs_f64()),
            words: first.then(words_of),
        })
    }

    fn opened(&self, words: &str) -> News {
        let patience = self.patience.as_secs_f64();
        News {
            what: "paused".to_owned(),
            why: format!("many failures in a row: {words}"),
            words: Some(format!(
                "{} does not work ({words}): waiting for it, with one request now and then, for at \
                 most {patience:.0} s; nothing is lost meanwhile",
                self.name
            )),
        }
    }
}

/// What is worth a line in the log, and perhaps a word to the user.
struct News {
    what: String,
    why: String,
    words: Option<String>,
}

impl State {
    fn failed(&mut self, now: Instant, limited: bool) {
        self.failures += 1;
        let unwell = self.unwell.get_or_insert(Unwell { since: now, last: now, limited });
        (unwell.last, unwell.limited) = (now, limited);
    }

    /// Gives the address up once it has failed for too long: as long as failures came, whatever time
    /// passed since. Failures of a few requests that do not open the breaker end those requests.
    fn give_up(&mut self, name: &str, patience: Duration) {
        let Some(unwell) = &self.unwell else { return };
        let lasted = unwell.last - unwell.since;
        let is_down = self.breaker.is_open() || unwell.limited;
        if is_down && self.failures >= GIVEN_UP_AFTER && lasted >= patience && self.gone.is_none() {
            let seconds = lasted.as_secs_f64();
            self.gone = Some(format!("{name} has not given one good reply for {seconds:.0} s"));
        }
    }

    /// Whether a model may have one more request in flight: within the limit, and, while another
    /// waits, within its fair share.
    fn has_room(&self, asker: usize) -> bool {
        let limit = self.limiter.limit();
        if self.in_flight >= limit {
            return false;
        }
        let Some(own) = &self.askers[asker] else { return false };
        let others = self.askers.iter().enumerate().filter(|(at, _)| *at != asker);
        let others = others.filter_map(|(_, other)| other.as_ref());
        let waiting = others.filter(|other| other.waits && other.in_flight < other.most).count();
        own.in_flight < own.most && (waiting == 0 || own.in_flight < limit.div_ceil(waiting + 1))
    }

    fn wake(&self) {
        for asker in self.askers.iter().flatten().filter(|asker| asker.waits) {
            asker.wake.notify_one();
        }
    }
}

#[cfg(test)]
#[path = "endpoint_tests.rs"]
mod tests;
