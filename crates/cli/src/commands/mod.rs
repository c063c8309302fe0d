//! One file a command.

pub(crate) mod analyze;
pub(crate) mod batch;
pub(crate) mod calibrate;
pub(crate) mod cost;
pub(crate) mod data;
pub(crate) mod export;
pub(crate) mod grow;
pub(crate) mod human;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod judge;
pub(crate) mod ledger;
pub(crate) mod models;
pub(crate) mod pairs;
pub(crate) mod parse;
pub(crate) mod plot;
pub(crate) mod power;
pub(crate) mod prompt;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod show;
pub(crate) mod sql;
pub(crate) mod view;
