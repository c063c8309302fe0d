//! A raw file as columns, each cell a number into the column's list of distinct cells.

use super::RawFault;
use crate::lines::Lines;
use csv::{ByteRecord, ReaderBuilder};
use foretell_core::card::Read;
use std::collections::HashMap;

/// Lines at fault that are shown.
const SHOWN: usize = 5;

/// A raw file, read.
///
/// Whatever is asked of a cell is asked once a distinct cell and not once a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// The columns, in order.
    pub columns: Vec<GridColumn>,
    /// The line of each row, from 1.
    pub lines: Vec<u64>,
}

/// One column of a raw file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridColumn {
    /// Its name.
    pub name: String,
    /// Its distinct cells, without white space around them, in order of first use.
    pub cells: Vec<String>,
    /// For each row, the place of its cell in `cells`.
    pub rows: Vec<u32>,
}

impl Grid {
    /// Reads delimited text as a card says.
    ///
    /// A byte order mark, both kinds of line ends, empty lines, quotes, white space around cells and a
    /// missing last line end are all understood.
    ///
    /// # Errors
    /// The lines that are no rows.
    pub fn read(bytes: &[u8], read: &Read) -> Result<Self, Vec<RawFault>> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(read.delimiter as u8)
            .quote(read.quote as u8)
            .from_reader(bytes);
        let mut record = ByteRecord::new();
        let mut names = read.columns.clone();
        if names.is_empty() {
            let there = reader.read_byte_record(&mut record).unwrap_or(false);
            if !there {
                return Err(vec![line(
                    1,
                    "the file is empty; its first line should name the columns",
                )]);
            }
            names = header(&record)?;
        }
        let mut columns: Vec<Column> = names.iter().map(|_| Column::default()).collect();
        let mut places = Lines::of(bytes);
        let (mut lines, mut faults, mut more) = (Vec::new(), Vec::new(), 0);
        loop {
            let more_to_read = reader.read_byte_record(&mut record);
            let at = places.line_of(&record);
            let fault = match more_to_read {
                Ok(false) => break,
                Ok(true) if is_blank(&record) => continue,
                Ok(true) if record.len() != names.len() => {
                    format!("{} cells, and there are {} columns", record.len(), names.len())
                }
                Ok(true) => match push(&record, &mut columns) {
                    Ok(()) => {
                        lines.push(at);
                        continue;
                    }
                    Err(fault) => fault,
                },
                Err(fault) => fault.to_string(),
            };
            if faults.len() < SHOWN {
                faults.push(line(at, fault));
            } else {
                more += 1;
            }
        }
        if let Some(RawFault::Line { fault, .. }) = faults.last_mut()
            && more > 0
        {
            fault.push_str(&format!("; and {more} more lines"));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let named = names.into_iter().zip(columns).map(|(name, column)| column.named(name));
        Ok(Self { columns: named.collect(), lines })
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&GridColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lines.len()
    }
}

/// A column that grows.
#[derive(Default)]
struct Column {
    places: HashMap<String, u32>,
    rows: Vec<u32>,
}

impl Column {
    fn push(&mut self, cell: &str) {
        let place = match self.places.get(cell) {
            Some(&place) => place,
            None => {
                let place = u32::try_from(self.places.len()).expect("fewer than 2^32 rows");
                self.places.insert(cell.to_owned(), place);
                place
            }
        };
        self.rows.push(place);
    }

    fn named(self, name: String) -> GridColumn {
        let mut places: Vec<(String, u32)> = self.places.into_iter().collect();
        places.sort_unstable_by_key(|(_, place)| *place);
        let cells = places.into_iter().map(|(cell, _)| cell).collect();
        GridColumn { name, cells, rows: self.rows }
    }
}

fn push(record: &ByteRecord, columns: &mut [Column]) -> Result<(), String> {
    if let Some(at) = record.iter().position(|cell| std::str::from_utf8(cell).is_err()) {
        return Err(format!("cell {} is not UTF-8 text: convert the file", at + 1));
    }
    for (cell, column) in record.iter().zip(columns) {
        column.push(std::str::from_utf8(cell).expect("just looked at").trim());
    }
    Ok(())
}

