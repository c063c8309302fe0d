//! Data that have no figure: each says which reason, and none is zero or not a number.

use foretell_stats::{
    ClusterRate, ClusterRisk, Confusion, Dependence, Discordant, JointRows, RiskMethod, Scored,
    Undefined, auroc, bootstrap_clusters, clustered_mcnemar, clustered_rate, confusion_bootstrap,
    icc, kendall_w, krippendorff_nominal, linear_probability, log_linear, logistic, mcnemar_mid_p,
    pearson, relative_risk, trend, wilson,
};

fn rate(observations: f64, events: f64) -> ClusterRate {
    ClusterRate { observations, events }
}

#[test]
fn nothing_counted_is_said_everywhere() {
    let nothing = Undefined::NothingCounted;
    assert_eq!(wilson(0.0, 0.0, 0.95), Err(nothing));
    assert_eq!(clustered_rate(&[rate(0.0, 0.0); 3], 0.95).rate, Err(nothing));
    assert_eq!(relative_risk(&[], 0.95).risk_difference, Err(nothing));
    assert_eq!(clustered_mcnemar(&[]).test, Err(nothing));
    assert_eq!(kendall_w(&[], 9, 1).w, Err(nothing));
    assert_eq!(icc(&[], 0.95).agreement.value, Err(nothing));
    assert_eq!(krippendorff_nominal(&[vec![Some(1), None]]).alpha, Err(nothing));
    assert_eq!(pearson(&[], &[], 0.95).r, Err(nothing));
    assert_eq!(Confusion::default().accuracy(), Err(nothing));
    assert_eq!(auroc(&[], &Dependence::independent(0), 0.95).area, Err(nothing));
    assert_eq!(trend(&[], &Dependence::independent(0), 0.95).logistic.effect, Err(nothing));
    assert_eq!(bootstrap_clusters(0, 9, 1, 0.95, |_| Ok(1.0)), Err(nothing));
}

#[test]
fn one_cluster_has_an_estimate_but_no_error() {
    let few = Err(Undefined::TooFewClusters);
    let one = clustered_rate(&[rate(4.0, 1.0)], 0.95);
    assert_eq!((one.rate, one.se, one.design_effect), (Ok(0.25), few, few));
    assert_eq!(one.interval, Err(Undefined::TooFewClusters));
    let cluster = ClusterRisk { present: rate(4.0, 2.0), absent: rate(4.0, 1.0) };
    let one = relative_risk(&[cluster], 0.95);
    assert_eq!((one.relative_risk, one.log_se), (Ok(2.0), few));
    let test = clustered_mcnemar(&[Discordant { first_only: 3.0, second_only: 0.0 }]).test;
    assert_eq!(test, Err(Undefined::TooFewClusters));
}

#[test]
fn a_rate_of_zero_takes_each_cluster_for_one_observation() {
    let estimate = clustered_rate(&[rate(40.0, 0.0); 10], 0.95);
    assert_eq!(estimate.effective_observations, Ok(10.0));
    let interval = estimate.interval.unwrap();
    // 400 observations would give a limit below 0.01.
    assert!(interval.low == 0.0 && interval.high > 0.2, "{interval:?}");
}

#[test]
fn empty_cells_have_flagged_score_intervals() {
    let cluster =
        |present, absent| ClusterRisk { present: rate(5.0, present), absent: rate(5.0, absent) };
    let never_without =
        relative_risk(&[[cluster(2.0, 0.0); 5], [cluster(1.0, 0.0); 5]].concat(), 0.95);
    assert_eq!(never_without.method, RiskMethod::Score);
    assert_eq!(never_without.relative_risk, Err(Undefined::EmptyCell));
    assert_eq!(never_without.test, Err(Undefined::EmptyCell));
    assert_eq!(never_without.relative_risk_interval.unwrap().high, f64::INFINITY);
    assert!(never_without.risk_difference_interval.unwrap().low > 0.0);

    let never_with =
        relative_risk(&[[cluster(0.0, 2.0); 5], [cluster(0.0, 1.0); 5]].concat(), 0.95);
    assert_eq!(never_with.relative_risk, Ok(0.0));
    let interval = never_with.relative_risk_interval.unwrap();
    assert!(interval.low == 0.0 && interval.high < 1.0, "{interval:?}");

    let never = relative_risk(&[cluster(0.0, 0.0); 5], 0.95);
    assert_eq!(never.relative_risk_interval, Err(Undefined::EmptyCell));
    assert!(never.risk_difference_interval.unwrap().contains(0.0));

    let one_sided = ClusterRisk { present: rate(5.0, 2.0), absent: rate(0.0, 0.0) };
    assert_eq!(relative_risk(&[one_sided; 5], 0.95).risk_difference, Err(Undefined::EmptyCell));
}

