//! Power and lines against statsmodels and scipy.
//!
//! `testdata/stats/README.md` says how the numbers were made and with which versions.

use foretell_stats::{Dependence, PilotSpread, Scale, VarianceComponents, pearson, slope};
use serde::Deserialize;

#[derive(Deserialize)]
struct Power {
    power: Vec<PowerCase>,
    size: Vec<SizeCase>,
    components: Components,
}

#[derive(Deserialize)]
struct PowerCase {
    effect: f64,
    alpha: f64,
    clusters: u64,
    one: f64,
    two: f64,
    normal: f64,
}

#[derive(Deserialize)]
struct SizeCase {
    effect: f64,
    power: f64,
    alpha: f64,
    one: f64,
    two: f64,
}

#[derive(Deserialize)]
struct Components {
    values: Vec<f64>,
    repeats: usize,
    between: f64,
    within: f64,
}

fn power() -> Power {
    serde_json::from_str(include_str!("../../../testdata/stats/power.json"))
        .expect("the file has the fields above")
}

/// Spreads with which `effect` is the distance in standard deviations, for one and two arms.
fn spreads() -> [PilotSpread; 2] {
    let one = PilotSpread::new(1.0, Scale::Plain);
    [one, PilotSpread::unpaired(one, one)]
}

#[test]
fn power_is_that_of_t_tests() {
    let [one, two] = spreads();
    for case in power().power {
        let of = |spread: PilotSpread| spread.power(case.clusters, 0.0, case.effect, case.alpha);
        // Two degrees of freedom leave the integral an edge at 0; from 4 on it is exact to 1e-8.
        let tolerance = if case.clusters < 10 { 1e-5 } else { 1e-8 };
        for (ours, oracle) in [(of(one), case.one), (of(two), case.two)] {
            let off = (ours - oracle).abs();
            assert!(off < tolerance, "{} {}: {ours} {oracle}", case.effect, case.clusters);
        }
        if case.clusters == 1000 {
            assert!((of(one) - case.normal).abs() < 0.002);
        }
    }
}

#[test]
fn clusters_are_the_first_whole_number_with_the_power() {
    let [one, two] = spreads();
    for case in power().size {
        let of = |s: PilotSpread| s.clusters_for(case.power, 0.0, case.effect, case.alpha).unwrap();
        assert_eq!(of(one), case.one.ceil() as u64);
        assert_eq!(of(two), case.two.ceil() as u64);
        let found = one.detectable(of(one), 0.0, case.power, case.alpha).above;
        assert!(found <= case.effect && found > 0.95 * case.effect);
    }
}

#[test]
fn components_of_variance_are_those_of_a_mixed_model() {
    let Components { values, repeats, between, within } = power().components;
    let ours = VarianceComponents::of(&values, repeats).unwrap();
    // The fit stops at about six digits.
    assert!((ours.between / between - 1.0).abs() < 1e-4, "{} {between}", ours.between);
    assert!((ours.within / within - 1.0).abs() < 1e-4, "{} {within}", ours.within);
}

#[derive(Deserialize)]
struct Slopes {
    level: f64,
    cases: Vec<SlopeCase>,
}

#[derive(Deserialize)]
struct SlopeCase {
    x: Vec<f64>,
    y: Vec<f64>,
    weights: Vec<f64>,
    clusters: Vec<u32>,
    slope: f64,
    intercept: f64,
    hc3: Slope,
    clustered: Slope,
    pearson: Pearson,
}

#[derive(Deserialize)]
struct Slope {
    se: f64,
    p: f64,
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
struct Pearson {
    r: f64,
    p: f64,
    low: f64,
    high: f64,
}

#[track_caller]
fn assert_close(ours: f64, oracle: f64) {
    // Quantiles of t are held to ten digits, p values too.
    let off = (ours - oracle).abs();
    assert!(off <= 1e-9 * oracle.abs().max(1e-2), "{ours} against {oracle}");
}

#[test]
fn slopes_are_those_of_weighted_least_squares_with_robust_errors() {
    let Slopes { level, cases } =
        serde_json::from_str(include_str!("../../../testdata/stats/slope.json")).unwrap();
    for case in cases {
        let apart = Dependence::independent(case.x.len());
        let families = Dependence::clustered(&case.clusters);
        for (dependence, oracle) in [(apart, &case.hc3), (families, &case.clustered)] {
            let line = slope(&case.x, &case.y, &case.weights, &dependence, level).unwrap();
            assert_close(line.slope, case.slope);
            assert_close(line.intercept, case.intercept);
            assert_close(line.se, oracle.se);
            assert_close(line.p_value, oracle.p);
            assert_close(line.interval.low, oracle.low);
            assert_close(line.interval.high, oracle.high);
        }
        let ours = pearson(&case.x, &case.y, level);
        assert_close(ours.r.unwrap(), case.pearson.r);
        assert_close(ours.test.unwrap().p, case.pearson.p);
        assert_close(ours.interval.unwrap().low, case.pearson.low);
        assert_close(ours.interval.unwrap().high, case.pearson.high);
    }
}
