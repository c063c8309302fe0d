//! Money while requests are in flight: what was spent, what is reserved, and the budget that both
//! together never exceed.

use crate::charge::{CameBack, Charge, Source, Tariff};
use crate::model::{Attempt, Verdict};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Sums of dollars are compared up to this: they are added in any order.
const NOTHING_USD: f64 = 1e-9;

/// What was spent, US dollars by where the figure is from.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spent {
    /// As providers report it.
    pub reported: f64,
    /// Computed from reported tokens and prices.
    pub computed: f64,
    /// The most that attempts can have cost which brought no reply, or none with its tokens.
    pub possible: f64,
    /// Attempts whose price is not known.
    pub unknown: u64,
}

impl Spent {
    /// All of it, US dollars, without what is not known.
    #[must_use]
    pub fn usd(&self) -> f64 {
        self.reported + self.computed + self.possible
    }

    /// Adds a charge.
    pub fn add(&mut self, charge: &Charge) {
        match charge.source {
            Source::Nothing => {}
            Source::Reported => self.reported += charge.usd,
            Source::Computed => self.computed += charge.usd,
            Source::Possible => self.possible += charge.usd,
            Source::Unknown => self.unknown += 1,
        }
    }

    /// What came on top of an earlier state.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        Self {
            reported: self.reported - before.reported,
            computed: self.computed - before.computed,
            possible: self.possible - before.possible,
            unknown: self.unknown - before.unknown,
        }
    }
}

/// Money that several requests draw on, with or without a budget.
pub struct Purse {
    /// The model whose purse it is; `None` for that of a whole run.
    model: Option<String>,
    budget: Option<f64>,
    state: Mutex<State>,
}

struct State {
    spent: Spent,
    reserved: f64,
    /// By how much the dearest attempt went over what was reserved for it; 1 until one does.
    overrun: f64,
    /// Who waits for a reservation to be given back.
    waiting: Vec<Arc<Notify>>,
}

/// Why nothing more can be asked within a budget.
#[derive(Debug, Clone, PartialEq)]
pub struct Short {
    /// The model whose budget it is; `None` for that of the run.
    pub model: Option<String>,
    /// The budget, US dollars.
    pub budget: f64,
    /// What of it was spent.
    pub spent: Spent,
    /// What the next request may cost.
    pub next: f64,
}

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spent = self.spent.usd();
        write!(f, "of the budget of ${:.2}, ${spent:.4} are spent", self.budget)?;
        if self.spent.possible > NOTHING_USD {
            let possible = self.spent.possible;
            write!(f, " (${possible:.4} of it perhaps: no reply came, or none with its tokens)")?;
        }
        write!(f, ", and the next request may cost ${:.4}", self.next)
    }
}

