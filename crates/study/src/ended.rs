//! How the asking of models ended.

use crate::derive::{Seen, Served};
use crate::models::Model;
use foretell_llm::{Asked, Short, Stopped};
use std::collections::BTreeMap;

/// How a run ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ended {
    /// Requests that were sent and ended.
    pub sent: u64,
    /// Those of them that failed for good.
    pub failed: u64,
    /// Whether the user stopped it.
    pub by_user: bool,
    /// Models that could be asked no more, and why.
    pub stopped_models: Vec<(String, String)>,
    /// Models for which a budget was used up.
    pub short: Vec<(String, Short)>,
    /// Guesses that were not asked although nobody stopped the run, by arm and reason.
    pub unasked: BTreeMap<(String, String), u64>,
    /// Models that served something else than was asked, and what.
    pub mismatches: Vec<(String, String)>,
    /// The stage at which it waits for other shards, and the requests that are theirs to ask.
    pub waiting: Option<(&'static str, u64)>,
    /// The stage at which it waits for batches, and the requests that are on their way in them.
    pub under_way: Option<(&'static str, u64)>,
}

impl Ended {
    pub(crate) fn add(&mut self, model: &Model, asked: &Asked) {
        self.sent += asked.sent;
        self.failed += asked.failed;
        match &asked.stopped {
            None => {}
            Some(Stopped::ByUser) => self.by_user = true,
            Some(Stopped::ByBudget(short)) => {
                // The later word: more may have been spent since.
                self.short.retain(|(name, _)| *name != model.spec.name);
                self.short.push((model.spec.name.clone(), short.clone()));
            }
            Some(Stopped::ByModel(why)) => {
                let stopped = (model.spec.name.clone(), why.clone());
                if !self.stopped_models.contains(&stopped) {
                    self.stopped_models.push(stopped);
                }
            }
        }
    }

    /// Why a model was stopped, if it was.
    pub(crate) fn why_stopped(&self, name: &str) -> Option<&str> {
        let stopped = self.stopped_models.iter().find(|(model, _)| model == name);
        stopped.map(|(_, why)| why.as_str())
    }

    /// Whether all was asked.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let stopped = self.by_user || !self.stopped_models.is_empty() || !self.short.is_empty();
        !stopped && self.waiting.is_none() && self.under_way.is_none()
    }
}

/// What is to be noted of the replies of a model that was asked.
pub(crate) fn served_of(asked: &Asked) -> Served {
    let short = matches!(asked.stopped, Some(Stopped::ByBudget(_)));
    Served::new(Seen { short, ..Seen::default() })
}

/// What was served otherwise than asked, by model.
pub(crate) fn sentences(served: &[(String, Served)]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (model, served) in served {
        let served = served.lock().expect("no thread panics while it holds the names");
        all.extend(served.mismatches.sentences().into_iter().map(|said| (model.clone(), said)));
    }
    all
}
