//! One file a command.

pub(crate) mod analyze;
pub(crate) mod batch;
pub(crate) mod data;
pub(crate) mod init;
pub(crate) mod ledger;
pub(crate) mod models;
pub(crate) mod pairs;
pub(crate) mod parse;
pub(crate) mod prompt;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod show;
