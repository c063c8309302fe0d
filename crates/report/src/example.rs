//! Cases to look at: explanations that helped a predictor, that misled one, and that misled all.

use crate::error::ReportError;
use foretell_analysis::{Compat, Judged, Observations, PanelRule, Slot, judge};
use foretell_core::{AnswerOrder, PairId, QuestionId};
use foretell_tables::{AnswerRow, PairRow, QuestionRow, Reader, Table};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One case, as the page shows it.
#[derive(Debug, Serialize)]
pub(crate) struct Example {
    effect: Effect,
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

/// Cases to look at, as many as `most`: explanations that helped a predictor, that misled one, and
/// that made all predictors agree on one wrong label.
///
/// Each reference has its turn for each kind, and its cases are drawn by a hash of their names:
/// neither the best nor the worst, and the same each time. A run without its other tables has none,
/// for a guess without its question shows nothing; nor has an arm that shows something else than the
/// explanation of the question itself.
pub(crate) fn examples(
    run: &Path,
    observations: &Observations,
    arm: &str,
    most: usize,
) -> Result<Vec<Example>, ReportError> {
    let tables = ["pairs.parquet", "questions.parquet"].map(|name| run.join(name));
    if most == 0 || arm != "with" || !tables.iter().all(|path| path.is_file()) {
        return Ok(Vec::new());
    }
    let drawn = in_turn(candidates(observations), most);
    complete(run, &tables, drawn.into_iter().map(|found| case(observations, found)).collect())
}

/// What an explanation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Effect {
    Helped,
    Misled,
    Egregious,
}

const EFFECTS: [Effect; 3] = [Effect::Helped, Effect::Misled, Effect::Egregious];

/// Cases of a reference and effect, those with the lowest hashes first: hash, place in the list.
type Candidates = BTreeMap<(Effect, Arc<str>), Vec<(u64, usize)>>;

/// Candidates that are kept for each reference and effect.
const KEPT: usize = 20;

fn candidates(observations: &Observations) -> Candidates {
    let guesses = &observations.guesses;
    let mut found = Candidates::new();
    let rule = PanelRule { alone: false, min_answered: None, compat: Compat::Own };
    let judged = judge(observations, &observations.list, rule);
    let mut from = 0;
    for (about, judged) in observations.by_subject(&observations.list).zip(&judged) {
        let subject = &guesses.subjects[about[0].subject as usize];
        let name = &guesses.models[subject.reference as usize].name;
        let pair = guesses.pair_id(subject.pair);
        let mut add = |effect: Effect, at: usize, salt: &str| {
            let kept = found.entry((effect, Arc::clone(name))).or_default();
            let hash = hash(&format!("{pair}\n{salt}"));
            let place = kept.partition_point(|&(other, _)| other <= hash);
            if place < KEPT {
                kept.insert(place, (hash, at));
                kept.truncate(KEPT);
            }
        };
        for (at, observation) in about.iter().enumerate() {
            let slot = observations.slots(observation).first();
            let predictor = &guesses.models[observation.predictor as usize].name;
            if let Some(effect) = slot.and_then(|slot| effect(observations, slot)) {
                add(effect, from + at, predictor);
            }
        }
        if Judged::is_egregious(judged) {
            let first = about.iter().position(|o| o.predictor == judged.predictor);
            add(Effect::Egregious, from + first.unwrap_or(0), "");
        }
        from += about.len();
    }
    found
}

/// Whether the explanation helped or misled; neither where it changed nothing.
fn effect(observations: &Observations, slot: &Slot) -> Option<Effect> {
    let hit = |place| observations.guess(place).ok()?.hit;
    match (hit(slot.treated)?, hit(slot.baseline)?) {
        (true, false) => Some(Effect::Helped),
        (false, true) => Some(Effect::Misled),
        _ => None,
    }
}

/// Takes from the effects in turn, and within an effect from the references in turn. A pair is shown
/// once for a reference.
fn in_turn(candidates: Candidates, most: usize) -> Vec<(Effect, usize)> {
    let mut queues: Vec<Vec<(Effect, usize)>> = Vec::new();
    for wanted in EFFECTS {
        let own: Vec<&Vec<(u64, usize)>> = candidates
            .iter()
            .filter(|((effect, _), _)| *effect == wanted)
            .map(|(_, places)| places)
            .collect();
        let ranks = (0..KEPT).flat_map(|rank| own.iter().filter_map(move |own| own.get(rank)));
        queues.push(ranks.map(|&(_, at)| (wanted, at)).collect());
    }
    let mut drawn = Vec::new();
    for turn in 0..KEPT * candidates.len().max(1) {
        for queue in &queues {
            drawn.extend(queue.get(turn).copied().filter(|_| drawn.len() < most));
        }
    }
    drawn.sort();
    drawn
}

/// What the guesses themselves tell.
fn case(observations: &Observations, (effect, at): (Effect, usize)) -> Case {
    let guesses = &observations.guesses;
    let observation = &observations.list[at];
    let subject = &guesses.subjects[observation.subject as usize];
    // A panel is judged by all repeats of its guesses, of which the first may have no answer.
    let mut slots = observations.slots(observation).iter();
    let answered = slots.clone().find(|slot| observations.guess(slot.treated).is_ok());
    let slot = match effect {
        Effect::Egregious => answered.or(slots.next()),
        Effect::Helped | Effect::Misled => slots.next(),
    };
    let slot = slot.expect("an observation has a repeat");
    let name = |model: u32| guesses.models[model as usize].name.to_string();
    let guessed = |place| match observations.guess(place).map(|guess| guess.answer) {
        Ok(answer) => answer.map(|answer| guesses.text(answer).to_string()).unwrap_or_default(),
        Err(absence) => absence.to_string(),
    };
    let pair = guesses.pair_of(observation.subject);
    Case {
        effect,
        pair: guesses.pair_id(subject.pair).to_string().into(),
        dataset: guesses.text(pair.dataset).to_string(),
        reference: name(subject.reference),
        explainer: name(subject.explainer),
        predictor: match effect {
            Effect::Egregious => "all predictors (guess without: the first)".to_owned(),
            _ => name(observation.predictor),
        },
        answer_order: pair.answer_order,
        answer_repeat: subject.answer_repeat.into(),
        guess_with: guessed(slot.treated),
        guess_without: guessed(slot.baseline),
        target: subject.target.map(|target| guesses.text(target).to_string()).unwrap_or_default(),
    }
}

/// A case that was drawn: what it is about, and what was guessed.
struct Case {
    effect: Effect,
    pair: PairId,
    dataset: String,
    reference: String,
    explainer: String,
    predictor: String,
    answer_order: AnswerOrder,
    answer_repeat: i64,
    guess_with: String,
    guess_without: String,
    target: String,
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
    Example {
        effect: case.effect,
        pair: case.pair.to_string(),
        dataset: case.dataset.clone(),
        reference: case.reference.clone(),
        predictor: case.predictor.clone(),
        original: String::new(),
        counterfactual: String::new(),
        original_answer: None,
        explanation: None,
        factors: Vec::new(),
        guess_without: case.guess_without.clone(),
        guess_with: case.guess_with.clone(),
        target: case.target.clone(),
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

/// The tables in a folder, in the order of their names.
pub(crate) fn tables(folder: &Path) -> Result<Vec<PathBuf>, ReportError> {
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
pub(crate) fn scan<T: Table, R: DeserializeOwned>(
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
