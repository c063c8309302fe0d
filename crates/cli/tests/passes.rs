//! Repeats, the noise ceiling, the arm `rationale`, and what is added to a finished run.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use axum::http::StatusCode;
use foretell_core::{AnswerOrder, Outcome, QuestionId};
use foretell_tables::{AnswerRow, PairRow, PredictionRow, RationaleRow, read};
use scripted::{Server, answers, fails, foretell, reply, succeeds, tables};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

const PAIRS: [&str; 4] = ["--pairs", "moral_machines", "--scenarios", "3000"];

/// The tables in a folder of a run, in order.
fn paths(run: &Path, folder: &str) -> Vec<PathBuf> {
    let names = tables(run).into_iter().map(|(name, _)| name);
    names.filter(|name| name.starts_with(folder)).map(|name| run.join(name)).collect()
}

fn answer_rows(run: &Path) -> Vec<AnswerRow> {
    paths(run, "answers/").iter().flat_map(|path| read::<AnswerRow>(path).unwrap()).collect()
}

fn rationale_rows(run: &Path) -> Vec<RationaleRow> {
    paths(run, "rationales/").iter().flat_map(|path| read::<RationaleRow>(path).unwrap()).collect()
}

fn prediction_rows(run: &Path) -> Vec<PredictionRow> {
    let paths = paths(run, "predictions/");
    paths.iter().flat_map(|path| read::<PredictionRow>(path).unwrap()).collect()
}

/// The requests that the tables of a run name, each once.
fn named_requests(run: &Path) -> u64 {
    let answers = answer_rows(run).into_iter().filter_map(|row| row.reply_key);
    let rationales = rationale_rows(run).into_iter().filter_map(|row| row.reply_key);
    let predictions = prediction_rows(run).into_iter().filter_map(|row| row.reply_key);
    answers.chain(rationales).chain(predictions).collect::<BTreeSet<_>>().len() as u64
}

fn run_args<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let limit: &[&str] = if more.contains(&"--limit") { &[] } else { &["--limit", "30"] };
    [&["run", "--yes", "--out", out][..], &PAIRS, limit, more].concat()
}

#[test]
fn whatever_is_added_to_a_finished_run_asks_only_for_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answers, Duration::ZERO);
    let run = folder.path().join("run");
    let reference = format!("{}?name=asked", server.model());
    let predictor = format!("{}?temperature=1&name=guesses", server.model());
    succeeds(
        folder.path(),
        &run_args("run", &["--reference", &reference, "--predictor", &predictor]),
    );
    let first = server.answered();
    assert_eq!(first, named_requests(&run));

    // Asks for what is new, and gives how many requests that took.
    let grow = |more: &[&str]| {
        let before = server.answered();
        succeeds(folder.path(), &[&["grow", "run", "--yes"], more].concat());
        assert_eq!(server.answered(), named_requests(&run), "each request once: {more:?}");
        let (_, err) = succeeds(folder.path(), &["grow", "run"]);
        assert!(err.contains("0 requests sent"), "{more:?}: {err}");
        server.answered() - before
    };
    // The server gives equal answers to equal prompts: a repeat takes as many requests as the first.
    assert_eq!(grow(&["--repeats", "2"]), first, "a repeat");
    assert_eq!(grow(&["--repeats", "3"]), first, "another repeat");

    let pairs: Vec<PairRow> = read(&run.join("pairs.parquet")).unwrap();
    let asked: BTreeSet<_> = prediction_rows(&run).into_iter().map(|row| row.pair_id).collect();
    let asked: Vec<&PairRow> = pairs.iter().filter(|pair| asked.contains(&pair.pair_id)).collect();
    let counterfactuals: BTreeSet<_> =
        asked.iter().map(|pair| (&pair.counterfactual_text_id, pair.answer_order)).collect();
    let counterfactuals = counterfactuals.len() as u64;
    assert_eq!(grow(&["--ceiling", "10"]), counterfactuals * 7, "three of ten were there");
    assert_eq!(grow(&["--ceiling", "4", "--repeats", "1"]), 0, "there is more already");

    let texts: BTreeSet<_> = asked.iter().map(|pair| &pair.counterfactual_text_id).collect();
    assert_eq!(grow(&["--arm", "blind"]), 3 * texts.len() as u64, "an arm, three repeats");
    let own: u64 = prediction_rows(&run)
        .into_iter()
        .filter_map(|row| row.reply_key)
        .collect::<BTreeSet<_>>()
        .len() as u64;
    let other = format!("{}?temperature=2&name=other", server.model());
    assert_eq!(grow(&["--predictor", &other]), own, "a predictor, in all arms and repeats");

    let rationaliser = format!("{}?temperature=0&name=third", server.model());
    let arm = ["--arm", "rationale", "--rationale-model", &rationaliser];
    let new = grow(&arm);
    let given: BTreeSet<_> = rationale_rows(&run)
        .into_iter()
        .filter_map(|row| Some((row.text_id, row.given_answer?)))
        .collect();
    let named: BTreeSet<_> =
        rationale_rows(&run).into_iter().filter_map(|row| row.reply_key).collect();
    assert_eq!(given.len(), named.len(), "equal answers to equal texts share a request");
    // The server explains everything alike, so that the guesses are those of the arm `with`.
    assert_eq!(new, given.len() as u64);

    let second = format!("{}?temperature=0.5&name=second&repeats=1", server.model());
    let before = answer_rows(&run).len();
    assert!(grow(&["--reference", &second]) > 0);
    let rows: Vec<AnswerRow> = answer_rows(&run);
    assert!(rows.len() > before && rows.iter().any(|row| row.reference == "second"));
    let most = |name: &str| rows.iter().filter(|r| r.reference == name).map(|r| r.repeat).max();
    assert_eq!((most("asked"), most("second")), (Some(9), Some(9)), "the ceiling is for all");
}

