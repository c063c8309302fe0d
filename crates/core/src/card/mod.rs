//! Cards: one dataset as data. What its prompts say and, where it is a table, how its file is read.
//!
//! `docs/cards.md` explains every field. Files are left to the crates above.

mod bins;
mod cells;
mod check;
mod feature;
mod source;
mod target;
mod text;

pub use bins::{Bin, Edge};
pub use cells::{Cells, number, same_cell};
pub use feature::{Feature, Level, Value};
pub use source::{Address, Clean, DropRows, FillCells, FillWith, Read, Source};
pub use target::{Target, TargetBin};
pub use text::{TextError, TextTemplate};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// One dataset as data. A new dataset is a new card, and no code.
///
/// A card with features is *tabular*: it says where the raw file comes from, how to read and clean
/// it, and which words its cells become ([`Card::tabular`]). One without serves questions that come
/// from elsewhere.
///
/// # Examples
/// ```
/// let card = foretell_core::Card::parse(r#"
/// id = "loans"
/// title = "Small loans"
/// labels = ["REPAID", "DEFAULTED"]
/// context = "The applicants are clients of a rural bank; nine in ten repaid."
/// [roles]
/// decider = "a loan officer of a rural bank"
/// subject = "applicant"
/// task = "tell whether an applicant will repay a loan"
/// [meanings]
/// REPAID = "the loan was paid back in full"
/// DEFAULTED = "it was not"
/// "#)?;
/// assert_eq!(card.labels, ["REPAID", "DEFAULTED"]);
/// assert!(card.tabular().is_none());
/// # Ok::<(), foretell_core::card::CardError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The dataset's name in ids, columns and flags.
    pub id: String,
    /// A name for people.
    pub title: String,
    /// The labels, in the order in which prompts list them; none in a card that serves any dataset.
    #[serde(default)]
    pub labels: Vec<String>,
    /// What every prompt states: the population, base rates, where the data comes from.
    #[serde(default)]
    pub context: String,
    /// A template that puts the phrases of one row into prose; see [`TextTemplate`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Who decides about whom.
    pub roles: Roles,
    /// What each label means.
    #[serde(default)]
    pub meanings: BTreeMap<String, String>,
    /// What judges call what changes in a pair, where its name would not be understood: `side`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// Where the raw file comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// How the raw file is read.
    #[serde(default, skip_serializing_if = "Read::is_default")]
    pub read: Read,
    /// Which rows are dropped, and which cells filled.
    #[serde(default, skip_serializing_if = "Clean::is_default")]
    pub clean: Clean,
    /// Which cells give which label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The features, in order.
    #[serde(default, rename = "feature", skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<Feature>,
}

/// The words of a card that fill the templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// Who decides: "a loan officer of a rural bank".
    pub decider: String,
    /// What a question shows: "applicant".
    pub subject: String,
    /// What is to be decided, after "to": "tell whether an applicant will repay a loan".
    pub task: String,
}

/// The parts of a tabular card, all of them there.
#[derive(Debug, Clone, Copy)]
pub struct Tabular<'a> {
    /// The card.
    pub card: &'a Card,
    /// Where the raw file comes from.
    pub source: &'a Source,
    /// How it is read.
    pub read: &'a Read,
    /// What is dropped and filled.
    pub clean: &'a Clean,
    /// Which cells give which label.
    pub target: &'a Target,
    /// The features, in order.
    pub features: &'a [Feature],
    /// The template of a row's text.
    pub text: &'a str,
}

/// What is wrong with a card.
#[derive(Debug, Error)]
pub enum CardError {
    /// Not TOML, or not the fields of a card.
    #[error("not a card: {0}")]
    Toml(#[from] toml::de::Error),
    /// Fields that do not fit each other: all of them at once.
    #[error("card `{card}`: {}", joined(faults))]
    Fields {
        /// The card.
        card: String,
        /// Each field with its fault.
        faults: Vec<FieldFault>,
    },
}

/// What is wrong with one field of a card.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("field `{field}`: {fault}")]
pub struct FieldFault {
    /// The field, as a path: `feature.age.bins`.
    pub field: String,
    /// What is wrong with it.
    pub fault: String,
}

impl FieldFault {
    /// A fault of a field.
    pub fn new(field: impl Into<String>, fault: impl Into<String>) -> Self {
        Self { field: field.into(), fault: fault.into() }
    }
}

impl Card {
    /// Reads a card and checks it.
    ///
    /// # Errors
    /// [`CardError`] names every field at fault; text that is no TOML, or has a field that no card
    /// has, stops at the first.
    pub fn parse(toml: &str) -> Result<Self, CardError> {
        let card: Self = toml::from_str(toml)?;
        let faults = check::faults(&card);
        if faults.is_empty() { Ok(card) } else { Err(CardError::Fields { card: card.id, faults }) }
    }

    /// The tabular part, where the card has one.
    #[must_use]
    pub fn tabular(&self) -> Option<Tabular<'_>> {
        Some(Tabular {
            card: self,
            source: self.source.as_ref()?,
            read: &self.read,
            clean: &self.clean,
            target: self.target.as_ref()?,
            features: if self.features.is_empty() { return None } else { &self.features },
            text: self.text.as_deref()?,
        })
    }
}

fn joined(faults: &[FieldFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
