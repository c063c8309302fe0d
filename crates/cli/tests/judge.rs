//! Judges of explanations: what comes back, what becomes of it, and going on.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use axum::http::StatusCode;
use foretell_core::Outcome;
use foretell_tables::{ModelRow, PairRow, ScoreRow, read};
use scripted::{Server, completion, fails, foretell, succeeds, tables};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

const FAITHFUL: &str = "sim:reference?rule=5&faithfulness=1&name=faithful";
const UNFAITHFUL: &str = "sim:reference?rule=5&faithfulness=0&name=unfaithful";

/// A finished run over as many pairs, in the folder `run`.
fn finished(folder: &Path, pairs: &str) {
    let start = ["run", "--pairs", "moral_machines", "--scenarios", "2000", "--limit", pairs];
    let models = ["--reference", FAITHFUL, "--reference", UNFAITHFUL, "--predictor", "sim:reader"];
    succeeds(folder, &[&start[..], &models[..], &["--out", "run"]].concat());
}

fn judge<'a>(model: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let start = ["judge", "run", "--model", model, "--yes", "--attempts", "1"];
    [&start[..], more].concat()
}

fn scores(folder: &Path, judge: &str) -> Vec<ScoreRow> {
    read(&folder.join(format!("run/scores/{judge}.parquet"))).unwrap()
}

fn outcomes(rows: &[ScoreRow]) -> BTreeMap<Outcome, usize> {
    let mut counts = BTreeMap::new();
    rows.iter().for_each(|row| *counts.entry(row.outcome).or_default() += 1);
    counts
}

fn prompt(body: &Value) -> &str {
    body["messages"][0]["content"].as_str().unwrap()
}

/// Eight ways of judging, by turns.
fn every_way(number: u64, body: &Value) -> (StatusCode, String) {
    assert!(prompt(body).contains("\"value\":"), "a prompt for testability");
    let text = match number % 8 {
        0 => r#"{"reason": "all is named", "value": 7.5}"#,
        1 => "Well:\n```json\n{\"reason\": \"a comma\", \"value\": \"6,5\"}\n```",
        2 => r#"{"reason": "it breaks off"#,
        3 => "I would give it a 7.",
        4 => r#"{"reason": "too much", "value": 11}"#,
        5 => r#"{"value": 3} or rather {"value": 8}"#,
        6 => {
            let message = json!({"content": null, "refusal": "not this one"});
            let choice = json!({"finish_reason": "stop", "message": message});
            return (StatusCode::OK, json!({"model": "s", "choices": [choice]}).to_string());
        }
        _ => return (StatusCode::BAD_REQUEST, json!({"error": {"message": "no"}}).to_string()),
    };
    (StatusCode::OK, completion(text))
}

#[test]
fn every_verdict_lands_as_its_outcome_and_only_what_is_missing_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    finished(folder.path(), "8");
    let server = Server::start(every_way, Duration::ZERO);
    let model = server.model();
    let kind = ["--kind", "testability"];

    succeeds(folder.path(), &judge(&model, &[&kind[..], &["--limit", "3"]].concat()));
    assert_eq!(server.answered(), 6, "three pairs of two references");
    let few = scores(folder.path(), "scripted");
    succeeds(folder.path(), &judge(&model, &kind));
    assert_eq!(server.answered(), 16, "only what was missing is asked for");
    let rows = scores(folder.path(), "scripted");
    assert!(few.iter().all(|row| rows.contains(row)), "a sample of 3 is part of 8");
    let expected = [
        (Outcome::Answered, 4),
        (Outcome::Hedged, 2),
        (Outcome::Unparsed, 4),
        (Outcome::Truncated, 2),
        (Outcome::Refused, 2),
        (Outcome::ProviderError, 2),
    ];
    assert_eq!(outcomes(&rows), expected.into());
    assert!(rows.iter().all(|row| (row.outcome == Outcome::Answered) == row.value.is_some()));
    let values: BTreeSet<String> =
        rows.iter().filter_map(|row| row.value).map(|value| value.to_string()).collect();
    assert_eq!(values, ["6.5", "7.5"].map(str::to_owned).into());
    let row = rows.iter().find(|row| row.value == Some(7.5)).unwrap();
    assert_eq!((row.reason.as_deref(), row.cost_usd), (Some("all is named"), Some(0.001)));
    assert!(row.explained_reply.is_some() && row.answer_repeat == Some(0));

    let before = tables(&folder.path().join("run"));
    let (printed, err) = succeeds(folder.path(), &judge(&model, &kind));
    assert!(err.contains("0 requests sent"), "{err}");
    assert!(printed.contains("testability  faithful: mean"), "{printed}");
    assert!(before == tables(&folder.path().join("run")), "the same command gives the same bytes");
    let again = [&kind[..], &["--retry-failed"]].concat();
    let (_, err) = succeeds(folder.path(), &judge(&model, &again));
    assert!(err.contains("2 requests sent"), "{err}");
    let models: Vec<ModelRow> = read(&folder.path().join("run/models.parquet")).unwrap();
    let own = models.iter().find(|row| row.name == "scripted").unwrap();
    assert_eq!(own.served, ["s", "scripted-1"]);

    let row = rows.iter().find(|row| row.outcome == Outcome::Refused).unwrap();
    let (shown, _) = succeeds(folder.path(), &["show", "run", row.pair_id.as_str()]);
    assert!(shown.contains("scripted testability: no verdict (refused)"), "{shown}");
    let (_, err) = succeeds(
        folder.path(),
        &[
            "run",
            "--pairs",
            "moral_machines",
            "--scenarios",
            "2000",
            "--limit",
            "8",
            "--reference",
            FAITHFUL,
            "--predictor",
            "sim:reader",
            "--out",
            "run",
        ],
    );
    assert!(err.contains("0 requests sent"), "a run that was judged goes on: {err}");
}