#[test]
fn the_same_command_with_more_repeats_goes_on_with_the_same_run() {
    let folder = tempfile::tempdir().unwrap();
    let base = ["run", "--limit", "40", "--reference", "sim:reference?noise=0.2&name=noisy"];
    let once = [&base[..], &["--predictor", "sim:reader?name=reader"]].concat();
    succeeds(folder.path(), &once);
    let entries = || -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder.path().join("runs")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let run = entries().remove(0);
    let (answers, predictions) = (answer_rows(&run), prediction_rows(&run));

    let twice = [&base[..], &["--predictor", "sim:reader?name=reader&repeats=2", "--repeats", "3"]];
    succeeds(folder.path(), &twice.concat());
    assert_eq!(entries(), std::slice::from_ref(&run));
    let (more, guesses) = (answer_rows(&run), prediction_rows(&run));
    assert_eq!(more.len(), 3 * answers.len());
    assert_eq!(more[..answers.len()], answers, "repeat 0 stays what it was");
    let first: Vec<PredictionRow> =
        guesses.iter().filter(|row| row.repeat + row.answer_repeat == 0).cloned().collect();
    assert_eq!(first, predictions);
    assert_eq!(guesses.len(), 3 * 2 * predictions.len(), "three of the reference, two each");

    let said = fails(folder.path(), 3, &once);
    assert!(said.contains("is asked everything 3 times and cannot go back to 1"), "{said}");
    let (out, _) = succeeds(folder.path(), &["analyze", "gain", "--format", "json"]);
    let table: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(table["rows"][0]["observations"], 40 * 3, "a repeat of the reference is one");
}

