//! Rates, risks, agreement and order against independent implementations.
//!
//! `testdata/stats/README.md` says how the numbers were made and with which versions. Tolerances are
//! relative to the oracle where it passes one.

use std::collections::BTreeMap;

use foretell_stats::{
    ClusterRate, ClusterRisk, Confusion, ConfusionMeasure, Dependence, Discordant, Interval,
    JointModel, JointRows, LevelRate, Scored, auroc, benjamini_hochberg, class_agreement,
    clustered_mcnemar, clustered_rate, confusion_clustered, holm, icc, kendall_w,
    krippendorff_nominal, linear_probability, log_linear, logistic, mcnemar_mid_p, pearson,
    relative_risk, relative_risk_score, spearman, trend, wilson,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Closed forms: what is left is rounding.
const EXACT: f64 = 1e-12;
/// One side was found by iteration, or through a distribution function of another library.
const FITTED: f64 = 1e-9;

/// One section of the golden file, and the confidence level of all of them.
fn section<T: DeserializeOwned>(name: &str) -> (T, f64) {
    let mut file: BTreeMap<String, Value> =
        serde_json::from_str(include_str!("../../../testdata/stats/measures.json"))
            .expect("the file is an object");
    let level = file["level"].as_f64().expect("the level is a number");
    let section = file.remove(name).unwrap_or_else(|| panic!("no section `{name}`"));
    (serde_json::from_value(section).expect("the section has the fields of its test"), level)
}

#[track_caller]
fn assert_close(ours: f64, oracle: f64, tolerance: f64, what: &str) {
    let difference = (ours - oracle).abs() / oracle.abs().max(1.0);
    assert!(
        difference <= tolerance,
        "{what}: {ours} against {oracle}, {difference:e} > {tolerance:e}"
    );
}

#[track_caller]
fn assert_limits(ours: Interval, oracle: [f64; 2], tolerance: f64, what: &str) {
    assert_close(ours.low, oracle[0], tolerance, &format!("{what}, lower limit"));
    assert_close(ours.high, oracle[1], tolerance, &format!("{what}, upper limit"));
}

#[test]
fn wilson_limits_are_those_of_statsmodels() {
    #[derive(Deserialize)]
    struct Case {
        events: f64,
        n: f64,
        level: f64,
        low: f64,
        high: f64,
    }
    let (cases, _) = section::<Vec<Case>>("wilson");
    for Case { events, n, level, low, high } in cases {
        let ours = wilson(events, n, level).unwrap();
        assert_limits(ours, [low, high], EXACT, &format!("{events} of {n}"));
    }
}

#[test]
fn relative_risk_rate_and_their_errors_are_those_of_a_gee() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        clusters: Vec<usize>,
        present: Vec<u8>,
        outcomes: Vec<f64>,
        relative_risk: f64,
        log_se: f64,
        interval: [f64; 2],
        difference: f64,
        difference_se: f64,
        p: f64,
        rate: f64,
        rate_se: f64,
    }
    let (cases, level) = section::<Vec<Case>>("risk");
    for case in cases {
        let count = case.clusters.iter().max().unwrap() + 1;
        let mut clusters = vec![ClusterRisk::default(); count];
        let mut rates = vec![ClusterRate::default(); count];
        for (i, &cluster) in case.clusters.iter().enumerate() {
            let of = &mut clusters[cluster];
            let side = if case.present[i] == 1 { &mut of.present } else { &mut of.absent };
            for sum in [side, &mut rates[cluster]] {
                sum.observations += 1.0;
                sum.events += case.outcomes[i];
            }
        }
        let ours = relative_risk(&clusters, level);
        assert_close(ours.relative_risk.unwrap(), case.relative_risk, FITTED, &case.name);
        assert_close(ours.log_se.unwrap(), case.log_se, FITTED, &case.name);
        assert_limits(ours.relative_risk_interval.unwrap(), case.interval, FITTED, &case.name);
        assert_close(ours.risk_difference.unwrap(), case.difference, FITTED, &case.name);
        assert_close(ours.difference_se.unwrap(), case.difference_se, FITTED, &case.name);
        assert_close(ours.test.unwrap().p, case.p, FITTED, &case.name);
        let rate = clustered_rate(&rates, level);
        assert_close(rate.rate.unwrap(), case.rate, FITTED, &case.name);
        assert_close(rate.se.unwrap(), case.rate_se, FITTED, &case.name);
    }
}

