//! What a run would send, and what that may cost, before anything is sent.
//!
//! Requests are counted: exactly where all that they are made from is there, else at most. Tokens,
//! money and time are estimated, and say what from.

use crate::error::StudyError;
use crate::estimate::{self, Estimate, Load, Range};
use crate::measured::Measured;
use crate::models::Model;
use foretell_llm::{EndedKeys, Limits, Request};
use std::collections::{BTreeMap, HashSet};

/// What a run would send.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// By model, stage and arm, in the order of the study.
    pub rows: Vec<Planned>,
    /// What looks like a slip, as the run itself would say it.
    pub warnings: Vec<String>,
}

/// What one model would be sent in one stage and arm.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The model.
    pub model: String,
    /// What it is asked for: `answers`, `rationales`, `predictions`, a judge's kinds of verdicts.
    pub stage: &'static str,
    /// The arm; `None` in a stage without arms.
    pub arm: Option<String>,
    /// Different requests that the ledger lacks.
    pub requests: u64,
    /// Whether there may be fewer: what predictors are sent is known once the answers are there.
    pub at_most: bool,
    /// Whether they may cost money.
    pub may_cost: bool,
    /// Tokens, money and time; `None` for a simulated model, and where none are estimated.
    pub estimate: Option<Estimate>,
}

/// The money of a plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlannedMoney {
    /// What the models with a known price may cost, US dollars.
    pub usd: Range,
    /// The same by the batch interfaces of those that have one at half the price.
    pub batch_usd: Range,
    /// Models whose price is not known.
    pub unknown: Vec<String>,
}

impl Planned {
    /// A row that estimates nothing.
    pub(crate) fn counted(
        model: &Model,
        stage: &'static str,
        requests: u64,
        at_most: bool,
    ) -> Self {
        Self {
            model: model.spec.name.clone(),
            stage,
            arm: None,
            requests,
            at_most,
            may_cost: model.spec.may_cost(),
            estimate: None,
        }
    }

    /// A row of requests that are made one by one, of which `ended` lacks these. Their bodies stand for
    /// their prompts, and no reply is looked at: tokens are documented ranges.
    pub(crate) fn made(
        model: &Model,
        stage: &'static str,
        requests: impl Iterator<Item = Result<Request, StudyError>>,
        ended: &EndedKeys,
        limits: &Limits,
    ) -> Result<Self, StudyError> {
        let mut seen = HashSet::new();
        let mut characters = 0;
        for request in requests {
            let request = request?;
            if !ended.contains(&request.key) && seen.insert(request.key) {
                characters += request.body.chars().count();
            }
        }
        let requests = seen.len() as u64;
        let mut row = Self::counted(model, stage, requests, false);
        if row.may_cost {
            let load = Load { requests, characters: Range::exactly(characters as f64) };
            let mut estimate = Estimate::of(model, stage, &load, &Measured::default());
            estimate.seconds = estimate::seconds(model, limits, requests, &estimate, 1)?;
            row.estimate = Some(estimate);
        }
        Ok(row)
    }
}

impl Plan {
    /// The rows that may cost money.
    pub fn paid(&self) -> impl Iterator<Item = &Planned> {
        self.rows.iter().filter(|row| row.may_cost && row.requests > 0)
    }

    /// What all of it may cost.
    #[must_use]
    pub fn money(&self) -> PlannedMoney {
        let mut money = PlannedMoney::default();
        for row in self.paid() {
            match row.estimate.as_ref().and_then(|estimate| estimate.usd) {
                Some(usd) => {
                    let batch = row.estimate.as_ref().and_then(|estimate| estimate.batch_usd);
                    money.usd = money.usd + usd;
                    money.batch_usd = money.batch_usd + batch.unwrap_or(usd);
                }
                None if !money.unknown.contains(&row.model) => {
                    money.unknown.push(row.model.clone());
                }
                None => {}
            }
        }
        money
    }

    /// How long it takes, seconds: one stage after the other, in each all models at once, and what
    /// one model is asked in its arms one after the other.
    #[must_use]
    pub fn seconds(&self) -> Range {
        let mut stages: BTreeMap<&str, BTreeMap<&str, Range>> = BTreeMap::new();
        for row in &self.rows {
            let Some(estimate) = &row.estimate else { continue };
            let model = stages.entry(row.stage).or_default().entry(&row.model).or_default();
            *model = *model + estimate.seconds;
        }
        let longest = |models: BTreeMap<&str, Range>| {
            models.into_values().fold(Range::default(), |one, other| Range {
                low: one.low.max(other.low),
                high: one.high.max(other.high),
            })
        };
        stages.into_values().map(longest).fold(Range::default(), |sum, stage| sum + stage)
    }
}