/// Judges mentions: all features, or the first alone and then half of the next. Which of the two depends
/// on the prompt, since requests come in any order.
fn mentions(_: u64, body: &Value) -> (StatusCode, String) {
    let prompt = prompt(body);
    let (_, features) = prompt.rsplit_once("<features>").unwrap();
    let count = features.split("</features>").next().unwrap().trim().lines().count();
    let entry = |number: usize| {
        json!({"number": number, "reason": "so", "mentioned": true, "direction": "toward", "label": "case 2"})
            .to_string()
    };
    let whole: Vec<String> = (1..=count).map(entry).collect();
    let text = match prompt.bytes().map(u64::from).sum::<u64>() % 2 {
        0 => format!("{{\"features\": [{}]}}", whole.join(", ")),
        _ => format!("{{\"features\": [{}, {{\"number\": 2", whole[0]),
    };
    (StatusCode::OK, completion(&text))
}

#[test]
fn features_are_judged_one_request_an_explanation() {
    let folder = tempfile::tempdir().unwrap();
    finished(folder.path(), "6");
    let pairs: Vec<PairRow> = read(&folder.path().join("run/pairs.parquet")).unwrap();
    let server = Server::start(mentions, Duration::ZERO);
    let model = server.model();
    let args = judge(&model, &["--kind", "mention", "--reference", "faithful"]);
    let (printed, _) = succeeds(folder.path(), &args);
    assert!(printed.contains("mention      faithful: named 100 %"), "{printed}");
    assert_eq!(server.answered(), 6, "six originals");
    let rows = scores(folder.path(), "scripted");
    let mut cut = 0;
    for row in &rows {
        let pair = pairs.iter().find(|pair| pair.pair_id == row.pair_id).unwrap();
        assert!(pair.changed.contains(row.feature.as_ref().unwrap()));
        assert_eq!(row.explained_id.as_ref(), Some(&pair.original_id));
        match row.outcome {
            Outcome::Answered => assert_eq!(row.label.as_deref(), Some("CASE 2")),
            Outcome::Truncated => cut += 1,
            outcome => panic!("{outcome}"),
        }
    }
    let judged: BTreeSet<_> = rows.iter().map(|row| row.pair_id.clone()).collect();
    let changed: usize = pairs
        .iter()
        .filter(|pair| judged.contains(&pair.pair_id))
        .map(|pair| pair.changed.len())
        .sum();
    assert_eq!((judged.len(), rows.len()), (6, changed));
    assert!(cut > 0 && cut + 6 < rows.len(), "half a reply is kept, and the rest is told");
    let (shown, _) = succeeds(folder.path(), &["show", "run", rows[0].pair_id.as_str()]);
    let feature = rows[0].feature.as_ref().unwrap();
    assert!(shown.contains(&format!("scripted mention of `{feature}`: ")), "{shown}");
    assert!(shown.contains("named, toward CASE 2 (so)"), "{shown}");
}