#[test]
fn each_repeat_explains_its_own_answer_and_is_held_against_its_own_target() {
    let folder = tempfile::tempdir().unwrap();
    let more = [
        "--reference",
        "sim:reference?noise=0.3&name=noisy",
        "--predictor",
        "sim:reader?name=reader",
        "--arm",
        "without",
        "--arm",
        "with",
        "--arm",
        "shuffled",
        "--repeats",
        "4",
    ];
    succeeds(folder.path(), &run_args("run", &more));
    let run = folder.path().join("run");
    let said: BTreeMap<(QuestionId, AnswerOrder, i64), AnswerRow> = answer_rows(&run)
        .into_iter()
        .map(|row| ((row.question_id.clone(), row.answer_order, row.repeat), row))
        .collect();
    let pairs: Vec<PairRow> = read(&run.join("pairs.parquet")).unwrap();
    let pairs: BTreeMap<_, _> = pairs.iter().map(|pair| (&pair.pair_id, pair)).collect();
    let (mut switched, mut donors) = (BTreeSet::new(), 0);
    for row in prediction_rows(&run) {
        let pair = pairs[&row.pair_id];
        let answer = |id: &QuestionId| &said[&(id.clone(), row.answer_order, row.answer_repeat)];
        let (original, target) = (answer(&pair.original_id), answer(&pair.counterfactual_id));
        assert_eq!(row.original_answer, original.answer);
        assert_eq!(row.target, target.answer);
        assert_eq!(row.target_reply, target.reply_key);
        if let Some(donor) = &row.donor_id {
            donors += 1;
            assert_eq!(answer(donor).answer, original.answer);
            assert_eq!(answer(donor).reply_key, row.shown_reply);
        } else if row.arm == "with" {
            assert_eq!(row.shown_reply, original.reply_key);
            switched.insert((row.answer_repeat, row.pair_id, row.switched));
        }
    }
    let of_repeat = |repeat: i64| -> Vec<_> {
        let of = switched.iter().filter(|(of, ..)| *of == repeat);
        of.map(|(_, pair, switched)| (pair, switched)).collect()
    };
    assert!(donors > 100, "{donors}");
    assert_ne!(of_repeat(0), of_repeat(1), "a noisy reference does not repeat itself");
}

#[test]
fn the_ceiling_is_asked_of_counterfactuals_alone_and_shows_the_noise() {
    let folder = tempfile::tempdir().unwrap();
    // Originals only, counterfactuals only, and texts that are both.
    let more = [
        "--limit",
        "200",
        "--reference",
        "sim:reference?noise=0.2&name=noisy",
        "--predictor",
        "sim:reader?name=reader",
        "--ceiling",
        "12",
    ];
    succeeds(folder.path(), &run_args("run", &more));
    let run = folder.path().join("run");
    let predictions = prediction_rows(&run);
    assert!(predictions.iter().all(|row| row.answer_repeat == 0), "the ceiling explains nothing");
    let counterfactuals: BTreeSet<_> =
        predictions.iter().map(|row| (&row.counterfactual_text_id, row.answer_order)).collect();
    let mut by_text: BTreeMap<_, Vec<AnswerRow>> = BTreeMap::new();
    for row in answer_rows(&run) {
        by_text.entry((row.text_id.clone(), row.answer_order)).or_default().push(row);
    }
    let (mut agreeing, mut all, mut once) = (0, 0, 0);
    for ((text, order), rows) in &by_text {
        let repeats: Vec<i64> = rows.iter().map(|row| row.repeat).collect();
        if !counterfactuals.contains(&(text, *order)) {
            assert_eq!(repeats, [0]);
            once += 1;
            continue;
        }
        assert_eq!(repeats, (0..12).collect::<Vec<_>>(), "also where it is an original too");
        for (at, one) in rows.iter().enumerate() {
            agreeing += rows[..at].iter().filter(|other| other.answer == one.answer).count();
            all += at;
        }
    }
    assert!(once > 0 && counterfactuals.len() > 50, "{once} {}", counterfactuals.len());
    // Two replies agree where both or neither are noise: 0.8^2 + 0.2^2. Texts are independent; the
    // tolerance is five standard errors of the mean over at least fifty of them.
    let agreement = f64::from(agreeing as u32) / f64::from(all as u32);
    assert!((agreement - 0.68).abs() < 0.08, "{agreement}");
}

