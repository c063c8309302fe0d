//! Reading prediction tables into [`Guesses`].

use crate::error::AnalysisError;
use crate::folder::{PredictionFile, prediction_files};
use crate::guess_file::{Coded, GUESS_COLUMNS, TextColumn, batches, count, integers, truths};
use crate::guess_order::{place, sorted};
use crate::guesses::{Guess, Guesses, Subject};
use crate::load_pairs::PairList;
use crate::model::KnownModels;
use crate::names::{Name, Names};
use arrow_array::{Array, BooleanArray, Int64Array, RecordBatch};
use foretell_core::{ConfidenceLevel, Outcome};
use foretell_tables::TableError;
use hashbrown::HashMap;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Files that are decoded at once: enough for all cores, few enough to hold while they are taken in.
const AT_ONCE: usize = 32;

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
            loading.guesses.reserve(decoded.iter().flatten().map(|file| rows_of(file)).sum());
            for (file, batches) in chunk.iter().zip(decoded) {
                loading.take_file(file, &batches?)?;
            }
        }
        loading.finish(known)
    }
}

fn rows_of(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}

/// Tables, while they are read.
#[derive(Default)]
struct Loading {
    names: Names,
    models: Interner,
    arms: Interner,
    pairs: PairList,
    run: usize,
    subjects: Vec<Subject>,
    subject_numbers: HashMap<[u32; 4], u32>,
    /// The file that brought each subject.
    subject_files: Vec<u32>,
    guesses: Vec<Guess>,
    files: Vec<PathBuf>,
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

/// The columns of one batch.
struct Columns<'a> {
    /// Name and number of the pair.
    pair: Coded<'a, (Name, u32)>,
    reference: Coded<'a, u32>,
    explainer: Coded<'a, u32>,
    predictor: Coded<'a, u32>,
    /// The arm, and whether it is that of the file.
    arm: Coded<'a, (&'a str, bool)>,
    outcome: Coded<'a, Outcome>,
    target_outcome: Coded<'a, Outcome>,
    confidence: Coded<'a, ConfidenceLevel>,
    answer: Coded<'a, Name>,
    original_answer: Coded<'a, Name>,
    target: Coded<'a, Name>,
    repeat: &'a Int64Array,
    answer_repeat: &'a Int64Array,
    output_tokens: &'a Int64Array,
    reasoning_tokens: &'a Int64Array,
    hit: &'a BooleanArray,
}

/// A file, while it is taken in.
struct Taking<'a> {
    file: &'a PredictionFile,
    /// Its number in [`Guesses::files`].
    number: u32,
    /// The number of its arm.
    arm: u16,
    /// The subject of the row before.
    last: u32,
}

impl Loading {
    fn take_file(
        &mut self,
        file: &PredictionFile,
        batches: &[RecordBatch],
    ) -> Result<(), AnalysisError> {
        if file.run != self.run {
            self.run = file.run;
            self.pairs.next_run();
        }
        let number = self.files.len() as u32;
        self.files.push(file.path.clone());
        if rows_of(batches) == 0 {
            return Ok(());
        }
        let arm = self.arms.number(self.names.name(&file.arm)) as u16;
        let mut taking = Taking { file, number, arm, last: 0 };
        for batch in batches {
            let mut columns = self.columns(batch, &file.arm)?;
            self.pairs.complete(&mut columns.pair, &file.path, &mut self.names)?;
            for row in 0..batch.num_rows() {
                let guess = self.take_row(&columns, row, &mut taking)?;
                self.guesses.push(guess);
            }
        }
        Ok(())
    }

