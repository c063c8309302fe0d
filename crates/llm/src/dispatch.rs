//! Sends the requests of one model: new ones and those to be sent again, to the address with the
//! fewest in flight, as its limits allow.

use crate::ask::{Asked, Limits, Request, Stopped};
use crate::breaker::BREAK_AFTER;
use crate::endpoint::{Room, Signal};
use crate::flight::{End, Flights, Landed, Outlook, Work};
use crate::key::RequestKey;
use crate::lanes::Lanes;
use crate::ledger::Ledger;
use crate::ledger_error::LedgerError;
use crate::pace::Pace;
use crate::purse::{Account, Funds, Short};
use crate::stop::Stop;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Replies that may wait for the disk while others take their place in flight, as a share of the
/// limit. A commit takes a few milliseconds, which would else be lost to every request.
const SHARE_TO_DISK: usize = 4;

/// Requests that may wait to be sent again before no new ones are taken up, however few may be in
/// flight: a few that always fail at the start must not hide that others would be answered.
const LEAST_AT_REST: usize = 4 * BREAK_AFTER;

/// Asks a model `requests`, each of which is different and was not asked yet.
pub(crate) async fn dispatch(
    lanes: Lanes,
    ledger: &Ledger,
    limits: Limits,
    stop: &Stop,
    requests: &mut impl Iterator<Item = Request>,
    done: &(dyn Fn(&RequestKey) + Sync),
) -> Result<Asked, LedgerError> {
    Dispatcher::new(lanes, ledger, limits, stop, done).run(requests).await
}

struct Dispatcher<'a> {
    lanes: Vec<Lane>,
    pace: Pace,
    nowhere: Option<String>,
    account: Option<Arc<Account>>,
    stop: &'a Stop,
    done: &'a (dyn Fn(&RequestKey) + Sync),
    outlook: Arc<Outlook>,
    wake: Arc<Notify>,
    flying: JoinSet<Result<Landed, LedgerError>>,
    /// Most that may be in flight or on their way to the disk.
    most_flying: usize,
    /// Requests that wait to be sent again, by the moment and their number.
    resting: BinaryHeap<Reverse<(Instant, u64)>>,
    rested: BTreeMap<u64, Work>,
    rests: u64,
    /// The request that is sent next.
    hand: Option<Work>,
    asked: Asked,
    /// Why nothing more can be kept.
    fault: Option<LedgerError>,
}

struct Lane {
    flights: Arc<Flights>,
    asker: usize,
    /// Why the model is not asked here any more.
    gone: Option<String>,
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.flights.endpoint.leave(self.asker);
    }
}

/// What became of the request in hand.
enum Placed {
    Sent,
    /// It waits for a landing, a word of an address, or this moment.
    Wait(Option<Instant>),
    /// There is no address left.
    Nowhere(String),
    /// There is no money left.
    Short(Short),
}

impl<'a> Dispatcher<'a> {
    fn new(
        Lanes { lanes, pace, most, nowhere, account }: Lanes,
        ledger: &Ledger,
        limits: Limits,
        stop: &'a Stop,
        done: &'a (dyn Fn(&RequestKey) + Sync),
    ) -> Self {
        let (outlook, wake) = (Arc::<Outlook>::default(), Arc::<Notify>::default());
        let all = most * lanes.len();
        let lane = |(chat, endpoint)| {
            let flights = Flights {
                chat,
                endpoint,
                ledger: ledger.clone(),
                limits,
                outlook: Arc::clone(&outlook),
                counts_tokens: pace.counts_tokens(),
                halted: AtomicBool::new(false),
            };
            let asker = flights.endpoint.join(Arc::clone(&wake), most);
            Lane { flights: Arc::new(flights), asker, gone: None }
        };
        Self {
            lanes: lanes.into_iter().map(lane).collect(),
            pace,
            nowhere,
            account,
            stop,
            done,
            outlook,
            wake,
            flying: JoinSet::new(),
            most_flying: (all + all.div_ceil(SHARE_TO_DISK)).max(1),
            resting: BinaryHeap::new(),
            rested: BTreeMap::new(),
            rests: 0,
            hand: None,
            asked: Asked::default(),
            fault: None,
        }
    }

    async fn run(
        mut self,
        requests: &mut impl Iterator<Item = Request>,
    ) -> Result<Asked, LedgerError> {
        loop {
            while let Some(landed) = self.flying.try_join_next() {
                self.land(landed.expect("asking one request does not panic"));
            }
            if self.fault.is_some() {
                break;
            }
            if self.asked.stopped.is_none() && self.stop.asked() {
                self.asked.stopped = Some(Stopped::ByUser);
            }
            if self.asked.stopped.is_some() {
                break;
            }
            let now = Instant::now();
            if self.hand.is_none() {
                self.hand = self.due(now).or_else(|| self.take_up(requests));
            }
            let until = match self.place(now) {
                Placed::Sent => continue,
                Placed::Wait(None) if self.hand.is_none() && self.flying.is_empty() => break,
                Placed::Wait(until) => until,
                Placed::Nowhere(why) => {
                    self.asked.stopped = Some(Stopped::ByModel(why));
                    break;
                }
                Placed::Short(short) => {
                    self.asked.stopped = Some(Stopped::ByBudget(short));
                    break;
                }
            };
            self.wait(until).await;
        }
        // Gives back what is set apart for it.
        self.hand = None;
        // What is in flight is paid for: it is waited for and kept, whatever else happened.
        self.lanes.iter().for_each(Lane::calm);
        while let Some(landed) = self.flying.join_next().await {
            self.land(landed.expect("asking one request does not panic"));
        }
        self.fault.map_or(Ok(self.asked), Err)
    }

