//! The report of a run that this test writes: whole, on its own, and with all text escaped.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use foretell_core::{AnswerOrder, Outcome, PairId, QuestionId, TextId};
use foretell_report::{ReportError, ReportRequest, write_report};
use foretell_tables::{AnswerRow, ModelRow, PairRow, PredictionRow, QuestionRow, write};
use std::path::Path;

/// What a hostile model would write.
const HOSTILE: &str = "<script>alert(1)</script><img src=\"http://evil.example/x\">{{ 7 * 7 }}";

fn question(number: usize) -> QuestionRow {
    QuestionRow {
        question_id: QuestionId::new("d", number),
        text_id: TextId::of("d", &number.to_string()),
        dataset: "d".into(),
        source: "s".into(),
        row: None,
        text: format!("question {number} {HOSTILE}"),
        labels: vec!["YES".into(), "NO".into()],
        options: vec![],
        ground_truth: None,
        features: vec![],
        prompt_first: None,
        prompt_last: None,
    }
}

fn pair(number: usize) -> PairRow {
    let (original, counterfactual) = (question(2 * number), question(2 * number + 1));
    let order = AnswerOrder::First;
    PairRow {
        pair_id: PairId::new(&original.question_id, &counterfactual.question_id, order),
        dataset: "d".into(),
        original_id: original.question_id,
        counterfactual_id: counterfactual.question_id,
        original_row: None,
        counterfactual_row: None,
        original_text_id: original.text_id,
        counterfactual_text_id: counterfactual.text_id,
        answer_order: order,
        distance: None,
        changed: vec![],
        generator: None,
        method: None,
        generator_reply_key: None,
        cue_label: None,
    }
}

fn answer(number: usize, reference: &str) -> AnswerRow {
    AnswerRow {
        reference: reference.into(),
        dataset: "d".into(),
        question_id: QuestionId::new("d", number),
        text_id: TextId::of("d", &number.to_string()),
        answer_order: AnswerOrder::First,
        repeat: 0,
        outcome: Outcome::Answered,
        reason: None,
        answer: Some("YES".into()),
        answer_read: None,
        explanation: Some(format!("because {HOSTILE}")),
        factors: vec![HOSTILE.into()],
        other_info: vec![],
        confidence: None,
        confidence_level: None,
        reasoning: None,
        reasoning_source: None,
        input_tokens: None,
        cached_tokens: None,
        output_tokens: None,
        reasoning_tokens: None,
        cost_usd: None,
        reply_key: None,
    }
}

/// A guess; every fifth one hedges. `right` says whether the others are right.
fn guess(number: usize, reference: &str, arm: &str, right: bool) -> PredictionRow {
    let pair = pair(number);
    let answered = number % 5 != 4;
    let answer = answered.then_some(if right { "NO" } else { "YES" });
    PredictionRow {
        pair_id: pair.pair_id,
        dataset: pair.dataset,
        original_text_id: pair.original_text_id,
        counterfactual_text_id: pair.counterfactual_text_id,
        answer_order: pair.answer_order,
        distance: None,
        changed: vec![],
        method: None,
        cue_label: None,
        reference: reference.into(),
        explainer: reference.into(),
        arm: arm.into(),
        predictor: "reader & co".into(),
        repeat: 0,
        answer_repeat: 0,
        shown_reply: None,
        donor_id: None,
        outcome: if answered { Outcome::Answered } else { Outcome::Hedged },
        reason: None,
        answer: answer.map(String::from),
        original_answer: Some("YES".into()),
        target: Some("NO".into()),
        target_outcome: Outcome::Answered,
        target_reply: None,
        hit: answer.map(|answer| answer == "NO"),
        switched: Some(true),
        confidence: None,
        confidence_level: None,
        input_tokens: None,
        cached_tokens: None,
        output_tokens: None,
        reasoning_tokens: None,
        cost_usd: None,
        reply_key: None,
    }
}

fn model(name: &str) -> ModelRow {
    ModelRow {
        name: name.into(),
        provider: "http".into(),
        model: HOSTILE.into(),
        spec: "http://localhost:1/v1#m".into(),
        family: None,
        vendor: None,
        open: None,
        size_b: None,
        effort: Some("low".into()),
        temperature: None,
        max_tokens: None,
        served: vec![],
    }
}

