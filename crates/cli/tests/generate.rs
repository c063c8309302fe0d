//! Counterfactuals written by a model: what comes back, what becomes of it, and going on.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use axum::http::StatusCode;
use foretell_core::generate::{GenerationOutcome, WrittenOutcome};
use foretell_core::{Question, QuestionId, TextId};
use foretell_tables::{GenerationRow, PairRow, QuestionRow, ScoreRow, read, write};
use scripted::{Server, completion, fails, foretell, succeeds, tables};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// Questions `q0`, `q1`, ... in a folder `questions`.
fn questions(folder: &Path, count: usize, labels: &[&str], truth: Option<&str>) {
    let row = |number: usize| {
        let text = format!("Case q{number}: she rents, and owns a dog.");
        QuestionRow::from(Question {
            question_id: QuestionId::new("clients", number),
            text_id: TextId::of("clients", &text),
            dataset: "clients".into(),
            source: "test".into(),
            row: Some(number as i64),
            text,
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            options: vec![],
            ground_truth: truth.map(str::to_owned),
            features: vec![],
            prompt_first: None,
            prompt_last: None,
        })
    };
    write(&folder.join("questions/questions.parquet"), (0..count).map(row)).unwrap();
}

fn prompt(body: &Value) -> &str {
    body["messages"][0]["content"].as_str().unwrap()
}

/// The number of the case that a prompt is about.
fn case(prompt: &str) -> usize {
    let after = &prompt[prompt.rfind("Case q").unwrap() + "Case q".len()..];
    after[..after.find(':').unwrap()].parse().unwrap()
}

/// Well-formed JSON of these counterfactuals.
fn generation(texts: &[String]) -> String {
    let written: Vec<Value> = texts
        .iter()
        .map(|text| {
            json!({"text": text, "changes": [{"name": "pet", "value": "cat"}],
                "likely_to_change": true, "coherence": 8, "coherence_reason": "whole"})
        })
        .collect();
    // Written by hand in this order: a reply that is cut off keeps the choice of the method.
    format!(
        r#"{{"method": "concept", "reason": "facts", "reasoning": "", "concepts": [], "counterfactuals": {}}}"#,
        Value::from(written)
    )
}

fn texts(case: usize, count: usize) -> Vec<String> {
    (0..count).map(|at| format!("Case q{case}: she rents, and owns {at} cats.")).collect()
}

/// One way of replying a case: 0 good, 1 fenced, 2 half, 3 prose, 4 nothing, 5 repeats, 6 too few,
/// 7 too many, 8 a copy and a blank, 9 failed.
fn every_way(_number: u64, body: &Value) -> (StatusCode, String) {
    let prompt = prompt(body);
    if prompt.contains("<new_question>") {
        let new = prompt.rsplit("<new_question>").next().unwrap();
        let verdict = if new.contains("0 cats") { "no cats: 4" } else { "9" };
        let text = match verdict {
            "9" => r#"{"reason": "clear", "coherence": 9}"#,
            _ => "```json\n{\"reason\": \"no cats\", \"coherence\": 4}\n```",
        };
        return (StatusCode::OK, completion(text));
    }
    let case = case(prompt);
    let good = generation(&texts(case, 3));
    let text = match case {
        0 => good,
        1 => format!("Here you are:\n\n```json\n{good}\n```\nGood luck!"),
        2 => good[..good.find("and owns 2").unwrap()].to_owned(),
        3 => "I would rather talk about the weather.".to_owned(),
        4 => String::new(),
        5 => generation(&[texts(5, 1), texts(5, 1), texts(5, 2)[1..].to_vec()].concat()),
        6 => generation(&texts(6, 1)),
        7 => generation(&texts(7, 5)),
        8 => {
            let original = "case q8:  she rents, and owns a dog.".to_owned();
            generation(&[vec![original, " ".to_owned()], texts(8, 1)].concat())
        }
        _ => return (StatusCode::BAD_REQUEST, json!({"error": {"message": "no"}}).to_string()),
    };
    (StatusCode::OK, completion(&text))
}

