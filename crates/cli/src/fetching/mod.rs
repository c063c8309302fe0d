//! Raw files for commands: downloaded with progress, into the user's cache.

mod cache;
mod downloads;
mod files;

pub(crate) use cache::{cache_dir, raw_folders};
pub(crate) use files::{NotAtHand, fetch_all};
