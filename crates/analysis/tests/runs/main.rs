//! Analysis of run folders that these tests write themselves.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod comparisons;
mod counts;
mod edges;
mod gain;
mod golden;
mod hostile;
mod panels;
mod paper;
mod reduction;
mod selection;
mod shared;
mod study;
mod targets;
