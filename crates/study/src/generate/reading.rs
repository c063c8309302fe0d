//! From raw replies to counterfactuals: what is derived without asking again.

use super::unit::Unit;
use crate::error::StudyError;
use crate::models::Model;
use foretell_core::generate::{
    Generation, GenerationOutcome, Sorter, WrittenOutcome, read_generation,
};
use foretell_core::{NotAsked, Outcome, QuestionId};
use foretell_llm::{LedgerReader, ModelReply, RequestKey, StoredAttempt, Usage};
use std::collections::HashMap;

/// The text of a reply, or why there is none.
pub(crate) struct Heard {
    pub(crate) text: Result<String, Outcome>,
    /// What the provider or the model said of it.
    pub(crate) reason: Option<String>,
    /// Whether it ended at its length limit.
    pub(crate) cut_off: bool,
    /// The reasoning trace beside the text, and how much of it that is.
    pub(crate) reasoning: Option<String>,
    pub(crate) reasoning_source: Option<String>,
    /// The name under which the model replied.
    pub(crate) served: Option<String>,
    pub(crate) usage: Usage,
    pub(crate) reply_key: Option<String>,
}

/// What became of one request.
pub(crate) struct Reading {
    pub(crate) outcome: GenerationOutcome,
    pub(crate) reason: Option<String>,
    pub(crate) generation: Option<Generation>,
    /// What became of each of its counterfactuals.
    pub(crate) sorted: Vec<WrittenOutcome>,
    pub(crate) usage: Usage,
    pub(crate) reply_key: Option<String>,
}

impl Heard {
    /// What the ledger holds for `key`.
    pub(crate) fn read(
        key: Option<&RequestKey>,
        ledger: &LedgerReader,
        model: &Model,
    ) -> Result<Self, StudyError> {
        let stored = key.map(|key| ledger.get(key)).transpose()?.flatten();
        let Some(StoredAttempt { raw, failure }) = stored else {
            return Ok(Self::nothing(
                Outcome::NotAsked,
                Some(NotAsked::Stopped.as_str().to_owned()),
            ));
        };
        let heard = match failure {
            Some(failure) => Self::nothing(failure.outcome, Some(failure.message)),
            None => Self::of(model.chat.read(&raw.unwrap_or_default())),
        };
        Ok(Self { reply_key: key.map(RequestKey::to_string), ..heard })
    }

    pub(crate) fn nothing(outcome: Outcome, reason: Option<String>) -> Self {
        Self {
            text: Err(outcome),
            reason,
            cut_off: false,
            reasoning: None,
            reasoning_source: None,
            served: None,
            usage: Usage::default(),
            reply_key: None,
        }
    }

    fn of(reply: ModelReply) -> Self {
        let text = match (&reply.refusal, reply.finish.as_deref()) {
            (Some(_), _) => Err(Outcome::Refused),
            (None, Some("content_filter")) => Err(Outcome::Filtered),
            (None, _) => Ok(reply.text.unwrap_or_default()),
        };
        let cut_off = reply.finish.as_deref() == Some("length");
        Self {
            text,
            reason: reply.refusal,
            cut_off,
            reasoning: reply.reasoning,
            reasoning_source: reply.reasoning_source.map(|source| source.as_str().to_owned()),
            served: reply.served,
            usage: reply.usage,
            reply_key: None,
        }
    }
}

/// Reads the replies to all requests; `keys` are those of `units`, in their order, as far as they go.
pub(crate) fn read_all(
    units: &[Unit<'_>],
    keys: &[RequestKey],
    ledger: &LedgerReader,
    model: &Model,
) -> Result<Vec<Reading>, StudyError> {
    let mut sorters: HashMap<&QuestionId, Sorter> = HashMap::new();
    let mut readings = Vec::with_capacity(units.len());
    for (at, unit) in units.iter().enumerate() {
        let Heard { text, reason, cut_off, usage, reply_key, .. } =
            Heard::read(keys.get(at), ledger, model)?;
        let wanted = unit.count as usize;
        let (outcome, generation) = match text {
            Err(outcome) => (GenerationOutcome::of_failure(outcome), None),
            Ok(text) => {
                let generation = read_generation(&text);
                (GenerationOutcome::of(&generation, wanted, cut_off), Some(generation))
            }
        };
        let id = &unit.question.question_id;
        let sorter = sorters.entry(id).or_insert_with(|| Sorter::new(&unit.question.text));
        let written = generation.as_ref().map_or(&[][..], |read| &read.counterfactuals);
        let sorted = sorter.sort(written, wanted);
        readings.push(Reading { outcome, reason, generation, sorted, usage, reply_key });
    }
    Ok(readings)
}
