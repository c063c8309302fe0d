//! Which rows of the answers table selected guesses are about.

use crate::guesses::Guesses;
use crate::prepared::Prepared;
use crate::request::Request;
use crate::run_tables::Answer;
use foretell_core::AnswerOrder;
use std::collections::{HashMap, HashSet};

/// The questions that selected guesses are about, as original or counterfactual.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    models: HashMap<&'a str, u32>,
    texts: HashMap<(&'a str, &'a str), u32>,
    kept: HashSet<(u32, u32, AnswerOrder)>,
}

impl<'a> Asked<'a> {
    /// The questions, and the subjects of the guesses, ascending.
    pub(crate) fn of(prepared: &'a Prepared, request: &Request) -> (Self, Vec<u32>) {
        let guesses: &Guesses = &prepared.guesses;
        let (list, _) = prepared.single_guesses(request);
        let mut subjects: Vec<u32> = list.into_iter().map(|guess| guess.subject).collect();
        subjects.dedup();
        let mut kept = HashSet::new();
        for &number in &subjects {
            let (subject, pair) = (&guesses.subjects[number as usize], guesses.pair_of(number));
            for text in [pair.original, pair.counterfactual] {
                kept.insert((subject.reference, text, pair.answer_order));
            }
        }
        let models = guesses.models.iter().map(|model| &*model.name).zip(0..).collect();
        let name = |text: &crate::Text| (&**guesses.text(text.dataset), &**guesses.text(text.id));
        let texts = guesses.texts.iter().map(name).zip(0..).collect();
        (Self { models, texts, kept }, subjects)
    }

    /// Numbers of the reference and of the question's text, where an answer is among them.
    pub(crate) fn place(&self, answer: &Answer) -> Option<(u32, u32)> {
        let model = *self.models.get(answer.reference.as_str())?;
        let text = *self.texts.get(&(answer.dataset.as_str(), answer.text_id.as_str()))?;
        self.kept.contains(&(model, text, answer.answer_order)).then_some((model, text))
    }
}
