//! Money: what a plan says holds, a budget is never exceeded, costs are told apart.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use foretell_core::Outcome;
use foretell_tables::{AnswerRow, PredictionRow, read};
use rusqlite::Connection;
use scripted::faulty::{Act, FaultyServer, Heard};
use scripted::{Server, answers, completion, fails, foretell, reply, shared, succeeds};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// Enough scenarios that there are as many pairs as the limits here.
const PAIRS: [&str; 4] = ["--pairs", "moral_machines", "--scenarios", "3000"];

fn command<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    [&["run"][..], &PAIRS, rest].concat()
}

#[track_caller]
fn plan(folder: &Path, rest: &[&str]) -> Value {
    let args = [&command(rest)[..], &["--plan", "--format", "json"]].concat();
    let (out, _) = succeeds(folder, &args);
    serde_json::from_str(&out).unwrap()
}

/// Sum of a column over the rows of a stage.
fn sum(table: &Value, stage: &str, column: &str) -> u64 {
    let rows = table["rows"].as_array().unwrap().iter().filter(|row| row["stage"] == stage);
    rows.map(|row| row[column].as_u64().unwrap()).sum()
}

fn cost(folder: &Path, run: &str, by: &str) -> Value {
    let (out, _) = succeeds(folder, &["cost", run, "--by", by, "--format", "json"]);
    serde_json::from_str(&out).unwrap()
}

fn count(run: &Path, query: &str) -> u64 {
    let ledger = Connection::open(run.join("ledger.sqlite")).unwrap();
    ledger.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap() as u64
}

#[test]
fn a_plan_of_simulated_models_holds() {
    let folder = tempfile::tempdir().unwrap();
    let models = [
        "--reference",
        "sim:reference?rule=5&faithfulness=1",
        "--reference",
        "sim:reference?rule=2&faithfulness=0",
        "--predictor",
        "sim:reader",
        "--predictor",
        "sim:oracle",
        "--limit",
        "80",
        "--out",
        "run",
    ];
    let arms = |arms: &[&'static str]| -> Vec<&'static str> {
        [&models[..], &arms.iter().flat_map(|arm| ["--arm", *arm]).collect::<Vec<_>>()].concat()
    };
    let first = arms(&["without", "shuffled"]);
    let planned = plan(folder.path(), &first);
    assert!(!folder.path().join("run").exists(), "a plan writes nothing");
    let (out, _) = succeeds(folder.path(), &[&command(&first)[..], &["--plan"]].concat());
    assert!(out.contains("at most ") && out.contains("none of which costs money"), "{out}");
    succeeds(folder.path(), &command(&first));
    let sent = cost(folder.path(), "run", "stage");
    assert_eq!(sum(&sent, "answers", "requests"), sum(&planned, "answers", "requests"));
    let (guesses, most) =
        (sum(&sent, "predictions", "requests"), sum(&planned, "predictions", "requests"));
    assert!(guesses > 0 && guesses <= most, "{guesses} of at most {most}");
    // What shows but the answer is the same for references that gave the same one.
    let without = planned["rows"].as_array().unwrap().iter().find(|row| row["arm"] == "without");
    assert!(without.unwrap()["requests"].as_u64().unwrap() <= 2 * 80);

    // Once the answers are there, nothing is "at most".
    let second = arms(&["without", "shuffled", "with", "blind"]);
    let planned = plan(folder.path(), &second);
    let rows = planned["rows"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["at_most"] == false), "{planned}");
    assert_eq!(sum(&planned, "answers", "requests"), 0);
    let new = sum(&planned, "predictions", "requests");
    let before = count(&folder.path().join("run"), "SELECT count(*) FROM requests");
    succeeds(folder.path(), &command(&second));
    let after = count(&folder.path().join("run"), "SELECT count(*) FROM requests");
    assert_eq!(after - before, new);
    assert_eq!(sum(&plan(folder.path(), &second), "predictions", "requests"), 0);
    // Another reference makes what it adds uncertain, and nothing else.
    let third = [&second[..], &["--reference", "sim:reference?rule=1"]].concat();
    let planned = plan(folder.path(), &third);
    let before = count(&folder.path().join("run"), "SELECT count(*) FROM requests");
    succeeds(folder.path(), &command(&third));
    let after = count(&folder.path().join("run"), "SELECT count(*) FROM requests");
    let most = sum(&planned, "answers", "requests") + sum(&planned, "predictions", "requests");
    assert!(after - before <= most, "{} of at most {most}", after - before);
}

