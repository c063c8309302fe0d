//! What came of looking for natural pairs.

use crate::neighbours::{BallSummary, Balls};
use crate::table::Table;
use std::collections::BTreeMap;

/// What a table held, and which balls and pairs it gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NaturalSummary {
    /// The dataset.
    pub dataset: String,
    /// Rows of its table.
    pub rows: u64,
    /// The balls.
    pub balls: BallSummary,
    /// Originals of each label, in the card's order.
    pub originals: Vec<(String, u64)>,
    /// Pairs, whatever the answer order, whose two rows have other labels.
    pub label_flips: u64,
    /// Pairs, each answer order counted.
    pub pairs: u64,
}

impl NaturalSummary {
    pub(super) fn of(table: &Table, balls: &Balls, pairs: usize) -> Self {
        let labels = table.label_codes();
        let label = |row: u32| labels[row as usize];
        let mut originals: BTreeMap<u16, u64> = BTreeMap::new();
        let mut label_flips = 0;
        for ball in &balls.balls {
            *originals.entry(label(ball.centre)).or_default() += 1;
            let flips = ball.members.iter().filter(|one| label(one.row) != label(ball.centre));
            label_flips += flips.count() as u64;
        }
        let names = (0..).zip(table.labels());
        Self {
            dataset: table.dataset().to_owned(),
            rows: table.rows() as u64,
            balls: balls.summary.clone(),
            originals: names
                .map(|(code, name)| (name.clone(), originals.get(&code).copied().unwrap_or(0)))
                .collect(),
            label_flips,
            pairs: pairs as u64,
        }
    }
}
