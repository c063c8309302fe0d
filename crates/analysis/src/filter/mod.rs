//! Filters: conditions on columns, such as `dataset=income, distance<=1, predictor!=x`.
//!
//! ```text
//! filter    = condition { "," condition }                       all must hold
//! condition = column operator value | column "in" value { "|" value }
//! operator  = "=" | "!=" | "<" | "<=" | ">" | ">="
//! value     = bare text, or text in single or double quotes, or null for an empty cell
//! ```
//! An empty cell meets `= null` and every `!=` of a value, and nothing else. `changed = age` holds
//! where `age` is among the features that changed; `changed != age` where it is not.

mod column;
mod compile;
mod parse;

use crate::guesses::{Guess, Guesses};
use miette::Diagnostic;
use thiserror::Error;

pub use column::{ColumnInfo, columns};

/// What is wrong with a filter: all of it.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[error("{}", faults.join("\n"))]
#[diagnostic(help("write conditions as `dataset=income, distance<=1, predictor in a|b`; {known}"))]
pub struct FilterError {
    /// One fault a line.
    pub faults: Vec<String>,
    /// The columns that there are, where one was not known.
    pub known: String,
}

/// A condition, made ready for the guesses that it is about.
#[derive(Debug, Clone, PartialEq)]
struct Condition {
    /// As it was written.
    text: String,
    after_treatment: bool,
    test: Test,
}

/// What meets a condition, by number; guesses are looked at one by one.
#[derive(Debug, Clone, PartialEq)]
enum Test {
    Pairs(Vec<bool>),
    Subjects(Vec<bool>),
    References(Vec<bool>),
    Explainers(Vec<bool>),
    Predictors(Vec<bool>),
    Guesses(compile::GuessTest),
}

/// Conditions that guesses have to meet.
///
/// # Examples
/// ```no_run
/// use foretell_analysis::{Filter, Guesses};
/// use std::path::Path;
///
/// let guesses = Guesses::load(&[Path::new("runs/demo-1a2b3c4d")])?;
/// let filter = Filter::parse("distance<=1, reference.family != gpt", &guesses)?;
/// let kept = guesses.guesses.iter().filter(|guess| filter.keeps(&guesses, guess));
/// println!("{}", kept.count());
/// # Ok::<(), miette::Report>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    conditions: Vec<Condition>,
}

impl Filter {
    /// Reads a filter and makes it ready for some guesses. Empty text keeps everything.
    ///
    /// # Errors
    /// [`FilterError`] with everything that is wrong: what cannot be read, unknown columns,
    /// operators that a column does not have, values that no row has.
    pub fn parse(text: &str, guesses: &Guesses) -> Result<Self, FilterError> {
        let (mut conditions, mut faults, mut unknown) = (Vec::new(), Vec::new(), false);
        for parsed in parse::conditions(text) {
            let compiled = parsed.and_then(|written| {
                let test = compile::compile(&written, guesses);
                unknown |= test.as_ref().is_err_and(|fault| fault.contains("no column"));
                test
            });
            match compiled {
                Ok(condition) => conditions.push(condition),
                Err(fault) => faults.push(fault),
            }
        }
        let names: Vec<String> = columns().into_iter().map(|column| column.name).collect();
        let known = match unknown {
            true => format!("the columns are {}", names.join(", ")),
            false => "values with commas or spaces at their ends stand in quotes".to_owned(),
        };
        if faults.is_empty() { Ok(Self { conditions }) } else { Err(FilterError { faults, known }) }
    }

    /// Whether there is no condition.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// The conditions on what comes after the treatment: what they leave is conditional on it.
    pub fn after_treatment(&self) -> impl Iterator<Item = &str> {
        let after = self.conditions.iter().filter(|condition| condition.after_treatment);
        after.map(|condition| condition.text.as_str())
    }

    /// Whether a guess meets all conditions.
    #[must_use]
    pub fn keeps(&self, guesses: &Guesses, guess: &Guess) -> bool {
        self.refuses(guesses, guess).is_none()
    }

    /// The first condition that a guess does not meet, as written.
    #[must_use]
    pub fn refuses(&self, guesses: &Guesses, guess: &Guess) -> Option<(usize, &str)> {
        self.refuses_subject(guesses, guess).or_else(|| self.refuses_guess(guesses, Some(guess)))
    }

    /// The first condition on pair, subject or models that a guess does not meet.
    pub(crate) fn refuses_subject(
        &self,
        guesses: &Guesses,
        guess: &Guess,
    ) -> Option<(usize, &str)> {
        let subject = &guesses.subjects[guess.subject as usize];
        self.first(|test| match test {
            Test::Pairs(meet) => meet[subject.pair as usize],
            Test::Subjects(meet) => meet[guess.subject as usize],
            Test::References(meet) => meet[subject.reference as usize],
            Test::Explainers(meet) => meet[subject.explainer as usize],
            Test::Predictors(meet) => meet[guess.predictor as usize],
            Test::Guesses(_) => true,
        })
    }

    /// The first condition on single guesses that one does not meet; what is not there meets none.
    pub(crate) fn refuses_guess(
        &self,
        guesses: &Guesses,
        guess: Option<&Guess>,
    ) -> Option<(usize, &str)> {
        self.first(|test| match test {
            Test::Guesses(test) => guess.is_some_and(|guess| test.keeps(guesses, guess)),
            _ => true,
        })
    }

    fn first(&self, meets: impl Fn(&Test) -> bool) -> Option<(usize, &str)> {
        let at = self.conditions.iter().position(|condition| !meets(&condition.test))?;
        Some((at, &self.conditions[at].text))
    }
}