#[test]
fn a_plan_needs_no_key_and_no_server_and_says_what_it_is_from() {
    let folder = tempfile::tempdir().unwrap();
    let models = [
        "--limit",
        "50",
        "--reference",
        "openai:gpt-5-mini?effort=low",
        "--reference",
        "vllm:Qwen/Qwen3-8B?effort=none",
        "--predictor",
        "http://127.0.0.1:9/v1#own",
    ];
    let args = [&command(&models)[..], &["--plan"]].concat();
    let output = foretell(folder.path())
        .args(&args)
        .env_remove("OPENAI_API_KEY")
        .env("PATH", "")
        .output()
        .unwrap();
    let (out, err) = scripted::texts(&output);
    assert!(output.status.success(), "{err}");
    for words in [
        "gpt-5-mini",
        "(by batch $",
        "unknown",
        "whose price is not known",
        "documented ranges",
        "price_in=",
        "at these limits",
    ] {
        assert!(out.contains(words), "`{words}` is missing in: {out}");
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing is written");
    let planned = plan(folder.path(), &models);
    let rows = planned["rows"].as_array().unwrap();
    assert!(rows[0]["price"].as_str().unwrap().starts_with("registry, 20"), "{planned}");
    assert_eq!(rows[0]["input_measured"], 0);
    assert!(rows[0]["usd_low"].as_f64().unwrap() < rows[0]["usd_high"].as_f64().unwrap());
    assert!(
        (rows[0]["batch_usd_high"].as_f64().unwrap() * 2.0 - rows[0]["usd_high"].as_f64().unwrap())
            .abs()
            < 1e-9
    );
    assert_eq!(rows[1]["price"], "none by the token");
    assert_eq!((&rows[2]["usd_low"], &rows[2]["price"]), (&Value::Null, &json!("unknown")));
    let (csv, _) = succeeds(folder.path(), &[&args[..], &["--format", "csv"]].concat());
    assert_eq!(csv.lines().count(), 1 + rows.len());
    assert!(csv.starts_with("model,stage,arm,requests,at_most,input_tokens_low"), "{csv}");
}

#[test]
fn a_plan_measures_on_the_replies_of_its_run_and_a_little_needs_no_consent() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answers, Duration::ZERO);
    let model = format!("{}?price_in=1&price_out=2&max_tokens=100", server.model());
    let args = ["--reference", &model, "--predictor", "sim:reader", "--out", "run"];
    let with = |rest: &[&'static str]| [&args[..], rest].concat();
    let (_, err) = succeeds(folder.path(), &command(&with(&["--limit", "20"])));
    assert!(err.contains("sent without asking: at most $0.1"), "{err}");
    assert!(err.contains("scripted answers: ") && err.contains(", $0.0"), "{err}");
    let said = fails(folder.path(), 2, &command(&with(&["--limit", "40", "--confirm-above", "0"])));
    assert!(said.contains("measured on replies of this run") && said.contains("--yes"), "{said}");
    let planned = plan(folder.path(), &with(&["--limit", "40"]));
    let row = &planned["rows"][0];
    let requests = row["requests"].as_u64().unwrap();
    assert!(requests > 0 && row["input_measured"].as_u64().unwrap() >= 20, "{planned}");
    // The server counts 5 tokens to every reply.
    assert_eq!(row["output_tokens_low"].as_u64().unwrap(), 5 * requests);
    assert_eq!(row["output_tokens_high"].as_u64().unwrap(), 5 * requests);
}

