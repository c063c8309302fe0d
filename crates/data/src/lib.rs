//! What a study asks about: cards, the built-in scenarios, and imports.
//!
//! [`load_pairs`] turns what `--pairs` names into questions and pairs, checks them, and reports what
//! it left out. Rendering and asking are left to the crates above.

mod cards;
mod collection;
mod error;
mod folder;
mod import;
mod labels;
mod load;
mod nearest;
mod overlap;
mod pair_set;
mod parquet_file;
mod prompt_form;
mod question_set;
mod scenario;
mod selection;
mod stats;
mod wide;

pub use cards::{CardFault, Cards};
pub use error::{CardLabels, CellFault, DataError, Unequal};
pub use import::{
    BbqPairs, FaultKind, Field, ImportColumns, ImportRequest, Imported, Layout, RowFault, import,
    write_faults, write_set,
};
pub use load::{BUILT_IN, load_pairs};
pub use pair_set::{ImportReport, LeftOut, PairOptions, PairSet, Reason};
pub use question_set::{QuestionSet, load_questions};
pub use selection::select;
pub use stats::{
    DatasetStats, GroupStats, MethodStats, PairStats, Summary, bleu, jaccard, pair_stats,
};
