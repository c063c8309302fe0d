//! Counterfactuals written by a model: asked for, read, judged, and made into pairs.

mod coherence;
mod folder;
mod generating;
mod pairs;
mod reading;
mod request;
mod schema;
mod unit;

pub use generating::{Generated, Generating};
pub use pairs::Judged;
pub use request::GenerateRequest;
