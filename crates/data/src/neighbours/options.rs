//! What a ball may be.

use super::code_table::CodeTable;
use super::error::{BallError, BallFault};

/// What a ball may be, and how many are wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BallOptions {
    /// Largest Hamming distance of a member from the centre, columns.
    pub max_distance: u32,
    /// Fewest members, with the centre; at least 2.
    pub min_size: u32,
    /// Most members, with the centre.
    pub max_size: u32,
    /// The imbalance of every ball is below this. Above 1, no ball is left out for it.
    pub epsilon: f64,
    /// Balls wanted, around centres drawn at random; all of them if none.
    pub balls: Option<u64>,
    /// Whether members may share their text with the centre or with each other.
    pub keep_identical: bool,
    /// Seed of all draws.
    pub seed: u64,
}

impl Default for BallOptions {
    /// Distance 2, 5 to 10 members, imbalance below 0.3, all balls, no identical texts, seed 0.
    fn default() -> Self {
        Self {
            max_distance: 2,
            min_size: 5,
            max_size: 10,
            epsilon: 0.3,
            balls: None,
            keep_identical: false,
            seed: 0,
        }
    }
}

impl BallOptions {
    /// Everything wrong with these options, and with labels and texts for `table`.
    pub(super) fn check(
        &self,
        table: &CodeTable,
        labels: &[u32],
        texts: &[u32],
    ) -> Result<(), BallError> {
        let mut faults = Vec::new();
        let rows = table.rows();
        for (what, found) in [("labels", labels.len()), ("texts", texts.len())] {
            if found != rows {
                faults.push(BallFault::Lengths { what, rows, found });
            }
        }
        let Self { min_size, max_size, epsilon, .. } = *self;
        if min_size < 2 {
            faults.push(BallFault::MinSize { min_size });
        }
        if max_size < min_size {
            faults.push(BallFault::Sizes { min_size, max_size });
        }
        if epsilon.is_nan() || epsilon <= 0.0 {
            faults.push(BallFault::Epsilon { epsilon });
        }
        if faults.is_empty() { Ok(()) } else { Err(BallError { faults }) }
    }

    /// Whether a ball of so many members of each side is balanced.
    ///
    /// # Formula
    /// ```text
    /// |same - other| / (same + other) < epsilon
    /// ```
    pub(super) fn balanced(&self, same: u32, other: u32) -> bool {
        // The quotient is rounded as the literal 0.3 is, so 3 of 10 is not below 0.3.
        f64::from(same.abs_diff(other)) / f64::from(same + other) < self.epsilon
    }
}
