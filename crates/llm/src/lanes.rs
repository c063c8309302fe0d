//! Where a model is asked: at one address, or at several that serve the same model.

use crate::ask::Limits;
use crate::endpoint::Endpoint;
use crate::limit_log::{LimitLog, Tell};
use crate::model::ChatModel;
use crate::pace::{self, Pace};
use crate::purse::Account;
use crate::spec::{ModelSpec, SpecError};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// The addresses that a run asks, each with its limiter and its breaker. Models at one address share
/// them.
pub struct Endpoints {
    log: Arc<LimitLog>,
    by_name: Mutex<BTreeMap<String, Arc<Endpoint>>>,
}

/// A model with the addresses where it is asked.
pub struct Lanes {
    pub(crate) lanes: Vec<(Arc<dyn ChatModel>, Arc<Endpoint>)>,
    pub(crate) pace: Pace,
    /// Most requests in flight at one address.
    pub(crate) most: usize,
    /// Why there is no address, where there is none.
    pub(crate) nowhere: Option<String>,
    /// What pays for the model, where that is counted.
    pub(crate) account: Option<Arc<Account>>,
}

impl Endpoints {
    /// For a run whose changes of limits are written to `log`, and in words told to `tell`.
    #[must_use]
    pub fn new(log: PathBuf, tell: Tell) -> Self {
        Self { log: Arc::new(LimitLog::new(log, tell)), by_name: Mutex::default() }
    }

    /// The lanes of a model that costs something, or waits.
    ///
    /// # Errors
    /// [`SpecError`] for a pace that is no number.
    pub fn lanes(
        &self,
        spec: &ModelSpec,
        chat: &Arc<dyn ChatModel>,
        limits: &Limits,
    ) -> Result<Lanes, SpecError> {
        let most = pace::concurrency(spec)?.unwrap_or(limits.concurrency);
        let names = spec.addresses();
        let members = match chat.members() {
            [] => std::slice::from_ref(chat),
            members => members,
        };
        let mut by_name = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        let lanes = members.iter().zip(names).map(|(member, name)| {
            let new = || {
                let log = Some(Arc::clone(&self.log));
                Endpoint::new(name.clone(), most, limits.first_wait, limits.patience, log)
            };
            let endpoint = by_name.entry(name.clone()).or_insert_with(|| Arc::new(new()));
            endpoint.allow(most);
            (Arc::clone(member), Arc::clone(endpoint))
        });
        let lanes: Vec<_> = lanes.collect();
        Ok(Lanes { lanes, pace: Pace::of(spec)?, most, nowhere: None, account: None })
    }
}

impl Lanes {
    /// The lane of a model in this process, which nothing but its own speed limits.
    #[must_use]
    pub fn of_process(chat: &Arc<dyn ChatModel>, limits: &Limits) -> Self {
        let most = limits.concurrency;
        let name = "this process".to_owned();
        let endpoint = Endpoint::new(name, most, limits.first_wait, limits.patience, None);
        let lanes = vec![(Arc::clone(chat), Arc::new(endpoint))];
        Self { lanes, pace: Pace::default(), most, nowhere: None, account: None }
    }

    /// No lane: the model was stopped before, and is stopped again if there is anything to ask.
    #[must_use]
    pub fn none(why: &str) -> Self {
        let (pace, nowhere) = (Pace::default(), Some(why.to_owned()));
        Self { lanes: Vec::new(), pace, most: 1, nowhere, account: None }
    }

    /// The same, where every attempt is paid for from an account.
    #[must_use]
    pub fn paid_from(self, account: Arc<Account>) -> Self {
        Self { account: Some(account), ..self }
    }
}
