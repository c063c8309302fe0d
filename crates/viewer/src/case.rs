//! One case whole: both questions, what the reference said, what was guessed, what judges say.

use crate::difference::{Piece, difference};
use crate::error::ViewError;
use crate::panel::Change;
use crate::run_data::{RunData, tables_in};
use foretell_analysis::{Contrast, Guess, Guesses, Subject};
use foretell_core::{AnswerOrder, Outcome, TextId};
use foretell_tables::{AnswerRow, PredictionRow, Reader, ScoreRow, Table};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// One case as it is shown, and as JSON has it.
#[derive(Debug, Serialize)]
pub(crate) struct Case {
    pub(crate) run: String,
    pub(crate) pair: String,
    pub(crate) dataset: String,
    pub(crate) answer_order: &'static str,
    pub(crate) distance: Option<i32>,
    pub(crate) method: Option<String>,
    pub(crate) cue_label: Option<String>,
    pub(crate) reference: String,
    /// The model that explains, where that is not the reference.
    pub(crate) explainer: Option<String>,
    pub(crate) answer_repeat: u32,
    pub(crate) changed: Vec<Changed>,
    pub(crate) original: Asked,
    pub(crate) counterfactual: Asked,
    pub(crate) switched: Option<bool>,
    pub(crate) verdict: String,
    /// The arms, in the order of the columns.
    pub(crate) arms: Vec<String>,
    pub(crate) predictors: Vec<Predictor>,
    pub(crate) scores: Vec<Verdict>,
}

/// A feature that changed.
#[derive(Debug, Serialize)]
pub(crate) struct Changed {
    pub(crate) name: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// A question and what the reference answered to it.
#[derive(Debug, Serialize)]
pub(crate) struct Asked {
    pub(crate) question_id: String,
    pub(crate) text: String,
    #[serde(skip)]
    pub(crate) pieces: Vec<Piece>,
    pub(crate) options: Vec<String>,
    pub(crate) ground_truth: Option<String>,
    pub(crate) answer: Option<AnswerRow>,
}

/// What one predictor guessed.
#[derive(Debug, Serialize)]
pub(crate) struct Predictor {
    pub(crate) name: String,
    pub(crate) change: &'static str,
    pub(crate) says: &'static str,
    /// By the arm's place; several where there are repeats.
    pub(crate) guesses: Vec<Vec<Shown>>,
}

/// One guess.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    pub(crate) answer: Option<String>,
    pub(crate) outcome: &'static str,
    pub(crate) hit: Option<bool>,
    pub(crate) confidence: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) donor_id: Option<String>,
    pub(crate) reply_key: Option<String>,
    pub(crate) repeat: u32,
}

/// One verdict of a judge.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    pub(crate) judge: String,
    pub(crate) kind: String,
    pub(crate) feature: Option<String>,
    pub(crate) value: Option<f64>,
    pub(crate) direction: Option<String>,
    pub(crate) outcome: &'static str,
    pub(crate) reason: Option<String>,
    pub(crate) reply_key: Option<String>,
}

/// What a prediction table says of a guess beyond what is in memory.
#[derive(Debug, Clone, Deserialize)]
struct More {
    pair_id: String,
    predictor: String,
    repeat: i64,
    answer_repeat: i64,
    confidence: Option<String>,
    reason: Option<String>,
    donor_id: Option<String>,
    reply_key: Option<String>,
}

const MORE: [&str; 8] = [
    "pair_id",
    "predictor",
    "repeat",
    "answer_repeat",
    "confidence",
    "reason",
    "donor_id",
    "reply_key",
];

impl Case {
    /// Reads a case of a run.
    pub(crate) fn read(
        run: &RunData,
        name: &str,
        subject: u32,
        contrast: &Contrast,
    ) -> Result<Self, ViewError> {
        let guesses = &run.guesses;
        let about = guesses.subjects[subject as usize];
        let pair = &guesses.pairs[about.pair as usize];
        let text = |name| guesses.text(name).to_string();
        let reference = run.model(about.reference).to_owned();
        let said = Said::read(
            run,
            &reference,
            [pair.original, pair.counterfactual],
            about.answer_repeat,
            pair.answer_order,
        )?;
        let [old, new] =
            [pair.original, pair.counterfactual].map(|text| &run.questions.get(text).text);
        let [old, new] = difference(old, new);
        let [original_answer, target] = said.0;
        let changed = pair.changed.iter().map(|feature| {
            let feature = guesses.text(*feature);
            let value = |text| run.questions.value(text, feature).map(str::to_owned);
            let name = feature.to_string();
            Changed { name, before: value(pair.original), after: value(pair.counterfactual) }
        });
        let arms = arms(run, contrast);
        let facts = run.panelled(contrast).facts(subject);
        Ok(Self {
            run: name.to_owned(),
            pair: text(pair.id),
            dataset: text(pair.dataset),
            answer_order: pair.answer_order.as_str(),
            distance: pair.distance,
            method: pair.method.map(text),
            cue_label: pair.cue_label.map(text),
            reference: reference.clone(),
            explainer: run.other_explainer(subject).map(str::to_owned),
            answer_repeat: about.answer_repeat,
            changed: changed.collect(),
            original: asked(run, pair.original, old, original_answer),
            counterfactual: asked(run, pair.counterfactual, new, target),
            switched: about.switched(),
            verdict: verdict(facts),
            predictors: predictors(run, subject, contrast, &arms)?,
            scores: scores(run, guesses.text(pair.id), &reference)?,
            arms,
        })
    }
}

