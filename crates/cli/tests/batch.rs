//! A study through batches: the same tables as by live requests, whatever happens to files and replies.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use rusqlite::Connection;
use scripted::batches::{BatchServer, reply, start, study, with_keys};
use scripted::{fails, tables};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The files in the folder of batches whose names end so.
fn files(folder: &Path, ending: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder.join("batched/batch"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(ending) && !name.starts_with("batches."))
        .map(|name| format!("batched/batch/{name}"))
        .collect();
    names.sort();
    names
}

/// Everything that the ledger holds, but for times.
fn ledger(run: &Path) -> Vec<String> {
    let ledger = Connection::open(run.join("ledger.sqlite")).unwrap();
    let mut query = ledger
        .prepare(
            "SELECT hex(a.key) || a.n || coalesce(a.status, '-') || coalesce(a.failure, '-')
                 || coalesce(a.raw, '-') || coalesce(r.n, '-')
             FROM attempts a LEFT JOIN replies r ON r.key = a.key ORDER BY a.key, a.n",
        )
        .unwrap();
    query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_study_through_hosted_batches_gives_the_tables_of_live_requests() {
    for (provider, options) in
        [("openai", ""), ("openai", "&api=responses"), ("anthropic", ""), ("openrouter", "")]
    {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let server = BatchServer::start();
        let model = server.model(provider, options);
        with_keys(folder, 0, &[&study(&model, "live")[..], &["--yes"]].concat());
        let live = server.live();
        assert!(live > 60, "{provider}: {live}");

        start(folder, &model, "batched");
        for stage in ["answers", "predictions"] {
            let (_, err) =
                with_keys(folder, 0, &["batch", "export", "batched", "--max-requests", "25"]);
            assert!(err.contains(&format!("stage: {stage}")), "{err}");
            let refused = with_keys(folder, 2, &["batch", "submit", "batched"]).1;
            assert!(refused.contains("consent"), "{refused}");
            with_keys(folder, 0, &["batch", "submit", "batched", "--yes"]);
            let (out, _) = with_keys(folder, 0, &["batch", "status", "batched"]);
            assert!(out.contains("on its way"), "{out}");
            // What is on its way is not asked a second time.
            let (out, err) = with_keys(folder, 0, &["batch", "export", "batched"]);
            assert!(out.is_empty() && err.contains("on their way"), "{out}{err}");
            let (out, _) = with_keys(folder, 0, &["batch", "fetch", "batched"]);
            assert!(out.contains("replies.jsonl"), "{out}");
            let replies: Vec<String> = files(folder, ".replies.jsonl")
                .into_iter()
                .filter(|name| name.contains(stage))
                .collect();
            assert!(replies.len() > 1, "{replies:?}");
            let replies: Vec<&str> = replies.iter().rev().map(String::as_str).collect();
            let import = [&["batch", "import", "batched"][..], &replies].concat();
            with_keys(folder, 0, &import);
            let before = ledger(&folder.join("batched"));
            with_keys(folder, 0, &import);
            assert_eq!(ledger(&folder.join("batched")), before, "{provider}: twice is once");
        }
        let (_, err) = with_keys(folder, 0, &["batch", "export", "batched"]);
        assert!(err.contains("lacks nothing"), "{err}");
        with_keys(folder, 0, &study(&model, "batched"));
        assert_eq!(server.live(), live, "{provider}: nothing more is asked live");
        let (one, other) = (tables(&folder.join("live")), tables(&folder.join("batched")));
        let names = |tables: &[(String, Vec<u8>)]| -> Vec<String> {
            tables.iter().map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&one), names(&other));
        for ((name, one), (_, other)) in one.iter().zip(&other) {
            assert!(one == other, "{provider}{options}: {name} differs");
        }
    }
}

/// A reply of vLLM's to a line of requests.
fn vllm_line(request: &str) -> Value {
    let request: Value = serde_json::from_str(request).unwrap();
    json!({"id": "vllm-1", "custom_id": request["custom_id"], "error": null,
        "response": {"status_code": 200, "request_id": "vllm-batch-1", "body": reply("http", &request["body"])}})
}

fn written(folder: &Path, name: &str, lines: &[String]) -> String {
    std::fs::write(folder.join(name), lines.join("\n")).unwrap();
    name.to_owned()
}

