//! What every stage that asks models shares: the ledger of its folder, the limits, the addresses.

use crate::error::StudyError;
use crate::folder::Layout;
use crate::models::Model;
use crate::money::Money;
use crate::progress::Meter;
use crate::run::Settings;
use foretell_llm::{
    Asked, Endpoints, Journal, Lanes, Ledger, LedgerReader, Limits, Request, RequestKey, Short,
    Spent, Stop, ask_all, journal_for,
};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Handle;

/// Requests in flight to a simulated subject: enough that one commit holds many replies.
const SIMULATED_IN_FLIGHT: usize = 4096;

/// The door through which the stages of one folder ask.
pub(crate) struct Asking {
    pub(crate) ledger: Ledger,
    endpoints: Endpoints,
    limits: Limits,
    money: Money,
    /// Requests in batches on their way.
    under_way: HashSet<RequestKey>,
}

impl Asking {
    /// Opens the ledger of a folder, with what the user should know of it.
    pub(crate) fn open(
        layout: &Layout,
        settings: &Settings,
    ) -> Result<(Self, Vec<String>), StudyError> {
        let (ledger, warnings) = open_ledger(layout, settings.on_full)?;
        let endpoints = Endpoints::new(layout.limits(), Arc::clone(&settings.tell));
        let (limits, money, under_way) = (settings.limits, Money::default(), HashSet::new());
        Ok((Self { ledger, endpoints, limits, money, under_way }, warnings))
    }

    /// From now on, these requests are left to the batches that they are in.
    pub(crate) fn leave_to_batches(&mut self, under_way: HashSet<RequestKey>) {
        self.under_way = under_way;
    }

    /// The requests that are left to batches.
    pub(crate) fn under_way(&self) -> &HashSet<RequestKey> {
        &self.under_way
    }

    /// From now on, models that have an account here are paid for from it.
    pub(crate) fn pay_from(&mut self, money: Money) {
        self.money = money;
    }

    /// What was spent on a model by this command, and in how many attempts, where that is counted.
    fn spent_on(&self, model: &Model) -> Option<(Spent, u64)> {
        self.money.account(model).map(|account| account.spent_here())
    }

    /// Tells a meter of steps, and of what the stage has cost since it began.
    pub(crate) fn step<'a>(
        &'a self,
        meter: &'a dyn Meter,
        model: &'a Model,
    ) -> impl Fn(&RequestKey) + Sync + 'a {
        let before = self.spent_on(model);
        move |_| {
            meter.advance(1);
            if let (Some((spent, attempts)), Some((earlier, fewer))) =
                (self.spent_on(model), before)
            {
                meter.spend(&spent.since(&earlier), attempts - fewer);
            }
        }
    }

    /// Sets apart what a batch of a model may cost.
    pub(crate) fn set_apart(&self, model: &Model, usd: f64) -> Result<(), Short> {
        self.money.account(model).map_or(Ok(()), |account| account.set_apart(usd))
    }

    /// Gives it back, where the batch was not created.
    pub(crate) fn give_back(&self, model: &Model, usd: f64) {
        if let Some(account) = self.money.account(model) {
            account.give_back(usd);
        }
    }

    /// A reader of the ledger.
    pub(crate) fn reader(&self) -> Result<LedgerReader, StudyError> {
        Ok(self.ledger.reader()?)
    }

    /// How hard models may be asked.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Asks a model what the ledger lacks; nothing, if it was `stopped` before.
    pub(crate) fn ask(
        &self,
        runtime: &Handle,
        model: &Model,
        stopped: Option<&str>,
        stop: &Stop,
        requests: impl Iterator<Item = Result<Request, StudyError>>,
        done: &(dyn Fn(&RequestKey) + Sync),
    ) -> Result<Asked, StudyError> {
        let lanes = self.lanes(model, stopped)?;
        let (limits, under_way) = (self.limits, &self.under_way);
        let asked = ask_all(lanes, &self.ledger, limits, stop, under_way, requests, done);
        Ok(runtime.block_on(asked)?)
    }

    fn lanes(&self, model: &Model, stopped: Option<&str>) -> Result<Lanes, StudyError> {
        Ok(match stopped {
            Some(why) => Lanes::none(why),
            None if model.spec.may_cost() => {
                let lanes = self.endpoints.lanes(&model.spec, &model.chat, &self.limits)?;
                match self.money.account(model) {
                    Some(account) => lanes.paid_from(Arc::clone(account)),
                    None => lanes,
                }
            }
            None => {
                let limits = Limits { concurrency: SIMULATED_IN_FLIGHT, ..self.limits };
                Lanes::of_process(&model.chat, &limits)
            }
        })
    }
}

fn open_ledger(
    layout: &Layout,
    on_full: fn(&Path, &str),
) -> Result<(Ledger, Vec<String>), StudyError> {
    let ledger = layout.ledger();
    let place = ledger.parent().unwrap_or_else(|| layout.folder());
    let at = |fault| StudyError::Io { path: place.to_owned(), fault };
    let journal = journal_for(place).map_err(at)?;
    let mut warnings = Vec::new();
    if let Journal::Rollback(name) = journal {
        warnings.push(format!(
            "{} lies on {name}, where SQLite's write-ahead log is not safe: the ledger uses a \
             rollback journal there, which is slower; never let two machines write to one run",
            place.display()
        ));
    }
    let ledger = Ledger::open(&ledger, journal, Box::new(on_full))?;
    if layout.shares_ledger() {
        ledger.share();
    }
    Ok((ledger, warnings))
}

/// Looks whether every model can be asked, without asking it anything.
///
/// # Errors
/// [`StudyError::Unreachable`] with what is wrong with each.
pub(crate) fn check_models(models: &[&Model], runtime: &Handle) -> Result<(), StudyError> {
    let mut faults: Vec<String> = Vec::new();
    for model in models {
        if let Err(fault) = runtime.block_on(model.chat.check()) {
            let fault = format!("model `{}`: {fault}", model.spec.name);
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(StudyError::Unreachable { faults }) }
}
