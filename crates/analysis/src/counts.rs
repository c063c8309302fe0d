//! Counts: pair rows added up per cluster and group. Everything that is estimated comes from them.

use crate::absence::LeftOut;
use crate::error::AnalysisError;
use crate::group::{GroupKey, UnknownGroupKey};
use crate::guesses::Guesses;
use crate::inference::UnitSums;
use crate::observation::{Observation, Observations};
use crate::pair_row::{PairRow, scored};
use crate::tally::Tally;
use crate::unit::shared_texts;
use foretell_core::{Outcome, TextId};
use foretell_stats::ClusterErrors;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// All that shares one original text of one dataset: the unit that is independent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClusterId {
    /// Dataset.
    pub dataset: Arc<str>,
    /// Identity of the original.
    pub text: TextId,
}

/// Counts of the scored observations of one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClusterCounts {
    /// Observations by which arm was right.
    pub(crate) scored: Tally<4>,
    /// The same by pair, each with its counterfactual.
    pub(crate) pairs: BTreeMap<(Arc<str>, Arc<str>), Tally<4>>,
    /// Subjects whose treated guesses are all there.
    pub complete_panels: u64,
    /// Those among them whose treated guesses are all one label that is not the target.
    pub unanimous_and_wrong: u64,
    /// Subjects whose target differs from the original answer.
    pub switched: u64,
    /// Subjects whose target is the original answer.
    pub unswitched: u64,
}

impl ClusterCounts {
    fn add_row(&mut self, pair: (Arc<str>, Arc<str>), row: &PairRow) {
        self.scored.merge(&row.scored);
        self.pairs.entry(pair).or_default().merge(&row.scored);
        self.complete_panels += u64::from(row.panel_is_complete());
        self.unanimous_and_wrong += u64::from(row.unanimous_and_wrong());
        self.switched += u64::from(row.switched == Some(true));
        self.unswitched += u64::from(row.switched == Some(false));
    }

    fn merge(&mut self, other: Self) {
        self.scored.merge(&other.scored);
        for (pair, scored) in other.pairs {
            self.pairs.entry(pair).or_default().merge(&scored);
        }
        self.complete_panels += other.complete_panels;
        self.unanimous_and_wrong += other.unanimous_and_wrong;
        self.switched += other.switched;
        self.unswitched += other.unswitched;
    }

    /// Observations and errors, as `foretell-stats` takes them.
    #[must_use]
    pub fn errors(&self) -> ClusterErrors {
        errors_of(&self.scored)
    }
}

/// Observations and errors of a tally by which arm was right.
pub(crate) fn errors_of(scored: &Tally<4>) -> ClusterErrors {
    ClusterErrors {
        observations: scored.observations() as f64,
        treated: scored.sum(&[scored::ONLY_BASELINE, scored::NEITHER]),
        baseline: scored.sum(&[scored::ONLY_TREATED, scored::NEITHER]),
    }
}

/// Counts of one group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupCounts {
    pub(crate) clusters: BTreeMap<ClusterId, ClusterCounts>,
    /// Repeats that have a target, as shares of observations, by what both guesses are.
    pub(crate) slots: Tally<9>,
    /// Observations without a target.
    pub(crate) untargeted: u64,
    pub(crate) left_out: BTreeMap<LeftOut, u64>,
    pub(crate) targets_missing: BTreeMap<Outcome, u64>,
}

impl GroupCounts {
    /// The counts of some observations: those of a group.
    #[must_use]
    pub fn of(observations: &Observations, list: &[Observation]) -> Self {
        let mut counts = Self::default();
        // By the number of the original: names are compared once a cluster, not once a row.
        let mut clusters: HashMap<u32, ClusterCounts> = HashMap::new();
        for panel in observations.by_subject(list) {
            let row = PairRow::of(observations, panel);
            counts.add_row(&mut clusters, &observations.guesses, panel[0].subject, &row);
        }
        let guesses = &observations.guesses;
        let named = clusters.into_iter().map(|(original, counts)| {
            let dataset = guesses.texts[original as usize].dataset;
            let dataset = Arc::clone(guesses.text(dataset));
            (ClusterId { dataset, text: guesses.text_id(original) }, counts)
        });
        counts.clusters = named.collect();
        counts
    }

    fn add_row(
        &mut self,
        clusters: &mut HashMap<u32, ClusterCounts>,
        guesses: &Guesses,
        subject: u32,
        row: &PairRow,
    ) {
        self.slots.merge(&row.slots);
        self.untargeted += row.untargeted;
        for (what, count) in &row.left_out {
            *self.left_out.entry(what.clone()).or_default() += count;
        }
        if row.target != Outcome::Answered {
            *self.targets_missing.entry(row.target).or_default() += 1;
        }
        if row.observations() > 0 {
            let pair = guesses.pair_of(subject);
            let counterfactual = guesses.texts[pair.counterfactual as usize].id;
            let names = [pair.id, counterfactual].map(|name| Arc::clone(guesses.text(name)));
            let [id, counterfactual] = names;
            clusters.entry(pair.original).or_default().add_row((id, counterfactual), row);
        }
    }

