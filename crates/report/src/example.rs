//! Cases to look at: explanations that helped a predictor, and explanations that misled it.

use crate::error::ReportError;
use foretell_analysis::{Contrast, Observations, PredictionFile, Slot};
use foretell_core::{AnswerOrder, PairId, QuestionId};
use foretell_tables::{AnswerRow, PairRow, QuestionRow, Reader, Table};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// One case, as the page shows it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Example {
    helped: bool,
    pair: String,
    dataset: String,
    reference: String,
    predictor: String,
    original: String,
    counterfactual: String,
    original_answer: Option<String>,
    explanation: Option<String>,
    factors: Vec<String>,
    guess_without: String,
    guess_with: String,
    target: String,
}

#[derive(Deserialize)]
struct PairNames {
    pair_id: PairId,
    original_id: QuestionId,
    counterfactual_id: QuestionId,
}

#[derive(Deserialize)]
struct QuestionText {
    question_id: QuestionId,
    text: String,
}

#[derive(Deserialize)]
struct Explanation {
    reference: String,
    question_id: QuestionId,
    answer_order: AnswerOrder,
    repeat: i64,
    answer: Option<String>,
    explanation: Option<String>,
    factors: Vec<String>,
}

/// For each reference, up to one case that helped and one that misled its first predictor.
///
/// Cases are drawn by a hash of their names: neither the best nor the worst, and the same each time.
/// At most `most` in all, taken from the references in turn. A run without its other tables has
/// none, for a guess without its question shows nothing; nor has an arm that shows something else
/// than the explanation of the question itself.
pub(crate) fn examples(
    run: &Path,
    contrast: &Contrast,
    most: usize,
) -> Result<Vec<Example>, ReportError> {
    let tables = ["pairs.parquet", "questions.parquet"].map(|name| run.join(name));
    if most == 0 || contrast.arm != "with" || !tables.iter().all(|path| path.is_file()) {
        return Ok(Vec::new());
    }
    let files = contrast.files(&[run])?;
    let mut drawn = Vec::new();
    for reference in files.chunk_by(|one, other| one.reference == other.reference) {
        if drawn.len() >= most {
            break;
        }
        let first = &reference[0].predictor;
        let files: Vec<PredictionFile> =
            reference.iter().filter(|file| file.predictor == *first).cloned().collect();
        drawn.extend(draw(&contrast.observations(&files)?).into_iter().flatten());
    }
    drawn.truncate(most);
    complete(run, &tables, drawn)
}

/// A case that was drawn: what it is about, and what was guessed.
struct Case {
    helped: bool,
    pair: PairId,
    dataset: String,
    reference: String,
    explainer: String,
    predictor: String,
    answer_order: AnswerOrder,
    answer_repeat: i64,
    guess_with: String,
    guess_without: String,
}

/// Whether the explanation helped (`Some(true)`), misled (`Some(false)`), or did neither.
fn effect(observations: &Observations, slot: &Slot) -> Option<bool> {
    let hit = |place| observations.guess(place).ok()?.hit;
    let (with, without) = (hit(slot.treated)?, hit(slot.baseline)?);
    (with != without).then_some(with)
}

/// The case that helped and the one that misled with the lowest hash.
fn draw(observations: &Observations) -> [Option<Case>; 2] {
    let guesses = &observations.guesses;
    let mut drawn: [Option<(u64, usize)>; 2] = [None, None];
    for (at, observation) in observations.list.iter().enumerate() {
        let slot = observations.slots(observation).first();
        let Some(helped) = slot.and_then(|slot| effect(observations, slot)) else { continue };
        let place = &mut drawn[usize::from(!helped)];
        let subject = &guesses.subjects[observation.subject as usize];
        let rank = hash(guesses.pair_id(subject.pair));
        if place.as_ref().is_none_or(|(lowest, _)| rank < *lowest) {
            *place = Some((rank, at));
        }
    }
    drawn.map(|place| place.map(|(_, at)| case(observations, at)))
}

