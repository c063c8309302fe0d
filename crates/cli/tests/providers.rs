//! Studies at each provider, over a local server that replays recorded replies: the body that is sent,
//! the row that is stored, and the key that appears nowhere.

#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use foretell_core::Outcome;
use foretell_tables::{AnswerRow, ModelRow, read};
use scripted::{foretell, succeeds, texts};
use serde_json::Value;
use std::path::Path;
use std::process::Output;
use std::sync::{Arc, Mutex};

const KEY: &str = "sk-never-to-be-seen-4711";

/// One request as the server saw it.
#[derive(Debug, Clone)]
struct Seen {
    path: String,
    headers: HeaderMap,
    body: String,
}

/// A server that answers every question with one reply, and keeps what it was sent.
struct Recorded {
    address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    _runtime: tokio::runtime::Runtime,
}

#[derive(Clone)]
struct Shared {
    seen: Arc<Mutex<Vec<Seen>>>,
    status: StatusCode,
    reply: Arc<String>,
    look: Arc<String>,
    look_status: StatusCode,
}

impl Recorded {
    fn start(reply: &str) -> Self {
        Self::with(StatusCode::OK, reply, StatusCode::OK, "{}")
    }

    /// `look` is what stands where models are listed and keys are described.
    fn with(status: StatusCode, reply: &str, look_status: StatusCode, look: &str) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let shared = Shared {
            seen: Arc::clone(&seen),
            status,
            reply: Arc::new(reply.to_owned()),
            look: Arc::new(look.to_owned()),
            look_status,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(shared);
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, seen, _runtime: runtime }
    }

    /// What was asked, without looks at lists.
    fn asked(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// A specification that is served here.
    fn spec(&self, spec: &str) -> String {
        match spec.strip_prefix("http#") {
            Some(model) => format!("{}#{model}", self.address),
            None => format!("{spec}&address={}", self.address),
        }
    }
}

async fn answer(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let json = [("content-type", "application/json")];
    if method == Method::GET {
        return (shared.look_status, json, shared.look.to_string()).into_response();
    }
    shared.seen.lock().unwrap().push(Seen { path: uri.path().to_owned(), headers, body });
    (shared.status, json, shared.reply.to_string()).into_response()
}

fn recorded(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/providers");
    std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap()
}

/// Runs a study of one pair with `spec` as its reference.
fn study(folder: &Path, spec: &str) -> Output {
    foretell(folder)
        .args(["run", "--limit", "1", "--attempts", "1", "--yes", "--out", "run"])
        .args(["--reference", spec, "--predictor", "sim:reader"])
        .env("OPENAI_API_KEY", KEY)
        .env("OPENROUTER_API_KEY", KEY)
        .env("ANTHROPIC_API_KEY", KEY)
        .env("OWN_KEY", KEY)
        .output()
        .unwrap()
}

/// The body that a study sends for its first question, and the row that it stores.
fn sent_and_stored(spec: &str, reply: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let server = Recorded::start(&recorded(reply));
    let spec = server.spec(spec);
    let output = study(folder.path(), &spec);
    let (_, err) = texts(&output);
    assert!(output.status.success(), "{err}");
    let asked = server.asked();
    let first = &asked[0];
    let mut body: Value = serde_json::from_str(&first.body).unwrap();
    let list = if body["input"].is_array() { "input" } else { "messages" };
    let prompt = body[list][0]["content"].as_str().unwrap();
    assert!(prompt.contains("<question>") && prompt.contains("[ANSWER]"), "{prompt}");
    // What the prompt says is held by tests of prompts.
    body[list][0]["content"] = Value::from("<prompt>");
    let headers: Vec<String> = first
        .headers
        .iter()
        .filter(|(name, _)| {
            matches!(name.as_str(), "authorization" | "x-api-key")
                || name.as_str().starts_with("anthropic")
        })
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap().replace(KEY, "<key>")))
        .collect();
    let run = folder.path().join("run");
    let answers = std::fs::read_dir(run.join("answers")).unwrap().next().unwrap().unwrap().path();
    let mut rows: Vec<AnswerRow> = read(&answers).unwrap();
    let mut row = rows.remove(0);
    // A hash over the whole prompt, which this test does not hold.
    row.reply_key = row.reply_key.map(|key| format!("<{} digits>", key.len()));
    let models: Vec<ModelRow> = read(&run.join("models.parquet")).unwrap();
    let mut model = models.into_iter().find(|model| model.provider != "sim").unwrap();
    model.spec = model.spec.replace(&server.address, "<address>");
    let warnings: Vec<&str> = err.lines().filter(|line| line.starts_with("warning")).collect();
    format!(
        "POST {}\n{}\n{body}\n\n{row:#?}\n\n{model:#?}\n\n{}\n",
        first.path,
        headers.join("\n"),
        warnings.join("\n")
    )
}

