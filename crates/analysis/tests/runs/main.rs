//! Analysis of run folders that these tests write themselves.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod comparisons;
mod gain;
mod golden;
mod hostile;
mod panels;
mod reduction;
mod selection;
mod study;
