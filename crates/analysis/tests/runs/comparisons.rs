//! Figures of an invented study whose pairs share texts, against an independent computation.

use crate::study::{G, write_pairs};
use foretell_analysis::{GroupKey, Prepared, Request, Sheet, analysis};
use foretell_core::{AnswerOrder, Outcome, PairId, QuestionId, TextId};
use foretell_tables::{AnswerRow, PredictionRow, write};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::{TempDir, tempdir};

#[derive(Deserialize)]
struct Golden {
    level: f64,
    figures: Vec<Row>,
}

/// The figures of one row of a sheet.
#[derive(Deserialize)]
struct Row {
    sheet: String,
    key: BTreeMap<String, String>,
    values: BTreeMap<String, f64>,
}

/// A guess as the file has it.
#[derive(Deserialize)]
struct Line {
    original: String,
    counterfactual: String,
    order: String,
    reference: String,
    predictor: String,
    arm: String,
    original_answer: Option<String>,
    target: Option<String>,
    target_outcome: String,
    guess: Option<String>,
    reasoning_tokens: i64,
}

impl Line {
    fn prediction(self) -> PredictionRow {
        let [original, counterfactual] =
            [&self.original, &self.counterfactual].map(|text| QuestionId::new("d", text));
        let answered = self.target_outcome == "answered";
        let order = match self.order.as_str() {
            "first" => AnswerOrder::First,
            _ => AnswerOrder::Last,
        };
        let outcome = |there: bool| if there { Outcome::Answered } else { Outcome::Unparsed };
        let switched = self.original_answer.as_ref().zip(self.target.as_ref());
        PredictionRow {
            pair_id: PairId::new(&original, &counterfactual, order),
            dataset: "d".into(),
            original_text_id: TextId::of("d", &self.original),
            counterfactual_text_id: TextId::of("d", &self.counterfactual),
            answer_order: order,
            distance: Some(1),
            changed: vec!["age".into()],
            method: None,
            cue_label: None,
            explainer: self.reference.clone(),
            reference: self.reference,
            arm: self.arm,
            predictor: self.predictor,
            repeat: 0,
            answer_repeat: 0,
            shown_reply: None,
            donor_id: None,
            outcome: outcome(self.guess.is_some()),
            reason: None,
            hit: self
                .guess
                .as_ref()
                .zip(self.target.as_ref())
                .map(|(guess, target)| guess == target),
            switched: switched.map(|(original, target)| original != target),
            answer: self.guess,
            original_answer: self.original_answer,
            target: self.target,
            target_outcome: outcome(answered),
            target_reply: None,
            confidence: None,
            confidence_level: None,
            input_tokens: None,
            cached_tokens: None,
            output_tokens: Some(self.reasoning_tokens + 10),
            reasoning_tokens: Some(self.reasoning_tokens),
            cost_usd: None,
            reply_key: None,
        }
    }
}

/// Writes the study, or what `keep` keeps of it, as a run.
fn run(keep: impl Fn(&Line) -> bool) -> TempDir {
    let run = tempdir().unwrap();
    let text = include_str!("../../../../testdata/analysis/comparisons.csv");
    let mut tables: BTreeMap<String, Vec<PredictionRow>> = BTreeMap::new();
    for line in csv::Reader::from_reader(text.as_bytes()).deserialize() {
        let line: Line = line.unwrap();
        if keep(&line) {
            let path = format!("{}/{}/{}.parquet", line.reference, line.predictor, line.arm);
            tables.entry(path).or_default().push(line.prediction());
        }
    }
    for (path, rows) in tables {
        write(&run.path().join("predictions").join(path), rows).unwrap();
    }
    run
}

fn sheets(prepared: &Prepared, name: &str, request: &Request) -> Vec<Sheet> {
    (analysis(name).unwrap().run)(prepared, request).unwrap()
}

fn text(sheet: &Sheet, row: usize, column: &str) -> String {
    match sheet.cell(row, column) {
        Some(foretell_analysis::Cell::Text(text)) => text.to_string(),
        other => panic!("{}: {column} is {other:?}", sheet.name),
    }
}

