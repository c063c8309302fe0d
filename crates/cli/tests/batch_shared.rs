//! Batches of runs that share a ledger, and what is on its way as a budget sees it.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use scripted::batches::{BatchServer, start, study, with_keys};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const PRICED: &str = "&price_in=1&price_out=2&max_tokens=100";

/// A study on the ledger that all runs here share.
fn sharing<'a>(model: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&study(model, out)[..], &["--ledger", "shared.sqlite"], more].concat()
}

/// The files of a folder whose names end so.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    files.sort();
    files
}

fn import(folder: &Path, status: i32, run: &str, replies: &[PathBuf]) {
    let replies = replies.iter().map(|path| path.to_str().unwrap());
    let args: Vec<&str> = ["batch", "import", run].into_iter().chain(replies).collect();
    with_keys(folder, status, &args);
}

/// The most that the files in a folder can cost.
fn worst_usd(folder: &Path) -> f64 {
    let list = std::fs::read_to_string(folder.join("batches.json")).unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    list["files"].as_array().unwrap().iter().map(|file| file["worst_usd"].as_f64().unwrap()).sum()
}

#[test]
fn what_one_run_handed_over_no_other_on_its_ledger_asks() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("anthropic", PRICED);
    for run in ["one", "two"] {
        with_keys(folder, 2, &sharing(&model, run, &[]));
        with_keys(folder, 0, &["batch", "export", run]);
    }
    with_keys(folder, 0, &["batch", "submit", "one", "--yes"]);
    let asked = server.requests().len();
    // What was exported before is not handed over, and nothing is asked live or exported anew.
    let (_, err) = with_keys(folder, 4, &["batch", "submit", "two", "--yes"]);
    assert!(err.contains("were asked since it was written"), "{err}");
    let (_, err) = with_keys(folder, 5, &sharing(&model, "two", &["--yes"]));
    assert!(err.contains(&format!("{asked} requests for answers not asked")), "{err}");
    assert!(err.contains("another run on this ledger handed over"), "{err}");
    assert!(err.contains("one/batch/answers-scripted-0001.json@"), "{err}");
    assert!(!err.contains("foretell batch status"), "it has none of its own: {err}");
    let (out, err) = with_keys(folder, 0, &["batch", "export", "two"]);
    assert!(out.is_empty() && err.contains("on their way"), "{out}{err}");
    // A budget sees what it may cost, also in a run that asks something else.
    let half = (worst_usd(&folder.join("one/batch")) / 2.0).to_string();
    let other = ["--seed", "9", "--yes", "--budget", &half];
    let (_, err) = with_keys(folder, 5, &sharing(&model, "three", &other));
    assert!(err.contains("budget"), "{err}");
    assert_eq!((server.live(), server.requests().len()), (0, asked));

    // What the batch did not bring is anybody's to ask, once that is known.
    with_keys(folder, 0, &["batch", "status", "one"]);
    with_keys(folder, 0, &["batch", "fetch", "one"]);
    let replies = files(&folder.join("one/batch"), ".replies.jsonl");
    let text = std::fs::read_to_string(&replies[0]).unwrap();
    let mut lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines[0]["result"] = json!({"type": "expired"});
    let lines: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(&replies[0], lines.concat()).unwrap();
    import(folder, 5, "one", &replies);
    with_keys(folder, 0, &sharing(&model, "two", &["--yes"]));
    let live = server.live();
    assert!(live > 1);
    with_keys(folder, 0, &sharing(&model, "one", &["--yes"]));
    assert_eq!(server.live(), live, "nothing is asked by both");
}

#[test]
fn what_a_run_that_is_gone_handed_over_can_be_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("openai", PRICED);
    for run in ["one", "two"] {
        with_keys(folder, 2, &sharing(&model, run, &[]));
    }
    with_keys(folder, 0, &["batch", "export", "one"]);
    with_keys(folder, 0, &["batch", "submit", "one", "--yes"]);
    let asked = server.requests().len();
    std::fs::remove_dir_all(folder.join("one")).unwrap();
    let (_, err) = with_keys(folder, 5, &sharing(&model, "two", &["--yes"]));
    let file = err.lines().find_map(|line| line.split_once("handed over ")).unwrap().1;
    let (_, err) = with_keys(folder, 2, &["batch", "forget", "two", file]);
    assert!(err.contains(&format!("({asked} requests, at most $")), "{err}");
    assert!(err.contains("not checked: how far its batch is"), "{err}");
    with_keys(folder, 5, &sharing(&model, "two", &["--yes"]));
    assert_eq!(server.live(), 0);
    with_keys(folder, 0, &["batch", "forget", "two", file, "--yes"]);
    with_keys(folder, 0, &sharing(&model, "two", &["--yes"]));
    assert!(server.live() > asked as u64);
}

