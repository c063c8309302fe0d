//! Intervals and tests of clustered measures against a truth that is known.
//!
//! Clusters are of two kinds with equal chance, and share their kind's rates: observations of a
//! cluster are alike, which methods for independent ones would mistake for information.

use foretell_stats::{
    ClusterRate, ClusterRisk, Dependence, Discordant, LevelRate, Scored, auroc, clustered_mcnemar,
    clustered_rate, relative_risk, trend,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const STUDIES: u32 = 1_000;
const CLUSTERS: u32 = 50;

/// Share of studies in which `holds` is true, one stream a study.
fn share(seed: u64, holds: impl Fn(&mut ChaCha8Rng) -> bool) -> f64 {
    let streams = ChaCha8Rng::seed_from_u64(seed);
    let held = (0..STUDIES).filter(|study| {
        let mut rng = streams.clone();
        rng.set_stream(u64::from(*study));
        holds(&mut rng)
    });
    held.count() as f64 / f64::from(STUDIES)
}

/// A share of 0.95 within four standard errors, and what an approximation at fifty clusters lacks.
#[track_caller]
fn assert_near_95(share: f64, lack: f64) {
    let error = 4.0 * (0.95 * 0.05 / f64::from(STUDIES)).sqrt();
    assert!((share - 0.95).abs() < error + lack, "{share}");
}

/// A unit a cluster.
fn apart() -> Dependence {
    Dependence::independent(CLUSTERS as usize)
}

fn count(rng: &mut ChaCha8Rng, n: u32, rate: f64) -> ClusterRate {
    let events = (0..n).filter(|_| rng.random::<f64>() < rate).count();
    ClusterRate { observations: f64::from(n), events: events as f64 }
}

#[test]
fn intervals_of_a_clustered_rate_hold_the_truth() {
    let covered = share(1, |rng| {
        let clusters: Vec<ClusterRate> = (0..CLUSTERS)
            .map(|_| {
                let rate = if rng.random() { 0.1 } else { 0.5 };
                count(rng, 8, rate)
            })
            .collect();
        clustered_rate(&clusters, 0.95).interval.unwrap().contains(0.3)
    });
    assert_near_95(covered, 0.005);
}

#[test]
fn intervals_of_a_relative_risk_and_a_difference_hold_the_truth() {
    let draw = |rng: &mut ChaCha8Rng| -> Vec<ClusterRisk> {
        (0..CLUSTERS)
            .map(|_| {
                let rate = if rng.random() { 0.1 } else { 0.3 };
                ClusterRisk { present: count(rng, 6, 1.5 * rate), absent: count(rng, 6, rate) }
            })
            .collect()
    };
    let ratio = share(2, |rng| {
        relative_risk(&draw(rng), 0.95).relative_risk_interval.unwrap().contains(1.5)
    });
    let difference = share(3, |rng| {
        relative_risk(&draw(rng), 0.95).risk_difference_interval.unwrap().contains(0.1)
    });
    assert_near_95(ratio, 0.005);
    assert_near_95(difference, 0.005);
}

#[test]
fn clustered_mcnemar_finds_nothing_where_nothing_is() {
    let kept = share(4, |rng| {
        let clusters: Vec<Discordant> = (0..CLUSTERS)
            .map(|_| {
                // A cluster leans to one side, either side as often.
                let lean = if rng.random() { 0.8 } else { 0.2 };
                let first = count(rng, 4, lean);
                Discordant {
                    first_only: first.events,
                    second_only: first.observations - first.events,
                }
            })
            .collect();
        clustered_mcnemar(&clusters).test.unwrap().p > 0.05
    });
    assert_near_95(kept, 0.005);
}

#[test]
fn intervals_of_a_clustered_auroc_hold_the_truth() {
    // Shares of the scores 0 to 3; the area is that of a positive and a negative drawn apart.
    let (positive, negative) = ([0.125, 0.25, 0.25, 0.375], [0.25, 0.25, 0.25, 0.25]);
    let mut truth = 0.0;
    for (x, p) in positive.iter().enumerate() {
        let below: f64 = negative[..x].iter().sum();
        truth += p * (below + negative[x] / 2.0);
    }
    let covered = share(5, |rng| {
        let mut rows = Vec::new();
        for cluster in 0..CLUSTERS {
            // All scores of a cluster come from one draw: as alike as can be.
            let chance: f64 = rng.random();
            for index in 0..4 {
                let is_positive = index % 2 == 0;
                let shares = if is_positive { positive } else { negative };
                let chance = if index < 2 { chance } else { rng.random() };
                let mut score = 0_usize;
                let mut sum = shares[0];
                while chance >= sum && score < 3 {
                    score += 1;
                    sum += shares[score];
                }
                rows.push(Scored {
                    unit: cluster,
                    score: score as f64,
                    positive: is_positive,
                    weight: 1.0,
                });
            }
        }
        auroc(&rows, &apart(), 0.95).interval.unwrap().contains(truth)
    });
    assert_near_95(covered, 0.01);
}

#[test]
fn a_clustered_trend_finds_nothing_where_the_plain_one_does() {
    let draw = |rng: &mut ChaCha8Rng| -> Vec<LevelRate> {
        (0..CLUSTERS)
            .map(|cluster| {
                let rate = if rng.random() { 0.1 } else { 0.6 };
                let score = f64::from(rng.random_range(0..3_u8));
                LevelRate { unit: cluster, score, counts: count(rng, 8, rate) }
            })
            .collect()
    };
    let kept = share(6, |rng| trend(&draw(rng), &apart(), 0.95).clustered.unwrap().p > 0.05);
    let plain =
        share(6, |rng| trend(&draw(rng), &apart(), 0.95).cochran_armitage.unwrap().p > 0.05);
    assert_near_95(kept, 0.01);
    // Eight alike observations pass for eight: the plain test is wrong far too often.
    assert!(plain < 0.85, "{plain}");
}