#[test]
fn figures_are_those_of_single_observations() {
    let golden: Golden =
        serde_json::from_str(include_str!("../../../../testdata/analysis/comparisons.json"))
            .unwrap();
    let run = run(|_| true);
    let request = Request { level: golden.level, bootstrap: 50, ..Request::default() };
    let prepared = Prepared::read(&[run.path()], &request).unwrap();
    let by = |by: &[GroupKey]| Request { by: Some(by.to_vec()), ..request.clone() };
    let of_reference = by(&[GroupKey::Reference]);
    let reference =
        ["gain", "gain-split", "gain-switch", "gain-leave-one-out", "gain-length", "arms", "order"];
    let mut all: Vec<Sheet> =
        reference.iter().flat_map(|name| sheets(&prepared, name, &of_reference)).collect();
    for name in ["effort", "scaling", "compare"] {
        all.extend(sheets(&prepared, name, &by(&[])));
    }
    let mut wrong = Vec::new();
    for row in &golden.figures {
        let sheet = all.iter().find(|sheet| sheet.name == row.sheet).expect(&row.sheet);
        let found = (0..sheet.rows.len())
            .find(|&at| row.key.iter().all(|(column, value)| text(sheet, at, column) == *value));
        let at = found.unwrap_or_else(|| panic!("{}: no row {:?}", row.sheet, row.key));
        for (column, value) in &row.values {
            let ours = sheet.number(at, column);
            // Sums of some hundred terms in another order; p values far out in the tail.
            if ours.is_none_or(|ours| (ours - value).abs() > 1e-9 * value.abs().max(1.0)) {
                wrong.push(format!("{} {:?} {column}: {ours:?}, not {value}", row.sheet, row.key));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(25)].join("\n")
    );
}

/// The gain of a run by reference.
fn gains(run: &Path, request: &Request) -> Sheet {
    sheets(&Prepared::read(&[run], request).unwrap(), "gain", request).remove(0)
}

#[test]
fn two_runs_are_compared_on_what_both_have() {
    let request = Request { bootstrap: 0, ..Request::default() };
    let (whole, part) = (run(|_| true), run(|line| line.predictor != "s" && line.original != "7"));
    let prepared = Prepared::read_two(whole.path(), part.path(), &request).unwrap();
    let sheet = sheets(&prepared, "compare", &request).remove(0);
    assert_eq!(sheet.rows.len(), 7);
    let of_part = gains(part.path(), &request);
    for at in 0..7 {
        // The part is its own counterpart: nothing differs, and nothing of it is dropped.
        assert_eq!(sheet.number(at, "difference"), Some(0.0));
        assert_eq!(sheet.number(at, "observations"), of_part.number(at, "observations"));
        assert_eq!(sheet.number(at, "dropped_other"), Some(0.0));
        assert!(sheet.number(at, "dropped_one").unwrap() > 0.0);
        assert!(sheet.cell(at, "p").unwrap().reason().is_some(), "no difference varies");
    }
    assert!(
        sheet.notes.iter().any(|note| note.contains("alone, left out: s")),
        "{:?}",
        sheet.notes
    );
}

#[test]
fn two_runs_of_one_reference_each_are_compared_whatever_its_name() {
    let golden: Golden =
        serde_json::from_str(include_str!("../../../../testdata/analysis/comparisons.json"))
            .unwrap();
    let (one, other) =
        (run(|line| line.reference == "mystery"), run(|line| line.reference == "qwen3-4b"));
    let request = Request { bootstrap: 0, ..Request::default() };
    let prepared = Prepared::read_two(one.path(), other.path(), &request).unwrap();
    let sheet = sheets(&prepared, "compare", &request).remove(0);
    let pair = |row: &&Row| row.sheet == "compare" && row.key["one"] == "mystery";
    let expected = golden.figures.iter().filter(pair).find(|row| row.key["other"] == "qwen3-4b");
    for column in ["difference", "difference_se", "difference_low", "se_ratio", "p"] {
        let (ours, value) = (sheet.number(0, column).unwrap(), expected.unwrap().values[column]);
        assert!((ours - value).abs() < 1e-9, "{column}: {ours} {value}");
    }
    assert!(text(&sheet, 0, "one").ends_with(": mystery"));
}

#[test]
fn shared_texts_are_said_and_few_clusters_too() {
    let run = run(|_| true);
    let request = Request { bootstrap: 0, ..Request::default() };
    let gains = gains(run.path(), &request);
    let said = |words: &str| gains.warnings.iter().any(|warning| warning.contains(words));
    assert!(said("shared by pairs of different originals") && said("fewer than 30 clusters"));
    let prepared = Prepared::read(&[run.path()], &request).unwrap();
    for name in [
        "gain-split",
        "gain-switch",
        "gain-leave-one-out",
        "arms",
        "effort",
        "order",
        "scaling",
        "compare",
    ] {
        for sheet in sheets(&prepared, name, &request) {
            let flagged = sheet.warnings.iter().any(|w| w.contains("fewer than 30 clusters"));
            assert!(
                flagged && sheet.notes.iter().any(|n| n.contains("dyad-robust")),
                "{}",
                sheet.name
            );
            assert!(sheet.panel.is_some(), "{}", sheet.name);
        }
    }
}

#[test]
fn explanations_are_as_long_as_the_answers_say() {
    let run = tempdir().unwrap();
    let pairs = [(0, G::Right, G::Wrong), (1, G::Right, G::Wrong), (2, G::Wrong, G::Right)];
    write_pairs(run.path(), "r", "p", &pairs);
    let answer = |cluster: usize, explanation: &str| {
        let question_id = QuestionId::new("d", cluster);
        AnswerRow {
            reference: "r".into(),
            dataset: "d".into(),
            text_id: TextId::of("d", question_id.as_str()),
            question_id,
            answer_order: AnswerOrder::First,
            repeat: 0,
            outcome: Outcome::Answered,
            reason: None,
            answer: Some("NO".into()),
            answer_read: Some("NO".into()),
            explanation: Some(explanation.into()),
            factors: vec![],
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
    };
    // Characters, not bytes.
    let texts = [answer(0, "d\u{e4} is"), answer(1, "one two three"), answer(2, "no")];
    write(&run.path().join("answers/r.parquet"), texts).unwrap();
    let request = Request { bootstrap: 0, ..Request::default() };
    let prepared = Prepared::read(&[run.path()], &request).unwrap();
    let sheet = sheets(&prepared, "gain-length", &request).remove(0);
    let figures =
        |row: usize| ["helped", "hurt", "difference"].map(|c| sheet.number(row, c).unwrap());
    assert_eq!((figures(0), figures(1)), ([9.0, 2.0, 7.0], [2.5, 1.0, 1.5]));
    let unknown = sheet.cell(2, "helped").unwrap().reason();
    assert_eq!(unknown, Some("no table of predictions holds tokens of reasoning"));
}
