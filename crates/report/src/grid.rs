//! Tables of text that fit a terminal.

use crate::number::shortened;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

/// A line under the header and nothing else, so that lines of the table can be cut out with `awk`.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('-'));

/// Least that is left of a text in a narrow terminal.
const SHORTEST: usize = 6;

/// Names that a note lists before it only counts the rest.
const NAMED: usize = 5;

/// Headings and cells, the numbers of which are never broken.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    /// Headings, each with whether its column holds texts, which may lose their middle.
    pub(crate) columns: Vec<(String, bool)>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Grid {
    /// The table, its texts shortened to some letters.
    fn drawn(&self, letters: usize) -> String {
        let mut table = Table::new();
        let table = table.load_style(STYLE).force_no_tty();
        table.set_content_arrangement(ContentArrangement::Disabled);
        let place = |text: &String, is_text: bool| match is_text {
            true => Cell::new(shortened(text, letters)),
            false => Cell::new(text).set_alignment(CellAlignment::Right),
        };
        table.set_header(self.columns.iter().map(|(heading, is_text)| place(heading, *is_text)));
        for row in &self.rows {
            let cells = row.iter().zip(&self.columns);
            table.add_row(cells.map(|(text, (_, is_text))| place(text, *is_text)));
        }
        table.trim_fmt()
    }
}

/// A table that fits a width: `wide`, or where that is too long `narrow`, its texts shortened as far
/// as it takes. Says whether it is the narrow one.
pub(crate) fn fitted(wide: &Grid, narrow: impl FnOnce() -> Grid, width: usize) -> (String, bool) {
    let text = wide.drawn(usize::MAX);
    if longest(&text) <= width {
        return (text, false);
    }
    let narrow = narrow();
    let text = narrow.drawn(usize::MAX);
    if longest(&text) <= width {
        return (text, true);
    }
    // What is left for texts once the numbers have their room, padding included.
    let figures = longest(&narrow.drawn(0));
    let texts = narrow.columns.iter().filter(|(_, is_text)| *is_text).count().max(1);
    let room = width.saturating_sub(figures) / texts + 1;
    (narrow.drawn(room.max(SHORTEST)), true)
}

fn longest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

/// Some names, and how many more there are.
pub(crate) fn named(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
