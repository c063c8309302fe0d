//! The first stage: every question of the pairs, asked of a reference model.
//!
//! Repeats below [`Passes::repeats`](crate::Passes::repeats) are explained and guessed. Those from
//! there up to [`Passes::ceiling`](crate::Passes::ceiling) are asked of counterfactuals alone, and serve
//! the noise ceiling.

use crate::derive::{Derived, Served, note_served, write_derived};
use crate::error::StudyError;
use crate::folder::{Frozen, labels_of};
use crate::models::Model;
use foretell_core::{AnswerOrder, Pair, Question, QuestionId};
use foretell_llm::{Ledger, LedgerReader, Request, RequestKey};
use foretell_tables::AnswerRow;
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::Path;

/// Requests that are made ahead of being sent: enough work to share, little to hold.
pub(crate) const REQUESTS_AT_ONCE: usize = 512;

/// A question that references are asked.
pub(crate) struct AskedQuestion<'a> {
    pub(crate) question: &'a Question,
    pub(crate) order: AnswerOrder,
    /// Whether it is the counterfactual of a pair; it may be an original too.
    pub(crate) is_counterfactual: bool,
}

/// The questions that a reference is asked, each with its order, in order of first use.
pub(crate) fn questions<'a>(frozen: &'a Frozen, pairs: &[&'a Pair]) -> Vec<AskedQuestion<'a>> {
    let mut places: HashMap<(&QuestionId, AnswerOrder), usize> = HashMap::new();
    let mut questions: Vec<AskedQuestion<'a>> = Vec::new();
    for pair in pairs {
        let order = pair.answer_order;
        for (id, is_counterfactual) in [(&pair.original_id, false), (&pair.counterfactual_id, true)]
        {
            let at = *places.entry((id, order)).or_insert_with(|| {
                let question = frozen.question(id);
                questions.push(AskedQuestion { question, order, is_counterfactual: false });
                questions.len() - 1
            });
            questions[at].is_counterfactual |= is_counterfactual;
        }
    }
    questions
}

/// How many replies of a model the stage takes, equal ones counted each.
pub(crate) fn number(model: &Model, questions: &[AskedQuestion<'_>]) -> u64 {
    let repeats = |asked: &AskedQuestion<'_>| model.passes.of_question(asked.is_counterfactual);
    questions.iter().map(|asked| u64::from(repeats(asked))).sum()
}

/// The repeats of a model, whether each question has it or only counterfactuals do.
fn repeats(model: &Model) -> impl Iterator<Item = (u32, bool)> + use<> {
    let passes = model.passes;
    (0..passes.of_question(true)).map(move |repeat| (repeat, repeat < passes.repeats))
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

/// The requests of this stage, repeat by repeat, made on all processors a piece at a time.
pub(crate) fn requests<'a>(
    frozen: &'a Frozen,
    model: &'a Model,
    questions: &'a [AskedQuestion<'a>],
) -> impl Iterator<Item = Result<Request, StudyError>> + 'a {
    repeats(model).flat_map(move |(repeat, of_all)| {
        let request = move |asked: &AskedQuestion<'_>| {
            let prompt = prompt(frozen, asked.question, asked.order);
            prompt.map(|prompt| model.repeat(&prompt, repeat))
        };
        questions.chunks(REQUESTS_AT_ONCE).flat_map(move |piece| {
            let piece = piece.par_iter().filter(move |asked| of_all || asked.is_counterfactual);
            piece.map(request).collect::<Vec<_>>()
        })
    })
}

/// Derives the answers of a reference, and gives back those that are explained and guessed; `keys`
/// are those of its requests, in their order.
pub(crate) fn derive(
    path: &Path,
    ledger: &Ledger,
    model: &Model,
    questions: &[AskedQuestion<'_>],
    keys: &[RequestKey],
    served: &Served,
) -> Result<Vec<AnswerRow>, StudyError> {
    let asked = repeats(model).flat_map(|(repeat, of_all)| {
        let of_repeat = questions.iter().filter(move |asked| of_all || asked.is_counterfactual);
        of_repeat.map(move |asked| (asked, repeat))
    });
    let items: Vec<_> = asked.zip(keys).collect();
    let mut answers = Vec::new();
    let row = |((asked, repeat), key): &((&AskedQuestion<'_>, u32), &RequestKey),
               reader: &LedgerReader| {
        let mut derived = Derived::read(key, reader, &*model.chat, &labels_of(asked.question)?)?;
        note_served(served, &mut derived);
        Ok(row(model, asked, *repeat, derived))
    };
    let explained = i64::from(model.passes.repeats);
    let keep = |rows: Vec<AnswerRow>| {
        answers.extend(rows.into_iter().filter(|row| row.repeat < explained));
    };
    write_derived(path, ledger, &items, row, keep)?;
    Ok(answers)
}

fn row(model: &Model, asked: &AskedQuestion<'_>, repeat: u32, derived: Derived) -> AnswerRow {
    let (question, reply) = (asked.question, derived.reply);
    AnswerRow {
        reference: model.spec.name.clone(),
        dataset: question.dataset.clone(),
        question_id: question.question_id.clone(),
        text_id: question.text_id.clone(),
        answer_order: asked.order,
        repeat: i64::from(repeat),
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
