//! Power as sheets.

use super::comparison::Comparison;
use super::request::PowerRequest;
use super::words::sentences;
use crate::sheet::{Cell, Column, Kind, Sheet};

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
        Column::count("questions", "questions needed; for each reference where they have their own"),
        Column::count("questions_low", "the same if the pilot's spread is too large").headed("at least"),
        Column::count("questions_high", "the same if the pilot's spread is too small").headed("at most"),
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
    for comparison in comparisons {
        need.push(needed(comparison, wanted));
        for questions in &wanted.questions {
            curve.push(at(comparison, *questions, wanted));
        }
    }
    need.notes = sentences(comparisons, wanted);
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

fn needed(comparison: &Comparison, wanted: &PowerRequest) -> Vec<Cell> {
    let questions = match comparison.questions(wanted.power, wanted.alpha) {
        Ok(questions) => questions.into(),
        Err(reason) => Cell::undefined(reason),
    };
    let range = comparison.range(wanted.power, wanted.alpha);
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

fn at(comparison: &Comparison, questions: u64, wanted: &PowerRequest) -> Vec<Cell> {
    let detectable = comparison.detectable(questions, wanted.power, wanted.alpha);
    let cells: [Cell; 4] = [
        questions.into(),
        Cell::figure(comparison.power(questions, wanted.alpha)),
        Cell::figure(detectable.map(|found| found.below)),
        Cell::figure(detectable.map(|found| found.above)),
    ];
    named(comparison).into_iter().chain(cells).collect()
}
