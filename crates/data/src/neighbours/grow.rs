//! One ball: the members drawn around one centre.

use super::kinds::Kinds;
use super::options::BallOptions;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// A member of a ball: a counterfactual of its centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The row.
    pub row: u32,
    /// Columns in which it differs from the centre.
    pub distance: u32,
}

/// The members around a centre, with how many of the ball have its label, and how many another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grown {
    pub(super) members: Vec<Member>,
    pub(super) same: u32,
    pub(super) other: u32,
}

/// Why there is no ball around a centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// Fewer neighbours than the smallest ball needs.
    TooFew,
    /// Too many of one side at the smallest size.
    Imbalanced,
}

/// What balls are grown from.
pub(super) struct Ground<'a> {
    pub(super) kinds: &'a Kinds,
    /// The label of each of the kinds' rows, in their order: ascending within a kind.
    pub(super) labels: &'a [u32],
    /// The text of each row of the table.
    pub(super) texts: &'a [u32],
    pub(super) options: &'a BallOptions,
}

/// Which label a member has, as a place in arrays of two.
const SAME: usize = 0;
const OTHER: usize = 1;

/// The neighbours of centres of one kind and label: a near kind, its distance, where its rows of the
/// label lie among all its rows, and its text.
struct Near {
    distance: u32,
    rows: Range<usize>,
    same: Range<usize>,
    text: u32,
}

/// Where balls grow around the centres of one kind and label.
#[derive(Default)]
pub(super) struct Pools {
    near: Vec<Near>,
    /// Rows of each near kind on each side, before any is drawn.
    full: [Vec<u32>; 2],
    /// Rows of each near kind that may still be drawn, by side.
    left: [Vec<u32>; 2],
    /// Their sums.
    totals: [u64; 2],
    /// Near kind, side and place on that side of every row drawn, and of the centre.
    drawn: Vec<(usize, usize, usize)>,
}

impl Pools {
    /// Takes up the kinds near centres of this label.
    pub(super) fn fill(&mut self, ground: &Ground, near: &[(u32, u32)], label: u32) {
        self.near.clear();
        self.full.iter_mut().for_each(Vec::clear);
        for &(kind, distance) in near {
            let rows = ground.kinds.places(kind);
            let labels = &ground.labels[rows.clone()];
            let start = rows.start + labels.partition_point(|&of_row| of_row < label);
            let end = rows.start + labels.partition_point(|&of_row| of_row <= label);
            self.full[SAME].push(count(start..end));
            self.full[OTHER].push(count(rows.clone()) - count(start..end));
            let text = ground.texts[ground.kinds.first(kind) as usize];
            self.near.push(Near { distance, rows, same: start..end, text });
        }
    }

    /// Grows the ball around the row at `place` among the kinds' rows, whose kind and label the pools
    /// were filled for.
    pub(super) fn grow(
        &mut self,
        ground: &Ground,
        place: usize,
        rng: &mut ChaCha8Rng,
    ) -> Result<Grown, Failure> {
        let options = ground.options;
        self.reset(ground, place);
        let mut grown = Grown { members: Vec::new(), same: 1, other: 0 };
        let (mut size, mut side) = (1, OTHER);
        while size < options.max_size {
            if self.totals[side] == 0 {
                side = 1 - side;
            }
            if self.totals[side] == 0 {
                break;
            }
            let (same, other) = match side {
                SAME => (grown.same + 1, grown.other),
                _ => (grown.same, grown.other + 1),
            };
            if size + 1 >= options.min_size && !options.balanced(same, other) {
                break;
            }
            grown.members.push(self.draw(ground, side, rng));
            (grown.same, grown.other) = (same, other);
            (size, side) = (size + 1, 1 - side);
        }
        if size >= options.min_size {
            Ok(grown)
        } else if self.totals == [0, 0] {
            Err(Failure::TooFew)
        } else {
            Err(Failure::Imbalanced)
        }
    }

    /// All that may be drawn around this centre.
    fn reset(&mut self, ground: &Ground, place: usize) {
        self.drawn.clear();
        for side in [SAME, OTHER] {
            self.left[side].clone_from(&self.full[side]);
            self.totals[side] = self.full[side].iter().map(|&rows| u64::from(rows)).sum();
        }
        if ground.options.keep_identical {
            let own = self.near.iter().position(|near| near.same.contains(&place));
            let own = own.expect("a centre is near itself");
            self.drawn.push((own, SAME, place - self.near[own].same.start));
            self.left[SAME][own] -= 1;
            self.totals[SAME] -= 1;
        } else {
            self.remove_text(ground.texts[ground.kinds.rows()[place] as usize]);
        }
    }

    /// Draws one of the rows left on a side, each equally likely.
    fn draw(&mut self, ground: &Ground, side: usize, rng: &mut ChaCha8Rng) -> Member {
        let mut number = below(rng, self.totals[side]);
        let holds = |&left: &u32| {
            let here = number < u64::from(left);
            if !here {
                number -= u64::from(left);
            }
            here
        };
        let kind = self.left[side].iter().position(holds).expect("the number is below their sum");
        let number = usize::try_from(number).expect("below a count of rows");
        let near = &self.near[kind];
        let (distance, text) = (near.distance, near.text);
        let place = self.undrawn(kind, side, number);
        let row = ground.kinds.rows()[near.place(side, place)];
        if ground.options.keep_identical {
            self.drawn.push((kind, side, place));
            self.left[side][kind] -= 1;
            self.totals[side] -= 1;
        } else {
            self.remove_text(text);
        }
        Member { row, distance }
    }

    /// The place on its side of the row that is number `number` among those of a kind not yet drawn.
    fn undrawn(&self, kind: usize, side: usize, number: usize) -> usize {
        let of_kind = |&&(of, on, _): &&(usize, usize, usize)| (of, on) == (kind, side);
        let mut drawn: Vec<usize> =
            self.drawn.iter().filter(of_kind).map(|&(_, _, place)| place).collect();
        drawn.sort_unstable();
        drawn.into_iter().fold(number, |place, taken| place + usize::from(taken <= place))
    }

    /// Takes all rows of a text out of the pools.
    fn remove_text(&mut self, text: u32) {
        for (kind, near) in self.near.iter().enumerate() {
            if near.text == text {
                for side in [SAME, OTHER] {
                    let left = std::mem::take(&mut self.left[side][kind]);
                    self.totals[side] -= u64::from(left);
                }
            }
        }
    }
}

impl Near {
    /// Where the row at `place` of a side lies among the rows of all kinds.
    fn place(&self, side: usize, place: usize) -> usize {
        if side == SAME {
            return self.same.start + place;
        }
        let place = self.rows.start + place;
        if place < self.same.start { place } else { place + self.same.len() }
    }
}

fn count(places: Range<usize>) -> u32 {
    super::kinds::row_number(places.len())
}

/// A number below `end`, each equally likely but for `end` parts in 2^64.
///
/// Spelled out, so that a seed gives the same balls after every upgrade of a library.
fn below(rng: &mut ChaCha8Rng, end: u64) -> u64 {
    let wide = u128::from(rng.next_u64()) * u128::from(end);
    u64::try_from(wide >> 64).expect("below `end`")
}