impl Purse {
    /// A purse of a model, or of a run, from which something was spent before.
    #[must_use]
    pub fn new(model: Option<String>, budget: Option<f64>, spent: Spent) -> Arc<Self> {
        let state = State { spent, reserved: 0.0, overrun: 1.0, waiting: Vec::new() };
        Arc::new(Self { model, budget, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was spent from it.
    #[must_use]
    pub fn spent(&self) -> Spent {
        self.state().spent
    }

    /// Sets `usd` apart, or says whether it is worth waiting.
    fn hold(&self, usd: f64, wake: &Arc<Notify>) -> Held {
        let mut state = self.state();
        if let Some(budget) = self.budget {
            let wanted = state.spent.usd() + state.overrun * (state.reserved + usd);
            // A NaN must not pass for enough.
            let fits = wanted <= budget + NOTHING_USD;
            if !fits {
                if state.reserved > NOTHING_USD {
                    state.waiting.push(Arc::clone(wake));
                    return Held::Wait;
                }
                let next = state.overrun * usd;
                let (model, spent) = (self.model.clone(), state.spent);
                return Held::Short(Short { model, budget, spent, next });
            }
        }
        state.reserved += usd;
        Held::Yes
    }

    /// Why `usd` do not fit, with what is set apart counted as perhaps spent.
    fn short(&self, usd: f64) -> Short {
        let state = self.state();
        let mut spent = state.spent;
        spent.possible += state.overrun * state.reserved;
        let next = state.overrun * usd;
        Short { model: self.model.clone(), budget: self.budget.unwrap_or_default(), spent, next }
    }

    /// Gives back what was set apart, and takes out what it cost.
    fn settle(&self, held: f64, charge: Option<&Charge>) {
        let mut state = self.state();
        // Rounding may leave a hair, or less than nothing.
        state.reserved = (state.reserved - held).max(0.0);
        if let Some(charge) = charge {
            state.spent.add(charge);
            if held > 0.0 && charge.usd > held * state.overrun {
                // The price was not what it was said to be: all that is in flight may be dearer.
                state.overrun = charge.usd / held;
            }
        }
        state.waiting.drain(..).for_each(|wake| wake.notify_one());
    }
}

enum Held {
    Yes,
    Wait,
    Short(Short),
}

/// The account of one model: how it is charged, and the purses that it draws on.
pub struct Account {
    tariff: Tariff,
    purses: Vec<Arc<Purse>>,
    here: Mutex<(Spent, u64)>,
}

/// Whether a request can be paid for.
pub(crate) enum Funds {
    /// It can.
    Held(Reservation),
    /// Not now: it depends on what comes of those in flight.
    Wait,
    /// It cannot.
    Short(Short),
}

impl Account {
    /// An account that draws on these purses.
    #[must_use]
    pub fn new(tariff: Tariff, purses: Vec<Arc<Purse>>) -> Arc<Self> {
        Arc::new(Self { tariff, purses, here: Mutex::default() })
    }

    /// What was spent through this account since it was opened, and on how many attempts.
    #[must_use]
    pub fn spent_here(&self) -> (Spent, u64) {
        *self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets apart what something else than a live request may cost, such as a batch, for as long as
    /// this account lives.
    ///
    /// # Errors
    /// [`Short`] where a budget does not hold it beside what was spent and is set apart.
    pub fn set_apart(&self, usd: f64) -> Result<(), Short> {
        if self.purses.iter().all(|purse| purse.budget.is_none()) {
            return Ok(());
        }
        let wake = Arc::new(Notify::new());
        for (at, purse) in self.purses.iter().enumerate() {
            let short = match purse.hold(usd, &wake) {
                Held::Yes => continue,
                Held::Short(short) => short,
                Held::Wait => purse.short(usd),
            };
            self.purses[..at].iter().for_each(|purse| purse.settle(usd, None));
            return Err(short);
        }
        Ok(())
    }

    /// Gives back what was set apart for something that was not asked after all.
    pub fn give_back(&self, usd: f64) {
        if self.purses.iter().any(|purse| purse.budget.is_some()) {
            self.purses.iter().for_each(|purse| purse.settle(usd, None));
        }
    }

    /// Reserves the most that an attempt can cost. `wake` is told when it is worth asking again.
    pub(crate) fn reserve(self: &Arc<Self>, body: &str, wake: &Arc<Notify>) -> Funds {
        // What no price says cannot be reserved, and fits into no budget.
        let unknown = if self.purses.iter().any(|purse| purse.budget.is_some()) {
            f64::INFINITY
        } else {
            0.0
        };
        let usd = self.tariff.worst(body).unwrap_or(unknown);
        for (at, purse) in self.purses.iter().enumerate() {
            let held = purse.hold(usd, wake);
            if let Held::Yes = held {
                continue;
            }
            self.purses[..at].iter().for_each(|purse| purse.settle(usd, None));
            return match held {
                Held::Short(short) => Funds::Short(short),
                _ => Funds::Wait,
            };
        }
        Funds::Held(Reservation { account: Arc::clone(self), usd, settled: false })
    }
}

/// What is set apart for one attempt; given back when it is dropped.
pub(crate) struct Reservation {
    account: Arc<Account>,
    usd: f64,
    settled: bool,
}

impl Reservation {
    /// The attempt is back: what it cost is spent.
    pub(crate) fn settle(mut self, body: &str, attempt: &Attempt) {
        let error = match &attempt.verdict {
            Verdict::Reply => None,
            Verdict::Retry { failure, .. } | Verdict::Fail(failure) | Verdict::Stop(failure) => {
                Some(failure.message.as_str())
            }
        };
        let (status, cost_usd, raw) = (attempt.status, attempt.cost_usd, attempt.raw.as_deref());
        let charge = self.account.tariff.charge(body, &CameBack { status, cost_usd, error, raw });
        {
            let mut here = self.account.here.lock().unwrap_or_else(PoisonError::into_inner);
            here.0.add(&charge);
            here.1 += 1;
        }
        self.settled = true;
        self.account.purses.iter().for_each(|purse| purse.settle(self.usd, Some(&charge)));
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if !self.settled {
            self.account.purses.iter().for_each(|purse| purse.settle(self.usd, None));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::open_to_read;
    use crate::spec::ModelSpec;
    use foretell_core::Registry;

    #[test]
    fn a_batch_is_set_apart_only_where_it_fits() {
        let run = Purse::new(None, Some(0.01), Spent::default());
        let account = account(&[&run]);
        assert_eq!(account.set_apart(0.006), Ok(()));
        let short = account.set_apart(0.006).unwrap_err();
        assert!((short.spent.usd() - 0.006).abs() < 1e-12 && short.budget == 0.01, "{short:?}");
        account.give_back(0.006);
        assert_eq!(account.set_apart(0.01), Ok(()));
    }

    /// A model whose every attempt costs at most 0.001.
    fn account(purses: &[&Arc<Purse>]) -> Arc<Account> {
        let spec = "http://127.0.0.1:1/v1#m?price_in=0&price_out=10&max_tokens=100";
        let spec = ModelSpec::parse(spec).unwrap();
        let registry = Registry::embedded();
        let chat = open_to_read(&spec, &registry).unwrap();
        let tariff = Tariff::of(&spec, &registry.known(&spec.model), &chat).unwrap();
        Account::new(tariff, purses.iter().map(|purse| Arc::clone(purse)).collect())
    }

    fn cost(usd: f64) -> Attempt {
        let raw = Some(String::new());
        Attempt { status: Some(200), raw, cost_usd: Some(usd), verdict: Verdict::Reply }
    }

    fn held(account: &Arc<Account>, wake: &Arc<Notify>) -> Reservation {
        match account.reserve("{}", wake) {
            Funds::Held(reservation) => reservation,
            _ => panic!("there is money"),
        }
    }

    #[test]
    fn what_is_reserved_and_spent_stays_within_the_budget() {
        let purse = Purse::new(None, Some(0.0025), Spent::default());
        let (account, wake) = (account(&[&purse]), Arc::default());
        let first = held(&account, &wake);
        let second = held(&account, &wake);
        assert!(matches!(account.reserve("{}", &wake), Funds::Wait), "two are in flight");
        first.settle("{}", &cost(0.0002));
        drop(second);
        let reservations: Vec<Reservation> = (0..2).map(|_| held(&account, &wake)).collect();
        assert!(matches!(account.reserve("{}", &wake), Funds::Wait));
        reservations.into_iter().for_each(|reservation| reservation.settle("{}", &cost(0.001)));
        let Funds::Short(short) = account.reserve("{}", &wake) else { panic!("0.0003 are left") };
        assert!((short.spent.usd() - 0.0022).abs() < 1e-12, "{short}");
        assert_eq!(account.spent_here().1, 3);
    }

    #[test]
    fn the_narrower_of_two_budgets_decides_and_gives_back_the_other() {
        let run = Purse::new(None, Some(1.0), Spent::default());
        let own = Purse::new(Some("m".to_owned()), Some(0.0005), Spent::default());
        let (account, wake) = (account(&[&run, &own]), Arc::default());
        let Funds::Short(short) = account.reserve("{}", &wake) else { panic!("too dear") };
        assert_eq!(short.model.as_deref(), Some("m"));
        assert_eq!(run.state().reserved, 0.0);
    }

    #[test]
    fn a_provider_that_charges_more_than_the_price_is_believed() {
        let purse = Purse::new(None, Some(0.01), Spent::default());
        let (account, wake) = (account(&[&purse]), Arc::default());
        held(&account, &wake).settle("{}", &cost(0.004));
        // Each attempt is now taken to cost four times its price: 0.004 + 0.004, and no more.
        let one = held(&account, &wake);
        assert!(matches!(account.reserve("{}", &wake), Funds::Wait));
        one.settle("{}", &cost(0.004));
        assert!(matches!(account.reserve("{}", &wake), Funds::Short(_)));
    }
}
