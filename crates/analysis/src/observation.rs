//! Observations: the guesses of two arms about one answer, joined one to one.

use crate::absence::Absence;
use crate::error::AnalysisError;
use crate::folder::ArmFiles;
use foretell_core::{AnswerOrder, Outcome, PairId, TextId};
use foretell_tables::{PredictionRow, Reader};
use serde::Deserialize;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

/// What is guessed: one answer of a reference model to the counterfactual of one pair.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject {
    /// The model whose behaviour is guessed.
    pub reference: String,
    /// The model whose explanation is shown.
    pub explainer: String,
    /// Dataset of both questions.
    pub dataset: String,
    /// Identity of the original.
    pub original: TextId,
    /// Identity of the counterfactual.
    pub counterfactual: TextId,
    /// The pair.
    pub pair: PairId,
    /// Where the reference was asked for its answer.
    pub answer_order: AnswerOrder,
    /// Number of the reference's repeat.
    pub answer_repeat: i64,
}

/// One guess of one arm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guess {
    /// An answer, and whether it is the target; `None` where there is no target.
    Answered {
        /// The label guessed.
        answer: String,
        /// Whether it is the target.
        hit: Option<bool>,
    },
    /// No answer.
    Missing(Absence),
}

/// The guesses of both arms in one repeat of the predictor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Number of the predictor's repeat.
    pub repeat: i64,
    /// The guess of the treated arm.
    pub treated: Guess,
    /// The guess of the baseline arm.
    pub baseline: Guess,
}

/// All that one predictor guessed about one subject, whether or not it can be scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// What is guessed.
    pub subject: Subject,
    /// The predictor.
    pub predictor: String,
    /// Whether there is a target, or what became of it instead.
    pub target: Outcome,
    /// Whether the target differs from the original answer, where both are known.
    pub switched: Option<bool>,
    /// The guesses, one element a repeat.
    pub slots: Vec<Slot>,
}

/// The columns of a prediction table that counting needs.
#[derive(Deserialize)]
struct GuessRow {
    pair_id: PairId,
    dataset: String,
    original_text_id: TextId,
    counterfactual_text_id: TextId,
    answer_order: AnswerOrder,
    reference: String,
    explainer: String,
    arm: String,
    predictor: String,
    repeat: i64,
    answer_repeat: i64,
    outcome: Outcome,
    answer: Option<String>,
    target: Option<String>,
    target_outcome: Outcome,
    hit: Option<bool>,
    switched: Option<bool>,
}

const COLUMNS: [&str; 17] = [
    "pair_id",
    "dataset",
    "original_text_id",
    "counterfactual_text_id",
    "answer_order",
    "reference",
    "explainer",
    "arm",
    "predictor",
    "repeat",
    "answer_repeat",
    "outcome",
    "answer",
    "target",
    "target_outcome",
    "hit",
    "switched",
];

/// Guesses about one subject, while the files are read.
struct Gathered {
    target: Option<String>,
    target_outcome: Outcome,
    switched: Option<bool>,
    slots: Vec<(i64, [Option<Guess>; 2])>,
}

/// Reads the files of two arms and joins their guesses on all that names them but the arm.
///
/// The order of the rows does not matter. A guess without a row of the other arm stays, with the
/// other marked as [`Absence::NoRow`].
pub(crate) fn join(
    files: &ArmFiles,
    arms: [&str; 2],
) -> Result<impl Iterator<Item = Observation>, AnalysisError> {
    let mut gathered: HashMap<(Subject, String), Gathered> = HashMap::new();
    let paths = [files.treated.as_deref(), files.baseline.as_deref()];
    for side in 0..2 {
        let Some(path) = paths[side] else { continue };
        for batch in Reader::<PredictionRow, GuessRow>::with_columns(path, &COLUMNS)? {
            for row in batch? {
                gather(&mut gathered, row, arms, paths, side)?;
            }
        }
    }
    Ok(gathered.into_iter().map(|((subject, predictor), gathered)| Observation {
        subject,
        predictor,
        target: gathered.target_outcome,
        switched: gathered.switched,
        slots: gathered.slots.into_iter().map(slot).collect(),
    }))
}

fn slot((repeat, guesses): (i64, [Option<Guess>; 2])) -> Slot {
    let [treated, baseline] = guesses.map(|g| g.unwrap_or(Guess::Missing(Absence::NoRow)));
    Slot { repeat, treated, baseline }
}

fn gather(
    gathered: &mut HashMap<(Subject, String), Gathered>,
    row: GuessRow,
    arms: [&str; 2],
    paths: [Option<&Path>; 2],
    side: usize,
) -> Result<(), AnalysisError> {
    let path = || paths[side].expect("a row comes from a file").to_owned();
    if row.arm != arms[side] {
        return Err(AnalysisError::OtherArm { path: path(), pair: row.pair_id, found: row.arm });
    }
    let guess = match (row.outcome, row.answer) {
        (Outcome::Answered, Some(answer)) => Guess::Answered { answer, hit: row.hit },
        (Outcome::Answered, None) => {
            return Err(AnalysisError::Unscored { path: path(), pair: row.pair_id });
        }
        (outcome, _) => Guess::Missing(Absence::Outcome(outcome)),
    };
    let targeted = row.target_outcome == Outcome::Answered;
    if targeted && matches!(guess, Guess::Answered { hit: None, .. }) {
        return Err(AnalysisError::Unscored { path: path(), pair: row.pair_id });
    }
    let subject = Subject {
        reference: row.reference,
        explainer: row.explainer,
        dataset: row.dataset,
        original: row.original_text_id,
        counterfactual: row.counterfactual_text_id,
        pair: row.pair_id,
        answer_order: row.answer_order,
        answer_repeat: row.answer_repeat,
    };
    match gathered.entry((subject, row.predictor)) {
        Entry::Vacant(vacant) => {
            let mut guesses = [None, None];
            guesses[side] = Some(guess);
            vacant.insert(Gathered {
                target: row.target,
                target_outcome: row.target_outcome,
                switched: row.switched,
                slots: vec![(row.repeat, guesses)],
            });
        }
        Entry::Occupied(mut occupied) => {
            let (subject, predictor) = occupied.key().clone();
            let known = occupied.get_mut();
            if (&known.target, known.target_outcome) != (&row.target, row.target_outcome) {
                let other = paths[0].expect("the first rows come from the first file").to_owned();
                return Err(AnalysisError::TargetsDiffer {
                    path: path(),
                    other,
                    pair: subject.pair,
                });
            }
            let at = known.slots.iter().position(|slot| slot.0 == row.repeat);
            let at = at.unwrap_or_else(|| {
                known.slots.push((row.repeat, [None, None]));
                known.slots.len() - 1
            });
            if known.slots[at].1[side].replace(guess).is_some() {
                return Err(AnalysisError::Repeated {
                    path: path(),
                    pair: subject.pair,
                    reference: subject.reference,
                    predictor,
                    answer_repeat: row.answer_repeat,
                    repeat: row.repeat,
                });
            }
        }
    }
    Ok(())
}
