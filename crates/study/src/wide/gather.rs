//! All rows of a file, added up: questions and pairs once, replies and guesses by reference.

use super::arm_columns::{ArmColumns, ArmNames, own_detail};
use super::columns::{EXPLAINER, IS_CROSS, TESTABILITY, TESTABILITY_COT};
use super::models::{Told, reference};
use super::names::Names;
use super::predictions::{ABSENT, Detail, MISSING};
use super::questions::{KnownPair, QuestionColumns, Questions};
use super::read::Rows;
use super::replies::{Replies, ReplyColumns};
use super::row::{Faults, Values};
use foretell_core::Question;
use std::collections::{BTreeMap, HashMap};

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) questions: Vec<Question>,
    pub(super) pairs: Vec<KnownPair>,
    pub(super) references: Names,
    pub(super) predictors: Names,
    pub(super) labels: Names,
    pub(super) by_reference: Vec<Reference>,
    pub(super) told: BTreeMap<String, Told>,
    pub(super) rows: u64,
}

/// What a file holds about one reference.
#[derive(Debug, Default)]
pub(super) struct Reference {
    pub(super) name: u32,
    pub(super) rows: Vec<RefRow>,
    pub(super) replies: Replies,
    /// The guesses by arm of the file, then by predictor.
    pub(super) arms: Vec<Vec<Track>>,
    /// Verdicts on testability: row, score, reason.
    pub(super) scores: Vec<(u32, f64, Option<String>)>,
    copies: HashMap<(u32, u32), u32>,
}

/// One row about a reference.
#[derive(Debug, Clone, Copy)]
pub(super) struct RefRow {
    pub(super) pair: u32,
    /// Whose explanation was shown.
    pub(super) explainer: u32,
    /// The reply to the original that is explained.
    pub(super) original: Option<u32>,
    pub(super) original_label: Option<u32>,
    /// The reply to the counterfactual.
    pub(super) target: Option<u32>,
}

/// The guesses of one predictor about one reference in one arm, by row.
#[derive(Debug, Default)]
pub(super) struct Track {
    pub(super) predictor: u32,
    pub(super) codes: Vec<u32>,
    /// Empty where nothing but labels is known.
    pub(super) details: Vec<Option<Box<Detail>>>,
}

impl Track {
    pub(super) fn detail(&self, row: u32) -> Option<&Detail> {
        self.details.get(row as usize)?.as_deref()
    }
}

/// Adds up the rows of a file.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    all: Gathered,
    questions: Questions,
    pub(super) faults: Faults,
    arms: Vec<ArmNames>,
    arms_len: usize,
    /// What is told of predictors.
    told: BTreeMap<String, Told>,
    last: u32,
}

impl Gathering {
    pub(super) fn new(arms: &[String]) -> Self {
        let names = arms.iter().map(|arm| ArmNames::of(arm)).collect();
        Self { arms: names, arms_len: arms.len(), ..Self::default() }
    }

    /// Adds the rows of a batch, of which `start` is the number of the first.
    pub(super) fn add(&mut self, rows: &Rows, start: u64) {
        let questions = QuestionColumns::of(&rows.questions);
        let sides = [0, 1].map(|side| ReplyColumns::of(&rows.replies, side));
        let cross = Values::of(&rows.replies, IS_CROSS);
        let explainer = Values::of(&rows.replies, EXPLAINER);
        let score = Values::of(&rows.replies, TESTABILITY);
        let why = Values::of(&rows.replies, TESTABILITY_COT);
        let arm_names = std::mem::take(&mut self.arms);
        let arms: Vec<ArmColumns<'_>> =
            arm_names.iter().map(|names| ArmColumns::of(&rows.guesses, names)).collect();
        for arm in &arms {
            // Predictors have one setting throughout a file.
            let told = (0..rows.questions.num_rows()).find_map(|at| arm.told(at));
            if let Some(told) = told {
                self.told.entry(told.model.clone()).or_insert(told);
            }
        }
        for at in 0..rows.questions.num_rows() {
            let row = start + at as u64;
            let is_cross = cross.flag(at) == Some(true);
            let from = explainer.model(at).filter(|_| is_cross);
            if let Some(place) = self.add_row(&questions, &sides, is_cross, from, at, row) {
                self.add_score(place, score, why, at);
                for (number, arm) in arms.iter().enumerate() {
                    self.add_guesses(place, number, arm, at, row);
                }
            } else {
                // What is wrong with its guesses is told at once with what else is.
                for arm in &arms {
                    arm.check_lengths(at, row, &mut self.faults);
                }
            }
        }
        self.all.rows += rows.questions.num_rows() as u64;
        drop(arms);
        self.arms = arm_names;
    }

