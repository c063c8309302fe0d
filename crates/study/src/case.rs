//! One case whole: both questions, what each reference said, what each predictor guessed.

use crate::error::{RunError, StudyError};
use crate::folder::Layout;
use crate::frozen_files::frozen_rows;
use crate::ledger_check::tables;
use crate::manifest::Manifest;
use foretell_core::{Pair, Question, QuestionId};
use foretell_tables::{
    AnswerRow, PairRow, PredictionRow, QuestionRow, RationaleRow, Reader, ScoreRow, Table,
};
use serde::de::DeserializeOwned;
use std::path::Path;

/// Everything about one pair.
#[derive(Debug)]
pub struct Case {
    /// The pair.
    pub pair: Pair,
    /// The question explained.
    pub original: Question,
    /// The question whose answer is guessed.
    pub counterfactual: Question,
    /// Of each reference: its reply to the original and to the counterfactual, and the guesses.
    pub references: Vec<Guess>,
    /// All verdicts of judges on it and on its explanations, by judge.
    pub scores: Vec<ScoreRow>,
}

/// What one reference said of a pair, and what was guessed of it.
#[derive(Debug)]
pub struct Guess {
    /// The reference.
    pub reference: String,
    /// Its reply to the original.
    pub original: Option<AnswerRow>,
    /// Its reply to the counterfactual.
    pub counterfactual: Option<AnswerRow>,
    /// Its replies to the original in later repeats.
    pub original_repeats: Vec<AnswerRow>,
    /// Its replies to the counterfactual in later repeats, those for the noise ceiling among them.
    pub counterfactual_repeats: Vec<AnswerRow>,
    /// What another model said for its answer to the original, by repeat.
    pub rationales: Vec<RationaleRow>,
    /// All guesses, by predictor, arm and repeats.
    pub predictions: Vec<PredictionRow>,
}

/// Finds a pair of a run, by its whole id.
///
/// # Errors
/// [`RunError::NoPair`] names pairs that are near.
pub fn find_case(folder: &Path, pair_id: &str) -> Result<Case, StudyError> {
    let manifest = Manifest::read(folder)?;
    let layout = Layout::new(folder);
    let pairs: Vec<PairRow> = frozen_rows(&layout.pairs())?;
    let Some(pair) = pairs.iter().find(|pair| pair.pair_id.as_str() == pair_id) else {
        let near = near(&pairs, pair_id);
        return Err(StudyError::Run(RunError::NoPair {
            path: folder.to_owned(),
            pair: pair_id.to_owned(),
            near,
        }));
    };
    let pair = Pair::from(pair.clone());
    let question = |id: &QuestionId| -> Result<Question, StudyError> {
        let found = find::<QuestionRow>(&layout.questions(), |row| row.question_id == *id)?;
        Ok(found.into_iter().next().map(Question::from).expect("pairs name questions of their run"))
    };
    let study = &manifest.study;
    let mut references = Vec::new();
    for reference in &study.references {
        let reference = reference.name_in_run()?;
        let answers = layout.answers(&reference);
        let said = |id: &QuestionId| -> Result<(Option<AnswerRow>, Vec<AnswerRow>), StudyError> {
            let wanted =
                |row: &AnswerRow| row.question_id == *id && row.answer_order == pair.answer_order;
            // Rows stand in the order of repeats.
            let mut rows = find::<AnswerRow>(&answers, wanted)?.into_iter();
            Ok((rows.next(), rows.collect()))
        };
        let rationales = match &study.rationale {
            Some(table) => {
                let path = layout.rationales(&table.spec()?.name, &reference);
                find::<RationaleRow>(&path, |row| {
                    row.question_id == pair.original_id && row.answer_order == pair.answer_order
                })?
            }
            None => Vec::new(),
        };
        let mut predictions = Vec::new();
        for predictor in &study.predictors {
            let predictor = predictor.name_in_run()?;
            for arm in &study.arms {
                let path = layout.predictions(&reference, &predictor, arm);
                predictions
                    .extend(find::<PredictionRow>(&path, |row| row.pair_id == pair.pair_id)?);
            }
        }
        let (original, original_repeats) = said(&pair.original_id)?;
        let (counterfactual, counterfactual_repeats) = said(&pair.counterfactual_id)?;
        references.push(Guess {
            reference,
            original,
            counterfactual,
            original_repeats,
            counterfactual_repeats,
            rationales,
            predictions,
        });
    }
    let mut scores = Vec::new();
    for path in tables(&layout.folder().join("scores"))? {
        scores.extend(find::<ScoreRow>(&path, |row| row.pair_id == pair.pair_id)?);
    }
    Ok(Case {
        scores,
        original: question(&pair.original_id)?,
        counterfactual: question(&pair.counterfactual_id)?,
        pair,
        references,
    })
}

/// The rows that fit, of a table that may not be written yet.
fn find<T: Table + DeserializeOwned>(
    path: &Path,
    fits: impl Fn(&T) -> bool,
) -> Result<Vec<T>, StudyError> {
    let mut found = Vec::new();
    if path.exists() {
        for batch in Reader::<T>::open(path)? {
            found.extend(batch?.into_iter().filter(&fits));
        }
    }
    Ok(found)
}

/// Pairs whose names hold the one asked for, such as the number of a question, or else begin most like
/// it.
fn near(pairs: &[PairRow], wanted: &str) -> String {
    let common = |id: &str| id.bytes().zip(wanted.bytes()).take_while(|(a, b)| a == b).count();
    let mut ids: Vec<&str> = pairs.iter().map(|pair| pair.pair_id.as_str()).collect();
    let holds = |id: &str| id.split(|c: char| !c.is_alphanumeric()).any(|part| part == wanted);
    ids.sort_by_key(|id| (!holds(id), std::cmp::Reverse(common(id)), id.len(), *id));
    ids.truncate(5);
    ids.join(", ")
}