/// Dollars per million tokens, and the longest reply, of the models below.
const OPTIONS: &str = "price_in=1&price_out=10&max_tokens=200";

/// The most that a request may cost by these.
fn worst(body: &Value) -> f64 {
    (body.to_string().len() as f64 + 10.0 * 200.0) / 1e6
}

/// Every reply costs the most that it may.
fn costs_the_most(heard: &Heard<'_>) -> Act {
    let mut body: Value = serde_json::from_str(&completion(&reply(heard.body))).unwrap();
    body["usage"]["cost"] = json!(worst(heard.body));
    Act::Say(200, None, body.to_string())
}

/// Every other prompt first fails, and that costs too; no reply costs more than it may.
fn fails_and_costs(heard: &Heard<'_>) -> Act {
    let usage =
        json!({"prompt_tokens": 9, "completion_tokens": 0, "cost": worst(heard.body) / 2.0});
    if heard.before == 0 && heard.hash().is_multiple_of(2) {
        let error = json!({"error": {"code": 502, "message": "upstream"}, "usage": usage});
        return Act::Say(200, None, error.to_string());
    }
    costs_the_most(heard)
}

fn budget_command<'a>(model: &'a str, budget: &'a str) -> Vec<&'a str> {
    let models = ["--limit", "60", "--reference", model, "--predictor", model];
    let pace = ["--first-wait-ms", "2", "--yes", "--out", "run", "--budget", budget];
    command(&[&models[..], &pace].concat())
}

#[test]
fn a_budget_is_never_exceeded_and_the_resume_goes_on() {
    for server in [costs_the_most as scripted::faulty::Plan, fails_and_costs] {
        let folder = tempfile::tempdir().unwrap();
        let server = FaultyServer::start(server, Duration::from_millis(5));
        let model = format!("{}?{OPTIONS}", server.model());
        let mut most_at_once = 0;
        for budget in ["0.1", "0.25"] {
            let said = fails(folder.path(), 5, &budget_command(&model, budget));
            let (spent, usd) = (server.counts(), budget.parse::<f64>().unwrap());
            assert!(spent.cost_usd <= usd + 1e-9, "{spent:?} of {budget}");
            // It waits for what is in flight instead of giving up early.
            assert!(spent.cost_usd > usd - 0.012, "{spent:?} of {budget}");
            most_at_once = most_at_once.max(spent.most_at_once);
            assert!(said.contains("of the budget of $0."), "{said}");
            let larger = format!("--budget {}", 2.0 * usd);
            assert!(said.contains("Resume with: foretell run") && said.contains(&larger), "{said}");
        }
        assert_eq!(most_at_once, 16);
        let run = folder.path().join("run");
        let rows: Vec<AnswerRow> = read(&run.join("answers/scripted.parquet")).unwrap();
        let missing = rows.iter().filter(|row| row.outcome == Outcome::NotAsked).count();
        assert!(missing > 0);
        assert!(
            rows.iter()
                .all(|row| row.outcome == Outcome::Answered
                    || row.reason.as_deref() == Some("budget"))
        );
        succeeds(folder.path(), &budget_command(&model, "9"));
        assert_eq!(count(&run, "SELECT count(*) FROM attempts"), server.counts().received);
        let once = count(&run, "SELECT count(*) FROM requests");
        assert_eq!(count(&run, "SELECT count(*) FROM attempts WHERE failure IS NULL"), once);
        let rows: Vec<PredictionRow> =
            read(&run.join("predictions/scripted/scripted/with.parquet")).unwrap();
        assert!(rows.iter().all(|row| row.outcome == Outcome::Answered));

        // All of it stands in the costs, once.
        let costs = cost(folder.path(), "run", "model,stage,arm");
        let counts = server.counts();
        assert!((costs["total"]["usd"].as_f64().unwrap() - counts.cost_usd).abs() < 1e-9);
        assert_eq!(costs["total"]["requests"].as_u64().unwrap(), once);
        assert_eq!(costs["total"]["attempts"].as_u64().unwrap(), counts.received);
        assert_eq!(costs["total"]["failed_paid"].as_u64().unwrap(), counts.received - once);
        assert_eq!(costs["total"]["reasoning_tokens"], Value::Null, "nobody counted any");
        let rows = costs["rows"].as_array().unwrap();
        let arms: Vec<&str> = rows.iter().filter_map(|row| row["arm"].as_str()).collect();
        assert_eq!(arms, ["with", "without"], "{costs}");
    }
}

