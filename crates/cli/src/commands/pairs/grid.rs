//! Rows and columns, as a table for people or as CSV.

use crate::output::harmless;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

/// A line under the header and nothing else, as the tables of figures have it.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('-'));

/// A table for people: names to the left, figures to the right.
pub(super) fn table(header: &[String], rows: &[Vec<String>], figures: bool) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).force_no_tty().set_content_arrangement(ContentArrangement::Disabled);
    let cells = |row: &[String]| {
        let cell = |(at, text): (usize, &String)| {
            let text = harmless(text).replace(['\n', '\t'], " ");
            let right = figures && at > 0;
            Cell::new(text).set_alignment(if right {
                CellAlignment::Right
            } else {
                CellAlignment::Left
            })
        };
        row.iter().enumerate().map(cell).collect::<Vec<Cell>>()
    };
    table.set_header(cells(header));
    for row in rows {
        table.add_row(cells(row));
    }
    table.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// The same as CSV.
pub(super) fn csv(header: &[String], rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in std::iter::once(header).chain(rows.iter().map(Vec::as_slice)) {
        writer.write_record(row).expect("writing to memory cannot fail");
    }
    let bytes = writer.into_inner().expect("writing to memory cannot fail");
    String::from_utf8(bytes).expect("cells are text")
}
