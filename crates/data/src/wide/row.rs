//! One row of an import.

use super::cell::Cell;
use super::columns::{ANSWER_FIRST, Columns, DATASET, DISTANCE, GENERATOR, METHOD, Part, TextFrom};
use crate::error::CellFault;
use arrow_array::RecordBatch;
use foretell_core::{AnswerOrder, PairId, QuestionId, prompt};

/// One row: two questions in one answer order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) dataset: String,
    pub(super) sides: [Side; 2],
    pub(super) order: AnswerOrder,
    /// Whether a prompt asks in the other order than the row says.
    pub(super) contradicted: bool,
    pub(super) distance: Option<i64>,
    pub(super) generator: Option<String>,
    pub(super) method: Option<String>,
}

/// One question of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Side {
    pub(super) id: QuestionId,
    /// Its `idx`, where that is an integer.
    pub(super) row: Option<i64>,
    index: String,
    pub(super) text: Option<String>,
    pub(super) prompt: Option<String>,
    pub(super) truth: Option<String>,
    pub(super) options: Vec<String>,
}

/// Reads cells, and keeps what is wrong with them.
pub(super) struct RowReader<'a> {
    pub(super) columns: &'a Columns,
    pub(super) batch: &'a RecordBatch,
    /// Row of the file in which the batch begins.
    pub(super) start: u64,
    pub(super) faults: &'a mut Vec<CellFault>,
}

impl<'a> RowReader<'a> {
    /// Row `row` of the batch; `None` where a cell is at fault.
    pub(super) fn read(&mut self, row: usize) -> Option<Row> {
        let dataset = self.name(DATASET, row);
        let answer_first = self.flag(ANSWER_FIRST, row);
        let distance = self.integer(DISTANCE, row);
        let sides = [0, 1].map(|side| self.side(side, dataset.as_deref().unwrap_or_default(), row));
        let [Some(original), Some(counterfactual)] = sides else { return None };
        let sides = [original, counterfactual];
        let asked: Vec<AnswerOrder> = sides
            .iter()
            .filter_map(|side| side.prompt.as_deref())
            .filter(|prompt| prompt::has_format_block(prompt))
            .filter_map(prompt::order_of)
            .collect();
        let said =
            answer_first?.map(|first| if first { AnswerOrder::First } else { AnswerOrder::Last });
        let order = said.or(asked.first().copied()).unwrap_or(AnswerOrder::First);
        Some(Row {
            dataset: dataset?,
            contradicted: asked.iter().any(|asked| *asked != order),
            sides,
            order,
            distance: distance?,
            generator: self.cell(GENERATOR, row).written(),
            method: self.cell(METHOD, row).written(),
        })
    }

    fn side(&mut self, side: usize, dataset: &str, row: usize) -> Option<Side> {
        let column = Part::Index.of(side);
        let index = self.name(&column, row)?;
        let id = QuestionId::new(dataset, &index);
        let text = match self.columns.texts[side] {
            TextFrom::Question => self.text(Part::Question, side, row),
            TextFrom::Description => self.text(Part::Description, side, row),
            TextFrom::Name => Some(id.to_string()),
        };
        let options = match self.cell(&Part::Options.of(side), row) {
            Cell::Texts(items) => items.into_iter().map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        let number: Option<i64> = index.parse().ok();
        Some(Side {
            id,
            row: number.filter(|number| number.to_string() == index),
            index,
            text,
            prompt: self.text(Part::Prompt, side, row),
            truth: self.cell(&Part::Truth.of(side), row).written(),
            options,
        })
    }

    fn cell(&self, name: &str, row: usize) -> Cell<'a> {
        self.columns.cell(self.batch, name, row)
    }

    fn text(&self, part: Part, side: usize, row: usize) -> Option<String> {
        match self.cell(&part.of(side), row) {
            Cell::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }

    /// A value that becomes part of ids.
    fn name(&mut self, column: &str, row: usize) -> Option<String> {
        let fault = match self.cell(column, row).written() {
            None => "the cell is empty".to_owned(),
            // Ids of pairs join those of questions with this sign.
            Some(name) if name.contains(|c: char| c == '>' || c.is_control()) => {
                format!("`{}` cannot be part of an id: no `>`, no line breaks", name.escape_debug())
            }
            Some(name) => return Some(name),
        };
        self.fault(column, row, fault)
    }

    /// True, false, or empty.
    fn flag(&mut self, column: &str, row: usize) -> Option<Option<bool>> {
        match self.cell(column, row) {
            Cell::Empty => Some(None),
            Cell::Flag(flag) => Some(Some(flag)),
            Cell::Integer(flag @ (0 | 1)) => Some(Some(flag == 1)),
            Cell::Text(text) if text.trim().eq_ignore_ascii_case("true") => Some(Some(true)),
            Cell::Text(text) if text.trim().eq_ignore_ascii_case("false") => Some(Some(false)),
            other => {
                let fault = format!("`{}` is neither true nor false", shown(&other));
                self.fault(column, row, fault)
            }
        }
    }

    /// A whole number from 0, or empty.
    fn integer(&mut self, column: &str, row: usize) -> Option<Option<i64>> {
        let cell = self.cell(column, row);
        let number = match &cell {
            Cell::Empty => return Some(None),
            Cell::Integer(number) => Some(*number),
            Cell::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        match number {
            Some(number) if number >= 0 => Some(Some(number)),
            _ => {
                let fault = format!("`{}` is no whole number from 0", shown(&cell));
                self.fault(column, row, fault)
            }
        }
    }

    fn fault<T>(&mut self, column: &str, row: usize, fault: String) -> Option<T> {
        let row = self.start + row as u64;
        self.faults.push(CellFault { row, column: column.to_owned(), fault });
        None
    }
}

fn shown(cell: &Cell<'_>) -> String {
    cell.written().unwrap_or_default()
}

impl Row {
    /// The pair's name. All of the second index: [`PairId::new`] takes what follows its last `/`.
    pub(super) fn pair_id(&self) -> PairId {
        let [original, counterfactual] = &self.sides;
        PairId::from(format!("{}>{}:{}", original.id, counterfactual.index, self.order))
    }

    /// The text column, or its stand-in, that a row misses.
    pub(super) fn misses_text(&self) -> bool {
        self.sides.iter().any(|side| side.text.is_none())
    }
}
