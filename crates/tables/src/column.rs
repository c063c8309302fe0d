//! Columns and their types.

use arrow_schema::{DataType, Field, Fields};
use foretell_core::generate::{GenerationOutcome, WrittenOutcome};
use foretell_core::{AnswerOrder, ConfidenceLevel, NotAsked, Outcome, PairId, QuestionId, TextId};
use serde::{Serialize, de::DeserializeOwned};

/// A table: rows of one type, with documented columns and a version.
pub trait Table: Serialize + DeserializeOwned {
    /// The table's name in its metadata and in `docs/formats.md`.
    const NAME: &'static str;
    /// Version of the columns; a file of another version is not read.
    const VERSION: u32;
    /// What one row is.
    const SAYS: &'static [&'static str];
    /// The columns, in order.
    const COLUMNS: &'static [Column];
}

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Name.
    pub name: &'static str,
    /// Type of its values.
    pub kind: Kind,
    /// Whether a value may be missing.
    pub nullable: bool,
    /// What it holds, with its unit; one entry a line.
    pub doc: &'static [&'static str],
}

/// The types that columns have, chosen so that every reader of Parquet knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// 64-bit integer.
    Integer,
    /// 64-bit float.
    Float,
    /// True or false.
    Boolean,
    /// List of texts.
    TextList,
    /// List of structs of a `name` and a `value`, both text.
    NameValues,
}

impl Kind {
    /// The word for it in documentation.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::TextList => "list of text",
            Self::NameValues => "list of {name, value}",
        }
    }

    fn arrow(self) -> DataType {
        let item = |data_type| DataType::List(Field::new("item", data_type, false).into());
        match self {
            Self::Text => DataType::Utf8,
            Self::Integer => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::Boolean => DataType::Boolean,
            Self::TextList => item(DataType::Utf8),
            Self::NameValues => item(DataType::Struct(Fields::from(vec![
                Field::new("name", DataType::Utf8, false),
                Field::new("value", DataType::Utf8, false),
            ]))),
        }
    }
}

impl Column {
    pub(crate) fn field(&self) -> Field {
        Field::new(self.name, self.kind.arrow(), self.nullable)
    }
}

/// A Rust type that a column can hold.
pub trait ColumnType {
    /// The column's type.
    const KIND: Kind;
    /// Whether values may be missing.
    const NULLABLE: bool = false;
}

macro_rules! column_types {
    ($($kind:ident: $($rust:ty),+;)+) => {
        $($(
            impl ColumnType for $rust {
                const KIND: Kind = Kind::$kind;
            }
        )+)+
    };
}

column_types! {
    Text: String, TextId, QuestionId, PairId, AnswerOrder, Outcome, NotAsked, ConfidenceLevel,
        GenerationOutcome, WrittenOutcome;
    Integer: i64;
    Float: f64;
    Boolean: bool;
    TextList: Vec<String>;
    NameValues: Vec<crate::NameValue>;
}

impl<T: ColumnType> ColumnType for Option<T> {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = true;
}
