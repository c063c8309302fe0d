//! The examples of `docs/metrics.md`, on the small runs that it makes itself.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod documented;

use documented::{ROOT, commands, document, run};
use std::path::Path;

/// Commands inside sentences, between backquotes.
fn in_sentences(text: &str) -> Vec<String> {
    let words = |rest: &str| {
        let words = rest.split('`').next().unwrap().split_whitespace();
        format!("foretell {}", words.collect::<Vec<_>>().join(" "))
    };
    let outside = text.split("```").step_by(2).collect::<String>();
    outside.split("`foretell").skip(1).map(words).collect()
}

#[test]
fn every_analysis_of_the_metrics_runs_as_it_stands_there() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, cache) = (folder.path(), folder.path().join("cache"));
    let imported = "testdata/wide/small.parquet";
    std::fs::create_dir_all(folder.join(imported).parent().unwrap()).unwrap();
    std::fs::copy(Path::new(ROOT).join(imported), folder.join(imported)).unwrap();
    let text = document("docs/metrics.md");
    let examples = commands(&text);
    let analyses = |lines: &[String]| lines.iter().filter(|line| line.contains(" analyze")).count();
    assert!(analyses(&examples) > 3, "{examples:?}");
    for line in &examples {
        let out = run(folder, &cache, line);
        assert!(!line.contains(" analyze") || out.lines().count() > 3, "{line}: {out}");
    }
    // A second run to compare with, and the names that `NAME` may be.
    let demo = examples.iter().find(|line| line.contains("--out runs/demo")).unwrap();
    run(folder, &cache, &demo.replace("runs/demo", "runs/other"));
    let list = run(folder, &cache, "foretell analyze --list");
    // `counts` is no analysis but what they count: it writes a file.
    let is_name = |line: &&str| !line.starts_with(' ') && *line != "counts";
    let names: Vec<&str> = list.lines().filter(is_name).collect();
    let said = in_sentences(&text);
    assert!(analyses(&said) > 4, "{said:?}");
    for line in said.iter().filter(|line| line.contains(" analyze") || line.contains(" judge")) {
        let line = line.replace("RUN_A", "runs/demo").replace("RUN_B", "runs/other");
        let line = line.replace("RUN", "runs/demo");
        let names = if line.contains("NAME") { &names[..] } else { &["NAME"] };
        for name in names {
            let out = run(folder, &cache, &line.replace("NAME", name));
            assert!(!out.is_empty(), "{line}");
        }
    }
}

#[test]
fn a_level_that_power_has_no_test_for_is_refused_with_the_option() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, cache) = (folder.path(), folder.path().join("cache"));
    run(folder, &cache, "foretell run --limit 20");
    let fails = assert_cmd::Command::cargo_bin("foretell")
        .unwrap()
        .current_dir(folder)
        .args(["analyze", "power", "--level", "0.2"])
        .assert()
        .code(2);
    let said = String::from_utf8(fails.get_output().stderr.clone()).unwrap();
    assert!(said.contains("--level 0.2"), "{said}");
    // Of several analyses it is left out.
    let all = run(folder, &cache, "foretell analyze --all --level 0.2 --bootstrap 10");
    // What draws nothing is not left out for that.
    assert!(all.contains("Without one predictor."), "{all}");
    run(folder, &cache, "foretell report --level 0.2");
}
