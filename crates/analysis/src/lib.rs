//! From the guesses of runs to counts, and from counts to sheets of figures.
//!
//! ```text
//! prediction tables -> guesses -> observations -> pair rows, units -> counts -> sheets
//! ```
//! [`Guesses`] are read once, in parallel, and shared by all analyses ([`Prepared`]); counts of parts
//! add up, so that what is larger than memory is counted reference by reference
//! ([`Contrast::count`]). An analysis is one file in `analyses/` and one line in [`ANALYSES`]. What an
//! estimate is computed from counts by is left to `foretell-stats`, how a sheet looks to
//! `foretell-report`.
//! [`calibrate`] draws studies from a population whose NSG is known, and says whether it all holds.
//! Nothing here asks a model.

mod absence;
mod analyses;
mod at_odds;
mod by_predictor;
mod calibrate;
mod contrast;
mod count_rows;
mod counted;
mod counts;
mod error;
mod explainers;
mod figures;
mod filter;
mod folder;
mod gain;
mod gain_published;
mod group;
mod grouping;
mod guess_file;
mod guess_order;
mod guesses;
mod inference;
mod load;
mod load_pairs;
mod matched;
mod mentions;
mod model;
mod names;
mod observation;
mod pair_row;
mod people;
mod prepared;
mod published;
mod questions;
mod rates;
mod reduction;
mod renumbered;
mod request;
mod run_tables;
mod selection;
mod share;
mod sheet;
#[cfg(feature = "sql")]
pub mod sql;
mod tally;
mod testability;
mod text_sums;
mod text_units;
mod unanimity;
mod unit;
mod warning;

pub use absence::{Absence, LeftOut, Side};
pub use analyses::changed_risk::{Case, FeatureRisk, feature_risks, features};
pub use analyses::cross_units::{CrossRule, CrossUnit, Stratum, cross_units};
pub use analyses::power::{
    Assumed, Compared, Comparison, PowerError, PowerRequest, power_of_assumed, power_of_run,
};
pub use analyses::{ANALYSES, Analysis, Finished, analysis, run_all};
pub use calibrate::{
    CalibrateError, CalibrateSettings, Calibration, Design, Effects, Hypothesis, IntervalRow,
    Method, PairGraph, Share, TestRow, calibrate,
};
pub use contrast::Contrast;
pub use count_rows::CountRequest;
pub use counted::Counted;
pub use counts::{ClusterCounts, ClusterId, Counts, GroupCounts};
pub use error::AnalysisError;
pub use filter::{ColumnInfo, Filter, FilterError, columns};
pub use folder::PredictionFile;
pub use gain::{GainRequest, GainRow, GainTable, LeftOutCount, TargetsMissing, gain};
pub use group::{GroupKey, UnknownGroupKey};
pub use grouping::{Group, Place, UNKNOWN, grouped};
pub use guesses::{Guess, Guesses, Pair, Subject, Text};
pub use inference::{Figure, Inference, Inferred, Paired, UnitSums, holm_adjusted};
pub use matched::{About, Matched, matched};
pub use model::Model;
pub use names::{Name, Names};
pub use observation::{Observation, Observations, Slot};
pub use pair_row::PairRow;
pub use people::{LabelsShared, PeopleAgreement, expected_of_people, people_agree};
pub use prepared::Prepared;
pub use request::{Compat, Flag, Request};
pub use run_tables::{Answer, QuestionFacts, RunTables, Score};
pub use selection::{ExcludeSelf, Excluded, Panel, Selection};
pub use sheet::{
    Basis, Cell, Column, Estimate, Kind, Sheet, Shown, basis_warnings, sheets_to_json,
};
pub use tally::Tally;
pub use unanimity::{Judged, PanelRule, Verdict, judge};
pub use unit::{Unit, Weights, cluster_errors, shared_texts};
