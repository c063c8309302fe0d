//! BCa limits and the jackknife against scipy, arch and a loop that leaves out clusters.
//!
//! `testdata/stats/README.md` says how the numbers were made and with which versions.

use foretell_stats::{BcaInterval, Jackknife, SumProfiles, bca, bootstrap, jackknife};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    level: f64,
    draws: u32,
    seeds: u32,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    kind: String,
    clusters: Vec<Vec<f64>>,
    value: f64,
    bias: f64,
    se: f64,
    acceleration: f64,
    scipy_bca: SimulatedLimits,
    arch_bca: SimulatedLimits,
}

#[derive(Deserialize)]
struct SimulatedLimits {
    low: f64,
    high: f64,
    low_mc_se: f64,
    high_mc_se: f64,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../testdata/stats/resampling.json"))
        .expect("the file has the fields above")
}

fn nsg(&[treated, baseline]: &[f64; 2]) -> Option<f64> {
    (baseline > 0.0).then(|| 1.0 - treated / baseline)
}

fn difference(&[one, other, baseline]: &[f64; 3]) -> Option<f64> {
    (baseline > 0.0).then(|| (other - one) / baseline)
}

fn mcc(&[tp, fp, fn_, tn]: &[f64; 4]) -> Option<f64> {
    let product = (tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_);
    (product > 0.0).then(|| (tp * tn - fp * fn_) / product.sqrt())
}

fn both<const N: usize>(
    case: &Case,
    statistic: impl Fn(&[f64; N]) -> Option<f64>,
    draws: u32,
    level: f64,
) -> (Jackknife, BcaInterval) {
    let rows: Vec<[f64; N]> = case
        .clusters
        .iter()
        .map(|row| row.as_slice().try_into().expect("N sums a cluster"))
        .collect();
    let profiles = SumProfiles::new(&rows);
    let drawn = bootstrap(&profiles, &statistic, draws, 2024);
    let interval = bca(&profiles, &statistic, &drawn, level).expect("every draw has a figure");
    (jackknife(&profiles, statistic).expect("clusters differ"), interval)
}

fn of(case: &Case, draws: u32, level: f64) -> (Jackknife, BcaInterval) {
    match case.kind.as_str() {
        "nsg" => both(case, nsg, draws, level),
        "difference" => both(case, difference, draws, level),
        "mcc" => both(case, mcc, draws, level),
        other => panic!("no statistic `{other}`"),
    }
}

#[test]
fn the_jackknife_is_a_loop_over_clusters() {
    for case in golden().cases {
        let (jackknife, _) = of(&case, 99, 0.95);
        // Biases are differences of order 1e-3 of figures of order 1, times the clusters.
        for (ours, oracle, tolerance) in [
            (jackknife.value, case.value, 1e-12),
            (jackknife.bias, case.bias, 1e-11),
            (jackknife.se, case.se, 1e-12),
            (jackknife.acceleration, case.acceleration, 1e-9),
        ] {
            assert!((ours - oracle).abs() < tolerance, "{}: {ours} {oracle}", case.name);
        }
    }
}

#[test]
fn bca_limits_are_those_of_scipy_and_arch() {
    let golden = golden();
    // Ours is one run, theirs a mean over `seeds` runs: variances add.
    let errors = 4.0 * (1.0 + 1.0 / f64::from(golden.seeds)).sqrt();
    for case in &golden.cases {
        let (_, ours) = of(case, golden.draws, golden.level);
        assert_eq!(ours.fallback, None, "{}", case.name);
        let (scipy, arch) = (&case.scipy_bca, &case.arch_bca);
        let low_tolerance = errors * scipy.low_mc_se.max(arch.low_mc_se);
        let high_tolerance = errors * scipy.high_mc_se.max(arch.high_mc_se);
        for oracle in [scipy, arch] {
            let (low, high) = (ours.interval.low - oracle.low, ours.interval.high - oracle.high);
            assert!(low.abs() < low_tolerance, "{}: low off by {low}", case.name);
            assert!(high.abs() < high_tolerance, "{}: high off by {high}", case.name);
        }
        // What the correction does here is far more than the tolerance: percentiles would not pass.
        if case.name == "mcc_20" {
            assert!((ours.percentile.low - scipy.low).abs() > 3.0 * low_tolerance);
            assert!((ours.percentile.high - scipy.high).abs() > 3.0 * high_tolerance);
        }
    }
}
