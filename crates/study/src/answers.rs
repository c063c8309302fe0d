//! The first stage: every question of the pairs, asked of a reference model.

use crate::derive::{Derived, Served, note_served, write_derived};
use crate::error::StudyError;
use crate::folder::{Frozen, labels_of};
use crate::models::Model;
use foretell_core::{AnswerOrder, Pair, Question, QuestionId};
use foretell_llm::{Ledger, LedgerReader, Request, RequestKey};
use foretell_tables::AnswerRow;
use rayon::prelude::*;
use std::collections::HashSet;
use std::path::Path;

/// Requests that are made ahead of being sent: enough work to share, little to hold.
pub(crate) const REQUESTS_AT_ONCE: usize = 512;

/// The questions that a reference is asked, each with its order, in order of first use.
pub(crate) fn questions<'a>(
    frozen: &'a Frozen,
    pairs: &[&'a Pair],
) -> Vec<(&'a Question, AnswerOrder)> {
    let mut seen: HashSet<(&QuestionId, AnswerOrder)> = HashSet::new();
    let mut questions = Vec::new();
    for pair in pairs {
        for id in [&pair.original_id, &pair.counterfactual_id] {
            if seen.insert((id, pair.answer_order)) {
                questions.push((frozen.question(id), pair.answer_order));
            }
        }
    }
    questions
}

/// What the reference is sent about a question: the import's own prompt, or the project's.
pub(crate) fn prompt(
    frozen: &Frozen,
    question: &Question,
    order: AnswerOrder,
) -> Result<String, StudyError> {
    if let Some(prompt) = question.imported_prompt(order) {
        return Ok(prompt.to_owned());
    }
    let labels = labels_of(question)?;
    Ok(frozen.prompts.ask(frozen.card(&question.dataset), question, &labels, order)?)
}

/// The requests of this stage, made on all processors a piece at a time.
pub(crate) fn requests<'a>(
    frozen: &'a Frozen,
    model: &'a Model,
    questions: &'a [(&'a Question, AnswerOrder)],
) -> impl Iterator<Item = Result<Request, StudyError>> + 'a {
    let request = |(question, order): &(&Question, AnswerOrder)| {
        prompt(frozen, question, *order).map(|prompt| model.request(&prompt))
    };
    questions
        .chunks(REQUESTS_AT_ONCE)
        .flat_map(move |piece| piece.par_iter().map(request).collect::<Vec<_>>())
}

/// Derives the answers of a reference, and gives them back; `keys` are those of its requests, in
/// their order.
pub(crate) fn derive(
    path: &Path,
    ledger: &Ledger,
    model: &Model,
    questions: &[(&Question, AnswerOrder)],
    keys: &[RequestKey],
    served: &Served,
) -> Result<Vec<AnswerRow>, StudyError> {
    let items: Vec<_> = questions.iter().zip(keys).collect();
    let mut answers = Vec::with_capacity(items.len());
    let row = |((question, order), key): &(&(&Question, AnswerOrder), &RequestKey),
               reader: &LedgerReader| {
        let mut derived = Derived::read(key, reader, &*model.chat, &labels_of(question)?)?;
        note_served(served, &mut derived);
        Ok(row(model, question, *order, derived))
    };
    write_derived(path, ledger, &items, row, |rows| answers.extend(rows))?;
    Ok(answers)
}

fn row(model: &Model, question: &Question, order: AnswerOrder, derived: Derived) -> AnswerRow {
    let reply = derived.reply;
    AnswerRow {
        reference: model.spec.name.clone(),
        dataset: question.dataset.clone(),
        question_id: question.question_id.clone(),
        text_id: question.text_id.clone(),
        answer_order: order,
        repeat: 0,
        outcome: derived.outcome,
        reason: derived.reason,
        answer: derived.answer,
        answer_read: derived.answer_read,
        explanation: reply.as_ref().and_then(|reply| reply.explanation.clone()),
        factors: reply.as_ref().map(|reply| reply.factors.clone()).unwrap_or_default(),
        other_info: reply.as_ref().map(|reply| reply.other_info.clone()).unwrap_or_default(),
        confidence: reply.as_ref().and_then(|reply| reply.confidence.clone()),
        confidence_level: reply.as_ref().and_then(|reply| reply.confidence_level),
        reasoning: derived.reasoning,
        reasoning_source: derived.reasoning_source,
        input_tokens: derived.usage.input_tokens,
        cached_tokens: derived.usage.cached_tokens,
        output_tokens: derived.usage.output_tokens,
        reasoning_tokens: derived.usage.reasoning_tokens,
        cost_usd: derived.usage.cost_usd,
        reply_key: derived.reply_key,
    }
}
