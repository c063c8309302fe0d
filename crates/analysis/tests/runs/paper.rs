//! The study of `testdata/analysis`, written as a run folder and read back as figures.

use foretell_analysis::{Cell, Prepared, Request, Sheet, analysis};
use foretell_core::{AnswerOrder, ConfidenceLevel, Outcome, PairId, QuestionId, TextId};
use foretell_tables::{AnswerRow, PredictionRow, QuestionRow, ScoreRow, write};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

#[derive(Deserialize)]
struct Study {
    pairs: Vec<StudyPair>,
    /// Dataset, number, text, truth, labels.
    texts: Vec<(String, usize, String, String, Vec<String>)>,
    /// Reference, dataset, number of the text, one answer a repeat.
    answers: Vec<(String, String, usize, Vec<String>)>,
    guesses: Vec<StudyGuess>,
    grades: Vec<(usize, String, f64)>,
    mentions: Vec<(usize, String, f64)>,
    checks: Vec<Check>,
}

/// Pair, reference, predictor, arm, label, outcome, confidence.
type StudyGuess = (usize, String, String, String, Option<String>, Outcome, ConfidenceLevel);

#[derive(Deserialize)]
struct StudyPair {
    dataset: String,
    original: usize,
    counterfactual: usize,
    cue: Option<String>,
}

#[derive(Deserialize)]
struct Check {
    sheet: String,
    row: BTreeMap<String, String>,
    column: String,
    value: f64,
}

impl Study {
    fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/analysis/study.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn text(&self, dataset: &str, number: usize) -> &str {
        let found = self.texts.iter().find(|text| text.0 == dataset && text.1 == number);
        &found.unwrap().2
    }

    fn ids(&self, pair: &StudyPair) -> (PairId, [TextId; 2]) {
        let id = |number: usize| QuestionId::new(&pair.dataset, number);
        let texts = [pair.original, pair.counterfactual]
            .map(|number| TextId::of(&pair.dataset, self.text(&pair.dataset, number)));
        (PairId::new(&id(pair.original), &id(pair.counterfactual), AnswerOrder::First), texts)
    }

    fn write(&self, run: &Path) {
        self.write_questions(run);
        let mut files: BTreeMap<[&str; 3], Vec<PredictionRow>> = BTreeMap::new();
        let answers: HashMap<(&str, &str, usize), &str> = (self.answers.iter())
            .map(|of| ((of.0.as_str(), of.1.as_str(), of.2), of.3[0].as_str()))
            .collect();
        for guess in &self.guesses {
            let (number, reference, predictor, arm, label, outcome, level) = guess;
            let pair = &self.pairs[*number];
            let said = |text| answers[&(reference.as_str(), pair.dataset.as_str(), text)];
            let (target, before) = (said(pair.counterfactual), said(pair.original));
            let (pair_id, [original, counterfactual]) = self.ids(pair);
            let row = crate::study::Row::new(0, 0, crate::study::G::Right);
            let row = PredictionRow {
                pair_id,
                dataset: pair.dataset.clone(),
                original_text_id: original,
                counterfactual_text_id: counterfactual,
                cue_label: pair.cue.clone(),
                changed: vec!["colour".into()],
                outcome: *outcome,
                answer: label.clone(),
                original_answer: Some(before.to_owned()),
                target: Some(target.to_owned()),
                hit: label.as_ref().map(|label| label == target),
                switched: Some(before != target),
                confidence_level: Some(*level),
                ..crate::study::prediction(&row, reference, predictor, arm)
            };
            files.entry([reference, predictor, arm]).or_default().push(row);
        }
        for ([reference, predictor, arm], rows) in files {
            let path = run.join(format!("predictions/{reference}/{predictor}/{arm}.parquet"));
            write(&path, rows).unwrap();
        }
    }

