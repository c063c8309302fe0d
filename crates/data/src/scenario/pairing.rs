//! Which scenarios are paired.

use super::dilemma::Dilemma;
use super::draw::Draw;
use foretell_core::AnswerOrder;
use std::collections::HashMap;

/// Streams of pairs lie above those of scenarios.
const PAIR_STREAMS: u64 = 1 << 32;

/// Two scenarios, by number, in one answer order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) original: u32,
    pub(super) counterfactual: u32,
    pub(super) order: AnswerOrder,
}

/// One pair for each set of characters and flags of which there are scenarios with other counts,
/// in the order of the originals, so that the first pairs are no other sample than all.
///
/// The original is drawn among all scenarios of the set, the counterfactual among those whose counts
/// are not the original's, both from the stream of the set's first scenario.
pub(super) fn pairs(dilemmas: &[Dilemma], seed: u64) -> Vec<Match> {
    let mut place = HashMap::new();
    let mut sets: Vec<Vec<u32>> = Vec::new();
    for (number, dilemma) in (0..).zip(dilemmas) {
        let flags = (dilemma.intervention, dilemma.in_car, dilemma.law);
        let key = (flags, dilemma.everyone().kinds());
        let place = *place.entry(key).or_insert_with(|| {
            sets.push(Vec::new());
            sets.len() - 1
        });
        sets[place].push(number);
    }
    let mut pairs: Vec<Match> =
        sets.iter().filter_map(|set| draw_one(dilemmas, set, seed)).collect();
    pairs.sort_by_key(|pair| pair.original);
    pairs
}

fn draw_one(dilemmas: &[Dilemma], set: &[u32], seed: u64) -> Option<Match> {
    let counts = |number: u32| dilemmas[number as usize].everyone();
    let mut draw = Draw::new(seed, PAIR_STREAMS + u64::from(*set.first()?));
    let original = draw.pick(set);
    let others: Vec<u32> =
        set.iter().copied().filter(|&number| counts(number) != counts(original)).collect();
    if others.is_empty() {
        return None;
    }
    let counterfactual = draw.pick(&others);
    let order = if draw.toss() { AnswerOrder::First } else { AnswerOrder::Last };
    Some(Match { original, counterfactual, order })
}
