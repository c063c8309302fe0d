//! From counterfactuals and verdicts to tables.

use super::coherence::Judgement;
use super::folder::GenerateFolder;
use super::reading::Reading;
use super::unit::Unit;
use crate::error::StudyError;
use crate::models::Model;
use crate::question_source::counterfactual_of;
use foretell_core::generate::{Written, WrittenOutcome};
use foretell_core::{Outcome, Pair, PairId, Question};
use foretell_tables::{GenerationRow, NameValue, PairRow, QuestionRow, ScoreRow, write};
use std::collections::{BTreeMap, HashSet};

/// Verdicts below this are counted: there, somebody would stumble over the question.
pub(crate) const STUMBLE: f64 = 5.0;

/// A counterfactual that is kept unless its coherence is too low.
pub(crate) struct Candidate<'a> {
    /// Which request brought it.
    pub(crate) unit: usize,
    /// Its place in the reply.
    pub(crate) position: usize,
    pub(crate) original: &'a Question,
    pub(crate) question: Question,
    /// The generator's own verdict.
    pub(crate) own: Option<f64>,
}

/// What the verdicts of one judge come to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judged {
    /// Who judged.
    pub judge: String,
    /// What became of the requests.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Mean verdict; `None` without one.
    pub mean: Option<f64>,
    /// Verdicts below 5, where somebody would stumble.
    pub below_5: u64,
}

/// The counterfactuals that are left when repeats, copies and the like are taken out.
pub(crate) fn candidates<'a>(units: &[Unit<'a>], readings: &[Reading]) -> Vec<Candidate<'a>> {
    let mut candidates = Vec::new();
    for (unit, (of, reading)) in units.iter().zip(readings).enumerate() {
        let Some(generation) = &reading.generation else { continue };
        let sorted = generation.counterfactuals.iter().zip(&reading.sorted).enumerate();
        for (position, (written, outcome)) in sorted {
            if *outcome != WrittenOutcome::Kept {
                continue;
            }
            let source = reading.reply_key.clone().unwrap_or_default();
            let question = counterfactual_of(of.question, written.text.clone(), source);
            let (original, own) = (of.question, written.coherence);
            candidates.push(Candidate { unit, position, original, question, own });
        }
    }
    candidates
}

/// Takes out what is not coherent enough, by the judge's verdict or, without a judge, the generator's
/// own. Says of each candidate whether it is still kept.
pub(crate) fn filter(
    lowest: Option<f64>,
    candidates: &[Candidate<'_>],
    judgements: Option<&[Judgement]>,
) -> Vec<WrittenOutcome> {
    let outcome = |(at, candidate): (usize, &Candidate<'_>)| {
        let value = judgements.map_or(candidate.own, |judgements| judgements[at].value);
        match (lowest, value) {
            (None, _) => WrittenOutcome::Kept,
            (Some(_), None) => WrittenOutcome::Unjudged,
            (Some(lowest), Some(value)) if value < lowest => WrittenOutcome::Incoherent,
            (Some(_), Some(_)) => WrittenOutcome::Kept,
        }
    };
    candidates.iter().enumerate().map(outcome).collect()
}

impl Judged {
    pub(crate) fn of<'a>(
        judge: &str,
        verdicts: impl Iterator<Item = (Outcome, Option<f64>)> + 'a,
    ) -> Self {
        let mut judged = Self { judge: judge.to_owned(), ..Self::default() };
        let (mut sum, mut count) = (0.0, 0_u32);
        for (outcome, value) in verdicts {
            *judged.outcomes.entry(outcome).or_default() += 1;
            if let Some(value) = value {
                sum += value;
                count += 1;
                judged.below_5 += u64::from(value < STUMBLE);
            }
        }
        judged.mean = (count > 0).then(|| sum / f64::from(count));
        judged
    }
}

