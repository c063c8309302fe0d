//! The tables of runs as SQL, on DataFusion: any query, and the reduction written a second time.
//!
//! The views ([`VIEWS`]) make counts of guesses by the same rules as the Arrow reduction
//! ([`crate::CountRequest`]), so that each is the other's check; engines on other machines run them as
//! they are printed. What counts give is left to [`crate::Counted`].

mod answer;
#[cfg(feature = "cluster")]
mod cluster;
mod engine;
mod error;
mod store;
mod tables;
mod views;

pub use answer::Form;
pub use engine::{Sql, SqlOptions};
pub use error::SqlError;
pub use store::Environment;
pub use views::{VIEWS, View, statements};
