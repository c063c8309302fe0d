//! What came of a search for balls.

use super::many_balls::Ball;
use std::collections::BTreeMap;

/// How many centres were tried, and what came of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BallSummary {
    /// Centres around which a ball was grown or not.
    pub tried: u64,
    /// Balls.
    pub balls: u64,
    /// Centres with fewer neighbours than the smallest ball needs.
    pub too_few: u64,
    /// Centres with too many neighbours of one side at the smallest size.
    pub imbalanced: u64,
    /// Balls of each size, with the centre.
    pub sizes: BTreeMap<u32, u64>,
    /// Balls of each label make-up: members with the centre's label (the centre counts) and others.
    pub make_up: BTreeMap<(u32, u32), u64>,
    /// Pairs of centre and member at each distance.
    pub distances: BTreeMap<u32, u64>,
}

impl BallSummary {
    /// Pairs of centre and member.
    pub fn pairs(&self) -> u64 {
        self.distances.values().sum()
    }

    pub(super) fn add_ball(&mut self, ball: &Ball) {
        self.tried += 1;
        self.balls += 1;
        *self.sizes.entry(ball.size()).or_default() += 1;
        *self.make_up.entry((ball.same, ball.other)).or_default() += 1;
        for member in &ball.members {
            *self.distances.entry(member.distance).or_default() += 1;
        }
    }

    pub(super) fn add(&mut self, more: &Self) {
        self.tried += more.tried;
        self.balls += more.balls;
        self.too_few += more.too_few;
        self.imbalanced += more.imbalanced;
        add_counts(&mut self.sizes, &more.sizes);
        add_counts(&mut self.make_up, &more.make_up);
        add_counts(&mut self.distances, &more.distances);
    }
}

fn add_counts<K: Ord + Copy>(counts: &mut BTreeMap<K, u64>, more: &BTreeMap<K, u64>) {
    for (&key, count) in more {
        *counts.entry(key).or_default() += count;
    }
}
