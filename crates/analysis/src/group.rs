//! What estimates are grouped by.

use miette::Diagnostic;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A column that estimates can be grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupKey {
    /// The model whose behaviour is guessed.
    Reference,
    /// The dataset.
    Dataset,
    /// The predictor; without this key, predictors are pooled.
    Predictor,
    /// Whether the reference answered first or last.
    AnswerOrder,
}

/// A key that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[error("cannot group by `{key}`")]
#[diagnostic(help("the keys are {}", listed()))]
pub struct UnknownGroupKey {
    /// What was given.
    pub key: String,
}

impl GroupKey {
    /// Every key.
    pub const ALL: [Self; 4] = [Self::Reference, Self::Dataset, Self::Predictor, Self::AnswerOrder];

    /// The name of its column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Dataset => "dataset",
            Self::Predictor => "predictor",
            Self::AnswerOrder => "answer_order",
        }
    }

    /// Reads keys that are separated by commas; a key that is repeated counts once.
    ///
    /// # Errors
    /// [`UnknownGroupKey`] for the first that does not exist.
    ///
    /// # Examples
    /// ```
    /// use foretell_analysis::GroupKey;
    ///
    /// let keys = GroupKey::list("reference, dataset")?;
    /// assert_eq!(keys, [GroupKey::Reference, GroupKey::Dataset]);
    /// assert_eq!(GroupKey::list("")?, []);
    /// # Ok::<(), foretell_analysis::UnknownGroupKey>(())
    /// ```
    pub fn list(text: &str) -> Result<Vec<Self>, UnknownGroupKey> {
        let mut keys = Vec::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let key = name.parse()?;
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        Ok(keys)
    }
}

fn listed() -> String {
    let names: Vec<&str> = GroupKey::ALL.iter().map(|key| key.as_str()).collect();
    names.join(", ")
}

impl fmt::Display for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for GroupKey {
    type Err = UnknownGroupKey;

    fn from_str(key: &str) -> Result<Self, UnknownGroupKey> {
        let found = Self::ALL.into_iter().find(|known| known.as_str() == key);
        found.ok_or_else(|| UnknownGroupKey { key: key.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_lists_those_that_exist() {
        let error = GroupKey::list("reference,model").unwrap_err();
        assert_eq!(error.to_string(), "cannot group by `model`");
        let help = error.help().unwrap().to_string();
        assert_eq!(help, "the keys are reference, dataset, predictor, answer_order");
    }

    #[test]
    fn keys_read_back_as_they_are_written() {
        for key in GroupKey::ALL {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
    }
}