#[test]
fn a_rationale_gains_nothing_where_the_explanation_does() {
    let folder = tempfile::tempdir().unwrap();
    let more = [
        "--limit",
        "600",
        "--reference",
        "sim:reference?rule=5&named=20&name=faithful",
        "--reference",
        "sim:reference?rule=5&faithfulness=0.5&name=half",
        "--predictor",
        "sim:oracle?name=oracle",
        "--arm",
        "without",
        "--arm",
        "with",
        "--arm",
        "rationale",
        "--rationale-model",
        "sim:rationaliser?name=third",
    ];
    succeeds(folder.path(), &run_args("run", &more));
    let gain = |arm: &str| {
        let (out, _) =
            succeeds(folder.path(), &["analyze", "gain", "run", "--arm", arm, "--format", "json"]);
        let table: Value = serde_json::from_str(&out).unwrap();
        let row = &table["rows"][0];
        assert_eq!(row["reference"], "faithful");
        (row["observations"].as_u64().unwrap(), row["gain"].as_f64().unwrap())
    };
    let (with, rationale) = (gain("with"), gain("rationale"));
    assert_eq!(with.0, rationale.0, "arms are held against each other pair by pair");
    assert!(with.0 > 200, "{with:?}");
    assert!(with.1 > 0.02, "{with:?}");
    // It says of every point that it speaks for the answer given, so nothing moves a reader.
    assert_eq!(rationale.1, 0.0);

    let run = folder.path().join("run");
    let explainer = |arm: &str| -> BTreeSet<String> {
        let rows = prediction_rows(&run).into_iter().filter(|row| row.arm == arm);
        rows.filter(|row| row.reference == "half").map(|row| row.explainer).collect()
    };
    assert_eq!(explainer("rationale"), BTreeSet::from(["third".to_owned()]));
    assert_eq!(explainer("with"), BTreeSet::from(["half".to_owned()]));
    // Both decide alike, so every rationale of one is that of the other.
    let keys = |reference: &str| -> BTreeSet<Option<String>> {
        let rows = rationale_rows(&run).into_iter().filter(|row| row.reference == reference);
        rows.map(|row| row.reply_key).collect()
    };
    assert_eq!(keys("faithful"), keys("half"));
    assert!(rationale_rows(&run).iter().all(|row| row.answer == row.given_answer));

    let pair = prediction_rows(&run).remove(0).pair_id;
    let (shown, _) = succeeds(folder.path(), &["show", "run", pair.as_str()]);
    assert!(shown.contains("rationale of third: for CASE"), "{shown}");
}

/// Explains what it is asked to explain for another answer than the one given, and answers the rest.
fn contrary(_: u64, body: &Value) -> (StatusCode, String) {
    let prompt = body["messages"][0]["content"].as_str().unwrap();
    let text = match prompt.contains("<given_answer>\nCASE 1") {
        true => reply(body).replace("CASE 1", "CASE 2"),
        false => reply(body).replace("CASE 2", "CASE 1"),
    };
    (StatusCode::OK, scripted::completion(&text))
}

#[test]
fn an_explanation_of_another_answer_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(contrary, Duration::ZERO);
    let model = server.model();
    let more = [
        "--reference",
        "sim:reference",
        "--predictor",
        "sim:reader",
        "--arm",
        "without",
        "--arm",
        "rationale",
        "--rationale-model",
        &model,
    ];
    let (_, err) = succeeds(folder.path(), &run_args("run", &more));
    assert!(err.contains("brought no explanation of the answer given"), "{err}");
    let rows = prediction_rows(&folder.path().join("run"));
    let rows = rows.iter().filter(|row| row.arm == "rationale");
    let reasons: BTreeSet<_> = rows.map(|row| (row.outcome, row.reason.as_deref())).collect();
    assert_eq!(reasons, BTreeSet::from([(Outcome::NotAsked, Some("no_rationale"))]));
}

fn with_everything<'a>(model: &'a str, third: &'a str, out: &'a str) -> Vec<&'a str> {
    let more = [
        "--reference",
        model,
        "--predictor",
        model,
        "--arm",
        "without",
        "--arm",
        "with",
        "--arm",
        "shuffled",
        "--arm",
        "rationale",
        "--rationale-model",
        third,
        "--repeats",
        "2",
        "--ceiling",
        "3",
        "--concurrency",
        "8",
    ];
    run_args(out, &more)
}

