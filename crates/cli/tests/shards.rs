//! One study on several machines: shards, their ledgers merged, and a ledger that processes share.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use scripted::{Server, answers, fails, foretell, succeeds, tables, texts};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

fn study<'a>(model: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let pairs = ["run", "--pairs", "moral_machines", "--scenarios", "3000", "--limit", "60"];
    let arms = ["--arm", "without", "--arm", "with", "--arm", "shuffled"];
    let models = ["--reference", model, "--predictor", model, "--yes", "--out", out];
    [&pairs[..], &arms, &models, more].concat()
}

fn started(folder: &Path, args: &[&str]) -> Child {
    let mut command = foretell(folder);
    command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs commands at the same time, each in a process, and gives what each said.
fn at_once(folder: &Path, commands: &[Vec<&str>]) -> Vec<String> {
    let children: Vec<Child> = commands.iter().map(|args| started(folder, args)).collect();
    let ended = children.into_iter().map(|child| child.wait_with_output().unwrap());
    ended
        .map(|output| {
            let (out, err) = texts(&output);
            assert!(output.status.success(), "{out}\n{err}");
            err
        })
        .collect()
}

#[test]
fn four_shards_merged_give_the_tables_of_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(answers, Duration::from_millis(1));
    let model = server.model();
    succeeds(folder, &study(&model, "one", &[]));
    let undivided = server.answered();

    let runs = ["s1", "s2", "s3", "s4"];
    let shards = ["1/4", "2/4", "3/4", "4/4"];
    let divided = |shard: &'static str, run: &'static str| study(&model, run, &["--shard", shard]);
    let commands: Vec<Vec<&str>> =
        shards.into_iter().zip(runs).map(|(shard, run)| divided(shard, run)).collect();
    for stage in ["answers", "predictions"] {
        for err in at_once(folder, &commands) {
            assert!(err.contains(&format!("this shard has asked its {stage}")), "{err}");
            assert!(err.contains("foretell ledger merge s"), "{err}");
        }
        let merge = [&["ledger", "merge", "all.sqlite"][..], &runs].concat();
        succeeds(folder, &merge);
        for run in runs {
            succeeds(folder, &["ledger", "merge", run, "all.sqlite"]);
        }
    }
    assert_eq!(server.answered(), 2 * undivided, "no request was asked by two shards");
    for run in ["s1", "s3"] {
        succeeds(folder, &study(&model, run, &[]));
        assert!(tables(&folder.join("one")) == tables(&folder.join(run)), "{run}");
    }
    // The shard itself derives them too, once nothing is missing.
    succeeds(folder, &divided("2/4", "s2"));
    assert!(tables(&folder.join("one")) == tables(&folder.join("s2")));
    assert_eq!(server.answered(), 2 * undivided);
}

#[test]
fn runs_share_a_ledger_and_remember_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(answers, Duration::from_millis(1));
    let model = server.model();
    succeeds(folder, &study(&model, "first", &["--ledger", "shared.sqlite"]));
    let asked = server.answered();
    assert!(!folder.join("first/ledger.sqlite").exists());
    // By its file, by the folder of a run... and, once given, without the flag.
    succeeds(folder, &study(&model, "second", &["--ledger", "shared.sqlite"]));
    assert_eq!(server.answered(), asked, "what one run was told the other need not ask");
    assert!(tables(&folder.join("first")) == tables(&folder.join("second")));
    succeeds(folder, &study(&model, "second", &["--arm", "blind"]));
    let more = server.answered();
    assert!(more > asked);
    assert!(!folder.join("second/ledger.sqlite").exists());
    succeeds(folder, &study(&model, "first", &["--arm", "blind"]));
    assert_eq!(server.answered(), more);
    std::fs::rename(folder.join("shared.sqlite"), folder.join("moved.sqlite")).unwrap();
    let err = fails(folder, 3, &study(&model, "first", &[]));
    assert!(err.contains("shared.sqlite") && err.contains("is gone"), "{err}");
    succeeds(folder, &study(&model, "first", &["--ledger", "moved.sqlite"]));
    assert_eq!(server.answered(), more);
}

#[test]
fn processes_that_share_a_ledger_at_once_end_with_the_same_tables() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(answers, Duration::from_millis(2));
    let model = server.model();
    succeeds(folder, &study(&model, "alone", &[]));
    let alone = server.answered();
    // Two of the same study, which ask for the same replies at the same moment.
    let commands: Vec<Vec<&str>> = ["a", "b"]
        .into_iter()
        .map(|run| study(&model, run, &["--ledger", "shared.sqlite", "--concurrency", "4"]))
        .collect();
    at_once(folder, &commands);
    let both = server.answered() - alone;
    assert!(both >= alone && both <= 2 * alone, "{both} of {alone}");
    assert!(tables(&folder.join("alone")) == tables(&folder.join("a")));
    assert!(tables(&folder.join("a")) == tables(&folder.join("b")));
    // Shards of one ledger need no merging.
    let shards: Vec<Vec<&str>> = [("c", "1/2"), ("d", "2/2")]
        .into_iter()
        .map(|(run, shard)| study(&model, run, &["--ledger", "sharded.sqlite", "--shard", shard]))
        .collect();
    let before = server.answered();
    for _ in 0..2 {
        at_once(folder, &shards);
    }
    succeeds(folder, &study(&model, "c", &["--shard", "1/2"]));
    assert!(tables(&folder.join("alone")) == tables(&folder.join("c")));
    assert_eq!(server.answered() - before, alone);
}

#[test]
fn what_is_no_shard_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let err = fails(folder.path(), 2, &["run", "--shard", "5/4"]);
    assert!(err.contains("share I, counted from 1, of N"), "{err}");
}