    fn merge(&mut self, other: Self) {
        for (cluster, counts) in other.clusters {
            self.clusters.entry(cluster).or_default().merge(counts);
        }
        self.slots.merge(&other.slots);
        self.untargeted += other.untargeted;
        for (what, count) in other.left_out {
            *self.left_out.entry(what).or_default() += count;
        }
        for (outcome, count) in other.targets_missing {
            *self.targets_missing.entry(outcome).or_default() += count;
        }
    }

    /// Counts by cluster, in a fixed order; clusters without a scored observation are not in it.
    pub fn clusters(&self) -> impl ExactSizeIterator<Item = (&ClusterId, &ClusterCounts)> {
        self.clusters.iter()
    }

    /// Distinct pairs with a scored observation.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.clusters.values().map(|cluster| cluster.pairs.len() as u64).sum()
    }

    /// Errors by pair of texts, which are numbered in the order of the clusters.
    pub(crate) fn unit_sums(&self) -> UnitSums {
        let mut numbers = TextNumbers::default();
        let parts = self.clusters.iter().flat_map(|(cluster, counts)| {
            counts.pairs.iter().map(move |((_, counterfactual), scored)| {
                (cluster, &**counterfactual, errors_of(scored))
            })
        });
        UnitSums::of_parts(parts.map(|(cluster, counterfactual, errors)| {
            let original = numbers.of(&cluster.dataset, cluster.text.as_str());
            ([original, numbers.of(&cluster.dataset, counterfactual)], errors)
        }))
    }

    /// Scored observations.
    #[must_use]
    pub fn observations(&self) -> u64 {
        self.clusters.values().map(|cluster| cluster.scored.observations()).sum()
    }
}

/// Counts by group.
///
/// Counts of parts of the pair rows add up ([`Counts::merge`]) to the counts of all, in any order
/// and grouping. A pair row has to be whole before it is counted: whether a panel is unanimous
/// does not add up over parts of the panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    keys: Vec<GroupKey>,
    pub(crate) groups: BTreeMap<Vec<Arc<str>>, GroupCounts>,
    /// What was noticed while reading.
    pub(crate) notices: BTreeSet<String>,
}

impl Counts {
    /// No counts, by some keys.
    #[must_use]
    pub fn new(keys: &[GroupKey]) -> Self {
        Self { keys: keys.to_vec(), groups: BTreeMap::new(), notices: BTreeSet::new() }
    }

    /// The counts of all observations by `keys`.
    #[must_use]
    pub fn of(observations: &Observations, keys: &[GroupKey]) -> Self {
        let groups = observations.groups(keys).into_par_iter();
        let counted = groups.map(|group| {
            let counts = GroupCounts::of(observations, &group.members);
            (group.values, counts)
        });
        Self { groups: counted.collect(), ..Self::new(keys) }
    }

    /// Adds other counts.
    ///
    /// # Panics
    /// If they are by other keys.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        assert_eq!(self.keys, other.keys, "only counts by the same keys add up");
        for (values, counts) in other.groups {
            self.groups.entry(values).or_default().merge(counts);
        }
        self.notices.extend(other.notices);
        self
    }

    /// The keys that they are by.
    #[must_use]
    pub fn keys(&self) -> &[GroupKey] {
        &self.keys
    }

    /// Counts by the values of the keys, in a fixed order.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = (&[Arc<str>], &GroupCounts)> {
        self.groups.iter().map(|(values, counts)| (values.as_slice(), counts))
    }

    /// The same counts by some of the keys only.
    ///
    /// Predictors stay apart where they were: `complete_panels` and `unanimous_and_wrong` are then
    /// still about panels of one. A pair that stands under several changed features counts once a
    /// feature.
    ///
    /// # Errors
    /// [`UnknownGroupKey`] for a key that these counts are not by.
    pub fn by(&self, keys: &[GroupKey]) -> Result<Self, AnalysisError> {
        let place = |key: &GroupKey| {
            let at = self.keys.iter().position(|own| own == key);
            at.ok_or_else(|| UnknownGroupKey { key: key.to_string() })
        };
        let places = keys.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let mut coarser = Self::new(keys);
        coarser.notices.clone_from(&self.notices);
        for (values, counts) in &self.groups {
            let values = places.iter().map(|&at| values[at].clone()).collect();
            coarser.groups.entry(values).or_default().merge(counts.clone());
        }
        if keys.is_empty() {
            // Tables without rows still have an overall figure: one that is undefined.
            coarser.groups.entry(Vec::new()).or_default();
        }
        Ok(coarser)
    }

    /// Texts that stand in pairs of different originals.
    #[must_use]
    pub fn shared_texts(&self) -> u64 {
        let mut numbers = TextNumbers::default();
        let clusters = self.groups.values().flat_map(|group| &group.clusters);
        let pairs = clusters.flat_map(|(cluster, counts)| {
            counts.pairs.keys().map(move |(_, counterfactual)| (cluster, &**counterfactual))
        });
        shared_texts(pairs.map(|(cluster, counterfactual)| {
            let original = numbers.of(&cluster.dataset, cluster.text.as_str());
            [original, numbers.of(&cluster.dataset, counterfactual)]
        }))
    }
}

/// Numbers of texts, by their datasets and identities.
#[derive(Debug, Default)]
struct TextNumbers<'a>(HashMap<(&'a str, &'a str), u32>);

impl<'a> TextNumbers<'a> {
    fn of(&mut self, dataset: &'a str, text: &'a str) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry((dataset, text)).or_insert(next)
    }
}
