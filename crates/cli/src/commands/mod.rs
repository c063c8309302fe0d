//! One file a command.

pub(crate) mod analyze;
pub(crate) mod data;
pub(crate) mod export;
pub(crate) mod grow;
pub(crate) mod human;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod judge;
pub(crate) mod models;
pub(crate) mod pairs;
pub(crate) mod parse;
pub(crate) mod prompt;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod show;
pub(crate) mod view;
