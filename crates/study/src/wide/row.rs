//! Cells of one batch, by column name, and what is wrong with them.

use super::error::{SHOWN, WideFault};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, RecordBatch, StringArray, StructArray};
use arrow_schema::DataType;
use foretell_data::Cell;

/// Faults: the first of them whole, all of them counted.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) shown: Vec<WideFault>,
    pub(super) total: u64,
}

impl Faults {
    pub(super) fn add(&mut self, row: u64, column: &str, value: &str, reason: impl Into<String>) {
        self.total += 1;
        if self.shown.len() < SHOWN {
            let value: String = value.chars().take(60).flat_map(char::escape_debug).collect();
            let (column, reason) = (column.to_owned(), reason.into());
            self.shown.push(WideFault { row, column, value, reason });
        }
    }
}

/// A column, or the member of one, that a file may lack.
#[derive(Clone, Copy)]
pub(super) struct Values<'a>(Option<&'a ArrayRef>);

impl<'a> Values<'a> {
    pub(super) fn of(batch: &'a RecordBatch, name: &str) -> Self {
        Self(batch.column_by_name(name))
    }

    fn member(values: Option<&'a StructArray>, name: &str) -> Self {
        let column = values.and_then(|values| values.column_by_name(name));
        Self(column.filter(|column| readable(column.data_type())))
    }

    pub(super) fn cell(self, row: usize) -> Cell<'a> {
        self.0.map_or(Cell::Empty, |column| Cell::of(column, row))
    }

    /// A text; `None` where there is none.
    pub(super) fn text(self, row: usize) -> Option<&'a str> {
        match self.cell(row) {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text with all its white space, also one of nothing else.
    pub(super) fn verbatim(self, row: usize) -> Option<&'a str> {
        let texts = self.0?.as_string_opt::<i32>()?;
        texts.is_valid(row).then(|| texts.value(row))
    }

    pub(super) fn integer(self, row: usize) -> Option<i64> {
        match self.cell(row) {
            Cell::Integer(number) => Some(number),
            Cell::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(super) fn real(self, row: usize) -> Option<f64> {
        match self.cell(row) {
            Cell::Integer(number) => Some(number as f64),
            Cell::Real(number) => Some(number),
            Cell::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(super) fn flag(self, row: usize) -> Option<bool> {
        match self.cell(row) {
            Cell::Flag(flag) => Some(flag),
            Cell::Integer(flag @ (0 | 1)) => Some(flag == 1),
            Cell::Text(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
            Cell::Text(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// The texts of a list, none where there is no list.
    pub(super) fn texts(self, row: usize) -> Vec<String> {
        let Some(list) = List::of(self.0) else { return Vec::new() };
        let items = list.items(row).unwrap_or_default();
        let texts =
            list.texts.into_iter().flat_map(|texts| items.clone().map(move |at| (texts, at)));
        texts.filter(|(t, at)| t.is_valid(*at)).map(|(t, at)| t.value(at).to_owned()).collect()
    }

    /// The column as structs.
    pub(super) fn structs(self) -> Structs<'a> {
        Structs(self.0.and_then(|column| column.as_struct_opt()))
    }

    pub(super) fn list(self) -> Option<List<'a>> {
        List::of(self.0)
    }

    /// The name of a model: the text, or the member `model` with its effort.
    pub(super) fn model(self, row: usize) -> Option<String> {
        let column = self.0?;
        if column.data_type() == &DataType::Utf8 {
            return self.text(row).map(|name| name.trim().to_owned());
        }
        let info = self.structs();
        let model = info.member("model").text(row)?;
        let effort = info.member("thinking").cell(row).written();
        Some(effort.map_or(model.to_owned(), |effort| format!("{model}_{effort}")))
    }
}

/// Whether a member of a struct has a type that is read at all.
fn readable(kind: &DataType) -> bool {
    kind.is_integer()
        || matches!(
            kind,
            DataType::Utf8
                | DataType::Boolean
                | DataType::Float32
                | DataType::Float64
                | DataType::List(_)
        )
}

/// A column of structs that a file may lack.
#[derive(Clone, Copy)]
pub(super) struct Structs<'a>(Option<&'a StructArray>);

impl<'a> Structs<'a> {
    pub(super) fn member(self, name: &str) -> Values<'a> {
        Values::member(self.0, name)
    }

    /// Whether there is a struct in `row`.
    pub(super) fn is_there(self, row: usize) -> bool {
        self.0.is_some_and(|values| values.is_valid(row))
    }
}

/// A column of lists, with its elements in one array.
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    list: &'a ListArray,
    texts: Option<&'a StringArray>,
}

impl<'a> List<'a> {
    fn of(column: Option<&'a ArrayRef>) -> Option<Self> {
        let list = column?.as_list_opt::<i32>()?;
        Some(Self { list, texts: list.values().as_string_opt::<i32>() })
    }

    /// Positions of the elements of a row; `None` where there is no list.
    pub(super) fn items(self, row: usize) -> Option<std::ops::Range<usize>> {
        let bound = |at: usize| {
            usize::try_from(self.list.value_offsets()[at]).expect("offsets are not negative")
        };
        self.list.is_valid(row).then(|| bound(row)..bound(row + 1))
    }

    /// The text at a position; `None` where it is null or white space.
    pub(super) fn text(self, at: usize) -> Option<&'a str> {
        let texts = self.texts?;
        let text = texts.is_valid(at).then(|| texts.value(at).trim())?;
        (!text.is_empty()).then_some(text)
    }

    /// The elements as structs.
    pub(super) fn structs(self) -> Structs<'a> {
        Structs(self.list.values().as_struct_opt())
    }
}
