//! Counterfactuals written by a model: the methods, the JSON that comes back, what becomes of it,
//! and the verdict of a judge.
//!
//! A reply is untrusted text: nothing in it makes a reader panic.

pub(crate) mod json;
mod method;
mod outcome;
mod reply;
mod schema;
#[cfg(test)]
mod tests;
mod verdict;

pub use method::{Method, MethodNeed};
pub use outcome::{GenerationOutcome, Sorter, WrittenOutcome};
pub use reply::{Form, Generation, Written, read_generation};
pub(crate) use schema::object;
pub use schema::{coherence_schema, generation_schema};
pub use verdict::{HIGHEST_COHERENCE, Verdict, read_verdict};
