//! Which layout a file has.

use super::field::Field;
use super::sheet::Sheet;
use std::fmt;

/// How the rows of a file are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layout {
    /// The project's own table of pairs with their questions.
    Table,
    /// The wide layout: columns `original_*` and `counterfactual_*`.
    Wide,
    /// BBQ as published: one item a row, paired with its neighbours.
    Bbq,
    /// One pair a row.
    Pairs,
    /// One question a row.
    Questions,
}

/// Which items of BBQ become pairs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BbqPairs {
    /// The same question without and with the sentence that settles it, and each question with its
    /// opposite.
    #[default]
    Both,
    /// Only the same question without and with the sentence that settles it.
    Context,
    /// Only each question with its opposite.
    Polarity,
    /// None: the items are questions.
    None,
}

impl Layout {
    /// The word for it in flags and documentation.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Wide => "wide",
            Self::Bbq => "bbq",
            Self::Pairs => "pairs",
            Self::Questions => "questions",
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Columns that together are BBQ's and no other layout's.
const BBQ: [&str; 7] =
    ["question_polarity", "context_condition", "context", "question", "ans0", "ans1", "ans2"];

/// Columns any of which only the wide layout has.
const WIDE: [&str; 3] =
    ["original_dataset", "original_question_idx", "counterfactual_question_idx"];

/// Whether columns are those of the wide layout, or meant to be.
pub(super) fn is_wide(columns: &[String]) -> bool {
    columns.iter().any(|column| WIDE.contains(&column.as_str()))
}

/// The layout of a sheet: that of its columns.
pub(super) fn recognise(sheet: &Sheet, names_counterfactual: bool) -> Layout {
    let counterfactual = Field::Counterfactual.names().iter().any(|name| sheet.has(name));
    if BBQ.iter().all(|name| sheet.has(name)) {
        Layout::Bbq
    } else if names_counterfactual || counterfactual {
        Layout::Pairs
    } else {
        Layout::Questions
    }
}
