//! Natural counterfactuals: rows of one table that differ in a few features.
//!
//! [`natural_pairs`] puts a ball around each row ([`crate::neighbours`]) and pairs the row, as the
//! original, with every other member. [`draw_pairs`] does so for several datasets and draws a sample
//! from each. Reading tables is left to [`crate::table`].

mod draw;
mod options;
mod pairs;
mod record;
mod summary;

pub use draw::{DatasetDraw, DrawOptions, Drawn, draw_pairs};
pub use options::{NaturalOptions, OrderChoice};
pub use pairs::{NaturalPairs, natural_pairs};
pub use summary::NaturalSummary;

pub(crate) use pairs::load;
