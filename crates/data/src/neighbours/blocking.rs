//! Blocking: an exact search that compares only rows which agree on some columns.
//!
//! Columns are dealt into `k` blocks. Rows within distance `d` differ in at most `d` columns, hence in
//! at most `d` blocks, and agree on the other `k - d`. So each choice of `k - d` blocks is one *pass*:
//! rows are grouped by their codes in these blocks, and a row is compared with its group only. A pair
//! is found by every pass whose blocks it agrees on, and taken from one: that of the lowest such blocks.

use super::kinds::{Kinds, row_number};
use super::packing::Packing;
use super::scan::scan;
use rayon::prelude::*;

/// The passes of one choice of blocks.
pub(super) struct Blocking {
    blocks: Vec<Vec<u64>>,
    passes: Vec<Pass>,
}

/// All kinds, grouped by their codes in some blocks.
struct Pass {
    /// Blocks on which a group agrees, ascending.
    agreeing: Vec<usize>,
    /// The group of each kind.
    group_of: Vec<u32>,
    /// Where each group starts in `kinds`, and its end.
    starts: Vec<u32>,
    /// Kinds, group by group.
    kinds: Vec<u32>,
    /// Their words beside each other, so that comparing with a group is a linear read.
    words: Vec<u64>,
}

impl Blocking {
    /// Groups kinds for a search within `max_distance`, by blocks of these columns.
    pub(super) fn new(
        kinds: &Kinds,
        packing: &Packing,
        columns: &[Vec<usize>],
        max_distance: u32,
    ) -> Self {
        let blocks: Vec<Vec<u64>> = columns.iter().map(|block| packing.bits_of(block)).collect();
        let agreeing = blocks.len().saturating_sub(max_distance as usize);
        let passes = choices(blocks.len(), agreeing)
            .into_iter()
            .map(|agreeing| Pass::new(kinds, &blocks, agreeing))
            .collect();
        Self { blocks, passes }
    }

    /// How many blocks there are.
    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// Calls `hit` once with each kind within `max_distance` of `kind`, itself included.
    pub(super) fn near(
        &self,
        kinds: &Kinds,
        packing: &Packing,
        kind: u32,
        max_distance: u32,
        mut hit: impl FnMut(u32, u32),
    ) {
        let (width, centre) = (kinds.width(), kinds.packed(kind));
        for pass in &self.passes {
            let group = pass.group_of[kind as usize] as usize;
            let (start, end) = (pass.starts[group] as usize, pass.starts[group + 1] as usize);
            let words = &pass.words[start * width..end * width];
            scan(packing, words, centre, max_distance, |place, distance| {
                if self.takes(pass, centre, &words[place * width..][..width]) {
                    hit(pass.kinds[start + place], distance);
                }
            });
        }
    }

    /// Whether this pass is the one from which a pair is taken: the lowest blocks on which it agrees
    /// are those of the pass.
    fn takes(&self, pass: &Pass, a: &[u64], b: &[u64]) -> bool {
        let agrees = |block: usize| {
            a.iter().zip(b).zip(&self.blocks[block]).all(|((a, b), bits)| (a ^ b) & bits == 0)
        };
        let last = pass.agreeing.last().map_or(0, |&last| last + 1);
        let mut expected = pass.agreeing.iter().peekable();
        (0..last).all(|block| agrees(block) == expected.next_if_eq(&&block).is_some())
    }
}

impl Pass {
    fn new(kinds: &Kinds, blocks: &[Vec<u64>], agreeing: Vec<usize>) -> Self {
        let width = kinds.width();
        let bits: Vec<u64> = (0..width)
            .map(|word| agreeing.iter().fold(0, |bits, &block| bits | blocks[block][word]))
            .collect();
        let mut keys: Vec<(u64, u32)> = (0..row_number(kinds.len()))
            .map(|kind| (key(kinds.packed(kind), &bits), kind))
            .collect();
        keys.par_sort_unstable();
        let mut pass = Self {
            agreeing,
            group_of: vec![0; kinds.len()],
            starts: Vec::new(),
            kinds: Vec::with_capacity(kinds.len()),
            words: Vec::with_capacity(kinds.len() * width),
        };
        let mut previous = None;
        for (place, &(key, kind)) in (0..).zip(&keys) {
            if previous != Some(key) {
                previous = Some(key);
                pass.starts.push(place);
            }
            pass.group_of[kind as usize] = row_number(pass.starts.len() - 1);
            pass.kinds.push(kind);
            pass.words.extend_from_slice(kinds.packed(kind));
        }
        pass.starts.push(row_number(keys.len()));
        pass
    }
}

/// A number for the codes of a row in some columns.
///
/// The bits themselves where a row is one word. Longer rows are hashed: rows whose hashes collide
/// only share a group, and [`Blocking::takes`] looks at the codes.
pub(super) fn key(row: &[u64], bits: &[u64]) -> u64 {
    row.iter().zip(bits).fold(0_u64, |key, (word, bits)| {
        let mixed = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed ^ (mixed >> 29)) ^ (word & bits)
    })
}

/// All ways to choose `taken` of the numbers below `count`, each ascending, in order.
pub(super) fn choices(count: usize, taken: usize) -> Vec<Vec<usize>> {
    if taken == 0 {
        return vec![Vec::new()];
    }
    let last = taken - 1..count;
    last.flat_map(|last| {
        choices(last, taken - 1).into_iter().map(move |mut choice| {
            choice.push(last);
            choice
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_all_and_each_once() {
        assert_eq!(choices(3, 1), [[0], [1], [2]]);
        assert_eq!(choices(4, 2), [[0, 1], [0, 2], [1, 2], [0, 3], [1, 3], [2, 3]]);
        assert_eq!(choices(7, 3).len(), 35);
        assert_eq!(choices(2, 0), [Vec::<usize>::new()]);
    }

    #[test]
    fn a_key_of_one_word_is_its_bits() {
        assert_eq!(key(&[0b1011], &[0b0110]), 0b0010);
        assert_eq!(key(&[u64::MAX], &[0]), 0);
    }
}
