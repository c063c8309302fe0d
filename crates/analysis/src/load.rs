//! Reading prediction tables into [`Guesses`].

use crate::error::AnalysisError;
use crate::folder::{PredictionFile, prediction_files};
use crate::guess_file::{
    GUESS_COLUMNS, PAIR_COLUMNS, TextColumn, batches, integers, lists, rows, truths,
};
use crate::guesses::{Guess, Guesses, Pair, Subject, Text};
use crate::model::KnownModels;
use crate::names::{Name, Names};
use arrow_array::{Array, BooleanArray, Int64Array, RecordBatch};
use foretell_core::{AnswerOrder, ConfidenceLevel, Outcome};
use foretell_tables::TableError;
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Files that are decoded at once: enough for all cores, few enough to hold while they are taken in.
const AT_ONCE: usize = 32;

/// A pair that is named and not read yet.
const UNREAD: u32 = u32::MAX;

impl Guesses {
    /// Reads all prediction tables of runs.
    ///
    /// # Errors
    /// [`AnalysisError`] names the run or the file, and the pair where there is one: tables that
    /// cannot be read, a guess that stands twice, targets at odds.
    pub fn load(runs: &[&Path]) -> Result<Self, AnalysisError> {
        Self::read(&prediction_files(runs)?, &KnownModels::read(runs)?)
    }

    /// Reads some prediction tables.
    pub(crate) fn read(
        files: &[PredictionFile],
        known: &KnownModels,
    ) -> Result<Self, AnalysisError> {
        let mut loading = Loading::default();
        for chunk in files.chunks(AT_ONCE) {
            let decoded: Vec<_> =
                chunk.par_iter().map(|file| batches(&file.path, &GUESS_COLUMNS)).collect();
            for (file, batches) in chunk.iter().zip(decoded) {
                loading.take_file(file, &batches?)?;
            }
        }
        loading.finish(known)
    }
}

/// Tables, while they are read.
#[derive(Default)]
struct Loading {
    names: Names,
    models: Interner,
    arms: Interner,
    texts: Vec<Text>,
    text_numbers: HashMap<(Name, Name), u32>,
    pairs: Vec<Pair>,
    /// The same pair of several runs is one if its texts are.
    pair_numbers: HashMap<(Name, u32, u32, AnswerOrder), u32>,
    /// By the run and the name of the pair.
    pairs_of_run: HashMap<Name, u32>,
    run: usize,
    subjects: Vec<Subject>,
    subject_numbers: HashMap<[u32; 4], u32>,
    /// The file that brought each subject.
    subject_files: Vec<u32>,
    guesses: Vec<Guess>,
    files: Vec<PathBuf>,
    /// Names of the pairs of the last file, in the order of its dictionary.
    last_pairs: Vec<Name>,
}

/// Names in the order in which they came, by number.
#[derive(Default)]
struct Interner {
    names: Vec<Name>,
    numbers: HashMap<Name, u32>,
}

impl Interner {
    fn number(&mut self, name: Name) -> u32 {
        let Self { names, numbers } = self;
        *numbers.entry(name).or_insert_with(|| {
            names.push(name);
            names.len() as u32 - 1
        })
    }
}

