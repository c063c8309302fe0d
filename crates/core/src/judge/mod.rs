//! What judges say of explanations: whether one decides a counterfactual, and what it names.
//!
//! A verdict is untrusted text: nothing in it makes a reader panic, and whatever is wrong with it is an
//! outcome and never a value. Verdicts on counterfactuals are read in [`crate::generate`].

mod kind;
mod mention;
mod schema;
mod testability;
#[cfg(test)]
mod tests;

pub use kind::JudgeKind;
pub use mention::{Direction, Mention, Mentions, Point, read_mentions};
pub use schema::{mention_schema, testability_schema};
pub use testability::{HIGHEST_TESTABILITY, Testability, read_testability};
