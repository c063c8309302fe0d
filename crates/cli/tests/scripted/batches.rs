//! A scripted server that takes live requests and batches, in the shapes of OpenAI, Anthropic and
//! OpenRouter, and answers both alike.

use super::{foretell, texts};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// What the server holds.
#[derive(Default)]
pub struct Held {
    /// Live requests that it answered.
    pub live: u64,
    /// Files that were handed over, by id.
    pub files: BTreeMap<String, String>,
    /// Batches, by id, in the order in which they were created.
    pub batches: BTreeMap<String, Batch>,
    /// The next batch is created, and its answer lost.
    pub lose_answer: bool,
    /// What is said then; `504` where nothing else is set.
    pub lost_status: Option<u16>,
    /// The next batch is rejected as a whole.
    pub reject: bool,
    /// The list of batches is not to be had.
    pub hide_list: bool,
}

pub struct Batch {
    file: Option<String>,
    requests: Vec<Value>,
    looks: u64,
    rejected: bool,
}

pub struct BatchServer {
    /// Without a path: `/openai/v1`, `/anthropic/v1` and `/openrouter/v1` follow.
    pub address: String,
    pub held: Arc<Mutex<Held>>,
    _runtime: tokio::runtime::Runtime,
}

impl BatchServer {
    pub fn start() -> Self {
        let held = Arc::<Mutex<Held>>::default();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new()
            .fallback(answer)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(Arc::clone(&held));
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, held, _runtime: runtime }
    }

    /// The model of a provider, asked here.
    pub fn model(&self, provider: &str, options: &str) -> String {
        format!("{provider}:scripted?address={}/{provider}/v1{options}", self.address)
    }

    /// The names of the requests in all batches.
    pub fn requests(&self) -> Vec<String> {
        let held = self.held.lock().unwrap();
        let requests = held.batches.values().flat_map(|batch| &batch.requests);
        requests.map(|request| request["custom_id"].to_string()).collect()
    }

    pub fn live(&self) -> u64 {
        self.held.lock().unwrap().live
    }
}

