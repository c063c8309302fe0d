//! `foretell data`: what it lists, shows, writes, and says where a file is missing.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use assert_cmd::Command;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The program in the project's folder, with an empty cache.
fn data(cache: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("foretell")
        .unwrap()
        .current_dir(ROOT)
        .env("XDG_CACHE_HOME", cache)
        .arg("data")
        .args(args)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "`{word}` is missing in: {said}");
    }
}

/// The raw files of the project's own cards; says so and gives none where they are absent.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn raw_files() -> Option<PathBuf> {
    let raw = Path::new(ROOT).join("../shared/data/raw");
    if raw.exists() {
        return Some(raw);
    }
    println!("skipped: no folder {}", raw.display());
    None
}

#[test]
fn a_missing_raw_file_is_named_with_its_addresses_and_its_place() {
    let cache = tempfile::tempdir().unwrap();
    let args = ["table", "bank_marketing", "--raw", "testdata/cards/raw"];
    let (status, out, err) = data(cache.path(), &args);
    assert_eq!((status, out.as_str()), (3, ""));
    let err = err.replace(&cache.path().display().to_string(), "<cache>");
    insta::assert_snapshot!(err);
}

#[test]
fn the_cache_is_looked_into() {
    let cache = tempfile::tempdir().unwrap();
    let folder = cache.path().join("foretell/raw");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(Path::new(ROOT).join("testdata/cards/raw/toys.csv"), folder.join("toys.csv"))
        .unwrap();
    let cards = tempfile::tempdir().unwrap();
    std::fs::create_dir(cards.path().join("sound")).unwrap();
    let card = Path::new(ROOT).join("testdata/cards/sound/card.toml");
    std::fs::copy(card, cards.path().join("sound/card.toml")).unwrap();
    let cards = cards.path().to_str().unwrap();
    let (status, out, err) = data(cache.path(), &["table", "sound", "--cards", cards]);
    assert_eq!(status, 0, "{err}");
    let rows =
        "row,price,weight,colour,target\n0,upto_10,upto_5,red,KEPT\n1,upto_20,above_5,green,KEPT\n";
    assert!(out.starts_with(rows), "{out}");
    let (_, out, _) = data(cache.path(), &["show", "sound", "--cards", cards]);
    insta::assert_snapshot!(out);
    let (_, out, _) = data(cache.path(), &["show", "sound", "--cards", cards, "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(shown["labels"][1]["rows"], 2);
    assert_eq!(shown["features"][0]["levels"][2]["id"], "above_20");
}

#[test]
fn every_card_is_listed() {
    let cache = tempfile::tempdir().unwrap();
    let (status, out, _) = data(cache.path(), &["list"]);
    assert_eq!(status, 0);
    says(&out, &["heart_disease", "moral_machines", "not at hand: processed.cleveland.data"]);
    let (_, out, _) = data(cache.path(), &["list", "--format", "json"]);
    let list: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
    let bank = list.iter().find(|own| own["card"] == "bank_marketing").unwrap();
    assert_eq!(bank["features"].as_array().unwrap().len(), 12);
    assert!(bank["raw_path"].is_null());

    let (_, _, err) = data(cache.path(), &["list"]);
    says(&err, &["`foretell data fetch` gets what is not at hand; `--raw DIR`"]);
    std::fs::write(cache.path().join("adult.data"), "39, State-gov\n").unwrap();
    let raw = cache.path().to_str().unwrap();
    let (_, out, _) = data(cache.path(), &["list", "--raw", raw]);
    says(&out, &["not at hand: ", "adult.data is another file"]);
    let (_, out, _) = data(cache.path(), &["list", "--raw", raw, "--format", "json"]);
    let list: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
    assert!(list.iter().find(|own| own["card"] == "income").unwrap()["raw_path"].is_null());
}

#[test]
fn a_dataset_without_a_table_is_named() {
    let cache = tempfile::tempdir().unwrap();
    let (status, _, err) = data(cache.path(), &["table", "moral_machines"]);
    assert_eq!(status, 3);
    says(&err, &["`moral_machines` is no dataset with a table", "heart_disease", "--cards DIR"]);
    let (status, _, err) = data(cache.path(), &["table", "income", "--out", "income.txt"]);
    assert_eq!(status, 2);
    says(&err, &["income.txt", ".parquet"]);
}

#[test]
fn another_file_than_the_card_was_written_for_is_refused() {
    let cache = tempfile::tempdir().unwrap();
    std::fs::write(cache.path().join("adult.data"), "39, State-gov\n").unwrap();
    let raw = cache.path().to_str().unwrap();
    let (status, _, err) = data(cache.path(), &["table", "income", "--raw", raw]);
    assert_eq!(status, 3);
    says(&err, &["adult.data", "SHA-256", "5b00264637dbfec3", "foretell data fetch income"]);
}

#[test]
fn a_table_is_written_in_both_formats() {
    let Some(raw) = raw_files() else { return };
    let folder = tempfile::tempdir().unwrap();
    for out in ["a.csv", "a.parquet", "b.parquet"].map(|name| folder.path().join(name)) {
        let args = ["table", "heart_disease", "--raw", raw.to_str().unwrap(), "--out"];
        let args: Vec<&str> = args.into_iter().chain([out.to_str().unwrap()]).collect();
        let (status, _, err) = data(folder.path(), &args);
        assert_eq!(status, 0, "{err}");
        says(&err, &["264 rows"]);
    }
    let csv = std::fs::read_to_string(folder.path().join("a.csv")).unwrap();
    assert_eq!(csv.lines().count(), 265);
    assert_eq!(csv.lines().filter(|line| line.ends_with(",YES")).count(), 118);
    let parquet = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert!(parquet("a.parquet").starts_with(b"PAR1"));
    assert_eq!(parquet("a.parquet"), parquet("b.parquet"));
}

#[test]
fn what_a_person_edited_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let args = ["template", "testdata/new-dataset/rides.csv", "--out", out];
    assert_eq!(data(folder.path(), &args).0, 0);
    let (status, _, err) = data(folder.path(), &args);
    assert_eq!(status, 3);
    says(&err, &["card.toml is there already"]);
    let (status, out, _) = data(folder.path(), &["template", "testdata/new-dataset/rides.csv"]);
    assert_eq!(status, 0);
    insta::assert_snapshot!(out);
}
