//! A run that is killed, at any moment, goes on without losing a reply and without another table.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use rusqlite::Connection;
use scripted::{Server, answers, foretell, succeeds, tables};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

const IN_FLIGHT: u64 = 8;

fn command<'a>(model: &'a str, out: &'a str) -> Vec<&'a str> {
    vec![
        "run",
        "--pairs",
        "moral_machines",
        "--scenarios",
        "3000",
        "--limit",
        "120",
        "--reference",
        model,
        "--predictor",
        model,
        "--arm",
        "without",
        "--arm",
        "with",
        "--arm",
        "shuffled",
        "--concurrency",
        "8",
        "--yes",
        "--out",
        out,
    ]
}

fn attempts(run: &Path) -> u64 {
    let ledger = Connection::open(run.join("ledger.sqlite")).unwrap();
    ledger.query_row("SELECT count(*) FROM attempts", [], |row| row.get::<_, i64>(0)).unwrap()
        as u64
}

#[test]
fn a_run_killed_at_random_moments_ends_as_if_undisturbed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answers, Duration::from_millis(20));
    let model = server.model();
    succeeds(folder.path(), &command(&model, "whole"));
    let undisturbed = server.answered();
    assert_eq!(attempts(&folder.path().join("whole")), undisturbed);

    let before = server.answered();
    let (mut kills, mut moment) = (0, 17_u64);
    while kills < 20 {
        let mut child = foretell(folder.path())
            .args(command(&model, "killed"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Moments between 0 and 0.3 s, from a fixed sequence: at the start, amid replies, in tables.
        moment =
            moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis((moment >> 33) % 300));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills > 5, "the run was over after {kills} kills: it is too short to test anything");
    // What the server still works on belongs to the last kill.
    std::thread::sleep(Duration::from_millis(200));
    succeeds(folder.path(), &command(&model, "killed"));

    let paid_twice = server.answered() - before - attempts(&folder.path().join("killed"));
    println!("{paid_twice} replies lost in {kills} kills, {IN_FLIGHT} in flight");
    assert!(paid_twice <= kills * IN_FLIGHT, "{paid_twice} replies lost in {kills} kills");
    let (whole, killed) =
        (tables(&folder.path().join("whole")), tables(&folder.path().join("killed")));
    assert_eq!(whole.len(), 8, "questions, pairs, models, answers, donors and three arms");
    for ((name, bytes), (other, others)) in whole.iter().zip(&killed) {
        assert_eq!(name, other);
        assert!(bytes == others, "{name} differs");
    }
    assert_eq!(whole.len(), killed.len());
}

#[test]
fn a_finished_run_asked_again_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answers, Duration::ZERO);
    let model = server.model();
    succeeds(folder.path(), &command(&model, "run"));
    let before = (server.answered(), tables(&folder.path().join("run")));
    let (_, err) = succeeds(folder.path(), &command(&model, "run"));
    assert!(err.contains("0 requests sent"), "{err}");
    assert!(before == (server.answered(), tables(&folder.path().join("run"))));
}

#[test]
fn a_larger_limit_pays_only_for_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answers, Duration::ZERO);
    let model = server.model();
    let mut args = command(&model, "grown");
    let limit = args.iter().position(|arg| *arg == "120").unwrap();
    args[limit] = "40";
    succeeds(folder.path(), &args);
    args[limit] = "120";
    succeeds(folder.path(), &args);
    let grown = server.answered();
    succeeds(folder.path(), &command(&model, "whole"));
    let whole = server.answered() - grown;
    // Placebo donors drawn for the pilot stay, and may differ from those of one large run.
    let donors = 120;
    assert!(grown <= whole + donors, "{grown} requests in two steps, {whole} in one");
}

#[test]
fn two_processes_on_one_run_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answers, Duration::from_millis(100));
    let model = server.model();
    let mut first = foretell(folder.path())
        .args(command(&model, "run"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while server.answered() == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let says = scripted::fails(folder.path(), 3, &command(&model, "run"));
    assert!(says.contains("run is in use by another process"), "{says}");
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn a_predictor_added_later_asks_only_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answers, Duration::ZERO);
    let model = server.model();
    succeeds(folder.path(), &command(&model, "run"));
    let before = server.answered();
    let mut args = command(&model, "run");
    args.extend(["--predictor", "sim:reader"]);
    let (_, err) = succeeds(folder.path(), &args);
    assert_eq!(server.answered(), before, "{err}");
    let tables = tables(&folder.path().join("run"));
    assert!(tables.iter().any(|(name, _)| name.contains("sim-reader/with")));
    let other = format!("{model}?temperature=1");
    (args[8], args[10]) = (&other, &other);
    let said = scripted::fails(folder.path(), 3, &args);
    assert!(said.contains("its model `scripted` is"), "{said}");
}