#[cfg(unix)]
#[test]
fn the_command_that_resumes_can_be_pasted() {
    let folder = tempfile::tempdir().unwrap();
    let server = FaultyServer::start(costs_the_most, Duration::ZERO);
    let model = format!("{}?{OPTIONS}", server.model());
    for budget in ["$0.1", "2e-1"] {
        let output = scripted::run(folder.path(), &budget_command(&model, budget));
        let (_, err) = scripted::texts(&output);
        let resume = err.split_once("Resume with:\n").unwrap().1.trim();
        let resume = resume.replacen("foretell", env!("CARGO_BIN_EXE_foretell"), 1);
        let shell = std::process::Command::new("sh")
            .args(["-c", &resume])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let (_, said) = scripted::texts(&shell);
        let goes_on = shell.status.code() == Some(5) && said.contains("of the budget of $0.");
        assert!(goes_on || shell.status.success(), "{resume}\n{said}");
    }
}

/// Tokens, and no cost; some replies come without any.
fn counts_tokens(heard: &Heard<'_>) -> Act {
    let mut body: Value = serde_json::from_str(&completion(&reply(heard.body))).unwrap();
    body["usage"] = match heard.hash() % 10 {
        0 => Value::Null,
        _ => json!({"prompt_tokens": 400, "completion_tokens": 100,
            "prompt_tokens_details": {"cached_tokens": 100},
            "completion_tokens_details": {"reasoning_tokens": 40}}),
    };
    Act::Say(200, None, body.to_string())
}

#[test]
fn what_a_provider_does_not_report_is_computed_and_marked() {
    let folder = tempfile::tempdir().unwrap();
    let server = FaultyServer::start(counts_tokens, Duration::ZERO);
    let price = "price_in=1&price_cached=0.5&price_out=10&max_tokens=200";
    let model = format!("{}?{price}&budget=0.1", server.model());
    let args = |model| {
        [
            "--limit",
            "40",
            "--reference",
            model,
            "--predictor",
            "sim:reader",
            "--yes",
            "--out",
            "run",
        ]
    };
    let said = fails(folder.path(), 5, &command(&args(&model)));
    assert!(said.contains("of it perhaps") && said.contains("budget=0.2"), "{said}");
    let known = count(
        &folder.path().join("run"),
        "SELECT count(*) FROM attempts WHERE raw LIKE '%reasoning_tokens%'",
    );
    let all = count(&folder.path().join("run"), "SELECT count(*) FROM attempts");
    assert!(known < all, "{known} of {all}");
    let costs = cost(folder.path(), "run", "stage");
    let total = &costs["total"];
    let each = (300.0 + 50.0 + 1000.0) / 1e6;
    assert!(
        (total["computed_usd"].as_f64().unwrap() - known as f64 * each).abs() < 1e-9,
        "{total}"
    );
    assert!(total["possible_usd"].as_f64().unwrap() > 0.0);
    assert!(total["usd"].as_f64().unwrap() <= 0.1 + 1e-9);
    assert_eq!(total["reasoning_tokens"].as_u64().unwrap(), 40 * known);
    assert_eq!(total["cached_tokens"].as_u64().unwrap(), 100 * known);
    let (out, err) = succeeds(folder.path(), &["cost", "run"]);
    assert!(
        out.contains("computed, possible") && err.contains("the most that it can have cost"),
        "{out}{err}"
    );
    let model = format!("{}?{price}&budget=5", server.model());
    succeeds(folder.path(), &command(&args(&model)));
}

