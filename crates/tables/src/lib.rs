//! The Parquet tables of a run folder: their columns, versions, reading and writing.
//!
//! A table is a Rust struct whose fields are its columns; the doc comment of a field is the
//! documentation of the column, here and in `docs/formats.md`. What the values mean to a study is
//! left to the crates above.

mod column;
mod column_texts;
mod counted;
mod pair_text;
mod rating;
mod rationale;
mod read;
mod rows;
mod write;
mod written;

pub use column::{Column, ColumnType, Kind, Table};
pub use column_texts::texts_of_column;
pub use counted::CountRow;
pub use pair_text::PairTextRow;
pub use rating::RatingRow;
pub use rationale::RationaleRow;
pub use read::{Reader, TableError, count_rows, read, table_name};
pub use rows::{
    AnswerRow, DonorRow, ModelRow, NameValue, PairRow, PredictionRow, QuestionRow, TableInfo,
    every_table,
};
pub use write::{Writer, schema_of, temporary, write, write_whole};
pub use written::{GenerationRow, ScoreRow};