    /// Adds what a row says of a reference; the place of the reference.
    fn add_row(
        &mut self,
        questions: &QuestionColumns<'_>,
        sides: &[ReplyColumns<'_>; 2],
        is_cross: bool,
        explainer: Option<String>,
        at: usize,
        row: u64,
    ) -> Option<usize> {
        let about = self.questions.read(questions, at, row, &mut self.faults);
        let named = reference(sides, is_cross, at, row, &mut self.faults);
        let ((about, named), all) = (about.zip(named)?, &mut self.all);
        let (name, told) = named;
        let number = all.references.number_after(self.last, &name);
        self.last = number;
        if number as usize >= all.by_reference.len() {
            // Explainers have numbers too.
            all.by_reference.resize_with(number as usize + 1, Reference::default);
        }
        let of = &mut all.by_reference[number as usize];
        if of.rows.is_empty() {
            of.name = number;
            of.arms.resize_with(self.arms_len, Vec::new);
            all.told.entry(name).or_insert(told);
        }
        let explainer = match explainer {
            Some(explainer) => all.references.number(&explainer),
            None => number,
        };
        let of = &mut all.by_reference[number as usize];
        let copy = of.copies.entry((explainer, about.name)).or_default();
        *copy += 1;
        let copy = *copy;
        let pair = self.questions.pair(about, copy, questions, at, row, &mut self.faults)?;
        let labels = &mut all.labels;
        // A cross-model row holds the explainer's reply to the original.
        let original = if explainer == number {
            of.replies.add(&sides[0], at, about.sides[0], about.order, labels)
        } else {
            None
        };
        let target = of.replies.add(&sides[1], at, about.sides[1], about.order, labels);
        let original_label = match original {
            Some(place) => of.replies.replies[place as usize].answer,
            None if explainer == number => None,
            None => sides[0].answer(at).map(|label| labels.number(label)),
        };
        of.rows.push(RefRow { pair, explainer, original, original_label, target });
        Some(number as usize)
    }

    fn add_score(&mut self, place: usize, score: Values<'_>, why: Values<'_>, at: usize) {
        let Some(value) = score.real(at) else { return };
        let of = &mut self.all.by_reference[place];
        let row = u32::try_from(of.rows.len() - 1).expect("fewer rows than numbers");
        of.scores.push((row, value, why.text(at).map(str::to_owned)));
    }

    /// Adds the guesses of one arm in one row.
    fn add_guesses(
        &mut self,
        place: usize,
        arm: usize,
        columns: &ArmColumns<'_>,
        at: usize,
        row: u64,
    ) {
        let of = &mut self.all.by_reference[place];
        let rows = of.rows.len();
        let tracks = &mut of.arms[arm];
        let answers = columns.answers.and_then(|list| Some((list, list.items(at)?)));
        let names = columns.predictors.and_then(|list| Some((list, list.items(at)?)));
        let first = columns.model.text(at).map(str::trim);
        let (Some((answers, items)), Some((predictors, named))) = (answers.clone(), names.clone())
        else {
            if answers.is_some() != names.is_some() {
                let (has, lacks) = if answers.is_some() {
                    (&columns.names.answers, &columns.names.names)
                } else {
                    (&columns.names.names, &columns.names.answers)
                };
                self.faults.add(row, lacks, "", format!("the cell is empty, but `{has}` is not"));
            } else if let Some(model) = first {
                // A file of one predictor has no lists.
                let predictor = self.all.predictors.number(model);
                let code =
                    columns.answer.text(at).map(|label| self.all.labels.number(label.trim()));
                let track = track(tracks, 0, predictor);
                track.push(rows, code.unwrap_or(MISSING), columns.whole_reply(at));
            }
            return;
        };
        if !columns.check_lengths(at, row, &mut self.faults) {
            return;
        }
        let own = columns.own.and_then(|list| Some((list.structs(), list.items(at)?)));
        let mut last = MISSING;
        for (index, (item, named)) in items.zip(named).enumerate() {
            let Some(name) = predictors.text(named) else {
                let reason = format!("the name of predictor {} is empty", index + 1);
                self.faults.add(row, &columns.names.names, "", reason);
                continue;
            };
            let known = tracks.get(index).map_or(ABSENT, |track| track.predictor);
            let predictor = self.all.predictors.number_after(known, name);
            let track = track(tracks, index, predictor);
            if track.codes.len() >= rows {
                let reason = "this predictor stands twice in the row: name each once";
                self.faults.add(row, &columns.names.names, name, reason);
                continue;
            }
            let code = answers.text(item).map(|label| {
                last = self.all.labels.number_after(last, label);
                last
            });
            let detail = match &own {
                Some((own, places)) => {
                    let place = places.start + index;
                    let detail = places.contains(&place).then(|| own_detail(*own, place)).flatten();
                    if detail.is_none() {
                        // Nothing was asked here, and the run has no row of it.
                        continue;
                    }
                    detail
                }
                None if Some(name) == first => columns.whole_reply(at),
                None => None,
            };
            track.push(rows, code.unwrap_or(MISSING), detail);
        }
    }

    /// What was gathered, whole.
    pub(super) fn finish(self) -> Gathered {
        let Self { mut all, questions, mut told, .. } = self;
        let (questions, pairs) = questions.finish();
        all.questions = questions;
        all.pairs = pairs;
        for of in &mut all.by_reference {
            let rows = of.rows.len();
            of.arms.iter_mut().flatten().for_each(|track| track.codes.resize(rows, ABSENT));
        }
        for name in all.predictors.iter() {
            let unknown = || Told { model: name.to_owned(), ..Told::default() };
            let told = told.remove(name).unwrap_or_else(unknown);
            all.told.entry(name.to_owned()).or_insert(told);
        }
        all
    }
}

/// The guesses of a predictor, which mostly stands where it stood in the row before.
fn track(tracks: &mut Vec<Track>, index: usize, predictor: u32) -> &mut Track {
    let place = match tracks.get(index) {
        Some(track) if track.predictor == predictor => index,
        _ => tracks.iter().position(|track| track.predictor == predictor).unwrap_or(tracks.len()),
    };
    if place == tracks.len() {
        tracks.push(Track { predictor, ..Track::default() });
    }
    &mut tracks[place]
}

impl Track {
    /// Adds the guess about the last of `rows` rows.
    fn push(&mut self, rows: usize, code: u32, detail: Option<Box<Detail>>) {
        if self.codes.len() >= rows {
            return;
        }
        self.codes.resize(rows - 1, ABSENT);
        self.codes.push(code);
        if detail.is_some() {
            self.details.resize(rows - 1, None);
            self.details.push(detail);
        }
    }
}
