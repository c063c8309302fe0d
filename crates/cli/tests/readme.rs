//! The README's commands about questions and pairs, run as they stand there.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod documented;

use documented::{ROOT, document, run};
use std::path::Path;

/// The commands of a section.
fn commands(readme: &str, section: &str) -> Vec<String> {
    let section = readme.split(&format!("## {section}\n")).nth(1).unwrap();
    documented::commands(section.split("\n## ").next().unwrap())
}

/// Those of the section on figures that take no minutes and wait for nobody.
fn commands_of_figures(readme: &str) -> Vec<String> {
    let mut commands = commands(readme, "Figures from a run");
    commands
        .retain(|line| ["foretell analyze", "foretell plot"].iter().any(|w| line.starts_with(w)));
    commands
}

#[test]
fn studies_run_from_the_words_of_the_readme_alone() {
    let raw = Path::new(ROOT).join("../shared/data/raw");
    if !raw.is_dir() {
        println!("skipped: no folder {}", raw.display());
        return;
    }
    let raw = raw.canonicalize().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pairs = "q,q2,gold\nIs 7 prime?,Is 8 prime?,YES\nIs 9 even?,Is 8 even?,NO\n";
    std::fs::write(folder.path().join("mine.csv"), pairs).unwrap();
    let questions = "question,answer\n\
        \"A tall, heavy parcel arrives late. Is it refunded?\",YES\n\
        \"A small, light parcel arrives in time. Is it refunded?\",NO\n\
        \"A small, broken parcel arrives late. Is it refunded?\",YES\n";
    std::fs::write(folder.path().join("questions.csv"), questions).unwrap();
    let readme = document("README.md");
    let commands = commands(&readme, "Questions and pairs");
    assert!(commands.len() > 10, "{commands:?}");
    let said: Vec<(String, String)> =
        commands.into_iter().map(|line| (run(folder.path(), &raw, &line), line)).collect();
    let of = |words: &str| &said.iter().find(|(_, line)| line.contains(words)).unwrap().0;
    assert!(of("run --pairs combined.parquet").contains("bank_marketing"), "seven datasets");
    assert!(
        of("run --pairs heart_disease").contains("NSG 0.26 [0.19, 0.32]"),
        "as the README says"
    );
    for run in ["run --pairs heart_disease", "run --pairs combined.parquet"] {
        assert!(of(run).contains(" fewer errors") && !of(run).contains("too few"), "{}", of(run));
    }
    assert!(of("data pairs --combine").contains("1,000 pairs drawn from"));
    assert!(of("run --pairs generated").contains("sim:reference"));
    assert!(of("run --pairs cued").contains("sim:reference"));
}

#[test]
fn larger_studies_run_from_the_words_of_the_readme_alone() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let readme = document("README.md");
    run(folder.path(), &cache, "foretell init study.toml");
    let commands = commands(&readme, "Larger studies");
    assert_eq!(commands.len(), 5, "{commands:?}");
    let said: Vec<String> = commands.iter().map(|line| run(folder.path(), &cache, line)).collect();
    assert!(said[0].contains("in all at most") && said[0].contains("none of which costs"));
    assert!(said[1].contains("NSG"), "{}", said[1]);
    assert!(said[2].contains("predictions") && said[2].contains("without"), "{}", said[2]);
    assert!(said[3].contains("NSG"), "{}", said[3]);
    let figures = commands_of_figures(&readme);
    assert!(figures.len() >= 6, "{figures:?}");
    for line in figures {
        let said = run(folder.path(), &cache, &line);
        // A table of a heading alone would show nothing.
        assert!(said.lines().count() > 1 || line.contains("--out"), "{line}: {said}");
    }
    assert!(said[4].contains("testability") && said[4].contains("mention"), "{}", said[4]);
}