/// The columns of one batch, with the numbers of their texts.
struct Columns<'a> {
    pair: (TextColumn<'a>, Vec<u32>, Vec<Name>),
    reference: (TextColumn<'a>, Vec<u32>),
    explainer: (TextColumn<'a>, Vec<u32>),
    predictor: (TextColumn<'a>, Vec<u32>),
    arm: (TextColumn<'a>, Vec<&'a str>),
    outcome: (TextColumn<'a>, Vec<Outcome>),
    target_outcome: (TextColumn<'a>, Vec<Outcome>),
    confidence: (TextColumn<'a>, Vec<ConfidenceLevel>),
    answer: (TextColumn<'a>, Vec<Name>),
    original_answer: (TextColumn<'a>, Vec<Name>),
    target: (TextColumn<'a>, Vec<Name>),
    repeat: &'a Int64Array,
    answer_repeat: &'a Int64Array,
    output_tokens: &'a Int64Array,
    reasoning_tokens: &'a Int64Array,
    hit: &'a BooleanArray,
}

impl Loading {
    fn take_file(
        &mut self,
        file: &PredictionFile,
        batches: &[RecordBatch],
    ) -> Result<(), AnalysisError> {
        if file.run != self.run {
            self.run = file.run;
            self.pairs_of_run.clear();
        }
        let number = self.files.len() as u32;
        self.files.push(file.path.clone());
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        self.guesses.reserve(rows);
        for batch in batches {
            let mut columns = self.columns(batch)?;
            if columns.pair.1.contains(&UNREAD) {
                self.read_pairs(&file.path)?;
                let pairs = columns.pair.2.iter();
                columns.pair.1 = pairs.map(|name| self.pair_of_run(*name)).collect();
            }
            for row in 0..batch.num_rows() {
                let guess = self.take_row(&columns, row, file, number)?;
                self.guesses.push(guess);
            }
        }
        Ok(())
    }

    fn pair_of_run(&self, name: Name) -> u32 {
        self.pairs_of_run.get(&name).copied().unwrap_or(UNREAD)
    }

    fn columns<'a>(&mut self, batch: &'a RecordBatch) -> Result<Columns<'a>, TableError> {
        let text = |name| TextColumn::of(batch, name);
        let (pair, names) = (text("pair_id")?, &mut self.names);
        let last = &self.last_pairs;
        let pair_names: Vec<Name> = (pair.texts().enumerate())
            .map(|(at, text)| names.name_likely(text, last.get(at).copied()))
            .collect();
        let pairs = pair_names.iter().map(|name| self.pair_of_run(*name)).collect();
        self.last_pairs.clone_from(&pair_names);
        let (outcome, target_outcome) = (text("outcome")?, text("target_outcome")?);
        let (arm, confidence) = (text("arm")?, text("confidence_level")?);
        Ok(Columns {
            pair: (pair, pairs, pair_names),
            reference: self.models(text("reference")?),
            explainer: self.models(text("explainer")?),
            predictor: self.models(text("predictor")?),
            arm: {
                let texts = arm.texts().collect();
                (arm, texts)
            },
            outcome: {
                let words = outcome.words()?;
                (outcome, words)
            },
            target_outcome: {
                let words = target_outcome.words()?;
                (target_outcome, words)
            },
            confidence: {
                let words = confidence.words()?;
                (confidence, words)
            },
            answer: self.labels(text("answer")?),
            original_answer: self.labels(text("original_answer")?),
            target: self.labels(text("target")?),
            repeat: integers(batch, "repeat")?,
            answer_repeat: integers(batch, "answer_repeat")?,
            output_tokens: integers(batch, "output_tokens")?,
            reasoning_tokens: integers(batch, "reasoning_tokens")?,
            hit: truths(batch, "hit")?,
        })
    }

    fn labels<'a>(&mut self, column: TextColumn<'a>) -> (TextColumn<'a>, Vec<Name>) {
        let names = column.texts().map(|text| self.names.name(text)).collect();
        (column, names)
    }

    fn models<'a>(&mut self, column: TextColumn<'a>) -> (TextColumn<'a>, Vec<u32>) {
        let number = |text| self.models.number(self.names.name(text));
        let numbers = column.texts().map(number).collect();
        (column, numbers)
    }

    /// One guess, once its row is known to belong here and to be scored.
    fn take_row(
        &mut self,
        columns: &Columns<'_>,
        row: usize,
        file: &PredictionFile,
        number: u32,
    ) -> Result<Guess, AnalysisError> {
        let path = || file.path.clone();
        let pair = columns.pair.0.required(row)?;
        let id = |names: &Names| names.text(columns.pair.2[pair]).to_string().into();
        let arm = columns.arm.1[columns.arm.0.required(row)?];
        if arm != file.arm {
            let pair = id(&self.names);
            return Err(AnalysisError::OtherArm { path: path(), pair, found: arm.to_owned() });
        }
        let subject = self.subject(columns, row, pair)?;
        if self.subject_files.len() < self.subjects.len() {
            self.subject_files.push(number);
        }
        let known = self.subjects[subject as usize];
        let subject_read = columns.subject(row)?;
        if (known.target, known.target_outcome) != subject_read {
            let other = self.files[self.subject_files[subject as usize] as usize].clone();
            return Err(AnalysisError::TargetsDiffer {
                path: path(),
                other,
                pair: id(&self.names),
            });
        }
        let original = value(&columns.original_answer, row);
        if let (Some(found), Some(said)) = (original, known.original_answer)
            && found != said
        {
            let text = |name: Name| (&**self.names.text(name)).into();
            return Err(AnalysisError::OriginalsDiffer {
                path: path(),
                pair: id(&self.names),
                reference: text(self.models.names[known.reference as usize]),
                found: text(found),
                known: text(said),
            });
        }
        let outcome = columns.outcome.1[columns.outcome.0.required(row)?];
        let answer = value(&columns.answer, row).filter(|_| outcome == Outcome::Answered);
        let hit = columns.hit.is_valid(row).then(|| columns.hit.value(row));
        let scored = hit.is_some() || known.target_outcome != Outcome::Answered;
        if outcome == Outcome::Answered && (answer.is_none() || !scored) {
            return Err(AnalysisError::Unscored { path: path(), pair: id(&self.names) });
        }
        Ok(Guess {
            subject,
            predictor: columns.predictor.1[columns.predictor.0.required(row)?],
            repeat: count(columns.repeat, row)?.unwrap_or(0),
            file: number,
            answer,
            output_tokens: count(columns.output_tokens, row)?,
            reasoning_tokens: count(columns.reasoning_tokens, row)?,
            arm: self.arms.number(self.names.name(arm)) as u16,
            outcome,
            hit: hit.filter(|_| outcome == Outcome::Answered),
            confidence_level: value(&columns.confidence, row),
        })
    }

    fn subject(
        &mut self,
        columns: &Columns<'_>,
        row: usize,
        pair: usize,
    ) -> Result<u32, AnalysisError> {
        let pair = columns.pair.1[pair];
        let model = |(column, numbers): &(TextColumn<'_>, Vec<u32>)| {
            column.required(row).map(|place| numbers[place])
        };
        let (reference, explainer) = (model(&columns.reference)?, model(&columns.explainer)?);
        let answer_repeat = count(columns.answer_repeat, row)?.unwrap_or(0);
        let (target, target_outcome) = columns.subject(row)?;
        let original_answer = value(&columns.original_answer, row);
        let (subjects, key) = (&mut self.subjects, [pair, reference, explainer, answer_repeat]);
        let number = *self.subject_numbers.entry(key).or_insert_with(|| {
            subjects.push(Subject {
                pair,
                reference,
                explainer,
                answer_repeat,
                original_answer,
                target,
                target_outcome,
            });
            subjects.len() as u32 - 1
        });
        let known = &mut self.subjects[number as usize];
        // An arm that asks the predictor about something else need not know the original answer.
        known.original_answer = known.original_answer.or(original_answer);
        Ok(number)
    }
}

impl Columns<'_> {
    /// The target and what became of it.
    fn subject(&self, row: usize) -> Result<(Option<Name>, Outcome), TableError> {
        let outcome = self.target_outcome.1[self.target_outcome.0.required(row)?];
        Ok((value(&self.target, row), outcome))
    }
}

/// The value of a column that may be empty.
fn value<T: Copy>((column, values): &(TextColumn<'_>, Vec<T>), row: usize) -> Option<T> {
    column.place(row).map(|place| values[place])
}

fn count(column: &Int64Array, row: usize) -> Result<Option<u32>, TableError> {
    if !column.is_valid(row) {
        return Ok(None);
    }
    let value = column.value(row);
    let fault = || rows(format!("row {row}: {value} is not a count"));
    u32::try_from(value).map(Some).map_err(|_| fault())
}

impl Loading {
    /// Reads the pairs of a file that no file of its run had before.
    fn read_pairs(&mut self, path: &Path) -> Result<(), AnalysisError> {
        for batch in batches(path, &PAIR_COLUMNS)? {
            let text = |name| TextColumn::of(&batch, name);
            let pair_id = self.labels(text("pair_id")?);
            let dataset = self.labels(text("dataset")?);
            let original = self.labels(text("original_text_id")?);
            let counterfactual = self.labels(text("counterfactual_text_id")?);
            let order = text("answer_order")?;
            let orders: Vec<AnswerOrder> = order.words()?;
            let method = self.labels(text("method")?);
            let cue_label = self.labels(text("cue_label")?);
            let (distance, changed) = (integers(&batch, "distance")?, lists(&batch, "changed")?);
            for row in 0..batch.num_rows() {
                let id = pair_id.1[pair_id.0.required(row)?];
                if self.pairs_of_run.contains_key(&id) {
                    continue;
                }
                let dataset = dataset.1[dataset.0.required(row)?];
                let text = |column: &(TextColumn<'_>, Vec<Name>)| {
                    column.0.required(row).map(|place| Text { dataset, id: column.1[place] })
                };
                let (original, counterfactual) = (text(&original)?, text(&counterfactual)?);
                let pair = Pair {
                    id,
                    dataset,
                    original: self.text(original),
                    counterfactual: self.text(counterfactual),
                    answer_order: orders[order.required(row)?],
                    distance: count(distance, row)?.map(|distance| distance as i32),
                    changed: self.list(&changed.value(row))?,
                    method: value(&method, row),
                    cue_label: value(&cue_label, row),
                };
                let number = self.pair(pair);
                self.pairs_of_run.insert(id, number);
            }
        }
        Ok(())
    }

    fn list(&mut self, values: &dyn Array) -> Result<Box<[Name]>, TableError> {
        let texts = values.as_any().downcast_ref::<arrow_array::StringArray>();
        let texts = texts.ok_or_else(|| rows("column `changed` is of another type".to_owned()))?;
        Ok(texts.iter().flatten().map(|text| self.names.name(text)).collect())
    }

    fn text(&mut self, text: Text) -> u32 {
        let Self { texts, text_numbers, .. } = self;
        *text_numbers.entry((text.dataset, text.id)).or_insert_with(|| {
            texts.push(text);
            texts.len() as u32 - 1
        })
    }

    fn pair(&mut self, pair: Pair) -> u32 {
        let key = (pair.id, pair.original, pair.counterfactual, pair.answer_order);
        let pairs = &mut self.pairs;
        *self.pair_numbers.entry(key).or_insert_with(|| {
            pairs.push(pair);
            pairs.len() as u32 - 1
        })
    }

    fn finish(mut self, known: &KnownModels) -> Result<Guesses, AnalysisError> {
        self.guesses.shrink_to_fit();
        let key = |guess: &Guess| (guess.subject, guess.predictor, guess.arm, guess.repeat);
        // The file last, so that of a guess that stands twice the same two are named each time.
        self.guesses.par_sort_unstable_by_key(|guess| (key(guess), guess.file));
        let twice = self.guesses.windows(2).find(|two| key(&two[0]) == key(&two[1]));
        let twice = twice.map(|two| (two[0], two[1]));
        let models = &self.models.names;
        let guesses = Guesses {
            models: models.iter().map(|name| known.model(self.names.text(*name))).collect(),
            arms: self.arms.names.iter().map(|name| self.names.text(*name).clone()).collect(),
            names: self.names,
            files: self.files,
            texts: self.texts,
            pairs: self.pairs,
            subjects: self.subjects,
            guesses: self.guesses,
        };
        match twice {
            None => Ok(guesses),
            Some((first, second)) => Err(guesses.standing_twice(&first, &second)),
        }
    }
}

impl Guesses {
    fn standing_twice(&self, first: &Guess, second: &Guess) -> AnalysisError {
        let subject = &self.subjects[first.subject as usize];
        let pair = self.pair_id(subject.pair).to_string().into();
        let path = self.files[second.file as usize].clone();
        let name = |model: u32| self.models[model as usize].name.to_string();
        let (reference, predictor) = (name(subject.reference), name(first.predictor));
        if first.file != second.file {
            let other = self.files[first.file as usize].clone();
            return AnalysisError::Overlap { path, other, pair, reference, predictor };
        }
        AnalysisError::Repeated {
            path,
            pair,
            reference,
            predictor,
            answer_repeat: i64::from(subject.answer_repeat),
            repeat: i64::from(first.repeat),
        }
    }
}
