//! The second stage: a predictor guesses what the references answered to the counterfactuals.

use crate::answers::REQUESTS_AT_ONCE;
use crate::derive::{Derived, Served, note_served, write_derived};
use crate::error::StudyError;
use crate::folder::{Frozen, Layout, labels_of};
use crate::models::Model;
use foretell_core::filler::filler;
use foretell_core::{AnswerOrder, Arm, Need, NotAsked, Outcome, Pair, QuestionId, Shown};
use foretell_llm::{Ledger, LedgerReader, Request, RequestKey};
use foretell_tables::{AnswerRow, DonorRow, PredictionRow};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// What one reference said, looked up by question and order.
pub(crate) struct Said {
    pub(crate) reference: String,
    answers: HashMap<(QuestionId, AnswerOrder), AnswerRow>,
    donors: HashMap<(QuestionId, AnswerOrder), QuestionId>,
}

/// Guesses that were not asked, by arm and by the reason that stands in their rows.
pub(crate) type Unasked = BTreeMap<(String, String), u64>;

/// One guess to be made, or the reason why not.
struct Guess<'a> {
    pair: &'a Pair,
    /// What is shown, with the reply that it is from.
    shown: Result<(), NotAsked>,
    shown_reply: Option<String>,
    donor: Option<QuestionId>,
}

impl Said {
    pub(crate) fn new(reference: &str, answers: Vec<AnswerRow>, donors: Vec<DonorRow>) -> Self {
        let answer = |row: AnswerRow| ((row.question_id.clone(), row.answer_order), row);
        let donor = |row: DonorRow| ((row.question_id, row.answer_order), row.donor_id);
        Self {
            reference: reference.to_owned(),
            answers: answers.into_iter().map(answer).collect(),
            donors: donors.into_iter().map(donor).collect(),
        }
    }

    fn answer(&self, id: &QuestionId, order: AnswerOrder) -> Option<&AnswerRow> {
        self.answers.get(&(id.clone(), order))
    }

    fn donor(&self, pair: &Pair) -> Option<&QuestionId> {
        self.donors.get(&(pair.original_id.clone(), pair.answer_order))
    }

    /// What `arm` shows about a pair, and the answer that it is from.
    fn shown(
        &self,
        frozen: &Frozen,
        arm: &Arm,
        pair: &Pair,
    ) -> Result<(Shown, Option<&AnswerRow>), NotAsked> {
        if !arm.needs(Need::Original) {
            return Ok((Shown::default(), None));
        }
        let answer = self.answer(&pair.original_id, pair.answer_order);
        let answer = answer.ok_or(NotAsked::OriginalUnanswered)?;
        let label = answer.answer.clone().ok_or(NotAsked::OriginalUnanswered)?;
        let from = if arm.needs(Need::Donor) {
            let donor = self.donor(pair).ok_or(NotAsked::NoDonor)?;
            self.answer(donor, pair.answer_order).ok_or(NotAsked::NoDonor)?
        } else {
            answer
        };
        let mut shown = Shown {
            original: frozen.question(&pair.original_id).text.clone(),
            original_answer: label,
            ..Shown::default()
        };
        let explanation = || from.explanation.clone().ok_or(NotAsked::NoExplanation);
        if arm.needs(Need::Explanation) || arm.needs(Need::Donor) {
            shown.explanation = explanation()?;
            shown.factors.clone_from(&from.factors);
            shown.other_info.clone_from(&from.other_info);
        } else if arm.needs(Need::Reasoning) {
            shown.explanation = from.reasoning.clone().ok_or(NotAsked::NoReasoning)?;
        } else if arm.needs(Need::Filler) {
            shown.explanation = filler(&explanation()?);
        }
        Ok((shown, Some(from)))
    }
}

/// The requests of this stage for one predictor, all arms about all references, made on all
/// processors a piece at a time.
pub(crate) fn requests<'a>(
    frozen: &'a Frozen,
    model: &'a Model,
    said: &'a [Said],
    arms: &'a [Arm],
    pairs: &'a [&'a Pair],
) -> impl Iterator<Item = Result<Request, StudyError>> + 'a {
    let combinations = said.iter().flat_map(move |said| arms.iter().map(move |arm| (said, arm)));
    combinations.flat_map(move |(said, arm)| {
        let request = move |pair: &&Pair| {
            let (shown, _) = said.shown(frozen, arm, pair).ok()?;
            Some(prompt(frozen, arm, pair, &shown).map(|prompt| model.request(&prompt)))
        };
        pairs
            .chunks(REQUESTS_AT_ONCE)
            .flat_map(move |piece| piece.par_iter().filter_map(request).collect::<Vec<_>>())
    })
}

fn prompt(frozen: &Frozen, arm: &Arm, pair: &Pair, shown: &Shown) -> Result<String, StudyError> {
    let counterfactual = frozen.question(&pair.counterfactual_id);
    let labels = labels_of(counterfactual)?;
    let card = frozen.card(&pair.dataset);
    Ok(frozen.prompts.predict(card, arm, &labels, shown, &counterfactual.text)?)
}

