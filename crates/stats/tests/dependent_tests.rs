//! Areas, trends and McNemar's test of units that share no text: those of clusters.

use foretell_stats::{
    ClusterRate, Dependence, Discordant, LevelRate, Scored, Undefined, auroc, clustered_mcnemar,
    dependent_mcnemar, trend,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const CLUSTERS: u32 = 12;

/// Units with their originals; counterfactuals of two originals are never one text.
struct Units {
    originals: Vec<u32>,
    /// Each way to say that nothing but an original is shared.
    dependences: [Dependence; 2],
}

fn units(rng: &mut ChaCha8Rng) -> Units {
    let originals: Vec<u32> = (0..60).map(|_| rng.random_range(0..CLUSTERS)).collect();
    let counterfactual = |original: &u32| 100 + 3 * original + rng.random_range(0..3_u32);
    let counterfactuals: Vec<u32> = originals.iter().map(counterfactual).collect();
    let dependences =
        [Dependence::clustered(&originals), Dependence::dyadic(&originals, &counterfactuals)];
    Units { originals, dependences }
}

#[track_caller]
fn assert_same(ours: Result<f64, Undefined>, theirs: Result<f64, Undefined>) {
    match (ours, theirs) {
        // Sums in another order, and squares of sums where there were products.
        (Ok(one), Ok(other)) => {
            assert!((one - other).abs() < 1e-11 * other.abs().max(1.0), "{one} {other}");
        }
        (one, other) => assert_eq!(one, other),
    }
}

#[test]
fn without_shared_texts_areas_and_trends_are_those_of_clusters() {
    for seed in 0..40 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let Units { originals, dependences } = units(&mut rng);
        // Seeds differ in how much happens: some studies have nothing on one side.
        let chance = f64::from(seed as u32 % 5) / 4.0;
        let scored: Vec<Scored> = (0..60)
            .map(|unit| Scored {
                unit,
                score: f64::from(rng.random_range(0..4_u8)),
                positive: rng.random::<f64>() < chance,
                weight: f64::from(rng.random_range(0..3_u8)),
            })
            .collect();
        let of_clusters = |row: &Scored| Scored { unit: originals[row.unit as usize], ..*row };
        let level = |row: &Scored| LevelRate {
            unit: row.unit,
            score: row.score,
            counts: ClusterRate {
                observations: row.weight,
                events: if row.positive { row.weight } else { 0.0 },
            },
        };
        let clusters: Vec<Scored> = scored.iter().map(of_clusters).collect();
        let apart = Dependence::independent(CLUSTERS as usize);
        let area = auroc(&clusters, &apart, 0.9);
        let levels = |rows: &[Scored]| rows.iter().map(level).collect::<Vec<LevelRate>>();
        let slope = trend(&levels(&clusters), &apart, 0.9);
        for dependence in &dependences {
            let ours = auroc(&scored, dependence, 0.9);
            assert_same(ours.area, area.area);
            assert_same(ours.se, area.se);
            assert_same(ours.interval.map(|i| i.low), area.interval.map(|i| i.low));
            assert_same(ours.interval.map(|i| i.high), area.interval.map(|i| i.high));
            assert_eq!(ours.clusters, area.clusters);
            let ours = trend(&levels(&scored), dependence, 0.9);
            assert_same(ours.clustered.map(|test| test.p), slope.clustered.map(|test| test.p));
            assert_same(ours.logistic.effect, slope.logistic.effect);
            assert_same(ours.logistic.se, slope.logistic.se);
            assert_eq!((ours.clusters, ours.levels.len()), (slope.clusters, slope.levels.len()));
            for (ours, theirs) in ours.levels.iter().zip(&slope.levels) {
                assert_same(ours.1.se, theirs.1.se);
                assert_same(ours.1.interval.map(|i| i.low), theirs.1.interval.map(|i| i.low));
            }
        }
    }
}

#[test]
fn without_shared_texts_mcnemars_test_is_that_of_clusters() {
    for seed in 0..20 {
        let mut rng = ChaCha8Rng::seed_from_u64(100 + seed);
        let Units { originals, dependences } = units(&mut rng);
        let count = |rng: &mut ChaCha8Rng| f64::from(rng.random_range(0..3_u8));
        let pair = |_| Discordant { first_only: count(&mut rng), second_only: count(&mut rng) };
        let pairs: Vec<Discordant> = (0..60).map(pair).collect();
        let mut clusters = vec![Discordant::default(); CLUSTERS as usize];
        for (pair, original) in pairs.iter().zip(&originals) {
            clusters[*original as usize].first_only += pair.first_only;
            clusters[*original as usize].second_only += pair.second_only;
        }
        let theirs = clustered_mcnemar(&clusters);
        for dependence in &dependences {
            let ours = dependent_mcnemar(&pairs, dependence);
            let statistic = |test: foretell_stats::Test| test.statistic;
            assert_same(ours.test.map(statistic), theirs.test.map(statistic));
            assert_eq!((ours.first_only, ours.clusters), (theirs.first_only, theirs.clusters));
        }
    }
}
