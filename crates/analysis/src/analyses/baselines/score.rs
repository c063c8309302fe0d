//! Baselines held against the treated arm, on the same observations.

use super::constant::{Constants, RULES};
use crate::contrast::Contrast;
use crate::guesses::Guesses;
use crate::inference::{Inference, UnitSums};
use crate::observation::{Observation, Observations};
use crate::sheet::{Cell, Estimate};
use foretell_stats::ClusterErrors;

/// Arms whose guess stands in, where a run has them: the predictor's own answer, the counterfactual
/// alone, placebos.
const ARMS: [&str; 4] = ["own", "blind", "shuffled", "filler"];

/// All baselines, by name: that of the contrast, rules, arms.
pub(super) struct Scoring {
    names: Vec<String>,
    /// Whether a rule misses the target of each subject; empty for arms.
    rules: Vec<Vec<Option<bool>>>,
    arms: Vec<Option<u16>>,
}

/// How one baseline fares in one group.
pub(super) struct Score {
    name: String,
    observations: f64,
    /// Errors of the baseline.
    pub(super) errors: f64,
    treated: f64,
    pub(super) clusters: u64,
    accuracy: Estimate,
    nsg: Estimate,
}

/// How all baselines fare in one group, the contrast's own first.
pub(super) struct Scores {
    pub(super) observations: f64,
    pub(super) list: Vec<Score>,
}

impl Scoring {
    pub(super) fn of(
        observations: &Observations,
        constants: &Constants,
        contrast: &Contrast,
    ) -> Self {
        let guesses = &observations.guesses;
        let subjects = 0..guesses.subjects.len() as u32;
        let rules = RULES.iter().map(|(_, rule)| {
            subjects.clone().map(|subject| rule(constants, guesses, subject)).collect()
        });
        let arms: Vec<&str> = (ARMS.into_iter())
            .filter(|arm| {
                guesses.arm(arm).is_some() && *arm != contrast.arm && *arm != contrast.against
            })
            .collect();
        let names = std::iter::once(contrast.against.as_str());
        let names = names.chain(RULES.iter().map(|(name, _)| *name)).chain(arms.iter().copied());
        Self {
            names: names.map(str::to_owned).collect(),
            rules: rules.collect(),
            arms: arms.iter().map(|arm| guesses.arm(arm)).collect(),
        }
    }

    /// The baselines in a group, whose observations stand in the order of all.
    pub(super) fn scores(
        &self,
        observations: &Observations,
        members: &[Observation],
        level: f64,
    ) -> Scores {
        let guesses = &observations.guesses;
        let scored: Vec<&Observation> = members.iter().filter(|o| o.is_scored()).collect();
        let mut parts: Vec<Vec<([u32; 2], ClusterErrors)>> = vec![Vec::new(); self.names.len()];
        let mut cursor = Cursor { guesses, at: 0 };
        for observation in &scored {
            let pair = guesses.pair_of(observation.subject);
            let texts = [pair.original, pair.counterfactual];
            let treated = observation.treated_error();
            let mut add = |at: usize, error: Option<f64>| {
                let Some(baseline) = error else { return };
                match parts[at].last_mut() {
                    Some((last, errors)) if *last == texts => {
                        errors.observations += 1.0;
                        errors.treated += treated;
                        errors.baseline += baseline;
                    }
                    _ => {
                        let errors = ClusterErrors { observations: 1.0, treated, baseline };
                        parts[at].push((texts, errors));
                    }
                }
            };
            add(0, Some(observation.baseline_error()));
            for (at, rule) in self.rules.iter().enumerate() {
                let missed = rule[observation.subject as usize];
                add(1 + at, missed.map(|missed| f64::from(u8::from(missed))));
            }
            if !self.arms.is_empty() {
                let chunk = cursor.guesses_of(observation);
                for (at, arm) in self.arms.iter().enumerate() {
                    add(1 + self.rules.len() + at, error_in(chunk, *arm));
                }
            }
        }
        let score = |(name, parts): (&String, Vec<_>)| Score::of(name, parts, level);
        let list = self.names.iter().zip(parts).map(score).collect();
        Scores { observations: scored.len() as f64, list }
    }
}