#[test]
fn a_study_row_is_sent_and_its_reply_stored() {
    for (name, spec, reply) in [
        ("openai_responses", "openai:gpt-5-mini?effort=low", "openai_responses"),
        ("openai_chat", "openai:gpt-5-mini?effort=low&api=chat", "openai_chat"),
        ("openrouter", "openrouter:qwen/qwen3-8b?effort=none&only=deepinfra", "openrouter_text"),
        ("anthropic", "anthropic:claude-opus-4-5?effort=4096", "anthropic_thinking"),
        ("anthropic_refusal", "anthropic:claude-opus-4-5?effort=4096", "anthropic_refusal"),
        ("anthropic_context", "anthropic:claude-opus-4-5?effort=none", "anthropic_context"),
        ("compatible", "http#Qwen/Qwen3-8B?effort=none&key_env=OWN_KEY", "vllm_no_thinking"),
        ("compatible_think", "http#Qwen/Qwen3-8B?effort=none", "vllm_think_without_opening"),
        ("compatible_harmony", "http#openai/gpt-oss-20b?effort=low", "vllm_harmony"),
    ] {
        insta::assert_snapshot!(name, sent_and_stored(spec, reply));
    }
}

#[test]
fn an_effort_that_a_model_cannot_make_is_refused_and_nothing_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let server = Recorded::start(&recorded("openai_responses"));
    for spec in [
        "openai:gpt-5-mini?effort=none",
        "openrouter:google/gemini-3-pro-preview?effort=none",
        "anthropic:claude-opus-4-5?effort=low",
        "http#openai/gpt-oss-120b?effort=none",
    ] {
        let output = study(folder.path(), &server.spec(spec));
        let (_, err) = texts(&output);
        assert_eq!(output.status.code(), Some(3), "{err}");
        assert!(err.contains("cannot be asked for effort"), "{err}");
    }
    assert!(server.asked().is_empty());
}

