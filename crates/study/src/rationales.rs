//! The stage between: a third model explains the answers that the references gave to the originals.
//!
//! It sees the question and the answer, and nothing of the reference: equal answers to equal texts share
//! one request, whoever gave them, in whichever repeat and answer order.

use crate::answers::REQUESTS_AT_ONCE;
use crate::derive::{Derived, Served, note_served, write_derived};
use crate::error::StudyError;
use crate::folder::{Frozen, Layout, labels_of};
use crate::models::Model;
use crate::said::Said;
use foretell_core::{AnswerOrder, NotAsked, Pair, Question, QuestionId};
use foretell_llm::{Ledger, LedgerReader, Request, RequestKey};
use foretell_tables::RationaleRow;
use rayon::prelude::*;
use std::collections::HashSet;

/// An original question, as a reference was asked it.
type Original<'a> = (&'a QuestionId, AnswerOrder);

/// One answer of a reference that is to be explained.
struct Given<'a> {
    question: &'a Question,
    order: AnswerOrder,
    repeat: u32,
    /// `None` where the reference gave none.
    answer: Option<&'a str>,
}

/// The originals of the pairs, in order of first use.
pub(crate) fn originals<'a>(pairs: &[&'a Pair]) -> Vec<Original<'a>> {
    let mut seen = HashSet::new();
    let original = |pair: &&'a Pair| (&pair.original_id, pair.answer_order);
    pairs.iter().map(original).filter(|original| seen.insert(*original)).collect()
}

/// How many rows the stage makes about these references.
pub(crate) fn number<'a>(references: impl Iterator<Item = &'a Model>, originals: usize) -> u64 {
    references.map(|model| u64::from(model.passes.repeats) * originals as u64).sum()
}

fn given<'a>(
    frozen: &'a Frozen,
    said: &'a Said,
    repeat: u32,
    original: &Original<'_>,
) -> Given<'a> {
    let (id, order) = *original;
    let answer = said.answer(id, order, repeat).and_then(|row| row.answer.as_deref());
    Given { question: frozen.question(id), order, repeat, answer }
}

/// What the model is sent about an answer.
pub(crate) fn prompt(
    frozen: &Frozen,
    question: &Question,
    answer: &str,
) -> Result<String, StudyError> {
    let card = frozen.card(&question.dataset);
    Ok(frozen.prompts.rationale(card, question, &labels_of(question)?, answer)?)
}

/// The requests of this stage about all references, made on all processors a piece at a time.
pub(crate) fn requests<'a>(
    frozen: &'a Frozen,
    model: &'a Model,
    said: &'a [Said],
    originals: &'a [Original<'a>],
) -> impl Iterator<Item = Result<Request, StudyError>> + 'a {
    let repeats = said.iter().flat_map(|said| (0..said.repeats).map(move |repeat| (said, repeat)));
    repeats.flat_map(move |(said, repeat)| {
        let request = move |original: &Original<'_>| {
            let given = given(frozen, said, repeat, original);
            let answer = given.answer?;
            Some(prompt(frozen, given.question, answer).map(|prompt| model.request(&prompt)))
        };
        originals
            .chunks(REQUESTS_AT_ONCE)
            .flat_map(move |piece| piece.par_iter().filter_map(request).collect::<Vec<_>>())
    })
}

/// Derives the explanations and hands them to what each reference said; `keys` are those of the
/// requests, in their order.
#[expect(clippy::too_many_arguments, reason = "one call, and each is another thing")]
pub(crate) fn derive(
    layout: &Layout,
    ledger: &Ledger,
    frozen: &Frozen,
    model: &Model,
    said: &mut [Said],
    originals: &[Original<'_>],
    keys: &[RequestKey],
    served: &Served,
) -> Result<(), StudyError> {
    let mut keys = keys.iter();
    for said in said {
        let of_reference = &*said;
        let items: Vec<(Given<'_>, Option<&RequestKey>)> = (0..said.repeats)
            .flat_map(|repeat| originals.iter().map(move |original| (repeat, original)))
            .map(|(repeat, original)| {
                let given = given(frozen, of_reference, repeat, original);
                let key = given.answer.and_then(|_| keys.next());
                (given, key)
            })
            .collect();
        let row = |(given, key): &(Given<'_>, Option<&RequestKey>), reader: &LedgerReader| {
            let mut derived = match (given.answer, key) {
                (None, _) => Derived::not_asked(NotAsked::OriginalUnanswered),
                (Some(_), None) => Derived::not_asked(NotAsked::Stopped),
                (Some(_), Some(key)) => {
                    Derived::read(key, reader, &*model.chat, &labels_of(given.question)?)?
                }
            };
            note_served(served, &mut derived);
            Ok(row(model, of_reference, given, derived))
        };
        let mut rationales = Vec::with_capacity(items.len());
        let path = layout.rationales(&model.spec.name, &said.reference);
        write_derived(&path, ledger, &items, row, |rows| rationales.extend(rows))?;
        drop(items);
        said.explain(model, rationales);
    }
    Ok(())
}

fn row(model: &Model, said: &Said, given: &Given<'_>, derived: Derived) -> RationaleRow {
    let (question, reply) = (given.question, derived.reply);
    RationaleRow {
        explainer: model.spec.name.clone(),
        reference: said.reference.clone(),
        dataset: question.dataset.clone(),
        question_id: question.question_id.clone(),
        text_id: question.text_id.clone(),
        answer_order: given.order,
        answer_repeat: i64::from(given.repeat),
        given_answer: given.answer.map(str::to_owned),
        outcome: derived.outcome,
        reason: derived.reason,
        answer: derived.answer,
        answer_read: derived.answer_read,
        explanation: reply.as_ref().and_then(|reply| reply.explanation.clone()),
        factors: reply.as_ref().map(|reply| reply.factors.clone()).unwrap_or_default(),
        other_info: reply.as_ref().map(|reply| reply.other_info.clone()).unwrap_or_default(),
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
