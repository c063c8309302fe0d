//! Rows of values as a table for people, as JSON and as CSV.

use crate::output::harmless;
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use serde_json::{Map, Value};

/// A line under the header and nothing else, so that lines can be cut out with `awk`.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('-'));

/// A table for people: its first `words` columns are text, the others numbers. A row is one line.
pub(crate) fn table(columns: &[impl AsRef<str>], words: usize, rows: &[Vec<String>]) -> String {
    let one_line = |cell: &str| harmless(cell).replace(['\n', '\t'], " ");
    let mut table = Table::new();
    table
        .load_style(STYLE)
        .force_no_tty()
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(columns.iter().map(|column| one_line(column.as_ref())));
    for row in rows {
        table.add_row(row.iter().map(|cell| one_line(cell)));
    }
    for at in words..columns.len() {
        if let Some(column) = table.column_mut(at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// One object a row.
pub(crate) fn objects(columns: &[&str], rows: &[Vec<Value>]) -> Value {
    let object = |row: &Vec<Value>| -> Value {
        let fields = columns.iter().map(|column| (*column).to_owned());
        Value::Object(fields.zip(row.iter().cloned()).collect::<Map<_, _>>())
    };
    Value::Array(rows.iter().map(object).collect())
}

/// Comma-separated values; what is null is empty.
pub(crate) fn csv(columns: &[impl AsRef<str>], rows: &[Vec<Value>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |fields: Vec<String>| writer.write_record(fields).expect("memory takes all");
    write(columns.iter().map(|column| column.as_ref().to_owned()).collect());
    rows.iter().for_each(|row| write(row.iter().map(text).collect()));
    let bytes = writer.into_inner().expect("memory takes all");
    String::from_utf8(bytes).expect("text in, text out")
}

/// A value as a cell; what is null is empty.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => harmless(text),
        other => other.to_string(),
    }
}

/// An amount of US dollars: whole cents, or more digits where it is less than a dollar.
pub(crate) fn dollars(usd: f64) -> String {
    if usd >= 1.0 || usd == 0.0 { format!("${usd:.2}") } else { format!("${usd:.4}") }
}
