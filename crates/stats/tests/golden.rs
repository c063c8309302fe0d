//! NSG, standard error and both intervals against independent implementations.
//!
//! `testdata/stats/README.md` says how the numbers were made and with which versions.

use foretell_stats::{ClusterErrors, Interval, Profiles, nsg_bootstrap, nsg_clustered};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    level: f64,
    draws: u32,
    seeds: u32,
    datasets: Vec<Dataset>,
}

#[derive(Deserialize)]
struct Dataset {
    name: String,
    clusters: Vec<[f64; 3]>,
    a_with: f64,
    a_without: f64,
    gee: Gee,
    t_interval: Limits,
    scipy_bootstrap: SimulatedLimits,
    arch_bootstrap: SimulatedLimits,
}

#[derive(Deserialize)]
struct Gee {
    nsg: f64,
    se: f64,
}

#[derive(Deserialize)]
struct Limits {
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
struct SimulatedLimits {
    low: f64,
    high: f64,
    low_mc_se: f64,
    high_mc_se: f64,
}

impl Dataset {
    fn clusters(&self) -> Vec<ClusterErrors> {
        self.clusters
            .iter()
            .map(|&[observations, treated, baseline]| ClusterErrors {
                observations,
                treated,
                baseline,
            })
            .collect()
    }
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../testdata/stats/nsg.json"))
        .expect("the file has the fields above")
}

#[track_caller]
fn assert_close(ours: f64, oracle: f64, tolerance: f64, what: &str) {
    let difference = (ours - oracle).abs();
    assert!(
        difference <= tolerance,
        "{what}: {ours} against {oracle}, {difference:e} > {tolerance:e}"
    );
}

#[test]
fn nsg_and_its_error_are_those_of_a_poisson_gee() {
    for data in golden().datasets {
        let estimate = nsg_clustered(&data.clusters(), 0.95);
        // Both solve the same equations; what is left is the rounding of the iterative fit.
        assert_close(estimate.nsg.unwrap(), data.gee.nsg, 1e-9, &data.name);
        assert_close(estimate.se.unwrap(), data.gee.se, 1e-9, &data.name);
        assert_close(estimate.a_with.unwrap(), data.a_with, 1e-12, &data.name);
        assert_close(estimate.a_without.unwrap(), data.a_without, 1e-12, &data.name);
        let gain = data.a_with - data.a_without;
        assert_close(estimate.gain.unwrap(), gain, 1e-12, &data.name);
        assert_eq!(estimate.clusters, data.clusters.len() as u64, "{}", data.name);
    }
}

#[test]
fn t_limits_are_those_of_the_gee_error_with_scipy_quantiles() {
    let golden = golden();
    for data in golden.datasets {
        let interval = nsg_clustered(&data.clusters(), golden.level).interval.unwrap();
        // Relative to the limit where two clusters put it in the thousands.
        let scale = |limit: f64| 1e-9 * limit.abs().max(1.0);
        let expected = &data.t_interval;
        assert_close(interval.low, expected.low, scale(expected.low), &data.name);
        assert_close(interval.high, expected.high, scale(expected.high), &data.name);
    }
}

#[test]
fn bootstrap_limits_are_those_of_scipy_and_arch() {
    let golden = golden();
    // Ours is one run, theirs a mean over `seeds` runs: variances add.
    let errors = 4.0 * (1.0 + 1.0 / f64::from(golden.seeds)).sqrt();
    for data in golden.datasets {
        let profiles = Profiles::new(&data.clusters());
        let ours = nsg_bootstrap(&profiles, golden.draws, 2024, golden.level).unwrap();
        let Interval { low, high } = ours.interval;
        let (scipy, arch) = (&data.scipy_bootstrap, &data.arch_bootstrap);
        // Resamples of few clusters take few values: all runs of one oracle may hit the same one,
        // so the larger error of the two counts, and where both are 0 there is still rounding.
        let low_tolerance = errors * scipy.low_mc_se.max(arch.low_mc_se) + 1e-12;
        let high_tolerance = errors * scipy.high_mc_se.max(arch.high_mc_se) + 1e-12;
        for oracle in [scipy, arch] {
            assert_close(low, oracle.low, low_tolerance, &data.name);
            assert_close(high, oracle.high, high_tolerance, &data.name);
        }
        assert_eq!(ours.draws, golden.draws);
        assert!(f64::from(ours.undefined_draws) <= 0.001 * f64::from(golden.draws));
    }
}
