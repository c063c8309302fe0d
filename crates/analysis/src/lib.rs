//! From the guesses of a run to counts, and from counts to estimates.
//!
//! ```text
//! prediction tables -> observations -> pair rows -> counts per cluster and group -> estimates
//! ```
//! Tables are read one pair of files at a time; pair rows and counts add up in any order and any
//! split to the same result. What an estimate is computed from counts by is left to
//! `foretell-stats`, how it looks to `foretell-report`. Nothing here asks a model.

mod absence;
mod counts;
mod error;
mod folder;
mod format;
mod gain;
mod group;
mod guess_row;
mod observation;
mod overlap;
mod pair_row;
mod reduction;
mod tally;
mod warning;

pub use absence::{Absence, LeftOut, Side};
pub use counts::{ClusterCounts, ClusterId, Counts, GroupCounts};
pub use error::AnalysisError;
pub use folder::ArmFiles;
pub use gain::{GainRequest, GainRow, GainTable, LeftOutCount, TargetsMissing, gain};
pub use group::{GroupKey, UnknownGroupKey};
pub use observation::{Guess, Observation, Slot, Subject};
pub use pair_row::{PairKey, PairRow, PairRows};
pub use reduction::Contrast;
pub use tally::Tally;
