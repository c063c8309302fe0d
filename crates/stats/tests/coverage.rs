//! The t interval against a truth that is known: studies drawn from a model of guesses.
//!
//! Clusters are easy or hard with equal chance, which correlates errors within a cluster; half of
//! the observations use one draw of chance for both arms, which correlates the arms.

use foretell_stats::{ClusterErrors, nsg_clustered};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Error rates (baseline, treated) of an easy and a hard cluster.
const RATES: [(f64, f64); 2] = [(0.2, 0.1), (0.6, 0.45)];

/// Sizes are drawn apart from the rates, so expected errors are in proportion to the mean rates.
const TRUE_NSG: f64 = 1.0 - (0.1 + 0.45) / (0.2 + 0.6);

fn draw_cluster(rng: &mut ChaCha8Rng) -> ClusterErrors {
    let (baseline_rate, treated_rate) = RATES[rng.random_range(0..2)];
    let mut sums = ClusterErrors::default();
    for _ in 0..rng.random_range(1..=6) {
        let chance: f64 = rng.random();
        let other: f64 = if rng.random() { chance } else { rng.random() };
        sums.observations += 1.0;
        sums.baseline += f64::from(u8::from(chance < baseline_rate));
        sums.treated += f64::from(u8::from(other < treated_rate));
    }
    sums
}

/// Share of studies whose interval holds the truth, and the mean and variance of their NSG.
fn simulate(studies: u32, clusters: usize, seed: u64) -> (f64, f64, f64) {
    let (mut held, mut sum, mut squares) = (0_u32, 0.0, 0.0);
    for study in 0..studies {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(u64::from(study));
        let drawn: Vec<_> = (0..clusters).map(|_| draw_cluster(&mut rng)).collect();
        let estimate = nsg_clustered(&drawn, 0.95);
        let interval = estimate.interval.expect("thirty clusters hold errors in both arms");
        let nsg = estimate.nsg.expect("an interval has an estimate");
        held += u32::from(interval.contains(TRUE_NSG));
        sum += nsg;
        squares += nsg * nsg;
    }
    let n = f64::from(studies);
    let mean = sum / n;
    (f64::from(held) / n, mean, squares / n - mean * mean)
}

/// Four standard errors of a share of 0.95. What the method itself lacks is small beside that:
/// 200,000 studies gave 0.9502 at 30 clusters and 0.9496 at 100.
fn tolerance(studies: u32) -> f64 {
    4.0 * (0.95 * 0.05 / f64::from(studies)).sqrt()
}

#[test]
fn nineteen_of_twenty_intervals_hold_the_truth_at_a_hundred_clusters() {
    let studies = 4_000;
    let (coverage, mean, variance) = simulate(studies, 100, 95);
    assert!((coverage - 0.95).abs() < tolerance(studies), "coverage {coverage}");
    // A ratio is biased, here by 0.014 of its standard error when measured with 200,000 studies;
    // a tenth leaves room, and the rest is four standard errors of the mean.
    let bias = mean - TRUE_NSG;
    let allowed = 0.1 * variance.sqrt() + 4.0 * (variance / f64::from(studies)).sqrt();
    assert!(bias.abs() < allowed, "bias {bias}, allowed {allowed}");
}

#[test]
fn thirty_clusters_are_covered_too_for_t_widens_what_z_would_leave_short() {
    let studies = 4_000;
    let (coverage, _, _) = simulate(studies, 30, 30);
    assert!((coverage - 0.95).abs() < tolerance(studies), "coverage {coverage}");
}
