//! What can be wrong with a table of codes, or with what is asked of it.

use miette::Diagnostic;
use thiserror::Error;

/// Why there is no table of codes.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum CodeError {
    /// Rows without columns.
    #[error("a table of codes needs at least one column")]
    #[diagnostic(help("keep at least one feature"))]
    NoColumns,
    /// More rows than a row number holds.
    #[error("{rows} rows are too many")]
    #[diagnostic(help("a table holds at most {} rows: take a sample", u32::MAX))]
    TooManyRows {
        /// Rows given.
        rows: usize,
    },
    /// A number of levels that codes cannot have.
    #[error("column {column}: {levels} levels")]
    #[diagnostic(help("a column has 1 to 65,536 levels: join rare values, or leave it out"))]
    Levels {
        /// The column, from 0.
        column: usize,
        /// Its levels.
        levels: u32,
    },
    /// Not one column for each number of levels.
    #[error("{found} columns with levels for {expected}")]
    #[diagnostic(help("give the number of levels of each column"))]
    Columns {
        /// Numbers of levels.
        expected: usize,
        /// Columns.
        found: usize,
    },
    /// A column that is not as long as the first.
    #[error("column {column}: {found} rows where column 0 has {expected}")]
    #[diagnostic(help("every column needs one code a row"))]
    Rows {
        /// The column, from 0.
        column: usize,
        /// Rows of the first column.
        expected: usize,
        /// Its rows.
        found: usize,
    },
    /// A row that is not as wide as the table.
    #[error("row {row}: {found} codes where the table has {expected} columns")]
    #[diagnostic(help("every row needs one code a column"))]
    Width {
        /// The row, from 0.
        row: usize,
        /// Columns of the table.
        expected: usize,
        /// Its codes.
        found: usize,
    },
    /// A code past the levels of its column.
    #[error("row {row}, column {column}: code {code}, but the column has {levels} levels")]
    #[diagnostic(help("codes count from 0: the largest is the number of levels less one"))]
    Code {
        /// The row, from 0.
        row: usize,
        /// The column, from 0.
        column: usize,
        /// The code.
        code: u16,
        /// Levels of the column.
        levels: u32,
    },
}

/// Why there are no balls: everything that is wrong at once.
#[derive(Debug, Clone, PartialEq, Error, Diagnostic)]
#[error("no balls can be grown: {}", joined(faults))]
#[diagnostic(help(
    "sizes count the centre; the defaults are distance 2, size 5 to 10, epsilon 0.3"
))]
pub struct BallError {
    /// Each fault.
    pub faults: Vec<BallFault>,
}

fn joined(faults: &[BallFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// One thing wrong with what [`balls`](super::balls) was given.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum BallFault {
    /// Not one label or text a row.
    #[error("{found} {what} for {rows} rows")]
    Lengths {
        /// `labels` or `texts`.
        what: &'static str,
        /// Rows of the table.
        rows: usize,
        /// Labels or texts.
        found: usize,
    },
    /// A ball without room for a counterfactual.
    #[error("`min_size` {min_size} is below 2")]
    MinSize {
        /// The smallest size.
        min_size: u32,
    },
    /// Sizes the wrong way round.
    #[error("`max_size` {max_size} is below `min_size` {min_size}")]
    Sizes {
        /// The smallest size.
        min_size: u32,
        /// The largest size.
        max_size: u32,
    },
    /// An imbalance that no ball is below, or no number.
    #[error("`epsilon` {epsilon} is not above 0")]
    Epsilon {
        /// The limit of the imbalance.
        epsilon: f64,
    },
}
