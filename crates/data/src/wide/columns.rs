//! Which columns of a file are read.

use super::cell::{Cell, CellKind};
use crate::error::DataError;
use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema};
use foretell_core::nearest;
use std::path::Path;

/// A column that an import can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Question,
    Description,
    Prompt,
    Index,
    Truth,
    Options,
}

/// The two questions of a row, by their columns' prefix.
pub(super) const SIDES: [&str; 2] = ["original", "counterfactual"];

pub(super) const DATASET: &str = "original_dataset";
pub(super) const ANSWER_FIRST: &str = "original_answer_first";
pub(super) const GENERATOR: &str = "counterfactual_generator_model";
pub(super) const METHOD: &str = "counterfactual_generator_method";
pub(super) const DISTANCE: &str = "counterfactual_hamming_distance";

impl Part {
    const ALL: [Self; 6] =
        [Self::Question, Self::Description, Self::Prompt, Self::Index, Self::Truth, Self::Options];

    fn suffix(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Description => "description",
            Self::Prompt => "question_prompt",
            Self::Index => "question_idx",
            Self::Truth => "ground_truth",
            Self::Options => "question_options",
        }
    }

    fn kind(self) -> CellKind {
        match self {
            Self::Question | Self::Description | Self::Prompt => CellKind::Text,
            Self::Index => CellKind::Name,
            Self::Truth => CellKind::Any,
            Self::Options => CellKind::Texts,
        }
    }

    /// The column of this part of a side.
    pub(super) fn of(self, side: usize) -> String {
        format!("{}_{}", SIDES[side], self.suffix())
    }
}

/// Where the text of a side comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextFrom {
    Question,
    Description,
    /// No column holds it: a question is called by its name, and asked with its prompt.
    Name,
}

/// The columns that a file has of those that an import reads.
#[derive(Debug)]
pub(super) struct Columns {
    present: Vec<String>,
    pub(super) texts: [TextFrom; 2],
}

impl Columns {
    /// Checks the columns of a file, all of them at once.
    ///
    /// # Errors
    /// [`DataError::MissingColumns`] and [`DataError::ColumnTypes`].
    pub(super) fn of(schema: &Schema, reprompt: bool, path: &Path) -> Result<Self, DataError> {
        let mut columns = Self { present: Vec::new(), texts: [TextFrom::Question; 2] };
        let mut faults = Vec::new();
        for (name, kind) in wanted() {
            let Ok(field) = schema.field_with_name(&name) else { continue };
            match field.data_type() {
                // A column without any value says no more than a missing one.
                DataType::Null => {}
                found if kind.holds(found) => columns.present.push(name),
                found => faults.push(format!(
                    "column `{name}` has the type {found}; it holds {}",
                    kind.says()
                )),
            }
        }
        if !faults.is_empty() {
            return Err(DataError::ColumnTypes { path: path.to_owned(), faults });
        }
        let missing = columns.settle(reprompt);
        if missing.is_empty() {
            return Ok(columns);
        }
        let near = near(schema, &missing);
        Err(DataError::MissingColumns { path: path.to_owned(), missing, near })
    }

    /// Decides where texts come from; returns the columns without which that cannot be.
    fn settle(&mut self, reprompt: bool) -> Vec<String> {
        let mut missing: Vec<String> = Vec::new();
        if !self.has(DATASET) {
            missing.push(DATASET.to_owned());
        }
        for side in 0..SIDES.len() {
            if !self.has(&Part::Index.of(side)) {
                missing.push(Part::Index.of(side));
            }
            if self.has(&Part::Question.of(side)) {
                self.texts[side] = TextFrom::Question;
            } else if self.has(&Part::Description.of(side)) {
                self.texts[side] = TextFrom::Description;
            } else if self.has(&Part::Prompt.of(side)) && !reprompt {
                self.texts[side] = TextFrom::Name;
            } else {
                missing.push(Part::Question.of(side));
            }
        }
        missing
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.present.iter().any(|present| present == name)
    }

    /// The positions in `schema` of the columns to read.
    pub(super) fn positions(&self, schema: &Schema) -> Vec<usize> {
        self.present.iter().filter_map(|name| schema.index_of(name).ok()).collect()
    }

    /// The value of a column in one row of a batch.
    pub(super) fn cell<'a>(&self, batch: &'a RecordBatch, name: &str, row: usize) -> Cell<'a> {
        batch.column_by_name(name).map_or(Cell::Empty, |column| Cell::of(column, row))
    }
}

fn wanted() -> Vec<(String, CellKind)> {
    let shared = [
        (DATASET, CellKind::Text),
        (ANSWER_FIRST, CellKind::Any),
        (GENERATOR, CellKind::Text),
        (METHOD, CellKind::Text),
        (DISTANCE, CellKind::Name),
    ];
    let mut wanted: Vec<(String, CellKind)> =
        shared.into_iter().map(|(name, kind)| (name.to_owned(), kind)).collect();
    for side in 0..SIDES.len() {
        wanted.extend(Part::ALL.into_iter().map(|part| (part.of(side), part.kind())));
    }
    wanted
}

/// Columns of the file whose names are near to those missing, and which are not read as others.
fn near(schema: &Schema, missing: &[String]) -> Vec<String> {
    let wanted = wanted();
    let free = || {
        let names = schema.fields().iter().map(|field| field.name().as_str());
        names.filter(|name| !wanted.iter().any(|(wanted, _)| wanted == name))
    };
    let mut near: Vec<String> = Vec::new();
    for name in missing {
        let short = SIDES.iter().find_map(|side| name.strip_prefix(side)?.strip_prefix('_'));
        let found = nearest(name, free()).or_else(|| short.and_then(|name| nearest(name, free())));
        if let Some(found) = found.filter(|found| !near.iter().any(|near| near == found)) {
            near.push(found.to_owned());
        }
    }
    near
}
