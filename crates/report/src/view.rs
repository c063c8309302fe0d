//! Sheets as the page shows them: tables that sort, with their CSV and LaTeX.

use crate::canvas::typeset;
use crate::number::{count, one_line};
use crate::sheet::{footnotes, heading, shown, to_latex, written};
use foretell_analysis::{Cell, Kind, Sheet, Shown};
use serde::Serialize;

/// Most rows of a table in the page; its CSV has no more, and says so.
const MOST: usize = 100;

/// A table of the page.
#[derive(Debug, Serialize)]
pub(crate) struct TableView {
    name: String,
    title: String,
    says: String,
    columns: Vec<HeadView>,
    rows: Vec<Vec<CellView>>,
    notes: Vec<Vec<String>>,
    /// What is not shown, where anything is not.
    more: Option<String>,
    csv: String,
    latex: String,
}

#[derive(Debug, Serialize)]
struct HeadView {
    text: String,
    says: String,
    number: bool,
}

#[derive(Debug, Serialize)]
struct CellView {
    text: String,
    number: bool,
    /// What rows are sorted by, where it is not the text: a number in full.
    value: Option<String>,
    /// Why there is no figure.
    reason: Option<String>,
}

/// The page's view of a sheet.
pub(crate) fn table(sheet: &Sheet) -> TableView {
    let cut = Sheet { rows: sheet.rows.iter().take(MOST).cloned().collect(), ..sheet.clone() };
    let columns = shown(&cut, Shown::Wide);
    let is_number = |at: usize| !matches!(cut.columns[at].kind, Kind::Text | Kind::Truth);
    let head = |&at: &usize| HeadView {
        text: heading(&cut, &cut.columns[at]),
        says: cut.columns[at].says.to_string(),
        number: is_number(at),
    };
    let cell = |row: &[Cell], at: usize| CellView {
        text: typeset(&written(&cut, row, at)),
        number: is_number(at),
        value: row[at].number().map(|number| number.to_string()),
        reason: row[at].reason().map(one_line),
    };
    let row = |row: &Vec<Cell>| columns.iter().map(|&at| cell(row, at)).collect();
    let more = (sheet.rows.len() > MOST).then(|| {
        let (most, all) = (count(MOST as u64), count(sheet.rows.len() as u64));
        format!("The first {most} of {all} rows; `foretell analyze` writes them all.")
    });
    TableView {
        name: cut.name.clone(),
        title: cut.title.clone(),
        says: cut.says.clone(),
        columns: columns.iter().map(head).collect(),
        rows: cut.rows.iter().map(row).collect(),
        notes: crate::content::marked(&footnotes(&cut)),
        more,
        csv: cut.to_csv(),
        latex: to_latex(&cut),
    }
}
