//! Raw files for commands: downloaded with progress, into the user's cache.
#![allow(
    dead_code,
    unused_imports,
    reason = "for `foretell data fetch`, which comes with the cards"
)]

mod cache;
mod downloads;
mod files;

pub(crate) use cache::cache_dir;
pub(crate) use files::{NotAtHand, fetch_all};
