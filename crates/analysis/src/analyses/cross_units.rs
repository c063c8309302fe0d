//! What predictors make of the explanations that other models gave for the same answer.
//!
//! Nothing is asked for it: a predictor's prompt names no model, so its guess from the explanation of
//! E, who gave the answer that T gave, is also its guess about T from E's explanation.

use crate::grouping::Place;
use crate::guesses::{Guess, Guesses};
use crate::names::Name;
use crate::observation::Observation;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Which explainers count, by their own answer to the counterfactual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stratum {
    /// All of them.
    All,
    /// Those whose own target is that of the reference.
    SameTarget,
    /// Those whose own target is known and another.
    OtherTarget,
}

impl Stratum {
    /// Every stratum, in the order of [`CrossUnit::shares`].
    pub const ALL: [Self; 3] = [Self::All, Self::SameTarget, Self::OtherTarget];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::SameTarget => "same_target",
            Self::OtherTarget => "other_target",
        }
    }
}

/// What one predictor made of one answer of a reference, from its own explanation and from those of
/// others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrossUnit {
    /// Number of the subject in [`Guesses::subjects`].
    pub subject: u32,
    /// Number of the predictor.
    pub predictor: u32,
    /// Number of the treated arm.
    pub arm: u16,
    /// Error of the guess from the reference's own explanation; repeats make fractions.
    pub own: f64,
    /// Error of the guess of the baseline.
    pub base: f64,
    /// Share of others' explanations whose guess is the reference's target, and their number, by
    /// stratum; none where the number is 0.
    pub shares: [Option<(f64, f64)>; 3],
}

impl From<&CrossUnit> for Place {
    fn from(unit: &CrossUnit) -> Self {
        let CrossUnit { subject, predictor, arm, .. } = *unit;
        Self { subject, predictor, arm }
    }
}

/// Who stands for whom.
#[derive(Debug, Clone)]
pub struct CrossRule {
    /// Number of the treated arm, where any guess is of it.
    pub arm: Option<u16>,
    /// The family of every model, by its number.
    pub families: Vec<u32>,
    /// Predictors whose missing guesses are wrong ones; none where what is missing is left out.
    pub missing_is_wrong: Option<Vec<u32>>,
}

impl CrossRule {
    /// Families as [`crate::Model::is_same_family`] has them: a model of unknown family is one alone.
    #[must_use]
    pub fn own(guesses: &Guesses, arm: &str) -> Self {
        let key = |model: &crate::Model| match &model.family {
            Some(family) => (true, family.clone()),
            None => (false, model.model.clone()),
        };
        let families = numbered(guesses.models.iter().map(key));
        Self { arm: guesses.arm(arm), families, missing_is_wrong: None }
    }
}

/// Equal keys get equal numbers.
pub(crate) fn numbered<K: Eq + std::hash::Hash>(keys: impl Iterator<Item = K>) -> Vec<u32> {
    let mut numbers: HashMap<K, u32> = HashMap::new();
    keys.map(|key| {
        let next = numbers.len() as u32;
        *numbers.entry(key).or_insert(next)
    })
    .collect()
}

/// Guesses from explanations of one answer to one pair by one predictor: weights by the explainer's
/// own target and the guess.
#[derive(Debug, Default)]
struct Heard {
    all: Vec<Said>,
    families: BTreeMap<u32, Vec<Said>>,
}

/// The explainer's own target, the guess (none: missing), and the weight of both together.
type Said = (Option<Name>, Option<Name>, f64);

fn add(list: &mut Vec<Said>, target: Option<Name>, guess: Option<Name>, weight: f64) {
    match list.iter_mut().find(|said| (said.0, said.1) == (target, guess)) {
        Some(said) => said.2 += weight,
        None => list.push((target, guess, weight)),
    }
}

impl Heard {
    fn add(&mut self, family: u32, target: Option<Name>, guess: Option<Name>, weight: f64) {
        add(&mut self.all, target, guess, weight);
        add(self.families.entry(family).or_default(), target, guess, weight);
    }

