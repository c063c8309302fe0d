//! Observations of two groups that are about the same thing, one to one.

use crate::observation::Observation;
use std::collections::HashMap;
use std::hash::Hash;

/// The scored observations that two groups have in common, in the order of the first group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matched {
    /// Those of the first group.
    pub one: Vec<Observation>,
    /// Their counterparts in the second, in the same order.
    pub other: Vec<Observation>,
    /// Scored observations of either group that have no counterpart.
    pub dropped: [u64; 2],
}

/// What an observation is about; nothing where it can have no counterpart.
pub type About<'a, K> = &'a dyn Fn(&Observation) -> Option<K>;

/// Matches scored observations by what they are about, each with at most one; where a group has two
/// of one key, the later ones have no counterpart.
///
/// `keys` tell what an observation of the first and of the second group is about; one that tells
/// nothing has no counterpart.
#[must_use]
pub fn matched<K: Eq + Hash>(
    one: &[Observation],
    other: &[Observation],
    keys: [About<'_, K>; 2],
) -> Matched {
    let scored = |list: &[Observation]| list.iter().filter(|o| o.is_scored()).count() as u64;
    let mut waiting: HashMap<K, Observation> = HashMap::with_capacity(other.len());
    for observation in other.iter().filter(|o| o.is_scored()) {
        if let Some(key) = keys[1](observation) {
            waiting.entry(key).or_insert(*observation);
        }
    }
    let mut found = Matched::default();
    for observation in one.iter().filter(|o| o.is_scored()) {
        let counterpart = keys[0](observation).and_then(|key| waiting.remove(&key));
        if let Some(counterpart) = counterpart {
            found.one.push(*observation);
            found.other.push(counterpart);
        }
    }
    let common = found.one.len() as u64;
    found.dropped = [scored(one) - common, scored(other) - common];
    found
}
