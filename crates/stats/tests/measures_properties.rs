//! What must hold of every measure whatever the data: ranges, no NaN, order and names of no account.

use foretell_stats::{
    ClusterRate, ClusterRisk, Confusion, Dependence, Discordant, Interval, JointModel, JointRows,
    JointTerm, LevelRate, Scored, Undefined, auroc, benjamini_hochberg, class_agreement,
    clustered_mcnemar, clustered_rate, confusion_clustered, holm, icc, kendall_w,
    krippendorff_nominal, linear_probability, log_linear, logistic, mcnemar_mid_p, pearson,
    relative_risk, spearman, trend,
};
use proptest::prelude::*;

type Figure = Result<f64, Undefined>;

/// Equal up to the rounding of another order of summation, or undefined for the same reason.
#[track_caller]
fn same(a: Figure, b: Figure, tolerance: f64) {
    match (a, b) {
        (Ok(a), Ok(b)) => {
            let scale = a.abs().max(b.abs()).max(1.0);
            assert!(a == b || (a - b).abs() <= tolerance * scale, "{a} against {b}");
        }
        _ => assert_eq!(a, b),
    }
}

fn low(interval: Result<Interval, Undefined>) -> Figure {
    interval.map(|interval| interval.low)
}

fn high(interval: Result<Interval, Undefined>) -> Figure {
    interval.map(|interval| interval.high)
}

/// Around the estimate, and within the range of the measure.
#[track_caller]
fn holds(interval: Result<Interval, Undefined>, estimate: Figure, range: [f64; 2]) {
    if let Ok(value) = estimate {
        assert!(value >= range[0] - 1e-9 && value <= range[1] + 1e-9, "{value} outside {range:?}");
    }
    if let Ok(Interval { low, high }) = interval {
        assert!(low >= range[0] && high <= range[1] && low <= high, "{low} to {high}");
        if let Ok(value) = estimate {
            assert!(low <= value + 1e-9 && value <= high + 1e-9, "{value} in {low} to {high}");
        }
    }
}

fn rate() -> impl Strategy<Value = ClusterRate> {
    (0_u32..6)
        .prop_flat_map(|n| (Just(n), 0..=n))
        .prop_map(|(n, x)| ClusterRate { observations: f64::from(n), events: f64::from(x) })
}

fn shuffled<T: Clone + std::fmt::Debug>(
    values: impl Strategy<Value = Vec<T>>,
) -> impl Strategy<Value = (Vec<T>, Vec<T>)> {
    values.prop_flat_map(|v| (Just(v.clone()), Just(v).prop_shuffle()))
}

/// Rows of a joint model: three binary features, outcome, weight, cluster.
type Row = ([bool; 3], bool, u8, u32);

fn joint_rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((any::<[bool; 3]>(), any::<bool>(), 0_u8..3, 0_u32..12), 0..40)
}

/// One of the three joint models.
type Model = fn(JointRows<'_>, f64) -> JointModel;
const MODELS: [Model; 3] = [log_linear, linear_probability, logistic];

fn fitted(rows: &[Row], order: &[usize], model: Model) -> JointModel {
    let columns: Vec<Vec<f64>> = order
        .iter()
        .map(|&j| rows.iter().map(|row| f64::from(u8::from(row.0[j]))).collect())
        .collect();
    let features: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let outcomes: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(row.1))).collect();
    let weights: Vec<f64> = rows.iter().map(|row| f64::from(row.2)).collect();
    let clusters: Vec<u32> = rows.iter().map(|row| row.3).collect();
    let rows = JointRows {
        features: &features,
        outcomes: &outcomes,
        weights: &weights,
        dependence: &Dependence::clustered(&clusters),
    };
    model(rows, 0.95)
}

fn figures(term: &JointTerm) -> [Figure; 6] {
    let test = term.test.map(|test| test.p);
    [term.effect, term.coefficient, term.se, low(term.interval), high(term.interval), test]
}

fn table() -> impl Strategy<Value = Vec<Vec<f64>>> {
    (0_usize..6, 0_usize..5).prop_flat_map(|(rows, columns)| {
        let value = (0_i8..5).prop_map(f64::from);
        prop::collection::vec(prop::collection::vec(value, columns), rows)
    })
}

