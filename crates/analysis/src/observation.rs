//! Observations: the guesses of two arms about one answer, joined one to one.

use crate::absence::Absence;
use crate::error::AnalysisError;
use crate::folder::ArmFiles;
use crate::guess_row::{GuessBatches, GuessRow};
use foretell_core::{AnswerOrder, Outcome, PairId, TextId};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is guessed: one answer of a reference model to the counterfactual of one pair.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject {
    /// The model whose behaviour is guessed.
    pub reference: Arc<str>,
    /// The model whose explanation is shown.
    pub explainer: Arc<str>,
    /// Dataset of both questions.
    pub dataset: Arc<str>,
    /// Identity of the original.
    pub original: TextId,
    /// Identity of the counterfactual.
    pub counterfactual: TextId,
    /// The pair.
    pub pair: PairId,
    /// Where the reference was asked for its answer.
    pub answer_order: AnswerOrder,
    /// Number of the reference's repeat.
    pub answer_repeat: i64,
}

/// One guess of one arm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guess {
    /// An answer, and whether it is the target; `None` where there is no target.
    Answered {
        /// The label guessed.
        answer: Arc<str>,
        /// Whether it is the target.
        hit: Option<bool>,
    },
    /// No answer.
    Missing(Absence),
}

/// The guesses of both arms in one repeat of the predictor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Number of the predictor's repeat.
    pub repeat: i64,
    /// The guess of the treated arm.
    pub treated: Guess,
    /// The guess of the baseline arm.
    pub baseline: Guess,
}

/// All that one predictor guessed about one subject, whether or not it can be scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// What is guessed.
    pub subject: Subject,
    /// The predictor.
    pub predictor: Arc<str>,
    /// Whether there is a target, or what became of it instead.
    pub target: Outcome,
    /// Whether the target differs from the original answer, where both are known.
    pub switched: Option<bool>,
    /// The guesses, one element a repeat.
    pub slots: Vec<Slot>,
}

/// Texts of one folder, each kept once: models, datasets, pairs and labels.
#[derive(Default)]
struct Names {
    numbers: HashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let (name, number): (Arc<str>, u32) = (name.into(), self.names.len() as u32);
        self.names.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        number
    }

    fn is(&self, number: u32, name: &str) -> bool {
        self.names.get(number as usize).is_some_and(|known| &**known == name)
    }

    fn shared(&mut self, name: &str) -> Arc<str> {
        let number = self.number(name);
        Arc::clone(&self.names[number as usize])
    }
}

/// What names an observation within one folder: a pair has its name, texts and order once.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    pair: u32,
    models: [u32; 3],
    answer_repeat: i64,
}

/// Place of the explainer among the models of a key.
const EXPLAINER: usize = 1;

/// Guesses about one subject, while the files are read.
struct Gathered {
    subject: Subject,
    predictor: Arc<str>,
    target: Option<Arc<str>>,
    target_outcome: Outcome,
    switched: Option<bool>,
    slots: Vec<(i64, [Option<Guess>; 2])>,
}

/// The explainers of the treated arm's file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Explainer {
    Unknown,
    One(u32),
    Several,
}

impl Explainer {
    fn and(self, explainer: u32) -> Self {
        match self {
            Self::Unknown => Self::One(explainer),
            Self::One(known) if known == explainer => self,
            _ => Self::Several,
        }
    }
}