async fn answer(
    State(held): State<Arc<Mutex<Held>>>,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> Response {
    let parts: Vec<&str> = uri.path().trim_start_matches('/').split('/').collect();
    let (provider, path) = (parts[0], parts[2..].join("/"));
    let mut held = held.lock().unwrap();
    let json_body = || serde_json::from_slice::<Value>(&body).unwrap();
    match (&method, path.as_str()) {
        (&Method::GET, "models") => Json(json!({"data": [{"id": "scripted"}]})).into_response(),
        (&Method::GET, "key") => Json(json!({"data": {}})).into_response(),
        (&Method::POST, "chat/completions" | "responses" | "messages") => {
            held.live += 1;
            Json(reply(provider, &json_body())).into_response()
        }
        (&Method::POST, "files") => {
            let id = format!("file-{}", held.files.len());
            held.files.insert(id.clone(), file_of(&body));
            Json(json!({"id": id, "object": "file", "purpose": "batch"})).into_response()
        }
        (&Method::POST, "batches" | "messages/batches") => held.create(provider, &json_body()),
        (&Method::GET, "batches" | "messages/batches") if held.hide_list => {
            (StatusCode::NOT_FOUND, "there is no such list").into_response()
        }
        (&Method::GET, "batches" | "messages/batches") => {
            let all = held.batches.iter().map(|(id, batch)| batch.seen(id, provider));
            Json(json!({"data": all.collect::<Vec<_>>(), "has_more": false})).into_response()
        }
        (&Method::GET, path) => held.get(provider, path),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Held {
    fn create(&mut self, provider: &str, body: &Value) -> Response {
        let file = body["input_file_id"].as_str().map(str::to_owned);
        let requests = match &file {
            Some(file) => {
                assert_eq!(body["completion_window"], "24h");
                let lines = self.files[file].lines();
                let lines: Vec<Value> =
                    lines.map(|line| serde_json::from_str(line).unwrap()).collect();
                assert!(lines.iter().all(|line| line["url"] == body["endpoint"]));
                lines
            }
            None => body["requests"].as_array().unwrap().clone(),
        };
        let id = format!("batch_{:03}", self.batches.len());
        let rejected = std::mem::take(&mut self.reject);
        let batch = Batch { file, requests, looks: 0, rejected };
        let seen = batch.seen(&id, provider);
        self.batches.insert(id, batch);
        if std::mem::take(&mut self.lose_answer) {
            let status = self.lost_status.unwrap_or(504);
            let status = StatusCode::from_u16(status).unwrap();
            return (status, "nobody answered in time").into_response();
        }
        Json(seen).into_response()
    }

    fn get(&mut self, provider: &str, path: &str) -> Response {
        if let Some(rest) = path.strip_prefix("files/") {
            let id = rest.split('/').next().unwrap().strip_prefix("out-").unwrap();
            return self.batches[id].replies(provider).into_response();
        }
        let path = path.trim_start_matches("messages/").trim_start_matches("batches/");
        if let Some(id) = path.strip_suffix("/results") {
            return self.batches[id].replies(provider).into_response();
        }
        let batch = self.batches.get_mut(path).unwrap();
        batch.looks += 1;
        let batch = &self.batches[path];
        let mut seen = batch.seen(path, provider);
        if provider == "openrouter" && batch.ended() {
            let lines = batch.replies(provider);
            let results = lines.lines().map(|line| serde_json::from_str(line).unwrap());
            seen["results"] = Value::Array(results.collect());
        }
        Json(seen).into_response()
    }
}

impl Batch {
    /// The first look finds it at work.
    fn ended(&self) -> bool {
        self.looks > 1
    }

    fn seen(&self, id: &str, provider: &str) -> Value {
        let count = self.requests.len();
        let done = if self.ended() { count } else { 0 };
        if provider == "anthropic" {
            let status = if self.ended() { "ended" } else { "in_progress" };
            return json!({"id": id, "processing_status": status, "created_at": "2099-01-01T00:00:00Z",
                "request_counts": {"processing": count - done, "succeeded": done, "errored": 0}});
        }
        let status = match (self.rejected, self.ended()) {
            (true, _) => "failed",
            (false, true) => "completed",
            (false, false) => "in_progress",
        };
        let out = self.ended().then(|| format!("out-{id}"));
        json!({"id": id, "status": status, "input_file_id": self.file, "output_file_id": out,
            "errors": {"data": [{"line": 1, "message": "no such model"}]},
            "request_counts": {"total": count, "completed": done, "failed": 0}})
    }

    /// The replies, the last first.
    fn replies(&self, provider: &str) -> String {
        let line = |request: &Value| {
            let id = &request["custom_id"];
            if provider == "anthropic" {
                let message = reply(provider, &request["params"]);
                return json!({"custom_id": id, "result": {"type": "succeeded", "message": message}});
            }
            json!({"id": "r", "custom_id": id, "error": null,
                "response": {"status_code": 200, "request_id": "q", "body": reply(provider, &request["body"])}})
        };
        self.requests.iter().rev().map(|request| format!("{}\n", line(request))).collect()
    }
}

/// The same reply in a batch and alone: it depends on nothing but the body.
pub fn reply(provider: &str, body: &Value) -> Value {
    let input = if body["input"].is_array() { &body["input"] } else { &body["messages"] };
    let text = super::reply(&json!({"messages": input}));
    let tokens = input[0]["content"].as_str().unwrap().len() as u64 / 4;
    if provider == "anthropic" {
        return json!({"type": "message", "model": "scripted", "stop_reason": "end_turn",
            "content": [{"type": "text", "text": text}],
            "usage": {"input_tokens": tokens, "output_tokens": 40}});
    }
    if body["input"].is_array() {
        return json!({"object": "response", "model": "scripted", "status": "completed",
            "output": [{"type": "message", "content": [{"type": "output_text", "text": text}]}],
            "usage": {"input_tokens": tokens, "output_tokens": 40}});
    }
    json!({"model": "scripted", "choices": [{"finish_reason": "stop", "message": {"content": text}}],
        "usage": {"prompt_tokens": tokens, "completion_tokens": 40, "cost": 0.0010000000000000002}})
}

/// The file in a form.
fn file_of(form: &[u8]) -> String {
    let text = String::from_utf8(form.to_vec()).unwrap();
    assert!(text.contains("name=\"purpose\"\r\n\r\nbatch\r\n"), "{text}");
    let part = text.split("name=\"file\"").nth(1).unwrap();
    let content = part.split_once("\r\n\r\n").unwrap().1;
    content.rsplit_once("\r\n--").unwrap().0.to_owned()
}

/// Runs a command with the keys that providers want.
#[track_caller]
pub fn with_keys(folder: &Path, status: i32, args: &[&str]) -> (String, String) {
    let mut command = foretell(folder);
    for key in ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OPENROUTER_API_KEY"] {
        command.env(key, "of-this-test");
    }
    let output = command.args(args).output().unwrap();
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(status), "{args:?}\n{out}\n{err}");
    (out, err)
}

pub fn study<'a>(model: &'a str, out: &'a str) -> Vec<&'a str> {
    let pairs = ["run", "--pairs", "moral_machines", "--scenarios", "3000", "--limit", "30"];
    let arms = ["--arm", "without", "--arm", "with", "--arm", "shuffled"];
    [&pairs[..], &arms, &["--reference", model, "--predictor", model, "--out", out]].concat()
}

/// Starts a run that sends nothing.
pub fn start(folder: &Path, model: &str, out: &str) {
    let (_, err) = with_keys(folder, 2, &study(model, out));
    assert!(err.contains("nothing was sent"), "{err}");
}
