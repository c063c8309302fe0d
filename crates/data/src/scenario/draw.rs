//! Draws for one scenario or one pair.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One stream of ChaCha8.
///
/// The steps from bits to choices are spelled out here and not left to a library, so that a seed
/// gives the same scenarios after every upgrade.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    /// Stream `stream` of `seed`.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// A number below `end`, each equally likely but for `end` parts in 2^32.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let wide = u64::from(self.0.next_u32()) * end as u64;
        usize::try_from(wide >> 32).expect("below `end`")
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// One of `items`.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// The toss of a coin.
    pub(super) fn toss(&mut self) -> bool {
        self.below(2) == 1
    }
}