/// Both files of one folder, while they are read.
struct Gathering<'a> {
    arms: [&'a str; 2],
    paths: [Option<&'a Path>; 2],
    names: Names,
    /// Reference, explainer and predictor of the last row.
    models: [u32; 3],
    /// Whose explanations the treated arm shows. Other arms show no explanation, or that of the
    /// reference itself, and are held against it all the same.
    explainer: Explainer,
    places: HashMap<Key, usize>,
    gathered: Vec<Gathered>,
}

/// Reads the files of two arms and joins their guesses on all that names them but the arm, and but the
/// explainer where the treated arm has only one.
///
/// The order of the rows does not matter. A guess without a row of the other arm stays, with the
/// other marked as [`Absence::NoRow`].
pub(crate) fn join(
    files: &ArmFiles,
    arms: [&str; 2],
) -> Result<impl Iterator<Item = Observation>, AnalysisError> {
    let mut gathering = Gathering {
        arms,
        paths: [files.treated.as_deref(), files.baseline.as_deref()],
        names: Names::default(),
        models: [0; 3],
        explainer: Explainer::Unknown,
        places: HashMap::new(),
        gathered: Vec::new(),
    };
    for side in 0..2 {
        if let Some(path) = gathering.paths[side] {
            GuessBatches::open(path)?.for_each(|row| gathering.take(&row, side))?;
        }
    }
    Ok(gathering.gathered.into_iter().map(|gathered| Observation {
        subject: gathered.subject,
        predictor: gathered.predictor,
        target: gathered.target_outcome,
        switched: gathered.switched,
        slots: gathered.slots.into_iter().map(slot).collect(),
    }))
}

fn slot((repeat, guesses): (i64, [Option<Guess>; 2])) -> Slot {
    let [treated, baseline] = guesses.map(|g| g.unwrap_or(Guess::Missing(Absence::NoRow)));
    Slot { repeat, treated, baseline }
}

impl Gathering<'_> {
    fn take(&mut self, row: &GuessRow<'_>, side: usize) -> Result<(), AnalysisError> {
        let guess = self.guess(row, side)?;
        // Rows of one folder mostly have the same models: look before hashing.
        for (last, model) in
            self.models.iter_mut().zip([row.reference, row.explainer, row.predictor])
        {
            if !self.names.is(*last, model) {
                *last = self.names.number(model);
            }
        }
        let mut models = self.models;
        if side == 0 {
            self.explainer = self.explainer.and(models[EXPLAINER]);
        } else if let Explainer::One(explainer) = self.explainer {
            models[EXPLAINER] = explainer;
        }
        let key =
            Key { pair: self.names.number(row.pair_id), models, answer_repeat: row.answer_repeat };
        let at = *self.places.entry(key).or_insert_with(|| {
            self.gathered.push(Gathered::about(row, models[EXPLAINER], &mut self.names));
            self.gathered.len() - 1
        });
        let known = &mut self.gathered[at];
        if known.target.as_deref() != row.target || known.target_outcome != row.target_outcome {
            let first = self.paths.into_iter().flatten().next().expect("a row comes from a file");
            let (path, other) = (self.path(side), first.to_owned());
            let pair = row.pair_id.to_owned().into();
            return Err(AnalysisError::TargetsDiffer { path, other, pair });
        }
        let place = known.slots.iter().position(|slot| slot.0 == row.repeat);
        let place = place.unwrap_or_else(|| {
            known.slots.push((row.repeat, [None, None]));
            known.slots.len() - 1
        });
        if known.slots[place].1[side].replace(guess).is_none() {
            return Ok(());
        }
        Err(AnalysisError::Repeated {
            path: self.path(side),
            pair: row.pair_id.to_owned().into(),
            reference: row.reference.to_owned(),
            predictor: row.predictor.to_owned(),
            answer_repeat: row.answer_repeat,
            repeat: row.repeat,
        })
    }

    /// The guess of one row, once the row is known to belong here and to be scored.
    fn guess(&mut self, row: &GuessRow<'_>, side: usize) -> Result<Guess, AnalysisError> {
        let pair = || row.pair_id.to_owned().into();
        if row.arm != self.arms[side] {
            let found = row.arm.to_owned();
            return Err(AnalysisError::OtherArm { path: self.path(side), pair: pair(), found });
        }
        let scored = row.hit.is_some() || row.target_outcome != Outcome::Answered;
        match (row.outcome, row.answer) {
            (Outcome::Answered, Some(answer)) if scored => {
                Ok(Guess::Answered { answer: self.names.shared(answer), hit: row.hit })
            }
            (Outcome::Answered, _) => {
                Err(AnalysisError::Unscored { path: self.path(side), pair: pair() })
            }
            (outcome, _) => Ok(Guess::Missing(Absence::Outcome(outcome))),
        }
    }

    fn path(&self, side: usize) -> PathBuf {
        self.paths[side].expect("a row comes from a file").to_owned()
    }
}

impl Gathered {
    fn about(row: &GuessRow<'_>, explainer: u32, names: &mut Names) -> Self {
        Self {
            subject: Subject {
                reference: names.shared(row.reference),
                explainer: Arc::clone(&names.names[explainer as usize]),
                dataset: names.shared(row.dataset),
                original: row.original_text_id.to_owned().into(),
                counterfactual: row.counterfactual_text_id.to_owned().into(),
                pair: row.pair_id.to_owned().into(),
                answer_order: row.answer_order,
                answer_repeat: row.answer_repeat,
            },
            predictor: names.shared(row.predictor),
            target: row.target.map(|target| names.shared(target)),
            target_outcome: row.target_outcome,
            switched: row.switched,
            slots: Vec::with_capacity(1),
        }
    }
}