    fn write_questions(&self, run: &Path) {
        let question = |(dataset, number, text, truth, labels): &(
            String,
            usize,
            String,
            String,
            Vec<String>,
        )| {
            QuestionRow {
                question_id: QuestionId::new(dataset, number),
                text_id: TextId::of(dataset, text),
                dataset: dataset.clone(),
                source: "drawn".into(),
                row: None,
                text: text.clone(),
                labels: labels.clone(),
                options: vec![],
                ground_truth: Some(truth.clone()),
                features: vec![],
                prompt_first: None,
                prompt_last: None,
            }
        };
        write(&run.join("questions.parquet"), self.texts.iter().map(question)).unwrap();
        let mut tables: BTreeMap<&str, Vec<AnswerRow>> = BTreeMap::new();
        for (reference, dataset, number, given) in &self.answers {
            let text = TextId::of(dataset, self.text(dataset, *number));
            let rows = given.iter().enumerate().map(|(repeat, label)| {
                let id = QuestionId::new(dataset, number);
                answer(reference, dataset, (id, text.clone()), repeat, label)
            });
            tables.entry(reference).or_default().extend(rows);
        }
        for (reference, rows) in tables {
            write(&run.join(format!("answers/{reference}.parquet")), rows).unwrap();
        }
        let grades = self.grades.iter().map(|of| (of, "testability", None));
        let mentions = self.mentions.iter().map(|of| (of, "mention", Some("colour".to_owned())));
        let scores = grades.chain(mentions).map(|((pair, reference, value), kind, feature)| {
            self.score(&self.pairs[*pair], reference, kind, feature, *value)
        });
        write(&run.join("scores/judge.parquet"), scores).unwrap();
    }

    fn score(
        &self,
        pair: &StudyPair,
        reference: &str,
        kind: &str,
        feature: Option<String>,
        value: f64,
    ) -> ScoreRow {
        let (pair_id, [original_text_id, counterfactual_text_id]) = self.ids(pair);
        ScoreRow {
            kind: kind.into(),
            judge: "judge".into(),
            dataset: pair.dataset.clone(),
            pair_id,
            original_text_id,
            counterfactual_text_id,
            answer_order: AnswerOrder::First,
            reference: Some(reference.into()),
            answer_repeat: Some(0),
            explained_id: None,
            explained_reply: None,
            feature,
            outcome: Outcome::Answered,
            value: Some(value),
            direction: None,
            label: None,
            reason: None,
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
}

/// One answered reply.
pub fn answer(
    reference: &str,
    dataset: &str,
    (question_id, text_id): (QuestionId, TextId),
    repeat: usize,
    label: &str,
) -> AnswerRow {
    AnswerRow {
        reference: reference.into(),
        dataset: dataset.into(),
        question_id,
        text_id,
        answer_order: AnswerOrder::First,
        repeat: repeat as i64,
        outcome: Outcome::Answered,
        reason: None,
        answer: Some(label.into()),
        answer_read: None,
        explanation: None,
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
}

/// The row of a sheet whose cells are those of `wanted`.
fn row_of(sheet: &Sheet, wanted: &BTreeMap<String, String>) -> Option<usize> {
    let is = |row: usize, (column, value): (&String, &String)| match sheet.cell(row, column) {
        Some(Cell::Text(text)) => **text == **value,
        Some(Cell::Count(count)) => count.to_string() == *value,
        _ => false,
    };
    (0..sheet.rows.len()).find(|row| wanted.iter().all(|cell| is(*row, cell)))
}

#[test]
fn figures_are_those_of_independent_packages() {
    let (study, run) = (Study::read(), tempfile::tempdir().unwrap());
    study.write(run.path());
    let request = Request { bootstrap: 200, ..Request::default() };
    let prepared = Prepared::read(&[run.path()], &request).unwrap();
    let names = ["predictors", "references", "baseline", "baselines", "ceiling", "metrics"];
    let sheets: Vec<Sheet> = (names.iter())
        .flat_map(|name| (analysis(name).unwrap().run)(&prepared, &request).unwrap())
        .collect();
    let mut wrong = Vec::new();
    for Check { sheet: name, row, column, value } in &study.checks {
        let sheet = sheets.iter().find(|sheet| sheet.name == *name).unwrap();
        let found = row_of(sheet, row).and_then(|row| sheet.number(row, column));
        // Sums of up to some thousand terms in another order.
        if !found.is_some_and(|found| (found - value).abs() < 1e-9) {
            wrong.push(format!("{name} {row:?} {column}: {found:?}, not {value}"));
        }
    }
    assert!(study.checks.len() > 400, "{}", study.checks.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), study.checks.len(), wrong.join("\n"));
}
