//! Linearised estimates against regressions, two-way clustering and definitions written out.
//!
//! `testdata/stats/README.md` says how the numbers were made and with which versions.

use std::collections::BTreeMap;

use foretell_stats::{Dependence, LinearEstimate, StandardErrors, UnitErrors};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    level: f64,
    studies: Vec<Study>,
}

#[derive(Deserialize)]
struct Study {
    name: String,
    original: Vec<f64>,
    counterfactual: Vec<f64>,
    observations: Vec<f64>,
    treated: Vec<f64>,
    other: Vec<f64>,
    baseline: Vec<f64>,
    switched: Vec<f64>,
    dataset: Vec<f64>,
    clusters: u64,
    effective: f64,
    figures: BTreeMap<String, Figure>,
    nsg_dyadic: Inference,
    gee_difference: ValueAndError,
    wls_gain: ValueAndError,
    wls_treated_error: ValueAndError,
}

#[derive(Deserialize)]
struct Figure {
    value: f64,
    one_way: f64,
    two_way_variance: f64,
    dyadic_variance: f64,
    clustered: Inference,
}

#[derive(Deserialize)]
struct Inference {
    low: f64,
    high: f64,
    p: f64,
}

#[derive(Deserialize)]
struct ValueAndError {
    value: f64,
    se: f64,
}

impl Study {
    fn texts(&self) -> [Vec<u32>; 2] {
        [&self.original, &self.counterfactual]
            .map(|texts| texts.iter().map(|t| *t as u32).collect())
    }

    fn dyads(&self) -> Dependence {
        let [originals, counterfactuals] = self.texts();
        Dependence::dyadic(&originals, &counterfactuals)
    }

    fn clustered(&self) -> Dependence {
        Dependence::clustered(&self.texts()[0])
    }

    fn nsg(&self, treated: &[f64], keep: impl Fn(usize) -> bool) -> LinearEstimate {
        let kept = |sums: &[f64]| masked(sums, &keep);
        let (n, w, o) = (kept(&self.observations), kept(treated), kept(&self.baseline));
        LinearEstimate::nsg(UnitErrors { observations: &n, treated: &w, baseline: &o })
            .expect("every study has errors in every part")
    }

    /// Error rate of an arm if a quarter of the pairs were switched.
    fn standardised_error(&self, errors: &[f64]) -> LinearEstimate {
        let [switched, not] = [1.0, 0.0].map(|s| {
            let kept = |sums: &[f64]| masked(sums, |u| self.switched[u] == s);
            LinearEstimate::mean(&kept(errors), &kept(&self.observations))
                .expect("every study has errors in every part")
        });
        LinearEstimate::combination(&[(0.25, &switched), (0.75, &not)])
    }

    fn estimate(&self, figure: &str) -> LinearEstimate {
        let all = |_| true;
        let units = UnitErrors {
            observations: &self.observations,
            treated: &self.treated,
            baseline: &self.baseline,
        };
        match figure {
            "nsg" => LinearEstimate::nsg(units).expect("every study has errors in every part"),
            "gain" => LinearEstimate::gain(units).expect("every study has errors in every part"),
            "accuracy" => LinearEstimate::accuracy(&self.treated, &self.observations)
                .expect("every study has errors in every part"),
            "difference" => self.nsg(&self.treated, all).difference(&self.nsg(&self.other, all)),
            "standardised" => LinearEstimate::nsg_of(
                &self.standardised_error(&self.treated),
                &self.standardised_error(&self.baseline),
            )
            .expect("every study has errors in every part"),
            "average" => {
                let [a, b] = [0.0, 1.0].map(|k| self.nsg(&self.treated, |u| self.dataset[u] == k));
                LinearEstimate::combination(&[(0.5, &a), (0.5, &b)])
            }
            other => panic!("no figure `{other}`"),
        }
    }
}

fn masked(sums: &[f64], keep: impl Fn(usize) -> bool) -> Vec<f64> {
    sums.iter().enumerate().map(|(u, sum)| if keep(u) { *sum } else { 0.0 }).collect()
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../testdata/stats/linear.json"))
        .expect("the file has the fields above")
}

