//! The rules of the published code, where they differ from ours.
//!
//! They are read from their description in words. What an analysis does with them stands beside it,
//! in files named for it; here is what several share.

use crate::guesses::Guesses;
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::request::Request;
use crate::selection::{ExcludeSelf, Excluded};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Substrings of names that make a family, the first that is found.
const FAMILIES: [&str; 5] = ["claude", "gpt", "gemini", "gemma", "qwen"];

/// What is said of every published figure.
pub(crate) const POINT: &str =
    "--compat published: point estimates by the published rules; they have no intervals here";

/// The family of a name: a substring, and one family of all that have none.
pub(crate) fn family(name: &str) -> &'static str {
    let name = name.to_lowercase();
    FAMILIES.into_iter().find(|family| name.contains(family)).unwrap_or("other")
}

/// The published families of all models, by their numbers.
pub(crate) fn families(guesses: &Guesses) -> Vec<&'static str> {
    guesses.models.iter().map(|model| family(&model.name)).collect()
}

/// The observations that the published rules leave, with what they leave out.
pub(crate) struct Kept {
    pub(crate) observations: Arc<Observations>,
    pub(crate) list: Vec<Observation>,
    pub(crate) excluded: Vec<Excluded>,
    /// In which rules of selection they differ from ours, in words.
    pub(crate) differences: Vec<String>,
}

/// The observations of a request, selected by the published rules.
pub(crate) fn observations(prepared: &Prepared, request: &Request) -> Kept {
    let plain =
        Request { exclude_self: ExcludeSelf::None, consistent_only: false, ..request.clone() };
    let observations = prepared.observations(&plain, &[]);
    let mut kept = Kept {
        list: observations.list.clone(),
        excluded: observations.excluded.clone(),
        differences: vec![POINT.to_owned()],
        observations,
    };
    kept.exclude_self(request.exclude_self);
    if request.consistent_only {
        kept.keep_consistent();
    }
    kept
}

impl Kept {
    fn retain(&mut self, rule: String, keep: impl Fn(&Observation) -> bool) {
        let before = self.list.len();
        self.list.retain(keep);
        let count = (before - self.list.len()) as u64;
        if count > 0 {
            self.excluded.push(Excluded { what: rule, count });
        }
    }

    fn exclude_self(&mut self, which: ExcludeSelf) {
        let guesses = Arc::clone(&self.observations.guesses);
        let families = families(&guesses);
        let reference = |o: &Observation| guesses.subjects[o.subject as usize].reference as usize;
        match which {
            ExcludeSelf::None => return,
            ExcludeSelf::Model => self.retain(which.rule(), |o| {
                let names = [o.predictor as usize, reference(o)].map(|at| &guesses.models[at].name);
                names[0] != names[1]
            }),
            ExcludeSelf::Family => self
                .retain(which.rule(), |o| families[o.predictor as usize] != families[reference(o)]),
        }
        self.differences.push(
            match which {
                ExcludeSelf::Model => {
                    "--exclude-self model: a predictor is the reference where its name is the \
                     reference's with its effort, so hardly ever; ours compares models without effort"
                }
                _ => {
                    "--exclude-self family: a family is claude, gpt, gemini, gemma or qwen in the \
                     name, and all other names are one family; ours tells others apart by vendor"
                }
            }
            .to_owned(),
        );
    }

    fn keep_consistent(&mut self) {
        let mut agreeing: BTreeSet<u32> = BTreeSet::new();
        for panel in self.observations.by_subject(&self.list) {
            let mut answers = panel.iter().map(|observation| self.observations.shown(observation));
            let first = answers.next().expect("a panel has a predictor");
            if answers.all(|answer| answer == first) {
                agreeing.insert(panel[0].subject);
            }
        }
        self.retain("treated guesses that do not agree".to_owned(), |o| {
            agreeing.contains(&o.subject)
        });
        self.differences.push(
            "--consistent-only: guesses that are missing agree with each other; ours asks for \
             answers that agree"
                .to_owned(),
        );
    }
}

impl Observations {
    /// The first treated guess of an observation, where it has an answer.
    pub(crate) fn shown(&self, observation: &Observation) -> Option<crate::names::Name> {
        self.guess(self.slots(observation).first()?.treated).ok()?.answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_the_first_substring_and_all_others_are_one() {
        let names = ["openai/GPT-oss-20b", "Qwen/Qwen3-32B_True", "meta/llama-3", "x"];
        assert_eq!(names.map(family), ["gpt", "qwen", "other", "other"]);
    }
}
