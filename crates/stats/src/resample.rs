//! Resampled totals: K clusters with replacement, as counts over distinct profiles.
//!
//! Profiles that many clusters share are drawn together, by one binomial each; the rest are drawn
//! one cluster at a time by index, which is faster than a binomial for each of them. The counts are
//! multinomial either way.
//!
//! Sums that are small whole numbers, as those of guesses made once are, stand packed in one word a
//! cluster: a draw is then one addition, and its totals are the same to the last bit.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution};

use crate::SumProfiles;
use crate::sums::add;

/// Clusters that share a profile from which on one binomial costs less than drawing each by index.
const MANY: u64 = 40;

/// Random words taken at a time.
const BLOCK: usize = 64;

/// Profiles in the order in which a draw goes through them.
pub(crate) struct Resampler<const N: usize> {
    /// Profiles of many clusters, with how many.
    shared: Vec<([f64; N], u64)>,
    /// All other clusters, one element each.
    single: Vec<[f64; N]>,
    /// The same in one word each, where all sums of all clusters allow it.
    packed: Option<Vec<u64>>,
    clusters: u64,
}

impl<const N: usize> Resampler<N> {
    pub(crate) fn new(profiles: &SumProfiles<N>) -> Self {
        let rows = profiles.rows();
        let shared = rows.iter().filter(|(_, times)| *times >= MANY).copied().collect();
        let few = rows.iter().filter(|(_, times)| *times < MANY);
        let single: Vec<[f64; N]> =
            few.flat_map(|(row, times)| (0..*times).map(|_| *row)).collect();
        let clusters = profiles.clusters();
        // A total of any resample has to fit as well.
        let most = (1_u64 << Self::BITS) as f64 / clusters.max(1) as f64;
        let is_small = |sum: &f64| (0.0..most).contains(sum) && sum.fract() == 0.0;
        let fits = Self::BITS > 0 && rows.iter().flat_map(|(row, _)| row).all(is_small);
        let packed = fits.then(|| single.iter().map(Self::pack).collect());
        Self { shared, single, packed, clusters }
    }

    /// Bits of a word that each sum has; none where a word is too short for them.
    const BITS: usize = if N == 0 || N > 16 {
        0
    } else if N == 1 {
        52
    } else {
        64 / N
    };

    fn pack(row: &[f64; N]) -> u64 {
        row.iter().rev().fold(0, |word, sum| word << Self::BITS | *sum as u64)
    }

    fn unpack(word: u64) -> [f64; N] {
        let mask = (1 << Self::BITS) - 1;
        std::array::from_fn(|at| (word >> (at * Self::BITS) & mask) as f64)
    }

    /// Totals of one resample.
    pub(crate) fn draw(&self, rng: &mut ChaCha8Rng) -> [f64; N] {
        let mut sums = [0.0; N];
        // Multinomial as a chain of binomials: clusters still to draw, over clusters not yet visited.
        let (mut to_draw, mut unvisited) = (self.clusters, self.clusters);
        for (row, multiplicity) in &self.shared {
            if to_draw == 0 {
                return sums;
            }
            let times = if *multiplicity == unvisited {
                to_draw
            } else {
                let share = *multiplicity as f64 / unvisited as f64;
                Binomial::new(to_draw, share).expect("a share lies in [0, 1]").sample(rng)
            };
            add(&mut sums, row, times as f64);
            to_draw -= times;
            unvisited -= multiplicity;
        }
        // Given the counts so far, the rest falls on the clusters left with equal chance.
        self.add_singles(&mut sums, to_draw, rng);
        sums
    }

    /// Adds `to_draw` of the single clusters, each drawn with equal chance.
    fn add_singles(&self, sums: &mut [f64; N], to_draw: u64, rng: &mut ChaCha8Rng) {
        match &self.packed {
            Some(packed) => {
                let mut total = 0;
                self.draw_singles(to_draw, rng, |at| total += packed[at]);
                add(sums, &Self::unpack(total), 1.0);
            }
            None => self.draw_singles(to_draw, rng, |at| add(sums, &self.single[at], 1.0)),
        }
    }

