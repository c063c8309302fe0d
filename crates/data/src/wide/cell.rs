//! One value of a table, whatever the type of its column.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// No value: null, no such column, white space, or a number that is none.
    Empty,
    /// Text that is more than white space.
    Text(&'a str),
    /// A whole number, also one that is stored as a real one.
    Integer(i64),
    /// Any other number.
    Real(f64),
    /// True or false.
    Flag(bool),
    /// A list of texts, without those that are null.
    Texts(Vec<&'a str>),
}

/// Which types a column may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// Text.
    Text,
    /// A list of texts.
    Texts,
    /// Text or a number.
    Name,
    /// Text, a number, or true and false.
    Any,
}

impl CellKind {
    /// What such a column holds, in words.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Texts => "a list of texts",
            Self::Name => "text or a number",
            Self::Any => "text, a number, or true and false",
        }
    }

    /// Whether a column of this type is of this kind.
    #[must_use]
    pub fn holds(self, column: &DataType) -> bool {
        let text = column == &DataType::Utf8;
        let number = column.is_integer() || matches!(column, DataType::Float32 | DataType::Float64);
        match self {
            Self::Text => text,
            Self::Texts => {
                matches!(column, DataType::List(item) if item.data_type() == &DataType::Utf8)
            }
            Self::Name => text || number,
            Self::Any => text || number || column == &DataType::Boolean,
        }
    }
}

impl<'a> Cell<'a> {
    /// The value in `row` of a column whose type one of the [`CellKind`]s holds.
    ///
    /// # Panics
    /// For a column of any other type.
    #[must_use]
    pub fn of(column: &'a ArrayRef, row: usize) -> Self {
        if column.is_null(row) {
            return Self::Empty;
        }
        macro_rules! integer {
            ($type:ty) => {
                column.as_primitive::<$type>().value(row).into()
            };
        }
        let integer = match column.data_type() {
            DataType::Utf8 => return Self::of_text(column.as_string::<i32>().value(row)),
            DataType::Boolean => return Self::Flag(column.as_boolean().value(row)),
            DataType::Float32 => return Self::of_real(integer!(Float32Type)),
            DataType::Float64 => return Self::of_real(integer!(Float64Type)),
            DataType::List(_) => return Self::of_list(column, row),
            DataType::Int8 => integer!(Int8Type),
            DataType::Int16 => integer!(Int16Type),
            DataType::Int32 => integer!(Int32Type),
            DataType::Int64 => integer!(Int64Type),
            DataType::UInt8 => integer!(UInt8Type),
            DataType::UInt16 => integer!(UInt16Type),
            DataType::UInt32 => integer!(UInt32Type),
            DataType::UInt64 => {
                let value = column.as_primitive::<UInt64Type>().value(row);
                // Past the range of i64 no row number lies: such a value stays what it is nearest to.
                return i64::try_from(value).map_or(Self::Real(value as f64), Self::Integer);
            }
            other => unreachable!("columns of type {other} are refused before"),
        };
        Self::Integer(integer)
    }

    fn of_text(text: &'a str) -> Self {
        if text.trim().is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// A column of integers with gaps is often stored as one of reals.
    fn of_real(value: f64) -> Self {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if value.is_nan() {
            Self::Empty
        } else if value.fract() == 0.0 && value.abs() <= EXACT {
            Self::Integer(value as i64)
        } else {
            Self::Real(value)
        }
    }

    fn of_list(column: &'a ArrayRef, row: usize) -> Self {
        let list = column.as_list::<i32>();
        let offsets = list.value_offsets();
        let texts = list.values().as_string::<i32>();
        let bound =
            |i: usize| usize::try_from(offsets[i]).expect("offsets of a list are not negative");
        let items: Vec<&str> = (bound(row)..bound(row + 1))
            .filter(|&i| texts.is_valid(i))
            .map(|i| texts.value(i))
            .collect();
        if items.is_empty() { Self::Empty } else { Self::Texts(items) }
    }

    /// The value as text, if there is one.
    #[must_use]
    pub fn written(&self) -> Option<String> {
        match self {
            Self::Empty => None,
            Self::Text(text) => Some(text.trim().to_owned()),
            Self::Integer(value) => Some(value.to_string()),
            Self::Real(value) => Some(value.to_string()),
            Self::Flag(value) => Some(value.to_string()),
            Self::Texts(items) => Some(items.join(", ")),
        }
    }
}
