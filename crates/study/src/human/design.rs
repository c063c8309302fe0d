//! The design: which rater is shown which case in which arm.

use foretell_core::{AnswerOrder, PairId, TextId};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Why a task is in the list of a rater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskKind {
    /// A guess that counts.
    Case,
    /// A second guess of what another rater guesses: for agreement alone.
    Second,
    /// A case that says what to answer: shows whether it was read.
    Check,
}

impl TaskKind {
    /// The word used in columns.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Second => "second",
            Self::Check => "check",
        }
    }
}

/// All that a case shows to people, and what scoring needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// The pair.
    pub pair_id: PairId,
    /// Dataset of both questions.
    pub dataset: String,
    /// Identity of the original.
    pub original_text_id: TextId,
    /// Identity of the counterfactual.
    pub counterfactual_text_id: TextId,
    /// Where the reference was asked for its answer.
    pub answer_order: AnswerOrder,
    /// The reference.
    pub reference: String,
    /// What prompts state about the dataset.
    pub context: String,
    /// Labels with what each means.
    pub meanings: Vec<(String, String)>,
    /// The original.
    pub original: String,
    /// The reference's answer to it.
    pub original_answer: String,
    /// Its explanation.
    pub explanation: String,
    /// Its factors.
    pub factors: Vec<String>,
    /// Its other information.
    pub other_info: Vec<String>,
    /// The counterfactual.
    pub counterfactual: String,
    /// The labels that can be guessed.
    pub labels: Vec<String>,
    /// The reference's answer to the counterfactual: never shown.
    pub target: String,
}

/// One thing to do for one rater.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The rater, from 1.
    pub rater: u32,
    /// Its place in the rater's list, from 1.
    pub position: u32,
    /// Why it is there.
    pub kind: TaskKind,
    /// The place of the case in [`HumanStudy::cases`].
    pub case: u32,
    /// The arm: with or without the explanation.
    pub arm: String,
    /// The label that a check asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
}

/// Who is shown what: drawn once, and never again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HumanStudy {
    /// Version of this file's form.
    pub format: u32,
    /// Seed of all that was drawn.
    pub seed: u64,
    /// Raters.
    pub raters: u32,
    /// Guesses of each rater, second ones among them and checks not.
    pub per_rater: u32,
    /// The cases, those that count first, then those of checks.
    pub cases: Vec<Texts>,
    /// Every task, by rater and position.
    pub tasks: Vec<Task>,
}

/// How many tasks of which kind each rater has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) raters: u32,
    pub(crate) per_rater: u32,
    pub(crate) second: u32,
    pub(crate) checks: u32,
}

impl Sizes {
    /// Cases that count: each is guessed twice, by one rater with and by another without.
    pub(crate) fn cases(self) -> usize {
        (self.raters * (self.per_rater - self.second) / 2) as usize
    }
}

/// Cases in a drawn order such that no text stands in two of them, references in turn.
///
/// Whoever has seen a case must learn nothing from it about another: an original shown elsewhere as a
/// counterfactual would give its answer away.
pub(crate) fn draw(eligible: Vec<Vec<Texts>>, wanted: usize, rng: &mut ChaCha8Rng) -> Vec<Texts> {
    let mut queues: Vec<std::vec::IntoIter<Texts>> = Vec::new();
    for mut of_reference in eligible {
        of_reference.shuffle(rng);
        queues.push(of_reference.into_iter());
    }
    let mut seen: HashSet<(String, TextId)> = HashSet::new();
    let mut drawn = Vec::with_capacity(wanted);
    while drawn.len() < wanted {
        let before = drawn.len();
        for queue in &mut queues {
            let fresh = queue.find(|case| {
                [&case.original_text_id, &case.counterfactual_text_id]
                    .iter()
                    .all(|text| !seen.contains(&(case.dataset.clone(), (*text).clone())))
            });
            let Some(case) = fresh.filter(|_| drawn.len() < wanted) else { continue };
            for text in [&case.original_text_id, &case.counterfactual_text_id] {
                seen.insert((case.dataset.clone(), text.clone()));
            }
            drawn.push(case);
        }
        if drawn.len() == before {
            break;
        }
    }
    drawn
}

