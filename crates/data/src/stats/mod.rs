//! What is in a set of pairs: sizes, clusters, shared texts, likeness of originals and
//! counterfactuals.
//!
//! `docs/pairs.md` defines every figure. The figures of the published set are checked against
//! `testdata/pairs/stats.py`.

mod graph;
mod group;
mod summary;

pub use group::{DatasetStats, GroupStats, MethodStats, PairStats, pair_stats};
pub use summary::Summary;
