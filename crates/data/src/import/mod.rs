//! Files that anybody may have, read as pairs or questions.
//!
//! A [`Sheet`](sheet::Sheet) holds the rows of a CSV, JSONL or Parquet file; a layout turns them into
//! drafts; drafts become questions and pairs, and every row that becomes neither is a [`RowFault`].
//! `docs/pairs.md` says what each layout holds.

mod assemble;
mod bbq;
mod cells;
mod csv_file;
mod delivered;
mod draft;
mod fault;
mod field;
mod json_file;
mod layout;
mod options;
mod parquet_rows;
mod read;
mod rows;
mod shared_labels;
mod sheet;
mod table;
mod truth;

pub use delivered::{Imported, write_set};
pub use fault::{FaultKind, RowFault, write_faults};
pub use field::{Field, ImportColumns};
pub use layout::{BbqPairs, Layout};
pub use read::{ImportRequest, import};
pub(crate) use read::{is_wide_file, load, load_questions, table_name};