/// The requests of all files that were exported.
fn requests(folder: &Path) -> Vec<String> {
    let read = |name: &String| std::fs::read_to_string(folder.join(name)).unwrap();
    files(folder, ".jsonl")
        .iter()
        .flat_map(|name| read(name).lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

#[test]
fn lines_of_every_kind_are_counted_and_named_and_change_only_what_they_should() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = format!("{}/openai/v1#scripted", server.address);
    with_keys(folder, 0, &[&study(&model, "live")[..], &["--yes"]].concat());
    start(folder, &model, "batched");
    let (out, err) = with_keys(folder, 0, &["batch", "export", "batched", "--max-requests", "10"]);
    assert!(err.contains("vllm run-batch"), "{err}");
    let (exported, asked) = (files(folder, ".jsonl"), requests(folder));
    assert_eq!(out.lines().count(), exported.len());
    assert!(exported.len() > 3 && exported.len() == asked.len().div_ceil(10), "{exported:?}");

    let whole: Vec<String> = asked.iter().map(|line| vllm_line(line).to_string()).collect();
    let id = |at: usize| serde_json::from_str::<Value>(&asked[at]).unwrap()["custom_id"].clone();
    let mut first = whole.clone();
    // Six requests meet a fate of their own, and the replies come from the end.
    first[0] = String::new();
    first[1] = first[1][..60].to_owned();
    first[2] = json!({"custom_id": id(2), "response": null,
        "error": {"code": "batch_expired", "message": "too late"}})
    .to_string();
    first[3] = json!({"custom_id": id(3), "error": null, "response": {"status_code": 400, "body":
        {"error": {"code": "context_length_exceeded", "message": "too long"}}}})
    .to_string();
    first[4] = json!({"custom_id": id(4), "error": null, "response": {"status_code": 200, "body":
        {"choices": [{"message": {"content": null}}], "usage": {"cost": 0.002}}}})
    .to_string();
    first[5] = json!({"custom_id": id(5), "response": null,
        "error": {"code": "batch_cancelled", "message": "called off"}})
    .to_string();
    first.push(whole[6].replace(id(6).as_str().unwrap(), "not-ours"));
    first.push(whole[6].replace(id(6).as_str().unwrap(), "00000000000000000000000000000000"));
    first.push(whole[7].clone());
    first.reverse();
    let file = written(folder, "first.jsonl", &first);
    let import = ["batch", "import", "batched", file.as_str()];
    let (out, err) = with_keys(folder, 5, &import);
    let replies = asked.len() - 6;
    assert!(out.contains(&format!("{replies} replies came")), "{out}");
    for said in [
        "1 line beside the one",
        "1 failed for good",
        "1 failed in a way that says nothing",
        "1 expired",
        "1 called off",
        "1 not a reply",
        "`not-ours` is not the key",
        "1 a reply to a request that this run does not make",
        "the ledger lacks 5 answers",
        "first.jsonl:",
    ] {
        assert!(err.contains(said), "{said}: {err}");
    }
    // The null content may have been paid for: it is kept once, and does not end its request.
    let before = ledger(&folder.join("batched"));
    assert_eq!(before.len(), asked.len() - 4);
    let (out, _) = with_keys(folder, 5, &import);
    assert!(out.contains("0 replies came"), "{out}");
    assert_eq!(ledger(&folder.join("batched")), before);

    // Another reply never takes the place of one that is there; that of a failure it does.
    let other: Vec<String> = whole
        .iter()
        .map(|line| line.replace("Because of the numbers", "Because of the lights"))
        .collect();
    let file = written(folder, "other.jsonl", &other[10..]);
    with_keys(folder, 0, &["batch", "import", "batched", &file]);
    assert_eq!(ledger(&folder.join("batched")), before);
    let file = written(folder, "rest.jsonl", &whole[..8]);
    let (out, err) = with_keys(folder, 0, &["batch", "import", "batched", &file]);
    assert!(out.contains("6 replies came") && out.contains("2 requests had ended"), "{out}");
    assert!(err.contains("predictions"), "{err}");

    // The second stage, and the tables of the live run.
    with_keys(folder, 0, &["batch", "export", "batched"]);
    let lines: Vec<String> = files(folder, ".jsonl")
        .iter()
        .filter(|name| name.contains("predictions"))
        .flat_map(|name| {
            let text = std::fs::read_to_string(folder.join(name)).unwrap();
            text.lines().map(|line| vllm_line(line).to_string()).collect::<Vec<_>>()
        })
        .collect();
    let file = written(folder, "predictions.jsonl", &lines);
    with_keys(folder, 0, &["batch", "import", "batched", &file]);
    with_keys(folder, 0, &study(&model, "batched"));
    assert!(tables(&folder.join("live")) == tables(&folder.join("batched")));
}

#[test]
fn a_batch_whose_answer_was_lost_is_found_and_not_created_twice() {
    for provider in ["openai", "anthropic", "openrouter"] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let server = BatchServer::start();
        start(folder, &server.model(provider, ""), "batched");
        with_keys(folder, 0, &["batch", "export", "batched"]);
        server.held.lock().unwrap().lose_answer = true;
        let (_, err) = with_keys(folder, 4, &["batch", "submit", "batched", "--yes"]);
        assert!(err.contains("no answer says whether"), "{provider}: {err}");
        let (out, _) = with_keys(folder, 0, &["batch", "status", "batched"]);
        assert!(out.contains("perhaps handed over"), "{out}");
        let (out, _) = with_keys(folder, 0, &["batch", "submit", "batched", "--yes"]);
        assert!(out.contains("had been created"), "{provider}: {out}");
        assert_eq!(server.held.lock().unwrap().batches.len(), 1, "{provider}");
    }
}

