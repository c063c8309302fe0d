//! The second stage: a predictor guesses what the references answered to the counterfactuals.
//!
//! Repeat r of a reference explains its own answer to the original, and is scored against its own
//! answer to the counterfactual; a predictor guesses each in all of its repeats. Where two repeats of a
//! reference make the same prompt, they share its replies.

use crate::answers::REQUESTS_AT_ONCE;
use crate::derive::{Derived, Served, note_served, write_derived};
use crate::error::StudyError;
use crate::folder::{Frozen, Layout, labels_of};
use crate::gain_so_far::Place;
use crate::models::Model;
use crate::said::{Said, Source};
use foretell_core::{Arm, NotAsked, Outcome, Pair, Shown};
use foretell_llm::{Ledger, LedgerReader, Request, RequestKey};
use foretell_tables::PredictionRow;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Guesses that were not asked, by arm and by the reason that stands in their rows.
pub(crate) type Unasked = BTreeMap<(String, String), u64>;

/// One guess to be made, or the reason why not.
struct Guess<'a> {
    pair: &'a Pair,
    /// The reference's repeat that is explained and guessed.
    answer_repeat: u32,
    /// The predictor's repeat.
    repeat: u32,
    /// Whether there is what the arm shows, and where it is from.
    shown: Result<Source<'a>, NotAsked>,
}

/// The repeats of one reference and one predictor, in the order of rows: every repeat of the
/// predictor for each of the reference.
fn repeats(said: &Said, model: &Model) -> impl Iterator<Item = (u32, u32)> + use<> {
    let of_model = model.passes.repeats;
    (0..said.repeats).flat_map(move |answer| (0..of_model).map(move |repeat| (answer, repeat)))
}

/// How many guesses of a model the stage takes, equal ones counted each.
pub(crate) fn number<'a>(
    model: &Model,
    references: impl Iterator<Item = &'a Model>,
    arms: &[Arm],
    pairs: &[&Pair],
) -> u64 {
    let once = (arms.len() * pairs.len()) as u64 * u64::from(model.passes.repeats);
    references.map(|reference| once * u64::from(reference.passes.repeats)).sum()
}

/// The requests of this stage for one predictor, all arms about all references in all repeats, made
/// on all processors a piece at a time.
pub(crate) fn requests<'a>(
    frozen: &'a Frozen,
    model: &'a Model,
    said: &'a [Said],
    arms: &'a [Arm],
    pairs: &'a [&'a Pair],
) -> impl Iterator<Item = Result<Request, StudyError>> + 'a {
    let placed = placed_requests(frozen, model, said, arms, pairs);
    placed.map(|placed| placed.map(|(request, _)| request))
}

/// The same, each with the guess that it is for.
pub(crate) fn placed_requests<'a>(
    frozen: &'a Frozen,
    model: &'a Model,
    said: &'a [Said],
    arms: &'a [Arm],
    pairs: &'a [&'a Pair],
) -> impl Iterator<Item = Result<(Request, Place<'a>), StudyError>> + 'a {
    let combinations =
        said.iter().enumerate().flat_map(move |said| arms.iter().map(move |arm| (said, arm)));
    let combinations = combinations
        .flat_map(move |(said, arm)| repeats(said.1, model).map(move |both| (said, arm, both)));
    combinations.flat_map(move |((at, said), arm, (answer_repeat, repeat))| {
        let request = move |pair: &&'a Pair| {
            let (shown, _) = said.shown(frozen, arm, pair, answer_repeat).ok()?;
            let prompt = prompt(frozen, arm, pair, &shown);
            let place = Place { said: at, pair, answer_repeat, repeat, arm };
            Some(prompt.map(|prompt| (model.repeat(&prompt, repeat), place)))
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
            let items: Vec<(Guess<'_>, Option<&RequestKey>)> = repeats(said, model)
                .flat_map(|numbers| pairs.iter().map(move |pair| (numbers, pair)))
                .map(|(numbers, pair)| {
                    let guess = guess(frozen, said, arm, pair, numbers);
                    let key = guess.shown.is_ok().then(|| keys.next()).flatten();
                    (guess, key)
                })
                .collect();
            let path = layout.predictions(&said.reference, &model.spec.name, &arm.name);
            let row = |(guess, key): &(Guess<'_>, Option<&RequestKey>), reader: &LedgerReader| {
                let counterfactual = frozen.question(&guess.pair.counterfactual_id);
                let mut derived = match (&guess.shown, key) {
                    (Err(reason), _) => Derived::not_asked(*reason),
                    (Ok(_), None) => Derived::not_asked(NotAsked::Stopped),
                    (Ok(_), Some(key)) => {
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

fn guess<'a>(
    frozen: &Frozen,
    said: &'a Said,
    arm: &Arm,
    pair: &'a Pair,
    (answer_repeat, repeat): (u32, u32),
) -> Guess<'a> {
    let shown = said.shown(frozen, arm, pair, answer_repeat).map(|(_, source)| source);
    Guess { pair, answer_repeat, repeat, shown }
}

fn row(
    model: &Model,
    said: &Said,
    arm: &Arm,
    guess: &Guess<'_>,
    derived: Derived,
) -> PredictionRow {
    let pair = guess.pair;
    let answer = |id| said.answer(id, pair.answer_order, guess.answer_repeat);
    let (original, counterfactual) = (answer(&pair.original_id), answer(&pair.counterfactual_id));
    let source = guess.shown.as_ref().ok();
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
        explainer: said.explainer(arm).to_owned(),
        arm: arm.name.clone(),
        predictor: model.spec.name.clone(),
        repeat: i64::from(guess.repeat),
        answer_repeat: i64::from(guess.answer_repeat),
        shown_reply: source.and_then(|source| source.reply).map(str::to_owned),
        donor_id: source.and_then(|source| source.donor).cloned(),
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
