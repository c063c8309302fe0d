//! Sheets: the result of every analysis, whatever it is about.
//!
//! A sheet says what it is, what its columns hold, on what its figures rest and what was left out;
//! the machine formats are written here, tables for people by `foretell-report`.

mod column;
mod estimate;
mod machine;
mod parquet;

use crate::contrast::Contrast;
use crate::observation::Observations;
use crate::selection::{Excluded, Panel};

pub use column::{Cell, Column, Kind, Shown};
pub use estimate::{Basis, Estimate, basis_warnings};
pub(crate) use estimate::{FEW_ERRORS, NO_FLOOR, about};
pub use machine::sheets_to_json;

/// The result of an analysis: rows of cells under described columns, with all that a reader has to
/// know about them.
///
/// # Examples
/// ```
/// use foretell_analysis::{Cell, Column, Sheet};
///
/// let columns = vec![Column::text("model", "the model"), Column::fraction("share", "its share")];
/// let mut sheet = Sheet::new("shares", "Shares", "Who has how much.", columns);
/// sheet.push([Cell::from("a"), Cell::from(0.25)]);
/// sheet.push([Cell::from("b"), Cell::undefined("nothing was asked")]);
/// assert_eq!(sheet.to_csv(), "model,share,undefined\na,0.25,\nb,,share: nothing was asked\n");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Its name: that of the analysis, with a part after a hyphen where an analysis has several.
    pub name: String,
    /// Title.
    pub title: String,
    /// What it tells, in a sentence.
    pub says: String,
    /// The columns, those of the groups first.
    pub columns: Vec<Column>,
    /// The rows, each with one cell a column.
    pub rows: Vec<Vec<Cell>>,
    /// What else belongs to the figures, in words.
    pub notes: Vec<String>,
    /// What a reader has to beware of, in words.
    pub warnings: Vec<String>,
    /// What the figures are conditional on, having been chosen by what comes after the treatment.
    pub conditional: Vec<String>,
    /// The arms compared, where two are.
    pub contrast: Option<Contrast>,
    /// Who guessed.
    pub panel: Option<Panel>,
    /// What was left out by choice.
    pub excluded: Vec<Excluded>,
    /// What else was asked for, by name: `level`, `bootstrap`, `seed`, `weights`.
    pub settings: Vec<(&'static str, Cell)>,
}

impl Sheet {
    /// A sheet without rows.
    #[must_use]
    pub fn new(name: &str, title: &str, says: &str, columns: Vec<Column>) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            says: says.to_owned(),
            columns,
            rows: Vec::new(),
            notes: Vec::new(),
            warnings: Vec::new(),
            conditional: Vec::new(),
            contrast: None,
            panel: None,
            excluded: Vec::new(),
            settings: Vec::new(),
        }
    }

    /// Says what the figures rest on: panel, arms, what was left out, what they are conditional on.
    #[must_use]
    pub fn about(mut self, observations: &Observations, contrast: &Contrast) -> Self {
        self.contrast = Some(contrast.clone());
        self.panel = Some(observations.panel());
        self.excluded.clone_from(&observations.excluded);
        self.conditional.clone_from(&observations.conditional);
        self
    }

    /// Adds a row.
    ///
    /// # Panics
    /// If it has not one cell a column.
    pub fn push(&mut self, row: impl IntoIterator<Item = Cell>) {
        let row: Vec<Cell> = row.into_iter().collect();
        assert_eq!(row.len(), self.columns.len(), "sheet `{}` has other columns", self.name);
        self.rows.push(row);
    }

    /// The place of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The cell of a row in a named column.
    #[must_use]
    pub fn cell(&self, row: usize, column: &str) -> Option<&Cell> {
        self.rows.get(row)?.get(self.column(column)?)
    }

    /// The number in a cell, where it holds one.
    #[must_use]
    pub fn number(&self, row: usize, column: &str) -> Option<f64> {
        self.cell(row, column)?.number()
    }
}