#[test]
fn a_batch_that_is_rejected_can_be_exported_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    start(folder, &server.model("openai", ""), "batched");
    with_keys(folder, 0, &["batch", "export", "batched"]);
    server.held.lock().unwrap().reject = true;
    let (_, err) = with_keys(folder, 4, &["batch", "submit", "batched", "--yes"]);
    assert!(err.contains("rejected: line 1: no such model"), "{err}");
    let (out, _) = with_keys(folder, 0, &["batch", "export", "batched"]);
    assert!(out.contains("answers-scripted-0002.jsonl"), "{out}");
    let list = std::fs::read_to_string(folder.join("batched/batch/batches.json")).unwrap();
    assert!(list.contains("rejected") && !list.contains("of-this-test"), "{list}");
}

#[test]
fn what_cannot_be_exported_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    start(folder, &server.model("anthropic", ""), "batched");
    let err = fails(folder, 3, &["batch", "export", "batched", "--provider", "vllm"]);
    assert!(err.contains("is asked at `anthropic`, not by batches of `vllm`"), "{err}");
    let err = fails(folder, 3, &["batch", "export", "batched", "--model", "other"]);
    assert!(err.contains("no model `other`") && err.contains("`scripted`"), "{err}");
    let err = fails(folder, 3, &["batch", "export", "nowhere"]);
    assert!(err.contains("there is no run here"), "{err}");
    let err = fails(folder, 3, &["batch", "import", "batched", "absent.jsonl"]);
    assert!(err.contains("absent.jsonl"), "{err}");
    let err = fails(folder, 4, &["batch", "submit", "batched"]);
    assert!(err.contains("ANTHROPIC_API_KEY"), "{err}");
    let missing: Vec<PathBuf> = vec![folder.join("batched/batch/batches.json")];
    assert!(missing.iter().all(|path| !path.exists()), "a refused export leaves nothing");
}

/// Exports, hands over and fetches, and gives the files of replies of a stage.
fn by_batch(folder: &Path, stage: &str) -> Vec<String> {
    let (_, err) = with_keys(folder, 0, &["batch", "export", "batched"]);
    assert!(err.contains(&format!("stage: {stage}")), "{err}");
    with_keys(folder, 0, &["batch", "submit", "batched", "--yes"]);
    with_keys(folder, 0, &["batch", "status", "batched"]);
    with_keys(folder, 0, &["batch", "fetch", "batched"]);
    let replies = files(folder, ".replies.jsonl").into_iter();
    replies.filter(|name| name.contains(&format!("/{stage}-"))).collect()
}

#[track_caller]
fn import(folder: &Path, status: i32, replies: &[String]) -> (String, String) {
    let replies: Vec<&str> = replies.iter().map(String::as_str).collect();
    with_keys(folder, status, &[&["batch", "import", "batched"][..], &replies].concat())
}

