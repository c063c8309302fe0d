//! Counts as files: `foretell analyze counts` and `foretell analyze --counts`.

mod scripted;

use scripted::{fails, succeeds};
use serde_json::Value;

#[test]
fn gains_from_counts_are_those_of_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    succeeds(
        path,
        &[
            "run",
            "--limit",
            "60",
            "--out",
            "run",
            "--reference",
            "sim:reference?fail=0.1&name=r",
            "--predictor",
            "sim:reader?repeats=3&fail=0.2&name=p",
            "--predictor",
            "sim:oracle?name=q",
        ],
    );
    let keys = "reference,predictor,answer_order,family";
    let (_, said) =
        succeeds(path, &["analyze", "counts", "run", "--by", keys, "--out", "counts.parquet"]);
    assert!(said.contains("wrote counts.parquet: "), "{said}");
    for by in ["reference", "predictor,family"] {
        let of = |what: [&str; 3]| -> Value {
            let what = what.into_iter().filter(|word| !word.is_empty());
            let args: Vec<&str> =
                what.chain(["--by", by, "--format", "json", "--bootstrap", "200"]).collect();
            serde_json::from_str(&succeeds(path, &args).0).unwrap()
        };
        let run = of(["analyze", "gain", "run"]);
        let counts = of(["analyze", "--counts", "counts.parquet"]);
        let rows = counts["rows"].as_array().unwrap();
        assert!(!rows.is_empty());
        for (row, other) in rows.iter().zip(run["rows"].as_array().unwrap()) {
            for (column, value) in row.as_object().unwrap() {
                assert!(value == &other[column] || column == "undefined", "{by}: {column}");
            }
        }
        assert!(rows[0].get("left_out_detail").is_none());
    }

    let said = fails(path, 3, &["analyze", "--counts", "counts.parquet", "--by", "distance"]);
    assert!(said.contains("the counts are not by `distance`"), "{said}");
    let said = fails(path, 2, &["analyze", "--counts", "counts.parquet", "--where", "predictor=p"]);
    assert!(said.contains("`--counts` takes no --where"), "{said}");
    let said = fails(path, 3, &["analyze", "--counts", "run/pairs.parquet"]);
    assert!(said.contains("not the table `counts`"), "{said}");
    let said = fails(path, 3, &["analyze", "counts", "run", "--out", "counts.parquet"]);
    assert!(said.contains("is there already"), "{said}");
    let said = fails(path, 2, &["analyze", "counts", "run", "--out", "counts.csv"]);
    assert!(said.contains("as Parquet only"), "{said}");
}

#[cfg(not(feature = "sql"))]
#[test]
fn a_program_without_the_engine_says_how_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let said = fails(folder.path(), 2, &["sql", "run", "select 1"]);
    assert!(said.contains("built without the feature `sql`"), "{said}");
    assert!(said.contains("cargo install --path crates/cli --features sql"), "{said}");
}
