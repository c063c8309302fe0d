//! The yardstick: studies drawn from a population whose NSG is known, to see whether intervals hold
//! it and tests keep their level.
//!
//! The model is written down with its formulas in `docs/calibration.md`. Nothing here reads a file:
//! a pair graph is given as numbers of texts.

mod gather;
mod graph;
mod hypothesis;
mod interval;
#[cfg(test)]
mod pilot_tests;
mod population;
mod run;
mod settings;
mod sheet;
mod study;

pub use gather::Share;
pub use graph::PairGraph;
pub use hypothesis::{Hypothesis, TestRow};
pub use interval::{IntervalRow, Method};
pub use run::{Calibration, calibrate};
pub use settings::{CalibrateError, CalibrateSettings, Design, Effects};