#[test]
fn a_run_that_grew_while_its_predictions_were_on_their_way_pays_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("openai", "");
    start(folder, &model, "batched");
    import(folder, 0, &by_batch(folder, "answers"));
    let predictions = by_batch(folder, "predictions");

    let more = study(&model, "batched").into_iter();
    let more: Vec<&str> = more.map(|arg| if arg == "30" { "40" } else { arg }).collect();
    with_keys(folder, 2, &more);
    let (_, err) = import(folder, 5, &predictions);
    assert!(err.contains("import it again once"), "{err}");
    let (out, _) = with_keys(folder, 0, &["batch", "status", "batched"]);
    assert!(out.contains("fetched, to be imported"), "{out}");

    let answers = by_batch(folder, "answers");
    import(folder, 0, &answers);
    // What was fetched is not asked again beside what is new.
    let rest = by_batch(folder, "predictions");
    import(folder, 0, &rest);
    let (out, _) = with_keys(folder, 0, &["batch", "status", "batched"]);
    assert!(!out.contains("fetched, to be imported"), "{out}");
    let mut ids = server.requests();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(all, ids.len(), "no request is paid for twice");
    with_keys(folder, 0, &more);
    assert_eq!(server.live(), 0);
}

#[test]
fn what_is_on_its_way_is_not_asked_live_and_what_was_asked_live_is_not_handed_over() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("openai", "");
    let live = [&study(&model, "batched")[..], &["--yes"]].concat();
    start(folder, &model, "batched");
    with_keys(folder, 0, &["batch", "export", "batched", "--max-requests", "25"]);
    // Of two files, one is handed over.
    let list = folder.join("batched/batch/batches.json");
    let text = std::fs::read_to_string(&list).unwrap();
    let mut held: Value = serde_json::from_str(&text).unwrap();
    let second = held["files"].as_array_mut().unwrap().pop().unwrap();
    std::fs::write(&list, held.to_string()).unwrap();
    with_keys(folder, 0, &["batch", "submit", "batched", "--yes"]);
    let text = std::fs::read_to_string(&list).unwrap();
    let mut held: Value = serde_json::from_str(&text).unwrap();
    held["files"].as_array_mut().unwrap().push(second.clone());
    std::fs::write(&list, held.to_string()).unwrap();

    let on_their_way = server.requests().len() as u64;
    let left = second["requests"].as_u64().unwrap();
    let plan = [&study(&model, "batched")[..], &["--plan", "--format", "json"]].concat();
    let (out, _) = with_keys(folder, 0, &plan);
    let planned: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(planned["rows"][0]["requests"], left, "{planned}");
    let (_, err) = with_keys(folder, 5, &live);
    assert!(err.contains(&format!("{on_their_way} requests for answers not asked")), "{err}");
    assert!(err.contains("foretell batch status batched"), "{err}");
    assert_eq!(server.live(), left);
    let (_, err) = with_keys(folder, 4, &["batch", "submit", "batched", "--yes"]);
    assert!(err.contains("were asked since it was written"), "{err}");
    assert_eq!(server.requests().len() as u64, on_their_way);

    with_keys(folder, 0, &["batch", "status", "batched"]);
    with_keys(folder, 0, &["batch", "fetch", "batched"]);
    import(folder, 0, &files(folder, ".replies.jsonl"));
    with_keys(folder, 0, &live);
}

