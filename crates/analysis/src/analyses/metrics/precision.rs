//! Counterfactual precision: how often a guess from the explanation is right, where one is made.

use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::request::Request;
use crate::share::Sums;
use crate::sheet::{Cell, Column, Kind, Sheet};
use foretell_core::Outcome;
use std::collections::BTreeMap;

pub(super) fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("arm", "what the predictors were shown"),
        Column::count("explanations", "explanations with a guess that can be scored"),
        Column::count("answered", "guesses that can be scored"),
        Column::count(
            "abstained",
            "guesses that could be scored, withheld: the predictor said that it does not know",
        ),
        Column::fraction("coverage", "answered / (answered + abstained)"),
    ];
    let precision =
        "share of right guesses about an explanation's counterfactuals, averaged over explanations";
    columns.extend(Column::estimate("precision", Kind::Fraction, precision));
    columns
}

/// What was guessed about one pair from its explanation: right, answered.
struct Guessed {
    texts: [u32; 2],
    right: f64,
    answered: f64,
}

/// An explanation: original, order of the answer, reference, explainer, repeat.
type Explanation = (u32, foretell_core::AnswerOrder, u32, u32, u32);

pub(super) fn explanation(observations: &Observations, subject: u32) -> Explanation {
    let pair = observations.guesses.pair_of(subject);
    let subject = &observations.guesses.subjects[subject as usize];
    let (reference, explainer) = (subject.reference, subject.explainer);
    (pair.original, pair.answer_order, reference, explainer, subject.answer_repeat)
}

pub(super) fn sheet(
    prepared: &Prepared,
    request: &Request,
    by: &[GroupKey],
) -> Result<Sheet, AnalysisError> {
    let says = "Counterfactual precision (Chen et al. 2023): of guesses that a predictor makes from an \
                explanation, the share that is right, averaged over explanations.";
    let columns = [Column::groups(by), columns()].concat();
    let mut sheet = Sheet::new("metrics-precision", "Counterfactual precision", says, columns);
    let observations = prepared.observations(request, by);
    for group in observations.groups(by) {
        for (side, arm) in
            [&request.contrast.arm, &request.contrast.against].into_iter().enumerate()
        {
            let cells = cells(&observations, &group.members, side, request.level);
            let start = group.values.iter().map(Cell::from).chain([Cell::from(arm.as_str())]);
            sheet.push(start.chain(cells));
        }
    }
    Ok(sheet)
}

fn cells(
    observations: &Observations,
    members: &[Observation],
    side: usize,
    level: f64,
) -> Vec<Cell> {
    let mut explanations: BTreeMap<Explanation, Vec<Guessed>> = BTreeMap::new();
    let mut abstained = 0_u64;
    for same in members.chunk_by(|one, other| one.subject == other.subject) {
        let (mut right, mut answered) = (0_u64, 0_u64);
        // Without a target nothing can be scored, so nothing of it is withheld from scoring either.
        if observations.guesses.subjects[same[0].subject as usize].target.is_none() {
            continue;
        }
        for slot in same.iter().flat_map(|observation| observations.slots(observation)) {
            let place = if side == 0 { slot.treated } else { slot.baseline };
            match observations.guess(place) {
                Ok(guess) => {
                    answered += u64::from(guess.hit.is_some());
                    right += u64::from(guess.hit == Some(true));
                }
                Err(absence) => {
                    let withheld = absence == crate::Absence::Outcome(Outcome::Abstained);
                    abstained += u64::from(withheld);
                }
            }
        }
        if answered > 0 {
            let texts = observations.texts(&same[0]);
            let guessed = Guessed { texts, right: right as f64, answered: answered as f64 };
            let explanation = explanation(observations, same[0].subject);
            explanations.entry(explanation).or_default().push(guessed);
        }
    }
    let answered: f64 = explanations.values().flatten().map(|guessed| guessed.answered).sum();
    let all = answered + abstained as f64;
    let coverage = match all > 0.0 {
        true => (answered / all).into(),
        false => Cell::undefined("no guess was made or withheld"),
    };
    let mut precision = Sums::default();
    for guessed in explanations.values() {
        // An explanation weighs one, in parts by pair, so that what texts share is allowed for.
        let all: f64 = guessed.iter().map(|of_pair| of_pair.answered).sum();
        for Guessed { texts, right, answered } in guessed {
            precision.add(*texts, right / all, answered / all);
        }
    }
    let mut cells: Vec<Cell> = vec![
        explanations.len().into(),
        (answered.round() as u64).into(),
        abstained.into(),
        coverage,
    ];
    cells.extend(precision.share(level).cells());
    cells
}
