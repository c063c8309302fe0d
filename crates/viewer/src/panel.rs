//! The observations of one comparison of arms, and what each case's whole panel made of it.

use foretell_analysis::{
    Compat, Contrast, Guesses, Judged, Observation, Observations, PanelRule, Selection, judge,
};
use rayon::prelude::*;
use std::sync::Arc;

/// What the panel of predictors made of one case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Predictors with both guesses and a target.
    pub(crate) scored: u16,
    pub(crate) helped: u16,
    pub(crate) misled: u16,
    /// Whether the whole panel was misled to one label, as the analysis `egregious` counts it.
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
        let rule = PanelRule { alone: false, min_answered: None, compat: Compat::Own };
        let judged = judge(&panelled.observations, &panelled.observations.list, rule);
        for judged in judged.iter().filter(|judged| Judged::is_egregious(judged)) {
            panelled.facts[judged.subject as usize].egregious = true;
        }
        panelled
    }

    fn facts_of(&self, subject: u32) -> Facts {
        let mut facts = Facts::default();
        for observation in self.panel(subject) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_analysis::{Guess, Model, Names, Pair, Subject, Text};
    use foretell_core::{AnswerOrder, Outcome, Registry};

    /// Wrong guesses about two cases: both predictors about the first, one about the second.
    fn guesses() -> Guesses {
        let mut names = Names::default();
        let registry = Registry::default();
        let models = ["r", "p", "q"].map(|name| Model::named(name, &registry)).to_vec();
        let dataset = names.name("d");
        let text = |at: u32, names: &mut Names| Text { dataset, id: names.name(&format!("{at}")) };
        let texts = (0..4).map(|at| text(at, &mut names)).collect();
        let [yes, no] = ["YES", "NO"].map(|label| names.name(label));
        let pair = |at: u32, names: &mut Names| Pair {
            id: names.name(&format!("pair {at}")),
            dataset,
            original: 2 * at,
            counterfactual: 2 * at + 1,
            answer_order: AnswerOrder::First,
            distance: None,
            changed: Box::default(),
            method: None,
            cue_label: None,
        };
        let pairs = (0..2).map(|at| pair(at, &mut names)).collect();
        let subject = |pair| Subject {
            pair,
            reference: 0,
            explainer: 0,
            answer_repeat: 0,
            original_answer: Some(no),
            target: Some(yes),
            target_outcome: Outcome::Answered,
        };
        let guess = |(subject, predictor, arm)| Guess {
            subject,
            predictor,
            repeat: 0,
            file: 0,
            answer: Some(no),
            output_tokens: None,
            reasoning_tokens: None,
            arm,
            outcome: Outcome::Answered,
            hit: Some(false),
            confidence_level: None,
        };
        let made = [(0, 1, 0), (0, 1, 1), (0, 2, 0), (0, 2, 1), (1, 1, 0), (1, 1, 1)];
        Guesses {
            names,
            models,
            arms: vec!["with".into(), "without".into()],
            files: Vec::new(),
            texts,
            pairs,
            subjects: vec![subject(0), subject(1)],
            guesses: made.map(guess).to_vec(),
        }
    }

    #[test]
    fn a_case_is_egregious_where_the_analysis_says_so() {
        let panelled = Panelled::of(&Arc::new(guesses()), &Contrast::default());
        assert!(panelled.facts(0).egregious);
        // Of the panel one predictor has no guess, so that it was not misled as a whole.
        assert!(!panelled.facts(1).egregious);
        assert_eq!(panelled.facts(1).scored, 1);
    }
}