fn generate<'a>(model: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let start = ["pairs", "generate", "--from", "questions", "--model", model];
    let rest = ["--per-question", "3", "--out", "out", "--yes", "--attempts", "1"];
    [&start[..], &rest[..], more].concat()
}

#[test]
fn every_reply_lands_as_its_outcome_and_nothing_is_lost() {
    use GenerationOutcome::{Complete, CutOff, Empty, ProviderError, TooFew, TooMany, Unreadable};
    use WrittenOutcome::{Blank, Copy, Extra, Kept, Repeated};
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    questions(folder.path(), 10, &["YES", "NO"], None);
    let server = Server::start(every_way, Duration::ZERO);
    let model = server.model();

    succeeds(folder.path(), &generate(&model, &["--limit", "4"]));
    assert_eq!(server.answered(), 4);
    succeeds(folder.path(), &generate(&model, &[]));
    assert_eq!(server.answered(), 10, "only what was missing is asked for");

    let rows = read::<GenerationRow>(&out.join("generations.parquet")).unwrap();
    let mut found: BTreeMap<String, (GenerationOutcome, Vec<WrittenOutcome>)> = BTreeMap::new();
    for row in &rows {
        let entry = found.entry(row.question_id.to_string());
        let (_, outcomes) = entry.or_insert_with(|| (row.request_outcome, Vec::new()));
        outcomes.extend(row.outcome);
    }
    let expected = [
        (Complete, vec![Kept; 3]),
        (Complete, vec![Kept; 3]),
        (CutOff, vec![Kept; 2]),
        (Unreadable, vec![]),
        (Empty, vec![]),
        (Complete, vec![Kept, Repeated, Kept]),
        (TooFew, vec![Kept]),
        (TooMany, vec![Kept, Kept, Kept, Extra, Extra]),
        (Complete, vec![Copy, Blank, Kept]),
        (ProviderError, vec![]),
    ];
    for (number, expected) in expected.into_iter().enumerate() {
        assert_eq!(found[&format!("clients/{number}")], expected, "case {number}");
    }
    assert_eq!(rows.len(), 23, "one row a counterfactual, or a request without one");
    let cut = rows.iter().find(|row| row.request_outcome == CutOff).unwrap();
    assert_eq!((cut.method.as_deref(), cut.method_asked.as_str()), (Some("concept"), "auto"));
    assert_eq!((cut.cost_usd, cut.own_coherence), (Some(0.001), Some(8.0)));

    let pairs = read::<PairRow>(&out.join("pairs.parquet")).unwrap();
    let kept: Vec<_> = rows.iter().filter_map(|row| row.counterfactual_id.clone()).collect();
    assert_eq!(pairs.iter().map(|pair| pair.counterfactual_id.clone()).collect::<Vec<_>>(), kept);
    let pair = &pairs[0];
    assert_eq!(
        (pair.generator.as_deref(), pair.method.as_deref()),
        (Some("scripted"), Some("concept"))
    );
    assert_eq!((pair.changed.as_slice(), pair.original_row), (&["pet".to_owned()][..], Some(0)));
    assert_eq!(pair.generator_reply_key, rows[0].reply_key);
    let known: HashSet<_> = read::<QuestionRow>(&out.join("questions.parquet"))
        .unwrap()
        .into_iter()
        .map(|row| row.question_id)
        .collect();
    assert!(pairs.iter().all(|pair| {
        known.contains(&pair.original_id) && known.contains(&pair.counterfactual_id)
    }));

    let before = tables(&out);
    let (printed, err) = succeeds(folder.path(), &generate(&model, &[]));
    assert!(err.contains("0 requests sent"), "{err}");
    assert!(
        printed.contains(
            "complete 4, too_few 1, too_many 1, cut_off 1, unreadable 1, empty 1, provider_error 1"
        ),
        "{printed}"
    );
    assert!(printed.contains("kept 15, repeated 1, copy 1, blank 1, extra 2"), "{printed}");
    assert!(before == tables(&out), "the same command gives the same bytes");
    let (_, err) = succeeds(folder.path(), &generate(&model, &["--retry-failed"]));
    assert!(err.contains("1 request sent"), "{err}");
    let said = fails(folder.path(), 3, &generate(&model, &["--methods", "concept"]));
    assert!(said.contains("its `methods` is `auto`, not `concept`"), "{said}");
    succeeds(
        folder.path(),
        &["run", "--pairs", "out", "--predictor", "sim:reader", "--out", "run"],
    );
}

