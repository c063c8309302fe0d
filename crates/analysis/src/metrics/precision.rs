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
        Column::count("abstained", "guesses withheld: the predictor said that it does not know"),
        Column::fraction("coverage", "answered / (answered + abstained)"),
    ];
    let precision =
        "share of right guesses about an explanation's counterfactuals, averaged over explanations";
    columns.extend(Column::estimate("precision", Kind::Fraction, precision));
    columns
}

/// What was guessed from one explanation: right, answered.
#[derive(Default)]
struct Guessed {
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
    let mut explanations: BTreeMap<Explanation, Guessed> = BTreeMap::new();
    let mut abstained = 0_u64;
    for same in members.chunk_by(|one, other| one.subject == other.subject) {
        let (mut right, mut answered) = (0_u64, 0_u64);
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
            let guessed =
                explanations.entry(explanation(observations, same[0].subject)).or_default();
            guessed.right += right as f64;
            guessed.answered += answered as f64;
        }
    }
    let answered: f64 = explanations.values().map(|guessed| guessed.answered).sum();
    let all = answered + abstained as f64;
    let coverage = match all > 0.0 {
        true => (answered / all).into(),
        false => Cell::undefined("no guess was made or withheld"),
    };
    let mut precision = Sums::default();
    for (explanation, guessed) in &explanations {
        precision.add([explanation.0; 2], guessed.right / guessed.answered, 1.0);
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
