//! The requests of each stage, for whoever does not send them one by one: batches, counts.

use crate::answers;
use crate::error::StudyError;
use crate::models::Model;
use crate::predictions;
use crate::rationales;
use crate::run::Run;
use crate::said::Said;
use foretell_llm::{EndedKeys, Request, RequestKey};
use std::collections::HashSet;

/// What the ledger of a run lacks in the first stage that is not whole; what follows depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lacking {
    /// The stage: `answers`, `rationales` or `predictions`.
    pub stage: &'static str,
    /// Different requests.
    pub requests: u64,
}

/// Requests of one stage, one after the other.
pub(crate) type Requests<'a> = dyn Iterator<Item = Result<Request, StudyError>> + 'a;

/// Works on the requests of one model in one stage; gives how many of them the ledger lacks, or nothing
/// where they are to be counted afterwards.
pub(crate) type Work<'a> =
    dyn FnMut(&'static str, &Model, &mut Requests<'_>) -> Result<Option<u64>, StudyError> + 'a;

impl Run {
    /// Hands `work` the requests of each model, stage by stage, as far as the ledger holds what they
    /// are made from; the tables of what it holds are derived on the way.
    pub(crate) fn each_stage(&self, work: &mut Work<'_>) -> Result<Option<Lacking>, StudyError> {
        let (frozen, pairs) = (&self.folder.frozen, self.pairs());
        let found = |stage, requests| (requests > 0).then_some(Lacking { stage, requests });
        let questions = answers::questions(frozen, &pairs);
        let references: Vec<&Model> = self.models.references.iter().collect();
        let make =
            |model| -> Box<Requests<'_>> { Box::new(answers::requests(frozen, model, &questions)) };
        let lacking = found("answers", self.in_stage("answers", &references, &make, work)?);
        if lacking.is_some() {
            return Ok(lacking);
        }
        let said: Result<Vec<Said>, _> =
            references.iter().map(|model| self.said_in_ledger(model)).collect();
        let mut said = said?;
        if let Some(model) = self.rationaliser() {
            let originals = rationales::originals(&pairs);
            let lacking = {
                let make = |model| -> Box<Requests<'_>> {
                    Box::new(rationales::requests(frozen, model, &said, &originals))
                };
                found("rationales", self.in_stage("rationales", &[model], &make, work)?)
            };
            if lacking.is_some() {
                return Ok(lacking);
            }
            self.explain_from_ledger(model, &mut said)?;
        }
        let predictors: Vec<&Model> = self.models.predictors.iter().collect();
        let make = |model| -> Box<Requests<'_>> {
            Box::new(predictions::requests(frozen, model, &said, &self.arms, &pairs))
        };
        Ok(found("predictions", self.in_stage("predictions", &predictors, &make, work)?))
    }

    fn in_stage<'a>(
        &self,
        stage: &'static str,
        models: &[&'a Model],
        make: &dyn Fn(&'a Model) -> Box<Requests<'a>>,
        work: &mut Work<'_>,
    ) -> Result<u64, StudyError> {
        let (mut lacking, mut uncounted) = (0, Vec::new());
        for model in models {
            match work(stage, model, &mut *make(model))? {
                Some(requests) => lacking += requests,
                None => uncounted.push(*model),
            }
        }
        if !uncounted.is_empty() {
            let ended = self.ended_keys()?;
            for model in uncounted {
                lacking += count_missing(&ended, &mut *make(model))?;
            }
        }
        Ok(lacking)
    }

    /// The keys of what has ended.
    pub(crate) fn ended_keys(&self) -> Result<EndedKeys, StudyError> {
        Ok(self.asking.reader()?.ended(self.asking.limits().retry_failed)?)
    }
}

fn count_missing(ended: &EndedKeys, requests: &mut Requests<'_>) -> Result<u64, StudyError> {
    let mut missing: HashSet<RequestKey> = HashSet::new();
    for request in requests {
        let key = request?.key;
        if !ended.contains(&key) {
            missing.insert(key);
        }
    }
    Ok(missing.len() as u64)
}
