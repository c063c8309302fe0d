//! Linearised estimates against the estimators they generalise, and what no input may do to them.

use foretell_stats::{
    ClusterErrors, Dependence, LinearEstimate, Undefined, UnitErrors, nsg_clustered,
};
use proptest::prelude::*;

/// Units of up to five observations with two texts each, few enough that they share some.
#[derive(Debug, Clone)]
struct Study {
    observations: Vec<f64>,
    treated: Vec<f64>,
    baseline: Vec<f64>,
    originals: Vec<u32>,
    counterfactuals: Vec<u32>,
}

type Row = (u32, u32, u32, u32, u32);

impl Study {
    fn new(rows: &[Row]) -> Self {
        let halves = |f: fn(&Row) -> u32| rows.iter().map(|r| f64::from(f(r)) / 2.0).collect();
        Self {
            observations: rows.iter().map(|r| f64::from(r.0)).collect(),
            treated: halves(|r| r.1),
            baseline: halves(|r| r.2),
            originals: rows.iter().map(|r| r.3).collect(),
            counterfactuals: rows.iter().map(|r| r.4).collect(),
        }
    }

    fn units(&self) -> UnitErrors<'_> {
        UnitErrors {
            observations: &self.observations,
            treated: &self.treated,
            baseline: &self.baseline,
        }
    }

    fn dyads(&self) -> Dependence {
        Dependence::dyadic(&self.originals, &self.counterfactuals)
    }

    fn clusters(&self) -> Vec<ClusterErrors> {
        let mut clusters = std::collections::BTreeMap::<u32, ClusterErrors>::new();
        for (u, original) in self.originals.iter().enumerate() {
            let cluster = clusters.entry(*original).or_default();
            cluster.observations += self.observations[u];
            cluster.treated += self.treated[u];
            cluster.baseline += self.baseline[u];
        }
        clusters.into_values().collect()
    }

    fn estimates(&self) -> Vec<Result<LinearEstimate, Undefined>> {
        let nsg = LinearEstimate::nsg(self.units());
        let gain = LinearEstimate::gain(self.units());
        let both = match (&nsg, &gain) {
            (Ok(nsg), Ok(gain)) => Ok(nsg.difference(gain)),
            (Err(reason), _) | (_, Err(reason)) => Err(*reason),
        };
        let error = |sums| LinearEstimate::mean(sums, &self.observations);
        let ratio = error(&self.treated).and_then(|treated| {
            error(&self.baseline).and_then(|base| LinearEstimate::ratio_of(&treated, &base))
        });
        let accuracy = LinearEstimate::accuracy(&self.treated, &self.observations);
        vec![nsg, gain, both, ratio, accuracy, LinearEstimate::error_ratio(self.units())]
    }
}

fn any_rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0_u32..=5).prop_flat_map(|n| (Just(n), 0..=2 * n, 0..=2 * n, 0_u32..9, 0_u32..9));
    prop::collection::vec(row, 0..30)
}

fn close(a: f64, b: f64, relative: f64) -> bool {
    a == b || (a - b).abs() <= relative * (1.0 + a.abs().max(b.abs()))
}

/// Equal reasons, or figures that differ by rounding.
fn same(a: Result<f64, Undefined>, b: Result<f64, Undefined>) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => close(a, b, 1e-9),
        (a, b) => a.err() == b.err(),
    }
}