#[track_caller]
fn assert_close(ours: f64, oracle: f64, relative: f64, what: &str) {
    let difference = (ours - oracle).abs();
    let allowed = relative * oracle.abs().max(1e-3);
    assert!(difference <= allowed, "{what}: {ours} against {oracle}, {difference:e} > {allowed:e}");
}

fn errors(estimate: &LinearEstimate, on: &Dependence) -> StandardErrors {
    estimate.standard_errors(on).expect("clusters differ in every figure")
}

/// Sums of some hundred terms in another order: rounding, and nothing else.
const ROUNDING: f64 = 1e-11;

#[test]
fn influences_are_derivatives_by_the_weights_of_units() {
    for study in golden().studies {
        for (figure, oracle) in &study.figures {
            let what = format!("{} {figure}", study.name);
            let estimate = study.estimate(figure);
            assert_close(estimate.value(), oracle.value, ROUNDING, &what);
            let clustered = errors(&estimate, &study.clustered());
            assert_close(clustered.one_way, oracle.one_way, ROUNDING, &what);
            assert_eq!(clustered.clusters, study.clusters, "{what}");
        }
    }
}

#[test]
fn dyadic_variances_are_those_of_a_double_loop_and_of_two_way_clusters() {
    for study in golden().studies {
        for (figure, oracle) in &study.figures {
            let what = format!("{} {figure}", study.name);
            let dyadic = errors(&study.estimate(figure), &study.dyads()).dyadic.unwrap();
            let two_way = dyadic.same_original + dyadic.same_counterfactual;
            assert_close(two_way, oracle.two_way_variance, 1e-10, &what);
            assert_close(two_way + dyadic.crossed, oracle.dyadic_variance, 1e-10, &what);
            if ["two_sides", "few_clusters"].contains(&study.name.as_str()) {
                // No original is a counterfactual.
                assert!(dyadic.crossed.abs() < 1e-15, "{what}: {}", dyadic.crossed);
            }
        }
    }
}

#[test]
fn limits_and_p_values_are_those_of_t_on_the_scale_of_the_figure() {
    let Golden { level, studies } = golden();
    for study in studies {
        for (figure, oracle) in &study.figures {
            let what = format!("{} {figure}", study.name);
            let (estimate, clusters) = (study.estimate(figure), study.clustered());
            let interval = estimate.interval(&clusters, level).unwrap();
            // Quantiles of t are held to ten digits.
            assert_close(interval.low, oracle.clustered.low, 1e-9, &what);
            assert_close(interval.high, oracle.clustered.high, 1e-9, &what);
            assert_close(
                estimate.p_value(&clusters, 0.0).unwrap(),
                oracle.clustered.p,
                1e-9,
                &what,
            );
        }
    }
}

#[test]
fn dyadic_limits_use_the_larger_error_and_the_clusters_that_count() {
    let Golden { level, studies } = golden();
    for study in studies {
        let (nsg, dyads) = (study.estimate("nsg"), study.dyads());
        let effective = errors(&nsg, &dyads).effective_clusters;
        assert_close(effective, study.effective, ROUNDING, &study.name);
        let interval = nsg.interval(&dyads, level).unwrap();
        assert_close(interval.low, study.nsg_dyadic.low, 1e-9, &study.name);
        assert_close(interval.high, study.nsg_dyadic.high, 1e-9, &study.name);
        assert_close(nsg.p_value(&dyads, 0.0).unwrap(), study.nsg_dyadic.p, 1e-9, &study.name);
    }
}

#[test]
fn differences_and_means_are_those_of_regressions() {
    for study in golden().studies {
        let clusters = study.clustered();
        let treated_error = LinearEstimate::mean(&study.treated, &study.observations).unwrap();
        for (ours, oracle, tolerance) in [
            // The rounding of an iterative fit.
            (study.estimate("difference"), &study.gee_difference, 1e-8),
            (study.estimate("gain"), &study.wls_gain, ROUNDING),
            (treated_error, &study.wls_treated_error, ROUNDING),
        ] {
            assert_close(ours.value(), oracle.value, tolerance, &study.name);
            assert_close(errors(&ours, &clusters).used, oracle.se, tolerance, &study.name);
        }
    }
}
