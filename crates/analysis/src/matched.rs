//! Observations of two groups that are about the same thing, one to one.

use crate::observation::Observation;
use std::cmp::Ordering;

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
pub fn matched<K: Ord>(
    one: &[Observation],
    other: &[Observation],
    keys: [About<'_, K>; 2],
) -> Matched {
    Keyed::of(one, keys[0]).matched(&Keyed::of(other, keys[1]))
}

/// A list of observations, ready to be matched with several others.
#[derive(Debug)]
pub(crate) struct Keyed<'a, K> {
    list: &'a [Observation],
    /// Places of the scored observations by key, each key once.
    places: Vec<(K, u32)>,
    scored: u64,
}

impl<'a, K: Ord> Keyed<'a, K> {
    /// Lists are mostly in the order of their keys, so that sorting costs little more than a pass.
    pub(crate) fn of(list: &'a [Observation], key: About<'_, K>) -> Self {
        let scored = || list.iter().zip(0..).filter(|(observation, _)| observation.is_scored());
        let keyed = scored().filter_map(|(observation, at)| Some((key(observation)?, at)));
        let mut places: Vec<(K, u32)> = keyed.collect();
        places.sort();
        places.dedup_by(|later, first| later.0 == first.0);
        Self { list, places, scored: scored().count() as u64 }
    }

    /// [`matched`] of this list and another.
    pub(crate) fn matched(&self, other: &Self) -> Matched {
        let places = self.places_in_common(other);
        let common = places.len() as u64;
        Matched {
            one: places.iter().map(|(at, _)| self.list[*at as usize]).collect(),
            other: places.iter().map(|(_, to)| other.list[*to as usize]).collect(),
            dropped: [self.scored - common, other.scored - common],
        }
    }

    fn places_in_common(&self, other: &Self) -> Vec<(u32, u32)> {
        let mut places = Vec::with_capacity(self.places.len().min(other.places.len()));
        let (mut left, mut right) = (self.places.iter().peekable(), other.places.iter().peekable());
        while let (Some((a, at)), Some((b, to))) = (left.peek(), right.peek()) {
            match a.cmp(b) {
                Ordering::Less => drop(left.next()),
                Ordering::Greater => drop(right.next()),
                Ordering::Equal => {
                    places.push((*at, *to));
                    left.next();
                    right.next();
                }
            }
        }
        places.sort_unstable();
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observation(subject: u32, repeats: [u16; 4]) -> Observation {
        Observation::scored_as(subject, repeats)
    }

    #[test]
    fn each_has_at_most_one_counterpart_and_the_unscored_none() {
        let right = [1, 0, 0, 0];
        let one = [observation(0, right), observation(1, right), observation(2, [0; 4])];
        // Two about subject 10 + 0: the later has no counterpart.
        let other = [observation(10, right), observation(10, [0, 1, 0, 0]), observation(12, right)];
        let found = matched(&one, &other, [&|o| Some(o.subject), &|o| Some(o.subject - 10)]);
        assert_eq!((found.one.len(), found.dropped), (1, [1, 2]));
        assert_eq!(found.other[0].repeats, right);
    }
}
