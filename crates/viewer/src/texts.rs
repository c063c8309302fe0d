//! The texts of a run: questions with their features, and what the references said for them.

use crate::arena::{Arena, Wanted};
use crate::error::ViewError;
use crate::packed::{Packed, Packer, Place};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, ListArray, RecordBatch, StringArray};
use foretell_analysis::{Guesses, Name, Names};
use foretell_core::{AnswerOrder, TextId};
use foretell_tables::{AnswerRow, NameValue, QuestionRow, Reader, Table, TableError};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

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
    pub(crate) fn holding(&self, wanted: &Wanted) -> Vec<bool> {
        self.arena.holding(wanted)
    }
}

/// What the references said of the originals: explanations and factors, to be searched.
#[derive(Debug, Default)]
pub(crate) struct Explanations {
    texts: Packed,
    /// The text of each subject; none where nothing was said.
    of_subject: Vec<Option<Place>>,
}

const SAID: [&str; 7] =
    ["reference", "dataset", "text_id", "answer_order", "repeat", "explanation", "factors"];

const ORDERS: [AnswerOrder; 2] = [AnswerOrder::First, AnswerOrder::Last];

/// Reference, text, order and repeat.
type AnswerKey = (u32, u32, AnswerOrder, u32);

impl Explanations {
    /// Reads what was said in the answer tables `paths` about subjects of `guesses`.
    pub(crate) fn read(paths: &[PathBuf], guesses: &Guesses) -> Result<Self, ViewError> {
        let key = |subject: &foretell_analysis::Subject| {
            let pair = &guesses.pairs[subject.pair as usize];
            (subject.reference, pair.original, pair.answer_order, subject.answer_repeat)
        };
        let models = guesses.models.iter().enumerate();
        let mut about = About {
            places: guesses.subjects.iter().map(|subject| (key(subject), None)).collect(),
            texts: text_numbers(guesses),
            models: models.map(|(at, m)| (&*m.name, at as u32)).collect(),
            said: Packer::new().map_err(ViewError::Packing)?,
        };
        // One after the other: what is decoded at once stays small, and other cores make pages.
        for path in paths {
            about.read(path)?;
        }
        let of_subject = guesses.subjects.iter().map(|s| about.places[&key(s)]).collect();
        Ok(Self { texts: about.said.finish().map_err(ViewError::Packing)?, of_subject })
    }

    /// For each of `wanted` which subjects have an explanation that holds it.
    pub(crate) fn holding(&self, wanted: &[Wanted]) -> Result<Vec<Vec<bool>>, ViewError> {
        let found = self.texts.holding(wanted).map_err(ViewError::Packing)?;
        let holds = |wanted: usize, (block, at): Place| found[block as usize][wanted][at as usize];
        let all = |wanted| {
            let subjects = self.of_subject.iter();
            subjects.map(|place| place.is_some_and(|place| holds(wanted, place))).collect()
        };
        Ok((0..wanted.len()).map(all).collect())
    }
}

/// What answers are read for: those that subjects explain.
struct About<'a> {
    places: HashMap<AnswerKey, Option<Place>>,
    texts: TextNumbers<'a>,
    models: HashMap<&'a str, u32>,
    /// The texts.
    said: Packer,
}

impl About<'_> {
    /// Reads the texts of a table, and whose they are.
    fn read(&mut self, path: &Path) -> Result<(), ViewError> {
        // Column by column: most of a table is text, of which a row would make a copy.
        for batch in Reader::<AnswerRow>::with_columns(path, &SAID)?.into_batches() {
            let batch = batch?;
            let [reference, dataset, text_id, order, explanation] =
                ["reference", "dataset", "text_id", "answer_order", "explanation"]
                    .map(|name| column(&batch, name).and_then(|c| typed(name, c.as_string_opt())));
            let (reference, dataset, text_id) = (reference?, dataset?, text_id?);
            let (order, explanation): (_, &StringArray) = (order?, explanation?);
            let repeat: &Int64Array =
                typed("repeat", column(&batch, "repeat")?.as_primitive_opt::<Int64Type>())?;
            let lists = column(&batch, "factors")?.as_list_opt::<i32>();
            let lists: &ListArray = typed("factors", lists)?;
            let factors: &StringArray = typed("factors", lists.values().as_string_opt())?;
            for row in 0..batch.num_rows() {
                let text = self.texts.get(&(dataset.value(row), text_id.value(row)));
                let model = self.models.get(reference.value(row));
                let order = ORDERS.into_iter().find(|o| o.as_str() == order.value(row));
                let (Some(&text), Some(&model), Some(order)) = (text, model, order) else {
                    continue;
                };
                let repeat = u32::try_from(repeat.value(row)).unwrap_or(u32::MAX);
                let key = (model, text, order, repeat);
                let Some(place @ None) = self.places.get_mut(&key) else { continue };
                let explanation = explanation.is_valid(row).then(|| explanation.value(row));
                let offsets = lists.value_offsets();
                let (from, to) = (offsets[row] as usize, offsets[row + 1] as usize);
                let factors = (from..to).map(|at| factors.value(at));
                let parts = explanation.into_iter().chain(factors);
                *place = Some(self.said.push(parts).map_err(ViewError::Packing)?);
            }
        }
        Ok(())
    }
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, TableError> {
    typed(name, batch.column_by_name(name))
}

fn typed<T>(name: &str, found: Option<T>) -> Result<T, TableError> {
    found.ok_or_else(|| TableError::Rows {
        table: AnswerRow::NAME,
        fault: format!("column `{name}` is missing or of another type"),
    })
}