#[test]
fn a_run_with_repeats_killed_at_random_moments_ends_as_if_undisturbed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answers, Duration::from_millis(10));
    let (model, third) = (server.model(), format!("{}?temperature=0&name=third", server.model()));
    succeeds(folder.path(), &with_everything(&model, &third, "whole"));
    let (mut kills, mut moment) = (0, 17_u64);
    while kills < 15 {
        let mut child = foretell(folder.path())
            .args(with_everything(&model, &third, "killed"))
            .env("RAYON_NUM_THREADS", if kills % 2 == 0 { "1" } else { "3" })
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Moments between 0 and 0.3 s, from a fixed sequence.
        moment =
            moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis((moment >> 33) % 300));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills > 2, "the run was over after {kills} kills: it is too short to test anything");
    succeeds(folder.path(), &with_everything(&model, &third, "killed"));
    let (whole, killed) =
        (tables(&folder.path().join("whole")), tables(&folder.path().join("killed")));
    assert_eq!(whole.len(), 10, "questions, pairs, models, answers, donors, rationales, four arms");
    for ((name, bytes), (other, others)) in whole.iter().zip(&killed) {
        assert_eq!(name, other);
        assert!(bytes == others, "{name} differs");
    }
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    for (out, threads) in [("one", "1"), ("many", "5")] {
        let more = [
            "--limit",
            "150",
            "--reference",
            "sim:reference?noise=0.2&fail=0.1&name=r",
            "--predictor",
            "sim:reader?noise=0.1&skill=0.9&name=p&repeats=2",
            "--arm",
            "without",
            "--arm",
            "with",
            "--arm",
            "shuffled",
            "--arm",
            "rationale",
            "--rationale-model",
            "sim:rationaliser?fail=0.1&name=third",
            "--repeats",
            "3",
            "--ceiling",
            "10",
        ];
        let args = run_args(out, &more);
        let output =
            foretell(folder.path()).args(args).env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert!(output.status.success(), "{}", scripted::texts(&output).1);
    }
    let tables = |out: &str| tables(&folder.path().join(out));
    assert!(tables("one") == tables("many"));
}

/// Thinks longer where there is an explanation to read.
fn thinks(_: u64, body: &Value) -> (StatusCode, String) {
    let prompt = body["messages"][0]["content"].as_str().unwrap();
    let reasoning = if prompt.contains("<explanation>") { 70 } else { 20 };
    let usage = json!({
        "prompt_tokens": prompt.len() / 4, "completion_tokens": reasoning + 9,
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    });
    let message = json!({"content": reply(body), "reasoning": "Let me see."});
    let choices = json!([{"finish_reason": "stop", "message": message}]);
    (StatusCode::OK, json!({"model": "m", "choices": choices, "usage": usage}).to_string())
}

#[test]
fn what_a_predictor_thought_is_told_by_arm() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(thinks, Duration::ZERO);
    let model = server.model();
    let more = [
        "--reference",
        "sim:reference",
        "--predictor",
        &model,
        "--arm",
        "without",
        "--arm",
        "with",
        "--arm",
        "filler",
        "--arm",
        "own",
    ];
    succeeds(folder.path(), &run_args("run", &more));
    let mut tokens: BTreeMap<String, BTreeSet<Option<i64>>> = BTreeMap::new();
    for row in prediction_rows(&folder.path().join("run")) {
        assert_eq!(row.output_tokens, row.reasoning_tokens.map(|tokens| tokens + 9));
        assert!(row.input_tokens.is_some());
        tokens.entry(row.arm).or_default().insert(row.reasoning_tokens);
    }
    let of = |tokens: i64| BTreeSet::from([Some(tokens)]);
    let wanted = [("filler", of(70)), ("own", of(20)), ("with", of(70)), ("without", of(20))];
    assert_eq!(tokens, BTreeMap::from(wanted.map(|(arm, tokens)| (arm.to_owned(), tokens))));
}