/// The tasks over cases that count, in number [`Sizes::cases`], followed by those of checks.
///
/// Case i goes with its explanation to rater i mod R, and without it to another, who shifts by one
/// from round to round: every rater has as many of each arm, and every two raters share cases alike.
/// Second guesses go to a rater who has neither. Each rater's list is shuffled by a stream of its own.
pub(crate) fn assign(sizes: Sizes, cases: &[Texts], seed: u64) -> Vec<Task> {
    let raters = sizes.raters;
    let counted = sizes.cases() as u32;
    let with = |case: u32| case % raters;
    let without = |case: u32| {
        let round = case / raters;
        (case + 1 + round % (raters - 1)) % raters
    };
    let mut lists: Vec<Vec<Task>> = vec![Vec::new(); raters as usize];
    let task = |rater: u32, kind, case, arm: &str| Task {
        rater: rater + 1,
        position: 0,
        kind,
        case,
        arm: arm.to_owned(),
        check: None,
    };
    for case in 0..counted {
        for (rater, arm) in
            [(with(case), super::HUMAN_ARMS[0]), (without(case), super::HUMAN_ARMS[1])]
        {
            lists[rater as usize].push(task(rater, TaskKind::Case, case, arm));
        }
    }
    for (rater, list) in lists.iter_mut().enumerate() {
        let rater = rater as u32;
        // From a place of its own, so that the raters double different cases.
        let start = counted * rater / raters;
        let others = (0..counted).map(|step| (start + step) % counted);
        let mut free = others.filter(|case| with(*case) != rater && without(*case) != rater);
        for number in 0..sizes.second {
            let Some(case) = free.next() else { break };
            let arm = super::HUMAN_ARMS[number as usize % 2];
            list.push(task(rater, TaskKind::Second, case, arm));
        }
        for number in 0..sizes.checks {
            let case =
                counted + (rater * sizes.checks + number) % (cases.len() as u32 - counted).max(1);
            let labels = &cases[case as usize].labels;
            let label = labels[(rater + number) as usize % labels.len()].clone();
            let arm = super::HUMAN_ARMS[number as usize % 2];
            list.push(Task { check: Some(label), ..task(rater, TaskKind::Check, case, arm) });
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(u64::from(rater) + 1);
        list.shuffle(&mut rng);
        checks_later(list);
        (1..).zip(list.iter_mut()).for_each(|(position, task)| task.position = position);
    }
    lists.into_iter().flatten().collect()
}

/// Puts a check that was drawn for the first place where the first case that is none stands: whoever
/// is told what to answer before having seen a case learns that there are such.
fn checks_later(list: &mut [Task]) {
    let first = list.iter().position(|task| task.kind != TaskKind::Check);
    if let Some(first) = first {
        list.swap(0, first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn case(number: usize, reference: &str) -> Texts {
        Texts {
            pair_id: format!("d/{number}>x:first").into(),
            dataset: "d".to_owned(),
            original_text_id: format!("o{number}").into(),
            counterfactual_text_id: format!("c{number}").into(),
            answer_order: AnswerOrder::First,
            reference: reference.to_owned(),
            context: String::new(),
            meanings: Vec::new(),
            original: String::new(),
            original_answer: "YES".to_owned(),
            explanation: String::new(),
            factors: Vec::new(),
            other_info: Vec::new(),
            counterfactual: String::new(),
            labels: vec!["YES".to_owned(), "NO".to_owned()],
            target: "NO".to_owned(),
        }
    }

    fn cases(number: usize) -> Vec<Texts> {
        (0..number).map(|at| case(at, "r")).collect()
    }

    #[test]
    fn every_rater_has_both_arms_alike_and_no_pair_twice() {
        for (raters, per_rater, second) in [(3, 40, 4), (2, 10, 0), (5, 24, 2), (7, 12, 4)] {
            let sizes = Sizes { raters, per_rater, second, checks: 2 };
            let tasks = assign(sizes, &cases(sizes.cases() + 4), 7);
            for rater in 1..=raters {
                let own: Vec<&Task> = tasks.iter().filter(|task| task.rater == rater).collect();
                assert_eq!(own.len() as u32, per_rater + 2, "{raters} raters");
                let of = |kind, arm| {
                    own.iter().filter(|task| task.kind == kind && task.arm == arm).count() as u32
                };
                let half = (per_rater - second) / 2;
                assert_eq!(
                    (of(TaskKind::Case, "with"), of(TaskKind::Case, "without")),
                    (half, half)
                );
                assert_eq!(of(TaskKind::Second, "with"), second / 2);
                let pairs: HashSet<u32> = own
                    .iter()
                    .filter(|t| t.kind != TaskKind::Check)
                    .map(|task| task.case)
                    .collect();
                assert_eq!(pairs.len() as u32, per_rater, "a pair twice");
                let places: Vec<u32> = own.iter().map(|task| task.position).collect();
                assert_eq!(places, (1..=per_rater + 2).collect::<Vec<_>>());
            }
            let mut arms: BTreeMap<u32, Vec<(&str, u32)>> = BTreeMap::new();
            for task in tasks.iter().filter(|task| task.kind == TaskKind::Case) {
                arms.entry(task.case).or_default().push((&task.arm, task.rater));
            }
            assert_eq!(arms.len(), sizes.cases());
            for guesses in arms.values() {
                assert_eq!(guesses.len(), 2);
                assert!(guesses[0].0 != guesses[1].0 && guesses[0].1 != guesses[1].1);
            }
        }
    }

    #[test]
    fn no_rater_begins_with_a_check() {
        // As many checks as cases: unasked, about half of the lists would begin with one.
        let sizes = Sizes { raters: 6, per_rater: 4, second: 0, checks: 4 };
        for seed in 0..20 {
            let tasks = assign(sizes, &cases(sizes.cases() + 6), seed);
            let checks = tasks.iter().filter(|task| task.kind == TaskKind::Check);
            assert_eq!(checks.clone().count(), 24);
            assert!(checks.clone().all(|task| task.position > 1), "seed {seed}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_lists_and_another_others() {
        let sizes = Sizes { raters: 3, per_rater: 10, second: 2, checks: 0 };
        let lists = |seed| assign(sizes, &cases(20), seed);
        assert!(lists(1) == lists(1) && lists(1) != lists(2));
    }

    #[test]
    fn no_text_is_drawn_twice_and_references_take_turns() {
        let mut of_one = cases(10);
        of_one[3].original_text_id = of_one[2].counterfactual_text_id.clone();
        let of_other: Vec<Texts> = (0..10).map(|at| case(at, "other")).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let drawn = draw(vec![of_one, of_other], 8, &mut rng);
        assert_eq!(drawn.len(), 8);
        assert_eq!(drawn.iter().filter(|case| case.reference == "r").count(), 4);
        let texts = drawn.iter().flat_map(|c| [&c.original_text_id, &c.counterfactual_text_id]);
        assert_eq!(texts.collect::<HashSet<_>>().len(), 16);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(draw(vec![cases(5)], 8, &mut rng).len(), 5);
    }
}
