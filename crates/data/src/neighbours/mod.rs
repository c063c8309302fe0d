//! Neighbours among rows of category codes, and the balls of counterfactuals around them.
//!
//! A [`CodeTable`] holds one category code a column and row, packed so that the Hamming distance of
//! two rows is a few instructions. [`Neighbours`] finds all rows within a distance of a row, exactly,
//! in memory linear in the rows. [`balls`] grows a ball around each row: the row is the original, the
//! other members are its counterfactuals. Files, texts and what a code means are left to the cards.
//!
//! `docs/design/neighbours.md` says why it is done this way and what was measured.

mod blocking;
mod code_table;
mod error;
mod grow;
mod kinds;
mod many_balls;
mod options;
mod packing;
mod plan;
mod scan;
mod search;
mod summary;
#[cfg(test)]
mod tests;

pub use code_table::CodeTable;
pub use error::{BallError, BallFault, CodeError};
pub use grow::Member;
pub use many_balls::{Ball, Balls, balls};
pub use options::BallOptions;
pub use plan::Method;
pub use search::{Neighbour, Neighbours};
pub use summary::BallSummary;
