//! The tables of an imported run, written at once.

use super::arms::RATIONALE;
use super::gather::{Gathered, Reference, Track};
use super::models::AboutRun;
use super::predictions::{ABSENT, Shared, shared, table};
use super::replies::Reply;
use crate::error::StudyError;
use crate::folder::Layout;
use crate::models::file_name;
use foretell_core::Outcome;
use foretell_tables::{AnswerRow, PredictionRow, ScoreRow, Writer, write};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Who gave verdicts of which the file does not say it.
const JUDGE: &str = "imported";

/// One table of predictions to write.
pub(super) struct Job<'a> {
    reference: &'a Reference,
    pub(super) arm: &'a str,
    track: &'a Track,
    rows: Vec<u32>,
}

impl Job<'_> {
    /// Whether the columns that are shared are those of another table.
    fn is_alike(&self, other: &Self) -> bool {
        self.reference.name == other.reference.name && self.rows == other.rows
    }

    fn write(&self, all: &Gathered, layout: &Layout, shared: &Shared) -> Result<u64, StudyError> {
        let reference = all.references.name(self.reference.name);
        let predictor = all.predictors.name(self.track.predictor);
        let batch = table(all, self.reference, self.arm, self.track, &self.rows, shared);
        let path = layout.predictions(reference, predictor, self.arm);
        let mut writer = Writer::<PredictionRow>::create(&path)?;
        writer.push_batch(&batch)?;
        // The folder is made to last as a whole, before it gets its name.
        writer.finish_unsynced()?;
        Ok(self.rows.len() as u64)
    }
}

/// Writes all tables of predictions; how many rows they have.
pub(super) fn write_predictions(
    jobs: &[Job<'_>],
    all: &Gathered,
    layout: &Layout,
) -> Result<u64, StudyError> {
    let alike: Vec<&[Job<'_>]> = jobs.chunk_by(Job::is_alike).collect();
    let sum = |one, other| Ok(one + other);
    let written = alike.par_iter().map(|jobs| {
        // Most columns of tables about the same rows are the same, whoever guessed in which arm.
        let shared = shared(all, jobs[0].reference, &jobs[0].rows);
        let written = jobs.par_iter().map(|job| job.write(all, layout, &shared));
        written.try_reduce(|| 0, sum)
    });
    written.try_reduce(|| 0, sum)
}

/// The tables of predictions, with the rows of each.
///
/// Guesses from the explanation of another model are an arm of their own, `rationale`. Their baseline
/// joins the reference's, unless that holds the pair already.
pub(super) fn jobs<'a>(all: &'a Gathered, arms: &'a [String]) -> Vec<Job<'a>> {
    let mut jobs = Vec::new();
    for reference in &all.by_reference {
        for (arm, tracks) in arms.iter().zip(&reference.arms) {
            for track in tracks {
                let rows = (0..).zip(&track.codes).filter(|(_, code)| **code != ABSENT);
                let is_cross =
                    |row: &u32| reference.rows[*row as usize].explainer != reference.name;
                let (cross, mut own): (Vec<u32>, Vec<u32>) =
                    rows.map(|(row, _)| row).partition(is_cross);
                let mut add = |arm, rows: Vec<u32>| {
                    if !rows.is_empty() {
                        jobs.push(Job { reference, arm, track, rows });
                    }
                };
                match arm.as_str() {
                    "with" => add(RATIONALE, cross),
                    _ => {
                        let pair = |row: &u32| reference.rows[*row as usize].pair;
                        let mut there: BTreeSet<u32> = own.iter().map(pair).collect();
                        own.extend(cross.into_iter().filter(|row| there.insert(pair(row))));
                    }
                }
                add(arm, own);
            }
        }
    }
    jobs
}

pub(super) fn write_answers(all: &Gathered, layout: &Layout) -> Result<(), StudyError> {
    all.by_reference.par_iter().filter(|of| !of.replies.replies.is_empty()).try_for_each(|of| {
        let name = all.references.name(of.name);
        let row = |reply: &Reply| {
            let question = &all.questions[reply.question as usize];
            AnswerRow {
                reference: name.to_owned(),
                dataset: question.dataset.clone(),
                question_id: question.question_id.clone(),
                text_id: question.text_id.clone(),
                ..reply.row.clone()
            }
        };
        Ok(write(&layout.answers(name), of.replies.replies.iter().map(row))?)
    })
}

pub(super) fn write_scores(
    all: &Gathered,
    own: &AboutRun,
    layout: &Layout,
) -> Result<(), StudyError> {
    if all.by_reference.iter().all(|of| of.scores.is_empty()) {
        return Ok(());
    }
    let judge = own.testability_judge.as_deref().unwrap_or(JUDGE);
    let rows = all.by_reference.iter().flat_map(|of| {
        of.scores.iter().map(|(row, value, reason)| {
            let pair = &all.pairs[of.rows[*row as usize].pair as usize].pair;
            ScoreRow {
                kind: "testability".to_owned(),
                judge: judge.to_owned(),
                dataset: pair.dataset.clone(),
                pair_id: pair.pair_id.clone(),
                original_text_id: pair.original_text_id.clone(),
                counterfactual_text_id: pair.counterfactual_text_id.clone(),
                answer_order: pair.answer_order,
                answer_repeat: Some(0),
                explained_id: Some(pair.original_id.clone()),
                explained_reply: None,
                reference: Some(all.references.name(of.name).to_owned()),
                feature: None,
                outcome: Outcome::Answered,
                value: Some(*value),
                direction: None,
                label: None,
                reason: reason.clone(),
                reasoning: None,
                reasoning_source: None,
                input_tokens: None,
                cached_tokens: None,
                output_tokens: None,
                reasoning_tokens: None,
                cost_usd: None,
                reply_key: None,
            }
        })
    });
    let path = layout.folder().join("scores").join(format!("{}.parquet", file_name(judge)));
    Ok(write(&path, rows)?)
}
