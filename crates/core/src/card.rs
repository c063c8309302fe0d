//! Cards: what a prompt needs to know about a dataset.

use crate::Labels;
use crate::labels::LabelsError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// One dataset as data: what its prompts say. A new dataset is a new card, and no code.
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
/// # Ok::<(), foretell_core::card::CardError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Who decides about whom.
    pub roles: Roles,
    /// What each label means.
    #[serde(default)]
    pub meanings: BTreeMap<String, String>,
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

/// What is wrong with a card.
#[derive(Debug, Error)]
pub enum CardError {
    /// Not TOML, or not the fields of a card.
    #[error("not a card: {0}")]
    Toml(#[from] toml::de::Error),
    /// Labels that cannot be told apart, or too few.
    #[error("card `{card}`: field `labels`: {fault}")]
    Labels {
        /// The card.
        card: String,
        /// What is wrong with them.
        fault: LabelsError,
    },
    /// A meaning for a label that the card does not have.
    #[error("card `{card}`: field `meanings.{label}`: the card has no such label")]
    StrayMeaning {
        /// The card.
        card: String,
        /// The label.
        label: String,
    },
    /// A label without its meaning.
    #[error("card `{card}`: field `meanings`: nothing says what `{label}` means")]
    NoMeaning {
        /// The card.
        card: String,
        /// The label.
        label: String,
    },
    /// A field that has to hold text.
    #[error("card `{card}`: field `{field}` is empty")]
    Empty {
        /// The card.
        card: String,
        /// The field.
        field: &'static str,
    },
}

impl Card {
    /// Reads a card and checks it.
    ///
    /// # Errors
    /// [`CardError`] names the field.
    pub fn parse(toml: &str) -> Result<Self, CardError> {
        let card: Self = toml::from_str(toml)?;
        card.check()?;
        Ok(card)
    }

    fn check(&self) -> Result<(), CardError> {
        let name = || self.id.clone();
        let texts = [
            ("id", &self.id),
            ("title", &self.title),
            ("roles.decider", &self.roles.decider),
            ("roles.subject", &self.roles.subject),
            ("roles.task", &self.roles.task),
        ];
        if let Some((field, _)) = texts.into_iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(CardError::Empty { card: name(), field });
        }
        if !self.labels.is_empty() {
            Labels::new(self.labels.iter().cloned())
                .map_err(|fault| CardError::Labels { card: name(), fault })?;
        }
        if let Some(label) = self.meanings.keys().find(|label| !self.labels.contains(label)) {
            return Err(CardError::StrayMeaning { card: name(), label: label.clone() });
        }
        match self.labels.iter().find(|label| !self.meanings.contains_key(*label)) {
            Some(label) if !self.meanings.is_empty() => {
                Err(CardError::NoMeaning { card: name(), label: label.clone() })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &str = "id = 'x'\ntitle = 'X'\nlabels = ['A', 'B']\n[roles]\ndecider = 'd'\nsubject = 's'\ntask = 't'\n";

    #[test]
    fn an_unknown_field_is_named() {
        let error = Card::parse(&CARD.replace("title", "tittle")).unwrap_err().to_string();
        assert!(error.contains("tittle"), "{error}");
    }

    #[test]
    fn meanings_fit_the_labels() {
        let stray = Card::parse(&format!("{CARD}[meanings]\nC = 'c'\n")).unwrap_err();
        assert!(matches!(stray, CardError::StrayMeaning { label, .. } if label == "C"));
        let missing = Card::parse(&format!("{CARD}[meanings]\nA = 'a'\n")).unwrap_err();
        assert!(matches!(missing, CardError::NoMeaning { label, .. } if label == "B"));
    }
}