/// Thirty rows, each its own cluster: features, and outcomes that vary.
fn joint(features: &[&[f64]], outcome: impl Fn(usize) -> bool) -> [Vec<Result<f64, Undefined>>; 3] {
    let outcomes: Vec<f64> = (0..30).map(|i| f64::from(u8::from(outcome(i)))).collect();
    let dependence = &Dependence::independent(30);
    let rows = JointRows { features, outcomes: &outcomes, weights: &[1.0; 30], dependence };
    [log_linear, linear_probability, logistic]
        .map(|model| model(rows, 0.95).terms.iter().map(|term| term.effect).collect())
}

fn every(nth: usize) -> Vec<f64> {
    (0..30).map(|i| f64::from(u8::from(i % nth == 0))).collect()
}

#[test]
fn singular_designs_are_reported_by_feature() {
    let (a, b, ones) = (every(2), every(3), vec![1.0; 30]);
    let not_a: Vec<f64> = a.iter().map(|x| 1.0 - x).collect();
    for effects in joint(&[&a, &b, &ones, &not_a], |i| i % 7 < 3) {
        assert_eq!(effects[0], Err(Undefined::Collinear));
        assert!(effects[1].is_ok());
        assert_eq!(effects[2], Err(Undefined::ConstantFeature));
        assert_eq!(effects[3], Err(Undefined::Collinear));
    }
}

#[test]
fn a_feature_without_events_leaves_the_others_their_estimates() {
    let (a, b) = (every(2), every(5));
    let outcome = |i: usize| i % 7 < 3 && !i.is_multiple_of(5);
    let [log, linear, logit] = joint(&[&a, &b], outcome);
    assert_eq!((log[1], logit[1]), (Err(Undefined::EmptyCell), Err(Undefined::EmptyCell)));
    assert!(linear[1].is_ok());
    // The rows of the feature leave the fit: what remains is the relative risk among the others.
    let among = |present: f64| {
        let rows = (0..30).filter(|&i| i % 5 != 0 && a[i] == present);
        rows.clone().filter(|&i| outcome(i)).count() as f64 / rows.count() as f64
    };
    assert!((log[0].unwrap() - among(1.0) / among(0.0)).abs() < 1e-9);
}

#[test]
fn outcomes_that_a_combination_decides_do_not_converge() {
    // A score that separates has no logistic slope.
    let score: Vec<f64> = (0..30).map(|i| f64::from(i % 4)).collect();
    let [_, linear, logit] = joint(&[&score], |i| i % 4 >= 2);
    assert_eq!(logit[0], Err(Undefined::NotConverged));
    assert!(linear[0].is_ok());

    // Each feature has rows with and without events, present and absent, but both together never
    // have one, and no row shows the rate of neither: it can grow without end to make up for that.
    let first: Vec<f64> = (0..30).map(|i| f64::from(u8::from(i % 3 != 0))).collect();
    let second: Vec<f64> = (0..30).map(|i| f64::from(u8::from(i % 3 != 1))).collect();
    let [log, _, logit] = joint(&[&first, &second], |i| i % 3 != 2 && i % 2 == 0);
    assert_eq!(log, [Err(Undefined::NotConverged); 2]);
    assert_eq!(logit, [Err(Undefined::NotConverged); 2]);
}

#[test]
fn outcomes_that_never_vary_leave_every_effect_undefined() {
    let a = every(2);
    for outcome in [false, true] {
        for effects in joint(&[&a], |_| outcome) {
            assert_eq!(effects[0], Err(Undefined::NoVariation));
        }
    }
}