#[test]
fn replies_that_are_in_the_ledger_are_not_counted_as_on_their_way_too() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("anthropic", PRICED);
    start(folder, &model, "batched");
    let dir = ["--dir", "there"];
    with_keys(folder, 0, &["batch", "export", "batched", "--out", "there"]);
    for step in [&["submit", "batched", "--yes"][..], &["status", "batched"], &["fetch", "batched"]]
    {
        with_keys(folder, 0, &[&["batch"][..], step, &dir].concat());
    }
    let there = folder.join("there");
    let list = || std::fs::read_to_string(there.join("batches.json")).unwrap();
    let replies = files(&there, ".replies.jsonl");
    let copy = folder.join("copy.jsonl");
    std::fs::copy(&replies[0], &copy).unwrap();
    import(folder, 0, "batched", &[copy]);
    assert!(list().contains("\"fetched\""), "nobody knows whose replies these were: {}", list());

    let (out, _) = with_keys(folder, 0, &["cost", "batched", "--format", "json"]);
    let costs: Value = serde_json::from_str(&out).unwrap();
    let spent: f64 = costs["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["computed_usd"].as_f64().unwrap())
        .sum();
    assert!(spent > 0.0, "{costs}");
    // Not enough for what was spent and the worst that the same requests could have cost.
    let budget = (worst_usd(&there) + spent / 2.0).to_string();
    let live = [&study(&model, "batched")[..], &["--yes", "--budget", &budget]].concat();
    with_keys(folder, 0, &live);
    // Told of the files themselves, whichever folder they lie in.
    import(folder, 0, "batched", &replies);
    assert!(list().contains("\"imported\"") && !list().contains("held_as"), "{}", list());
}

#[test]
fn what_one_shard_handed_over_no_run_on_the_merged_ledger_asks() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("anthropic", PRICED);
    start(folder, &model, "one");
    with_keys(folder, 0, &["batch", "export", "one"]);
    with_keys(folder, 0, &["batch", "submit", "one", "--yes"]);
    let asked = server.requests().len();
    let merge = || with_keys(folder, 0, &["ledger", "merge", "shared.sqlite", "one"]);
    let (_, err) = merge();
    assert!(err.contains(&format!("{asked} requests in batches on their way there")), "{err}");
    let live = sharing(&model, "two", &["--yes"]);
    let (_, err) = with_keys(folder, 5, &live);
    assert!(err.contains(&format!("{asked} requests for answers not asked")), "{err}");
    assert!(err.contains("one/batch/answers-scripted-0001.json@"), "{err}");
    assert!(err.contains("imported (and merged into this ledger, if another"), "{err}");
    let half = (worst_usd(&folder.join("one/batch")) / 2.0).to_string();
    let other = ["--seed", "9", "--yes", "--budget", &half];
    let (_, err) = with_keys(folder, 5, &sharing(&model, "three", &other));
    assert!(err.contains("budget"), "it may cost that much: {err}");
    assert_eq!(server.live(), 0);

    // The replies come, but for one; the merged ledger hears of both with the next merge.
    with_keys(folder, 0, &["batch", "status", "one"]);
    with_keys(folder, 0, &["batch", "fetch", "one"]);
    let replies = files(&folder.join("one/batch"), ".replies.jsonl");
    let text = std::fs::read_to_string(&replies[0]).unwrap();
    let (_, kept) = text.split_once('\n').unwrap();
    std::fs::write(&replies[0], kept).unwrap();
    import(folder, 0, "one", &replies);
    with_keys(folder, 5, &live);
    assert_eq!(server.live(), 0, "it has not heard of it yet");
    let (_, err) = merge();
    assert!(!err.contains("on their way"), "{err}");
    with_keys(folder, 0, &live);
    // What follows from the answers is asked too; of these only the one that the batch did not bring.
    let both = server.live();
    with_keys(folder, 0, &["ledger", "merge", "one", "shared.sqlite"]);
    with_keys(folder, 0, &[&study(&model, "one")[..], &["--yes"]].concat());
    assert_eq!(server.live(), both, "nothing is asked by both");
}

#[test]
fn what_was_given_up_on_the_merged_ledger_no_merge_brings_back() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("openai", PRICED);
    start(folder, &model, "one");
    with_keys(folder, 0, &["batch", "export", "one"]);
    with_keys(folder, 0, &["batch", "submit", "one", "--yes"]);
    let merge = || with_keys(folder, 0, &["ledger", "merge", "shared.sqlite", "one"]);
    merge();
    let live = sharing(&model, "two", &["--yes"]);
    let (_, err) = with_keys(folder, 5, &live);
    let file = err.lines().find_map(|line| line.split_once("handed over ")).unwrap().1;
    with_keys(folder, 0, &["batch", "forget", "two", file, "--yes"]);
    let (_, err) = merge();
    assert!(!err.contains("on their way"), "{err}");
    with_keys(folder, 0, &live);
    let asked = server.requests().len() as u64;
    assert!(server.live() > asked, "all of it was asked live");
    // The shard itself still waits for its batch, and pays for nothing.
    let both = server.live();
    with_keys(folder, 5, &[&study(&model, "one")[..], &["--yes"]].concat());
    assert_eq!(server.live(), both);
}
