//! What estimates are grouped by.

use foretell_core::effort::Effort;
use miette::Diagnostic;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A column that estimates can be grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupKey {
    /// The model whose behaviour is guessed.
    Reference,
    /// The same without its effort: models that differ in effort alone are one.
    Model,
    /// The family of the reference.
    Family,
    /// The reasoning effort asked of the reference.
    Effort,
    /// The dataset.
    Dataset,
    /// The predictor; without this key, predictors are pooled.
    Predictor,
    /// The treated arm: every arm of the run against the one baseline.
    Arm,
    /// Whether the reference answered first or last.
    AnswerOrder,
    /// Number of features that differ.
    Distance,
    /// How the counterfactual was made.
    Method,
    /// A feature that differs. A pair counts under every feature that changed, so these groups
    /// overlap and do not add up.
    Changed,
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
    pub const ALL: [Self; 11] = [
        Self::Reference,
        Self::Model,
        Self::Family,
        Self::Effort,
        Self::Dataset,
        Self::Predictor,
        Self::Arm,
        Self::AnswerOrder,
        Self::Distance,
        Self::Method,
        Self::Changed,
    ];

    /// Every key but the arm: for analyses of one contrast, or of all arms beside each other.
    pub const BUT_ARM: [Self; 10] = [
        Self::Reference,
        Self::Model,
        Self::Family,
        Self::Effort,
        Self::Dataset,
        Self::Predictor,
        Self::AnswerOrder,
        Self::Distance,
        Self::Method,
        Self::Changed,
    ];

    /// What to say where groups are by [`Self::Changed`].
    pub const OVERLAP: &'static str =
        "a pair counts under every feature that changed: these groups overlap and do not add up";

    /// The name of its column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Model => "model",
            Self::Family => "family",
            Self::Effort => "effort",
            Self::Dataset => "dataset",
            Self::Predictor => "predictor",
            Self::Arm => "arm",
            Self::AnswerOrder => "answer_order",
            Self::Distance => "distance",
            Self::Method => "method",
            Self::Changed => "changed",
        }
    }

    /// What its column holds, for documentation.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::Reference => "the model whose behaviour is guessed",
            Self::Model => "the reference without its effort",
            Self::Family => "the family of the reference",
            Self::Effort => "the reasoning effort asked of the reference",
            Self::Dataset => "the dataset",
            Self::Predictor => "the predictor",
            Self::Arm => "the treated arm",
            Self::AnswerOrder => "whether the reference answered first or last",
            Self::Distance => "number of features that differ",
            Self::Method => "how the counterfactual was made",
            Self::Changed => "a feature that differs; a pair counts under each of its features",
        }
    }

    /// How two values of the column are ordered: distances and efforts by size, others as text.
    #[must_use]
    pub fn compare(self, one: &str, other: &str) -> Ordering {
        let by_size = match self {
            Self::Distance => {
                let size = |text: &str| text.parse::<i64>().unwrap_or(i64::MAX);
                size(one).cmp(&size(other))
            }
            Self::Effort => {
                let size = |text: &str| text.parse::<Effort>().ok();
                size(one).cmp(&size(other))
            }
            _ => Ordering::Equal,
        };
        by_size.then_with(|| one.cmp(other))
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
        let error = GroupKey::list("reference,colour").unwrap_err();
        assert_eq!(error.to_string(), "cannot group by `colour`");
        let help = error.help().unwrap().to_string();
        assert!(
            help.starts_with("the keys are reference, model, family, effort, dataset"),
            "{help}"
        );
    }

    #[test]
    fn distances_and_efforts_are_ordered_by_size() {
        assert_eq!(GroupKey::Distance.compare("9", "10"), Ordering::Less);
        assert_eq!(GroupKey::Effort.compare("high", "low"), Ordering::Greater);
        assert_eq!(GroupKey::Dataset.compare("a", "b"), Ordering::Less);
    }

    #[test]
    fn keys_read_back_as_they_are_written() {
        for key in GroupKey::ALL {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
    }
}
