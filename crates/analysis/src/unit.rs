//! Units: what estimators add up, with what makes them depend on each other.

use crate::guesses::Guesses;
use crate::observation::{Observation, Observations};
use foretell_stats::ClusterErrors;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;

/// What weighs the same in a pooled figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Weights {
    /// Every scored observation.
    #[default]
    Observation,
    /// Every subject (pair, reference, answer repeat), however many predictors are scored on it.
    Pair,
    /// Every dataset, however many observations it has.
    Dataset,
    /// Every predictor, however many observations it has.
    Predictor,
}

impl Weights {
    /// Every choice.
    pub const ALL: [Self; 4] = [Self::Observation, Self::Pair, Self::Dataset, Self::Predictor];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Observation => "observation",
            Self::Pair => "pair",
            Self::Dataset => "dataset",
            Self::Predictor => "predictor",
        }
    }

    /// What an observation belongs to that weighs the same as its like.
    fn part(self, guesses: &Guesses, at: usize, observation: &Observation) -> u64 {
        match self {
            Self::Observation => at as u64,
            Self::Pair => u64::from(observation.subject) << 16 | u64::from(observation.arm),
            Self::Dataset => guesses.pair_of(observation.subject).dataset.number().into(),
            Self::Predictor => u64::from(observation.predictor),
        }
    }

    /// The weights of scored observations.
    ///
    /// # Formula
    /// ```text
    /// w_i = N / (P * n_p(i))     N observations in P parts, n_p of them in part p
    /// ```
    /// # Shapes and units
    /// One number an observation; their mean is 1, so that sums of weights are still of the size of
    /// counts. Weights count as fixed, not as drawn with the data.
    #[must_use]
    pub fn of(self, guesses: &Guesses, scored: &[Observation]) -> Vec<f64> {
        if self == Self::Observation {
            return vec![1.0; scored.len()];
        }
        let parts: Vec<u64> =
            (scored.iter().enumerate()).map(|(at, o)| self.part(guesses, at, o)).collect();
        let mut sizes: HashMap<u64, f64> = HashMap::new();
        for part in &parts {
            *sizes.entry(*part).or_default() += 1.0;
        }
        let share = scored.len() as f64 / sizes.len() as f64;
        parts.iter().map(|part| share / sizes[part]).collect()
    }
}

impl fmt::Display for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Weights {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|choice| choice.as_str() == text);
        found.ok_or_else(|| "observation, pair, dataset or predictor".to_owned())
    }
}

/// The scored observations of one subject, added up with their weights.
///
/// # Shapes and units
/// Weighted counts: `treated` and `baseline` are errors, at most `observations`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// Number of the subject in [`Guesses::subjects`].
    pub subject: u32,
    /// Number of the treated arm.
    pub arm: u16,
    /// Weight of its observations.
    pub observations: f64,
    /// Weighted errors of the treated arm.
    pub treated: f64,
    /// Weighted errors of the baseline.
    pub baseline: f64,
    /// The cluster: number of the original's text.
    pub cluster: u32,
    /// Numbers of both texts, original and counterfactual; texts of two datasets never share one.
    pub texts: [u32; 2],
    /// Whether the target differs from the original answer, where both are known.
    pub switched: Option<bool>,
}

impl Observations {
    /// The units of some observations (those of a [`crate::Group`]), one a subject with anything
    /// scored, in their order.
    #[must_use]
    pub fn units(&self, observations: &[Observation], weights: Weights) -> Vec<Unit> {
        let scored = observations.iter().filter(|o| o.is_scored());
        if weights == Weights::Observation {
            return self.added_up(scored.map(|observation| (observation, 1.0)));
        }
        let scored: Vec<Observation> = scored.copied().collect();
        self.added_up(scored.iter().zip(weights.of(&self.guesses, &scored)))
    }

    fn added_up<'a>(&self, weighted: impl Iterator<Item = (&'a Observation, f64)>) -> Vec<Unit> {
        let mut units: Vec<Unit> = Vec::new();
        for (observation, weight) in weighted {
            let (subject, arm) = (observation.subject, observation.arm);
            if units.last().is_none_or(|unit| (unit.subject, unit.arm) != (subject, arm)) {
                units.push(self.empty_unit(subject, arm));
            }
            let unit = units.last_mut().expect("one was added");
            unit.observations += weight;
            unit.treated += weight * observation.treated_error();
            unit.baseline += weight * observation.baseline_error();
        }
        units
    }

    fn empty_unit(&self, subject: u32, arm: u16) -> Unit {
        let pair = self.guesses.pair_of(subject);
        Unit {
            subject,
            arm,
            observations: 0.0,
            treated: 0.0,
            baseline: 0.0,
            cluster: pair.original,
            texts: [pair.original, pair.counterfactual],
            switched: self.guesses.subjects[subject as usize].switched(),
        }
    }
}

/// Units added up by cluster, in the order of the clusters' numbers.
#[must_use]
pub fn cluster_errors(units: &[Unit]) -> Vec<ClusterErrors> {
    let mut clusters: BTreeMap<u32, ClusterErrors> = BTreeMap::new();
    for unit in units {
        let sums = clusters.entry(unit.cluster).or_default();
        sums.observations += unit.observations;
        sums.treated += unit.treated;
        sums.baseline += unit.baseline;
    }
    clusters.into_values().collect()
}

/// Texts that stand in pairs of different originals, as original or as counterfactual: where there
/// are any, clusters are not independent.
#[must_use]
pub fn shared_texts(pairs: impl IntoIterator<Item = [u32; 2]>) -> u64 {
    // The first original that a text stands in pairs of, until it stands in those of another.
    let mut stands: HashMap<u32, Option<u32>> = HashMap::new();
    let mut last = None;
    for [original, counterfactual] in pairs {
        for text in [original, counterfactual] {
            // Pairs of one original follow each other.
            if last == Some((text, original)) {
                continue;
            }
            last = (text == original).then_some((text, original)).or(last);
            let first = stands.entry(text).or_insert(Some(original));
            if *first != Some(original) {
                *first = None;
            }
        }
    }
    stands.values().filter(|first| first.is_none()).count() as u64
}
