//! A scripted local server in the shape of OpenAI's chat completions, and helpers to run the program.
#![allow(dead_code, reason = "each test file uses its part")]
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may fail where it likes")]

pub mod batches;
pub mod faulty;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What the server does with one request, given its number (from 0) and its body.
pub type Script = fn(u64, &Value) -> (StatusCode, String);

pub struct Server {
    pub address: String,
    /// Replies that the server has given away.
    pub answered: Arc<AtomicU64>,
    _runtime: tokio::runtime::Runtime,
}

#[derive(Clone)]
struct Shared {
    script: Script,
    delay: Duration,
    received: Arc<AtomicU64>,
    answered: Arc<AtomicU64>,
    key: Option<&'static str>,
}

impl Server {
    /// Serves the model `scripted` on a free port of this machine.
    pub fn start(script: Script, delay: Duration) -> Self {
        Self::with_key(script, delay, None)
    }

    /// The same, for those who bring the key.
    pub fn with_key(script: Script, delay: Duration, key: Option<&'static str>) -> Self {
        let answered = Arc::new(AtomicU64::new(0));
        let shared = Shared {
            script,
            delay,
            received: Arc::default(),
            answered: Arc::clone(&answered),
            key,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        let app = Router::new()
            .route("/v1/models", get(models))
            .route("/v1/chat/completions", post(complete))
            .with_state(shared);
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, answered, _runtime: runtime }
    }

    pub fn model(&self) -> String {
        format!("{}#scripted", self.address)
    }

    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::SeqCst)
    }
}

async fn models(State(shared): State<Shared>, headers: axum::http::HeaderMap) -> Response {
    if !allowed(&shared, &headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(json!({"data": [{"id": "scripted"}, {"id": "other"}]})).into_response()
}

async fn complete(
    State(shared): State<Shared>,
    headers: axum::http::HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    if !allowed(&shared, &headers) {
        let sent = headers.get("authorization").and_then(|key| key.to_str().ok()).unwrap_or("");
        let error = json!({"error": {"message": format!("bad key {sent}")}});
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    let number = shared.received.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(shared.delay).await;
    let (status, text) = (shared.script)(number, &body);
    shared.answered.fetch_add(1, Ordering::SeqCst);
    (status, [("content-type", "application/json")], text).into_response()
}

fn allowed(shared: &Shared, headers: &axum::http::HeaderMap) -> bool {
    let sent = headers.get("authorization").and_then(|value| value.to_str().ok());
    shared.key.is_none_or(|key| sent == Some(&format!("Bearer {key}")))
}

/// Answers every prompt with a label that depends on nothing but the prompt.
pub fn answers(_number: u64, body: &Value) -> (StatusCode, String) {
    (StatusCode::OK, completion(&reply(body)))
}

/// The text of a deterministic, well-formed reply.
pub fn reply(body: &Value) -> String {
    let prompt = body["messages"][0]["content"].as_str().unwrap();
    let mut hasher = DefaultHasher::new();
    prompt.hash(&mut hasher);
    let label = if hasher.finish().is_multiple_of(3) { "CASE 1" } else { "CASE 2" };
    format!(
        "[ANSWER]\n{label}\n\n[EXPLANATION]\nBecause of the numbers.\n\n\
         [MOST_IMPORTANT_FACTORS]\nnumbers, lights\n\n[CONFIDENCE]\nHIGH"
    )
}

pub fn completion(text: &str) -> String {
    json!({
        "model": "scripted-1",
        "choices": [{"finish_reason": "stop", "message": {"content": text}}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.001},
    })
    .to_string()
}

/// The program, to be run in `folder`.
pub fn foretell(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_foretell"));
    command.current_dir(folder).env_remove("NO_COLOR");
    command
}

pub fn run(folder: &Path, args: &[&str]) -> Output {
    foretell(folder).args(args).output().unwrap()
}

#[track_caller]
pub fn succeeds(folder: &Path, args: &[&str]) -> (String, String) {
    let output = run(folder, args);
    let (out, err) = texts(&output);
    assert!(output.status.success(), "{args:?}\n{out}\n{err}");
    (out, err)
}

/// Runs a command that should fail with `status`, and gives what it says, on one screen.
#[track_caller]
pub fn fails(folder: &Path, status: i32, args: &[&str]) -> String {
    let output = run(folder, args);
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(status), "{args:?}\n{out}\n{err}");
    assert!(err.lines().count() <= 24, "more than one screen:\n{err}");
    // Messages are wrapped to the width of a page; tests look for words, not for lines.
    err.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

pub fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// The project's test inputs that lie beside it; `None` (said by name) where they are absent.
pub fn shared(path: &str) -> Option<std::path::PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is absent", path.display());
    None
}

/// Name and bytes of every table of a run, in order.
pub fn tables(run: &Path) -> Vec<(String, Vec<u8>)> {
    fn walk(folder: &Path, tables: &mut Vec<(String, Vec<u8>)>, root: &Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, tables, root);
            } else if path.extension().is_some_and(|extension| extension == "parquet") {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                tables.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    let mut tables = Vec::new();
    walk(run, &mut tables, run);
    tables.sort();
    tables
}
