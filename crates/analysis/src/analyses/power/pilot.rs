//! Spreads from the influence values of a run.

use super::comparison::{Compared, Comparison, PilotSize, log_error};
use super::request::PowerRequest;
use crate::observation::Observations;
use crate::unit::Weights;
use crate::{Group, GroupKey};
use foretell_stats::{Dependence, LinearEstimate, PilotSpread, Scale, Undefined, UnitErrors};
use std::collections::BTreeMap;

/// Pairs of references that are compared; of more, those with the first in the table.
const MOST_PAIRS: usize = 50;

/// What a unit is of, whoever answered: pair and answer repeat.
type Key = (u32, u32);

/// All keys of a run, and how they depend on each other.
struct Ground {
    keys: Vec<Key>,
    /// Original's text of each key: the question.
    questions: Vec<u32>,
    dependence: Dependence,
}

/// Sums of one reference by key: observations, treated, baseline.
type Sums = BTreeMap<Key, [f64; 3]>;

/// All comparisons that a run says something about.
pub(super) fn comparisons(observations: &Observations, wanted: &PowerRequest) -> Vec<Comparison> {
    let groups = observations.groups(&[GroupKey::Reference]);
    let sums: Vec<Sums> = groups.iter().map(|group| sums(observations, group)).collect();
    let ground = Ground::of(observations, &sums);
    let mut found = Vec::new();
    for (group, sums) in groups.iter().zip(&sums) {
        found.push(ground.against_zero(&group.name(), sums, wanted));
    }
    let mut pairs = Vec::new();
    for one in 0..groups.len() {
        pairs.extend((one + 1..groups.len()).map(|other| (one, other)));
    }
    if pairs.len() > MOST_PAIRS {
        pairs.retain(|(one, _)| *one == 0);
    }
    for compared in [Compared::Paired, Compared::Unpaired] {
        for &(one, other) in &pairs {
            let who = format!("{} and {}", groups[one].name(), groups[other].name());
            found.push(ground.apart(compared, who, &sums[one], &sums[other], wanted));
        }
    }
    if groups.len() == 1 {
        // A reference like it: the same spread, on questions of its own.
        let name = format!("{} and one like it", groups[0].name());
        let twin = ground.apart(Compared::Unpaired, name, &sums[0], &sums[0], wanted);
        found.push(twin);
    }
    found
}

fn sums(observations: &Observations, group: &Group) -> Sums {
    let mut sums = Sums::new();
    for unit in observations.units(&group.members, Weights::Observation) {
        let subject = &observations.guesses.subjects[unit.subject as usize];
        let of = sums.entry((subject.pair, subject.answer_repeat)).or_default();
        let added = [unit.observations, unit.treated, unit.baseline];
        of.iter_mut().zip(added).for_each(|(sum, value)| *sum += value);
    }
    sums
}

impl Ground {
    fn of(observations: &Observations, sums: &[Sums]) -> Self {
        let mut keys: Vec<Key> = sums.iter().flat_map(BTreeMap::keys).copied().collect();
        keys.sort_unstable();
        keys.dedup();
        let pairs = &observations.guesses.pairs;
        let texts = keys.iter().map(|(pair, _)| &pairs[*pair as usize]);
        let (questions, counterfactuals): (Vec<u32>, Vec<u32>) =
            texts.map(|pair| (pair.original, pair.counterfactual)).unzip();
        let dependence = Dependence::dyadic(&questions, &counterfactuals);
        Self { keys, questions, dependence }
    }

    /// NSG of a reference on some keys.
    fn nsg(&self, sums: &Sums, on: &[Key]) -> Result<LinearEstimate, Undefined> {
        let column = |at: usize| on.iter().map(|key| sums[key][at]).collect::<Vec<f64>>();
        let [observations, treated, baseline] = [0, 1, 2].map(column);
        let units =
            UnitErrors { observations: &observations, treated: &treated, baseline: &baseline };
        let place = |key| self.keys.binary_search(key).expect("keys of all references") as u32;
        Ok(LinearEstimate::nsg(units)?.placed(&on.iter().map(place).collect::<Vec<_>>()))
    }

    fn size(&self, estimate: &LinearEstimate) -> PilotSize {
        let mut by_question: BTreeMap<u32, f64> = BTreeMap::new();
        for (unit, influence) in estimate.units().iter().zip(estimate.influence()) {
            *by_question.entry(self.questions[*unit as usize]).or_default() += influence;
        }
        let influences: Vec<f64> = by_question.into_values().collect();
        PilotSize { questions: influences.len() as u64, error: log_error(&influences) }
    }

    fn against_zero(&self, who: &str, sums: &Sums, wanted: &PowerRequest) -> Comparison {
        let all: Vec<Key> = sums.keys().copied().collect();
        let nsg = self.nsg(sums, &all);
        let of = |nsg: &LinearEstimate| PilotSpread::of(nsg, &self.dependence);
        Comparison {
            compared: Compared::Zero,
            who: who.to_owned(),
            from: 0.0,
            to: wanted.apart(nsg.as_ref().map_or(0.0, LinearEstimate::value)).0,
            spread: nsg.as_ref().map_err(|reason| *reason).and_then(of),
            pilot: nsg.as_ref().ok().map(|nsg| self.size(nsg)),
        }
    }

    /// Two references; on common keys where they share questions.
    fn apart(
        &self,
        compared: Compared,
        who: String,
        one: &Sums,
        other: &Sums,
        wanted: &PowerRequest,
    ) -> Comparison {
        let on = |sums: &Sums| -> Vec<Key> {
            let common = |key: &&Key| {
                compared != Compared::Paired || (one.contains_key(key) && other.contains_key(key))
            };
            sums.keys().filter(common).copied().collect()
        };
        let [a, b] = [one, other].map(|sums| self.nsg(sums, &on(sums)));
        let (from, to) = wanted.apart(a.as_ref().map_or(0.0, LinearEstimate::value));
        let mut found = Comparison {
            compared,
            who,
            from,
            to,
            spread: Err(Undefined::NoObservations),
            pilot: None,
        };
        let (a, b) = match (a, b) {
            (Ok(a), Ok(b)) => (a, b),
            (Err(reason), _) | (_, Err(reason)) => {
                found.spread = Err(reason);
                return found;
            }
        };
        if compared == Compared::Paired {
            let difference = a.difference(&b);
            found.spread = PilotSpread::of(&difference, &self.dependence);
            found.pilot = Some(self.size(&difference));
        } else {
            // What is known is the spread on the log scale; the NSG asked about may be others.
            let plain = |nsg: &LinearEstimate, asked: f64| {
                let log = PilotSpread::of(nsg, &self.dependence)?.error(1);
                Ok(PilotSpread::new((1.0 - asked) * log, Scale::Plain))
            };
            let spreads = plain(&a, from).and_then(|a| Ok((a, plain(&b, to)?)));
            found.spread = spreads.map(|(a, b)| PilotSpread::unpaired(a, b));
            let [a, b] = [&a, &b].map(|nsg| self.size(nsg));
            found.pilot = Some(PilotSize {
                questions: a.questions.min(b.questions),
                error: a.error.max(b.error),
            });
        }
        found
    }
}
