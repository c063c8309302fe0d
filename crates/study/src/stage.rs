//! The requests of each stage, for whoever does not send them one by one: batches, counts.

use crate::answers;
use crate::error::StudyError;
use crate::models::Model;
use crate::predictions::{self, Said};
use crate::run::Run;
use foretell_llm::{EndedKeys, Request, RequestKey};
use std::collections::HashSet;

/// What the ledger of a run lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lacking {
    /// Answers of references.
    pub answers: u64,
    /// Predictions; `None` as long as answers are lacking, on which they depend.
    pub predictions: Option<u64>,
}

/// Requests of one stage, one after the other.
pub(crate) type Requests<'a> = dyn Iterator<Item = Result<Request, StudyError>> + 'a;

impl Run {
    /// The requests for a reference's answers, handed to `work`.
    pub(crate) fn with_answer_requests<T>(
        &self,
        model: &Model,
        work: impl FnOnce(&mut Requests<'_>) -> Result<T, StudyError>,
    ) -> Result<T, StudyError> {
        let frozen = &self.folder.frozen;
        let pairs = self.pairs();
        let questions = answers::questions(frozen, &pairs);
        work(&mut answers::requests(frozen, model, &questions))
    }

    /// The requests for a predictor's guesses, handed to `work`.
    pub(crate) fn with_prediction_requests<T>(
        &self,
        model: &Model,
        said: &[Said],
        work: impl FnOnce(&mut Requests<'_>) -> Result<T, StudyError>,
    ) -> Result<T, StudyError> {
        let frozen = &self.folder.frozen;
        work(&mut predictions::requests(frozen, model, said, &self.arms, &self.pairs()))
    }

    /// What the references said, once all of it is in the ledger.
    pub(crate) fn said_from_ledger(&self) -> Result<Vec<Said>, StudyError> {
        self.derive_answers_from_ledger(&self.pairs())
    }

    /// The keys of what has ended.
    pub(crate) fn ended_keys(&self) -> Result<EndedKeys, StudyError> {
        Ok(self.asking.reader()?.ended(self.asking.retry_failed())?)
    }

    /// Counts what the ledger lacks. Where no answer is lacking, their tables are derived on the way.
    ///
    /// # Errors
    /// [`StudyError`] where a prompt cannot be made or the ledger cannot be read.
    pub fn lacking(&self) -> Result<Lacking, StudyError> {
        let ended = self.ended_keys()?;
        let mut lacking = Lacking { answers: 0, predictions: None };
        for model in &self.models.references {
            let count = |requests: &mut Requests<'_>| count_missing(&ended, requests);
            lacking.answers += self.with_answer_requests(model, count)?;
        }
        if lacking.answers > 0 {
            return Ok(lacking);
        }
        let said = self.said_from_ledger()?;
        let mut predictions = 0;
        for model in &self.models.predictors {
            let count = |requests: &mut Requests<'_>| count_missing(&ended, requests);
            predictions += self.with_prediction_requests(model, &said, count)?;
        }
        Ok(Lacking { predictions: Some(predictions), ..lacking })
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
