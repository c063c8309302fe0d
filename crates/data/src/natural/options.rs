//! What natural pairs may be.

use crate::neighbours::BallOptions;
use foretell_core::{AnswerOrder, QuestionId, TextId};
use serde::Serialize;

/// How balls are grown, and in which order their pairs ask for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NaturalOptions {
    /// The balls; their seed also tosses the orders.
    pub balls: BallOptions,
    /// The answer orders.
    pub order: OrderChoice,
}

/// In which order the questions of a pair ask for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderChoice {
    /// Before the explanation.
    First,
    /// After it.
    Last,
    /// Each pair twice, once in each order.
    Both,
    /// A toss for each original, so that one explanation serves all its pairs.
    #[default]
    Random,
}

/// First and last, in the order in which the pairs of both stand.
const BOTH: [AnswerOrder; 2] = [AnswerOrder::First, AnswerOrder::Last];

impl OrderChoice {
    /// The orders of every pair; `None` where they are tossed.
    pub(super) fn fixed(self) -> Option<&'static [AnswerOrder]> {
        match self {
            Self::First => Some(&BOTH[..1]),
            Self::Last => Some(&BOTH[1..]),
            Self::Both => Some(&BOTH),
            Self::Random => None,
        }
    }

    /// The orders of the pairs of one original.
    pub(super) fn of(self, original: &QuestionId, seed: u64) -> &'static [AnswerOrder] {
        self.fixed().unwrap_or_else(|| {
            // By name, so that it depends on no other original and on no order of drawing.
            let hash = TextId::of(&format!("answer order {seed}"), original.as_str());
            let toss = usize::from(hash.as_str().as_bytes()[0] >= b'8');
            &BOTH[toss..=toss]
        })
    }
}