    /// Draws places of single clusters.
    ///
    /// Lemire (2019): the high half of a product is uniform once the few low halves that would
    /// favour some are refused. Words are taken a block at a time, which is what makes it quick.
    fn draw_singles(&self, to_draw: u64, rng: &mut ChaCha8Rng, mut take: impl FnMut(usize)) {
        let singles = self.single.len() as u64;
        let refused = (1_u64 << 32).checked_rem(singles).unwrap_or(0);
        let mut left = to_draw;
        let mut words = [0_u32; BLOCK];
        while left > 0 {
            let wanted = &mut words[..left.min(BLOCK as u64) as usize];
            rng.fill(&mut *wanted);
            for word in wanted {
                let product = u64::from(*word) * singles;
                if product & u64::from(u32::MAX) < refused {
                    continue;
                }
                take((product >> 32) as usize);
                left -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn packed_sums_are_those_of_plain_ones() {
        let clusters: Vec<[f64; 3]> =
            (0..500).map(|at| [40.0, f64::from(at % 37), f64::from(at * at % 41)]).collect();
        let packed = Resampler::new(&SumProfiles::new(&clusters));
        assert!(packed.packed.is_some());
        let plain = Resampler { packed: None, ..Resampler::new(&SumProfiles::new(&clusters)) };
        for seed in 0..50 {
            let draw = |of: &Resampler<3>| of.draw(&mut ChaCha8Rng::seed_from_u64(seed));
            assert_eq!(draw(&packed), draw(&plain));
        }
    }

    #[test]
    fn fractions_and_totals_that_do_not_fit_are_not_packed() {
        let is_packed =
            |row: [f64; 3]| Resampler::new(&SumProfiles::new(&[row, [1.0; 3]])).packed.is_some();
        // Three sums of 21 bits, and two clusters.
        assert!(is_packed([f64::from((1 << 20) - 1), 0.0, 0.0]));
        assert!(!is_packed([f64::from(1 << 20), 0.0, 0.0]));
        assert!(!is_packed([1.5, 0.0, 0.0]));
        assert!(!is_packed([-1.0, 0.0, 0.0]));
    }

    #[test]
    fn a_resample_has_the_means_and_covariances_of_a_multinomial() {
        // Two shared profiles and three that are not: the sums are the counts of three of them.
        let clusters = [
            vec![[1.0, 0.0, 0.0]; 44],
            vec![[0.0, 1.0, 0.0]; 50],
            vec![[0.0, 0.0, 1.0]; 4],
            vec![[0.0, 0.0, 0.0]; 2],
        ]
        .concat();
        let resampler = Resampler::new(&SumProfiles::new(&clusters));
        assert_eq!((resampler.shared.len(), resampler.single.len()), (2, 6));
        let streams = ChaCha8Rng::seed_from_u64(3);
        let draws = 20_000;
        let counts: Vec<[f64; 3]> = (0..draws)
            .map(|replicate| {
                let mut rng = streams.clone();
                rng.set_stream(replicate);
                resampler.draw(&mut rng)
            })
            .collect();
        let n = draws as f64;
        let expected = [44.0, 50.0, 4.0];
        for i in 0..3 {
            for j in 0..3 {
                let product = |c: &[f64; 3]| (c[i] - expected[i]) * (c[j] - expected[j]);
                let covariance = counts.iter().map(product).sum::<f64>() / n;
                let share = expected[i] * expected[j] / 100.0;
                let truth = if i == j { expected[i] - share } else { -share };
                // Five standard errors of a covariance of two normals of these variances.
                let sd = |k: usize| expected[k] * (1.0 - expected[k] / 100.0);
                let error = ((sd(i) * sd(j) + truth * truth) / n).sqrt();
                assert!((covariance - truth).abs() < 5.0 * error, "{i} {j}: {covariance} {truth}");
            }
            let mean = counts.iter().map(|c| c[i]).sum::<f64>() / n;
            assert!((mean - expected[i]).abs() < 5.0 * (expected[i] / n).sqrt(), "{i}: {mean}");
        }
    }
}
