//! The second stage: a judge says how coherent each counterfactual is.

use super::folder::GenerateFolder;
use super::pairs::Candidate;
use super::reading::Heard;
use super::schema::Schema;
use crate::error::StudyError;
use crate::models::Model;
use crate::question_source::labels_if_any;
use foretell_core::Outcome;
use foretell_core::generate::{coherence_schema, read_verdict};
use foretell_llm::{LedgerReader, RequestKey, Usage};

/// What a judge said of one counterfactual.
pub(crate) struct Judgement {
    pub(crate) outcome: Outcome,
    pub(crate) value: Option<f64>,
    pub(crate) reason: Option<String>,
    pub(crate) reasoning: Option<String>,
    pub(crate) reasoning_source: Option<String>,
    pub(crate) usage: Usage,
    pub(crate) reply_key: Option<String>,
}

pub(crate) fn schema() -> Schema {
    Schema { name: "coherence", value: coherence_schema() }
}

/// What the judge is asked about a counterfactual.
pub(crate) fn prompt(
    folder: &GenerateFolder,
    candidate: &Candidate<'_>,
) -> Result<String, StudyError> {
    let card = folder.card(&candidate.original.dataset);
    let labels = labels_if_any(&candidate.question)?;
    let (original, new) = (&candidate.original.text, &candidate.question.text);
    Ok(folder.prompts.coherence(card, labels.as_ref(), original, new)?)
}

/// The reasoning of a reply and how much of it that is: beside the text, or else in it.
pub(crate) fn with_source(
    beside: Option<String>,
    source: Option<String>,
    in_text: Option<String>,
) -> (Option<String>, Option<String>) {
    let source = source.or_else(|| in_text.as_ref().map(|_| "full".to_owned()));
    (beside.or(in_text), source)
}

/// Reads the verdicts; `keys` are those of the candidates, in their order, as far as they go.
pub(crate) fn read_all(
    candidates: &[Candidate<'_>],
    keys: &[RequestKey],
    ledger: &LedgerReader,
    judge: &Model,
) -> Result<Vec<Judgement>, StudyError> {
    let read = |at: usize| {
        let heard = Heard::read(keys.get(at), ledger, judge)?;
        let Heard { text, reason, cut_off, usage, reply_key, .. } = heard;
        let (outcome, value, reason, in_text) = match text {
            Err(outcome) => (outcome, None, reason, None),
            Ok(text) => {
                let verdict = read_verdict(&text);
                let ended = if cut_off && verdict.coherence.is_none() {
                    Outcome::Truncated
                } else {
                    verdict.outcome
                };
                (ended, verdict.coherence, verdict.reason, verdict.reasoning)
            }
        };
        let (reasoning, reasoning_source) =
            with_source(heard.reasoning, heard.reasoning_source, in_text);
        Ok(Judgement { outcome, value, reason, reasoning, reasoning_source, usage, reply_key })
    };
    (0..candidates.len()).map(read).collect()
}
