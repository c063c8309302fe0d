//! The tables of what people guessed: anonymous, and among the predictions of the run.

use super::answers::{Answers, Given};
use super::design::{HumanStudy, Task, TaskKind, Texts};
use super::{HUMAN, HUMAN_ARMS};
use crate::error::StudyError;
use crate::folder::{Layout, lock};
use foretell_core::{NotAsked, Outcome};
use foretell_tables::{AnswerRow, PairRow, PredictionRow, RatingRow, Reader, read, write};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// What an export made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HumanTables {
    /// The tables written.
    pub tables: Vec<PathBuf>,
    /// Answers that are there.
    pub answered: u64,
    /// Answers among them that their raters corrected.
    pub corrected: u64,
    /// Tasks.
    pub tasks: u64,
    /// Labels of each task that two raters guessed: the one that counts, and the second.
    pub doubled: Vec<[String; 2]>,
    /// Of each rater, checks passed and checks answered.
    pub checks: BTreeMap<u32, [u64; 2]>,
}

/// Writes `human/ratings.parquet`, and the guesses that count as those of the predictor `human`. What
/// is not answered yet is a guess that was not asked; a later export has it.
///
/// # Errors
/// [`crate::HumanError::NoHuman`] where there is no study of people, and [`StudyError`] names the file that
/// cannot be read or written, or that the run is in use.
pub fn export_ratings(run: &Path) -> Result<HumanTables, StudyError> {
    let study = HumanStudy::read(run)?;
    let layout = Layout::new(run);
    let _lock = lock(&layout)?;
    let (answers, _) = Answers::read(&layout.human_answers())?;
    let mut tables = vec![layout.human_ratings()];
    write(
        &layout.human_ratings(),
        study.tasks.iter().map(|task| rating_row(&study, task, &answers)),
    )?;
    let references: BTreeSet<&str> =
        study.cases.iter().map(|case| case.reference.as_str()).collect();
    let pairs: HashMap<String, PairRow> = read::<PairRow>(&layout.pairs())?
        .into_iter()
        .map(|pair| (pair.pair_id.to_string(), pair))
        .collect();
    for reference in references {
        let keys = reply_keys(&layout, reference)?;
        for arm in HUMAN_ARMS {
            let counts = |task: &&Task| {
                let of = &study.case(task).reference;
                task.kind == TaskKind::Case && task.arm == arm && of == reference
            };
            let mut tasks: Vec<&Task> = study.tasks.iter().filter(counts).collect();
            tasks.sort_by_key(|task| task.case);
            if tasks.is_empty() {
                continue;
            }
            let path = layout.predictions(reference, HUMAN, arm);
            let row = |task: &Task| prediction_row(study.case(task), task, &answers, &pairs, &keys);
            write(&path, tasks.into_iter().map(row))?;
            tables.push(path);
        }
    }
    Ok(HumanTables {
        tables,
        answered: answers.all().len() as u64,
        corrected: answers.all().filter(|given| given.corrections > 0).count() as u64,
        tasks: study.tasks.len() as u64,
        doubled: doubled(&study, &answers),
        checks: checks(&study, &answers),
    })
}

fn answer<'a>(answers: &'a Answers, task: &Task) -> Option<&'a Given> {
    answers.get(task.rater, task.position)
}

fn rating_row(study: &HumanStudy, task: &Task, answers: &Answers) -> RatingRow {
    let (case, rating) = (study.case(task), answer(answers, task));
    let given = rating.map(|rating| rating.answer.clone());
    RatingRow {
        rater: i64::from(task.rater),
        position: i64::from(task.position),
        kind: task.kind.as_str().to_owned(),
        pair_id: case.pair_id.clone(),
        dataset: case.dataset.clone(),
        original_text_id: case.original_text_id.clone(),
        counterfactual_text_id: case.counterfactual_text_id.clone(),
        answer_order: case.answer_order,
        reference: case.reference.clone(),
        arm: task.arm.clone(),
        hit: given.as_ref().filter(|_| task.check.is_none()).map(|given| *given == case.target),
        passed: given.as_ref().zip(task.check.as_ref()).map(|(given, check)| given == check),
        answer: given,
        first_answer: rating.map(|rating| rating.first.clone()),
        corrections: rating.map_or(0, |rating| i64::from(rating.corrections)),
        target: case.target.clone(),
        confidence_level: rating.map(|rating| rating.confidence),
        seconds: rating.and_then(|rating| rating.seconds),
    }
}

