//! Power as sheets.

use super::comparison::{Compared, Comparison};
use super::request::PowerRequest;
use super::words::sentences;
use crate::sheet::{Cell, Column, Kind, Sheet};
use foretell_stats::Undefined;
use rayon::prelude::*;

/// A comparison with what it takes.
pub(super) struct Answer<'a> {
    pub(super) comparison: &'a Comparison,
    /// Questions needed.
    pub(super) need: Result<u64, Undefined>,
    /// Power with each number of questions that is asked about.
    curve: Vec<Result<f64, Undefined>>,
}

fn comparison_columns() -> Vec<Column> {
    vec![
        Column::text("comparison", "what is told from what"),
        Column::text("reference", "the references of the pilot"),
    ]
}

pub(super) fn need_columns() -> Vec<Column> {
    let mut columns = comparison_columns();
    columns.extend([
        Column::new("from", Kind::Signed, "one NSG"),
        Column::new("to", Kind::Signed, "the other"),
        Column::count(
            "questions",
            "questions needed; for each reference where they have their own",
        ),
        Column::count("questions_low", "the same if the pilot's spread is too large")
            .headed("at least"),
        Column::count("questions_high", "the same if the pilot's spread is too small")
            .headed("at most"),
        Column::count("pilot_questions", "questions of the pilot"),
        Column::new(
            "spread",
            Kind::Number,
            "standard error for one question, on the scale of the test",
        ),
    ]);
    columns
}

pub(super) fn curve_columns() -> Vec<Column> {
    let mut columns = comparison_columns();
    columns.extend([
        Column::count("questions", "questions; for each reference where they have their own"),
        Column::fraction("power", "probability that the test finds what stands in `power`"),
        Column::new("detectable_below", Kind::Difference, "nearest effect below 0 that is found"),
        Column::new("detectable_above", Kind::Difference, "smallest effect above 0 that is found"),
    ]);
    columns
}

/// The sheets `power` and `power-curve`.
pub(super) fn sheets(comparisons: &[Comparison], wanted: &PowerRequest) -> Vec<Sheet> {
    let mut need = Sheet::new(
        "power",
        "Power",
        "How many questions it takes, and how well the pilot knows.",
        need_columns(),
    );
    let mut curve = Sheet::new(
        "power-curve",
        "Power by questions",
        "What a number of questions finds.",
        curve_columns(),
    );
    let answer = |comparison| answer(comparison, wanted);
    let answers: Vec<Answer> = comparisons.par_iter().map(answer).collect();
    let reaches: Vec<[f64; 3]> = wanted.questions.par_iter().map(|n| reaches(*n, wanted)).collect();
    for answer in &answers {
        need.push(needed(answer));
        let points = wanted.questions.iter().zip(&answer.curve).zip(&reaches);
        for ((questions, power), reaches) in points {
            curve.push(point(answer, *questions, *power, *reaches));
        }
    }
    need.notes = sentences(&answers, wanted);
    for sheet in [&mut need, &mut curve] {
        sheet.settings = vec![("power", wanted.power.into()), ("alpha", wanted.alpha.into())];
    }
    vec![need, curve]
}

fn named(comparison: &Comparison) -> [Cell; 2] {
    let who = match comparison.who.as_str() {
        "" => Cell::Empty,
        who => who.into(),
    };
    [comparison.compared.as_str().into(), who]
}

fn answer<'a>(comparison: &'a Comparison, wanted: &PowerRequest) -> Answer<'a> {
    let power = |questions: &u64| comparison.power(*questions, wanted.alpha);
    Answer {
        comparison,
        need: comparison.questions(wanted.power, wanted.alpha),
        curve: wanted.questions.iter().map(power).collect(),
    }
}

/// [`Compared::reach`] of every kind, in their order.
fn reaches(questions: u64, wanted: &PowerRequest) -> [f64; 3] {
    [Compared::Zero, Compared::Paired, Compared::Unpaired]
        .map(|compared| compared.reach(questions, wanted.power, wanted.alpha))
}

fn needed(answer: &Answer) -> Vec<Cell> {
    let comparison = answer.comparison;
    let questions = match answer.need {
        Ok(questions) => questions.into(),
        Err(reason) => Cell::undefined(reason),
    };
    let range = answer.need.ok().and_then(|need| comparison.range(need));
    let cells: [Cell; 7] = [
        comparison.from.into(),
        comparison.to.into(),
        questions,
        range.map(|(low, _)| low).into(),
        range.map(|(_, high)| high).into(),
        comparison.pilot.map(|pilot| pilot.questions).into(),
        Cell::figure(comparison.spread.map(|spread| spread.error(1))),
    ];
    named(comparison).into_iter().chain(cells).collect()
}

fn point(
    answer: &Answer,
    questions: u64,
    power: Result<f64, Undefined>,
    reaches: [f64; 3],
) -> Vec<Cell> {
    let comparison = answer.comparison;
    let detectable = comparison.detectable(reaches[comparison.compared as usize]);
    let cells: [Cell; 4] = [
        questions.into(),
        Cell::figure(power),
        Cell::figure(detectable.map(|found| found.below)),
        Cell::figure(detectable.map(|found| found.above)),
    ];
    named(comparison).into_iter().chain(cells).collect()
}
