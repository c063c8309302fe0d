//! On which line of a file of delimited text a record starts.
//!
//! The reader's own count stands before the line ends that it skips, and knows `\n` alone.

use csv::ByteRecord;

/// Counts lines: `\n`, `\r\n` and `\r` each end one.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    bytes: &'a [u8],
    counted: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// At the start of a file.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, counted: 0, line: 1 }
    }

    /// The line, from 1, on which a record starts; records come in order.
    pub(crate) fn line_of(&mut self, record: &ByteRecord) -> u64 {
        let start = record.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or(0));
        let rest = self.bytes.get(start..).unwrap_or_default();
        let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        // After the line ends that are skipped, so that no `\r\n` is cut in two.
        let start = (start + skipped).max(self.counted);
        let passed = self.bytes.get(self.counted..start).unwrap_or_default();
        self.line += ends(passed);
        self.counted = start;
        self.line
    }
}

/// The line ends in a part of a file.
fn ends(bytes: &[u8]) -> u64 {
    let is_end = |at: &usize| match bytes[*at] {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    (0..bytes.len()).filter(is_end).count() as u64
}