#[test]
fn failures_in_each_providers_words_are_recorded_as_such() {
    for (spec, status, reply, says) in [
        ("openrouter:qwen/qwen3-8b?effort=none", 200, "openrouter_error_200", "upstream connect"),
        ("openai:gpt-5-mini?effort=low", 200, "openai_responses_failed", "The server had an error"),
        ("anthropic:claude-opus-4-5?effort=none", 529, "anthropic_overloaded", "Overloaded"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let status = StatusCode::from_u16(status).unwrap();
        let server = Recorded::with(status, &recorded(reply), StatusCode::OK, "{}");
        let output = study(folder.path(), &server.spec(spec));
        assert!(output.status.success(), "{}", texts(&output).1);
        let answers = folder.path().join("run/answers");
        let answers = std::fs::read_dir(answers).unwrap().next().unwrap().unwrap().path();
        let rows: Vec<AnswerRow> = read(&answers).unwrap();
        assert_eq!(rows[0].outcome, Outcome::ProviderError);
        let reason = rows[0].reason.as_deref().unwrap();
        assert!(reason.contains(says), "{reason}");
    }
}

#[test]
fn a_model_that_is_not_listed_is_found_before_anything_is_sent() {
    let list = r#"{"data":[{"id":"claude-opus-4-5-20251101"},{"id":"gpt-5-mini"}]}"#;
    for (spec, served) in [
        ("anthropic:claude-opus-4-5?effort=none", true),
        ("anthropic:claude-opus-4.6?effort=none", false),
        ("openai:gpt-5-mini-2025-08-07?effort=low", true),
        ("openai:gpt-5-nano?effort=low", false),
        ("http#gpt-5-mini?effort=low", true),
        ("http#gpt-5-mini-2025-08-07?effort=low", false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let reply = recorded("anthropic_plain");
        let server = Recorded::with(StatusCode::OK, &reply, StatusCode::OK, list);
        let output = study(folder.path(), &server.spec(spec));
        let (_, err) = texts(&output);
        assert_eq!(!server.asked().is_empty(), served, "{spec}: {err}");
        assert_eq!(err.contains("does not serve"), !served, "{spec}: {err}");
    }
}

#[test]
fn a_gateway_that_refuses_the_look_is_not_asked() {
    let folder = tempfile::tempdir().unwrap();
    let look = r#"{"error":{"message":"No connected db.","code":"400"}}"#;
    let server = Recorded::with(StatusCode::OK, "{}", StatusCode::BAD_REQUEST, look);
    let output = study(folder.path(), &server.spec("http#m?key_env=OWN_KEY"));
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(4));
    assert!(err.contains("400 Bad Request: No connected db.; check the key"), "{err}");
    assert!(server.asked().is_empty() && !err.contains(KEY));
}

#[test]
fn openrouter_says_itself_that_a_model_always_reasons() {
    let folder = tempfile::tempdir().unwrap();
    let list = r#"{"data":[{"id":"x/new-model","reasoning":{"mandatory":true,"supported_efforts":["high","low"]}}]}"#;
    let server = Recorded::with(StatusCode::OK, "{}", StatusCode::OK, list);
    let output = study(folder.path(), &server.spec("openrouter:x/new-model?effort=none"));
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(4), "{err}");
    assert!(err.contains("always reasons"), "{err}");
    let output = study(folder.path(), &server.spec("openrouter:x/misspelt?effort=none"));
    assert!(texts(&output).1.contains("does not serve `x/misspelt`"));
    assert!(server.asked().is_empty());
}

/// No file under `folder`, the ledger and its log among them, holds the key, and neither does what
/// was printed.
#[track_caller]
fn holds_no_key(folder: &Path, output: &Output) {
    fn search(path: &Path) {
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                search(&path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                let found = bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes());
                assert!(!found, "{}", path.display());
            }
        }
    }
    let (out, err) = texts(output);
    assert!(!out.contains(KEY) && !err.contains(KEY), "{out}\n{err}");
    search(folder);
}