#[test]
fn a_judge_scores_what_is_kept_and_a_bound_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    questions(folder.path(), 3, &["YES", "NO"], None);
    let server = Server::start(every_way, Duration::ZERO);
    let model = server.model();
    succeeds(folder.path(), &generate(&model, &["--answer-order", "both"]));
    assert_eq!(read::<PairRow>(&out.join("pairs.parquet")).unwrap().len(), 16);
    let judged = ["--judge", &model, "--answer-order", "both"];
    let (printed, _) = succeeds(folder.path(), &generate(&model, &judged));
    assert_eq!(server.answered(), 3 + 8, "one verdict a counterfactual");
    assert!(printed.contains("by scripted: mean 8.00 of 10, 0 below 5"), "its own: {printed}");
    assert!(printed.contains("by scripted: mean 7.12 of 10, 3 below 5; answered 8"), "{printed}");
    let scores = read::<ScoreRow>(&out.join("scores/scripted.parquet")).unwrap();
    assert_eq!(scores.len(), 16);
    let low = scores.iter().find(|score| score.value == Some(4.0)).unwrap();
    assert_eq!((low.kind.as_str(), low.reason.as_deref()), ("coherence", Some("no cats")));

    let strict = ["--judge", &model, "--min-coherence", "5"];
    let (printed, err) = succeeds(folder.path(), &generate(&model, &strict));
    assert!(
        printed.contains("kept 5, incoherent 3") && err.contains("0 requests sent"),
        "{printed}"
    );
    assert_eq!(read::<PairRow>(&out.join("pairs.parquet")).unwrap().len(), 5);
    let said = fails(folder.path(), 3, &generate(&model, &["--min-coherence", "9"]));
    assert!(
        said.contains("no counterfactual could be kept"),
        "the generator's own are all 8: {said}"
    );
    let rows = read::<GenerationRow>(&out.join("generations.parquet")).unwrap();
    assert!(rows.iter().all(|row| row.outcome == Some(WrittenOutcome::Incoherent)));
}

/// A server that refuses to be told the form of a reply.
fn without_schema(number: u64, body: &Value) -> (StatusCode, String) {
    if body.get("response_format").is_some() {
        let error = json!({"error": {"message": "response_format is not supported here"}});
        return (StatusCode::BAD_REQUEST, error.to_string());
    }
    every_way(number, body)
}

#[test]
fn a_schema_is_asked_for_until_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    questions(folder.path(), 3, &["YES", "NO"], None);
    let server = Server::start(without_schema, Duration::ZERO);
    let model = server.model();
    let judged = ["--judge", model.as_str()];
    let (_, err) = succeeds(folder.path(), &generate(&model, &judged));
    assert_eq!(server.answered(), (1 + 3) + (1 + 8), "one refusal a stage");
    assert!(!err.contains("failed"), "{err}");
    let (_, err) = succeeds(folder.path(), &generate(&model, &judged));
    assert!(err.contains("0 requests sent"), "{err}");
    let plain = server.answered();
    let off = [&judged[..], &["--no-schema"]].concat();
    let said = fails(folder.path(), 3, &generate(&model, &off));
    assert!(said.contains("its `schema` is `true`"), "{said}");
    let mut args = generate(&model, &off);
    let at = args.iter().position(|arg| *arg == "out").unwrap();
    args[at] = "other";
    succeeds(folder.path(), &args);
    assert_eq!(server.answered() - plain, 3 + 8);
}