#[test]
fn more_coefficients_than_clusters_have_estimates_without_errors() {
    let rows = JointRows {
        features: &[&[1.0, 1.0, 0.0, 0.0]],
        outcomes: &[1.0, 0.0, 1.0, 0.0],
        weights: &[1.0; 4],
        dependence: &Dependence::clustered(&[0, 0, 1, 1]),
    };
    let term = log_linear(rows, 0.95).terms[0];
    assert!((term.effect.unwrap() - 1.0).abs() < 1e-12);
    assert_eq!(term.se, Err(Undefined::TooFewClusters));
    assert_eq!(term.interval, Err(Undefined::TooFewClusters));
}

#[test]
fn perfect_agreement_is_one_and_constant_ratings_are_undefined() {
    let perfect = icc(&[vec![1.0, 1.0], vec![2.0, 2.0], vec![3.0, 3.0]], 0.95);
    assert_eq!(perfect.agreement.value, Ok(1.0));
    assert_eq!(perfect.agreement.interval, Err(Undefined::NoVariation));
    assert_eq!(
        icc(&[vec![0.1; 3], vec![0.1; 3]], 0.95).consistency.value,
        Err(Undefined::NoVariation)
    );
    assert_eq!(kendall_w(&[vec![2.0; 4], vec![1.0; 4]], 9, 1).w, Err(Undefined::NoVariation));
    let agreed = kendall_w(&[vec![1.0, 2.0], vec![1.0, 2.0]], 0, 1);
    assert_eq!((agreed.w, agreed.p_permutation), (Ok(1.0), Err(Undefined::NoDraws)));
    assert_eq!(mcnemar_mid_p(0, 0), Err(Undefined::NoVariation));
}

#[test]
fn a_score_that_separates_has_an_area_of_one_without_an_error() {
    let row = |cluster, positive| {
        let score = f64::from(u8::from(positive));
        Scored { unit: cluster, score, positive, weight: 1.0 }
    };
    let rows = [row(0, true), row(1, true), row(2, false), row(3, false)];
    let perfect = auroc(&rows, &Dependence::independent(4), 0.95);
    assert_eq!((perfect.area, perfect.se), (Ok(1.0), Err(Undefined::NoVariation)));
    let rows = [row(0, true), row(0, false), row(1, false)];
    let one_cluster = auroc(&rows, &Dependence::independent(2), 0.95);
    assert_eq!(one_cluster.se, Err(Undefined::TooFewClusters));
}

#[test]
fn a_bootstrap_says_why_it_has_no_limits() {
    let right = Confusion { true_positive: 1.0, true_negative: 1.0, ..Confusion::default() };
    let of = |clusters: &[Confusion], draws| {
        confusion_bootstrap(clusters, Confusion::phi, draws, 1, 0.95)
    };
    assert_eq!(of(&[right; 9], 0), Err(Undefined::NoDraws));
    assert_eq!(of(&[right; 9], 50), Err(Undefined::NoVariation));
    assert_eq!(of(&[right], 50), Err(Undefined::TooFewClusters));
    let never = Confusion { true_negative: 1.0, ..Confusion::default() };
    assert_eq!(of(&[never; 9], 50), Err(Undefined::EmptyMargin));
    // One cluster in three holds the only positives: (2/3)^3 of the draws miss it.
    assert_eq!(of(&[right, never, never], 500), Err(Undefined::TooFewDraws));
}

#[test]
fn a_bootstrap_of_a_mean_has_the_spread_of_a_mean_and_follows_its_seed() {
    let values: Vec<f64> = (0..100).map(|i| f64::from(i % 10)).collect();
    let mean = |times: &[u32]| {
        Ok(values.iter().zip(times).map(|(v, t)| v * f64::from(*t)).sum::<f64>() / 100.0)
    };
    let of = |seed| bootstrap_clusters(100, 4_000, seed, 0.95, mean).unwrap();
    let interval = of(7).interval;
    // Standard deviation of 0 to 9 is 2.872; limits of 4,000 draws scatter by 2 % of the width.
    let half = 1.96 * 2.872 / 10.0;
    assert!((interval.low - (4.5 - half)).abs() < 0.08 * half, "{interval:?}");
    assert!((interval.high - (4.5 + half)).abs() < 0.08 * half, "{interval:?}");
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
}