/// What happened to a case's panel, in words.
pub(crate) fn verdict(facts: crate::panel::Facts) -> String {
    let crate::panel::Facts { scored, helped, misled, egregious } = facts;
    let of = |count: u16, word: &str| match (count, scored) {
        (count, all) if count == all && all > 1 => format!("{word} all {all} predictors"),
        (1, 1) => format!("{word} the predictor"),
        (count, all) => format!("{word} {count} of {all}"),
    };
    let mut words = Vec::new();
    if scored == 0 {
        words.push("not scored".to_owned());
    }
    if misled > 0 {
        words.push(of(misled, "misled"));
    }
    if helped > 0 {
        words.push(of(helped, "helped"));
    }
    if scored > 0 && helped + misled == 0 {
        words.push("changed no guess".to_owned());
    }
    if egregious {
        words.push("all wrong alike".to_owned());
    }
    words.join(", ")
}

fn asked(run: &RunData, text: u32, pieces: Vec<Piece>, answer: Option<AnswerRow>) -> Asked {
    let question = run.questions.get(text);
    let name = |name: foretell_analysis::Name| run.questions.name(name).to_owned();
    Asked {
        question_id: question.id.to_string(),
        text: question.text.to_string(),
        pieces,
        options: question.options.iter().copied().map(name).collect(),
        ground_truth: question.truth.map(name),
        answer,
    }
}

/// What the reference said to the original and to the counterfactual.
struct Said([Option<AnswerRow>; 2]);

impl Said {
    fn read(
        run: &RunData,
        reference: &str,
        texts: [u32; 2],
        repeat: u32,
        order: AnswerOrder,
    ) -> Result<Self, ViewError> {
        let wanted: [TextId; 2] = texts.map(|text| run.guesses.text_id(text));
        let mut said = [None, None];
        let fits = |row: &AnswerRow| {
            row.answer_order == order
                && row.repeat == i64::from(repeat)
                && wanted.contains(&row.text_id)
        };
        for row in rows(&run.layout.answers(reference), fits)? {
            for (place, id) in said.iter_mut().zip(&wanted) {
                if place.is_none() && row.text_id == *id {
                    *place = Some(row.clone());
                }
            }
        }
        Ok(Self(said))
    }
}

/// The rows of a table that fit; none where there is no table.
fn rows<T: Table + DeserializeOwned>(
    path: &Path,
    fits: impl Fn(&T) -> bool,
) -> Result<Vec<T>, ViewError> {
    let mut found = Vec::new();
    if path.is_file() {
        for batch in Reader::<T>::open(path)? {
            found.extend(batch?.into_iter().filter(&fits));
        }
    }
    Ok(found)
}

/// The arms of a run, those compared first.
fn arms(run: &RunData, contrast: &Contrast) -> Vec<String> {
    let compared = [&contrast.against, &contrast.arm];
    let mut arms: Vec<String> = compared.iter().map(|arm| (*arm).clone()).collect();
    arms.extend(run.choices.arms.iter().filter(|arm| !compared.contains(arm)).cloned());
    arms
}

