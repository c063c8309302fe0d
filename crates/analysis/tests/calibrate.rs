//! The quick calibration, held to what is claimed of intervals and tests.

use foretell_analysis::{
    CalibrateSettings, Calibration, Design, Effects, Hypothesis, Method, Share, calibrate,
};

fn found(settings: &CalibrateSettings) -> Calibration {
    calibrate(settings, &|_| ()).unwrap()
}

fn coverage(found: &Calibration, method: Method) -> Vec<Share> {
    let rows = found.intervals.iter().filter(|row| row.method == method);
    rows.map(|row| row.coverage).collect()
}

/// Whether a share lies within the bounds claimed for it, give or take four Monte-Carlo errors: a
/// seed that happens to be unlucky is no fault, and a point more is found.
fn within(share: Share, low: f64, high: f64) -> bool {
    let reach = 4.0 * share.error;
    (low - reach..=high + reach).contains(&share.value)
}

#[test]
fn the_quick_calibration_holds_what_is_claimed() {
    let found = found(&CalibrateSettings::quick());
    let [thirty, hundred] = coverage(&found, Method::Default)[..] else { panic!("two sizes") };
    assert!(within(thirty, 0.93, 0.96) && within(hundred, 0.94, 0.96), "{thirty:?} {hundred:?}");
    for row in &found.intervals {
        assert!(row.bias.0.abs() < 0.1 * row.spread + 4.0 * row.bias.1, "{row:?}");
        if let Some((ratio, error)) = row.error_ratio {
            assert!((ratio - 1.0).abs() < 0.05 + 4.0 * error, "{row:?}");
        }
    }
    for row in &found.tests {
        if row.hypothesis.is_true() {
            // Of 1,000 replicates, or of 100 for what costs much.
            assert!(within(row.rejected, 0.03, 0.06), "{row:?}");
        }
    }
}

#[test]
fn power_is_what_pilots_promise() {
    let settings = CalibrateSettings {
        design: Design::Clusters(vec![80]),
        faithfulness: vec![0.3, 0.6],
        replicates: 600,
        costly: 0,
        ..CalibrateSettings::quick()
    };
    for row in found(&settings).tests {
        let Some(promised) = row.promised else { continue };
        assert!(!row.hypothesis.is_true() && row.effect.abs() > 0.05, "{row:?}");
        // Two hundredths for what the normal of the noncentral t leaves out of skewed figures.
        let error = (row.rejected.value - promised).abs();
        assert!(error < 0.02 + 4.0 * row.rejected.error, "{row:?}");
    }
}

#[test]
fn where_texts_are_shared_only_dyads_hold() {
    let settings = CalibrateSettings {
        design: Design::Shared(vec![80]),
        effects: Effects { counterfactual: 1.5, ..Effects::default() },
        replicates: 600,
        costly: 0,
        ..CalibrateSettings::quick()
    };
    let found = found(&settings);
    let [dyadic, one_way] = [Method::Default, Method::OneWay].map(|m| coverage(&found, m)[0]);
    assert!(within(dyadic, 0.935, 0.965), "{dyadic:?}");
    assert!(one_way.value < 0.90, "{one_way:?}");
    let rejected = |hypothesis| {
        let row = found.tests.iter().find(|row| row.hypothesis == hypothesis).unwrap();
        row.rejected
    };
    assert!(within(rejected(Hypothesis::References), 0.04, 0.06));
    assert!(rejected(Hypothesis::ReferencesOneWay).value > 0.09);
}

#[test]
fn guesses_that_are_missing_for_being_wrong_are_seen_as_bias() {
    let settings = CalibrateSettings {
        design: Design::Clusters(vec![300]),
        effects: Effects { missing: 0.3, ..Effects::default() },
        replicates: 300,
        costly: 0,
        ..CalibrateSettings::quick()
    };
    let found = found(&settings);
    let default = found.intervals.iter().find(|row| row.method == Method::Default).unwrap();
    assert!(default.bias.0 > 8.0 * default.bias.1, "{default:?}");
    assert!(default.coverage.value < 0.9, "{default:?}");
}

#[test]
fn noisy_references_are_covered_by_their_repeats() {
    let settings = CalibrateSettings {
        design: Design::Clusters(vec![100]),
        effects: Effects { noise: 0.1, ..Effects::default() },
        repeats: 2,
        replicates: 600,
        costly: 0,
        ..CalibrateSettings::quick()
    };
    let found = found(&settings);
    let share = coverage(&found, Method::Default)[0];
    assert!(within(share, 0.94, 0.96), "{share:?}");
}
