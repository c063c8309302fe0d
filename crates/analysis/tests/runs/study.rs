//! Run folders for tests: prediction tables written as a study writes them.

use foretell_core::{AnswerOrder, Outcome, PairId, QuestionId, TextId};
use foretell_tables::{PredictionRow, write};
use std::path::Path;

/// What a guess became: right, wrong, or one of the other outcomes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum G {
    Right,
    Wrong,
    Lost(Outcome),
}

/// A guess about pair `pair` of cluster `cluster` by `predictor` about `reference`.
#[derive(Clone)]
pub struct Row {
    pub cluster: usize,
    pub pair: usize,
    pub repeat: i64,
    pub guess: G,
    pub target: Outcome,
}

impl Row {
    pub fn new(cluster: usize, pair: usize, guess: G) -> Self {
        Self { cluster, pair, repeat: 0, guess, target: Outcome::Answered }
    }
}

/// One row as the tables have it. The target of every pair is YES, the original answer NO.
pub fn prediction(row: &Row, reference: &str, predictor: &str, arm: &str) -> PredictionRow {
    let (cluster, pair) = (row.cluster, row.pair);
    let original = QuestionId::new("d", cluster);
    let counterfactual = QuestionId::new("d", format!("{cluster}x{pair}"));
    let (outcome, answer) = match row.guess {
        G::Right => (Outcome::Answered, Some("YES")),
        G::Wrong => (Outcome::Answered, Some("NO")),
        G::Lost(outcome) => (outcome, None),
    };
    let targeted = row.target == Outcome::Answered;
    PredictionRow {
        pair_id: PairId::new(&original, &counterfactual, AnswerOrder::First),
        dataset: "d".into(),
        original_text_id: TextId::of("d", original.as_str()),
        counterfactual_text_id: TextId::of("d", counterfactual.as_str()),
        answer_order: AnswerOrder::First,
        distance: None,
        changed: vec![],
        method: None,
        cue_label: None,
        reference: reference.into(),
        explainer: reference.into(),
        arm: arm.into(),
        predictor: predictor.into(),
        repeat: row.repeat,
        answer_repeat: 0,
        shown_reply: None,
        donor_id: None,
        outcome,
        reason: None,
        answer: answer.map(String::from),
        original_answer: Some("NO".into()),
        target: targeted.then(|| "YES".into()),
        target_outcome: row.target,
        target_reply: None,
        hit: answer.filter(|_| targeted).map(|answer| answer == "YES"),
        switched: targeted.then_some(true),
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

/// Writes one table of a run.
pub fn write_arm(run: &Path, reference: &str, predictor: &str, arm: &str, rows: &[Row]) {
    let path = run.join(format!("predictions/{reference}/{predictor}/{arm}.parquet"));
    write(&path, rows.iter().map(|row| prediction(row, reference, predictor, arm))).unwrap();
}

/// Writes both arms of pairs given as (cluster, guess with, guess without), in that order.
pub fn write_pairs(run: &Path, reference: &str, predictor: &str, pairs: &[(usize, G, G)]) {
    let rows = |pick: fn(&(usize, G, G)) -> G| -> Vec<Row> {
        pairs.iter().enumerate().map(|(i, pair)| Row::new(pair.0, i, pick(pair))).collect()
    };
    write_arm(run, reference, predictor, "with", &rows(|pair| pair.1));
    write_arm(run, reference, predictor, "without", &rows(|pair| pair.2));
}