    /// Hits and explainers by stratum, of all families but two.
    fn shares(&self, wanted: Name, but: [u32; 2]) -> [Option<(f64, f64)>; 3] {
        let mut sums = [[0.0; 2]; 3];
        let mut count = |list: &[Said], sign: f64| {
            for (target, guess, weight) in list {
                let hit = if *guess == Some(wanted) { sign * weight } else { 0.0 };
                let strata = [true, *target == Some(wanted), target.is_some_and(|t| t != wanted)];
                for (sum, _) in sums.iter_mut().zip(strata).filter(|(_, is_in)| *is_in) {
                    sum[0] += hit;
                    sum[1] += sign * weight;
                }
            }
        };
        count(&self.all, 1.0);
        let but = if but[0] == but[1] { &but[..1] } else { &but[..] };
        for family in but {
            self.families.get(family).into_iter().for_each(|said| count(said, -1.0));
        }
        // Each explainer weighs one; differences of fractions may leave rounding.
        sums.map(|[hits, weight]| {
            let explainers = weight.round();
            (explainers > 0.0).then(|| ((hits / explainers).clamp(0.0, 1.0), explainers))
        })
    }
}

/// All guesses by pair, subject by subject.
struct ByPair<'a> {
    guesses: &'a Guesses,
    /// Where the guesses of each subject start, and where those of the last end.
    starts: Vec<u32>,
    /// Subjects whose explainer is the reference, by pair.
    subjects: Vec<Vec<u32>>,
}

impl<'a> ByPair<'a> {
    fn of(guesses: &'a Guesses) -> Self {
        let mut starts = vec![0_u32; guesses.subjects.len() + 1];
        guesses.guesses.iter().for_each(|guess| starts[guess.subject as usize + 1] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut subjects = vec![Vec::new(); guesses.pairs.len()];
        for (number, subject) in guesses.subjects.iter().enumerate() {
            if subject.explainer == subject.reference {
                subjects[subject.pair as usize].push(number as u32);
            }
        }
        Self { guesses, starts, subjects }
    }

    fn guesses_about(&self, subject: u32) -> &'a [Guess] {
        let [from, to] = [subject, subject + 1].map(|at| self.starts[at as usize] as usize);
        &self.guesses.guesses[from..to]
    }

    /// What every predictor made of every explanation of this pair, by the answer explained.
    fn heard(&self, pair: usize, rule: &CrossRule) -> HashMap<(Name, u32), Heard> {
        let mut heard: HashMap<(Name, u32), Heard> = HashMap::new();
        for &number in &self.subjects[pair] {
            let subject = &self.guesses.subjects[number as usize];
            let Some(original) = subject.original_answer else { continue };
            let family = rule.families[subject.reference as usize];
            let mut says = |predictor: u32, guess: Option<Name>, weight: f64| {
                let heard = heard.entry((original, predictor)).or_default();
                heard.add(family, subject.target, guess, weight);
            };
            let mut absent = rule.missing_is_wrong.clone().unwrap_or_default();
            let of_arm = self.guesses_about(number);
            for repeats in of_arm.chunk_by(|a, b| a.predictor == b.predictor) {
                let answers: Vec<Name> = repeats
                    .iter()
                    .filter(|guess| Some(guess.arm) == rule.arm)
                    .filter_map(|guess| guess.answer)
                    .collect();
                let predictor = repeats[0].predictor;
                let weight = 1.0 / answers.len() as f64;
                answers.iter().for_each(|answer| says(predictor, Some(*answer), weight));
                if !answers.is_empty() {
                    absent.retain(|other| *other != predictor);
                }
            }
            absent.into_iter().for_each(|predictor| says(predictor, None, 1.0));
        }
        heard
    }
}