/// The pairs of the candidates that are kept, and their questions: each original before its
/// counterfactuals.
pub(crate) fn write_pairs(
    folder: &GenerateFolder,
    generator: &str,
    units: &[Unit<'_>],
    readings: &[Reading],
    candidates: &[Candidate<'_>],
    kept: &[WrittenOutcome],
) -> Result<u64, StudyError> {
    let (mut questions, mut pairs) = (Vec::new(), Vec::new());
    let mut known = HashSet::new();
    let is_kept =
        |(_, outcome): &(&Candidate<'_>, &WrittenOutcome)| **outcome == WrittenOutcome::Kept;
    for (candidate, _) in candidates.iter().zip(kept).filter(is_kept) {
        if known.insert(&candidate.original.question_id) {
            questions.push(QuestionRow::from(candidate.original.clone()));
        }
        questions.push(QuestionRow::from(candidate.question.clone()));
        let (unit, reading) = (&units[candidate.unit], &readings[candidate.unit]);
        pairs.extend(
            pairs_of(folder, generator, unit, reading, candidate).into_iter().map(PairRow::from),
        );
    }
    let count = pairs.len() as u64;
    write(&folder.layout.questions(), questions)?;
    write(&folder.layout.pairs(), pairs)?;
    Ok(count)
}

/// The pairs of one counterfactual: one an answer order.
fn pairs_of(
    folder: &GenerateFolder,
    generator: &str,
    unit: &Unit<'_>,
    reading: &Reading,
    candidate: &Candidate<'_>,
) -> Vec<Pair> {
    let generation = reading.generation.as_ref().expect("a candidate was read from a reply");
    let method = unit.method_used(generation.method.as_deref()).unwrap_or(unit.asked);
    let written = &generation.counterfactuals[candidate.position];
    let (original, new) = (candidate.original, &candidate.question);
    let pair = |&order| Pair {
        pair_id: PairId::new(&original.question_id, &new.question_id, order),
        dataset: original.dataset.clone(),
        original_id: original.question_id.clone(),
        counterfactual_id: new.question_id.clone(),
        original_row: original.row,
        counterfactual_row: None,
        original_text_id: original.text_id.clone(),
        counterfactual_text_id: new.text_id.clone(),
        answer_order: order,
        distance: None,
        changed: written.changes.iter().map(|(name, _)| name.clone()).collect(),
        generator: Some(generator.to_owned()),
        method: Some(method.to_owned()),
        generator_reply_key: reading.reply_key.clone(),
        cue_label: None,
    };
    folder.manifest.request.answer_orders.iter().map(pair).collect()
}

/// Writes the verdicts of a judge on all candidates, kept or not.
pub(crate) fn write_scores(
    folder: &GenerateFolder,
    judge: &Model,
    candidates: &[Candidate<'_>],
    judgements: &[Judgement],
) -> Result<(), StudyError> {
    let orders = &folder.manifest.request.answer_orders;
    let rows = candidates.iter().zip(judgements).flat_map(|(candidate, said)| {
        orders.iter().map(move |&order| {
            let (original, new) = (candidate.original, &candidate.question);
            ScoreRow {
                kind: "coherence".to_owned(),
                judge: judge.spec.name.clone(),
                dataset: original.dataset.clone(),
                pair_id: PairId::new(&original.question_id, &new.question_id, order),
                original_text_id: original.text_id.clone(),
                counterfactual_text_id: new.text_id.clone(),
                answer_order: order,
                reference: None,
                answer_repeat: None,
                explained_id: None,
                explained_reply: None,
                feature: None,
                outcome: said.outcome,
                value: said.value,
                direction: None,
                label: None,
                reason: said.reason.clone(),
                reasoning: said.reasoning.clone(),
                reasoning_source: said.reasoning_source.clone(),
                input_tokens: said.usage.input_tokens,
                cached_tokens: said.usage.cached_tokens,
                output_tokens: said.usage.output_tokens,
                reasoning_tokens: said.usage.reasoning_tokens,
                cost_usd: said.usage.cost_usd,
                reply_key: said.reply_key.clone(),
            }
        })
    });
    Ok(write(&folder.layout.scores(&judge.spec.name), rows)?)
}

/// Writes what became of every request and counterfactual, and counts the latter.
pub(crate) fn write_generations(
    folder: &GenerateFolder,
    generator: &str,
    units: &[Unit<'_>],
    readings: &[Reading],
    candidates: &[Candidate<'_>],
    kept: &[WrittenOutcome],
) -> Result<BTreeMap<WrittenOutcome, u64>, StudyError> {
    let mut counts = BTreeMap::new();
    let mut rows = Vec::new();
    let mut left = candidates.iter().zip(kept).peekable();
    for (at, (unit, reading)) in units.iter().zip(readings).enumerate() {
        let row = request_row(generator, unit, reading);
        let written = reading.generation.as_ref().map_or(&[][..], |read| &read.counterfactuals);
        if written.is_empty() {
            rows.push(row);
            continue;
        }
        for (position, (written, sorted)) in written.iter().zip(&reading.sorted).enumerate() {
            let candidate = left
                .next_if(|(candidate, _)| (candidate.unit, candidate.position) == (at, position));
            let outcome = candidate.map_or(*sorted, |(_, outcome)| *outcome);
            *counts.entry(outcome).or_default() += 1;
            let id = candidate.filter(|_| outcome == WrittenOutcome::Kept);
            rows.push(GenerationRow {
                outcome: Some(outcome),
                counterfactual_id: id.map(|(candidate, _)| candidate.question.question_id.clone()),
                ..counterfactual_row(&row, position, written)
            });
        }
    }
    write(&folder.generations(), rows)?;
    Ok(counts)
}

fn counterfactual_row(
    request: &GenerationRow,
    position: usize,
    written: &Written,
) -> GenerationRow {
    GenerationRow {
        position: Some(position as i64),
        text: Some(written.text.clone()).filter(|text| !text.is_empty()),
        changed: named(&written.changes),
        likely_to_change: written.likely_to_change,
        own_coherence: written.coherence,
        own_reason: written.coherence_reason.clone(),
        ..request.clone()
    }
}

fn request_row(generator: &str, unit: &Unit<'_>, reading: &Reading) -> GenerationRow {
    let said = reading.generation.as_ref();
    GenerationRow {
        dataset: unit.question.dataset.clone(),
        question_id: unit.question.question_id.clone(),
        text_id: unit.question.text_id.clone(),
        generator: generator.to_owned(),
        method_asked: unit.asked.to_owned(),
        method: unit.method_used(said.and_then(|said| said.method.as_deref())).map(str::to_owned),
        method_reason: said.and_then(|said| said.reason.clone()),
        wanted: i64::from(unit.count),
        request_outcome: reading.outcome,
        request_reason: reading.reason.clone(),
        reasoning: said.and_then(|said| said.reasoning.clone()),
        concepts: said.map(|said| named(&said.concepts)).unwrap_or_default(),
        position: None,
        outcome: None,
        counterfactual_id: None,
        text: None,
        changed: Vec::new(),
        likely_to_change: None,
        own_coherence: None,
        own_reason: None,
        input_tokens: reading.usage.input_tokens,
        output_tokens: reading.usage.output_tokens,
        reasoning_tokens: reading.usage.reasoning_tokens,
        cost_usd: reading.usage.cost_usd,
        reply_key: reading.reply_key.clone(),
    }
}

fn named(pairs: &[(String, String)]) -> Vec<NameValue> {
    let named =
        |(name, value): &(String, String)| NameValue { name: name.clone(), value: value.clone() };
    pairs.iter().map(named).collect()
}
