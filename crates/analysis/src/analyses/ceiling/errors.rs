//! What the errors are that remain with the explanation.
//!
//! ```text
//! a treated guess h is wrong: h is not the target. With M the most common answers of the reference:
//! inconsistency   h is in M             wrong only because the reference said something else this time
//! misled          h is not in M, all answered treated guesses about it are one label, of two predictors or more
//! at odds         h is not in M, and they are not one label
//! ```
//! Every error is one of the three. The target is among the replies that M is read off, which
//! makes M and the target agree too often where replies are few: `inconsistency` is too low, and
//! with the target's own reply left out of M it is the upper end.

use super::NO_REPEATS;
use super::agreement::Replies;
use crate::names::Name;
use crate::observation::{Observation, Observations};
use crate::share::Sums;
use crate::sheet::{Cell, Column, Estimate, Kind};
use std::collections::BTreeSet;

pub(super) fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::count(
            "observations",
            "scored observations whose counterfactual was answered twice or more",
        ),
        Column::new(
            "errors",
            Kind::Number,
            "treated guesses among them that are wrong, repeats averaged",
        ),
        Column::fraction("error_rate", "their share"),
    ];
    let kinds = [
        ("inconsistency", "share of the errors that are a most common answer of the reference"),
        ("inconsistency_most", "the same with the target's own reply left out: the upper end"),
        ("not_modal", "share that is not: misled and at odds together"),
        ("misled", "share that is not, and all treated guesses are one label"),
        ("at_odds", "share that is not, and predictors differ"),
    ];
    for (name, says) in kinds {
        columns.extend(Column::limits(name, Kind::Fraction, says));
    }
    columns
}

/// Shares of the errors, by kind.
#[derive(Default)]
struct Kinds {
    errors: Sums,
    inconsistency: Sums,
    inconsistency_most: Sums,
    not_modal: Sums,
    misled: Sums,
    at_odds: Sums,
}

impl Kinds {
    /// Adds the wrong guesses of one panel about one answer.
    fn take(&mut self, observations: &Observations, replies: &Replies<'_>, panel: &[Observation]) {
        let guesses = &observations.guesses;
        let subject = panel[0].subject;
        let counts = replies.to(observations, subject);
        if counts.replies() < 2 {
            return;
        }
        let number = |name: Name| replies.label(guesses.text(name));
        let target = guesses.subjects[subject as usize].target.and_then(number);
        let (modes, others) = (counts.modes(None), counts.modes(target));
        let pair = guesses.pair_of(subject);
        let texts = [pair.original, pair.counterfactual];
        let together = unanimous(observations, panel);
        for observation in panel.iter().filter(|observation| observation.is_scored()) {
            let weight = 1.0 / f64::from(observation.complete());
            self.errors.add(texts, observation.treated_error(), 1.0);
            for slot in observations.slots(observation) {
                let both = [slot.treated, slot.baseline].map(|place| observations.guess(place));
                let [Ok(guess), Ok(baseline)] = both else { continue };
                if guess.hit != Some(false) || baseline.hit.is_none() {
                    continue;
                }
                let said = guess.answer.and_then(number);
                let among = |modes: &[u32]| said.is_some_and(|said| modes.contains(&said));
                let not_modal = !among(&modes);
                let add = |sums: &mut Sums, so: bool| {
                    sums.add(texts, weight * f64::from(u8::from(so)), weight);
                };
                add(&mut self.inconsistency, !not_modal);
                add(&mut self.inconsistency_most, !not_modal || among(&others));
                add(&mut self.not_modal, not_modal);
                if let Some(together) = together {
                    add(&mut self.misled, not_modal && together);
                    add(&mut self.at_odds, not_modal && !together);
                }
            }
        }
    }
}

/// Whether all answered treated guesses are one label; `None` where fewer than two predictors answered.
fn unanimous(observations: &Observations, panel: &[Observation]) -> Option<bool> {
    let mut labels = BTreeSet::new();
    let mut predictors = 0;
    for observation in panel {
        let slots = observations.slots(observation).iter();
        let answers = slots.filter_map(|slot| observations.guess(slot.treated).ok()?.answer);
        let answers: Vec<Name> = answers.collect();
        predictors += usize::from(!answers.is_empty());
        labels.extend(answers);
    }
    (predictors > 1).then_some(labels.len() == 1)
}

pub(super) fn cells(
    observations: &Observations,
    replies: &Replies<'_>,
    members: &[Observation],
    level: f64,
) -> Vec<Cell> {
    let mut kinds = Kinds::default();
    for panel in observations.by_subject(members) {
        if panel.iter().any(Observation::is_scored) {
            kinds.take(observations, replies, panel);
        }
    }
    let seen = kinds.errors.observations();
    if seen == 0.0 {
        let mut cells: Vec<Cell> = vec![0_u64.into()];
        cells.resize_with(columns().len(), || Cell::undefined(NO_REPEATS));
        return cells;
    }
    let rate = kinds.errors.mean(level).value;
    let mut cells: Vec<Cell> = vec![
        (seen.round() as u64).into(),
        rate.clone().map(|rate| rate * seen).into(),
        rate.clone().into(),
    ];
    let wrong = rate.is_ok_and(|rate| rate > 0.0);
    let Kinds { inconsistency, inconsistency_most, not_modal, misled, at_odds, .. } = kinds;
    for (sums, of_panel) in [
        (inconsistency, false),
        (inconsistency_most, false),
        (not_modal, false),
        (misled, true),
        (at_odds, true),
    ] {
        let estimate = match (wrong, of_panel && sums.observations() == 0.0) {
            (false, _) => Estimate::undefined("no treated guess is wrong"),
            (true, true) => Estimate::undefined("no answer was guessed by two predictors"),
            (true, false) => sums.share(level),
        };
        cells.extend(estimate.limits());
    }
    cells
}
