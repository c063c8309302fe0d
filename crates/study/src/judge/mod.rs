//! Judges of explanations: whether they decide counterfactuals, and which features they name.
//!
//! A stage on a run that has answers: it asks through the run's ledger, shows no judge the answer to a
//! counterfactual or a guess at it, and derives `scores/<judge>.parquet`.

mod explained;
mod judging;
mod point;
mod request;
mod scores;
mod summary;
mod to_judge;
mod unit;
mod verdict;
mod work;

pub use judging::{JudgedRun, Judging};
pub use request::JudgeRequest;
pub use summary::VerdictSummary;
pub use to_judge::ToJudge;
pub use work::{JudgeWork, JudgesAtWork};
