//! `vllm:` against a stand-in that behaves as `vllm serve` does at start, crash, slow health and stop.
//!
//! The stand-in is a script that turns the arguments of `vllm serve` into variables and becomes this
//! very test program, which then runs the test `stand_in` alone.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may fail where it likes")]

mod scripted;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use rustix::process::{Pid, Signal, kill_process, test_kill_process_group};
use scripted::{answers, fails, foretell, succeeds, texts};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What `engine_args` may ask of it: `--crash`, `--slow`, `--never`, `--stubborn`, `--dies`.
const SCRIPT: &str = r#"#!/bin/sh
echo $$ >> groups
[ "$1" = serve ] || exit 64
export STAND_IN_MODEL="$2"
shift 2
while [ $# -gt 0 ]; do
    case "$1" in
        --port) export STAND_IN_PORT="$2"; shift ;;
        --crash) echo "INFO loading weights"; echo "ValueError: no GPU is left" >&2; exit 1 ;;
        --stubborn) trap '' TERM ;;
        --slow|--never|--dies) export STAND_IN_MODE="$1" ;;
    esac
    shift
done
# A worker, as an engine has some: part of the group, and not to be left behind.
sleep 600 &
exec "$STAND_IN" --exact stand_in --ignored --nocapture
"#;

#[derive(Clone)]
struct Shared {
    started: Instant,
    mode: String,
    answered: Arc<AtomicU64>,
}

#[test]
#[ignore = "it is the stand-in itself, which the other tests start"]
fn stand_in() {
    let Ok(port) = std::env::var("STAND_IN_PORT") else { return };
    let mode = std::env::var("STAND_IN_MODE").unwrap_or_default();
    let shared = Shared { started: Instant::now(), mode, answered: Arc::default() };
    let app = Router::new()
        .route("/health", get(health))
        .route("/v1/chat/completions", post(complete))
        .with_state(shared);
    println!("INFO server of {} starts", std::env::var("STAND_IN_MODEL").unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
        axum::serve(listener, app).await.unwrap();
    });
}

