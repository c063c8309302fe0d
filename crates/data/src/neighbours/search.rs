//! All rows within a distance of a row.

use super::blocking::Blocking;
use super::code_table::CodeTable;
use super::kinds::{Kinds, row_number};
use super::packing::Packing;
use super::plan::{Method, deal, plan};
use super::scan::scan;
use rayon::prelude::*;

/// A row near another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Neighbour {
    /// The row.
    pub row: u32,
    /// Columns in which it differs.
    pub distance: u32,
}

/// A table made ready for finding all rows within a Hamming distance of a row.
///
/// The search is exact whichever [`Method`] it uses. Its memory is linear in the rows: about 30 bytes
/// a row, and with blocking about 20 more a distinct row and pass, for rows of one word.
/// # Examples
/// ```
/// use foretell_data::neighbours::{CodeTable, Neighbour, Neighbours};
///
/// let table = CodeTable::from_rows(&[4, 4, 4], &[[0, 0, 0], [0, 1, 0], [1, 2, 3], [0, 0, 0]])?;
/// let neighbours = Neighbours::new(&table, 1);
/// let near = [Neighbour { row: 1, distance: 1 }, Neighbour { row: 3, distance: 0 }];
/// assert_eq!(neighbours.of(0), near);
/// # Ok::<(), foretell_data::neighbours::CodeError>(())
/// ```
pub struct Neighbours {
    kinds: Kinds,
    packing: Packing,
    max_distance: u32,
    blocking: Option<Blocking>,
}

/// Kinds that one task visits.
const TASK: usize = 64;

impl Neighbours {
    /// Prepares a search within `max_distance`, by the method that costs least on this table.
    pub fn new(table: &CodeTable, max_distance: u32) -> Self {
        Self::among(Kinds::new(table, None), table, max_distance)
    }

    /// Prepares a search by a given method.
    ///
    /// The number of blocks is brought between `max_distance + 1` and the number of columns; where
    /// that leaves none, all rows are compared.
    pub fn by(table: &CodeTable, max_distance: u32, method: Method) -> Self {
        let (kinds, packing) = (Kinds::new(table, None), table.packing().clone());
        let (fewest, most) = (max_distance as usize + 1, packing.columns());
        let blocking = match method {
            Method::Blocks(count) if fewest <= most => {
                let blocks = deal(&kinds, &packing, count.clamp(fewest, most));
                Some(Blocking::new(&kinds, &packing, &blocks, max_distance))
            }
            _ => None,
        };
        Self { kinds, packing, max_distance, blocking }
    }

    /// Prepares a search among given kinds of a table.
    pub(super) fn among(kinds: Kinds, table: &CodeTable, max_distance: u32) -> Self {
        let packing = table.packing().clone();
        let (method, blocks) = plan(&kinds, &packing, max_distance);
        let blocking = match method {
            Method::Exhaustive => None,
            Method::Blocks(_) => Some(Blocking::new(&kinds, &packing, &blocks, max_distance)),
        };
        Self { kinds, packing, max_distance, blocking }
    }

    /// The method in use.
    pub fn method(&self) -> Method {
        self.blocking.as_ref().map_or(Method::Exhaustive, |found| Method::Blocks(found.blocks()))
    }

    /// Distinct rows of the table.
    pub fn distinct(&self) -> usize {
        self.kinds.len()
    }

    /// The rows within the distance of `row`, without itself, by row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn of(&self, row: u32) -> Vec<Neighbour> {
        let (mut near, mut rows) = (Vec::new(), Vec::new());
        self.near(self.kinds.of(row), &mut near);
        self.expand(&near, &mut rows);
        rows.retain(|neighbour| neighbour.row != row);
        rows
    }

    /// Calls `visit` once for each row with its neighbours as [`of`](Self::of) gives them, on the
    /// threads of the current rayon pool, in no order.
    ///
    /// Rows of the same codes are searched once. At no time are more lists in memory than threads.
    pub fn for_each(&self, visit: impl Fn(u32, &[Neighbour]) + Sync) {
        (0..self.kinds.len()).into_par_iter().with_min_len(TASK).for_each_init(
            || (Vec::new(), Vec::new(), Vec::new()),
            |(near, all, others), kind| {
                let kind = row_number(kind);
                self.near(kind, near);
                self.expand(near, all);
                for &row in &self.kinds.rows()[self.kinds.places(kind)] {
                    others.clear();
                    others.extend(all.iter().filter(|neighbour| neighbour.row != row));
                    visit(row, others);
                }
            },
        );
    }

    /// The kinds within the distance of a kind, itself included, each with its distance, by first row:
    /// an order that does not depend on the method.
    pub(super) fn near_in_order(&self, kind: u32, near: &mut Vec<(u32, u32)>) {
        self.near(kind, near);
        near.sort_unstable_by_key(|&(kind, _)| self.kinds.first(kind));
    }

    /// The kinds within the distance of a kind, itself included, each with its distance.
    fn near(&self, kind: u32, near: &mut Vec<(u32, u32)>) {
        near.clear();
        let Self { kinds, packing, max_distance, .. } = self;
        if let Some(blocking) = &self.blocking {
            let hit = |kind, distance| near.push((kind, distance));
            blocking.near(kinds, packing, kind, *max_distance, hit);
        } else {
            scan(packing, kinds.words(), kinds.packed(kind), *max_distance, |place, distance| {
                near.push((row_number(place), distance));
            });
        }
    }

    pub(super) fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// The rows of these kinds, by row.
    fn expand(&self, near: &[(u32, u32)], rows: &mut Vec<Neighbour>) {
        rows.clear();
        for &(kind, distance) in near {
            let same = &self.kinds.rows()[self.kinds.places(kind)];
            rows.extend(same.iter().map(|&row| Neighbour { row, distance }));
        }
        rows.sort_unstable();
    }
}
