//! Comma-separated values, whatever separates them.

use super::fault::{FaultKind, RowFault, excerpt};
use super::sheet::{Read, Record};
use crate::error::DataError;
use crate::lines::Lines;
use csv::{ByteRecord, ReaderBuilder};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::Path;

/// What may stand between two cells, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Records from which the delimiter is told.
const SAMPLE: usize = 50;

/// Reads a file with a header line.
///
/// # Errors
/// [`DataError::Sheet`] where the header cannot be used.
pub(super) fn read(path: &Path, bytes: &[u8], delimiter: Option<u8>) -> Result<Read, DataError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let delimiter = delimiter.unwrap_or_else(|| guess(bytes));
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let fault = |fault: String, help: &str| DataError::Sheet {
        path: path.to_owned(),
        fault,
        help: help.to_owned(),
    };
    let broken_file = |error: csv::Error| fault(error.to_string(), "write the file again as CSV");
    let mut record = ByteRecord::new();
    reader.read_byte_record(&mut record).map_err(broken_file)?;
    let columns = header(&record).map_err(|what| {
        fault(what, "the first line names the columns, each by a name of its own, in UTF-8")
    })?;
    let (mut records, mut broken) = (Vec::new(), Vec::new());
    let mut lines = Lines::of(bytes);
    for row in 0.. {
        if !reader.read_byte_record(&mut record).map_err(broken_file)? {
            break;
        }
        let line = Some(lines.line_of(&record));
        match cells(&columns, &record) {
            Ok(cells) => records.push(Record { row, line, cells }),
            Err(reason) => broken.push(RowFault {
                row,
                line,
                kind: FaultKind::Malformed,
                column: None,
                value: excerpt(&joined(&record, delimiter)),
                reason,
            }),
        }
    }
    let format = format!("CSV with `{}`", char::from(delimiter).escape_default());
    Ok(Read { format, columns, records, broken })
}

fn header(record: &ByteRecord) -> Result<Vec<String>, String> {
    let mut seen = BTreeSet::new();
    let mut columns = Vec::new();
    for cell in record {
        let name = std::str::from_utf8(cell).map_err(|_| "the header is no UTF-8".to_owned())?;
        let name = name.trim().to_owned();
        // The index that pandas writes has no name: it is kept out of the way.
        if !name.is_empty() && !seen.insert(name.clone()) {
            return Err(format!("the column `{name}` stands there twice"));
        }
        columns.push(name);
    }
    if seen.is_empty() { Err("there is no header".to_owned()) } else { Ok(columns) }
}

fn cells(columns: &[String], record: &ByteRecord) -> Result<Map<String, Value>, String> {
    if record.len() != columns.len() {
        let open = record.iter().any(|cell| cell.iter().filter(|&&b| b == b'\n').count() > 20);
        let open = if open { "; a quote may be left open" } else { "" };
        return Err(format!(
            "the row has {} cells, the header {}{open}",
            record.len(),
            columns.len()
        ));
    }
    let mut cells = Map::new();
    for (name, cell) in columns.iter().zip(record) {
        let text = std::str::from_utf8(cell).map_err(|_| {
            format!("the cell of `{name}` is no UTF-8: save the file in that encoding")
        })?;
        cells.insert(name.clone(), Value::String(text.to_owned()));
    }
    Ok(cells)
}

/// The cells of a record as they stand in the file, but for quotes.
fn joined(record: &ByteRecord, delimiter: u8) -> String {
    let cells: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
    cells.join(&char::from(delimiter).to_string())
}

/// The delimiter under which the most of the first records have as many cells as the header, and of
/// those the one with the most cells.
fn guess(bytes: &[u8]) -> u8 {
    let score = |&delimiter: &u8| {
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(bytes);
        let lengths: Vec<usize> =
            reader.byte_records().take(SAMPLE).map_while(Result::ok).map(|r| r.len()).collect();
        let header = lengths.first().copied().unwrap_or_default();
        let same = lengths.iter().filter(|&&length| length == header).count();
        // A header of one cell fits every file in which the delimiter is rare.
        if header < 2 { (0, 0) } else { (same, header) }
    };
    // The first of equals: `max_by_key` would take the last.
    DELIMITERS.into_iter().rev().max_by_key(score).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Read {
        read(Path::new("f.csv"), bytes, None).unwrap()
    }

    #[test]
    fn delimiters_quotes_and_marks_are_seen_through() {
        let read = texts(b"\xef\xbb\xbfa;b\n\"x; \"\"y\"\"\nz\";1,2\n");
        assert_eq!((read.format.as_str(), read.columns.len()), ("CSV with `;`", 2));
        assert_eq!(read.records[0].cells["a"], "x; \"y\"\nz");
        assert_eq!(read.records[0].line, Some(2));
        assert_eq!(texts(b"a\tb\n1,5\t2\n").columns, ["a", "b"]);
        assert_eq!(texts(b"a,b,c\n1,2,3\n").columns, ["a", "b", "c"]);
    }

    #[test]
    fn rows_of_other_lengths_and_encodings_are_named() {
        let read = texts(b"a,b\n1\n\xe9,2\n3,4\n");
        assert_eq!(read.records.len(), 1);
        assert_eq!(read.broken.iter().map(|fault| fault.row).collect::<Vec<_>>(), [0, 1]);
        assert!(read.broken[0].reason.contains("1 cells, the header 2"));
    }

    #[test]
    fn faults_stand_on_the_line_that_an_editor_shows() {
        for (end, name) in [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")] {
            let text = format!("a,b{end}1,2{end}x;y,z,3{end}{end}{end}\"p{end}q\",4{end}5{end}6,7");
            let read = texts(text.as_bytes());
            let lines: Vec<_> = read.records.iter().filter_map(|record| record.line).collect();
            assert_eq!(lines, [2, 6, 9], "{name}");
            assert_eq!(read.broken.iter().map(|f| f.line).collect::<Vec<_>>(), [Some(3), Some(8)]);
            assert_eq!(read.broken[0].value, "x;y,z,3", "{name}");
        }
    }

    #[test]
    fn a_column_that_stands_there_twice_is_refused() {
        assert!(read(Path::new("f.csv"), b"a,a\n1,2\n", None).is_err());
        assert!(read(Path::new("f.csv"), b"", None).is_err());
    }
}