#[test]
fn a_run_remembers_batch_files_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("anthropic", "&price_in=1&price_out=2&max_tokens=100");
    start(folder, &model, "batched");
    with_keys(folder, 0, &["batch", "export", "batched", "--out", "there"]);
    // Two files of the same requests, one in each folder: one of them is handed over.
    with_keys(folder, 0, &["batch", "export", "batched"]);
    with_keys(folder, 0, &["batch", "submit", "batched", "--dir", "there", "--yes"]);
    let asked = server.requests().len();
    let (_, err) = with_keys(folder, 4, &["batch", "submit", "batched", "--yes"]);
    assert!(err.contains("were asked since it was written"), "{err}");
    assert_eq!(server.requests().len(), asked);
    let (out, err) = with_keys(folder, 0, &["batch", "export", "batched"]);
    assert!(out.is_empty() && err.contains("on their way"), "{out}{err}");
    // Without `--dir`, a live command knows of them, and so does a budget.
    let budget = [&study(&model, "batched")[..], &["--yes", "--budget", "0.000001"]].concat();
    let (_, err) = with_keys(folder, 5, &budget);
    assert!(err.contains("in batches on their way") && err.contains("--dir"), "{err}");
    assert!(!err.contains("foretell batch status batched\n"), "its own folder has none: {err}");
    assert!(err.contains("go on with:\n  foretell run --pairs"), "{err}");
    assert_eq!(server.live(), 0);

    with_keys(folder, 0, &["batch", "status", "batched", "--dir", "there"]);
    with_keys(folder, 0, &["batch", "fetch", "batched", "--dir", "there"]);
    let replies = std::fs::read_dir(folder.join("there")).unwrap();
    let names = replies.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let replies: Vec<String> = names
        .filter(|name| name.ends_with(".replies.jsonl"))
        .map(|name| format!("there/{name}"))
        .collect();
    let replies: Vec<&str> = replies.iter().map(String::as_str).collect();
    let import = [&["batch", "import", "batched", "--dir", "there"][..], &replies].concat();
    let (_, err) = with_keys(folder, 0, &import);
    assert!(err.contains("foretell batch export batched --out there"), "{err}");
    let (_, err) = with_keys(folder, 0, &["cost", "batched"]);
    assert!(err.contains(&format!("half the price for {asked} of them")), "{err}");
}

#[test]
fn no_server_error_says_that_a_batch_was_not_created() {
    for status in [408, 500, 503, 520, 529] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let server = BatchServer::start();
        start(folder, &server.model("anthropic", ""), "batched");
        with_keys(folder, 0, &["batch", "export", "batched"]);
        {
            let mut held = server.held.lock().unwrap();
            (held.lose_answer, held.lost_status) = (true, Some(status));
        }
        let (_, err) = with_keys(folder, 4, &["batch", "submit", "batched", "--yes"]);
        assert!(err.contains("no answer says whether"), "{status}: {err}");
        let (out, _) = with_keys(folder, 0, &["batch", "submit", "batched", "--yes"]);
        assert!(out.contains("had been created"), "{status}: {out}");
        assert_eq!(server.held.lock().unwrap().batches.len(), 1, "{status}");
    }
}

#[test]
fn what_a_batch_did_not_bring_is_paid_for_in_full() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("anthropic", "&price_in=1&price_out=2&max_tokens=100");
    start(folder, &model, "batched");
    let replies = by_batch(folder, "answers");
    let path = folder.join(&replies[0]);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines = text.lines().enumerate().map(|(number, line)| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        if number % 3 == 0 {
            line["result"] = json!({"type": "expired"});
        }
        format!("{line}\n")
    });
    std::fs::write(&path, lines.collect::<String>()).unwrap();
    import(folder, 5, &replies);
    let live = [&study(&model, "batched")[..], &["--yes"]].concat();
    with_keys(folder, 0, &live);
    let asked = text.lines().count();
    let brought = asked - asked.div_ceil(3);
    let (_, err) = with_keys(folder, 0, &["cost", "batched"]);
    assert!(err.contains(&format!("half the price for {brought} of them")), "{err}");
    let by_stage = ["cost", "batched", "--by", "stage", "--format", "json"];
    let (out, _) = with_keys(folder, 0, &by_stage);
    let costs: Value = serde_json::from_str(&out).unwrap();
    let row =
        |stage: &str| costs["rows"].as_array().unwrap().iter().find(|row| row["stage"] == stage);
    let answers = row("answers").unwrap();
    assert_eq!(answers["requests"], asked, "{costs}");
    let usd = |row: &Value| {
        let tokens = |kind: &str| row[kind].as_f64().unwrap();
        (tokens("input_tokens") + 2.0 * tokens("output_tokens")) / 1e6
    };
    let paid = answers["computed_usd"].as_f64().unwrap();
    assert!(paid > usd(answers) * 0.5 && paid < usd(answers) * 0.8, "{costs}");
    let predictions = row("predictions").unwrap();
    let paid = predictions["computed_usd"].as_f64().unwrap();
    assert!((paid - usd(predictions)).abs() < 1e-9, "all of them were asked live: {costs}");
}