/// Finds the guesses of observations that come in order.
struct Cursor<'a> {
    guesses: &'a Guesses,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn guesses_of(&mut self, observation: &Observation) -> &'a [crate::Guess] {
        let all = &self.guesses.guesses;
        let key = (observation.subject, observation.predictor);
        let of = |guess: &crate::Guess| (guess.subject, guess.predictor);
        self.at += all[self.at..].partition_point(|guess| of(guess) < key);
        let rest = &all[self.at..];
        &rest[..rest.iter().take_while(|guess| of(guess) == key).count()]
    }
}

/// Share of the answered guesses of an arm that miss the target.
fn error_in(chunk: &[crate::Guess], arm: Option<u16>) -> Option<f64> {
    let hits = chunk.iter().filter(|guess| Some(guess.arm) == arm).filter_map(|guess| guess.hit);
    let (all, missed) =
        hits.fold((0_u32, 0_u32), |(all, missed), hit| (all + 1, missed + u32::from(!hit)));
    (all > 0).then(|| f64::from(missed) / f64::from(all))
}

impl Score {
    fn of(name: &str, parts: Vec<([u32; 2], ClusterErrors)>, level: f64) -> Self {
        let sums = UnitSums::of_parts(parts.into_iter());
        let inference = Inference::of(&sums.texts, level);
        let [_, accuracy] = sums.accuracies();
        Self {
            name: name.to_owned(),
            observations: sums.observations.iter().sum(),
            errors: sums.baseline_errors(),
            treated: sums.treated.iter().sum(),
            clusters: sums.clusters(),
            accuracy: inference.estimate(&accuracy).within(0.0, 1.0),
            nsg: inference.estimate(&sums.nsg()),
        }
    }

    pub(super) fn cells(&self, all: f64) -> Vec<Cell> {
        let a_with = match self.observations > 0.0 {
            true => (1.0 - self.treated / self.observations).into(),
            false => Cell::undefined("no scored observation has this baseline"),
        };
        let coverage = match all > 0.0 {
            true => (self.observations / all).into(),
            false => Cell::undefined("nothing was observed in both arms"),
        };
        let observations = (self.observations.round() as u64).into();
        let mut cells: Vec<Cell> = vec![self.name.as_str().into(), observations, coverage];
        cells.extend(self.accuracy.cells());
        cells.push(a_with);
        cells.extend(self.nsg.cells());
        cells
    }

    /// Errors of the treated arm for each of the baseline; infinite where that makes none.
    fn strictness(&self) -> f64 {
        if self.errors > 0.0 { self.treated / self.errors } else { f64::INFINITY }
    }
}

impl Scores {
    /// The baseline that leaves the treated arm the lowest NSG; the first of equals. Those that cover
    /// little of the observations, and the fitted majority, are not among them.
    pub(super) fn strictest(&self, coverage: f64) -> Option<&Score> {
        let covers = |score: &&Score| {
            score.observations > 0.0 && score.observations >= coverage * self.observations
        };
        let fair = self.list.iter().filter(|score| score.name != "majority_in_sample");
        let fair = fair.filter(covers);
        fair.rev().max_by(|one, other| one.strictness().total_cmp(&other.strictness()))
    }

    pub(super) fn best_cells(&self, best: Option<&Score>) -> Vec<Cell> {
        let nsg = || self.list[0].nsg.value.clone().into();
        let Some(best) = best else {
            let reason = || Cell::undefined("nothing was observed in both arms");
            let mut cells = vec![reason(), 0_u64.into(), reason(), nsg()];
            cells.extend([(); 4].map(|()| reason()));
            return cells;
        };
        let mut cells: Vec<Cell> = vec![
            best.name.as_str().into(),
            (best.observations.round() as u64).into(),
            best.accuracy.value.clone().into(),
            nsg(),
        ];
        cells.extend(best.nsg.cells());
        cells
    }
}
