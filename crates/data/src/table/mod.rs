//! Tables: a card's raw file, read, cleaned and encoded.
//!
//! [`raw_file`] finds the file, [`Table::load`] reads it. Finding neighbours and drawing pairs are
//! left to other modules, downloading to others still.

mod encode;
mod error;
mod grid;
mod locate;
mod rows;
mod write;

pub use error::{RawError, RawFault};
pub use grid::{Grid, GridColumn};
pub use locate::{raw_file, sha256_of};
pub use rows::{Table, TableFeature};

pub(crate) use encode::{Encoded, encode};

#[cfg(test)]
mod tests;
