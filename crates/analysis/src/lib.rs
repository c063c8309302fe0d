//! From the guesses of runs to counts, and from counts to sheets of figures.
//!
//! ```text
//! prediction tables -> guesses -> observations -> pair rows, units -> counts -> sheets
//! ```
//! [`Guesses`] are read once, in parallel, and shared by all analyses ([`Prepared`]); counts of parts
//! add up, so that what is larger than memory is counted reference by reference
//! ([`Contrast::count`]). An analysis is one file and one line in [`ANALYSES`]. What an estimate is
//! computed from counts by is left to `foretell-stats`, how a sheet looks to `foretell-report`.
//! [`calibrate`] draws studies from a population whose NSG is known, and says whether it all holds.
//! Nothing here asks a model.

mod absence;
mod arms;
mod at_odds;
mod baseline;
mod baselines;
mod by_predictor;
mod calibrate;
mod ceiling;
mod changed_risk;
mod compare;
mod contrast;
mod count_rows;
mod counted;
mod counts;
mod cross;
mod cross_arms;
mod cross_published;
mod cross_units;
mod cues;
mod drivers;
mod effort;
mod egregious;
mod error;
mod explainers;
mod figures;
mod filter;
mod folder;
mod gain;
mod gain_leave_one_out;
mod gain_length;
mod gain_published;
mod gain_sheet;
mod gain_split;
mod gain_switch;
mod group;
mod grouping;
mod guess_file;
mod guesses;
mod inference;
mod load;
mod matched;
mod mentions;
mod metrics;
mod missing;
mod model;
mod names;
mod observation;
mod order;
mod pair_row;
mod people;
mod power;
mod predictors;
mod prepared;
mod published;
mod questions;
mod rates;
mod reduction;
mod references;
mod registry;
mod renumbered;
mod request;
mod run_tables;
mod scaling;
mod scaling_slope;
mod selection;
mod share;
mod sheet;
mod silent;
#[cfg(feature = "sql")]
pub mod sql;
mod tally;
mod testability;
mod text_sums;
mod unanimity;
mod unit;
mod warning;

pub use absence::{Absence, LeftOut, Side};
pub use calibrate::{
    CalibrateError, CalibrateSettings, Calibration, Design, Effects, Hypothesis, IntervalRow,
    Method, PairGraph, Share, TestRow, calibrate,
};
pub use changed_risk::{Case, FeatureRisk, feature_risks, features};
pub use contrast::Contrast;
pub use count_rows::CountRequest;
pub use counted::Counted;
pub use counts::{ClusterCounts, ClusterId, Counts, GroupCounts};
pub use cross_units::{CrossRule, CrossUnit, Stratum, cross_units};
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
pub use power::{
    Assumed, Compared, Comparison, PowerError, PowerRequest, power_of_assumed, power_of_run,
};
pub use prepared::Prepared;
pub use registry::{ANALYSES, Analysis, Finished, analysis, run_all};
pub use request::{Compat, Flag, Request};
pub use run_tables::{Answer, QuestionFacts, RunTables, Score};
pub use selection::{ExcludeSelf, Excluded, Panel, Selection};
pub use sheet::{
    Basis, Cell, Column, Estimate, Kind, Sheet, Shown, basis_warnings, sheets_to_json,
};
pub use tally::Tally;
pub use unanimity::{Judged, PanelRule, Verdict, judge};
pub use unit::{Unit, Weights, cluster_errors, shared_texts};