/// A run of two references: explanations of the first help, the baseline of the second is perfect.
fn write_run(run: &Path) {
    write(&run.join("questions.parquet"), (0..60).map(question)).unwrap();
    write(&run.join("pairs.parquet"), (0..30).map(pair)).unwrap();
    write(&run.join("models.parquet"), [model("m<1>")]).unwrap();
    std::fs::write(run.join("run.toml"), "title = \"<b>study</b>\"\n").unwrap();
    for (folder, reference) in [("m_1", "m<1>"), ("perfect", "perfect")] {
        let path = run.join(format!("answers/{folder}.parquet"));
        write(&path, (0..60).map(|number| answer(number, reference))).unwrap();
        let right = |arm: &str, number: usize| {
            let wrong_each = if arm == "with" { 6 } else { 2 };
            reference == "perfect" && arm == "without" || !number.is_multiple_of(wrong_each)
        };
        for arm in ["with", "without"] {
            let path = run.join(format!("predictions/{folder}/reader/{arm}.parquet"));
            let rows = (0..30).map(|number| guess(number, reference, arm, right(arm, number)));
            write(&path, rows).unwrap();
        }
    }
}

fn page() -> String {
    let run = tempfile::tempdir().unwrap();
    write_run(run.path());
    let out = run.path().join("report.html");
    let request = ReportRequest {
        title: "A <study>".into(),
        command: Some("foretell run --pairs 'a & b'".into()),
        ..ReportRequest::default()
    };
    write_report(run.path(), &out, &request).unwrap();
    std::fs::read_to_string(out).unwrap()
}

#[test]
fn text_of_models_and_files_is_escaped() {
    let page = page();
    // One script, the page's own, which the content policy names by its hash.
    assert_eq!(page.matches("<script").count(), 1);
    for tag in ["<img", "<b>", "<study>", "m<1>"] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert!(page.contains("because &lt;script&gt;alert(1)"), "the example shows the explanation");
    assert!(page.contains("{{ 7 * 7 }}"), "text is not taken for a template");
    assert!(page.contains("&lt;b&gt;study&lt;&#x2f;b&gt;"), "{page}");
}

#[test]
fn a_case_that_misled_part_of_the_panel_is_not_shown_as_egregious() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path();
    write(&run.join("questions.parquet"), (0..4).map(question)).unwrap();
    write(&run.join("pairs.parquet"), (0..2).map(pair)).unwrap();
    write(&run.join("answers/r.parquet"), (0..4).map(|number| answer(number, "r"))).unwrap();
    // Of three predictors all are misled about the first pair; one says nothing about the second.
    for (predictor, pairs) in [("one", 2), ("two", 2), ("three", 1)] {
        for (arm, right) in [("with", false), ("without", true)] {
            let rows = (0..pairs).map(|number| PredictionRow {
                predictor: predictor.into(),
                ..guess(number, "r", arm, right)
            });
            let path = format!("predictions/r/{predictor}/{arm}.parquet");
            write(&run.join(path), rows.collect::<Vec<_>>()).unwrap();
        }
    }
    let out = run.join("report.html");
    write_report(run, &out, &ReportRequest::default()).unwrap();
    let page = std::fs::read_to_string(out).unwrap();
    assert_eq!(page.matches("all predictors (guess without: the first)").count(), 1);
}

#[test]
fn the_page_loads_nothing() {
    let page = page();
    assert!(page.contains("default-src 'none'") && page.contains("script-src 'sha256-"));
    let escaped = page.replace("src=&quot;", "").replace("href=\"#", "");
    for attribute in ["src=", "href=", "url(", "@import", "xmlns", "<link", "<iframe", "<object"] {
        assert!(!escaped.contains(attribute), "{attribute}");
    }
    // What is left of addresses is text: in the specification of a model, and in what one wrote.
    let shown = page.replace("&#x2f;", "/");
    let addresses = shown.matches("http:").count() + shown.matches("https:").count();
    let as_text = shown.matches("http://localhost:1/v1#m</code>").count()
        + shown.matches("http://evil.example/x&quot;&gt;").count();
    assert_eq!(addresses, as_text);
}

#[test]
fn the_page_says_what_is_undefined_and_what_was_left_out() {
    let page = page();
    assert!(page.contains("Shown its explanations, predictors made"));
    assert!(
        page.contains(
            "about <code>perfect</code> the NSG is undefined: the baseline makes no error"
        )
    );
    assert!(page.contains("NSG undefined for <code>perfect</code>"));
    assert!(page.contains("undefined: the baseline makes no error"), "in its place in the figure");
    assert!(page.contains("<td class=\"name\">hedged</td>"), "missing guesses have their outcome");
    assert!(page.contains(">Helped</span>") && page.contains(">Misled</span>"));
    assert_eq!(page.matches("<figure ").count(), page.matches("role=\"img\"").count());
    assert!(page.matches("<figure ").count() >= 6);
    assert!(page.contains("no <code>effort</code>: no model was asked at several efforts"));
    let nowhere =
        "there is nothing to draw in any of its 2 rows: the size of the reference is not known";
    assert!(page.contains(nowhere), "no empty plot over the size of models that have none");
    assert!(page.contains("is the only predictor: an absolute NSG depends on who guesses"));
    assert!(page.contains("foretell run --pairs &#x27;a &amp; b&#x27;"));
}