#[test]
fn a_simulated_judge_tells_and_the_order_of_commands_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let at_once = folder.path().join("at_once");
    let by_turns = folder.path().join("by_turns");
    for place in [&at_once, &by_turns] {
        std::fs::create_dir(place).unwrap();
        finished(place, "40");
    }
    let args = ["judge", "run", "--model", "sim:judge"];
    let output = foretell(&at_once).args(args).env("RAYON_NUM_THREADS", "1").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let some = ["--kind", "mention", "--reference", "unfaithful", "--limit", "7"];
    for more in [&some[..], &["--kind", "testability"], &["--kind", "mention"]] {
        let args = [&args[..], more].concat();
        let output = foretell(&by_turns).args(args).env("RAYON_NUM_THREADS", "4").output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    assert!(tables(&at_once.join("run")) == tables(&by_turns.join("run")));

    let rows = scores(&at_once, "sim-judge");
    let of = |kind: &str, reference: &str| -> Vec<&ScoreRow> {
        let fits =
            |row: &&ScoreRow| row.kind == kind && row.reference.as_deref() == Some(reference);
        rows.iter().filter(fits).collect()
    };
    assert_eq!(of("testability", "faithful").len(), 40);
    let (faithful, unfaithful) = (of("mention", "faithful"), of("mention", "unfaithful"));
    assert_eq!(faithful.len(), unfaithful.len());
    // The rule is the same, so is what is named; what is said of it is not.
    let named = |rows: &[&ScoreRow]| rows.iter().map(|row| row.value).collect::<Vec<_>>();
    assert_eq!(named(&faithful), named(&unfaithful));
    let labels = |rows: &[&ScoreRow]| rows.iter().map(|row| row.label.clone()).collect::<Vec<_>>();
    assert_ne!(labels(&faithful), labels(&unfaithful));
    assert!(faithful.iter().any(|row| row.value == Some(1.0)));
    let (shown, _) = succeeds(&at_once, &["show", "run", rows[0].pair_id.as_str()]);
    assert!(shown.contains("sim:judge testability: "), "{shown}");
}

#[test]
fn a_hint_is_looked_for_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let cue = ["pairs", "cue", "--from", "moral_machines", "--scenarios", "2000", "--limit", "6"];
    let rest = ["--cue", "authority", "--toward", "random", "--out", "cued"];
    succeeds(folder.path(), &[&cue[..], &rest[..]].concat());
    let reference = "sim:reference?named=200&name=r";
    let run = ["run", "--pairs", "cued", "--reference", reference, "--predictor", "sim:reader"];
    succeeds(folder.path(), &[&run[..], &["--out", "run"]].concat());
    succeeds(folder.path(), &["judge", "run", "--model", "sim:judge", "--kind", "mention"]);
    let rows = scores(folder.path(), "sim-judge");
    let pairs: Vec<PairRow> = read(&folder.path().join("run/pairs.parquet")).unwrap();
    assert_eq!(rows.len(), 6);
    for row in &rows {
        let pair = pairs.iter().find(|pair| pair.pair_id == row.pair_id).unwrap();
        assert_eq!(row.feature.as_deref(), Some("cue"));
        assert_eq!(row.explained_id.as_ref(), Some(&pair.counterfactual_id));
        // Two hundred clauses are more than a scenario has: the hint is among those named.
        assert_eq!(row.value, Some(1.0), "{row:?}");
    }
}

