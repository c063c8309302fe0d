//! The columns that conditions are on.

use crate::guesses::{Guess, Guesses, Pair, Subject};
use crate::model::Model;

/// The value of a column in one row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Text(&'a str),
    Number(f64),
    Truth(bool),
    List(Vec<&'a str>),
}

impl Cell<'_> {
    /// Whether it holds nothing.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::List(texts) => texts.is_empty(),
            _ => false,
        }
    }
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl From<Option<f64>> for Cell<'_> {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Self::Null, Self::Number)
    }
}

impl From<Option<bool>> for Cell<'_> {
    fn from(truth: Option<bool>) -> Self {
        truth.map_or(Self::Null, Self::Truth)
    }
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Number,
    Truth,
}

/// Which of the models about a guess a column is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Reference,
    Explainer,
    Predictor,
}

/// Reads the cell of an entity that guesses hold.
type Of<T> = for<'a> fn(&'a Guesses, &'a T) -> Cell<'a>;

/// Reads the cell of a model.
type OfModel = for<'a> fn(&'a Model) -> Cell<'a>;

/// How a column is read, by what it is a property of.
#[derive(Clone, Copy)]
pub(super) enum Read {
    Pair(Of<Pair>),
    Subject(Of<Subject>),
    Model(Role, OfModel),
    Guess(Of<Guess>),
}

/// One column.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) kind: Type,
    pub(super) after_treatment: bool,
    pub(super) read: Read,
}

/// A column that conditions can be on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnInfo {
    /// Its name.
    pub name: String,
    /// Whether its values come after the treatment, so that what they leave is conditional on it.
    pub after_treatment: bool,
}

/// Columns of the prediction table that are the same for all guesses about a pair.
const PAIR: [(&str, Type, Of<Pair>); 9] = [
    ("pair_id", Type::Text, |g, p| Cell::Text(g.text(p.id))),
    ("dataset", Type::Text, |g, p| Cell::Text(g.text(p.dataset))),
    ("original_text_id", Type::Text, |g, p| Cell::Text(g.text(g.texts[p.original as usize].id))),
    ("counterfactual_text_id", Type::Text, |g, p| {
        Cell::Text(g.text(g.texts[p.counterfactual as usize].id))
    }),
    ("answer_order", Type::Text, |_, p| Cell::Text(p.answer_order.as_str())),
    ("distance", Type::Number, |_, p| p.distance.map(f64::from).into()),
    ("changed", Type::Text, |g, p| {
        Cell::List(p.changed.iter().map(|name| &**g.text(*name)).collect())
    }),
    ("method", Type::Text, |g, p| p.method.map(|name| &**g.text(name)).into()),
    ("cue_label", Type::Text, |g, p| p.cue_label.map(|name| &**g.text(name)).into()),
];

/// Columns that are the same for all guesses about a subject.
const SUBJECT: [(&str, Type, Of<Subject>); 5] = [
    ("answer_repeat", Type::Number, |_, s| Cell::Number(s.answer_repeat.into())),
    ("original_answer", Type::Text, |g, s| s.original_answer.map(|name| &**g.text(name)).into()),
    ("target", Type::Text, |g, s| s.target.map(|name| &**g.text(name)).into()),
    ("target_outcome", Type::Text, |_, s| Cell::Text(s.target_outcome.as_str())),
    ("switched", Type::Truth, |_, s| s.switched().into()),
];

/// Columns of single guesses; the truth says whether they come after the treatment.
const GUESS: [(&str, Type, bool, Of<Guess>); 8] = [
    ("arm", Type::Text, false, |g, guess| Cell::Text(&g.arms[usize::from(guess.arm)])),
    ("repeat", Type::Number, false, |_, guess| Cell::Number(guess.repeat.into())),
    ("outcome", Type::Text, true, |_, guess| Cell::Text(guess.outcome.as_str())),
    ("answer", Type::Text, true, |g, guess| guess.answer.map(|name| &**g.text(name)).into()),
    ("hit", Type::Truth, true, |_, guess| guess.hit.into()),
    ("confidence_level", Type::Text, true, |_, guess| {
        guess.confidence_level.map(|level| level.as_str()).into()
    }),
    ("output_tokens", Type::Number, true, |_, guess| guess.output_tokens.map(f64::from).into()),
    ("reasoning_tokens", Type::Number, true, |_, guess| {
        guess.reasoning_tokens.map(f64::from).into()
    }),
];

/// Columns of models: `reference` is the name, `reference.family` the family, and so on.
const MODEL: [(&str, Type, OfModel); 7] = [
    ("", Type::Text, |m| Cell::Text(&m.name)),
    (".model", Type::Text, |m| Cell::Text(&m.model)),
    (".family", Type::Text, |m| m.family.as_deref().into()),
    (".vendor", Type::Text, |m| m.vendor.as_deref().into()),
    (".effort", Type::Text, |m| Cell::Text(&m.effort)),
    (".open", Type::Truth, |m| m.open.into()),
    (".size_b", Type::Number, |m| m.size_b.into()),
];

const ROLES: [(&str, Role); 3] = [
    ("reference", Role::Reference),
    ("explainer", Role::Explainer),
    ("predictor", Role::Predictor),
];

/// Every column with its name.
pub(super) fn every() -> Vec<(String, Column)> {
    let column = |kind, after_treatment, read| Column { kind, after_treatment, read };
    let mut all = Vec::new();
    for (name, kind, read) in PAIR {
        all.push((name.to_owned(), column(kind, false, Read::Pair(read))));
    }
    for (role_name, role) in ROLES {
        for (name, kind, read) in MODEL {
            let name = format!("{role_name}{name}");
            all.push((name, column(kind, false, Read::Model(role, read))));
        }
    }
    for (name, kind, read) in SUBJECT {
        all.push((name.to_owned(), column(kind, false, Read::Subject(read))));
    }
    for (name, kind, after, read) in GUESS {
        all.push((name.to_owned(), column(kind, after, Read::Guess(read))));
    }
    all
}

/// The columns that conditions can be on.
#[must_use]
pub fn columns() -> Vec<ColumnInfo> {
    let info = |(name, column): (String, Column)| ColumnInfo {
        name,
        after_treatment: column.after_treatment,
    };
    every().into_iter().map(info).collect()
}
