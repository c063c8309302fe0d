//! Resampled totals: K clusters with replacement, as counts over distinct profiles.
//!
//! Profiles that many clusters share are drawn together, by one binomial each; the rest are drawn
//! one cluster at a time by index, which is faster than a binomial for each of them. The counts are
//! multinomial either way.

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
    clusters: u64,
}

impl<const N: usize> Resampler<N> {
    pub(crate) fn new(profiles: &SumProfiles<N>) -> Self {
        let rows = profiles.rows();
        let shared = rows.iter().filter(|(_, times)| *times >= MANY).copied().collect();
        let few = rows.iter().filter(|(_, times)| *times < MANY);
        let single = few.flat_map(|(row, times)| (0..*times).map(|_| *row)).collect();
        Self { shared, single, clusters: profiles.clusters() }
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
    ///
    /// Lemire (2019): the high half of a product is uniform once the few low halves that would
    /// favour some are refused. Words are taken a block at a time, which is what makes it quick.
    fn add_singles(&self, sums: &mut [f64; N], to_draw: u64, rng: &mut ChaCha8Rng) {
        let singles = self.single.len() as u64;
        let mut left = to_draw;
        let mut words = [0_u32; BLOCK];
        while left > 0 {
            let wanted = &mut words[..left.min(BLOCK as u64) as usize];
            rng.fill(&mut *wanted);
            for word in wanted {
                let product = u64::from(*word) * singles;
                let low = product & u64::from(u32::MAX);
                if low < singles && low < (1 << 32) % singles {
                    continue;
                }
                add(sums, &self.single[(product >> 32) as usize], 1.0);
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