#[test]
fn score_limits_are_those_of_statsmodels() {
    #[derive(Deserialize)]
    struct Case {
        counts: [f64; 4],
        low: f64,
        high: Option<f64>,
    }
    let (cases, level) = section::<Vec<Case>>("score");
    for Case { counts: [x1, n1, x0, n0], low, high } in cases {
        let present = ClusterRate { observations: n1, events: x1 };
        let absent = ClusterRate { observations: n0, events: x0 };
        let ours = relative_risk_score(present, absent, level).unwrap();
        let high = high.unwrap_or(f64::INFINITY);
        assert_close(ours.low, low, FITTED, &format!("{x1}/{n1} {x0}/{n0}"));
        if high.is_finite() {
            assert_close(ours.high, high, FITTED, &format!("{x1}/{n1} {x0}/{n0}"));
        } else {
            assert_eq!(ours.high, high);
        }
    }
}

#[derive(Deserialize)]
struct Fit {
    coefficients: Vec<f64>,
    se: Vec<f64>,
}

#[track_caller]
fn assert_fit(ours: &JointModel, oracle: &Fit, what: &str) {
    let fitted = "the model has a fit";
    assert_close(ours.intercept.expect(fitted), oracle.coefficients[0], FITTED, what);
    for (j, term) in ours.terms.iter().enumerate() {
        assert_close(term.coefficient.expect(fitted), oracle.coefficients[j + 1], FITTED, what);
        assert_close(term.se.expect(fitted), oracle.se[j + 1], FITTED, what);
    }
}

#[test]
fn joint_models_are_those_of_statsmodels_with_clustered_covariance() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        clusters: Vec<u32>,
        features: Vec<Vec<f64>>,
        outcomes: Vec<f64>,
        weights: Vec<f64>,
        log: Fit,
        logit: Fit,
        identity: Fit,
    }
    let (cases, level) = section::<Vec<Case>>("joint");
    for case in cases {
        let features: Vec<&[f64]> = case.features.iter().map(Vec::as_slice).collect();
        let rows = JointRows {
            features: &features,
            outcomes: &case.outcomes,
            weights: &case.weights,
            dependence: &Dependence::clustered(&case.clusters),
        };
        assert_fit(&log_linear(rows, level), &case.log, &case.name);
        assert_fit(&logistic(rows, level), &case.logit, &case.name);
        assert_fit(&linear_probability(rows, level), &case.identity, &case.name);
    }
}

#[test]
fn mid_p_is_the_exact_p_less_half_the_point_of_each_side() {
    #[derive(Deserialize)]
    struct Case {
        b: u64,
        c: u64,
        p: f64,
    }
    let (cases, _) = section::<Vec<Case>>("plain_mcnemar");
    for Case { b, c, p } in cases {
        // Binomial tails by the incomplete beta function on both sides.
        assert_close(mcnemar_mid_p(b, c).unwrap().p, p, 1e-11, &format!("{b} against {c}"));
    }
}

#[test]
fn clustered_mcnemar_is_obuchowskis_and_the_score_test_of_a_gee() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        clusters: Vec<[f64; 2]>,
        obuchowski: f64,
        p: f64,
        gee_score: f64,
    }
    let (cases, _) = section::<Vec<Case>>("clustered_mcnemar");
    for case in cases {
        let pairs = |&[first_only, second_only]: &[f64; 2]| Discordant { first_only, second_only };
        let clusters: Vec<Discordant> = case.clusters.iter().map(pairs).collect();
        let test = clustered_mcnemar(&clusters).test.unwrap();
        assert_close(test.statistic, case.obuchowski, EXACT, &case.name);
        assert_close(test.p, case.p, EXACT, &case.name);
        let k = clusters.len() as f64;
        assert_close(test.statistic, case.gee_score * (k - 1.0) / k, FITTED, &case.name);
    }
}

#[test]
fn adjusted_p_values_are_those_of_statsmodels() {
    #[derive(Deserialize)]
    struct Case {
        p: Vec<f64>,
        holm: Vec<f64>,
        bh: Vec<f64>,
    }
    let (cases, _) = section::<Vec<Case>>("multiplicity");
    for case in cases {
        for (ours, oracle) in [(holm(&case.p), &case.holm), (benjamini_hochberg(&case.p), &case.bh)]
        {
            assert_eq!(ours.len(), oracle.len());
            ours.iter().zip(oracle).for_each(|(a, b)| assert_close(*a, *b, EXACT, "adjusted"));
        }
    }
}

