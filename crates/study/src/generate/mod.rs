//! Counterfactuals written by a model: asked for, read, judged, and made into pairs.

pub(crate) mod coherence;
mod folder;
mod generating;
mod pairs;
pub(crate) mod reading;
mod request;
pub(crate) mod schema;
mod unit;

pub use generating::{Generated, Generating};
pub use pairs::Judged;
pub use request::GenerateRequest;