/// The units of some observations, in their order, and how many more there would be if each had an
/// explainer.
///
/// A unit is an observation that is scored, of the reference's own explanation, whose predictor is of
/// another family than the reference, and whose original answer is known. Its explainers are the
/// references of other families than both, with the same answer to the original, about which the
/// predictor made a treated guess; each answer repeat of one counts as one.
#[must_use]
pub fn cross_units(
    guesses: &Guesses,
    observations: &[Observation],
    rule: &CrossRule,
) -> (Vec<CrossUnit>, Vec<CrossUnit>) {
    let by_pair = ByPair::of(guesses);
    let mut of_pair: BTreeMap<u32, Vec<(usize, &Observation)>> = BTreeMap::new();
    for (at, observation) in observations.iter().enumerate() {
        let subject = &guesses.subjects[observation.subject as usize];
        let [predictor, reference] =
            [observation.predictor, subject.reference].map(|model| rule.families[model as usize]);
        let is_own = subject.explainer == subject.reference;
        let is_sound = observation.is_scored() && subject.original_answer.is_some();
        if is_own && is_sound && predictor != reference {
            of_pair.entry(subject.pair).or_default().push((at, observation));
        }
    }
    let of_pair: Vec<_> = of_pair.into_iter().collect();
    let units = of_pair.par_iter().flat_map_iter(|(pair, observations)| {
        let heard = by_pair.heard(*pair as usize, rule);
        let unit = move |(at, observation): &(usize, &Observation)| {
            let subject = &guesses.subjects[observation.subject as usize];
            let families = [observation.predictor, subject.reference]
                .map(|model| rule.families[model as usize]);
            let heard = subject
                .original_answer
                .and_then(|original| heard.get(&(original, observation.predictor)));
            let shares = heard.zip(subject.target).map(|(heard, t)| heard.shares(t, families));
            let unit = CrossUnit {
                subject: observation.subject,
                predictor: observation.predictor,
                arm: observation.arm,
                own: observation.treated_error(),
                base: observation.baseline_error(),
                shares: shares.unwrap_or_default(),
            };
            (*at, unit)
        };
        observations.iter().map(unit).collect::<Vec<_>>()
    });
    let mut units: Vec<(usize, CrossUnit)> = units.collect();
    units.sort_unstable_by_key(|(at, _)| *at);
    units.into_iter().map(|(_, unit)| unit).partition(|unit| unit.shares[0].is_some())
}

/// Guesses about every answer of `subjects` by every predictor, whether or not it guessed from the
/// reference's own explanation, as the published rules count them: explainers of other families than
/// the reference, predictors of other families than the explainer, what is missing wrong.
pub(crate) fn published_units(
    guesses: &Guesses,
    subjects: &[u32],
    rule: &CrossRule,
) -> Vec<CrossUnit> {
    let by_pair = ByPair::of(guesses);
    let mut of_pair: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for &number in subjects {
        of_pair.entry(guesses.subjects[number as usize].pair).or_default().push(number);
    }
    let panel = rule.missing_is_wrong.clone().unwrap_or_default();
    let of_pair: Vec<_> = of_pair.into_iter().collect();
    let units = of_pair.par_iter().flat_map_iter(|(pair, subjects)| {
        let heard = by_pair.heard(*pair as usize, rule);
        let mut units = Vec::new();
        for &number in subjects {
            let subject = &guesses.subjects[number as usize];
            let (Some(target), Some(original)) = (subject.target, subject.original_answer) else {
                continue;
            };
            for &predictor in &panel {
                let families = [predictor, subject.reference].map(|m| rule.families[m as usize]);
                let heard = heard.get(&(original, predictor));
                let shares = heard.map(|heard| heard.shares(target, families));
                let (own, base, arm) = (0.0, 0.0, rule.arm.unwrap_or_default());
                let shares = shares.unwrap_or_default();
                units.push(CrossUnit { subject: number, predictor, arm, own, base, shares });
            }
        }
        units
    });
    units.filter(|unit| unit.shares[0].is_some()).collect()
}
