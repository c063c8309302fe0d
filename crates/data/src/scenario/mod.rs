//! The built-in dataset `moral_machines`: dilemmas of a self-driving car whose brakes fail.
//!
//! Scenarios are drawn from a seed, each from its own stream of ChaCha8, so that scenario 17 is the
//! same among 100 and among 15,000. A pair is two scenarios with the same *set* of characters (both
//! groups together) and the same three flags, but other *counts*: sides, lights and even the
//! dimension may differ, and `changed` says which do. There is no ground truth and no distance.

mod character;
mod dilemma;
mod dimension;
mod draw;
mod pairing;
#[cfg(test)]
mod tests;
mod wording;

use crate::cards::Cards;
use crate::collection::Collection;
use crate::error::DataError;
use crate::labels;
use crate::pair_set::PairOptions;
use dilemma::Dilemma;
use draw::Draw;
use foretell_core::{Pair, PairId, Question, QuestionId, TextId};
use pairing::Match;

/// The dataset's name.
pub(crate) const NAME: &str = "moral_machines";

/// Method of the pairs: what the two scenarios share, and what they do not.
const METHOD: &str = "same_characters_other_counts";

/// Version of the generator: it changes when the same seed gives other scenarios or texts.
const VERSION: u32 = 1;

/// The pairs of the scenarios that `options` asks for, with their questions.
///
/// # Errors
/// Those of [`labels::assign`].
pub(crate) fn load(cards: &Cards, options: &PairOptions) -> Result<Collection, DataError> {
    let dilemmas = draw_all(options);
    let source = source(cards, options);
    let question = |number: u32| {
        let dilemma = &dilemmas[number as usize];
        let text = wording::text(dilemma, options.published);
        Question {
            question_id: QuestionId::new(NAME, number),
            text_id: TextId::of(NAME, &text),
            dataset: NAME.to_owned(),
            source: source.clone(),
            row: Some(i64::from(number)),
            text,
            labels: Vec::new(),
            options: Vec::new(),
            ground_truth: None,
            features: dilemma.features(),
            prompt_first: None,
            prompt_last: None,
        }
    };
    let mut collection = Collection::default();
    for found in pairing::pairs(&dilemmas, options.seed) {
        let (original, counterfactual) = (question(found.original), question(found.counterfactual));
        let pair = pair(&found, &original, &counterfactual, &dilemmas);
        collection.add(original, counterfactual, pair, u64::from(found.original));
    }
    // No scenario has a ground truth from which a label could be told.
    labels::assign(&mut collection, cards, options.labels.as_deref(), NAME)?;
    Ok(collection)
}

/// All scenarios: number `i` comes from stream `i` of the seed.
fn draw_all(options: &PairOptions) -> Vec<Dilemma> {
    (0..options.scenarios)
        .map(|number| {
            let mut draw = Draw::new(options.seed, u64::from(number));
            Dilemma::draw(&mut draw, options.published)
        })
        .collect()
}

fn source(cards: &Cards, options: &PairOptions) -> String {
    // Not the number of scenarios: it moves which are paired, and no scenario.
    let told = format!("{NAME} {VERSION} seed {} published {}", options.seed, options.published);
    cards.source(NAME, told.as_bytes())
}

fn pair(
    found: &Match,
    original: &Question,
    counterfactual: &Question,
    dilemmas: &[Dilemma],
) -> Pair {
    let (a, b) = (&dilemmas[found.original as usize], &dilemmas[found.counterfactual as usize]);
    Pair {
        pair_id: PairId::new(&original.question_id, &counterfactual.question_id, found.order),
        dataset: NAME.to_owned(),
        original_id: original.question_id.clone(),
        counterfactual_id: counterfactual.question_id.clone(),
        original_row: original.row,
        counterfactual_row: counterfactual.row,
        original_text_id: original.text_id.clone(),
        counterfactual_text_id: counterfactual.text_id.clone(),
        answer_order: found.order,
        distance: None,
        changed: a.changed(b).into_iter().map(str::to_owned).collect(),
        generator: Some(NAME.to_owned()),
        method: Some(METHOD.to_owned()),
        generator_reply_key: None,
        cue_label: None,
    }
}
