//! Files of a run that are gone or damaged: what can be derived again is told from what cannot.

mod scripted;

use scripted::{Server, answers, fails, succeeds};
use std::path::Path;
use std::time::Duration;

const RUN: [&str; 5] = ["run", "--limit", "20", "--out", "run"];

#[track_caller]
fn says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "`{word}` is missing in: {said}");
    }
}

#[test]
fn what_a_run_froze_cannot_be_derived_again() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["questions.parquet", "pairs.parquet", "cards.toml", "prompts/predict.jinja"] {
        let _ = std::fs::remove_dir_all(folder.path().join("run"));
        succeeds(folder.path(), &RUN);
        std::fs::write(folder.path().join("run").join(file), "{% damaged").unwrap();
        let said = fails(folder.path(), 3, &RUN);
        let place = if file.starts_with("prompts") { "prompts" } else { file };
        says(&said, &[place, "cannot be derived again", "restore it from a copy", "`--out`"]);
        assert!(!said.contains("delete"), "{said}");
    }
    std::fs::remove_dir_all(folder.path().join("run")).unwrap();
    succeeds(folder.path(), &RUN);
    let edited = folder.path().join("run/prompts/ask.jinja");
    let text = std::fs::read_to_string(&edited).unwrap();
    std::fs::write(&edited, text + "\nThink first.\n").unwrap();
    says(&fails(folder.path(), 3, &RUN), &["prompts: not the templates that the run froze"]);
    std::fs::remove_file(&edited).unwrap();
    says(&fails(folder.path(), 3, &RUN), &["prompts: not the templates that the run froze"]);
    for file in ["questions.parquet", "pairs.parquet", "cards.toml", "prompts"] {
        let _ = std::fs::remove_dir_all(folder.path().join("run"));
        succeeds(folder.path(), &RUN);
        let path = folder.path().join("run").join(file);
        std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path)).unwrap();
        says(&fails(folder.path(), 3, &RUN), &[file, "No such file", "restore it from a copy"]);
    }
    std::fs::remove_file(folder.path().join("run/pairs.parquet")).unwrap();
    let said = fails(folder.path(), 3, &["show", "run", "moral_machines/x"]);
    says(&said, &["restore it from a copy"]);
}

#[test]
fn a_damaged_table_is_derived_again() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(folder.path(), &RUN);
    let before = scripted::tables(&folder.path().join("run"));
    let table = folder.path().join("run/predictions/faithful/reader/with.parquet");
    std::fs::write(&table, "damaged").unwrap();
    says(&fails(folder.path(), 3, &["analyze", "gain", "run"]), &["delete the file and run"]);
    std::fs::remove_file(&table).unwrap();
    succeeds(folder.path(), &RUN);
    assert!(before == scripted::tables(&folder.path().join("run")));
}

fn command(model: &str) -> Vec<&str> {
    let mut args = vec!["run", "--limit", "5", "--yes", "--out", "run"];
    args.extend(["--reference", model, "--predictor", "sim:reader"]);
    args
}

#[test]
fn a_ledger_that_is_gone_is_not_paid_for_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answers, Duration::ZERO);
    let model = server.model();
    succeeds(folder.path(), &command(&model));
    let before = server.answered();
    let ledger = folder.path().join("run/ledger.sqlite");
    let copy = std::fs::read(&ledger).unwrap();
    std::fs::remove_file(&ledger).unwrap();
    let said = fails(folder.path(), 3, &command(&model));
    says(&said, &["ledger.sqlite", "the ledger is gone", "restore", "`--out`", "pay again"]);
    assert!(!ledger.exists(), "refused before a new one is made");
    std::fs::write(&ledger, "").unwrap();
    says(&fails(folder.path(), 3, &command(&model)), &["lacks replies", "restore"]);
    std::fs::write(&ledger, "this is no database, and was never one of any kind").unwrap();
    let said = fails(folder.path(), 3, &command(&model));
    says(&said, &["ledger.sqlite", "not a database", "restore"]);
    assert!(!said.contains("is safe"), "{said}");
    std::fs::write(&ledger, copy).unwrap();
    succeeds(folder.path(), &command(&model));
    assert_eq!(server.answered(), before);
}

#[test]
fn files_that_a_killed_process_was_writing_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(folder.path(), &RUN);
    let run = folder.path().join("run");
    let leftovers = [".table-a1", "answers/.table-b2", "predictions/faithful/reader/.table-c3"];
    leftovers.iter().for_each(|name| std::fs::write(run.join(name), "").unwrap());
    std::fs::write(run.join("answers/.mine"), "").unwrap();
    succeeds(folder.path(), &RUN);
    let there = |name: &str| Path::exists(&run.join(name));
    assert!(!leftovers.iter().any(|name| there(name)));
    assert!(there("answers/.mine"));
}

#[test]
fn a_dataset_without_a_card_is_named_once() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = "dataset,question,counterfactual,labels\n\
        loans,Is 7 prime?,Is 8 prime?,\"YES,NO\"\nloans,Is 9 even?,Is 8 even?,\"YES,NO\"\n";
    std::fs::write(folder.path().join("loans.csv"), pairs).unwrap();
    let words = "no card for `loans`: the neutral one is used, without context or roles; \
                 `--cards DIR` adds one";
    let args = ["run", "--pairs", "loans.csv", "--labels", "YES,NO", "--out", "run"];
    for _ in 0..2 {
        let (_, err) = succeeds(folder.path(), &args);
        assert_eq!(err.matches(words).count(), 1, "{err}");
    }
    let (_, err) = succeeds(folder.path(), &["prompt", "loans.csv", "--labels", "YES,NO"]);
    assert_eq!(err.matches(words).count(), 1, "{err}");
    let (_, err) = succeeds(folder.path(), &["prompt", "moral_machines"]);
    assert!(!err.contains("no card"), "{err}");
}