#[test]
fn generation_that_is_killed_goes_on_and_ends_as_if_undisturbed() {
    let folder = tempfile::tempdir().unwrap();
    questions(folder.path(), 60, &["YES", "NO"], None);
    fn good(_number: u64, body: &Value) -> (StatusCode, String) {
        let prompt = prompt(body);
        if prompt.contains("<new_question>") {
            return (StatusCode::OK, completion(r#"{"reason": "", "coherence": 9}"#));
        }
        (StatusCode::OK, completion(&generation(&texts(case(prompt), 3))))
    }
    let server = Server::start(good, Duration::from_millis(20));
    let model = server.model();
    let args = |out: &'static str| {
        let mut args = generate(&model, &["--judge", &model, "--concurrency", "4"]);
        let at = args.iter().position(|arg| *arg == "out").unwrap();
        args[at] = out;
        args
    };
    succeeds(folder.path(), &args("whole"));
    assert_eq!(server.answered(), 60 + 180);
    let (mut kills, mut moment) = (0, 11_u64);
    while kills < 8 {
        let mut child = foretell(folder.path())
            .args(args("killed"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        moment =
            moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis((moment >> 33) % 400));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills > 3, "over after {kills} kills: too short to test anything");
    std::thread::sleep(Duration::from_millis(200));
    succeeds(folder.path(), &args("killed"));
    assert!(server.answered() <= 2 * 240 + kills * 4, "{} in {kills} kills", server.answered());
    let [whole, killed] = ["whole", "killed"].map(|out| tables(&folder.path().join(out)));
    assert_eq!(whole.len(), 5, "originals, generations, scores, questions, pairs");
    assert!(whole == killed);
}

#[test]
fn methods_share_the_counterfactuals_and_ask_for_what_they_need() {
    let folder = tempfile::tempdir().unwrap();
    questions(folder.path(), 4, &[], None);
    let args = |methods: &'static str, out: &'static str| {
        let start = ["pairs", "generate", "--from", "questions", "--model", "sim:generator"];
        [&start[..], &["--per-question", "8", "--methods", methods, "--out", out]].concat()
    };
    let said = fails(folder.path(), 3, &args("concept,brief", "no"));
    assert!(said.contains("method `brief`: 4 of 4 questions have no labels"), "{said}");
    assert!(said.contains("would take a labeller"), "{said}");
    let said = fails(folder.path(), 3, &args("auto,concept", "no"));
    assert!(said.contains("`auto` alone"), "{said}");
    let said = fails(folder.path(), 3, &args("concpt", "no"));
    assert!(said.contains("the methods are auto, brief, concept"), "{said}");
    let labels = [&args("concept,reversal,brief", "out")[..], &["--labels", "YES,NO"]].concat();
    let (printed, _) = succeeds(folder.path(), &labels);
    assert!(printed.contains("kept by method    brief"), "{printed}");
    let rows = read::<GenerationRow>(&folder.path().join("out/generations.parquet")).unwrap();
    let wanted: HashSet<(String, i64)> =
        rows.iter().map(|row| (row.method.clone().unwrap(), row.wanted)).collect();
    let shares = [("concept", 3), ("reversal", 3), ("brief", 2)];
    assert_eq!(wanted, shares.map(|(method, count)| (method.to_owned(), count)).into());
    // Without labels the generator may choose, but not what needs them.
    let (_, err) = succeeds(folder.path(), &args("auto", "auto"));
    assert!(err.contains("warning: 4 of 4 questions have no labels"), "{err}");
    let rows = read::<GenerationRow>(&folder.path().join("auto/generations.parquet")).unwrap();
    assert!(rows.iter().all(|row| row.method.as_deref() != Some("brief")));
}

#[test]
fn paid_requests_wait_for_consent() {
    let folder = tempfile::tempdir().unwrap();
    questions(folder.path(), 3, &["YES", "NO"], None);
    let server = Server::start(every_way, Duration::ZERO);
    let model = server.model();
    let args: Vec<_> =
        generate(&model, &["--judge", &model]).into_iter().filter(|arg| *arg != "--yes").collect();
    let said = fails(folder.path(), 2, &args);
    assert!(said.contains("scripted counterfactuals 3 "), "{said}");
    assert!(said.contains("scripted verdicts at most 9 "), "{said}");
    assert_eq!(server.answered(), 0);
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/notes.txt"), "").unwrap();
    let mut args = generate(&model, &[]);
    let at = args.iter().position(|arg| *arg == "out").unwrap();
    args[at] = "mine";
    let said = fails(folder.path(), 3, &args);
    assert!(said.contains("there is no generate.toml, but there is `notes.txt`"), "{said}");
}

#[test]
fn from_questions_to_a_study_with_generated_counterfactuals() {
    let folder = tempfile::tempdir().unwrap();
    let args = [
        "pairs",
        "generate",
        "--from",
        "moral_machines",
        "--scenarios",
        "2000",
        "--limit",
        "40",
        "--model",
        "sim:generator?fail=0.3",
        "--judge",
        "sim:judge?fail=0.1",
        "--out",
        "generated",
        "--format",
        "json",
    ];
    let (printed, _) = succeeds(folder.path(), &args);
    let result: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(result["questions"], 40);
    let requests: u64 =
        result["requests"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(requests, 40);
    assert!(result["pairs"].as_u64().unwrap() > 150, "{printed}");
    assert_eq!(result["coherence"][1]["judge"], "sim:judge?fail=0.1");
    let (shown, _) = succeeds(folder.path(), &["prompt", "generated", "--arm", "with"]);
    assert!(shown.contains("<new_question>"), "{shown}");
    let run = [
        "run",
        "--pairs",
        "generated",
        "--reference",
        "sim:reference?faithfulness=1",
        "--predictor",
        "sim:reader",
        "--predictor",
        "sim:oracle",
        "--out",
        "run",
        "--format",
        "json",
    ];
    let (printed, _) = succeeds(folder.path(), &run);
    let table: Value = serde_json::from_str(&printed).unwrap();
    let nsg = table["rows"][0]["nsg"].as_f64();
    assert!(nsg.is_some_and(|nsg| nsg > 0.0), "{printed}");
}

#[test]
fn a_csv_of_open_questions_gets_counterfactuals_and_no_study() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("open.csv"), "question\nHow is tea made?\nWhy is it blue?\n")
        .unwrap();
    let args = ["pairs", "generate", "--from", "open.csv", "--model", "sim:generator", "--yes"];
    let (_, err) = succeeds(folder.path(), &[&args[..], &["--out", "made"]].concat());
    assert!(err.contains("warning: 2 of 2 questions have no labels"), "{err}");
    let rows = read::<QuestionRow>(&folder.path().join("made/questions.parquet")).unwrap();
    assert!(rows.len() > 2 && rows.iter().all(|row| row.labels.is_empty()));
    let brief =
        fails(folder.path(), 3, &[&args[..], &["--methods", "brief", "--out", "b"]].concat());
    assert!(brief.contains("method `brief`: 2 of 2 questions have no labels"), "{brief}");
    let said = fails(folder.path(), 3, &["run", "--pairs", "made", "--out", "run"]);
    assert!(said.contains("question `open/0`: 0 labels given"), "{said}");
    let said = fails(folder.path(), 3, &["run", "--pairs", "open.csv", "--out", "run"]);
    assert!(said.contains("it holds questions and no counterfactuals"), "{said}");
    let (_, err) =
        succeeds(folder.path(), &[&args[..], &["--labels", "YES,NO", "--out", "with"]].concat());
    assert!(!err.contains("warning"), "{err}");
    let method =
        fails(folder.path(), 3, &[&args[..], &["--methods", "revesal", "--out", "b"]].concat());
    assert!(method.contains("did you mean `reversal`?"), "{method}");
}
