//! Raw files of datasets: found where they lie, or downloaded.
//!
//! [`find_raw`] finds a file and asks nobody; [`fetch`] downloads what is missing. Neither trusts a
//! file whose sha256 is not the expected one, and neither overwrites one. What the bytes mean is left
//! to the cards.

mod download;
mod error;
mod event;
mod extract;
mod fault;
mod file;
mod lock;
mod part;
mod raw;
mod request;
mod source;

pub use error::{Attempted, FetchError};
pub use event::Event;
pub use file::{Fetched, Origin, fetch};
pub use raw::find_raw;
pub use request::FetchLimits;
