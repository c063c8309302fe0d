//! Batches: files of requests that a provider, or an engine on another machine, answers within hours,
//! at half the price.
//!
//! A request in a batch has the body and the key that it would have alone, and its reply is judged and
//! read by the same code; so a study may go from one way to the other at any moment.

mod door;
mod file;
mod format;
mod hosted;
mod line;

pub use door::BatchDoor;
pub use file::{BatchFile, BatchWriter};
pub use format::{BatchFormat, BatchLimits};
pub use hosted::{BatchApi, BatchFault, BatchProgress, BatchState};
pub use line::{BatchLine, LineFault, LineResult, read_line};
