//! Texts, models and arms of one run by the numbers that they have in another.

use crate::guesses::Guesses;
use std::collections::HashMap;

/// What of a second run stands in a first, by the numbers of the first.
#[derive(Debug)]
pub(crate) struct Renumbered {
    texts: Vec<Option<u32>>,
    models: Vec<Option<u32>>,
    arms: Vec<Option<u16>>,
}

impl Renumbered {
    /// The numbers in `first` of all that `second` has.
    pub(crate) fn of(first: &Guesses, second: &Guesses) -> Self {
        fn texts(guesses: &Guesses) -> Vec<(&str, &str)> {
            let text = |name| &**guesses.text(name);
            guesses.texts.iter().map(|of| (text(of.dataset), text(of.id))).collect()
        }
        fn models(guesses: &Guesses) -> Vec<&str> {
            guesses.models.iter().map(|model| &*model.name).collect()
        }
        let arm = |name: &std::sync::Arc<str>| first.arm(name);
        Self {
            texts: places(&texts(first), &texts(second)),
            models: places(&models(first), &models(second)),
            arms: second.arms.iter().map(arm).collect(),
        }
    }

    pub(crate) fn model(&self, number: u32) -> Option<u32> {
        self.models[number as usize]
    }

    pub(crate) fn arm(&self, number: u16) -> Option<u16> {
        self.arms[usize::from(number)]
    }

    pub(crate) fn texts(&self, [original, counterfactual]: [u32; 2]) -> Option<[u32; 2]> {
        let text = |number: u32| self.texts[number as usize];
        Some([text(original)?, text(counterfactual)?])
    }
}

/// Where in the first list each element of the second stands.
fn places<T: Eq + std::hash::Hash>(first: &[T], second: &[T]) -> Vec<Option<u32>> {
    let known: HashMap<&T, u32> = first.iter().zip(0..).collect();
    second.iter().map(|element| known.get(element).copied()).collect()
}