#[test]
fn icc_and_kendalls_w_are_those_of_pingouin_and_scipy() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        table: Vec<Vec<f64>>,
        agreement: f64,
        agreement_ci: [f64; 2],
        consistency: f64,
        consistency_ci: [f64; 2],
        w: f64,
        friedman: f64,
        friedman_p: f64,
    }
    let (cases, level) = section::<Vec<Case>>("raters");
    for case in cases {
        let both = icc(&case.table, level);
        assert_close(both.agreement.value.unwrap(), case.agreement, EXACT, &case.name);
        assert_close(both.consistency.value.unwrap(), case.consistency, EXACT, &case.name);
        // Quantiles of F by inversion on both sides.
        assert_limits(both.agreement.interval.unwrap(), case.agreement_ci, 1e-8, &case.name);
        assert_limits(both.consistency.interval.unwrap(), case.consistency_ci, 1e-8, &case.name);

        let by_rater: Vec<Vec<f64>> = (0..case.table[0].len())
            .map(|rater| case.table.iter().map(|row| row[rater]).collect())
            .collect();
        let concordance = kendall_w(&by_rater, 1, 0);
        assert_close(concordance.w.unwrap(), case.w, EXACT, &case.name);
        let friedman = concordance.friedman.unwrap();
        assert_close(friedman.statistic, case.friedman, EXACT, &case.name);
        assert_close(friedman.p, case.friedman_p, 1e-10, &case.name);
    }
}

#[test]
fn the_permutation_p_is_that_of_every_permutation() {
    #[derive(Deserialize)]
    struct Case {
        raters: Vec<Vec<f64>>,
        p: f64,
    }
    let (case, _) = section::<Case>("permutation");
    let draws = 20_000;
    let ours = kendall_w(&case.raters, draws, 7).p_permutation.unwrap();
    // Four standard errors of a share of the draws.
    let tolerance = 4.0 * (case.p * (1.0 - case.p) / f64::from(draws)).sqrt();
    assert!((ours - case.p).abs() < tolerance, "{ours} against {}", case.p);
}

#[test]
fn correlations_are_those_of_scipy() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        x: Vec<f64>,
        y: Vec<f64>,
        pearson: f64,
        pearson_p: f64,
        pearson_ci: [f64; 2],
        spearman: f64,
        spearman_p: f64,
        spearman_ci: [f64; 2],
    }
    let (cases, level) = section::<Vec<Case>>("correlations");
    for case in cases {
        for (ours, r, p, limits) in [
            (pearson(&case.x, &case.y, level), case.pearson, case.pearson_p, case.pearson_ci),
            (spearman(&case.x, &case.y, level), case.spearman, case.spearman_p, case.spearman_ci),
        ] {
            assert_close(ours.r.unwrap(), r, EXACT, &case.name);
            assert_close(ours.test.unwrap().p, p, 1e-11, &case.name);
            assert_limits(ours.interval.unwrap(), limits, 1e-10, &case.name);
        }
    }
}

#[test]
fn alpha_is_that_of_the_package_and_agreement_that_of_every_pair() {
    #[derive(Deserialize)]
    struct Case {
        units: Vec<Vec<Option<u32>>>,
        alpha: f64,
        agreement: f64,
    }
    let (cases, _) = section::<Vec<Case>>("alpha");
    for case in cases {
        let ours = krippendorff_nominal(&case.units);
        assert_close(ours.alpha.unwrap(), case.alpha, EXACT, "alpha");
        assert_close(ours.agreement.unwrap(), case.agreement, EXACT, "agreement");
        assert_eq!(ours.units + ours.left_out, case.units.len() as u64);
    }
}

#[test]
fn confusion_measures_are_those_of_scikit_learn() {
    #[derive(Deserialize)]
    struct Case {
        counts: [f64; 4],
        accuracy: f64,
        precision: f64,
        recall: f64,
        specificity: f64,
        f1: f64,
        balanced_accuracy: f64,
        g_mean: f64,
        phi: f64,
    }
    let (cases, _) = section::<Vec<Case>>("confusion");
    for case in cases {
        let [true_positive, false_positive, false_negative, true_negative] = case.counts;
        let ours = Confusion { true_positive, false_positive, false_negative, true_negative };
        for (ours, oracle, what) in [
            (ours.accuracy(), case.accuracy, "accuracy"),
            (ours.precision(), case.precision, "precision"),
            (ours.recall(), case.recall, "recall"),
            (ours.specificity(), case.specificity, "specificity"),
            (ours.f1(), case.f1, "f1"),
            (ours.balanced_accuracy(), case.balanced_accuracy, "balanced accuracy"),
            (ours.g_mean(), case.g_mean, "g-mean"),
            (ours.phi(), case.phi, "phi"),
        ] {
            assert_close(ours.unwrap(), oracle, EXACT, what);
        }
        let labels = [(1, 1), (1, 0), (0, 1), (0, 0)];
        let pairs = labels.iter().zip(case.counts).map(|(&(a, b), n)| (a, b, n));
        assert_close(class_agreement(pairs).phi.unwrap(), case.phi, EXACT, "two classes");
    }
}