/// Derives the predictions of a predictor; `keys` are those of its requests, in their order.
#[expect(clippy::too_many_arguments, reason = "one call, and each is another thing")]
pub(crate) fn derive(
    layout: &Layout,
    ledger: &Ledger,
    frozen: &Frozen,
    model: &Model,
    said: &[Said],
    arms: &[Arm],
    pairs: &[&Pair],
    keys: &[RequestKey],
    served: &Served,
) -> Result<Unasked, StudyError> {
    let mut keys = keys.iter();
    let mut unasked = Unasked::new();
    for said in said {
        for arm in arms {
            let guesses = pairs.iter().map(|pair| guess(frozen, said, arm, pair));
            let items: Vec<(Guess<'_>, Option<&RequestKey>)> = guesses
                .map(|guess| {
                    let key = guess.shown.is_ok().then(|| keys.next()).flatten();
                    (guess, key)
                })
                .collect();
            let path = layout.predictions(&said.reference, &model.spec.name, &arm.name);
            let row = |(guess, key): &(Guess<'_>, Option<&RequestKey>), reader: &LedgerReader| {
                let counterfactual = frozen.question(&guess.pair.counterfactual_id);
                let mut derived = match (&guess.shown, key) {
                    (Err(reason), _) => Derived::not_asked(*reason),
                    (Ok(()), None) => Derived::not_asked(NotAsked::Stopped),
                    (Ok(()), Some(key)) => {
                        Derived::read(key, reader, &*model.chat, &labels_of(counterfactual)?)?
                    }
                };
                note_served(served, &mut derived);
                Ok(row(model, said, arm, guess, derived))
            };
            write_derived(&path, ledger, &items, row, |rows| count(&mut unasked, &rows))?;
        }
    }
    Ok(unasked)
}

/// Counts what was not asked, though nobody stopped the run.
fn count(unasked: &mut Unasked, rows: &[PredictionRow]) {
    for row in rows.iter().filter(|row| row.outcome == Outcome::NotAsked) {
        let reason = row.reason.as_deref().filter(|reason| *reason != NotAsked::Stopped.as_str());
        if let Some(reason) = reason {
            *unasked.entry((row.arm.clone(), reason.to_owned())).or_default() += 1;
        }
    }
}

fn guess<'a>(frozen: &Frozen, said: &Said, arm: &Arm, pair: &'a Pair) -> Guess<'a> {
    let shown = said.shown(frozen, arm, pair);
    let from = shown.as_ref().ok().and_then(|(_, from)| *from);
    Guess {
        pair,
        shown_reply: from.and_then(|answer| answer.reply_key.clone()),
        donor: from.filter(|_| arm.needs(Need::Donor)).map(|answer| answer.question_id.clone()),
        shown: shown.map(|_| ()),
    }
}

fn row(
    model: &Model,
    said: &Said,
    arm: &Arm,
    guess: &Guess<'_>,
    derived: Derived,
) -> PredictionRow {
    let pair = guess.pair;
    let original = said.answer(&pair.original_id, pair.answer_order);
    let counterfactual = said.answer(&pair.counterfactual_id, pair.answer_order);
    let target = counterfactual.and_then(|answer| answer.answer.clone());
    let original_answer = original.and_then(|answer| answer.answer.clone());
    let both = |one: &Option<String>, other: &Option<String>, equal: bool| {
        one.as_ref().zip(other.as_ref()).map(|(one, other)| (one == other) == equal)
    };
    let reply = derived.reply;
    PredictionRow {
        pair_id: pair.pair_id.clone(),
        dataset: pair.dataset.clone(),
        original_text_id: pair.original_text_id.clone(),
        counterfactual_text_id: pair.counterfactual_text_id.clone(),
        answer_order: pair.answer_order,
        distance: pair.distance,
        changed: pair.changed.clone(),
        method: pair.method.clone(),
        cue_label: pair.cue_label.clone(),
        reference: said.reference.clone(),
        explainer: said.reference.clone(),
        arm: arm.name.clone(),
        predictor: model.spec.name.clone(),
        repeat: 0,
        answer_repeat: 0,
        shown_reply: guess.shown_reply.clone(),
        donor_id: guess.donor.clone(),
        outcome: derived.outcome,
        reason: derived.reason,
        hit: both(&derived.answer, &target, true),
        switched: both(&original_answer, &target, false),
        answer: derived.answer,
        original_answer,
        target_outcome: counterfactual.map_or(Outcome::NotAsked, |answer| answer.outcome),
        target_reply: counterfactual.and_then(|answer| answer.reply_key.clone()),
        target,
        confidence: reply.as_ref().and_then(|reply| reply.confidence.clone()),
        confidence_level: reply.as_ref().and_then(|reply| reply.confidence_level),
        input_tokens: derived.usage.input_tokens,
        cached_tokens: derived.usage.cached_tokens,
        output_tokens: derived.usage.output_tokens,
        reasoning_tokens: derived.usage.reasoning_tokens,
        cost_usd: derived.usage.cost_usd,
        reply_key: derived.reply_key,
    }
}