/// What the guesses themselves tell.
fn case(observations: &Observations, at: usize) -> Case {
    let guesses = &observations.guesses;
    let observation = &observations.list[at];
    let subject = &guesses.subjects[observation.subject as usize];
    let slot =
        observations.slots(observation).first().expect("cases are drawn by their first guesses");
    let name = |model: u32| guesses.models[model as usize].name.to_string();
    let guessed = |place| match observations.guess(place).map(|guess| guess.answer) {
        Ok(answer) => answer.map(|answer| guesses.text(answer).to_string()).unwrap_or_default(),
        Err(absence) => absence.to_string(),
    };
    let pair = guesses.pair_of(observation.subject);
    Case {
        helped: effect(observations, slot) == Some(true),
        pair: guesses.pair_id(subject.pair).to_string().into(),
        dataset: guesses.text(pair.dataset).to_string(),
        reference: name(subject.reference),
        explainer: name(subject.explainer),
        predictor: name(observation.predictor),
        answer_order: pair.answer_order,
        answer_repeat: subject.answer_repeat.into(),
        guess_with: guessed(slot.treated),
        guess_without: guessed(slot.baseline),
    }
}

/// FNV-1a: the same on every machine and in every version.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Adds what the other tables know of the cases.
fn complete(
    run: &Path,
    [pairs, questions]: &[PathBuf; 2],
    drawn: Vec<Case>,
) -> Result<Vec<Example>, ReportError> {
    let wanted: Vec<&PairId> = drawn.iter().map(|case| &case.pair).collect();
    let mut names: HashMap<PairId, PairNames> = HashMap::new();
    let columns = ["pair_id", "original_id", "counterfactual_id"];
    scan::<PairRow, PairNames>(pairs, &columns, |row| {
        if wanted.contains(&&row.pair_id) {
            names.insert(row.pair_id.clone(), row);
        }
        true
    })?;
    let ids: Vec<&QuestionId> =
        names.values().flat_map(|row| [&row.original_id, &row.counterfactual_id]).collect();
    let mut texts: HashMap<QuestionId, String> = HashMap::new();
    scan::<QuestionRow, QuestionText>(questions, &["question_id", "text"], |row| {
        if ids.contains(&&row.question_id) {
            texts.insert(row.question_id, row.text);
        }
        true
    })?;
    let mut examples = Vec::new();
    for case in drawn {
        let Some(pair) = names.get(&case.pair) else { continue };
        let text = |id: &QuestionId| texts.get(id).cloned().unwrap_or_default();
        let mut example = Example {
            original: text(&pair.original_id),
            counterfactual: text(&pair.counterfactual_id),
            ..example(&case)
        };
        explain(run, &case, &pair.original_id, &mut example)?;
        examples.push(example);
    }
    Ok(examples)
}

/// The page's view of a case, before the other tables are read.
fn example(case: &Case) -> Example {
    // One of the two guesses is the target.
    let target = if case.helped { &case.guess_with } else { &case.guess_without };
    Example {
        helped: case.helped,
        pair: case.pair.to_string(),
        dataset: case.dataset.clone(),
        reference: case.reference.clone(),
        predictor: case.predictor.clone(),
        guess_without: case.guess_without.clone(),
        guess_with: case.guess_with.clone(),
        target: target.clone(),
        ..Example::default()
    }
}

/// Looks up the explanation that was shown, in the table of the model that gave it.
fn explain(
    run: &Path,
    case: &Case,
    original: &QuestionId,
    example: &mut Example,
) -> Result<(), ReportError> {
    let columns =
        ["reference", "question_id", "answer_order", "repeat", "answer", "explanation", "factors"];
    for path in tables(&run.join("answers"))? {
        let mut found = false;
        scan::<AnswerRow, Explanation>(&path, &columns, |row| {
            if row.reference != case.explainer {
                return false;
            }
            let same = row.question_id == *original
                && row.answer_order == case.answer_order
                && row.repeat == case.answer_repeat;
            if same {
                found = true;
                example.original_answer = row.answer;
                example.explanation = row.explanation;
                example.factors = row.factors;
            }
            !same
        })?;
        if found {
            break;
        }
    }
    Ok(())
}

fn tables(folder: &Path) -> Result<Vec<PathBuf>, ReportError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let at = |fault| ReportError::Io { path: folder.to_owned(), fault };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(at)? {
        paths.push(entry.map_err(at)?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "parquet"));
    paths.sort();
    Ok(paths)
}

/// Reads some columns of a table until `take` has enough.
fn scan<T: Table, R: DeserializeOwned>(
    path: &Path,
    columns: &[&str],
    mut take: impl FnMut(R) -> bool,
) -> Result<(), ReportError> {
    for batch in Reader::<T, R>::with_columns(path, columns)? {
        for row in batch? {
            if !take(row) {
                return Ok(());
            }
        }
    }
    Ok(())
}