#[test]
fn errors_of_phi_and_recall_are_those_of_their_influence_functions() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        rows: Vec<[usize; 3]>,
        phi: f64,
        phi_se: f64,
        recall: f64,
        recall_se: f64,
    }
    let (cases, level) = section::<Vec<Case>>("confusion_clusters");
    for case in cases {
        let count = case.rows.iter().map(|row| row[0] + 1).max().unwrap();
        let mut clusters = vec![Confusion::default(); count];
        for &[cluster, predicted, happened] in &case.rows {
            clusters[cluster] =
                clusters[cluster] + Confusion::of(predicted == 1, happened == 1, 1.0);
        }
        for (measure, value, se) in [
            (Confusion::phi as ConfusionMeasure, case.phi, case.phi_se),
            (Confusion::recall, case.recall, case.recall_se),
        ] {
            let ours = confusion_clustered(&clusters, measure, level);
            assert_close(ours.value.unwrap(), value, EXACT, &case.name);
            // Slopes by differences of fourth order.
            assert_close(ours.se.unwrap(), se, FITTED, &case.name);
        }
    }
}

#[test]
fn agreement_of_four_classes_is_that_of_scikit_learn() {
    #[derive(Deserialize)]
    struct Case {
        first: Vec<u32>,
        second: Vec<u32>,
        weights: Vec<f64>,
        raw: f64,
        phi: f64,
    }
    let (case, _) = section::<Case>("classes");
    let pairs = case.first.iter().zip(&case.second).zip(&case.weights);
    let ours = class_agreement(pairs.map(|((a, b), w)| (*a, *b, *w)));
    assert_close(ours.raw.unwrap(), case.raw, EXACT, "raw");
    assert_close(ours.phi.unwrap(), case.phi, EXACT, "phi");
}

/// A unit a cluster, by the number that rows begin with.
fn each_apart(rows: &[[u32; 3]]) -> Dependence {
    let last = rows.iter().map(|row| row[0]).max().expect("there are rows");
    Dependence::independent(last as usize + 1)
}

#[test]
fn auroc_and_its_error_are_those_of_scikit_learn_and_obuchowski() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        rows: Vec<[u32; 3]>,
        area: f64,
        se: f64,
        brunner_munzel_se: Option<f64>,
    }
    let (cases, level) = section::<Vec<Case>>("auroc");
    assert!(cases.iter().any(|case| case.brunner_munzel_se.is_some()));
    for case in cases {
        let row = |&[cluster, score, positive]: &[u32; 3]| Scored {
            unit: cluster,
            score: f64::from(score),
            positive: positive == 1,
            weight: 1.0,
        };
        let rows: Vec<Scored> = case.rows.iter().map(row).collect();
        let ours = auroc(&rows, &each_apart(&case.rows), level);
        assert_close(ours.area.unwrap(), case.area, EXACT, &case.name);
        assert_close(ours.se.unwrap(), case.se, EXACT, &case.name);
        if let Some(se) = case.brunner_munzel_se {
            assert_close(ours.se.unwrap(), se, EXACT, &case.name);
        }
        assert!(ours.interval.unwrap().contains(case.area));
    }
}

#[test]
fn trends_are_those_of_statsmodels() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        rows: Vec<[u32; 3]>,
        z: f64,
        gee_score: f64,
        slope: f64,
        slope_se: f64,
    }
    let (cases, level) = section::<Vec<Case>>("trend");
    for case in cases {
        let row = |&[cluster, score, outcome]: &[u32; 3]| LevelRate {
            unit: cluster,
            score: f64::from(score),
            counts: ClusterRate { observations: 1.0, events: f64::from(outcome) },
        };
        let rows: Vec<LevelRate> = case.rows.iter().map(row).collect();
        let ours = trend(&rows, &each_apart(&case.rows), level);
        assert_close(ours.cochran_armitage.unwrap().statistic, case.z, EXACT, &case.name);
        let k = ours.clusters as f64;
        let square = ours.clustered.unwrap().statistic.powi(2);
        assert_close(square, case.gee_score * (k - 1.0) / k, FITTED, &case.name);
        assert_close(ours.logistic.coefficient.unwrap(), case.slope, FITTED, &case.name);
        assert_close(ours.logistic.se.unwrap(), case.slope_se, FITTED, &case.name);
    }
}