#[test]
fn a_key_appears_nowhere_whatever_the_provider_says() {
    let echo =
        format!(r#"{{"error":{{"message":"Incorrect API key provided: {KEY}","code":"c"}}}}"#);
    let text = format!("<html>Bearer {KEY}</html>");
    let with_key = recorded("openai_responses").replace("More people", KEY);
    let look = format!(r#"{{"error":"{KEY}"}}"#);
    let ok = StatusCode::OK;
    let cases = [
        (ok, with_key.as_str(), ok),
        (ok, echo.as_str(), ok),
        (ok, text.as_str(), ok),
        (StatusCode::UNAUTHORIZED, echo.as_str(), ok),
        (StatusCode::BAD_REQUEST, echo.as_str(), ok),
        (StatusCode::TOO_MANY_REQUESTS, echo.as_str(), ok),
        (StatusCode::INTERNAL_SERVER_ERROR, text.as_str(), ok),
        (ok, "{}", StatusCode::UNAUTHORIZED),
    ];
    for spec in [
        "openai:gpt-5-mini?effort=low",
        "openai:gpt-4.1?temperature=0",
        "openrouter:qwen/qwen3-8b?effort=none",
        "anthropic:claude-opus-4-5?effort=none",
        "http#m?key_env=OWN_KEY",
    ] {
        for (status, reply, look_status) in cases {
            let folder = tempfile::tempdir().unwrap();
            let server = Recorded::with(status, reply, look_status, &look);
            let output = study(folder.path(), &server.spec(spec));
            holds_no_key(folder.path(), &output);
            if look_status == ok {
                let sent = &server.asked()[0].headers;
                let sent = sent.get("authorization").or(sent.get("x-api-key")).unwrap();
                assert!(sent.to_str().unwrap().ends_with(KEY), "the key was sent");
            }
            let tested = foretell(folder.path())
                .args(["models", "test", &server.spec(spec)])
                .envs(
                    ["OPENAI_API_KEY", "OPENROUTER_API_KEY", "ANTHROPIC_API_KEY", "OWN_KEY"]
                        .map(|name| (name, KEY)),
                )
                .output()
                .unwrap();
            holds_no_key(folder.path(), &tested);
        }
    }
}

#[test]
fn a_key_in_a_broken_run_is_not_in_the_write_ahead_log() {
    // Killed in mid-run, a ledger leaves its log behind; what the server said stands in there.
    let folder = tempfile::tempdir().unwrap();
    let reply = recorded("openai_chat").replace("More people", KEY);
    let server = Recorded::start(&reply);
    let mut child = foretell(folder.path())
        .args(["run", "--limit", "3000", "--concurrency", "4", "--yes", "--out", "run"])
        .args([
            "--reference",
            &server.spec("openai:gpt-4.1?temperature=0"),
            "--predictor",
            "sim:reader",
        ])
        .env("OPENAI_API_KEY", KEY)
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let log = folder.path().join("run/ledger.sqlite-wal");
    let started = std::time::Instant::now();
    while server.asked().len() < 50 || std::fs::metadata(&log).map_or(0, |log| log.len()) == 0 {
        assert!(started.elapsed().as_secs() < 60 && child.try_wait().unwrap().is_none());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert!(std::fs::metadata(&log).unwrap().len() > 0, "the log is there to be searched");
    holds_no_key(folder.path(), &Output { status, stdout: Vec::new(), stderr: Vec::new() });
}

#[test]
fn models_test_tells_what_came_back_and_what_was_honoured() {
    let folder = tempfile::tempdir().unwrap();
    let test = |spec: &str, reply: &str| {
        let server = Recorded::start(&recorded(reply));
        let output = foretell(folder.path())
            .args(["models", "test", &server.spec(spec)])
            .envs(
                ["OPENAI_API_KEY", "OPENROUTER_API_KEY", "ANTHROPIC_API_KEY"]
                    .map(|name| (name, KEY)),
            )
            .output()
            .unwrap();
        let (out, err) = texts(&output);
        assert!(output.status.success(), "{err}");
        out
    };
    let out = test("openrouter:qwen/qwen3-8b?effort=none&seed=3", "openrouter_text");
    for words in [
        "served by  qwen/qwen3-8b at DeepInfra",
        "$0.003100, as the provider reports it",
        "none: NOT honoured; 128 reasoning tokens",
        "seed       3: accepted",
    ] {
        assert!(out.contains(words), "`{words}` is missing in:\n{out}");
    }
    let out = test("anthropic:claude-opus-4-5?effort=4096", "anthropic_thinking");
    // 144 fresh at 5, 256 cached at 0.5 and 180 out at 25, each per million.
    for words in
        ["$0.005348, estimated", "of 2025-11-24", "4096: honoured", "summary, 17 characters"]
    {
        assert!(out.contains(words), "`{words}` is missing in:\n{out}");
    }
    let out = test("openai:gpt-4.1?temperature=0", "openai_chat");
    assert!(out.contains("warning    asked `gpt-4.1`, `gpt-5-mini-2025-08-07` replied"), "{out}");
    assert!(out.contains("the registry has no price"), "{out}");
}

#[test]
fn known_models_are_listed_and_shown_and_own_ones_win() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("own.toml"),
        "[[model]]\nname = 'gpt-5-mini'\nvendor = 'Mine'\n\n[[model]]\nname = 'house-7b'\nsize_b = 7.0\n",
    )
    .unwrap();
    let (out, _) =
        succeeds(folder.path(), &["models", "list", "--format", "json", "--registry", "own.toml"]);
    let list: Value = serde_json::from_str(&out).unwrap();
    let find = |name: &str| {
        let rows = list.as_array().unwrap().iter().filter(|row| row["name"] == name);
        let rows: Vec<&Value> = rows.collect();
        assert_eq!(rows.len(), 1, "{name}");
        rows[0].clone()
    };
    assert_eq!(find("gpt-5-mini")["vendor"], "Mine");
    assert_eq!(find("house-7b")["family"], Value::Null);
    assert_eq!(find("qwen3-0.6b")["size_b"], 0.6);
    let (csv, _) = succeeds(folder.path(), &["models", "list", "--format", "csv"]);
    assert!(csv.starts_with("name,family,vendor,open,size_b,context,reasoning,levels,"), "{csv}");
    let (table, _) = succeeds(folder.path(), &["models", "list"]);
    assert!(table.contains("claude-opus-4.5") && table.contains("2025-11-24"), "{table}");
    let (shown, _) = succeeds(folder.path(), &["models", "show", "Qwen/Qwen3-0.6B_True"]);
    assert!(
        shown.contains("name = \"qwen3-0.6b\"") && shown.contains("# price unknown"),
        "{shown}"
    );
    assert!(shown.contains("# effort by vllm: none, default, a budget of"), "{shown}");
    let said = scripted::fails(folder.path(), 3, &["models", "show", "gpt-99"]);
    assert!(said.contains("gpt-5-nano"), "{said}");
    std::fs::write(folder.path().join("own.toml"), "[[model]]\nnmae = 'x'\n").unwrap();
    let said = scripted::fails(folder.path(), 3, &["models", "list", "--registry", "own.toml"]);
    assert!(said.contains("own.toml") && said.contains("nmae"), "{said}");
}

#[test]
fn a_run_keeps_what_it_knew_of_its_models() {
    let folder = tempfile::tempdir().unwrap();
    let server = Recorded::start(&recorded("vllm_no_thinking"));
    let spec = server.spec("http#house-7b?effort=none");
    let entry = |temperature: f64| {
        let text = format!(
            "[[model]]\nname = 'house-7b'\nvendor = 'House'\nsampling = {{ temperature = {temperature:?} }}\nreasoning = {{ switch = 'never' }}\n"
        );
        std::fs::write(folder.path().join("own.toml"), text).unwrap();
    };
    let args = [
        "run",
        "--limit",
        "1",
        "--yes",
        "--out",
        "run",
        "--registry",
        "own.toml",
        "--reference",
        &spec,
        "--predictor",
        "sim:reader",
    ];
    entry(0.25);
    succeeds(folder.path(), &args);
    let asked = server.asked().len();
    assert!(server.asked()[0].body.contains(r#""temperature":0.25"#));
    entry(0.75);
    let (_, err) = succeeds(folder.path(), &args);
    assert_eq!(server.asked().len(), asked, "nothing is paid for twice");
    assert!(err.contains("is not heeded"), "{err}");
    let models: Vec<ModelRow> = read(&folder.path().join("run/models.parquet")).unwrap();
    let model = models.iter().find(|model| model.provider == "http").unwrap();
    assert_eq!((model.family.as_deref(), model.temperature), (Some("house"), Some(0.25)));
}
