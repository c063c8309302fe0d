//! `foretell data check` on cards that are broken, one fault each.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use assert_cmd::Command;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Every broken card, so that a folder without a test, or a test without a folder, is noticed.
const BROKEN: [&str; 15] = [
    "bins_out_of_order",
    "bins_with_a_gap",
    "cell_without_phrase",
    "closed_last_bin",
    "empty_phrase",
    "equal_phrases",
    "feature_not_in_text",
    "label_never_given",
    "label_of_no_row",
    "label_without_meaning",
    "many_faults",
    "missing_column",
    "texts_alike",
    "unknown_field",
    "wrong_checksum",
];

/// What the program says, with a status for what is in order and what is not.
fn check(args: &[&str], status: i32) -> String {
    let cache = tempfile::tempdir().unwrap();
    let output = Command::cargo_bin("foretell")
        .unwrap()
        .current_dir(ROOT)
        .env("XDG_CACHE_HOME", cache.path())
        .args(["data", "check"])
        .args(args)
        .output()
        .unwrap();
    let said =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{said}");
    said
}

#[test]
fn every_broken_card_is_refused_by_card_field_and_value() {
    for name in BROKEN {
        let said = check(&[&format!("testdata/cards/{name}"), "--raw", "testdata/cards/raw"], 3);
        insta::assert_snapshot!(name, said);
    }
}

#[test]
fn every_folder_of_broken_cards_is_tested() {
    let folders = std::fs::read_dir(Path::new(ROOT).join("testdata/cards")).unwrap();
    let mut names: Vec<String> = folders
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("card.toml").exists())
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name != "sound")
        .collect();
    names.sort();
    assert_eq!(names, BROKEN);
}

#[test]
fn a_folder_of_cards_is_checked_whole() {
    let said = check(&["testdata/cards", "--raw", "testdata/cards/raw"], 3);
    for name in BROKEN {
        assert!(
            said.contains(&format!("testdata/cards/{name}/card.toml: not sound")),
            "{name}\n{said}"
        );
    }
    assert!(said.contains("testdata/cards/sound/card.toml: sound"), "{said}");
    assert!(said.contains("faults in 15 of 16 cards"), "{said}");
}

#[test]
fn the_cards_of_the_project_are_sound_and_say_which_raw_files_are_missing() {
    let said = check(&[], 0);
    assert!(!said.contains("not sound"), "{said}");
    assert!(said.contains("the raw file `processed.cleveland.data` is not at hand"), "{said}");
}

#[test]
fn the_cards_of_the_project_fit_their_raw_files() {
    let raw = Path::new(ROOT).join("../shared/data/raw");
    if !raw.exists() {
        println!("skipped: no folder {}", raw.display());
        return;
    }
    let said = check(&["--raw", raw.to_str().unwrap()], 0);
    assert!(!said.contains("not at hand"), "{said}");
    assert!(said.contains("30,667 rows: 41,188 read, 10,521 dropped"), "{said}");
}

#[test]
fn what_is_no_card_is_named() {
    let said = check(&["heart_diseases"], 3);
    assert!(
        said.contains("`heart_diseases` is no card")
            && said.contains("did you mean `heart_disease`?"),
        "{said}"
    );
}
