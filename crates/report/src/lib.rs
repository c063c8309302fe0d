//! Estimates as tables, sentences, figures and an HTML report.
//!
//! Everything here reads finished tables and writes text. It computes no estimate, asks no model,
//! and trusts no text that a model wrote.

pub mod html;
pub mod sentence;
pub mod sheet;
pub mod table;

mod canvas;
mod content;
mod error;
mod example;
mod figure;
mod number;
#[cfg(test)]
mod sample;

pub use error::ReportError;
pub use html::{ReportRequest, write_report};