    fn columns<'a>(
        &mut self,
        batch: &'a RecordBatch,
        arm: &str,
    ) -> Result<Columns<'a>, TableError> {
        let text = |name| TextColumn::of(batch, name);
        Ok(Columns {
            pair: self.pairs.numbered(text("pair_id")?, &mut self.names),
            reference: self.models(text("reference")?),
            explainer: self.models(text("explainer")?),
            predictor: self.models(text("predictor")?),
            arm: text("arm")?.coded(|text| (text, text == arm)),
            outcome: text("outcome")?.words()?,
            target_outcome: text("target_outcome")?.words()?,
            confidence: text("confidence_level")?.words()?,
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

    fn labels<'a>(&mut self, column: TextColumn<'a>) -> Coded<'a, Name> {
        column.coded(|text| self.names.name(text))
    }

    fn models<'a>(&mut self, column: TextColumn<'a>) -> Coded<'a, u32> {
        column.coded(|text| self.models.number(self.names.name(text)))
    }

    /// One guess, once its row is known to belong here and to be scored.
    fn take_row(
        &mut self,
        columns: &Columns<'_>,
        row: usize,
        taking: &mut Taking<'_>,
    ) -> Result<Guess, AnalysisError> {
        let path = || taking.file.path.clone();
        let (pair, pair_number) = columns.pair.required(row)?;
        let id = |names: &Names| names.text(pair).to_string().into();
        let (arm, is_of_file) = columns.arm.required(row)?;
        if !is_of_file {
            let pair = id(&self.names);
            return Err(AnalysisError::OtherArm { path: path(), pair, found: arm.to_owned() });
        }
        let read = columns.subject(row, pair_number)?;
        let subject = self.subject(read, taking.last);
        if self.subject_files.len() < self.subjects.len() {
            self.subject_files.push(taking.number);
        }
        let known = self.subjects[subject as usize];
        if (known.target, known.target_outcome) != (read.target, read.target_outcome) {
            let other = self.files[self.subject_files[subject as usize] as usize].clone();
            return Err(AnalysisError::TargetsDiffer {
                path: path(),
                other,
                pair: id(&self.names),
            });
        }
        if let (Some(found), Some(said)) = (read.original_answer, known.original_answer)
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
        let outcome = columns.outcome.required(row)?;
        let answer = columns.answer.get(row).filter(|_| outcome == Outcome::Answered);
        let hit = columns.hit.is_valid(row).then(|| columns.hit.value(row));
        let scored = hit.is_some() || known.target_outcome != Outcome::Answered;
        if outcome == Outcome::Answered && (answer.is_none() || !scored) {
            return Err(AnalysisError::Unscored { path: path(), pair: id(&self.names) });
        }
        taking.last = subject;
        Ok(Guess {
            subject,
            predictor: columns.predictor.required(row)?,
            repeat: count(columns.repeat, row)?.unwrap_or(0),
            file: taking.number,
            answer,
            output_tokens: count(columns.output_tokens, row)?,
            reasoning_tokens: count(columns.reasoning_tokens, row)?,
            arm: taking.arm,
            outcome,
            hit: hit.filter(|_| outcome == Outcome::Answered),
            confidence_level: columns.confidence.get(row),
        })
    }

    /// The number of a subject, which is added where it is new; `last` is that of the row before.
    fn subject(&mut self, read: Subject, last: u32) -> u32 {
        let number = self.following(&read, last).unwrap_or_else(|| {
            let subjects = &mut self.subjects;
            *self.subject_numbers.entry(key(&read)).or_insert_with(|| {
                subjects.push(read);
                subjects.len() as u32 - 1
            })
        });
        let known = &mut self.subjects[number as usize];
        // An arm that asks the predictor about something else need not know the original answer.
        known.original_answer = known.original_answer.or(read.original_answer);
        number
    }

    /// The number of a subject that is that of the row before or the next: files that are about the
    /// same subjects mostly have them in the same order, and nothing has to be looked up.
    fn following(&self, read: &Subject, last: u32) -> Option<u32> {
        let is_it = |number: &u32| {
            self.subjects.get(*number as usize).is_some_and(|known| key(known) == key(read))
        };
        [last + 1, last].into_iter().find(is_it)
    }
}

/// What subjects are told apart by.
fn key(subject: &Subject) -> [u32; 4] {
    [subject.pair, subject.reference, subject.explainer, subject.answer_repeat]
}

impl Columns<'_> {
    /// What the guess of a row is about.
    fn subject(&self, row: usize, pair: u32) -> Result<Subject, TableError> {
        Ok(Subject {
            pair,
            reference: self.reference.required(row)?,
            explainer: self.explainer.required(row)?,
            answer_repeat: count(self.answer_repeat, row)?.unwrap_or(0),
            original_answer: self.original_answer.get(row),
            target: self.target.get(row),
            target_outcome: self.target_outcome.required(row)?,
        })
    }
}

impl Loading {
    fn finish(mut self, known: &KnownModels) -> Result<Guesses, AnalysisError> {
        self.guesses = sorted(&self.guesses, self.subjects.len());
        let twice = self.guesses.windows(2).find(|two| place(&two[0]) == place(&two[1]));
        let twice = twice.map(|two| (two[0], two[1]));
        let models = &self.models.names;
        let guesses = Guesses {
            models: models.iter().map(|name| known.model(self.names.text(*name))).collect(),
            arms: self.arms.names.iter().map(|name| self.names.text(*name).clone()).collect(),
            names: self.names,
            files: self.files,
            texts: self.pairs.texts,
            pairs: self.pairs.pairs,
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
