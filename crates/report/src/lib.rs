//! Estimates as tables, sentences, figures and an HTML report.
//!
//! Everything here reads finished tables and writes text. It computes no estimate, asks no model,
//! and trusts no text that a model wrote.

pub mod figure;
pub mod html;
pub mod sentence;
pub mod sheet;
pub mod table;

mod canvas;
mod content;
mod cost;
mod error;
mod example;
mod font;
mod grid;
mod headline;
mod methods;
mod notice;
mod number;
mod picture;
#[cfg(test)]
mod sample;
mod svg;
mod theme;
mod view;

pub use error::ReportError;
pub use figure::{FIGURES, Figure, FigureKind, figure_kind};
pub use html::{ReportRequest, write_report};
pub use theme::Theme;
