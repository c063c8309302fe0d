//! The observations of one comparison of arms, and what each case's whole panel made of it.

use foretell_analysis::{Contrast, Guesses, Observation, Observations, PairRow, Selection};
use rayon::prelude::*;
use std::sync::Arc;

/// What the panel of predictors made of one case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Predictors with both guesses and a target.
    pub(crate) scored: u16,
    pub(crate) helped: u16,
    pub(crate) misled: u16,
    /// Every treated guess is the same wrong label.
    pub(crate) egregious: bool,
}

/// What the treated arm did to one guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// One of both guesses or the target is missing.
    Unscored,
    Helped,
    Misled,
    BothRight,
    BothWrong,
}

impl Change {
    /// What one observation shows; repeats are averaged.
    pub(crate) fn of(observation: &Observation) -> Self {
        if !observation.is_scored() {
            return Self::Unscored;
        }
        let (with, without) = (observation.treated_error(), observation.baseline_error());
        match with.total_cmp(&without) {
            std::cmp::Ordering::Less => Self::Helped,
            std::cmp::Ordering::Greater => Self::Misled,
            std::cmp::Ordering::Equal if with < 0.5 => Self::BothRight,
            std::cmp::Ordering::Equal => Self::BothWrong,
        }
    }
}

/// Observations by case.
#[derive(Debug)]
pub(crate) struct Panelled {
    pub(crate) observations: Observations,
    /// Where the observations of each subject begin, and where the last end.
    starts: Vec<u32>,
    facts: Vec<Facts>,
}

impl Panelled {
    pub(crate) fn of(guesses: &Arc<Guesses>, contrast: &Contrast) -> Self {
        let observations = Observations::of(Arc::clone(guesses), contrast, &Selection::default());
        let subjects = guesses.subjects.len();
        let mut starts = Vec::with_capacity(subjects + 1);
        let mut at = 0;
        for subject in 0..subjects as u32 {
            starts.push(at as u32);
            while observations.list.get(at).is_some_and(|o| o.subject == subject) {
                at += 1;
            }
        }
        starts.push(at as u32);
        let mut panelled = Self { observations, starts, facts: Vec::new() };
        panelled.facts = (0..subjects as u32)
            .into_par_iter()
            .map(|subject| panelled.facts_of(subject))
            .collect();
        panelled
    }

    fn facts_of(&self, subject: u32) -> Facts {
        let panel = self.panel(subject);
        if panel.is_empty() {
            return Facts::default();
        }
        let mut facts = Facts {
            egregious: PairRow::of(&self.observations, panel).unanimous_and_wrong(),
            ..Facts::default()
        };
        for observation in panel {
            let change = Change::of(observation);
            facts.scored += u16::from(change != Change::Unscored);
            facts.helped += u16::from(change == Change::Helped);
            facts.misled += u16::from(change == Change::Misled);
        }
        facts
    }

    /// The observations of a subject, one a predictor.
    pub(crate) fn panel(&self, subject: u32) -> &[Observation] {
        let subject = subject as usize;
        &self.observations.list[self.starts[subject] as usize..self.starts[subject + 1] as usize]
    }

    pub(crate) fn facts(&self, subject: u32) -> Facts {
        self.facts[subject as usize]
    }
}
