//! Requests against a server with every fault that a provider can have: each ends in one outcome,
//! each answer stands in the ledger, and no kill loses more than what was in flight.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use rusqlite::Connection;
use scripted::faulty::{Act, Breaks, FaultyServer, Heard, date_in};
use scripted::{completion, fails, foretell, reply, succeeds, tables};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Faults that do not pass: a reply that is cut off, and a question that the server cannot bear.
fn lasting_faults(heard: &Heard<'_>) -> Act {
    match heard.hash() % 400 {
        0..4 => Act::Say(200, None, cut_off(heard.body)),
        4 => Act::Say(500, None, r#"{"error":{"message":"this one never works"}}"#.to_owned()),
        _ => Act::Say(200, None, completion(&reply(heard.body))),
    }
}

/// The same, and before it, once for many prompts, a fault that passes.
fn all_faults(heard: &Heard<'_>) -> Act {
    let whole = || completion(&reply(heard.body));
    let say = |status, body: &str| Act::Say(status, None, body.to_owned());
    if heard.before > 0 {
        return lasting_faults(heard);
    }
    match heard.hash() / 400 % 1000 {
        0 => Act::Say(429, Some("0.2".to_owned()), "slow down".to_owned()),
        1 => Act::Say(429, Some(date_in(1)), r#"{"error":{"message":"slow down"}}"#.to_owned()),
        2 => Act::Hang,
        3..20 => say(500, "oh"),
        20..40 => say(502, "<html>bad gateway</html>"),
        40..60 => say(503, r#"{"error":{"message":"overloaded"}}"#),
        60..65 => Act::Break(whole(), Breaks::Closed),
        65..70 => Act::Break(whole(), Breaks::Reset),
        70..90 => say(200, &whole()[..60]),
        90..110 => say(200, &with_cost(json!({"error": {"code": 502, "message": "upstream"}}))),
        110..130 => say(200, &with_cost(json!({"choices": [{"message": {"content": null}}]}))),
        130..140 => Act::Drip(whole(), Duration::from_millis(20)),
        _ => lasting_faults(heard),
    }
}

fn with_cost(mut body: Value) -> String {
    body["usage"] = json!({"prompt_tokens": 10, "completion_tokens": 0, "cost": 0.002});
    body.to_string()
}

fn cut_off(body: &Value) -> String {
    completion(&reply(body)).replace(r#""finish_reason":"stop""#, r#""finish_reason":"length""#)
}

fn command<'a>(model: &'a str, limit: &'a str, out: &'a str) -> Vec<&'a str> {
    // Enough that there are as many pairs as the limit says.
    let scenarios = if limit == "2000" { "26000" } else { "6000" };
    let pairs = ["run", "--pairs", "moral_machines", "--scenarios", scenarios, "--limit", limit];
    let models = ["--reference", model, "--predictor", model];
    let pace = ["--timeout-s", "1", "--first-wait-ms", "4", "--attempts", "4"];
    [&pairs[..], &models, &pace, &["--yes", "--out", out]].concat()
}

fn count(run: &Path, query: &str) -> u64 {
    let ledger = Connection::open(run.join("ledger.sqlite")).unwrap();
    ledger.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap() as u64
}

#[test]
fn a_study_completes_against_a_server_with_every_fault() {
    let folder = tempfile::tempdir().unwrap();
    let server = FaultyServer::start(all_faults, Duration::from_millis(2));
    let model = server.model();
    let args = [&command(&model, "2000", "run")[..], &["--concurrency", "64"]].concat();
    let (_, err) = succeeds(folder.path(), &args);
    assert!(err.contains("2,000 pairs"), "{err}");
    let run = folder.path().join("run");

    // Every request ended, in one outcome.
    let requests = count(&run, "SELECT count(*) FROM requests");
    assert!(requests > 5_000, "{requests} requests");
    assert_eq!(count(&run, "SELECT count(*) FROM replies"), requests);
    let failed = count(
        &run,
        "SELECT count(*) FROM replies r JOIN attempts a USING (key, n) WHERE a.failure IS NOT NULL",
    );
    assert!(failed > 5 && failed < requests / 100, "{failed} failed for good: {err}");

    // Every answer is an attempt, with its cost, also where it was then asked again.
    let counts = server.counts();
    let with_status = "SELECT count(*) FROM attempts WHERE status IS NOT NULL";
    assert_eq!(count(&run, with_status), counts.answered);
    assert_eq!(count(&run, "SELECT count(*) FROM attempts"), counts.received);
    assert!(counts.received > requests + requests / 10, "{counts:?}");
    let thousandths = "SELECT CAST(round(1000 * total(cost_usd)) AS INTEGER) FROM attempts";
    assert_eq!(count(&run, thousandths), (counts.cost_usd * 1000.0).round() as u64);
    let half = "SELECT count(*) FROM attempts WHERE raw IS NOT NULL AND error LIKE '%broke%'";
    assert!(count(&run, half) > 10, "half a reply may have been paid for, and is kept");

    assert!(counts.most_at_once <= 64, "{counts:?}");
    let log = std::fs::read_to_string(run.join("limits.log")).unwrap();
    assert!(log.contains("64 -> 32  429") && log.contains("clean replies"), "{log}");
    assert!(err.contains("wants fewer requests"), "{err}");
}

#[test]
fn fifty_kills_under_faults_lose_only_what_was_in_flight() {
    /// Eight in flight, and a quarter more whose replies wait for the disk.
    const IN_FLIGHT: u64 = 8 + 2;
    let folder = tempfile::tempdir().unwrap();
    let undisturbed = FaultyServer::start(lasting_faults, Duration::ZERO);
    let model = undisturbed.model();
    succeeds(folder.path(), &command(&model, "400", "whole"));

    let server = FaultyServer::start(all_faults, Duration::from_millis(10));
    let model = server.model();
    let args = [&command(&model, "400", "killed")[..], &["--concurrency", "8"]].concat();
    let (mut kills, mut random) = (0, 17_u64);
    while kills < 50 {
        let mut child = start(folder.path(), &args);
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Some are killed while they start, most after a few replies, at any moment between two.
        let until = server.counts().received + (random >> 33) % 24;
        let patience = Instant::now() + Duration::from_millis((random >> 40) % 1500);
        while server.counts().received < until && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(Duration::from_millis((random >> 50) % 12));
        assert!(child.try_wait().unwrap().is_none(), "over after {kills} kills: too short a run");
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    // What the server still works on belongs to the last kill.
    std::thread::sleep(Duration::from_millis(100));
    succeeds(folder.path(), &args);

    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    let lost = server.counts().received - count(&killed, "SELECT count(*) FROM attempts");
    println!("{lost} replies lost in {kills} kills, {IN_FLIGHT} in flight");
    assert!(lost <= kills * IN_FLIGHT, "{lost} replies lost in {kills} kills");
    let (whole, killed) = (tables(&whole), tables(&killed));
    assert_eq!(whole.len(), killed.len());
    for ((name, bytes), (other, others)) in whole.iter().zip(&killed) {
        assert_eq!(name, other);
        // The address is part of what is known about a model.
        assert!(bytes == others || name == "models.parquet", "{name} differs");
    }
}

fn start(folder: &Path, args: &[&str]) -> Child {
    let mut command = foretell(folder);
    command.args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// A key that is taken back after three hundred requests.
fn key_goes(heard: &Heard<'_>) -> Act {
    match heard.number {
        300..400 => Act::Say(401, None, r#"{"error":{"message":"key revoked"}}"#.to_owned()),
        _ => lasting_faults(heard),
    }
}

/// The money is gone after three hundred requests.
fn quota_goes(heard: &Heard<'_>) -> Act {
    let gone = r#"{"error":{"code":"insufficient_quota","message":"you exceeded your quota"}}"#;
    match heard.number {
        300..400 => Act::Say(429, None, gone.to_owned()),
        _ => lasting_faults(heard),
    }
}

/// A day's share is gone: the server says when there is more.
fn day_is_over(heard: &Heard<'_>) -> Act {
    match heard.number {
        300..400 => Act::Say(429, Some("40000".to_owned()), "come back tomorrow".to_owned()),
        _ => lasting_faults(heard),
    }
}

#[test]
fn a_key_or_quota_that_goes_stops_the_model_at_once_and_the_run_can_be_resumed() {
    for (plan, says) in [
        (key_goes as scripted::faulty::Plan, "key revoked"),
        (quota_goes, "you exceeded your quota"),
        (day_is_over, "asks to wait 40000 s"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let server = FaultyServer::start(plan, Duration::ZERO);
        let model = server.model();
        let args = command(&model, "200", "run");
        let said = fails(folder.path(), 4, &args);
        assert!(said.contains(says) && said.contains("Resume with: foretell run"), "{said}");
        let refused = server.counts().received - 300;
        assert!(refused <= 16, "{refused} requests after the first refusal");
        let run = folder.path().join("run");
        assert_eq!(count(&run, "SELECT count(*) FROM attempts"), server.counts().received);
        let missing = count(&run, "SELECT count(*) FROM requests")
            - count(&run, "SELECT count(*) FROM replies");
        assert!(missing > 0, "what the refusal hit has not ended");
        // The key is back once the server has refused a hundred.
        while server.counts().received < 400 {
            foretell(folder.path()).args(&args).output().unwrap();
        }
        succeeds(folder.path(), &args);
    }
}

/// An outage in which every request in flight fails, and nine probes after them.
fn outage(heard: &Heard<'_>) -> Act {
    match heard.number {
        100..125 => Act::Say(503, None, "down for a while".to_owned()),
        _ => lasting_faults(heard),
    }
}

#[test]
fn an_outage_makes_no_request_fail() {
    let folder = tempfile::tempdir().unwrap();
    let server = FaultyServer::start(outage, Duration::from_millis(1));
    let model = server.model();
    let (_, err) = succeeds(folder.path(), &command(&model, "200", "run"));
    assert!(err.contains("does not work") && err.contains("answers again"), "{err}");
    let run = folder.path().join("run");
    let lost = "SELECT count(*) FROM replies r JOIN attempts a USING (key, n) WHERE a.status = 503";
    assert_eq!(count(&run, lost), 0);
}

fn never(_: &Heard<'_>) -> Act {
    Act::Say(503, None, "gone for good".to_owned())
}

#[test]
fn a_server_that_stays_down_stops_the_model_and_costs_few_attempts() {
    let folder = tempfile::tempdir().unwrap();
    let server = FaultyServer::start(never, Duration::ZERO);
    let model = server.model();
    let args = [&command(&model, "200", "run")[..], &["--patience-s", "1"]].concat();
    let said = fails(folder.path(), 4, &args);
    assert!(said.contains("has not given one good reply") && said.contains("Resume"), "{said}");
    assert!(server.counts().received < 200, "{:?}", server.counts());
    assert_eq!(count(&folder.path().join("run"), "SELECT count(*) FROM replies"), 0);
}

fn well(heard: &Heard<'_>) -> Act {
    Act::Say(200, None, completion(&reply(heard.body)))
}

fn refuses(_: &Heard<'_>) -> Act {
    Act::Say(401, None, "not you".to_owned())
}

#[test]
fn a_pool_goes_on_when_one_address_is_down_or_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (
        FaultyServer::start(well, Duration::from_millis(5)),
        FaultyServer::start(well, Duration::from_millis(5)),
    );
    let pool = format!("{},{}#scripted", one.address, other.address);
    succeeds(folder.path(), &command(&pool, "100", "both"));
    let (first, second) = (one.counts().received, other.counts().received);
    assert!(first.abs_diff(second) < (first + second) / 5, "{first} and {second}");

    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nowhere = format!("http://127.0.0.1:{port}/v1,{}#scripted", one.address);
    succeeds(folder.path(), &command(&nowhere, "100", "nowhere"));
    let strict = FaultyServer::start(refuses, Duration::ZERO);
    let pool = format!("{},{}#scripted", strict.address, one.address);
    succeeds(folder.path(), &command(&pool, "100", "refused"));
    // What is in flight when the first refusal comes, in each of two stages, and the checks before.
    assert!(strict.counts().received <= 2 * 16 + 2, "{:?}", strict.counts());

    // The address is no part of a request: the same pairs at another address cost nothing.
    let before = other.counts().received;
    let model = other.model();
    let (_, err) = succeeds(folder.path(), &command(&model, "100", "both"));
    assert!(err.contains("0 requests sent"), "{err}");
    assert_eq!(other.counts().received, before);
}

#[test]
fn two_models_at_one_address_share_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let server = FaultyServer::start(well, Duration::from_millis(5));
    let (one, other) = (server.model(), format!("{}?temperature=1&name=warm", server.model()));
    let mut args = command(&one, "50", "run");
    args.extend(["--reference", &other, "--concurrency", "4"]);
    succeeds(folder.path(), &args);
    assert_eq!(server.counts().most_at_once, 4);
}

#[test]
fn requests_per_minute_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = FaultyServer::start(well, Duration::ZERO);
    let model = format!("{}?rpm=1200", server.model());
    let start = Instant::now();
    succeeds(folder.path(), &command(&model, "20", "run"));
    let least = Duration::from_millis(50 * (server.counts().received - 2 * 3));
    assert!(start.elapsed() >= least, "{:?} for {:?}", start.elapsed(), server.counts());
    let said = fails(folder.path(), 3, &command("http://127.0.0.1:1/v1#m?rpm=0", "20", "none"));
    assert!(said.contains("`0` is not a whole number from 1 up"), "{said}");
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args([name, &pid]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn one_signal_finishes_what_is_in_flight_and_two_stop_now() {
    for (name, twice) in [("-INT", false), ("-TERM", false), ("-INT", true), ("-TERM", true)] {
        let folder = tempfile::tempdir().unwrap();
        // Twice: replies that take longer than anybody waits.
        let delay = if twice { Duration::from_secs(30) } else { Duration::from_millis(200) };
        let server = FaultyServer::start(well, delay);
        let model = server.model();
        let mut args = command(&model, "200", "run");
        let timeout = args.iter().position(|arg| *arg == "--timeout-s").unwrap() + 1;
        args[timeout] = "60";
        let mut command = foretell(folder.path());
        let mut child =
            command.args(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        while server.counts().received == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        signal(&child, name);
        if twice {
            std::thread::sleep(Duration::from_millis(300));
            assert!(child.try_wait().unwrap().is_none());
            signal(&child, name);
        }
        let start = Instant::now();
        let output = child.wait_with_output().unwrap();
        assert!(start.elapsed() < Duration::from_secs(10));
        assert_eq!(output.status.code(), Some(5), "{name} twice: {twice}");
        let (_, err) = scripted::texts(&output);
        assert!(err.contains("Resume with:\n  foretell run --pairs"), "{err}");
        if !twice {
            let kept = count(&folder.path().join("run"), "SELECT count(*) FROM attempts");
            assert_eq!(kept, server.counts().received, "what was in flight is kept");
        }
    }
}
