//! The walk-through `docs/new-dataset.md`, run as it is written.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use assert_cmd::Command;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The blocks of a page that are marked with `language`, in order.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}\n");
    let rest = page.split(&start).skip(1);
    rest.map(|block| block.split("```\n").next().unwrap().to_owned()).collect()
}

#[track_caller]
fn run(folder: &Path, line: &str) -> String {
    let args = line.strip_prefix("foretell ").unwrap();
    let output = Command::cargo_bin("foretell")
        .unwrap()
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .args(args.split_whitespace())
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{line}: {err}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_walk_through_works_as_it_is_written() {
    let read = |path: &str| std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap();
    let page = read("docs/new-dataset.md");
    let finished = read("testdata/new-dataset/finished/rides/card.toml");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rides.csv"), read("testdata/new-dataset/rides.csv"))
        .unwrap();

    // Whatever the page tells the reader to write stands in the finished card.
    let edits = blocks(&page, "toml");
    assert_eq!(edits.len(), 8);
    for edit in edits {
        assert!(finished.contains(edit.trim_end()), "not in the finished card:\n{edit}");
    }
    let commands: Vec<String> = blocks(&page, "sh")
        .iter()
        .flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let mut said = Vec::new();
    for line in &commands {
        said.push(run(folder.path(), line));
        if line.contains("data check") && said.len() == 2 {
            // Here the reader edits.
            std::fs::write(folder.path().join("cards/rides/card.toml"), &finished).unwrap();
        }
    }
    assert!(said[1].contains("cards/rides/card.toml: sound"), "{}", said[1]);
    assert!(said[2].contains("cards/rides/card.toml: sound"), "{}", said[2]);
    assert!(said[3].contains("example\nThe rider is "), "{}", said[3]);
    let table = std::fs::read_to_string(folder.path().join("rides-table.csv")).unwrap();
    assert!(said[5].contains("240 rows, 240 centres tried"), "{}", said[5]);
    assert!(said[7].contains("1_references"), "{}", said[7]);
    assert!(table.starts_with("row,rider_age,distance_km,weather,day,bike,target\n0,"), "{table}");
}
