//! `foretell data pairs`, on the table of the walk-through.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use assert_cmd::Command;
use std::path::{Path, PathBuf};
use std::process::Output;

fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/new-dataset")
}

fn pairs(folder: &Path, threads: &str, args: &[&str]) -> Output {
    Command::cargo_bin("foretell")
        .unwrap()
        .current_dir(folder)
        .env("RAYON_NUM_THREADS", threads)
        .args(["data", "pairs", "--cards"])
        .arg(place().join("finished"))
        .arg("--raw")
        .arg(place())
        .args(args)
        .output()
        .unwrap()
}

#[track_caller]
fn refused(folder: &Path, args: &[&str], status: i32) -> String {
    let output = pairs(folder, "2", args);
    assert_eq!(output.status.code(), Some(status));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    for (threads, seed, out) in [("1", "7", "a"), ("5", "7", "b"), ("2", "8", "c")] {
        let output = pairs(folder.path(), threads, &["rides", "--seed", seed, "--out", out]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    for file in ["questions.parquet", "pairs.parquet", "drawn.toml"] {
        let [a, b, c] = ["a", "b", "c"].map(|out| bytes(&format!("{out}/{file}")));
        assert!(a == b, "{file} depends on the threads");
        assert!(file == "questions.parquet" || a != c, "{file} does not depend on the seed");
    }
}

#[test]
fn the_summary_for_machines_adds_up() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["rides", "--per-dataset", "100", "--order", "both", "--out", "r.parquet"];
    let output = pairs(folder.path(), "2", &[&args[..], &["--format", "json"]].concat());
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rides = &said["datasets"][0];
    let natural = &rides["natural"];
    let number = |value: &serde_json::Value| value.as_u64().unwrap();
    let sum = |object: &serde_json::Value| object.as_object().unwrap().values().map(number).sum();
    let tried: u64 =
        ["balls", "too_few_neighbours", "imbalanced"].map(|key| number(&natural[key])).iter().sum();
    assert_eq!(tried, number(&natural["centres_tried"]));
    let (balls, originals): (u64, u64) = (sum(&natural["sizes"]), sum(&natural["originals"]));
    assert_eq!((balls, originals), (number(&natural["balls"]), number(&natural["balls"])));
    let members: u64 = sum(&natural["distances"]);
    assert_eq!(2 * members, number(&rides["pairs"]), "each pair in both orders");
    assert_eq!((number(&said["pairs"]), number(&rides["drawn"])), (100, 100));
    assert!(number(&natural["label_flips"]) < members);
    let record = std::fs::read_to_string(folder.path().join("r.drawn.toml")).unwrap();
    assert!(record.contains("order = \"both\"") && record.contains("drawn = 100"), "{record}");
}

#[test]
fn what_cannot_be_done_is_told_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let told = |args: &[&str], status| refused(folder.path(), args, status);
    let said = told(&["ridse", "--out", "x"], 3);
    assert!(
        said.contains("`ridse` is no dataset with a table")
            && said.contains("did you mean `rides`?"),
        "{said}"
    );
    let said = told(&["--combine", "rides,moral_machine", "--out", "x"], 3);
    assert!(said.contains("moral_machines without one"), "{said}");
    assert!(said.contains("did you mean `moral_machines`?"), "{said}");
    let said = told(&["rides", "--max-size", "4", "--epsilon", "0", "--out", "x"], 3);
    assert!(said.contains("max") && said.contains("epsilon"), "{said}");
    let said = told(&["rides", "--balls", "rdes=3", "--out", "x"], 3);
    assert!(said.contains("balls of `rdes` are wanted, but the datasets are `rides`"), "{said}");
    let said = told(&["rides", "--balls", "many", "--out", "x"], 2);
    assert!(said.contains("CARD=N such as income=500"), "{said}");
    let said = told(&["rides", "--min-size", "90", "--max-size", "100", "--out", "x"], 3);
    assert!(
        said.contains("no ball around any of 152 rows") && said.contains("--max-distance"),
        "{said}"
    );
    assert!(!folder.path().join("x").exists());
    std::fs::write(folder.path().join("y.parquet"), "mine").unwrap();
    let said = told(&["rides", "--out", "y.parquet"], 3);
    assert!(said.contains("y.parquet is there already") && said.contains("--force"), "{said}");
}

#[test]
fn raw_files_that_are_missing_are_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::cargo_bin("foretell").unwrap();
        command.current_dir(folder.path()).env("FORETELL_CACHE", "cache").args(args);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        String::from_utf8(output.stderr).unwrap()
    };
    for said in [
        run(&["data", "pairs", "--combine", "income,moral_machines,attrition", "--out", "x"]),
        run(&["run", "--pairs", "income", "--pairs", "attrition"]),
    ] {
        assert!(
            said.contains("2 raw files are not in cache: `adult.data` of `income`, `IBM"),
            "{said}"
        );
        assert!(said.contains("`foretell data fetch income attrition` gets them"), "{said}");
    }
    let said = run(&["run", "--pairs", "income"]);
    assert!(said.contains("and put it there as cache/adult.data"), "{said}");
    assert!(said.contains("https://archive.ics.uci.edu/static/public/2/adult.zip"), "{said}");
}
