//! The figures of the published set against an independent script.
//!
//! `testdata/pairs/README.md` says how they were made and with which versions.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use foretell_data::{Cards, PairOptions, load_pairs, pair_stats};
use serde_json::Value;
use std::path::Path;
use std::time::Instant;

/// Sums of thousands of fractions in another order, and powers by logarithms.
const TOLERANCE: f64 = 1e-9;

/// Holds `ours` against `golden`: every value of it, numbers within the tolerance.
fn compare(place: &str, golden: &Value, ours: &Value) {
    match golden {
        Value::Object(members) => {
            for (name, value) in members {
                compare(&format!("{place}.{name}"), value, &ours[name]);
            }
        }
        Value::Number(number) => {
            let (golden, ours) = (number.as_f64().unwrap(), ours.as_f64());
            let close = ours.is_some_and(|ours| (ours - golden).abs() <= TOLERANCE * golden.abs());
            assert!(close, "{place}: {golden} by the script, {ours:?} by us");
        }
        other => assert_eq!(other, ours, "{place}"),
    }
}

#[test]
fn the_published_set_has_the_figures_of_an_independent_script() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = folder.join("../../../shared/data/paper/combined_dataset.parquet");
    if !path.exists() {
        println!("skipped: no file {}", path.display());
        return;
    }
    let golden = folder.join("../../testdata/pairs/combined_dataset.json");
    let golden: Value = serde_json::from_slice(&std::fs::read(golden).unwrap()).unwrap();
    let options = PairOptions { reprompt: true, ..PairOptions::default() };
    let set = load_pairs(&[path.display().to_string()], &Cards::embedded(), &options).unwrap();
    let started = Instant::now();
    let stats = pair_stats(&set);
    println!("measured in {:.2} s", started.elapsed().as_secs_f64());
    let ours = serde_json::to_value(&stats).unwrap();
    for name in ["rows", "identical_texts", "overall"] {
        compare(name, &golden[name], &ours[name]);
    }
    let datasets = golden["datasets"].as_object().unwrap();
    assert_eq!(datasets.len(), stats.datasets.len());
    for part in ours["datasets"].as_array().unwrap() {
        let name = part["dataset"].as_str().unwrap();
        compare(name, &datasets[name], &part["stats"]);
    }
    let methods = golden["methods"].as_object().unwrap();
    assert_eq!(methods.len(), stats.methods.len());
    for part in ours["methods"].as_array().unwrap() {
        let (generator, method) = (&part["generator"], &part["method"]);
        let name = format!("{} / {}", generator.as_str().unwrap(), method.as_str().unwrap());
        compare(&name, &methods[&name], &part["stats"]);
    }
    // What the data set is said to hold by row number, with the two clusters that lose all their rows.
    assert_eq!(golden["all_rows"]["originals_by_id"], 3_092);
    assert_eq!(stats.overall.clusters_by_text, 3_001);
}
