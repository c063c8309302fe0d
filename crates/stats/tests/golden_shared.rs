//! Rates, risks, joint models, areas and trends of pairs that share texts, against sums over all pairs of
//! observations.
//!
//! `testdata/stats/README.md` says how the numbers were made and with which versions. Tolerances are
//! relative to the oracle where it passes one.

use foretell_stats::{
    ClusterRate, ClusterRisk, Dependence, Discordant, Interval, JointModel, JointRows, LevelRate,
    Scored, auroc, dependent_mcnemar, dependent_rate, dependent_risk, linear_probability,
    log_linear, logistic, trend,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Sums in another order, quantiles and coefficients of another library.
const TOLERANCE: f64 = 1e-9;

#[derive(Deserialize)]
struct Golden {
    level: f64,
    studies: Vec<Study>,
}

#[derive(Deserialize)]
struct Study {
    name: String,
    /// Original, counterfactual, three features, outcome, score, another outcome.
    rows: Vec<[u32; 8]>,
    rate: Rate,
    risk: Risk,
    log: Joint,
    identity: Joint,
    logit: Joint,
    auroc: Area,
    trend: Slope,
    mcnemar: Mcnemar,
}

#[derive(Deserialize)]
struct Rate {
    rate: f64,
    se: f64,
    design_effect: f64,
    interval: [f64; 2],
}

#[derive(Deserialize)]
struct Risk {
    relative_risk: f64,
    log_se: f64,
    relative_risk_interval: [f64; 2],
    p: f64,
    risk_difference: f64,
    difference_se: f64,
    risk_difference_interval: [f64; 2],
}

#[derive(Deserialize)]
struct Joint {
    coefficients: Vec<f64>,
    se: Vec<f64>,
    p: Vec<f64>,
    /// Half of the interval, on the scale of the coefficients.
    half: Vec<f64>,
}

#[derive(Deserialize)]
struct Area {
    area: f64,
    se: f64,
    interval: [f64; 2],
}

#[derive(Deserialize)]
struct Slope {
    t: f64,
    p: f64,
    slope: f64,
    slope_se: f64,
    half: f64,
}

#[derive(Deserialize)]
struct Mcnemar {
    statistic: f64,
    p: f64,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../testdata/stats/shared.json"))
        .expect("the file has the fields of its test")
}

#[track_caller]
fn assert_close(ours: f64, oracle: f64, what: &str) {
    let difference = (ours - oracle).abs() / oracle.abs().max(1.0);
    assert!(difference <= TOLERANCE, "{what}: {ours} against {oracle}, {difference:e}");
}

#[track_caller]
fn assert_limits(ours: Interval, oracle: [f64; 2], what: &str) {
    assert_close(ours.low, oracle[0], &format!("{what}, lower limit"));
    assert_close(ours.high, oracle[1], &format!("{what}, upper limit"));
}

/// Counts by pair of texts, with the first feature and without: what an analysis has.
fn by_pair(study: &Study) -> (Vec<ClusterRisk>, Dependence) {
    let mut pairs: BTreeMap<[u32; 2], ClusterRisk> = BTreeMap::new();
    for &[original, counterfactual, feature, _, _, outcome, _, _] in &study.rows {
        let risk = pairs.entry([original, counterfactual]).or_default();
        let side = if feature == 1 { &mut risk.present } else { &mut risk.absent };
        side.observations += 1.0;
        side.events += f64::from(outcome);
    }
    let (texts, risks): (Vec<[u32; 2]>, Vec<ClusterRisk>) = pairs.into_iter().unzip();
    let [originals, counterfactuals] =
        [0, 1].map(|at| texts.iter().map(|pair| pair[at]).collect::<Vec<u32>>());
    (risks, Dependence::dyadic(&originals, &counterfactuals))
}

#[test]
fn a_rate_of_pairs_is_that_of_single_observations() {
    let Golden { level, studies } = golden();
    for study in studies {
        let (risks, dependence) = by_pair(&study);
        let sum = |of: fn(ClusterRate) -> f64| -> Vec<f64> {
            risks.iter().map(|risk| of(risk.present) + of(risk.absent)).collect()
        };
        let (events, observations) = (sum(|side| side.events), sum(|side| side.observations));
        let ours = dependent_rate(&events, &observations, &dependence, level);
        let Rate { rate, se, design_effect, interval } = study.rate;
        assert_close(ours.rate.unwrap(), rate, &study.name);
        assert_close(ours.se.unwrap(), se, &study.name);
        assert_close(ours.design_effect.unwrap(), design_effect, &study.name);
        assert_limits(ours.interval.unwrap(), interval, &study.name);
    }
}

#[test]
fn risks_of_pairs_are_those_of_single_observations() {
    let Golden { level, studies } = golden();
    for study in studies {
        let (risks, dependence) = by_pair(&study);
        let ours = dependent_risk(&risks, &dependence, level);
        let oracle = &study.risk;
        let name = &study.name;
        assert_close(ours.relative_risk.unwrap(), oracle.relative_risk, name);
        assert_close(ours.log_se.unwrap(), oracle.log_se, name);
        assert_limits(ours.relative_risk_interval.unwrap(), oracle.relative_risk_interval, name);
        assert_close(ours.test.unwrap().p, oracle.p, name);
        assert_close(ours.risk_difference.unwrap(), oracle.risk_difference, name);
        assert_close(ours.difference_se.unwrap(), oracle.difference_se, name);
        let limits = oracle.risk_difference_interval.map(|limit| limit.clamp(-1.0, 1.0));
        assert_limits(ours.risk_difference_interval.unwrap(), limits, name);
    }
}

#[track_caller]
fn assert_joint(ours: &JointModel, oracle: &Joint, effect: fn(f64) -> f64, name: &str) {
    let fitted = "the model has a fit";
    for (j, term) in ours.terms.iter().enumerate() {
        let what = &format!("{name}, feature {j}");
        let (coefficient, half) = (oracle.coefficients[j], oracle.half[j]);
        assert_close(term.coefficient.expect(fitted), coefficient, what);
        assert_close(term.se.expect(fitted), oracle.se[j], what);
        assert_close(term.test.expect(fitted).p, oracle.p[j], what);
        let limits = [coefficient - half, coefficient + half].map(effect);
        assert_limits(term.interval.expect(fitted), limits, what);
    }
}

#[test]
fn joint_models_of_pairs_have_the_errors_of_double_sums() {
    let Golden { level, studies } = golden();
    for study in studies {
        let column = |at: usize| study.rows.iter().map(|row| row[at]).collect::<Vec<u32>>();
        let number = |at: usize| column(at).into_iter().map(f64::from).collect::<Vec<f64>>();
        let features: Vec<Vec<f64>> = (2..5).map(number).collect();
        let features: Vec<&[f64]> = features.iter().map(Vec::as_slice).collect();
        let rows = JointRows {
            features: &features,
            outcomes: &number(5),
            weights: &vec![1.0; study.rows.len()],
            dependence: &Dependence::dyadic(&column(0), &column(1)),
        };
        assert_joint(&log_linear(rows, level), &study.log, f64::exp, &study.name);
        assert_joint(&logistic(rows, level), &study.logit, f64::exp, &study.name);
        let same = |difference| difference;
        assert_joint(&linear_probability(rows, level), &study.identity, same, &study.name);
    }
}

/// Number of each row's pair of texts among all of them, and what these share.
fn units(study: &Study) -> (Vec<u32>, Dependence) {
    let mut texts: Vec<[u32; 2]> = study.rows.iter().map(|row| [row[0], row[1]]).collect();
    texts.sort_unstable();
    texts.dedup();
    let place =
        |row: &[u32; 8]| texts.binary_search(&[row[0], row[1]]).expect("it is there") as u32;
    let units = study.rows.iter().map(place).collect();
    let [originals, counterfactuals] =
        [0, 1].map(|at| texts.iter().map(|pair| pair[at]).collect::<Vec<u32>>());
    (units, Dependence::dyadic(&originals, &counterfactuals))
}

#[test]
fn an_area_of_pairs_has_the_error_of_double_sums() {
    let Golden { level, studies } = golden();
    for study in studies {
        let (units, dependence) = units(&study);
        let rows = study.rows.iter().zip(units).map(|(row, unit)| Scored {
            unit,
            score: f64::from(row[6]),
            positive: row[5] == 1,
            weight: 1.0,
        });
        let ours = auroc(&rows.collect::<Vec<_>>(), &dependence, level);
        assert_close(ours.area.unwrap(), study.auroc.area, &study.name);
        assert_close(ours.se.unwrap(), study.auroc.se, &study.name);
        assert_limits(ours.interval.unwrap(), study.auroc.interval, &study.name);
    }
}

#[test]
fn a_trend_of_pairs_has_the_errors_of_double_sums() {
    let Golden { level, studies } = golden();
    for study in studies {
        let (units, dependence) = units(&study);
        let rows = study.rows.iter().zip(units).map(|(row, unit)| LevelRate {
            unit,
            score: f64::from(row[6]),
            counts: ClusterRate { observations: 1.0, events: f64::from(row[5]) },
        });
        let ours = trend(&rows.collect::<Vec<_>>(), &dependence, level);
        let Slope { t, p, slope, slope_se, half } = study.trend;
        assert_close(ours.clustered.unwrap().statistic, t, &study.name);
        assert_close(ours.clustered.unwrap().p, p, &study.name);
        assert_close(ours.logistic.coefficient.unwrap(), slope, &study.name);
        assert_close(ours.logistic.se.unwrap(), slope_se, &study.name);
        let limits = [slope - half, slope + half].map(f64::exp);
        assert_limits(ours.logistic.interval.unwrap(), limits, &study.name);
    }
}

#[test]
fn mcnemars_test_of_pairs_has_the_variance_of_double_sums() {
    for study in golden().studies {
        let (units, dependence) = units(&study);
        let mut pairs = vec![Discordant::default(); dependence.units()];
        for (row, unit) in study.rows.iter().zip(units) {
            let pair = &mut pairs[unit as usize];
            pair.first_only += f64::from(u8::from(row[5] > row[7]));
            pair.second_only += f64::from(u8::from(row[5] < row[7]));
        }
        let ours = dependent_mcnemar(&pairs, &dependence).test.unwrap();
        assert_close(ours.statistic, study.mcnemar.statistic, &study.name);
        assert_close(ours.p, study.mcnemar.p, &study.name);
    }
}
