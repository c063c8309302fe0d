//! Guesses about one answer from the explanations of several models.
//!
//! A subject names the explainer, so guesses from the explanation of another model are about a subject
//! of their own. The arms of the reference, which a baseline most often is, stand under the subject
//! whose explainer is the reference itself.

use crate::guesses::{Guess, Guesses};
use std::collections::HashMap;

/// The guesses of one predictor about one subject, and the place of the first among all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk<'a> {
    pub(crate) first: u32,
    pub(crate) guesses: &'a [Guess],
}

impl<'a> Chunk<'a> {
    /// Those of one arm, which stand together.
    pub(crate) fn of_arm(self, arm: Option<u16>) -> Self {
        let is_of_arm = |guess: &Guess| Some(guess.arm) == arm;
        let before = self.guesses.iter().take_while(|guess| !is_of_arm(guess)).count();
        let guesses = &self.guesses[before..];
        let count = guesses.iter().take_while(|guess| is_of_arm(guess)).count();
        Self { first: self.first + before as u32, guesses: &guesses[..count] }
    }

    /// The repeat of the first guess.
    pub(crate) fn next_repeat(&self) -> Option<u32> {
        Some(self.guesses.first()?.repeat)
    }

    /// Takes out the first guess, with its place, if it is of this repeat.
    pub(crate) fn take_repeat(&mut self, repeat: u32) -> Option<(u32, &'a Guess)> {
        let (guess, guesses) = self.guesses.split_first().filter(|(g, _)| g.repeat == repeat)?;
        let place = self.first;
        *self = Self { first: place + 1, guesses };
        Some((place, guess))
    }

    fn has(&self, arm: Option<u16>) -> bool {
        self.guesses.iter().any(|guess| Some(guess.arm) == arm)
    }
}

/// Subjects that differ in the explainer alone, by their predictors.
#[derive(Debug, Default)]
pub(crate) struct Families<'a> {
    /// By pair, reference, answer repeat and predictor: that of the reference's own explanation, and
    /// the others. Only where there are others.
    members: HashMap<[u32; 4], (Option<Chunk<'a>>, Vec<Chunk<'a>>)>,
}

impl<'a> Families<'a> {
    pub(crate) fn of(guesses: &'a Guesses) -> Self {
        let mut families = Self::default();
        if guesses.subjects.iter().all(|subject| subject.explainer == subject.reference) {
            return families;
        }
        let mut first = 0;
        for chunk in guesses.by_subject_and_predictor() {
            let (own, others) = families.members.entry(key(guesses, &chunk[0])).or_default();
            let found = Chunk { first, guesses: chunk };
            match is_own(guesses, &chunk[0]) {
                true => *own = Some(found),
                false => others.push(found),
            }
            first += chunk.len() as u32;
        }
        families
    }

    /// Where the guesses of the treated arm and of the baseline stand that make the observation of
    /// `chunk`'s subject; none where the subject of another explainer makes it.
    pub(crate) fn sides(
        &self,
        guesses: &Guesses,
        chunk: Chunk<'a>,
        arms: [Option<u16>; 2],
    ) -> Option<[Chunk<'a>; 2]> {
        let [treated, baseline] = arms.map(|arm| chunk.has(arm));
        let guess = &chunk.guesses[0];
        let alone = Some([chunk, chunk]);
        if treated == baseline {
            return alone;
        }
        let Some((own, others)) = self.members.get(&key(guesses, guess)) else { return alone };
        let wanted = if treated { arms[1] } else { arms[0] };
        if is_own(guesses, guess) {
            return if others.iter().any(|other| other.has(wanted)) { None } else { alone };
        }
        match own.filter(|own| own.has(wanted)) {
            Some(own) if treated => Some([chunk, own]),
            Some(own) => Some([own, chunk]),
            None => alone,
        }
    }
}

fn key(guesses: &Guesses, guess: &Guess) -> [u32; 4] {
    let subject = &guesses.subjects[guess.subject as usize];
    [subject.pair, subject.reference, subject.answer_repeat, guess.predictor]
}

fn is_own(guesses: &Guesses, guess: &Guess) -> bool {
    let subject = &guesses.subjects[guess.subject as usize];
    subject.explainer == subject.reference
}
