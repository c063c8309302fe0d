//! The texts of a run: questions with their features, and what the references said for them.

use crate::arena::Arena;
use crate::error::ViewError;
use foretell_analysis::{Guesses, Name, Names};
use foretell_core::{AnswerOrder, TextId};
use foretell_tables::{AnswerRow, NameValue, QuestionRow, Reader};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

/// What the viewer keeps of a question.
#[derive(Debug, Default, Clone)]
pub(crate) struct Question {
    /// Readable name.
    pub(crate) id: Box<str>,
    pub(crate) text: Box<str>,
    pub(crate) truth: Option<Name>,
    pub(crate) options: Box<[Name]>,
    features: Box<[(Name, Name)]>,
}

/// The questions of a run, by the number of their text in [`Guesses::texts`].
#[derive(Debug, Default)]
pub(crate) struct Questions {
    list: Vec<Question>,
    names: Names,
    arena: Arena,
}

#[derive(Deserialize)]
struct QuestionCells {
    question_id: String,
    text_id: TextId,
    dataset: String,
    text: String,
    options: Vec<String>,
    ground_truth: Option<String>,
    features: Vec<NameValue>,
}

const QUESTION: [&str; 7] =
    ["question_id", "text_id", "dataset", "text", "options", "ground_truth", "features"];

/// Numbers of texts by dataset and id.
pub(crate) type TextNumbers<'a> = HashMap<(&'a str, &'a str), u32>;

pub(crate) fn text_numbers(guesses: &Guesses) -> TextNumbers<'_> {
    let texts = guesses.texts.iter().enumerate();
    let name = |name| &**guesses.text(name);
    texts.map(|(at, text)| ((name(text.dataset), name(text.id)), at as u32)).collect()
}

impl Questions {
    /// Reads the questions that guesses are about. A run without the table has none.
    pub(crate) fn read(path: &Path, guesses: &Guesses) -> Result<Self, ViewError> {
        let mut questions = Self::default();
        questions.list.resize(guesses.texts.len(), Question::default());
        if path.is_file() {
            let numbers = text_numbers(guesses);
            for batch in Reader::<QuestionRow, QuestionCells>::with_columns(path, &QUESTION)? {
                for row in batch? {
                    let key = (row.dataset.as_str(), row.text_id.as_str());
                    if let Some(&number) = numbers.get(&key) {
                        questions.take(number, row);
                    }
                }
            }
        }
        for question in &questions.list {
            questions.arena.push([&*question.text]);
        }
        questions.arena.finish();
        Ok(questions)
    }

    fn take(&mut self, number: u32, row: QuestionCells) {
        let names = &mut self.names;
        let features = row.features.iter();
        self.list[number as usize] = Question {
            id: row.question_id.into(),
            text: row.text.into(),
            truth: row.ground_truth.map(|truth| names.name(&truth)),
            options: row.options.iter().map(|option| names.name(option)).collect(),
            features: features.map(|f| (names.name(&f.name), names.name(&f.value))).collect(),
        };
    }

    pub(crate) fn get(&self, text: u32) -> &Question {
        &self.list[text as usize]
    }

    pub(crate) fn name(&self, name: Name) -> &str {
        self.names.text(name)
    }

    /// The features of a question with their values.
    pub(crate) fn features(&self, text: u32) -> impl Iterator<Item = (&str, &str)> {
        let features = self.get(text).features.iter();
        features.map(|&(name, value)| (self.name(name), self.name(value)))
    }

    /// The value of a feature of a question.
    pub(crate) fn value(&self, text: u32, feature: &str) -> Option<&str> {
        self.features(text).find(|(name, _)| *name == feature).map(|(_, value)| value)
    }

    /// Which texts hold some words.
    pub(crate) fn holding(&self, words: &str) -> Vec<bool> {
        self.arena.holding(words)
    }
}

/// What the references said of the originals: explanations and factors, to be searched.
#[derive(Debug, Default)]
pub(crate) struct Explanations {
    arena: Arena,
    /// The number of each subject's text in the arena; none where nothing was said.
    of_subject: Vec<Option<u32>>,
}

#[derive(Deserialize)]
struct Said {
    reference: String,
    dataset: String,
    text_id: TextId,
    answer_order: AnswerOrder,
    repeat: i64,
    explanation: Option<String>,
    factors: Vec<String>,
}

const SAID: [&str; 7] =
    ["reference", "dataset", "text_id", "answer_order", "repeat", "explanation", "factors"];

/// Reference, text, order and repeat.
type AnswerKey = (u32, u32, AnswerOrder, u32);

impl Explanations {
    /// Reads what was said in the answer tables `paths` about subjects of `guesses`.
    pub(crate) fn read(paths: &[std::path::PathBuf], guesses: &Guesses) -> Result<Self, ViewError> {
        let mut subjects: HashMap<AnswerKey, Option<u32>> = HashMap::new();
        let key = |subject: &foretell_analysis::Subject| {
            let pair = &guesses.pairs[subject.pair as usize];
            (subject.reference, pair.original, pair.answer_order, subject.answer_repeat)
        };
        subjects.extend(guesses.subjects.iter().map(|subject| (key(subject), None)));
        let numbers = text_numbers(guesses);
        let models = guesses.models.iter().enumerate();
        let models: HashMap<&str, u32> = models.map(|(at, m)| (&*m.name, at as u32)).collect();
        let mut arena = Arena::default();
        for path in paths {
            for batch in Reader::<AnswerRow, Said>::with_columns(path, &SAID)? {
                for row in batch? {
                    let text = numbers.get(&(row.dataset.as_str(), row.text_id.as_str()));
                    let reference = models.get(row.reference.as_str());
                    let (Some(&text), Some(&reference)) = (text, reference) else { continue };
                    let repeat = u32::try_from(row.repeat).unwrap_or(u32::MAX);
                    let key = (reference, text, row.answer_order, repeat);
                    let Some(slot @ None) = subjects.get_mut(&key) else { continue };
                    let parts = row.explanation.iter().chain(&row.factors).map(String::as_str);
                    *slot = Some(arena.push(parts));
                }
            }
        }
        arena.finish();
        let of_subject = guesses.subjects.iter().map(|s| subjects[&key(s)]).collect();
        Ok(Self { arena, of_subject })
    }

    /// Which subjects have an explanation that holds some words.
    pub(crate) fn holding(&self, words: &str) -> Vec<bool> {
        let found = self.arena.holding(words);
        self.of_subject.iter().map(|at| at.is_some_and(|at| found[at as usize])).collect()
    }
}
