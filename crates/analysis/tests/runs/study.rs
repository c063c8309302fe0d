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

/// Guesses that are made without files.
pub mod memory {
    use foretell_analysis::{Guess, Guesses, Model, Names, Pair, Subject, Text};
    use foretell_core::{AnswerOrder, Outcome, Registry};
    use std::collections::HashMap;

    /// What a guess became: right, wrong, hedged, or without a row.
    pub type Code = u8;

    /// What one predictor guessed about one pair of one reference: the codes of both arms in each
    /// repeat. Pair n goes from text n / 2 to text n + 1; that of pair 7 has no target.
    pub type Observed = (u8, u8, u8, Vec<(Code, Code)>);

    /// Observations, each at most once.
    #[derive(Debug, Clone)]
    pub struct Study(pub Vec<Observed>);

    impl Study {
        /// The guesses, as if they had been read.
        pub fn guesses(&self) -> Guesses {
            let mut names = Names::default();
            let registry = Registry::default();
            let models = ["r0", "r1", "p0", "p1", "p2"].map(|name| Model::named(name, &registry));
            let dataset = names.name("d");
            let texts =
                (0..9).map(|at| Text { dataset, id: names.name(&format!("text {at}")) }).collect();
            let [yes, no] = ["YES", "NO"].map(|label| names.name(label));
            let pairs = (0..8_u32).map(|at| Pair {
                id: names.name(&format!("d/{at}")),
                dataset,
                original: at / 2,
                counterfactual: at + 1,
                answer_order: [AnswerOrder::First, AnswerOrder::Last][at as usize % 2],
                distance: None,
                changed: Box::default(),
                method: None,
                cue_label: None,
            });
            let pairs: Vec<Pair> = pairs.collect();
            let (mut subjects, mut numbers) = (Vec::new(), HashMap::new());
            let mut guesses = Vec::new();
            for (reference, pair, predictor, codes) in &self.0 {
                let subject = *numbers.entry((*reference, *pair)).or_insert_with(|| {
                    let answered = *pair != 7;
                    subjects.push(Subject {
                        pair: (*pair).into(),
                        reference: (*reference).into(),
                        explainer: (*reference).into(),
                        answer_repeat: 0,
                        original_answer: Some(if *pair > 3 { no } else { yes }),
                        target: answered.then_some(yes),
                        target_outcome: if answered { Outcome::Answered } else { Outcome::Refused },
                    });
                    subjects.len() as u32 - 1
                });
                for (repeat, (treated, baseline)) in (0..).zip(codes) {
                    for (arm, code) in [(0, *treated), (1, *baseline)] {
                        let answered = code < 2;
                        let guess = Guess {
                            subject,
                            predictor: u32::from(*predictor) + 2,
                            repeat,
                            file: 0,
                            answer: answered.then_some([yes, no][usize::from(code) % 2]),
                            output_tokens: None,
                            reasoning_tokens: None,
                            arm,
                            outcome: if answered { Outcome::Answered } else { Outcome::Hedged },
                            hit: (answered && *pair != 7).then_some(code == 0),
                            confidence_level: None,
                        };
                        if code < 3 {
                            guesses.push(guess);
                        }
                    }
                }
            }
            guesses.sort_by_key(|g: &Guess| (g.subject, g.predictor, g.arm, g.repeat));
            let arms = vec!["with".into(), "without".into()];
            let (models, files) = (models.to_vec(), Vec::new());
            Guesses { names, models, arms, files, texts, pairs, subjects, guesses }
        }
    }
}