fn predictors(
    run: &RunData,
    subject: u32,
    contrast: &Contrast,
    arms: &[String],
) -> Result<Vec<Predictor>, ViewError> {
    let guesses = &run.guesses;
    let of_answer = of_answer(guesses, subject);
    let more = More::read(run, subject, &of_answer)?;
    let panelled = run.panelled(contrast);
    let mut predictors: BTreeMap<&str, Predictor> = BTreeMap::new();
    for guess in of_answer {
        let name = run.model(guess.predictor);
        let predictor = predictors.entry(name).or_insert_with(|| {
            let mut panel = panelled.panel(subject).iter();
            let observation = panel.find(|observation| observation.predictor == guess.predictor);
            let (change, says) = said(observation.map_or(Change::Unscored, Change::of));
            let guesses = arms.iter().map(|_| Vec::new()).collect();
            Predictor { name: name.to_owned(), change, says, guesses }
        });
        let arm = &*guesses.arms[usize::from(guess.arm)];
        let Some(place) = arms.iter().position(|known| known == arm) else { continue };
        let more = more.get(&(guess.file, guess.predictor, guess.repeat));
        predictor.guesses[place].push(shown(run, guess, more));
    }
    Ok(predictors.into_values().collect())
}

/// All guesses of the answer that a subject is about, whosever words they were made from: arms
/// that show the words of another model stand beside the others.
fn of_answer(guesses: &Guesses, subject: u32) -> Vec<&Guess> {
    let answer = |subject: &Subject| (subject.pair, subject.reference, subject.answer_repeat);
    let wanted = answer(&guesses.subjects[subject as usize]);
    let numbers = (0_u32..).zip(&guesses.subjects).filter(|(_, other)| answer(other) == wanted);
    let of_subject = |(number, _)| {
        let from = guesses.guesses.partition_point(|guess| guess.subject < number);
        guesses.guesses[from..].iter().take_while(move |guess| guess.subject == number)
    };
    numbers.flat_map(of_subject).collect()
}

fn said(change: Change) -> (&'static str, &'static str) {
    match change {
        Change::Helped => ("helped", "helped"),
        Change::Misled => ("misled", "misled"),
        Change::BothRight => ("same", "right in both"),
        Change::BothWrong => ("same", "wrong in both"),
        Change::Unscored => ("unscored", "not scored"),
    }
}

fn shown(run: &RunData, guess: &Guess, more: Option<&More>) -> Shown {
    let of = |field: fn(&More) -> &Option<String>| more.and_then(|more| field(more).clone());
    Shown {
        answer: guess.answer.map(|answer| run.guesses.text(answer).to_string()),
        outcome: guess.outcome.as_str(),
        hit: guess.hit,
        confidence: of(|more| &more.confidence),
        reason: of(|more| &more.reason),
        donor_id: of(|more| &more.donor_id),
        reply_key: of(|more| &more.reply_key),
        repeat: guess.repeat,
    }
}

/// Guesses by file, predictor and repeat.
type ByGuess = HashMap<(u32, u32, u32), More>;

impl More {
    fn read(run: &RunData, subject: u32, of_answer: &[&Guess]) -> Result<ByGuess, ViewError> {
        let guesses = &run.guesses;
        let subject = guesses.subjects[subject as usize];
        let pair = guesses.pair_id(subject.pair);
        let mut files: Vec<u32> = of_answer.iter().map(|guess| guess.file).collect();
        files.sort_unstable();
        files.dedup();
        let mut found = ByGuess::new();
        for file in files {
            let path = &guesses.files[file as usize];
            for batch in Reader::<PredictionRow, Self>::with_columns(path, &MORE)? {
                for row in batch? {
                    let about = row.pair_id == **pair
                        && row.answer_repeat == i64::from(subject.answer_repeat);
                    let predictor = of_answer.iter().map(|guess| guess.predictor);
                    let mut named = predictor.filter(|number| run.model(*number) == row.predictor);
                    if let (true, Some(predictor)) = (about, named.next()) {
                        let repeat = u32::try_from(row.repeat).unwrap_or(u32::MAX);
                        found.insert((file, predictor, repeat), row);
                    }
                }
            }
        }
        Ok(found)
    }
}

/// The verdicts on the pair and on this reference's explanation of it.
fn scores(run: &RunData, pair: &str, reference: &str) -> Result<Vec<Verdict>, ViewError> {
    let mut verdicts = Vec::new();
    for path in tables_in(&run.layout.folder().join("scores")) {
        let about = |row: &ScoreRow| {
            row.pair_id.as_str() == pair
                && row.reference.as_deref().is_none_or(|of| of == reference)
        };
        verdicts.extend(rows(&path, about)?.into_iter().map(|row: ScoreRow| Verdict {
            judge: row.judge,
            kind: row.kind,
            feature: row.feature,
            value: row.value,
            direction: row.direction,
            outcome: row.outcome.as_str(),
            reason: row.reason,
            reply_key: row.reply_key,
        }));
    }
    Ok(verdicts)
}

/// What became of an answer, in words, where it is none.
pub(crate) fn outcome_in_words(outcome: Outcome) -> String {
    outcome.as_str().replace('_', " ")
}
