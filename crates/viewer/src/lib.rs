//! Local web pages over run folders: the cases behind the figures, and people as predictors.
//!
//! ```text
//! run folders -> guesses and texts in memory -> what an address selects -> pages
//! ```
//! The server binds an address of this machine, answers to no other name and no other site, reads
//! run folders, and writes nothing but the ratings of a person who takes part. Pages are made on the
//! server and work without their script, which only spares reloading and serves the keyboard; nothing
//! is loaded from elsewhere. Figures come from `foretell-analysis` and `foretell-stats`.

mod arena;
mod case;
mod difference;
mod error;
mod figure;
mod guard;
mod inert;
mod notice;
mod packed;
mod pages;
mod panel;
mod query;
mod render;
mod run_data;
mod runs;
mod selected;
mod server;
mod spoken;
mod state;
mod texts;

pub use error::ViewError;
pub use server::{Viewer, serve};
