//! Risks of units that may share texts: those of clusters where none is shared, and less sure where
//! one is.

use foretell_stats::{
    ClusterRate, ClusterRisk, Dependence, Interval, RiskEstimate, RiskMethod, Undefined,
    dependent_risk, relative_risk,
};

fn side(observations: f64, events: f64) -> ClusterRate {
    ClusterRate { observations, events }
}

/// Units with their originals, and the same added up by original.
fn units(of: &[(u32, ClusterRate, ClusterRate)]) -> (Vec<u32>, [Vec<ClusterRisk>; 2]) {
    let originals: Vec<u32> = of.iter().map(|(original, ..)| *original).collect();
    let units = of.iter().map(|&(_, present, absent)| ClusterRisk { present, absent }).collect();
    let mut clusters = vec![ClusterRisk::default(); 9];
    for (original, present, absent) in of {
        let cluster = &mut clusters[*original as usize];
        for (sum, side) in [(&mut cluster.present, present), (&mut cluster.absent, absent)] {
            sum.observations += side.observations;
            sum.events += side.events;
        }
    }
    (originals, [units, clusters])
}

fn figures(risk: &RiskEstimate) -> [Result<f64, Undefined>; 8] {
    let ends = |interval: Result<Interval, Undefined>| {
        [interval.map(|limits| limits.low), interval.map(|limits| limits.high)]
    };
    let [ratio_low, ratio_high] = ends(risk.relative_risk_interval);
    let [low, high] = ends(risk.risk_difference_interval);
    let p = risk.test.map(|test| test.p);
    [risk.relative_risk, risk.log_se, ratio_low, ratio_high, risk.difference_se, low, high, p]
}

#[test]
fn without_shared_texts_risks_are_those_of_clusters() {
    let none = side(0.0, 0.0);
    let lists = [
        vec![
            (0, side(3.0, 2.0), side(1.0, 0.0)),
            (0, side(0.0, 0.0), side(4.0, 1.0)),
            (1, side(2.0, 1.0), side(5.0, 1.0)),
            (2, none, none),
            (3, side(4.0, 1.0), side(2.0, 2.0)),
        ],
        // The feature is there in one cluster alone.
        vec![(0, side(3.0, 2.0), none), (1, none, side(4.0, 1.0)), (2, none, side(4.0, 2.0))],
        // A cell is empty: score intervals.
        vec![
            (0, side(3.0, 0.0), side(3.0, 1.0)),
            (0, none, side(4.0, 1.0)),
            (4, side(2.0, 0.0), none),
        ],
        // One cluster; clusters that do not differ; one side.
        vec![(5, side(3.0, 1.0), side(3.0, 2.0)), (5, side(2.0, 1.0), none)],
        vec![(6, side(2.0, 1.0), side(4.0, 1.0)), (7, side(4.0, 2.0), side(8.0, 2.0))],
        vec![(6, side(2.0, 1.0), none), (7, side(4.0, 2.0), none)],
        vec![],
    ];
    for list in &lists {
        let (originals, [units, clusters]) = units(list);
        let theirs = relative_risk(&clusters, 0.9);
        let counterfactuals: Vec<u32> = (100..).take(originals.len()).collect();
        for dependence in
            [Dependence::clustered(&originals), Dependence::dyadic(&originals, &counterfactuals)]
        {
            let ours = dependent_risk(&units, &dependence, 0.9);
            for (ours, theirs) in figures(&ours).into_iter().zip(figures(&theirs)) {
                match (ours, theirs) {
                    // Sums in another order.
                    (Ok(one), Ok(other)) if one != other => {
                        assert!((one - other).abs() < 1e-12, "{one} {other} {list:?}");
                    }
                    (one, other) => assert_eq!(one, other, "{list:?}"),
                }
            }
            assert_eq!((ours.method, ours.clusters), (theirs.method, theirs.clusters));
        }
    }
}

#[test]
fn an_effect_that_belongs_to_one_text_says_little() {
    // Twelve originals, four by four with one counterfactual, which does what it does.
    let unit = |at: u32| match at / 4 {
        0 => ClusterRisk { present: side(4.0, 4.0), absent: side(4.0, 1.0) },
        1 => ClusterRisk { present: side(4.0, 1.0), absent: side(4.0, 2.0) },
        _ => ClusterRisk { present: side(4.0, 1.0), absent: side(4.0, 1.0) },
    };
    let units: Vec<ClusterRisk> = (0..12).map(unit).collect();
    let originals: Vec<u32> = (0..12).collect();
    let counterfactuals: Vec<u32> = (0..12).map(|at| 20 + at / 4).collect();
    let dyads = Dependence::dyadic(&originals, &counterfactuals);
    let [shared, apart] = [dyads, Dependence::independent(12)]
        .map(|dependence| dependent_risk(&units, &dependence, 0.95));
    assert_eq!(shared.relative_risk, apart.relative_risk);
    // Four that move as one have four times the variance.
    let ratio = shared.log_se.unwrap() / apart.log_se.unwrap();
    assert!((ratio - 2.0).abs() < 1e-12, "{ratio}");
    assert!(shared.relative_risk_interval.unwrap().low < apart.relative_risk_interval.unwrap().low);
    assert!(shared.test.unwrap().p > apart.test.unwrap().p);
}

#[test]
fn score_limits_of_an_event_behind_one_text_are_wide() {
    let units = vec![ClusterRisk { present: side(2.0, 2.0), absent: side(2.0, 2.0) }; 40];
    let originals: Vec<u32> = (0..40).collect();
    let dyads = Dependence::dyadic(&originals, &[50; 40]);
    let [shared, apart] = [dyads, Dependence::independent(40)].map(|dependence| {
        let risk = dependent_risk(&units, &dependence, 0.95);
        assert_eq!(risk.method, RiskMethod::Score);
        risk.risk_difference_interval.unwrap()
    });
    assert!(shared.low < -0.5 && apart.low > -0.2, "{shared:?} {apart:?}");
}