/// Keys of the replies of a reference in its first repeat, by text and order.
type ReplyKeys = HashMap<(String, &'static str), Option<String>>;

fn reply_keys(layout: &Layout, reference: &str) -> Result<ReplyKeys, StudyError> {
    let mut keys = ReplyKeys::new();
    for batch in Reader::<AnswerRow>::open(&layout.answers(reference))? {
        for row in batch?.into_iter().filter(|row| row.repeat == 0) {
            let key = (row.text_id.to_string(), row.answer_order.as_str());
            keys.entry(key).or_insert(row.reply_key);
        }
    }
    Ok(keys)
}

fn prediction_row(
    case: &Texts,
    task: &Task,
    answers: &Answers,
    pairs: &HashMap<String, PairRow>,
    keys: &ReplyKeys,
) -> PredictionRow {
    let rating = answer(answers, task);
    let given = rating.map(|rating| rating.answer.clone());
    let pair = pairs.get(case.pair_id.as_str());
    let key = |text: &foretell_core::TextId| {
        keys.get(&(text.to_string(), case.answer_order.as_str())).cloned().flatten()
    };
    let shown = key(&case.original_text_id).filter(|_| task.arm == HUMAN_ARMS[0]);
    PredictionRow {
        pair_id: case.pair_id.clone(),
        dataset: case.dataset.clone(),
        original_text_id: case.original_text_id.clone(),
        counterfactual_text_id: case.counterfactual_text_id.clone(),
        answer_order: case.answer_order,
        distance: pair.and_then(|pair| pair.distance),
        changed: pair.map(|pair| pair.changed.clone()).unwrap_or_default(),
        method: pair.and_then(|pair| pair.method.clone()),
        cue_label: pair.and_then(|pair| pair.cue_label.clone()),
        reference: case.reference.clone(),
        explainer: case.reference.clone(),
        arm: task.arm.clone(),
        predictor: HUMAN.to_owned(),
        repeat: 0,
        answer_repeat: 0,
        shown_reply: shown,
        donor_id: None,
        outcome: if given.is_some() { Outcome::Answered } else { Outcome::NotAsked },
        reason: given.is_none().then(|| NotAsked::Stopped.as_str().to_owned()),
        hit: given.as_ref().map(|given| *given == case.target),
        answer: given,
        original_answer: Some(case.original_answer.clone()),
        target: Some(case.target.clone()),
        target_outcome: Outcome::Answered,
        target_reply: key(&case.counterfactual_text_id),
        switched: Some(case.original_answer != case.target),
        confidence: rating.map(|rating| rating.confidence.as_str().to_uppercase()),
        confidence_level: rating.map(|rating| rating.confidence),
        input_tokens: None,
        cached_tokens: None,
        output_tokens: None,
        reasoning_tokens: None,
        cost_usd: None,
        reply_key: None,
    }
}

/// The labels of tasks that two raters have answered.
fn doubled(study: &HumanStudy, answers: &Answers) -> Vec<[String; 2]> {
    let counted: HashMap<(u32, &str), &Task> = study
        .tasks
        .iter()
        .filter(|task| task.kind == TaskKind::Case)
        .map(|task| ((task.case, task.arm.as_str()), task))
        .collect();
    let second = study.tasks.iter().filter(|task| task.kind == TaskKind::Second);
    let both = second.filter_map(|task| {
        let first = answer(answers, counted.get(&(task.case, task.arm.as_str()))?)?;
        Some([first.answer.clone(), answer(answers, task)?.answer.clone()])
    });
    both.collect()
}

fn checks(study: &HumanStudy, answers: &Answers) -> BTreeMap<u32, [u64; 2]> {
    let mut checks = BTreeMap::new();
    for task in &study.tasks {
        if let (Some(wanted), Some(rating)) = (&task.check, answer(answers, task)) {
            let [passed, answered]: &mut [u64; 2] = checks.entry(task.rater).or_default();
            *passed += u64::from(rating.answer == *wanted);
            *answered += 1;
        }
    }
    checks
}

/// Of each rater, how many tasks are answered, and how many there are.
///
/// # Errors
/// [`crate::HumanError::NoHuman`] where there is no study of people.
pub fn rating_progress(run: &Path) -> Result<BTreeMap<u32, [u64; 2]>, StudyError> {
    let study = HumanStudy::read(run)?;
    let (answers, _) = Answers::read(&Layout::new(run).human_answers())?;
    let mut progress: BTreeMap<u32, [u64; 2]> = BTreeMap::new();
    for task in &study.tasks {
        let [answered, tasks] = progress.entry(task.rater).or_default();
        *answered += u64::from(answer(&answers, task).is_some());
        *tasks += 1;
    }
    Ok(progress)
}
