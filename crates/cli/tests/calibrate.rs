//! `foretell calibrate` and `foretell power`.

mod scripted;

use scripted::{fails, foretell, shared, succeeds};
use serde_json::Value;

fn rows<'a>(sheets: &'a Value, sheet: &str) -> &'a [Value] {
    sheets[sheet]["rows"].as_array().unwrap()
}

#[test]
fn the_quick_calibration_is_the_same_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let on = |threads: &str| {
        let mut command = foretell(folder.path());
        command.env("RAYON_NUM_THREADS", threads);
        let out = command.args(["calibrate", "--quick", "--format", "json"]).output().unwrap();
        assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
        out.stdout
    };
    let one = on("1");
    assert!(one == on("3"));
    let sheets: Value = serde_json::from_slice(&one).unwrap();
    let intervals = rows(&sheets, "calibrate-intervals");
    assert_eq!(intervals.len(), 10);
    for row in intervals.iter().filter(|row| row["method"] == "dyadic t") {
        let [coverage, error] = ["coverage", "coverage_mc"].map(|name| row[name].as_f64().unwrap());
        assert!((coverage - 0.95).abs() < 0.02 + 3.0 * error, "{row}");
    }
    assert!(rows(&sheets, "calibrate-tests").len() >= 16);
}

#[test]
fn settings_that_make_no_sense_are_named_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["calibrate", "--faithfulness", "2", "--noise", "0.9", "--step", "-1"];
    let said = fails(folder.path(), 2, &[&args[..5], &["--step=-1"]].concat());
    let faults = ["a faithfulness of 2", "a noise of 0.9", "a step of -1"];
    assert!(faults.iter().all(|fault| said.contains(fault)), "{said}");
    let said = fails(folder.path(), 2, &["power", "--power", "2", "--accuracy-without", "1"]);
    assert!(said.contains("a power of 2"), "{said}");
}

#[test]
fn on_the_published_pairs_dyads_hold_where_clusters_do_not() {
    let Some(pairs) = shared("data/paper/combined_dataset.parquet") else { return };
    let folder = tempfile::tempdir().unwrap();
    let graph = pairs.to_str().unwrap();
    let effort = ["--quick", "--replicates", "120", "--costly", "0", "--format", "json"];
    let planted = ["calibrate", "--graph", graph, "--counterfactual-effect", "1.5"];
    let (out, _) = succeeds(folder.path(), &[&planted[..], &effort].concat());
    let sheets: Value = serde_json::from_str(&out).unwrap();
    let coverage = |method: &str| {
        let rows = rows(&sheets, "calibrate-intervals").iter();
        let row = rows.into_iter().find(|row| row["method"] == method).unwrap();
        row["coverage"].as_f64().unwrap()
    };
    // Of 120 studies four standard errors are eight points; 2,000 stand in docs/calibration.md.
    assert!((coverage("dyadic t") - 0.95).abs() < 0.08, "{out}");
    assert!(coverage("one-way t") < coverage("dyadic t") - 0.03, "{out}");
}

#[test]
fn power_answers_in_words_and_sheets() {
    let folder = tempfile::tempdir().unwrap();
    let (out, _) = succeeds(folder.path(), &["power", "--from", "0.30", "--to", "0.35"]);
    let said = "to tell NSG 0.30 from 0.35 with 80 % power you need about 1,570 questions answered by \
                both references";
    assert!(out.contains(said), "{out}");
    succeeds(folder.path(), &["power", "--out", "power", "--format", "csv"]);
    let curve = std::fs::read_to_string(folder.path().join("power/power-curve.csv")).unwrap();
    assert!(curve.starts_with("comparison,reference,questions,power,detectable_below"), "{curve}");
}

#[test]
fn a_run_is_a_pilot_of_its_references() {
    let folder = tempfile::tempdir().unwrap();
    let run = ["run", "--limit", "150", "--out", "pilot", "--yes"];
    succeeds(folder.path(), &run);
    let asked = ["power", "pilot", "--from", "0.3", "--to", "0.4", "--questions", "500"];
    let (out, _) = succeeds(folder.path(), &[&asked[..], &["--format", "json"]].concat());
    let sheets: Value = serde_json::from_str(&out).unwrap();
    // Three references: three against zero, and three pairs of them in two ways.
    let need = rows(&sheets, "power");
    assert_eq!((need.len(), rows(&sheets, "power-curve").len()), (9, 9));
    for row in need {
        let [low, questions, high] =
            ["questions_low", "questions", "questions_high"].map(|name| row[name].as_u64());
        assert!(questions.is_some() && low <= questions && questions <= high, "{row}");
    }
    let note = sheets["power"]["notes"][1].as_str().unwrap();
    assert!(note.contains("as far as a pilot of"), "{note}");
    // The analysis of that name is the same with what it asks unasked.
    let (out, _) = succeeds(folder.path(), &["analyze", "power", "pilot"]);
    assert!(out.contains("with 80 % power you need about"), "{out}");
}
