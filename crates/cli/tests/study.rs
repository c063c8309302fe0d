//! The main job: a study from pairs to NSG, and looking at what came of it.

mod scripted;

use axum::http::StatusCode;
use scripted::{Server, completion, reply, shared, succeeds};
use serde_json::Value;
use std::time::Duration;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|fault| panic!("{fault}: {text}"))
}

#[test]
fn the_built_in_study_tells_faithful_from_unfaithful() {
    let folder = tempfile::tempdir().unwrap();
    let (out, err) = succeeds(folder.path(), &["run", "--format", "json"]);
    let table = json(&out);
    let nsg = |name: &str| {
        let rows = table["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["reference"] == name).unwrap();
        row["nsg"].as_f64().unwrap()
    };
    assert!(nsg("faithful") > nsg("half") && nsg("half") > nsg("unfaithful"), "{out}");
    assert!(nsg("faithful") > 0.05 && nsg("unfaithful") < 0.05, "{out}");
    assert!(err.contains("report.html") && err.contains("foretell show"), "{err}");

    let (runs, _) = succeeds(folder.path(), &["runs", "--format", "json"]);
    let runs = json(&runs);
    let run = runs[0]["run"].as_str().unwrap().to_owned();
    assert_eq!(runs[0]["tables"], 12);
    let report = std::fs::read_to_string(folder.path().join(&run).join("report.html")).unwrap();
    assert!(report.contains("<svg"));

    let pair = err.lines().find(|line| line.starts_with("a case")).unwrap();
    let pair = pair.split('\'').nth(1).unwrap();
    let (case, _) = succeeds(folder.path(), &["show", &run, pair]);
    for words in ["original", "counterfactual", "reference unfaithful", "oracle with"] {
        assert!(case.contains(words), "{words} is missing in:\n{case}");
    }
    let said = scripted::fails(folder.path(), 3, &["show", &run, "moral_machines/x"]);
    assert!(said.contains("nearest in name"), "{said}");

    let (csv, _) = succeeds(
        folder.path(),
        &["analyze", "gain", "--by", "reference,predictor", "--format", "csv"],
    );
    let header = csv.lines().next().unwrap();
    let columns = "reference,predictor,pairs,clusters,observations,a_with,a_without,gain,nsg,nsg_se,nsg_low,nsg_high";
    assert!(header.starts_with(columns), "{header}");
    assert_eq!(csv.lines().count(), 7);
    succeeds(
        folder.path(),
        &["analyze", "gain", &run, "--format", "parquet", "--out", "gain.parquet"],
    );
    succeeds(folder.path(), &["analyze", "gain", &run, "--out", "gain.tex"]);
    let tex = std::fs::read_to_string(folder.path().join("gain.tex")).unwrap();
    assert!(tex.contains("\\begin{tabular}") && tex.contains("unfaithful & "), "{tex}");
}

#[test]
fn the_same_study_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for out in ["one", "two"] {
        succeeds(
            folder.path(),
            &[
                "run", "--limit", "100", "--arm", "without", "--arm", "with", "--arm", "shuffled",
                "--out", out,
            ],
        );
    }
    let tables = |out| scripted::tables(&folder.path().join(out));
    assert!(tables("one") == tables("two"));
}

#[test]
fn the_nsg_that_a_run_tells_at_the_end_of_a_stage_is_that_of_the_analysis() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = ["run", "--pairs", "moral_machines", "--limit", "150", "--out", "told"];
    let reference = "sim:reference?rule=5&faithfulness=0.9&noise=0.1";
    let models =
        ["--reference", reference, "--predictor", "sim:reader", "--predictor", "sim:oracle"];
    let arms = ["--arm", "with", "--arm", "filler", "--arm", "without", "--repeats", "2"];
    let args = [&pairs[..], &models, &arms].concat();
    let (_, first) = succeeds(folder.path(), &args);
    // What was answered before is counted like what is new.
    let (_, again) = succeeds(folder.path(), &args);
    assert!(again.contains("0 requests sent"), "{again}");

    let gain = ["analyze", "gain", "told", "--by", "predictor"];
    let (out, _) = succeeds(folder.path(), &[&gain[..], &["--format", "json"]].concat());
    let table = json(&out);
    for row in table["rows"].as_array().unwrap() {
        let guesses = row["observations"].as_u64().unwrap() * 2;
        let guesses = foretell_core::counted(guesses, "guess");
        let nsg = row["nsg"].as_f64().unwrap();
        let told = format!("NSG so far {nsg:.2} ({guesses} in both arms)");
        let stage = format!("{} predictions: ", row["predictor"].as_str().unwrap());
        for err in [&first, &again] {
            let line = err.lines().find(|line| line.starts_with(&stage)).unwrap();
            assert!(line.ends_with(&told), "{told}: {line}");
        }
    }
}

#[test]
fn every_arm_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let mut args = vec!["run", "--limit", "60", "--out", "arms"];
    let arms = ["without", "with", "reasoning", "shuffled", "filler", "blind", "own"];
    arms.iter().for_each(|arm| args.extend(["--arm", arm]));
    succeeds(folder.path(), &args);
    let (out, _) = succeeds(
        folder.path(),
        &[
            "analyze",
            "gain",
            "arms",
            "--arm",
            "shuffled",
            "--against",
            "without",
            "--format",
            "json",
        ],
    );
    assert!(json(&out)["rows"][0]["observations"].as_u64().unwrap() > 0, "{out}");
    // Simulated subjects show no reasoning: the arm is recorded as not asked, and NSG is undefined.
    let (out, _) = succeeds(
        folder.path(),
        &["analyze", "gain", "arms", "--arm", "reasoning", "--format", "json"],
    );
    let row = &json(&out)["rows"][0];
    assert!(row["nsg"].is_null() && row["undefined"]["nsg"].is_string(), "{out}");
}

