//! `foretell ledger`: looking in, bringing together, taking out.

mod scripted;

use scripted::{Server, answers, completion, fails, reply, succeeds, tables};
use serde_json::Value;
use std::time::Duration;

fn study<'a>(model: &'a str, out: &'a str) -> Vec<&'a str> {
    let pairs = ["run", "--pairs", "moral_machines", "--scenarios", "3000", "--limit", "20"];
    let models = ["--reference", model, "--predictor", "sim:reader", "--yes", "--out", out];
    [&pairs[..], &models].concat()
}

#[test]
fn a_ledger_is_listed_shown_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(answers, Duration::ZERO);
    succeeds(folder, &study(&server.model(), "run"));
    let asked = server.answered();
    let (out, err) = succeeds(folder, &["ledger", "ls", "run"]);
    assert!(out.contains("chat completions") && out.contains("scripted"), "{out}");
    assert!(err.contains("kB in run/ledger.sqlite"), "{err}");
    let (out, _) = succeeds(folder, &["ledger", "ls", "run", "--format", "json"]);
    let groups: Value = serde_json::from_str(&out).unwrap();
    let paid =
        groups.as_array().unwrap().iter().find(|group| group["model"] == "scripted").unwrap();
    assert_eq!((&paid["requests"], &paid["status"]), (&asked.into(), &"reply".into()));
    assert!((paid["cost_usd"].as_f64().unwrap() - 0.001 * asked as f64).abs() < 1e-9);
    let (out, _) = succeeds(folder, &["ledger", "ls", "run", "--format", "csv"]);
    assert!(out.starts_with("api,model,status,requests,attempts,cost_usd"), "{out}");

    succeeds(folder, &["ledger", "export", "run", "--out", "all.jsonl"]);
    let text = std::fs::read_to_string(folder.join("all.jsonl")).unwrap();
    let (out, _) = succeeds(folder, &["ledger", "export", "run/ledger.sqlite"]);
    assert_eq!(out, text);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() as u64 > asked);
    let keys: Vec<&str> = lines.iter().map(|line| line["key"].as_str().unwrap()).collect();
    assert!(keys.is_sorted());
    let err = fails(folder, 3, &["ledger", "export", "run", "--out", "all.jsonl"]);
    assert!(err.contains("is there already"), "{err}");

    let (out, _) = succeeds(folder, &["ledger", "show", "run", &keys[3][..12]]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), lines[3]);
    let err = fails(folder, 3, &["ledger", "show", "run", ""]);
    assert!(err.contains("several requests"), "{err}");
    for key in ["no-key", &"0".repeat(33), "ffffffffffff"] {
        let err = fails(folder, 3, &["ledger", "show", "run", key]);
        assert!(err.contains("no request has the key"), "{err}");
    }
    let err = fails(folder, 3, &["ledger", "ls", "absent.sqlite"]);
    assert!(err.contains("there is no ledger"), "{err}");
}

#[test]
fn what_no_run_needs_is_counted_and_then_taken_out() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // The first try at every fourth request brings nothing.
    let server = Server::start(
        |number, body| {
            let text = completion(&reply(body));
            let empty = r#"{"choices":[{"message":{"content":null}}],"usage":{"cost":0.5}}"#;
            let status = axum::http::StatusCode::OK;
            (status, if number % 4 == 0 { empty.to_owned() } else { text })
        },
        Duration::ZERO,
    );
    let model = server.model();
    let run = |out: &str, limit: &str| {
        let pairs = ["run", "--pairs", "moral_machines", "--scenarios", "3000", "--limit", limit];
        let models = ["--reference", &model, "--predictor", "sim:reader", "--yes", "--out", out];
        let ledger = ["--first-wait-ms", "1", "--ledger", "shared.sqlite"];
        succeeds(folder, &[&pairs[..], &models, &ledger].concat());
    };
    run("less", "20");
    run("more", "40");
    let (before, _) = succeeds(folder, &["ledger", "ls", "shared.sqlite", "--format", "json"]);

    let gc = ["ledger", "gc", "shared.sqlite", "--superseded", "--unused", "less"];
    let (counted, err) = succeeds(folder, &gc);
    assert!(err.contains("nothing was changed"), "{err}");
    let (after, _) = succeeds(folder, &["ledger", "ls", "shared.sqlite", "--format", "json"]);
    assert_eq!(before, after);
    let whole = tables(&folder.join("less"));
    let (out, _) = succeeds(folder, &[&gc[..], &["--delete"]].concat());
    assert_eq!(out, counted);
    assert!(!out.starts_with("0 requests") && out.contains("had cost $"), "{out}");
    let (out, _) = succeeds(folder, &gc);
    assert!(out.starts_with("0 requests and 0 attempts"), "{out}");
    // A request whose first attempt was taken out is still one.
    let json = |args: &[&str]| -> Value {
        serde_json::from_str(&succeeds(folder, &[args, &["--format", "json"]].concat()).0).unwrap()
    };
    let groups = json(&["ledger", "ls", "shared.sqlite"]);
    let held = |group: &Value| group["requests"].as_u64().unwrap();
    let held: u64 = groups.as_array().unwrap().iter().map(held).sum();
    assert_eq!(json(&["cost", "less"])["total"]["requests"], held);
    let asked = server.answered();
    run("less", "20");
    assert_eq!(server.answered(), asked, "what the run needs is still there");
    assert!(whole == tables(&folder.join("less")));
    let err = fails(folder, 2, &["ledger", "gc", "shared.sqlite"]);
    assert!(err.contains("--superseded"), "{err}");
}

#[test]
fn a_run_that_is_not_complete_is_no_witness() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(answers, Duration::ZERO);
    succeeds(folder, &study(&server.model(), "run"));
    let manifest = folder.join("run/run.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("complete = true", "complete = false")).unwrap();
    let err = fails(folder, 3, &["ledger", "gc", "run", "--unused", "run"]);
    assert!(err.contains("is not complete"), "{err}");
    std::fs::write(&manifest, text).unwrap();
    succeeds(folder, &study(&server.model(), "other"));
    // Named by mistake: nothing of `run` would be left.
    let err = fails(folder, 3, &["ledger", "gc", "run", "--unused", "other", "--delete"]);
    assert!(err.contains("other has its replies in other/ledger.sqlite, not in run/"), "{err}");
    let (out, _) = succeeds(folder, &["ledger", "gc", "run/ledger.sqlite", "--unused", "run"]);
    assert!(out.starts_with("0 requests"), "{out}");
    let err = fails(folder, 3, &["ledger", "merge", "run", "run"]);
    assert!(err.contains("is the ledger that grows"), "{err}");
}