fn transposed(table: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let columns = table.first().map_or(0, Vec::len);
    (0..columns).map(|j| table.iter().map(|row| row[j]).collect()).collect()
}

/// More units than any row has the number of, each its own cluster.
fn units_apart() -> Dependence {
    Dependence::independent(91)
}

fn scored() -> impl Strategy<Value = Vec<Scored>> {
    let row = (0_u32..8, 0_u8..4, any::<bool>(), 0_u8..3).prop_map(|(cluster, s, positive, w)| {
        Scored { unit: cluster, score: f64::from(s), positive, weight: f64::from(w) }
    });
    prop::collection::vec(row, 0..30)
}

fn levels() -> impl Strategy<Value = Vec<LevelRate>> {
    let row = (0_u32..8, 0_u8..3, rate()).prop_map(|(cluster, s, counts)| LevelRate {
        unit: cluster,
        score: f64::from(s),
        counts,
    });
    prop::collection::vec(row, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_rate_lies_in_its_interval_in_any_order(
        (clusters, other) in shuffled(prop::collection::vec(rate(), 0..15))
    ) {
        let (a, b) = (clustered_rate(&clusters, 0.95), clustered_rate(&other, 0.95));
        holds(a.interval, a.rate, [0.0, 1.0]);
        for (a, b) in [
            (a.rate, b.rate),
            (a.se, b.se),
            (a.design_effect, b.design_effect),
            (low(a.interval), low(b.interval)),
            (high(a.interval), high(b.interval)),
        ] {
            same(a, b, 1e-10);
        }
        if let Ok(effective) = a.effective_observations {
            prop_assert!(effective > 0.0 && effective <= a.observations);
        }
    }

    #[test]
    fn naming_presence_absence_inverts_the_ratio_and_negates_the_difference(
        pairs in prop::collection::vec((rate(), rate()), 0..15)
    ) {
        let clusters: Vec<ClusterRisk> =
            pairs.iter().map(|&(present, absent)| ClusterRisk { present, absent }).collect();
        let swapped: Vec<ClusterRisk> =
            pairs.iter().map(|&(absent, present)| ClusterRisk { present, absent }).collect();
        let (a, b) = (relative_risk(&clusters, 0.95), relative_risk(&swapped, 0.95));
        holds(a.relative_risk_interval, a.relative_risk, [0.0, f64::INFINITY]);
        holds(a.risk_difference_interval, a.risk_difference, [-1.0, 1.0]);
        same(a.risk_difference, b.risk_difference.map(|d| -d), 1e-12);
        same(low(a.risk_difference_interval), high(b.risk_difference_interval).map(|d| -d), 1e-10);
        same(a.log_se, b.log_se, 1e-10);
        // In logarithms, for a ratio may be large.
        let ln = |limit: Figure| limit.map(f64::ln);
        let limits = (ln(low(a.relative_risk_interval)), ln(high(b.relative_risk_interval)));
        same(limits.0, limits.1.map(|limit| -limit), 1e-8);
    }

    #[test]
    fn joint_models_are_numbers_in_any_order_of_rows_and_features(
        (rows, other) in shuffled(joint_rows())
    ) {
        for model in MODELS {
            let (a, b) = (fitted(&rows, &[0, 1, 2], model), fitted(&other, &[2, 0, 1], model));
            prop_assert_eq!((a.rows, a.rows_left_out, a.clusters), (b.rows, b.rows_left_out, b.clusters));
            for (j, k) in [(0, 1), (1, 2), (2, 0)] {
                for (a, b) in figures(&a.terms[j]).into_iter().zip(figures(&b.terms[k])) {
                    prop_assert!(a.is_err() || !a.unwrap().is_nan());
                    same(a, b, 1e-6);
                }
            }
        }
    }

    #[test]
    fn a_joint_model_of_one_feature_is_its_relative_risk(rows in joint_rows()) {
        let mut clusters = vec![ClusterRisk::default(); 12];
        for row in &rows {
            let of = &mut clusters[row.3 as usize];
            let side = if row.0[0] { &mut of.present } else { &mut of.absent };
            side.observations += f64::from(row.2);
            side.events += f64::from(row.2) * f64::from(u8::from(row.1));
        }
        let direct = relative_risk(&clusters, 0.95);
        let (log, linear) = (fitted(&rows, &[0], log_linear), fitted(&rows, &[0], linear_probability));
        if let (Ok(joint), Ok(direct)) = (log.terms[0].effect, direct.relative_risk) {
            same(Ok(joint), Ok(direct), 1e-9);
        }
        if let (Ok(joint), Ok(direct)) = (log.terms[0].se, direct.log_se) {
            same(Ok(joint), Ok(direct), 1e-8);
        }
        if let (Ok(joint), Ok(direct)) = (linear.terms[0].effect, direct.risk_difference) {
            same(Ok(joint), Ok(direct), 1e-9);
        }
        if let (Ok(joint), Ok(direct)) = (linear.terms[0].se, direct.difference_se) {
            same(Ok(joint), Ok(direct), 1e-8);
        }
    }

    #[test]
    fn a_feature_given_twice_leaves_the_others_as_they_are(rows in joint_rows()) {
        for model in MODELS {
            let (once, twice) = (fitted(&rows, &[0, 1], model), fitted(&rows, &[0, 1, 0], model));
            if once.terms[0].effect.is_ok() {
                prop_assert_eq!(twice.terms[0].effect, Err(Undefined::Collinear));
                prop_assert_eq!(twice.terms[2].effect, Err(Undefined::Collinear));
            }
            same(once.terms[1].effect, twice.terms[1].effect, 1e-9);
            same(once.terms[1].se, twice.terms[1].se, 1e-9);
        }
    }

    #[test]
    fn mcnemar_does_not_mind_which_outcome_is_first(
        pairs in prop::collection::vec((0_u8..4, 0_u8..4), 0..15), b in 0_u64..80, c in 0_u64..80
    ) {
        let clusters = |swap: bool| -> Vec<Discordant> {
            let of = |&(a, b): &(u8, u8)| if swap { (b, a) } else { (a, b) };
            let cluster = |(a, b): (u8, u8)| Discordant { first_only: a.into(), second_only: b.into() };
            pairs.iter().map(of).map(cluster).collect()
        };
        let (one, two) = (clustered_mcnemar(&clusters(false)), clustered_mcnemar(&clusters(true)));
        prop_assert_eq!(one.test, two.test);
        for test in [one.test, mcnemar_mid_p(b, c)].into_iter().flatten() {
            prop_assert!((0.0..=1.0).contains(&test.p));
        }
        prop_assert_eq!(mcnemar_mid_p(b, c), mcnemar_mid_p(c, b));
    }

    #[test]
    fn adjusted_p_values_keep_the_order_and_are_not_smaller(
        (p, other) in shuffled(prop::collection::vec(0.0..=1.0_f64, 0..20))
    ) {
        let (strict, lenient) = (holm(&p), benjamini_hochberg(&p));
        for i in 0..p.len() {
            prop_assert!(p[i] <= lenient[i] * (1.0 + 1e-12));
            prop_assert!(lenient[i] <= strict[i] * (1.0 + 1e-12) && strict[i] <= 1.0);
            for j in 0..p.len() {
                prop_assert!(p[i] > p[j] || (strict[i] <= strict[j] && lenient[i] <= lenient[j]));
            }
        }
        let sorted = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values
        };
        prop_assert_eq!(sorted(strict), sorted(holm(&other)));
        prop_assert_eq!(sorted(lenient), sorted(benjamini_hochberg(&other)));
    }

    #[test]
    fn concordance_minds_neither_the_order_of_raters_nor_the_unit(
        (table, other) in shuffled(table())
    ) {
        let a = kendall_w(&table, 20, 1);
        let cubes = |row: &Vec<f64>| row.iter().map(|v| v.powi(3) - 7.0).collect();
        let b = kendall_w(&other.iter().map(cubes).collect::<Vec<_>>(), 20, 1);
        same(a.w, b.w, 1e-12);
        if let Ok(w) = a.w {
            prop_assert!((0.0..=1.0).contains(&w));
            let p = a.p_permutation.unwrap();
            prop_assert!((1.0 / 21.0..=1.0).contains(&p));
        }
    }

    #[test]
    fn icc_minds_neither_order_nor_unit((table, other) in shuffled(table())) {
        let a = icc(&table, 0.95);
        let mut columns = transposed(&other);
        columns.reverse();
        // A table without columns has no rows to be turned back into.
        if columns.is_empty() {
            return Ok(());
        }
        let scaled: Vec<Vec<f64>> =
            transposed(&columns).iter().map(|row| row.iter().map(|v| 3.0 * v - 100.0).collect()).collect();
        let b = icc(&scaled, 0.95);
        for (a, b) in [(a.agreement, b.agreement), (a.consistency, b.consistency)] {
            same(a.value, b.value, 1e-9);
            same(low(a.interval), low(b.interval), 1e-6);
            same(high(a.interval), high(b.interval), 1e-6);
            prop_assert!(a.value.is_err() || a.value.unwrap() <= 1.0);
            if let Ok(interval) = a.interval {
                prop_assert!(interval.low <= interval.high && interval.high <= 1.0);
            }
        }
    }

    #[test]
    fn correlations_are_symmetric_and_turn_with_a_sign(
        pairs in prop::collection::vec((-9_i8..9, -9_i8..9), 0..12)
    ) {
        let (x, y): (Vec<f64>, Vec<f64>) =
            pairs.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).unzip();
        let negative: Vec<f64> = y.iter().map(|v| -v).collect();
        for correlation in [pearson, spearman] {
            let (a, b, c) = (correlation(&x, &y, 0.95), correlation(&y, &x, 0.95), correlation(&x, &negative, 0.95));
            holds(a.interval, a.r, [-1.0, 1.0]);
            same(a.r, b.r, 1e-12);
            same(a.r, c.r.map(|r| -r), 1e-12);
            same(a.test.map(|t| t.p), c.test.map(|t| t.p), 1e-9);
        }
        let cubes: Vec<f64> = x.iter().map(|v| v.powi(3)).collect();
        same(spearman(&x, &y, 0.95).r, spearman(&cubes, &y, 0.95).r, 0.0);
    }

    #[test]
    fn label_agreement_minds_neither_names_nor_order(
        (units, other) in shuffled(prop::collection::vec(
            prop::collection::vec(prop::option::of(0_u32..4), 0..5), 0..12))
    ) {
        let a = krippendorff_nominal(&units);
        let rename = |unit: &Vec<Option<u32>>| unit.iter().rev().map(|l| l.map(|l| 900 - 7 * l)).collect();
        let b = krippendorff_nominal(&other.iter().map(rename).collect::<Vec<_>>());
        same(a.alpha, b.alpha, 1e-12);
        prop_assert_eq!(a.agreement, b.agreement);
        prop_assert!(a.alpha.is_err() || a.alpha.unwrap() <= 1.0);
        prop_assert_eq!(a.agreement == Ok(1.0), a.alpha == Ok(1.0) || a.alpha == Err(Undefined::NoVariation));
    }

    #[test]
    fn confusion_measures_stay_in_range_and_turn_with_the_names(counts in any::<[u8; 4]>()) {
        let [tp, fp, fn_, tn] = counts.map(|count| f64::from(count % 7));
        let of = |true_positive, false_positive, false_negative, true_negative| Confusion {
            true_positive, false_positive, false_negative, true_negative,
        };
        let (a, turned) = (of(tp, fp, fn_, tn), of(tn, fn_, fp, tp));
        for share in [a.accuracy(), a.precision(), a.recall(), a.specificity(), a.f1(), a.g_mean(),
            a.balanced_accuracy()] {
            prop_assert!(share.is_err() || (0.0..=1.0).contains(&share.unwrap()));
        }
        prop_assert_eq!(a.recall(), turned.specificity());
        same(a.phi(), turned.phi(), 1e-12);
        // Calling every prediction its opposite turns the sign.
        same(a.phi(), of(fn_, tn, tp, fp).phi().map(|phi| -phi), 1e-12);
        let pairs = [(5, 5, tp), (5, 3, fp), (3, 5, fn_), (3, 3, tn)];
        let swapped = pairs.map(|(a, b, n)| (b + 40, a + 40, n));
        same(class_agreement(pairs).phi, a.phi(), 1e-12);
        same(class_agreement(pairs).phi, class_agreement(swapped).phi, 1e-12);
        prop_assert_eq!(class_agreement(pairs).raw, a.accuracy());
    }

    #[test]
    fn auroc_minds_neither_order_nor_unit_and_turns_with_the_names(
        (rows, other) in shuffled(scored())
    ) {
        let a = auroc(&rows, &units_apart(), 0.95);
        holds(a.interval, a.area, [0.0, 1.0]);
        let changed: Vec<Scored> =
            other.iter().map(|r| Scored { score: r.score.exp(), unit: 90 - r.unit, ..*r }).collect();
        let turned: Vec<Scored> =
            rows.iter().map(|r| Scored { positive: !r.positive, ..*r }).collect();
        let (b, c) = (auroc(&changed, &units_apart(), 0.95), auroc(&turned, &units_apart(), 0.95));
        same(a.area, b.area, 1e-12);
        same(a.se, b.se, 1e-9);
        same(a.area, c.area.map(|area| 1.0 - area), 1e-12);
        same(a.se, c.se, 1e-9);
    }

    #[test]
    fn a_weight_of_two_is_two_rows(rows in scored()) {
        let apart: Vec<Scored> = rows
            .iter()
            .flat_map(|row| vec![Scored { weight: 1.0, ..*row }; row.weight as usize])
            .collect();
        let (together, apart) = (auroc(&rows, &units_apart(), 0.95), auroc(&apart, &units_apart(), 0.95));
        same(together.area, apart.area, 1e-12);
        same(together.se, apart.se, 1e-9);
        prop_assert_eq!((together.positives, together.clusters), (apart.positives, apart.clusters));
    }

    #[test]
    fn a_trend_minds_no_order_and_turns_with_the_scores((rows, other) in shuffled(levels())) {
        let a = trend(&rows, &units_apart(), 0.95);
        let turned: Vec<LevelRate> =
            other.iter().map(|row| LevelRate { score: 10.0 - 2.0 * row.score, ..*row }).collect();
        let b = trend(&turned, &units_apart(), 0.95);
        let statistic = |test: Result<foretell_stats::Test, Undefined>| test.map(|t| t.statistic);
        same(statistic(a.cochran_armitage), statistic(b.cochran_armitage).map(|z| -z), 1e-9);
        same(statistic(a.clustered), statistic(b.clustered).map(|t| -t), 1e-9);
        same(a.logistic.coefficient, b.logistic.coefficient.map(|slope| -2.0 * slope), 1e-6);
        for (_, level) in &a.levels {
            holds(level.interval, level.rate, [0.0, 1.0]);
        }
    }

    #[test]
    fn intervals_of_confusion_measures_hold_them_whatever_the_order_and_the_unit(
        (clusters, other) in shuffled(prop::collection::vec(any::<[u8; 4]>(), 0..12))
    ) {
        let sums = |counts: &[[u8; 4]], unit: f64| -> Vec<Confusion> {
            let of = |cell: u8| unit * f64::from(cell % 4);
            counts.iter().map(|&[a, b, c, d]| Confusion {
                true_positive: of(a), false_positive: of(b), false_negative: of(c), true_negative: of(d),
            }).collect()
        };
        let (clusters, other) = (sums(&clusters, 1.0), sums(&other, 3.0));
        for measure in [Confusion::phi, Confusion::f1, Confusion::g_mean, Confusion::recall,
            Confusion::precision, Confusion::balanced_accuracy, Confusion::accuracy] {
            let (a, b) = (confusion_clustered(&clusters, measure, 0.95), confusion_clustered(&other, measure, 0.95));
            holds(a.interval, a.value, [-1.0, 1.0]);
            same(a.value, b.value, 1e-12);
            same(a.se, b.se, 1e-6);
        }
        let rates: Vec<ClusterRate> = clusters.iter().map(Confusion::precision_counts).collect();
        let precision = confusion_clustered(&clusters, Confusion::precision, 0.95);
        if let (Ok(a), Ok(b)) = (precision.se, clustered_rate(&rates, 0.95).se) {
            same(Ok(a), Ok(b), 1e-8);
        }
    }
}