proptest! {
    #[test]
    fn clustered_units_give_what_cluster_sums_give(rows in any_rows(), level in 0.5..0.999_f64) {
        let study = Study::new(&rows);
        let clustered = nsg_clustered(&study.clusters(), level);
        let dependence = Dependence::clustered(&study.originals);
        let ours = LinearEstimate::nsg(study.units());
        prop_assert_eq!(ours.as_ref().map(LinearEstimate::value).map_err(|e| *e), clustered.nsg);
        if let Ok(ours) = ours {
            let errors = ours.standard_errors(&dependence);
            // Halves add exactly; shares of them by unit or by cluster round apart by a few units
            // in the last place, and limits multiply that by how far they reach.
            match (errors, clustered.se) {
                (Ok(errors), Ok(se)) => prop_assert!(close(errors.used, se, 1e-14)),
                (errors, se) => prop_assert_eq!(errors.err(), se.err()),
            }
            if let (Ok(a), Ok(b)) = (ours.interval(&dependence, level), clustered.interval) {
                let limits = |i: foretell_stats::Interval| [i.low, i.high].map(|l| (1.0 - l).ln());
                for (a, b) in limits(a).into_iter().zip(limits(b)) {
                    prop_assert!(close(a, b, 1e-13), "{} {}", a, b);
                }
            }
        }
    }

    #[test]
    fn dyads_without_a_shared_text_are_clusters(rows in any_rows()) {
        let study = Study::new(&rows);
        // Counterfactuals that occur nowhere else.
        let own: Vec<u32> = (100..100 + rows.len() as u32).collect();
        let dyads = Dependence::dyadic(&study.originals, &own);
        let clusters = Dependence::clustered(&study.originals);
        for estimate in study.estimates().into_iter().flatten() {
            let of = |dependence| estimate.standard_errors(dependence);
            let pair = (of(&dyads), of(&clusters));
            if let (Ok(a), Ok(b)) = pair {
                prop_assert!(close(a.used, b.used, 1e-12));
                prop_assert!(close(a.effective_clusters, b.effective_clusters, 1e-12));
            } else {
                prop_assert_eq!(pair.0.err(), pair.1.err());
            }
        }
    }

    #[test]
    fn nothing_is_ever_not_a_number(rows in any_rows()) {
        let study = Study::new(&rows);
        let dyads = study.dyads();
        for estimate in study.estimates().into_iter().flatten() {
            prop_assert!(estimate.value().is_finite());
            prop_assert!(estimate.influence().all(f64::is_finite));
            if let Ok(errors) = estimate.standard_errors(&dyads) {
                prop_assert!(errors.used > 0.0 && errors.used.is_finite());
                prop_assert!(errors.used >= errors.one_way);
                let k = errors.effective_clusters;
                prop_assert!(k >= 2.0 && k <= errors.clusters as f64);
                let interval = estimate.interval(&dyads, 0.95).unwrap();
                prop_assert!(!interval.low.is_nan() && !interval.high.is_nan());
                prop_assert!(interval.low <= interval.high);
            }
        }
    }

    #[test]
    fn p_values_and_limits_tell_the_same_story(rows in any_rows(), level in 0.5..0.99_f64) {
        let study = Study::new(&rows);
        let dyads = study.dyads();
        if let Ok(Ok(p)) = LinearEstimate::nsg(study.units()).map(|e| e.p_value(&dyads, 0.0)) {
            let nsg = LinearEstimate::nsg(study.units()).unwrap();
            let inside = nsg.interval(&dyads, level).unwrap().contains(0.0);
            prop_assert!((0.0..=1.0).contains(&p));
            prop_assert!(inside == (p >= 1.0 - level) || (p - 1.0 + level).abs() < 1e-9);
        }
    }

    #[test]
    fn the_order_of_units_changes_nothing_but_rounding(
        (rows, shuffled) in any_rows().prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle()))
    ) {
        let (one, other) = (Study::new(&rows), Study::new(&shuffled));
        let (a, b) = (one.dyads(), other.dyads());
        for (x, y) in one.estimates().into_iter().zip(other.estimates()) {
            let se = |e: Result<LinearEstimate, Undefined>, on: &Dependence| {
                e.and_then(|e| e.standard_errors(on)).map(|s| s.used)
            };
            let (x, y) = (se(x, &a), se(y, &b));
            prop_assert!(same(x, y), "{:?} {:?}", x, y);
        }
    }

    #[test]
    fn a_group_placed_among_all_units_has_its_own_figures(rows in any_rows()) {
        let study = Study::new(&rows);
        let numbers: Vec<u32> = (0..rows.len() as u32).map(|u| 3 * u + 1).collect();
        let spread_out = |labels: &[u32]| {
            (0..3 * rows.len() + 1)
                .map(|u| if u % 3 == 1 { labels[u / 3] } else { 1_000 + u as u32 })
                .collect::<Vec<_>>()
        };
        let among =
            Dependence::dyadic(&spread_out(&study.originals), &spread_out(&study.counterfactuals));
        for estimate in study.estimates().into_iter().flatten() {
            let own = estimate.standard_errors(&study.dyads());
            let placed = estimate.placed(&numbers).standard_errors(&among);
            prop_assert!(same(own.map(|s| s.used), placed.map(|s| s.used)));
            prop_assert!(same(own.map(|s| s.one_way), placed.map(|s| s.one_way)));
        }
    }
}

#[test]
fn the_same_estimate_twice_differs_in_nothing() {
    let study = Study::new(&[(3, 2, 4, 1, 2), (3, 1, 4, 2, 3), (2, 2, 1, 3, 4)]);
    let nsg = LinearEstimate::nsg(study.units()).unwrap();
    let difference = nsg.difference(&nsg);
    assert_eq!(difference.value(), 0.0);
    assert_eq!(difference.p_value(&study.dyads(), 0.0), Err(Undefined::NoSpread));
}
