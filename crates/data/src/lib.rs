//! What a study asks about: cards and their tables, natural counterfactuals, the built-in scenarios,
//! and imports.
//!
//! [`load_pairs`] turns what `--pairs` names into questions and pairs, checks them, and reports what
//! it left out. Rendering and asking are left to the crates above.

mod cards;
mod check;
mod collection;
mod error;
mod fetch;
mod folder;
mod import;
mod inferred;
mod labels;
mod lines;
mod load;
mod natural;
pub mod neighbours;
mod overlap;
mod pair_set;
mod parquet_file;
mod prompt_form;
mod question_set;
mod scenario;
mod selection;
mod starter;
mod stats;
pub mod table;
mod wide;

pub use cards::{CardFault, Cards};
pub use check::{CardCheck, check_cards};
pub use error::{CardLabels, CellFault, DataError, Unequal};
pub use fetch::{Attempted, Event, FetchError, FetchLimits, Fetched, Origin, fetch, find_raw};
pub use import::{
    BbqPairs, FaultKind, Field, ImportColumns, ImportRequest, Imported, Layout, RowFault, import,
    write_faults, write_set,
};
pub use load::{BUILT_IN, load_pairs};
pub use natural::{
    DatasetDraw, DrawOptions, Drawn, NaturalOptions, NaturalPairs, NaturalSummary, OrderChoice,
    draw_pairs, natural_pairs,
};
pub use pair_set::{ImportReport, LeftOut, PairOptions, PairSet, Reason};
pub use parquet_file::ParquetFile;
pub use question_set::{QuestionSet, load_questions};
pub use selection::select;
pub use starter::{Starter, starter_card};
pub use stats::{DatasetStats, GroupStats, MethodStats, PairStats, Summary, pair_stats};
pub use table::{RawError, RawFault, Table, TableFeature, raw_file};
pub use wide::{Cell, CellKind};
