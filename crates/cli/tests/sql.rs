//! `foretell sql`.
#![cfg(feature = "sql")]