#[test]
fn what_is_wrong_with_passes_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let says = |args: &[&str], words: &str| {
        let said = fails(folder.path(), 3, args);
        assert!(said.contains(words), "{words} is missing in: {said}");
    };
    says(&["run", "--arm", "rationale"], "`--rationale-model MODEL`");
    says(&["run", "--predictor", "sim:reader?ceiling=3"], "a predictor has no `ceiling`");
    says(&["run", "--reference", "sim:reference?repeats=0"], "`0` is not a whole number from 1");
    says(&["run", "--reference", "sim:rationaliser"], "cannot be a reference");
    says(&["run", "--rationale-model", "sim:reader"], "cannot be a rationale model");
    says(&["grow", "nowhere"], "there is no run here");

    let (_, err) = succeeds(
        folder.path(),
        &["run", "--limit", "3", "--rationale-model", "sim:rationaliser", "--out", "run"],
    );
    assert!(err.contains("no arm shows what it would say"), "{err}");
    says(
        &["grow", "run", "--rationale-model", "sim:rationaliser?seed=2&name=other"],
        "its rationale model is `sim:rationaliser`, not `other`",
    );
    let (out, err) = succeeds(folder.path(), &["prompt", "moral_machines", "--arm", "rationale"]);
    assert!(out.contains("<given_answer>") && err.contains("to the rationale model"), "{out}{err}");
    assert!(out.contains("(another model's explanation of that answer)"), "{out}");
}

#[test]
fn a_study_file_gives_each_model_its_repeats() {
    let folder = tempfile::tempdir().unwrap();
    let study = r#"
        limit = 20
        ceiling = 4
        arms = ["without", "with", "rationale"]
        [rationale]
        model = "sim:rationaliser"
        [[reference]]
        model = "sim:reference?rule=1"
        name = "once"
        ceiling = 0
        [[reference]]
        model = "sim:reference?rule=2&noise=0.1"
        name = "often"
        repeats = 3
        [[predictor]]
        model = "sim:reader"
        options = { repeats = 2 }
    "#;
    std::fs::write(folder.path().join("passes.toml"), study).unwrap();
    let (_, err) = succeeds(folder.path(), &["run", "passes.toml", "--out", "run"]);
    assert!(err.contains("repeats: often 3 (4 of counterfactuals), sim:reader 2"), "{err}");
    let run = folder.path().join("run");
    let rows = answer_rows(&run);
    let most = |name: &str| rows.iter().filter(|r| r.reference == name).map(|r| r.repeat).max();
    assert_eq!((most("once"), most("often")), (Some(0), Some(3)));
    let guesses = prediction_rows(&run);
    let of = |name: &str| guesses.iter().filter(|row| row.reference == name).count();
    assert_eq!((of("once"), of("often")), (20 * 3 * 2, 20 * 3 * 2 * 3));
    // The study as a command says the same.
    let (out, _) = succeeds(folder.path(), &["grow", "run", "--format", "csv"]);
    assert!(out.starts_with("reference,"), "{out}");
}

#[test]
fn another_study_does_not_get_into_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, reference: &str| {
        let text = format!(
            "name = \"{name}\"\npairs = [\"moral_machines\"]\nscenarios = 3000\nlimit = 10\n\
             [[reference]]\nmodel = \"sim:reference\"\nname = \"{reference}\"\n\
             [[predictor]]\nmodel = \"sim:reader\"\nname = \"{reference}-reader\"\n"
        );
        std::fs::write(folder.path().join(format!("{name}.toml")), text).unwrap();
    };
    write("one", "a");
    write("renamed", "a");
    write("other", "b");
    succeeds(folder.path(), &["run", "one.toml", "--out", "run"]);
    let before = std::fs::read(folder.path().join("run/run.toml")).unwrap();
    let said = fails(folder.path(), 3, &["run", "other.toml", "--out", "run"]);
    assert!(said.contains("it is of the study `one`, not `other`"), "{said}");
    assert_eq!(std::fs::read(folder.path().join("run/run.toml")).unwrap(), before);
    succeeds(folder.path(), &["run", "renamed.toml", "--out", "run"]);
}