#[test]
fn tables_come_with_csv_and_latex_and_the_page_with_methods_and_hashes() {
    let page = page();
    for file in ["gain.csv", "gain.tex", "nsg.csv", "missing.csv", "costs.csv", "foretell.bib"] {
        assert!(page.contains(&format!("data-file=\"{file}\"")), "{file}");
    }
    assert!(page.contains("eprint = {2602.02639}") && page.contains("NSG = (A_with - A_without)"));
    let hash = page.split("<th scope=\"row\">questions.parquet</th><td><code>").nth(1).unwrap();
    assert!(hash[..64].bytes().all(|byte| byte.is_ascii_hexdigit()), "{}", &hash[..64]);
}

#[test]
fn the_same_run_gives_the_same_page() {
    assert_eq!(page(), page());
}

#[test]
fn a_run_that_has_only_predictions_still_has_a_report() {
    let run = tempfile::tempdir().unwrap();
    write_run(run.path());
    for name in ["questions.parquet", "pairs.parquet", "models.parquet", "run.toml"] {
        std::fs::remove_file(run.path().join(name)).unwrap();
    }
    let out = run.path().join("report.html");
    write_report(run.path(), &out, &ReportRequest::default()).unwrap();
    let page = std::fs::read_to_string(out).unwrap();
    assert!(!page.contains(">Examples</h2>") && !page.contains("aria-label=\"Models\""));
    assert!(page.contains("holds no <code>run.toml</code>"));
}

#[test]
fn what_was_not_asked_is_not_counted_and_people_who_guessed_a_part_are_no_predictor() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path();
    for arm in ["with", "without"] {
        let of = |predictor: &str, asked: usize| -> Vec<PredictionRow> {
            let row = |number: usize| {
                let known = PredictionRow {
                    predictor: predictor.into(),
                    ..guess(5 * number, "r", arm, number > 3)
                };
                let unasked = PredictionRow {
                    outcome: Outcome::NotAsked,
                    answer: None,
                    hit: None,
                    ..known.clone()
                };
                if number < asked { known } else { unasked }
            };
            (0..12).map(row).collect()
        };
        write(&run.join(format!("predictions/r/one/{arm}.parquet")), of("one", 12)).unwrap();
        write(&run.join(format!("predictions/r/human/{arm}.parquet")), of("human", 5)).unwrap();
    }
    let out = run.join("report.html");
    write_report(run, &out, &ReportRequest::default()).unwrap();
    let page = std::fs::read_to_string(out).unwrap();
    assert!(page.contains("34 guesses were made in arms"), "12 and 5 in each of two arms");
    let people =
        "1 predictor guessed their answers: <code>one</code>; people made 10 guesses of a part.";
    assert!(page.contains(people));
    assert!(page.contains("A panel of 1 predictor (panel "), "{page}");
}

#[test]
fn many_references_are_told_by_an_opening_and_a_line_each() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path();
    for reference in ["a", "b", "c", "d", "e", "f<1>"] {
        for (arm, wrong_each) in [("with", 6), ("without", 2)] {
            let right = |number: usize| !number.is_multiple_of(wrong_each);
            // What is said of one of them misleads.
            let arm = match (reference, arm) {
                ("f<1>", "with") => "without",
                ("f<1>", _) => "with",
                _ => arm,
            };
            let rows = (0..30).map(|number| guess(number, reference, arm, right(number)));
            let name = reference.replace(['<', '>'], "_");
            write(&run.join(format!("predictions/{name}/reader/{arm}.parquet")), rows).unwrap();
        }
    }
    let out = run.join("report.html");
    write_report(run, &out, &ReportRequest::default()).unwrap();
    let page = std::fs::read_to_string(out).unwrap();
    let head = page.split("<nav ").next().unwrap();
    assert_eq!(head.matches("predictors made").count(), 1, "{head}");
    assert!(head.contains("more about <code>f&lt;1&gt;</code> (NSG"), "{head}");
    let table = head.split("<table class=\"sorts lines\">").nth(1).unwrap();
    let names: Vec<&str> = table
        .split("<th scope=\"row\">")
        .skip(1)
        .map(|rest| rest.split("</th>").next().unwrap())
        .collect();
    assert_eq!(names, ["a", "b", "c", "d", "e", "f&lt;1&gt;"]);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    let run = tempfile::tempdir().unwrap();
    write_run(run.path());
    let out = run.path().join("none/report.html");
    let error = write_report(run.path(), &out, &ReportRequest::default()).unwrap_err();
    assert!(matches!(&error, ReportError::Io { path, .. } if *path == out), "{error}");
}
