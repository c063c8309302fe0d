//! Analysis of run folders that these tests write themselves.

mod gain;
mod golden;
mod reduction;
mod study;
