//! Which search costs least on a table.

use super::blocking::{choices, key};
use super::kinds::{Kinds, row_number};
use super::packing::Packing;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// How neighbours are found. All methods find the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Each distinct row is compared with all others.
    Exhaustive,
    /// Columns are dealt into so many blocks. Within distance `d`, a row is compared with those rows
    /// that agree with it on all but `d` of the blocks.
    Blocks(usize),
}

/// Below so many distinct rows, comparing all costs less than thinking about it.
const SMALL: usize = 2_000;
/// Distinct rows looked at for a plan.
const SAMPLE: usize = 8_192;
/// Most passes of a plan: each costs memory and a sort of all kinds.
const MOST_PASSES: usize = 30;

/// Costs in units of one comparison of two packed rows, as measured on tables of a million rows.
const GROUP_COST: f64 = 60.0;
/// Putting one kind into a pass: its share of the sort, and of the copies.
const PASS_COST: f64 = 120.0;

/// The cheapest method, and the columns of each block.
pub(super) fn plan(
    kinds: &Kinds,
    packing: &Packing,
    max_distance: u32,
) -> (Method, Vec<Vec<usize>>) {
    let fewest = max_distance as usize + 1;
    if kinds.len() < SMALL || fewest > packing.columns() {
        return (Method::Exhaustive, Vec::new());
    }
    let sample = Sample::new(kinds, packing);
    let mut best = (kinds.len() as f64, Method::Exhaustive, Vec::new());
    for count in fewest..=packing.columns() {
        let passes = choices(count, count - max_distance as usize);
        if passes.len() > MOST_PASSES && count > fewest {
            break;
        }
        let blocks = sample.deal(count);
        let cost: f64 = passes.iter().map(|pass| sample.cost(packing, &blocks, pass)).sum();
        if cost < best.0 {
            best = (cost, Method::Blocks(count), blocks);
        }
    }
    (best.1, best.2)
}

/// The columns of each of `count` blocks for a table.
pub(super) fn deal(kinds: &Kinds, packing: &Packing, count: usize) -> Vec<Vec<usize>> {
    Sample::new(kinds, packing).deal(count)
}

/// Some kinds of a table, drawn at random.
struct Sample<'a> {
    all: &'a Kinds,
    kinds: Vec<u32>,
    /// Entropy of each column over the sample, bits.
    entropy: Vec<f64>,
}

impl<'a> Sample<'a> {
    fn new(all: &'a Kinds, packing: &Packing) -> Self {
        let count = row_number(all.len());
        let mut kinds: Vec<u32> = if all.len() <= SAMPLE {
            (0..count).collect()
        } else {
            // The seed is fixed: the plan moves time and memory, never what is found.
            let mut rng = ChaCha8Rng::seed_from_u64(0);
            let below = |draw: u32| (u64::from(draw) * u64::from(count)) >> 32;
            let draw = |_| u32::try_from(below(rng.next_u32())).expect("below a count of 32 bits");
            (0..SAMPLE).map(draw).collect()
        };
        kinds.sort_unstable();
        kinds.dedup();
        let entropy =
            (0..packing.columns()).map(|column| entropy(all, packing, &kinds, column)).collect();
        Self { all, kinds, entropy }
    }

    /// Deals columns into blocks that tell rows apart about equally well: the column of most entropy
    /// first, each to the block that has least.
    fn deal(&self, count: usize) -> Vec<Vec<usize>> {
        let mut columns: Vec<usize> = (0..self.entropy.len()).collect();
        columns.sort_by(|&a, &b| self.entropy[b].total_cmp(&self.entropy[a]).then(a.cmp(&b)));
        let mut blocks = vec![(0.0_f64, Vec::new()); count];
        for column in columns {
            let lightest = blocks.iter_mut().min_by(|a, b| a.0.total_cmp(&b.0));
            let (bits, block) = lightest.expect("a plan has at least one block");
            *bits += self.entropy[column];
            block.push(column);
        }
        blocks.into_iter().map(|(_, block)| block).collect()
    }

    /// What a pass costs for each kind: itself, and the comparisons with a group of the size expected
    /// from how often two rows of the sample share one.
    fn cost(&self, packing: &Packing, blocks: &[Vec<usize>], pass: &[usize]) -> f64 {
        let columns: Vec<usize> =
            pass.iter().flat_map(|&block| blocks[block].iter().copied()).collect();
        let bits = packing.bits_of(&columns);
        let mut keys: Vec<u64> =
            self.kinds.iter().map(|&kind| key(self.all.packed(kind), &bits)).collect();
        keys.sort_unstable();
        let pairs = |count: usize| count as f64 * (count as f64 - 1.0) / 2.0;
        let shared: f64 = keys.chunk_by(|a, b| a == b).map(|group| pairs(group.len())).sum();
        let group = self.all.len() as f64 * shared / pairs(keys.len()).max(1.0);
        PASS_COST + GROUP_COST + group
    }
}

fn entropy(all: &Kinds, packing: &Packing, kinds: &[u32], column: usize) -> f64 {
    let mut counts: BTreeMap<u16, u32> = BTreeMap::new();
    for &kind in kinds {
        *counts.entry(packing.get(all.packed(kind), column)).or_default() += 1;
    }
    let share = |&count: &u32| f64::from(count) / kinds.len() as f64;
    counts.values().map(share).map(|share| -share * share.log2()).sum()
}
