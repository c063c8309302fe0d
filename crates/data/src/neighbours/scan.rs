//! The scan: which of many packed rows are within a distance of one.

use super::packing::{Packing, WordMask};

/// Calls `hit` with the place and the distance of each row of `words` within `max_distance` of `centre`.
pub(super) fn scan(
    packing: &Packing,
    words: &[u64],
    centre: &[u64],
    max_distance: u32,
    mut hit: impl FnMut(usize, u32),
) {
    match (packing.single(), max_distance) {
        (Some(mask), 0) => scan_single::<0>(mask, words, centre[0], &mut hit),
        (Some(mask), 1) => scan_single::<1>(mask, words, centre[0], &mut hit),
        (Some(mask), 2) => scan_single::<2>(mask, words, centre[0], &mut hit),
        (Some(mask), 3) => scan_single::<3>(mask, words, centre[0], &mut hit),
        _ => {
            for (place, row) in words.chunks_exact(packing.words()).enumerate() {
                let distance = packing.distance(row, centre);
                if distance <= max_distance {
                    hit(place, distance);
                }
            }
        }
    }
}

/// The scan of rows of one word.
///
/// Not more than `D` bits are set exactly if nothing is left after the lowest bit is cleared `D`
/// times: fewer instructions than a count of bits on processors that are not assumed to have one.
fn scan_single<const D: u32>(
    mask: WordMask,
    words: &[u64],
    centre: u64,
    hit: &mut impl FnMut(usize, u32),
) {
    for (place, word) in words.iter().enumerate() {
        let differing = mask.differing(word ^ centre);
        let mut left = differing;
        for _ in 0..D {
            left &= left.wrapping_sub(1);
        }
        if left == 0 {
            hit(place, differing.count_ones());
        }
    }
}