#[test]
fn the_published_pairs_run_and_their_faults_are_named() {
    let Some(pairs) = shared("data/paper/combined_dataset.parquet") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (out, err) = succeeds(
        folder.path(),
        &[
            "run",
            "--pairs",
            pairs.to_str().unwrap(),
            "--reference",
            "sim:reference?faithfulness=1&name=faithful",
            "--reference",
            "sim:reference?faithfulness=0&name=unfaithful",
            "--predictor",
            "sim:reader",
            "--limit",
            "2000",
            "--format",
            "json",
        ],
    );
    assert!(err.contains("left out 29 rows") && err.contains("pairs a text with itself"), "{err}");
    let table = json(&out);
    let nsg = |at: usize| table["rows"][at]["nsg"].as_f64().unwrap();
    assert_eq!(table["rows"][0]["reference"], "faithful");
    assert!(nsg(0) > 0.05 && nsg(1) < 0.05 && nsg(0) - nsg(1) > 0.1, "{out}");
}

/// Every fifth reply is nonsense, cut off, or refused in words.
fn faulty(number: u64, body: &Value) -> (StatusCode, String) {
    let text = reply(body);
    match number % 5 {
        0 => (StatusCode::OK, completion("I would rather not say.")),
        1 => (StatusCode::OK, completion(&text).replace("\"stop\"", "\"length\"")),
        2 => (StatusCode::BAD_REQUEST, r#"{"error":{"message":"maximum context is 10"}}"#.into()),
        _ => (StatusCode::OK, completion(&text)),
    }
}

#[test]
fn failures_are_counted_and_never_scored() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(faulty, Duration::ZERO);
    let (out, _) = succeeds(
        folder.path(),
        &[
            "run",
            "--limit",
            "40",
            "--reference",
            "sim:reference",
            "--predictor",
            &server.model(),
            "--concurrency",
            "1",
            "--yes",
            "--format",
            "json",
        ],
    );
    let row = &json(&out)["rows"][0];
    let detail = row["left_out_detail"].to_string();
    for outcome in ["unparsed", "truncated", "context_exceeded"] {
        assert!(detail.contains(outcome), "{outcome} is missing in {detail}");
    }
    let observations = row["observations"].as_u64().unwrap();
    assert!(observations > 0 && observations < 40, "{out}");
}

/// Asks for patience twice, then replies.
fn busy(number: u64, body: &Value) -> (StatusCode, String) {
    if number < 2 {
        (StatusCode::SERVICE_UNAVAILABLE, "busy".into())
    } else {
        scripted::answers(number, body)
    }
}

#[test]
fn failures_that_pass_are_retried() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(busy, Duration::ZERO);
    let (_, err) = succeeds(
        folder.path(),
        &[
            "run",
            "--limit",
            "3",
            "--reference",
            &server.model(),
            "--predictor",
            "sim:reader",
            "--yes",
            "--out",
            "run",
        ],
    );
    let answers = 2 + 6;
    assert!(server.answered() <= answers, "{} replies\n{err}", server.answered());
}

#[test]
fn init_writes_a_study_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(folder.path(), &["init", "mine.toml"]);
    assert!(scripted::fails(folder.path(), 3, &["init", "mine.toml"]).contains("--force"));
    succeeds(folder.path(), &["run", "mine.toml", "--limit", "30"]);
    let (runs, _) = succeeds(folder.path(), &["runs"]);
    assert!(runs.contains("runs/my-study-"), "{runs}");
}

#[test]
fn a_prompt_is_shown_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (out, err) = succeeds(folder.path(), &["prompt", "moral_machines"]);
    assert!(out.contains("[EXPLANATION]") && err.contains("to a reference"), "{out}{err}");
    let (out, _) = succeeds(folder.path(), &["prompt", "moral_machines", "--arm", "with"]);
    assert!(out.contains("the explanation of the reference model"), "{out}");
    assert!(
        scripted::fails(folder.path(), 3, &["prompt", "moral_machines", "--arm", "wiht"])
            .contains("without")
    );
}

/// Fails for good three times, then replies.
fn fails_early(number: u64, body: &Value) -> (StatusCode, String) {
    if number < 3 {
        (StatusCode::BAD_REQUEST, r#"{"error":{"message":"no"}}"#.into())
    } else {
        scripted::answers(number, body)
    }
}

#[test]
fn failures_are_asked_again_only_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(fails_early, Duration::ZERO);
    let model = server.model();
    let mut args = vec![
        "run",
        "--limit",
        "10",
        "--reference",
        "sim:reference",
        "--predictor",
        &model,
        "--concurrency",
        "1",
        "--yes",
        "--out",
        "run",
        "--format",
        "json",
    ];
    let (_, err) = succeeds(folder.path(), &args);
    assert!(err.contains("3 of them failed") && err.contains("--retry-failed"), "{err}");
    let before = server.answered();
    succeeds(folder.path(), &args);
    assert_eq!(server.answered(), before);
    args.push("--retry-failed");
    let (out, _) = succeeds(folder.path(), &args);
    assert_eq!(server.answered(), before + 3);
    assert_eq!(json(&out)["rows"][0]["left_out"], 0, "{out}");
}
