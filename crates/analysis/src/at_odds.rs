//! Originals that one model is said to have answered in several ways.

use crate::guesses::Guesses;
use crate::names::Name;
use foretell_core::{AnswerOrder, count};
use std::collections::{BTreeSet, HashMap};

/// One answer of a reference to an original: reference, text, order, repeat.
type Answer = (u32, u32, AnswerOrder, u32);

impl Guesses {
    /// What to say where pairs of one original do not agree on what the reference answered to it:
    /// rows of the same pair that do not are refused when they are read.
    pub(crate) fn originals_at_odds(&self) -> Option<String> {
        let mut known: HashMap<Answer, Name> = HashMap::new();
        let mut odd: BTreeSet<Answer> = BTreeSet::new();
        let mut first = None;
        for (number, subject) in (0..).zip(&self.subjects) {
            let Some(said) = subject.original_answer else { continue };
            let pair = &self.pairs[subject.pair as usize];
            let order = pair.answer_order;
            let answer = (subject.reference, pair.original, order, subject.answer_repeat);
            if *known.entry(answer).or_insert(said) != said {
                odd.insert(answer);
                first = first.or(Some(number));
            }
        }
        let number: u32 = first?;
        let reference = &self.models[self.subjects[number as usize].reference as usize].name;
        let guess = self.guesses.partition_point(|guess| guess.subject < number);
        Some(format!(
            "{} original answers differ between pairs of the same original, the first of \
             `{reference}` in pair `{}` of {}: the tables were derived from different answers",
            count(odd.len() as u64),
            self.pair_id(self.subjects[number as usize].pair),
            self.files[self.guesses[guess].file as usize].display()
        ))
    }
}