#[test]
fn a_budget_wants_a_price_and_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answers, Duration::ZERO);
    let refused = |model: &str, flags: &[&str]| {
        let model = format!("{}{model}", server.model());
        let args = [&["--reference", &model, "--limit", "5", "--yes"][..], flags].concat();
        fails(folder.path(), 3, &command(&args))
    };
    let said = refused("", &["--budget", "5"]);
    assert!(said.contains("its price is not known") && said.contains("price_in="), "{said}");
    let said = refused("?budget=5", &[]);
    assert!(said.contains("its price is not known"), "{said}");
    let said = refused("?price_in=1&price_out=1", &["--budget", "5"]);
    assert!(said.contains("of any length") && said.contains("max_tokens="), "{said}");
    let said = refused("?price_in=1", &[]);
    assert!(said.contains("price_out"), "{said}");
    assert_eq!(server.answered(), 0);
    assert!(!folder.path().join("runs").exists(), "no run was started");
}

#[test]
fn the_papers_study_is_planned() {
    let Some(pairs) = shared("data/paper/combined_dataset.parquet") else { return };
    let folder = tempfile::tempdir().unwrap();
    let pairs = pairs.to_str().unwrap();
    let study = paper_study(pairs);
    std::fs::write(folder.path().join("paper.toml"), study).unwrap();
    let (out, _) = succeeds(
        folder.path(),
        &["run", "paper.toml", "--limit", "500", "--plan", "--format", "json"],
    );
    let planned: Value = serde_json::from_str(&out).unwrap();
    let rows = planned["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 18 + 5 * 2);
    // With: each reference's own explanation. Without: but its answer, of which there are two.
    let most = |arm: &str| rows.iter().find(|row| row["arm"] == arm).unwrap()["requests"].as_u64();
    assert_eq!(most("with"), Some(18 * 500));
    assert!(most("without").unwrap() <= 2 * 500, "{planned}");
}

/// The paper's models, as far as they are its references and predictors in kind.
fn paper_study(pairs: &str) -> String {
    let references = [
        "openrouter:openai/gpt-5-mini?effort=low",
        "openrouter:openai/gpt-5-nano?effort=minimal",
        "openrouter:openai/gpt-5.2?effort=none",
        "openrouter:openai/gpt-5.2?effort=medium&name=gpt-5.2-medium",
        "anthropic:claude-haiku-4-5-20251001?effort=none",
        "anthropic:claude-sonnet-4-5-20250929?effort=none",
        "anthropic:claude-opus-4-5-20251101?effort=none",
        "openrouter:google/gemini-3-flash-preview?effort=low",
        "openrouter:google/gemini-3-pro-preview?effort=low",
        "vllm:Qwen/Qwen3-0.6B?effort=none",
        "vllm:Qwen/Qwen3-1.7B?effort=none",
        "vllm:Qwen/Qwen3-4B?effort=none",
        "vllm:Qwen/Qwen3-8B?effort=none",
        "vllm:Qwen/Qwen3-14B?effort=none",
        "vllm:Qwen/Qwen3-32B?effort=none",
        "vllm:google/gemma-3-4b-it",
        "vllm:google/gemma-3-12b-it",
        "vllm:google/gemma-3-27b-it",
    ];
    let predictors = [
        "openrouter:openai/gpt-5-mini?effort=minimal&name=p1",
        "openrouter:google/gemini-3-flash-preview?effort=minimal&name=p2",
        "openrouter:qwen/qwen3-32b?effort=none&name=p3",
        "anthropic:claude-haiku-4-5-20251001?effort=none&name=p4",
        "vllm:google/gemma-3-27b-it?name=p5",
    ];
    let mut study = format!("pairs = [{pairs:?}]\narms = [\"without\", \"with\"]\n");
    for (role, models) in [("reference", &references[..]), ("predictor", &predictors)] {
        for model in models {
            study.push_str(&format!("[[{role}]]\nmodel = {model:?}\n"));
        }
    }
    study
}