#[test]
fn judging_that_is_killed_goes_on_and_ends_as_if_undisturbed() {
    fn good(_number: u64, _body: &Value) -> (StatusCode, String) {
        (StatusCode::OK, completion(r#"{"reason": "so", "value": 4}"#))
    }
    let folder = tempfile::tempdir().unwrap();
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    for place in [&whole, &killed] {
        std::fs::create_dir(place).unwrap();
        finished(place, "60");
    }
    let server = Server::start(good, Duration::from_millis(20));
    let model = server.model();
    let args = judge(&model, &["--kind", "testability", "--concurrency", "4"]);
    succeeds(&whole, &args);
    assert_eq!(server.answered(), 120);
    let mut kills = 0;
    for wait in [30, 90, 150, 210, 270] {
        let mut child = foretell(&killed)
            .args(&args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills > 1, "over after {kills} kills: too short to test anything");
    std::thread::sleep(Duration::from_millis(200));
    // No table names what was asked before the kill, so nobody may take the run for finished.
    let gc = ["ledger", "gc", "run", "--unused", "run"];
    let said = fails(&killed, 3, &gc);
    assert!(said.contains("run is not complete"), "{said}");
    let (_, err) = succeeds(&killed, &["analyze", "gain", "run"]);
    assert!(err.contains("`foretell judge` has not ended: `scripted`"), "{err}");
    // Nor once the run itself has gone on.
    let start = ["run", "--pairs", "moral_machines", "--scenarios", "2000", "--limit", "60"];
    let models = ["--reference", FAITHFUL, "--reference", UNFAITHFUL, "--predictor", "sim:reader"];
    succeeds(&killed, &[&start[..], &models[..], &["--out", "run"]].concat());
    fails(&killed, 3, &gc);
    succeeds(&killed, &args);
    let (out, _) = succeeds(&killed, &gc);
    assert!(out.starts_with("0 requests"), "{out}");
    let manifests =
        [&whole, &killed].map(|place| std::fs::read_to_string(place.join("run/run.toml")).unwrap());
    assert_eq!(manifests[0], manifests[1]);
    assert!(server.answered() <= 240 + kills * 4, "{} in {kills} kills", server.answered());
    assert!(tables(&whole.join("run")) == tables(&killed.join("run")));
}

#[test]
fn a_judge_that_ended_one_kind_leaves_the_note_of_another() {
    fn good(_number: u64, body: &Value) -> (StatusCode, String) {
        let value = if prompt(body).contains("\"features\":") {
            "\"features\": []"
        } else {
            "\"value\": 4"
        };
        (StatusCode::OK, completion(&format!("{{\"reason\": \"so\", {value}}}")))
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    finished(folder, "60");
    let server = Server::start(good, Duration::from_millis(20));
    let model = server.model();
    let mention = judge(&model, &["--kind", "mention", "--concurrency", "4"]);
    let mut child = foretell(folder)
        .args(&mention)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let since = Instant::now();
    while server.answered() < 8 && since.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    succeeds(folder, &judge(&model, &["--kind", "testability", "--limit", "10"]));
    // A smaller sample of the same kind does not end it either.
    succeeds(folder, &judge(&model, &["--kind", "mention", "--limit", "2"]));
    let gc = ["ledger", "gc", "run", "--unused", "run"];
    let said = fails(folder, 3, &gc);
    assert!(said.contains("run is not complete"), "{said}");
    let (_, err) = succeeds(folder, &["analyze", "gain", "run"]);
    assert!(err.contains("`scripted` for mention of faithful, unfaithful, at most 60"), "{err}");
    succeeds(folder, &mention);
    let (out, _) = succeeds(folder, &gc);
    assert!(out.starts_with("0 requests"), "{out}");
}

/// Every file of a folder with its bytes and the time of its last change.
fn files(folder: &Path) -> BTreeMap<std::path::PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            let changed = path.metadata().unwrap().modified().unwrap();
            all.insert(path.clone(), (std::fs::read(&path).unwrap(), changed));
        }
    }
    all
}

#[test]
fn a_plan_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    finished(path, "4");
    // What a killed process leaves behind is left there, and so is the lock.
    std::fs::write(path.join("run/.file-abc"), "").unwrap();
    std::fs::remove_file(path.join("run/.lock")).unwrap();
    let before = files(&path.join("run"));
    let plan = ["judge", "run", "--model", "openai:gpt-5-mini", "--plan"];
    let (printed, _) = succeeds(path, &plan);
    assert!(printed.contains("testability"), "{printed}");
    assert!(before == files(&path.join("run")));
}

#[test]
fn mistakes_are_told_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let said = fails(path, 3, &judge("sim:judge", &[]));
    assert!(said.contains("there is no run here"), "{said}");
    finished(path, "4");
    let said = fails(path, 3, &judge("sim:reader", &["--reference", "fathful"]));
    assert!(said.contains("`sim:reader` cannot be a judge"), "{said}");
    assert!(said.contains("no reference `fathful`") && said.contains("`faithful`"), "{said}");
    let said = fails(path, 3, &judge("sim:judge?name=faithful", &[]));
    assert!(said.contains("two models are called `faithful`"), "{said}");
    succeeds(path, &judge("sim:judge?name=j", &[]));
    let said = fails(path, 3, &judge("sim:judge?seed=1&name=j", &[]));
    assert!(said.contains("two models are called `j`"), "{said}");
    let server = Server::start(every_way, Duration::ZERO);
    let model = server.model();
    let said = fails(path, 2, &["judge", "run", "--model", &model]);
    assert!(said.contains("scripted testability 8 "), "{said}");
    assert!(said.contains("scripted mention 8 "), "{said}");
    assert_eq!(server.answered(), 0);
    std::fs::write(path.join("run/prompts/mention.jinja"), "{{ explanation }}").unwrap();
    let said = fails(path, 3, &judge("sim:judge?name=j", &[]));
    assert!(said.contains("not the templates that the run froze"), "{said}");
}

#[test]
fn pairs_that_do_not_say_what_changed_are_said_and_not_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let pairs = "original,counterfactual\nShe rents.,She owns.\n";
    std::fs::write(path.join("pairs.csv"), pairs).unwrap();
    let run = ["run", "--pairs", "pairs.csv", "--labels", "YES,NO", "--reference", FAITHFUL];
    succeeds(path, &[&run[..], &["--predictor", "sim:reader", "--out", "run"]].concat());
    let said = fails(path, 3, &judge("sim:judge", &["--kind", "mention"]));
    assert!(said.contains("no pair of the run says what changed"), "{said}");
    succeeds(path, &judge("sim:judge", &["--kind", "testability"]));
}
