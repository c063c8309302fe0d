//! Ids. Identity is text: two questions of one dataset with the same text are the same question.

use crate::AnswerOrder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    };
}

text_id! {
    /// What a question is: a hash of its dataset and its text, 16 hex digits.
    TextId
}
text_id! {
    /// A question's readable name, unique in its run: `heart_disease/42`.
    QuestionId
}
text_id! {
    /// A pair's readable name, unique in its run: `heart_disease/42>57:first`.
    PairId
}

impl TextId {
    /// The identity of `text` in `dataset`.
    #[must_use]
    pub fn of(dataset: &str, text: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update((dataset.len() as u64).to_le_bytes());
        hash.update(dataset);
        hash.update(text);
        Self(hex(&hash.finalize()[..8]))
    }
}

impl QuestionId {
    /// The name of row or position `index` of `dataset`.
    #[must_use]
    pub fn new(dataset: &str, index: impl fmt::Display) -> Self {
        Self(format!("{dataset}/{index}"))
    }

    /// The part after the dataset.
    #[must_use]
    pub fn index(&self) -> &str {
        self.0.rsplit_once('/').map_or(self.as_str(), |(_, index)| index)
    }
}

impl PairId {
    /// The name of a pair of questions of one dataset in one answer order.
    #[must_use]
    pub fn new(original: &QuestionId, counterfactual: &QuestionId, order: AnswerOrder) -> Self {
        Self(format!("{original}>{}:{order}", counterfactual.index()))
    }
}

/// Bytes as lower-case hex digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_named_by_its_questions_and_its_order() {
        let original = QuestionId::new("heart_disease", 42);
        let counterfactual = QuestionId::new("heart_disease", 57);
        let id = PairId::new(&original, &counterfactual, AnswerOrder::First);
        assert_eq!(id.as_str(), "heart_disease/42>57:first");
    }

    #[test]
    fn equal_texts_of_two_datasets_differ() {
        assert_ne!(TextId::of("a", "bc"), TextId::of("ab", "c"));
    }
}
