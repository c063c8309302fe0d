//! Conditions, made ready for the guesses that they are about.

use super::column::{Cell, Column, Read, Role, Type, every};
use super::parse::{Operator, Value, Written};
use super::{Condition, Test};
use crate::guesses::{Guess, Guesses};
use foretell_core::{did_you_mean, nearest};
use std::collections::BTreeSet;

/// What a column is compared with.
#[derive(Debug, Clone, PartialEq)]
enum Wanted {
    Null,
    Text(String),
    Number(f64),
    Truth(bool),
}

/// A comparison of a cell with values.
#[derive(Debug, Clone, PartialEq)]
struct Comparison {
    operator: Operator,
    wanted: Vec<Wanted>,
}

impl Comparison {
    fn holds(&self, cell: &Cell<'_>) -> bool {
        let is_one = || self.wanted.iter().any(|wanted| wanted.is(cell));
        match (self.operator, cell, self.wanted.first()) {
            (Operator::Is | Operator::In, ..) => is_one(),
            (Operator::IsNot, ..) => !is_one(),
            (operator, Cell::Number(number), Some(Wanted::Number(limit))) => match operator {
                Operator::Below => number < limit,
                Operator::AtMost => number <= limit,
                Operator::Above => number > limit,
                _ => number >= limit,
            },
            _ => false,
        }
    }
}

impl Wanted {
    fn is(&self, cell: &Cell<'_>) -> bool {
        match (self, cell) {
            (Self::Null, Cell::Null) => true,
            (Self::Null, Cell::List(values)) => values.is_empty(),
            (Self::Text(wanted), Cell::Text(text)) => wanted == text,
            (Self::Text(wanted), Cell::List(values)) => values.contains(&wanted.as_str()),
            (Self::Number(wanted), Cell::Number(number)) => wanted == number,
            (Self::Truth(wanted), Cell::Truth(truth)) => wanted == truth,
            _ => false,
        }
    }
}

/// A condition on a column of single guesses.
#[derive(Debug, Clone)]
pub(super) struct GuessTest {
    column: String,
    read: for<'a> fn(&'a Guesses, &'a Guess) -> Cell<'a>,
    comparison: Comparison,
}

/// The column says how it is read.
impl PartialEq for GuessTest {
    fn eq(&self, other: &Self) -> bool {
        (&self.column, &self.comparison) == (&other.column, &other.comparison)
    }
}

impl GuessTest {
    pub(super) fn keeps(&self, guesses: &Guesses, guess: &Guess) -> bool {
        self.comparison.holds(&(self.read)(guesses, guess))
    }
}

/// Understands one condition, or says what is wrong with it.
pub(super) fn compile(written: &Written, guesses: &Guesses) -> Result<Condition, String> {
    let columns = every();
    let found = columns.iter().find(|(name, _)| *name == written.column);
    let Some((name, column)) = found else {
        let names = columns.iter().map(|(name, _)| name.as_str());
        let near = did_you_mean(&written.column, names);
        return Err(format!("`{}`: no column `{}`{near}", written.text, written.column));
    };
    let wanted = wanted(written, column)?;
    check_filled(written, column, &wanted, guesses)?;
    if column.kind == Type::Text {
        check_values(written, column, &wanted, guesses)?;
    }
    let comparison = Comparison { operator: written.operator, wanted };
    let test = test(name, column, comparison, guesses);
    Ok(Condition { text: written.text.clone(), after_treatment: column.after_treatment, test })
}

/// The values as the column has them.
fn wanted(written: &Written, column: &Column) -> Result<Vec<Wanted>, String> {
    let fault = |what: &str| Err(format!("`{}`: {what}", written.text));
    if written.operator.orders() && column.kind != Type::Number {
        return fault("only numbers have an order; compare with = or !=");
    }
    let mut wanted = Vec::new();
    for value in &written.values {
        wanted.push(match (value, column.kind) {
            (Value::Null, _) if written.operator.orders() => {
                return fault("`null` has no order; compare with = or !=");
            }
            (Value::Null, _) => Wanted::Null,
            (Value::Text(text), Type::Text) => Wanted::Text(text.clone()),
            (Value::Text(text), Type::Number) => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Wanted::Number(number),
                _ => return fault(&format!("`{text}` is not a number")),
            },
            (Value::Text(text), Type::Truth) => match text.as_str() {
                "true" | "yes" => Wanted::Truth(true),
                "false" | "no" => Wanted::Truth(false),
                _ => {
                    let column = &written.column;
                    let help = format!("write `{column}=true` or `{column}=false`");
                    return fault(&format!("`{text}` is not true or false; {help}"));
                }
            },
        });
    }
    Ok(wanted)
}

