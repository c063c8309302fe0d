//! The cases that people can be asked about: answered, explained, and with a known target.

use super::design::Texts;
use crate::error::StudyError;
use crate::folder::{Frozen, Layout, labels_of};
use foretell_core::{AnswerOrder, Pair, QuestionId};
use foretell_tables::{AnswerRow, Reader};
use std::collections::HashMap;

/// The cases of a reference, in the order of pairs. Only first repeats: people guess once.
pub(crate) fn eligible(
    layout: &Layout,
    frozen: &Frozen,
    reference: &str,
) -> Result<Vec<Texts>, StudyError> {
    let path = layout.answers(reference);
    let mut said: HashMap<(QuestionId, AnswerOrder), AnswerRow> = HashMap::new();
    if path.exists() {
        for batch in Reader::<AnswerRow>::open(&path)? {
            for row in batch?.into_iter().filter(|row| row.repeat == 0 && row.answer.is_some()) {
                said.insert((row.question_id.clone(), row.answer_order), row);
            }
        }
    }
    let mut cases = Vec::new();
    for pair in &frozen.pairs {
        let of = |id: &QuestionId| said.get(&(id.clone(), pair.answer_order));
        let (original, target) = (of(&pair.original_id), of(&pair.counterfactual_id));
        let (Some(original), Some(target)) = (original, target) else { continue };
        let explained = original.explanation.as_ref().filter(|text| !text.trim().is_empty());
        let Some(explanation) = explained else { continue };
        if let Some(case) = case(frozen, pair, original, explanation, target)? {
            cases.push(case);
        }
    }
    Ok(cases)
}

fn case(
    frozen: &Frozen,
    pair: &Pair,
    original: &AnswerRow,
    explanation: &str,
    target: &AnswerRow,
) -> Result<Option<Texts>, StudyError> {
    let counterfactual = frozen.question(&pair.counterfactual_id);
    // Of an import a question may have a single label: there is nothing to guess.
    let Ok(labels) = labels_of(counterfactual) else { return Ok(None) };
    let labels: Vec<String> = labels.iter().map(str::to_owned).collect();
    let card = frozen.card(&pair.dataset);
    let meaning = |(at, label): (usize, &String)| {
        let option = counterfactual.options.get(at).filter(|option| *option != label);
        let meaning = card.meanings.get(label).or(option)?;
        Some((label.clone(), meaning.clone()))
    };
    let meanings = labels.iter().enumerate().filter_map(meaning).collect();
    let (Some(answer), Some(guessed)) = (&original.answer, &target.answer) else { return Ok(None) };
    Ok(Some(Texts {
        pair_id: pair.pair_id.clone(),
        dataset: pair.dataset.clone(),
        original_text_id: pair.original_text_id.clone(),
        counterfactual_text_id: pair.counterfactual_text_id.clone(),
        answer_order: pair.answer_order,
        reference: original.reference.clone(),
        context: card.context.trim().to_owned(),
        meanings,
        original: frozen.question(&pair.original_id).text.clone(),
        original_answer: answer.clone(),
        explanation: explanation.to_owned(),
        factors: original.factors.clone(),
        other_info: original.other_info.clone(),
        counterfactual: counterfactual.text.clone(),
        labels,
        target: guessed.clone(),
    }))
}
