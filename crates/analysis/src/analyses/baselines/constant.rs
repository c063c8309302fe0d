//! Baselines that read no explanation: copying, the majority, always switching.

use crate::guesses::Guesses;
use crate::names::Name;
use crate::observation::Observations;
use crate::run_tables::QuestionFacts;
use std::collections::{BTreeSet, HashMap, HashSet};

/// How the majorities are made, for readers.
pub(super) const NOTE: &str = "`majority` is the most common answer of the reference in the dataset \
    outside the cluster, so that it is not fitted to what it guesses; where answers are balanced it \
    falls below one half, and `majority_in_sample`, which is fitted, is its upper end";

/// A rule that says which label a reference will give.
pub(super) type Rule = fn(&Constants, &Guesses, u32) -> Option<bool>;

/// The rules: whether a subject's target is missed; `None` where the rule says nothing.
pub(super) const RULES: [(&str, Rule); 4] = [
    ("copy", |_, guesses, subject| guesses.subjects[subject as usize].switched()),
    ("majority", |constants, guesses, subject| {
        constants.misses(guesses, subject, Majority::Outside)
    }),
    ("majority_in_sample", |constants, guesses, subject| {
        constants.misses(guesses, subject, Majority::All)
    }),
    ("switch", |constants, guesses, subject| constants.misses(guesses, subject, Majority::Other)),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Majority {
    /// Of all answers, those guessed at among them.
    All,
    /// Of the answers outside the cluster.
    Outside,
    /// Of the labels that are not the original answer, outside the cluster.
    Other,
}

/// Answers of references, counted.
#[derive(Debug, Default)]
pub(super) struct Constants {
    /// By reference and dataset.
    all: HashMap<(u32, Name), HashMap<Name, u32>>,
    /// By reference and cluster.
    clusters: HashMap<(u32, u32), HashMap<Name, u32>>,
    /// Labels of each dataset, in the order of their texts.
    labels: HashMap<Name, Vec<Name>>,
}

impl Constants {
    /// Counts the answers that the observations are about, each once however many guess it, and in
    /// however many pairs its question stands.
    pub(super) fn of(observations: &Observations, questions: &[QuestionFacts]) -> Self {
        let guesses = &observations.guesses;
        let mut constants = Self::default();
        let mut labels: HashMap<Name, BTreeSet<Name>> = HashMap::new();
        for question in questions {
            let Some(dataset) = guesses.names.find(&question.dataset) else { continue };
            let known = question.labels.iter().filter_map(|label| guesses.names.find(label));
            labels.entry(dataset).or_default().extend(known);
        }
        let (mut seen, mut seen_in_cluster) = (HashSet::new(), HashSet::new());
        for observation in observations.list.iter().filter(|o| o.is_scored()) {
            let number = observation.subject;
            let (subject, pair) = (&guesses.subjects[number as usize], guesses.pair_of(number));
            let labels = labels.entry(pair.dataset).or_default();
            labels.extend(subject.original_answer.iter().chain(&subject.target));
            let Some(target) = subject.target else { continue };
            let reference = subject.reference;
            let question = (pair.counterfactual, pair.answer_order);
            let answer = (reference, question, subject.answer_repeat, target);
            if seen.insert(answer) {
                let all = constants.all.entry((reference, pair.dataset)).or_default();
                *all.entry(target).or_default() += 1;
            }
            // A question in several clusters is in each of them: none learns a majority from it.
            if seen_in_cluster.insert((pair.original, answer)) {
                let cluster = constants.clusters.entry((reference, pair.original)).or_default();
                *cluster.entry(target).or_default() += 1;
            }
        }
        // The order decides between labels that are equally common, so it must not depend on files.
        let sorted = |labels: BTreeSet<Name>| {
            let mut labels: Vec<Name> = labels.into_iter().collect();
            labels.sort_by(|one, other| guesses.text(*one).cmp(guesses.text(*other)));
            labels
        };
        constants.labels = labels.into_iter().map(|(set, labels)| (set, sorted(labels))).collect();
        constants
    }

    fn misses(&self, guesses: &Guesses, number: u32, of: Majority) -> Option<bool> {
        let (subject, pair) = (&guesses.subjects[number as usize], guesses.pair_of(number));
        let target = subject.target?;
        let all = self.all.get(&(subject.reference, pair.dataset))?;
        let own = self.clusters.get(&(subject.reference, pair.original));
        let count = |label: Name| {
            let own = own.and_then(|own| own.get(&label)).copied().unwrap_or(0);
            let all = all.get(&label).copied().unwrap_or(0);
            if of == Majority::All { all } else { all - own }
        };
        let mut labels = self.labels.get(&pair.dataset)?.clone();
        if of == Majority::Other {
            let original = subject.original_answer?;
            labels.retain(|label| *label != original);
            if labels.is_empty() {
                // The one label that there is was given twice: whatever else is said is wrong.
                return Some(true);
            }
        } else if labels.iter().all(|label| count(*label) == 0) {
            // Nothing outside the cluster to learn a majority from.
            return None;
        }
        // The first of those that are equally common.
        let most = labels.iter().rev().max_by_key(|label| count(**label))?;
        Some(*most != target)
    }
}
