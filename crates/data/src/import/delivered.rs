//! What an import gives, and how it is written.

use super::fault::{FaultKind, RowFault, count_kinds};
use super::{layout::Layout, table};
use crate::error::DataError;
use foretell_core::{Pair, Question};
use foretell_tables::{PairRow, QuestionRow, write};
use std::collections::BTreeMap;
use std::path::Path;

/// Questions and pairs of a file, and the rows that are neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The layout that was read.
    pub layout: Layout,
    /// What was read, for people.
    pub source: String,
    /// Rows of the file.
    pub rows: u64,
    /// The questions: one a `question_id`, in order of first use.
    pub questions: Vec<Question>,
    /// The pairs; none where the file holds questions alone.
    pub pairs: Vec<Pair>,
    /// The rows that are left out, in the order of the file.
    pub faults: Vec<RowFault>,
    /// Sentences about what was kept, for people.
    pub notes: Vec<String>,
}

impl Imported {
    /// How many rows are left out, by kind.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<FaultKind, usize> {
        count_kinds(&self.faults)
    }

    /// Writes everything to `out`: one table where its name ends in `.parquet`, else a folder with
    /// `questions.parquet` and, where there are pairs, `pairs.parquet`.
    ///
    /// # Errors
    /// [`DataError::Table`] names the file.
    pub fn write(&self, out: &Path) -> Result<(), DataError> {
        write_set(out, &self.questions, &self.pairs)
    }
}

/// Writes questions and pairs to `out`: as one table `pair_texts` (`questions` where there are no pairs)
/// where its name ends in `.parquet`, else as a folder with both tables.
///
/// # Errors
/// [`DataError::Table`] names the file.
pub fn write_set(out: &Path, questions: &[Question], pairs: &[Pair]) -> Result<(), DataError> {
    if out.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet")) {
        return match pairs {
            [] => table::save_questions(out, questions),
            pairs => table::save(out, questions, pairs),
        };
    }
    let rows = questions.iter().cloned().map(QuestionRow::from);
    write(&out.join("questions.parquet"), rows)?;
    let path = out.join("pairs.parquet");
    if !pairs.is_empty() {
        return Ok(write(&path, pairs.iter().cloned().map(PairRow::from))?);
    }
    // Pairs of other questions, left by an earlier import, would not fit these.
    match std::fs::remove_file(&path) {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
            Err(DataError::Io { path, fault })
        }
        _ => Ok(()),
    }
}