/// Refuses a condition that nothing can meet, since the column is empty throughout.
fn check_filled(
    written: &Written,
    column: &Column,
    wanted: &[Wanted],
    guesses: &Guesses,
) -> Result<(), String> {
    let takes_empty = written.operator == Operator::IsNot || wanted.contains(&Wanted::Null);
    let mut is_filled = takes_empty || guesses.guesses.is_empty();
    each_cell(column, guesses, |cell| is_filled |= !cell.is_empty());
    if is_filled {
        return Ok(());
    }
    let of = match column.read {
        Read::Pair(_) => "pair",
        Read::Subject(_) => "answer of a reference",
        Read::Model(Role::Reference, _) => "reference",
        Read::Model(Role::Explainer, _) => "explainer",
        Read::Model(Role::Predictor, _) => "predictor",
        Read::Guess(_) => "guess",
    };
    let (text, name) = (&written.text, &written.column);
    Err(format!("`{text}`: no {of} of this run has a `{name}`: the column is empty"))
}

/// Reads a column of all that has it.
fn each_cell(column: &Column, guesses: &Guesses, mut look: impl FnMut(Cell<'_>)) {
    match column.read {
        Read::Pair(read) => guesses.pairs.iter().for_each(|pair| look(read(guesses, pair))),
        Read::Subject(read) => {
            guesses.subjects.iter().for_each(|subject| look(read(guesses, subject)));
        }
        Read::Model(role, read) => {
            let models = models_of(role, guesses).into_iter().zip(&guesses.models);
            models.filter(|(is_one, _)| *is_one).for_each(|(_, model)| look(read(model)));
        }
        Read::Guess(read) => guesses.guesses.iter().for_each(|guess| look(read(guesses, guess))),
    }
}

/// Refuses texts that no row has: more often a slip than a wish for nothing.
fn check_values(
    written: &Written,
    column: &Column,
    wanted: &[Wanted],
    guesses: &Guesses,
) -> Result<(), String> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    each_cell(column, guesses, |cell| match cell {
        Cell::Text(text) if !known.contains(text) => {
            known.insert(text.to_owned());
        }
        Cell::List(texts) => known.extend(texts.into_iter().map(str::to_owned)),
        _ => {}
    });
    for wanted in wanted {
        let Wanted::Text(text) = wanted else { continue };
        if !known.contains(text) {
            let names = || known.iter().map(String::as_str);
            let near = match nearest(text, names()) {
                Some(near) => format!("; did you mean `{near}`?"),
                None if known.len() <= 12 => {
                    let all: Vec<&str> = names().collect();
                    format!("; its values are {}", all.join(", "))
                }
                None => String::new(),
            };
            return Err(format!("`{}`: no row has `{text}` in this column{near}", written.text));
        }
    }
    Ok(())
}

/// Which models have a role in any guess.
fn models_of(role: Role, guesses: &Guesses) -> Vec<bool> {
    let mut is_one = vec![false; guesses.models.len()];
    match role {
        Role::Predictor => {
            guesses.guesses.iter().for_each(|g| is_one[g.predictor as usize] = true);
        }
        Role::Reference => {
            guesses.subjects.iter().for_each(|s| is_one[s.reference as usize] = true);
        }
        Role::Explainer => {
            guesses.subjects.iter().for_each(|s| is_one[s.explainer as usize] = true);
        }
    }
    is_one
}

fn test(name: &str, column: &Column, comparison: Comparison, guesses: &Guesses) -> Test {
    match column.read {
        Read::Pair(read) => {
            let pairs = guesses.pairs.iter();
            Test::Pairs(pairs.map(|pair| comparison.holds(&read(guesses, pair))).collect())
        }
        Read::Subject(read) => {
            let subjects = guesses.subjects.iter();
            Test::Subjects(subjects.map(|s| comparison.holds(&read(guesses, s))).collect())
        }
        Read::Model(role, read) => {
            let meet = guesses.models.iter().map(|m| comparison.holds(&read(m))).collect();
            match role {
                Role::Reference => Test::References(meet),
                Role::Explainer => Test::Explainers(meet),
                Role::Predictor => Test::Predictors(meet),
            }
        }
        Read::Guess(read) => Test::Guesses(GuessTest { column: name.to_owned(), read, comparison }),
    }
}
