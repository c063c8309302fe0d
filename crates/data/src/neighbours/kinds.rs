//! Distinct rows: what is searched instead of rows.

use super::code_table::CodeTable;
use rayon::prelude::*;
use std::ops::Range;

/// The kinds of rows of a table, and the rows of each.
///
/// A kind is all rows of the same codes (and, where texts are given, the same text). Kinds are
/// numbered in the order of their packed words, so that neighbours in number share their first
/// columns, and searching for one after the other stays in the same memory.
pub(super) struct Kinds {
    width: usize,
    words: Vec<u64>,
    starts: Vec<u32>,
    rows: Vec<u32>,
    kind_of: Vec<u32>,
    firsts: Vec<u32>,
}

impl Kinds {
    /// The kinds of a table's rows; `texts` splits rows of the same codes further.
    pub(super) fn new(table: &CodeTable, texts: Option<&[u32]>) -> Self {
        let width = table.packing().words();
        let text = |row: u32| texts.map_or(0, |texts| texts[row as usize]);
        let all = 0..row_number(table.rows());
        let rows: Vec<u32> = if width == 1 {
            // The word beside the row: sorting then reads no other memory.
            let mut keys: Vec<(u64, u32, u32)> =
                all.map(|row| (table.packed(row)[0], text(row), row)).collect();
            keys.par_sort_unstable();
            keys.into_iter().map(|(_, _, row)| row).collect()
        } else {
            let mut rows: Vec<u32> = all.collect();
            let key = |row: u32| (table.packed(row), text(row), row);
            rows.par_sort_unstable_by(|&a, &b| key(a).cmp(&key(b)));
            rows
        };
        let mut kinds = Self {
            width,
            words: Vec::new(),
            starts: Vec::new(),
            rows: Vec::new(),
            kind_of: vec![0; table.rows()],
            firsts: Vec::new(),
        };
        let mut previous = None;
        for (place, &row) in (0..).zip(&rows) {
            let key = (table.packed(row), text(row));
            if previous != Some(key) {
                previous = Some(key);
                kinds.starts.push(place);
                kinds.words.extend_from_slice(key.0);
                kinds.firsts.push(row);
            }
            kinds.kind_of[row as usize] = row_number(kinds.starts.len() - 1);
        }
        kinds.starts.push(row_number(rows.len()));
        kinds.rows = rows;
        kinds
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.firsts.len()
    }

    /// Words of a row.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The words of all kinds, one after the other.
    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    /// The words of a kind.
    pub(super) fn packed(&self, kind: u32) -> &[u64] {
        &self.words[kind as usize * self.width..][..self.width]
    }

    /// The kind of a row.
    pub(super) fn of(&self, row: u32) -> u32 {
        self.kind_of[row as usize]
    }

    /// The first row of a kind: an order of kinds that does not depend on how codes are written.
    pub(super) fn first(&self, kind: u32) -> u32 {
        self.firsts[kind as usize]
    }

    /// Where the rows of a kind lie in [`rows`](Self::rows).
    pub(super) fn places(&self, kind: u32) -> Range<usize> {
        self.starts[kind as usize] as usize..self.starts[kind as usize + 1] as usize
    }

    /// All rows, kind by kind.
    pub(super) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// Sorts the rows of each kind by label, then by row, and returns the label of each.
    pub(super) fn sort_by_label(&mut self, labels: &[u32]) -> Vec<u32> {
        for kind in 0..self.len() {
            let places = self.starts[kind] as usize..self.starts[kind + 1] as usize;
            if places.len() > 1 {
                self.rows[places].sort_unstable_by_key(|&row| (labels[row as usize], row));
            }
        }
        self.rows.iter().map(|&row| labels[row as usize]).collect()
    }
}

/// A count of rows or kinds as a number of one.
pub(super) fn row_number(count: usize) -> u32 {
    u32::try_from(count).expect("a table has at most 2^32 - 1 rows: checked when it was made")
}
