//! The words of the domain as types: ids, labels, outcomes, replies, cards and prompts.
//!
//! Pure: text in, values out. Files, networks and clocks are left to the crates above.

pub mod answer_order;
pub mod arm;
pub mod card;
pub mod confidence;
mod count;
pub mod cue;
pub mod effort;
pub mod family;
pub mod filler;
pub mod generate;
pub mod id;
pub mod judge;
pub mod labels;
mod nearest;
pub mod outcome;
pub mod prompt;
mod prompt_judge;
mod prompt_written;
pub mod question;
pub mod registry;
pub mod reply;
mod similarity;
mod tokens;

pub use answer_order::AnswerOrder;
pub use arm::{Arm, Need};
pub use card::Card;
pub use confidence::ConfidenceLevel;
pub use count::{count, counted};
pub use cue::{Cue, Toward};
pub use effort::{Effort, Level};
pub use generate::Method;
pub use id::{PairId, QuestionId, TextId};
pub use labels::Labels;
pub use nearest::{did_you_mean, nearest};
pub use outcome::{NotAsked, Outcome};
pub use prompt::{Prompts, Shown};
pub use question::{Pair, Question};
pub use registry::Registry;
pub use reply::{Reply, parse_reply};
pub use similarity::{bleu, bleu_of, jaccard, jaccard_of};
pub use tokens::Vocabulary;

/// The predictor that all people who guess together are; no model may be called so.
pub const HUMAN: &str = "human";