    /// A request is back, and kept unless the ledger failed.
    fn land(&mut self, landed: Result<Landed, LedgerError>) {
        match landed {
            Ok(landed) => self.settle(landed),
            Err(fault) => {
                self.fault.get_or_insert(fault);
            }
        }
    }

    /// A request whose wait is over.
    fn due(&mut self, now: Instant) -> Option<Work> {
        let Reverse((moment, number)) = *self.resting.peek()?;
        if moment > now {
            return None;
        }
        self.resting.pop();
        self.rested.remove(&number)
    }

    /// A new request, unless as many as may be in flight wait to be sent again.
    fn take_up(&mut self, requests: &mut impl Iterator<Item = Request>) -> Option<Work> {
        if self.resting.len() >= self.most_flying.max(LEAST_AT_REST) {
            return None;
        }
        match requests.next() {
            Some(request) => {
                self.outlook.open.fetch_add(1, Ordering::Relaxed);
                Some(Work::new(request))
            }
            None => {
                self.outlook.exhausted.store(true, Ordering::Relaxed);
                None
            }
        }
    }

    /// Sends the request in hand where there is room.
    fn place(&mut self, now: Instant) -> Placed {
        let Some(work) = &mut self.hand else {
            return Placed::Wait(self.resting.peek().map(|Reverse((moment, _))| *moment));
        };
        if self.flying.len() >= self.most_flying {
            return Placed::Wait(None);
        }
        if let Some(until) = self.pace.wait(now) {
            return Placed::Wait(Some(until));
        }
        // There may be an address at once, or never: where there is none, that is what is told.
        if let Some(account) = &self.account
            && work.reservation.is_none()
            && self.lanes.iter().any(|lane| lane.gone.is_none())
        {
            match account.reserve(&work.request.body, &self.wake) {
                Funds::Held(reservation) => work.reservation = Some(reservation),
                Funds::Wait => return Placed::Wait(None),
                Funds::Short(short) => return Placed::Short(short),
            }
        }
        let mut order: Vec<usize> =
            (0..self.lanes.len()).filter(|lane| self.lanes[*lane].gone.is_none()).collect();
        if order.len() > 1 {
            order.sort_by_key(|lane| self.lanes[*lane].flights.endpoint.in_flight());
        }
        let mut until: Option<Instant> = None;
        let mut waits = false;
        for at in order {
            let lane = &mut self.lanes[at];
            if lane.flights.halted.load(Ordering::Relaxed) {
                // The refusal that says why is about to land.
                waits = true;
                continue;
            }
            match lane.flights.endpoint.take(lane.asker, now) {
                Room::Go(ticket) if lane.flights.halted.load(Ordering::Relaxed) => {
                    // It was refused while the ticket was taken.
                    let key = work.request.key;
                    lane.flights.endpoint.give_back(&ticket, key, &Signal::Nothing, now);
                    waits = true;
                }
                Room::Go(ticket) => {
                    work.taken = self.pace.sent(&work.request.body);
                    let work = self.hand.take().expect("there is a request in hand");
                    self.flying.spawn(Arc::clone(&lane.flights).fly(at, ticket, work));
                    self.calm_others(at);
                    return Placed::Sent;
                }
                Room::Wait(moment) => {
                    waits = true;
                    until = [until, moment].into_iter().flatten().min();
                }
                Room::Gone(why) => lane.gone = Some(why),
            }
        }
        if waits { Placed::Wait(until) } else { Placed::Nowhere(self.why_nowhere()) }
    }

    /// The request was sent elsewhere: nobody has to make room for it.
    fn calm_others(&self, sent: usize) {
        let others = self.lanes.iter().enumerate().filter(|(at, _)| *at != sent);
        others.for_each(|(_, lane)| lane.calm());
    }

    fn why_nowhere(&self) -> String {
        let gone = self.lanes.iter().filter_map(|lane| lane.gone.as_deref());
        let mut reasons: Vec<&str> = gone.chain(self.nowhere.as_deref()).collect();
        reasons.dedup();
        reasons.join("; ")
    }

    async fn wait(&mut self, until: Option<Instant>) {
        let moment = async {
            match until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        let landed = tokio::select! {
            Some(landed) = self.flying.join_next(), if !self.flying.is_empty() => landed,
            () = self.wake.notified() => return,
            () = moment => return,
            () = self.stop.wait() => return,
        };
        self.land(landed.expect("asking one request does not panic"));
    }

    fn settle(&mut self, landed: Landed) {
        let Landed { work, lane, end, tokens } = landed;
        self.pace.back(work.taken, tokens);
        match end {
            End::Kept | End::Failed => {
                self.outlook.open.fetch_sub(1, Ordering::Relaxed);
                self.asked.sent += 1;
                self.asked.failed += u64::from(end == End::Failed);
                (self.done)(&work.request.key);
            }
            End::Again(wait) => self.rest(work, Instant::now() + wait),
            End::Stop(why) => {
                self.lanes[lane].gone = Some(why);
                // Other addresses may take it; where there is none, the model stops.
                self.rest(work, Instant::now());
            }
        }
    }

    fn rest(&mut self, work: Work, until: Instant) {
        self.rests += 1;
        self.resting.push(Reverse((until, self.rests)));
        self.rested.insert(self.rests, work);
    }
}

impl Lane {
    fn calm(&self) {
        self.flights.endpoint.calm(self.asker);
    }
}