async fn health(State(shared): State<Shared>) -> StatusCode {
    let slow = shared.mode == "--slow" && shared.started.elapsed() < Duration::from_secs(2);
    if slow || shared.mode == "--never" {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    StatusCode::OK
}

async fn complete(State(shared): State<Shared>, Json(body): Json<Value>) -> String {
    let number = shared.answered.fetch_add(1, Ordering::SeqCst);
    if shared.mode == "--dies" && number == 3 {
        eprintln!("CUDA error: an illegal memory access was encountered");
        std::process::exit(1);
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    let model = &body["model"];
    let text = answers(number, &body).1;
    let mut reply: Value = serde_json::from_str(&text).unwrap();
    reply["model"] = json!(model);
    reply.to_string()
}

/// A folder with the stand-in, and the specification that names it.
fn prepared(options: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("vllm");
    std::fs::write(&script, SCRIPT).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let spec = format!("vllm:Qwen/Qwen3-0.6B?executable=./vllm&effort=none&name=small{options}");
    (folder, spec)
}

fn args<'a>(spec: &'a str, limit: &'a str) -> Vec<&'a str> {
    let mut args = vec!["run", "--limit", limit, "--yes", "--out", "run", "--concurrency", "2"];
    args.extend(["--reference", spec, "--predictor", spec]);
    args
}

fn with_stand_in(folder: &Path, args: &[&str]) -> std::process::Command {
    let mut command = foretell(folder);
    command.args(args).env("STAND_IN", std::env::current_exe().unwrap());
    command
}

#[track_caller]
fn ends(folder: &Path, status: i32, args: &[&str]) -> String {
    let output = with_stand_in(folder, args).output().unwrap();
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(status), "{out}\n{err}");
    nothing_is_left(folder);
    err
}

/// The process groups of all servers that were started in `folder`.
fn groups(folder: &Path) -> Vec<Pid> {
    let text = std::fs::read_to_string(folder.join("groups")).unwrap_or_default();
    text.lines().map(|pid| Pid::from_raw(pid.parse().unwrap()).unwrap()).collect()
}

/// Whether any process of a group is there. One that has ended and waits to be reaped by whoever
/// adopted it is not.
fn runs(group: Pid) -> bool {
    if test_kill_process_group(group).is_err() {
        return false;
    }
    let Ok(processes) = std::fs::read_dir("/proc") else { return true };
    processes.filter_map(Result::ok).any(|process| {
        let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or("").split(' ').collect();
        matches!(fields[..], [state, _, its, ..] if state != "Z" && its == group.as_raw_nonzero().to_string())
    })
}

#[track_caller]
fn nothing_is_left(folder: &Path) {
    let groups = groups(folder);
    assert!(!groups.is_empty(), "a server was started");
    for group in groups {
        assert!(!runs(group), "{group:?} is left");
    }
}

#[track_caller]
fn nothing_is_left_soon(folder: &Path) {
    let started = Instant::now();
    while groups(folder).into_iter().any(runs) && started.elapsed() < Duration::from_secs(15) {
        std::thread::sleep(Duration::from_millis(50));
    }
    nothing_is_left(folder);
}

/// Starts a study that lasts, and waits until its server answers.
fn started(folder: &Path, spec: &str) -> Child {
    let mut child =
        with_stand_in(folder, &args(spec, "2000")).stderr(Stdio::piped()).spawn().unwrap();
    let since = Instant::now();
    let ledger = folder.join("run/ledger.sqlite-wal");
    while groups(folder).is_empty()
        || std::fs::metadata(&ledger).map_or(0, |ledger| ledger.len()) < 100_000
    {
        assert!(since.elapsed() < Duration::from_secs(60), "no reply in a minute");
        assert!(child.try_wait().unwrap().is_none(), "it ended early");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(runs(groups(folder)[0]));
    child
}

#[test]
fn a_server_is_started_once_asked_and_stopped() {
    let (folder, spec) = prepared("");
    ends(folder.path(), 0, &args(&spec, "5"));
    assert_eq!(groups(folder.path()).len(), 1, "reference and predictor share it");
    let logs: Vec<_> = std::fs::read_dir(folder.path().join("run/logs")).unwrap().collect();
    assert_eq!(logs.len(), 1);
    let log = std::fs::read_to_string(logs[0].as_ref().unwrap().path()).unwrap();
    for words in [
        "serve Qwen/Qwen3-0.6B --host 127.0.0.1 --port",
        "--reasoning-parser qwen3",
        "INFO server of Qwen/Qwen3-0.6B starts",
    ] {
        assert!(log.contains(words), "`{words}` is missing in:\n{log}");
    }
    // Again, and there is nothing to ask: no server is started for it.
    ends(folder.path(), 0, &args(&spec, "5"));
    assert_eq!(groups(folder.path()).len(), 1);
}

#[test]
fn a_server_that_takes_its_time_is_waited_for() {
    let (folder, spec) = prepared("&engine_args=--slow");
    ends(folder.path(), 0, &args(&spec, "3"));
}

#[test]
fn a_crash_at_the_start_is_told_with_the_end_of_the_log() {
    let (folder, spec) = prepared("&engine_args=--crash");
    let said = ends(folder.path(), 4, &args(&spec, "3"));
    for words in ["model `small` was stopped", "ValueError: no GPU is left", "run/logs/vllm-"] {
        assert!(said.contains(words), "`{words}` is missing in: {said}");
    }
    assert_eq!(groups(folder.path()).len(), 1, "it is not started again and again");
}

#[test]
fn a_server_that_never_gets_well_is_given_up_and_stopped() {
    let (folder, spec) = prepared("&engine_args=--never&start_timeout_s=1");
    let said = ends(folder.path(), 4, &args(&spec, "3"));
    assert!(said.contains("not healthy after 1 s") && said.contains("start_timeout_s"), "{said}");
}

#[test]
fn a_server_that_dies_in_mid_run_stops_its_model() {
    let (folder, spec) = prepared("&engine_args=--dies");
    let said = ends(folder.path(), 4, &args(&spec, "50"));
    assert!(said.contains("illegal memory access") && said.contains("Resume with"), "{said}");
}

#[test]
fn a_server_that_does_not_heed_the_wish_is_killed_with_its_workers() {
    let (folder, spec) = prepared("&engine_args=--stubborn&stop_timeout_s=1");
    let started = Instant::now();
    ends(folder.path(), 0, &args(&spec, "3"));
    assert!(started.elapsed() > Duration::from_secs(1), "it was given its time");
}

#[test]
fn ctrl_c_stops_the_server_after_what_is_in_flight() {
    let (folder, spec) = prepared("");
    let child = started(folder.path(), &spec);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", texts(&output).1);
    nothing_is_left(folder.path());
}

#[test]
fn no_end_of_the_program_leaves_a_server_behind() {
    for signal in [Signal::KILL, Signal::TERM] {
        let (folder, spec) = prepared("");
        let mut child = started(folder.path(), &spec);
        kill_process(Pid::from_child(&child), signal).unwrap();
        child.wait().unwrap();
        nothing_is_left_soon(folder.path());
    }
    let (folder, spec) = prepared("&engine_args=--stubborn&stop_timeout_s=1");
    let mut child = started(folder.path(), &spec);
    child.kill().unwrap();
    child.wait().unwrap();
    nothing_is_left_soon(folder.path());
}

#[test]
fn a_second_ctrl_c_leaves_no_server_behind() {
    let (folder, spec) = prepared("");
    let mut child = started(folder.path(), &spec);
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::INT).unwrap();
    std::thread::sleep(Duration::from_millis(5));
    // It may have ended already, after the first.
    let _ = kill_process(pid, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(5));
    nothing_is_left_soon(folder.path());
}

#[test]
fn a_missing_vllm_is_told_with_how_to_install_it() {
    let folder = tempfile::tempdir().unwrap();
    let spec = "vllm:Qwen/Qwen3-0.6B?executable=no-such-program";
    let said = fails(folder.path(), 4, &args(spec, "3"));
    assert!(said.contains("no-such-program") && said.contains("pip install vllm"), "{said}");
}

#[test]
fn models_test_starts_and_stops_a_server() {
    let (folder, spec) = prepared("");
    let output = with_stand_in(folder.path(), &["models", "test", &spec]).output().unwrap();
    let (out, err) = texts(&output);
    assert!(output.status.success(), "{err}");
    assert!(out.contains("served by  Qwen/Qwen3-0.6B"), "{out}");
    nothing_is_left(folder.path());
    // What is known of the model is in the help that needs no server.
    succeeds(folder.path(), &["models", "show", "vllm:Qwen/Qwen3-0.6B"]);
}
