//! JSON: an object a line, or one list of objects.

use super::fault::{FaultKind, RowFault, excerpt};
use super::sheet::{Read, Record, note_columns};
use crate::error::DataError;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Reads a file of objects.
///
/// # Errors
/// [`DataError::Sheet`] for a list that is no JSON.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Read, DataError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let list = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let (mut records, mut broken) = (Vec::new(), Vec::new());
    let mut take = |row: u64, line: Option<u64>, value: Result<Value, String>, raw: &str| {
        let malformed = |reason: String| RowFault {
            row,
            line,
            kind: FaultKind::Malformed,
            column: None,
            value: excerpt(raw),
            reason,
        };
        match value {
            Ok(Value::Object(cells)) => records.push(Record { row, line, cells }),
            Ok(_) => broken.push(malformed("this is no JSON object".to_owned())),
            Err(fault) => broken.push(malformed(format!("this is no JSON: {fault}"))),
        }
    };
    if list {
        let items: Vec<Value> =
            serde_json::from_slice(bytes).map_err(|fault| DataError::Sheet {
                path: path.to_owned(),
                fault: format!("the list is no JSON: {fault}"),
                help: "a file that begins with `[` holds one list of objects".to_owned(),
            })?;
        for (row, item) in (0..).zip(items) {
            let raw = if item.is_object() { String::new() } else { item.to_string() };
            take(row, None, Ok(item), &raw);
        }
    } else {
        let lines = (1..).zip(bytes.split(|&byte| byte == b'\n'));
        let full = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
        for (row, (line, bytes)) in (0..).zip(full) {
            let value = serde_json::from_slice(bytes).map_err(|fault| fault.to_string());
            take(row, Some(line), value, &String::from_utf8_lossy(bytes));
        }
    }
    let (mut columns, mut known) = (Vec::new(), BTreeSet::new());
    for record in &records {
        note_columns(&record.cells, &mut columns, &mut known);
    }
    let format = if list { "JSON" } else { "JSONL" }.to_owned();
    Ok(Read { format, columns, records, broken })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_lists_are_read_and_bad_lines_named() {
        let lines = read(Path::new("f"), b"{\"a\": 1}\n\nno\n[1]\n{\"b\": {\"c\": 2}}\n").unwrap();
        assert_eq!(lines.columns, ["a", "b", "b.c"]);
        assert_eq!(lines.records[1].row, 3);
        assert_eq!(lines.records[1].get("b.c"), &Value::from(2));
        let broken: Vec<_> = lines.broken.iter().map(|fault| fault.line).collect();
        assert_eq!(broken, [Some(3), Some(4)]);
        let list = read(Path::new("f"), b" [{\"a\": 1}, 2]").unwrap();
        assert_eq!((list.records.len(), list.broken.len()), (1, 1));
        assert!(read(Path::new("f"), b"[{").is_err());
    }
}
