//! Commands that documents show, run as they stand there.
#![allow(dead_code, reason = "each test file uses its part")]
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use assert_cmd::Command;
use std::path::Path;

/// The repository.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A document of the repository.
pub fn document(path: &str) -> String {
    std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

/// The commands of all blocks, each on one line, without comments.
pub fn commands(text: &str) -> Vec<String> {
    let blocks = text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let text = blocks.collect::<String>().replace("\\\n", " ");
    let line = |line: &str| line.split("  #").next().unwrap().trim().to_owned();
    let lines = text.lines().map(line);
    lines
        .flat_map(|line| line.split(" && ").map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| !line.is_empty())
        .collect()
}

/// Runs one command in a folder, with a place for raw files; gives what it prints.
#[track_caller]
pub fn run(folder: &Path, raw: &Path, line: &str) -> String {
    let args = line.strip_prefix("foretell").unwrap();
    let output = Command::cargo_bin("foretell")
        .unwrap()
        .current_dir(folder)
        .env("FORETELL_CACHE", raw)
        .args(args.split_whitespace().map(|arg| arg.trim_matches('\'')))
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{line}: {err}");
    String::from_utf8(output.stdout).unwrap()
}