fn header(record: &ByteRecord) -> Result<Vec<String>, Vec<RawFault>> {
    let mut names: Vec<String> = Vec::new();
    for cell in record {
        let name = String::from_utf8_lossy(cell).trim().to_owned();
        if names.contains(&name) {
            return Err(vec![line(1, format!("it names the column `{name}` twice"))]);
        }
        names.push(name);
    }
    Ok(names)
}

/// A line of white space alone.
fn is_blank(record: &ByteRecord) -> bool {
    record.len() == 1 && record[0].trim_ascii().is_empty()
}

fn line(line: u64, fault: impl Into<String>) -> RawFault {
    RawFault::Line { line, fault: fault.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(grid: &Grid, column: &str) -> Vec<String> {
        let column = grid.column(column).unwrap();
        column.rows.iter().map(|&place| column.cells[place as usize].clone()).collect()
    }

    #[test]
    fn marks_quotes_line_ends_and_white_space_are_understood() {
        let read = Read { delimiter: ';', ..Read::default() };
        let text = "\u{feff}\"a\"; b\r\n1; \"x\"\r\n\r\n\"2;3\";\" y \"\r\n  \r\n4;z";
        let grid = Grid::read(text.as_bytes(), &read).unwrap();
        assert_eq!(cells(&grid, "a"), ["1", "2;3", "4"]);
        assert_eq!(cells(&grid, "b"), ["\"x\"", "y", "z"]);
        assert_eq!(grid.lines, [2, 4, 6]);
        let grid = Grid::read(b"a,b\r1,2\r3,4\r", &Read::default()).unwrap();
        assert_eq!(grid.lines, [2, 3]);
    }

    #[test]
    fn without_a_header_the_card_names_the_columns() {
        let read = Read { columns: vec!["a".into(), "b".into()], ..Read::default() };
        let grid = Grid::read(b"1, x\n2, x\n\n", &read).unwrap();
        assert_eq!(
            (cells(&grid, "a"), cells(&grid, "b")),
            (vec!["1".into(), "2".into()], vec!["x".into(), "x".into()])
        );
        assert_eq!(grid.rows(), 2);
    }

    #[test]
    fn lines_that_are_no_rows_are_named() {
        let faults = Grid::read(b"a,b\n1,2\n3\n4,5,6\n\xff,1\n", &Read::default()).unwrap_err();
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "line 3: 1 cells, and there are 2 columns",
                "line 4: 3 cells, and there are 2 columns",
                "line 5: cell 1 is not UTF-8 text: convert the file"
            ]
        );
        let said = Grid::read(b"", &Read::default()).unwrap_err()[0].to_string();
        assert!(said.contains("the file is empty"), "{said}");
        let said = Grid::read(b"a,a\n1,2\n", &Read::default()).unwrap_err()[0].to_string();
        assert!(said.contains("`a` twice"), "{said}");
    }

    proptest::proptest! {
        #[test]
        fn a_written_table_is_read_back(
            rows in proptest::collection::vec(("[ -~é\n\"]{0,6}", "[a-c;,]{1,3}"), 0..20),
            delimiter in proptest::sample::select(vec![',', ';', '\t']),
            crlf in proptest::bool::ANY,
        ) {
            let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
            let mut writer = csv::WriterBuilder::new()
                .delimiter(delimiter as u8)
                .terminator(terminator)
                .from_writer(Vec::new());
            writer.write_record(["a", "b"]).unwrap();
            rows.iter().for_each(|(a, b)| writer.write_record([a, b]).unwrap());
            let bytes = writer.into_inner().unwrap();
            let grid = Grid::read(&bytes, &Read { delimiter, ..Read::default() }).unwrap();
            let expected: Vec<String> = rows.iter().map(|(a, _)| a.trim().to_owned()).collect();
            proptest::prop_assert_eq!(cells(&grid, "a"), expected);
            proptest::prop_assert!(grid.lines.is_sorted());
        }
    }
}
