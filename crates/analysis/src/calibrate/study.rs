//! One study drawn from the population: sums by unit, as an analysis would count them.

use super::graph::PairGraph;
use super::population::{Cell, Population, TWINS};
use foretell_stats::{
    ClusterErrors, ClusterRate, ClusterRisk, Dependence, Discordant, LinearEstimate, Scored,
    SumProfiles, Undefined, UnitErrors,
};
use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;

/// Share of pairs with a feature that changes nothing.
const FEATURE: f64 = 0.3;

/// What is drawn, with what does not change from study to study.
pub(super) enum Sampling<'a> {
    /// A number of clusters; a unit is a cluster.
    Clusters { clusters: usize, apart: Dependence },
    /// A question for each text of a graph; a unit is a pair.
    Graph { graph: &'a PairGraph, dyadic: Dependence, one_way: Dependence },
}

impl<'a> Sampling<'a> {
    pub(super) fn clusters(clusters: u32) -> Self {
        let clusters = clusters as usize;
        Self::Clusters { clusters, apart: Dependence::independent(clusters) }
    }

    pub(super) fn graph(graph: &'a PairGraph) -> Self {
        Self::Graph { graph, dyadic: graph.dyadic(), one_way: graph.one_way() }
    }

    /// What units share, as the default interval has it.
    pub(super) fn dependence(&self) -> &Dependence {
        match self {
            Self::Clusters { apart, .. } => apart,
            Self::Graph { dyadic, .. } => dyadic,
        }
    }

    /// What units share if only originals counted.
    pub(super) fn one_way(&self) -> &Dependence {
        match self {
            Self::Clusters { apart, .. } => apart,
            Self::Graph { one_way, .. } => one_way,
        }
    }

    /// Whether texts are shared.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::Graph { .. })
    }

    fn sizes(&self) -> (usize, usize) {
        match self {
            Self::Clusters { clusters, .. } => (*clusters, *clusters),
            Self::Graph { graph, .. } => (graph.pairs(), graph.clusters()),
        }
    }

    fn cluster_of(&self, unit: usize) -> usize {
        match self {
            Self::Clusters { .. } => unit,
            Self::Graph { graph, .. } => graph.cluster[unit] as usize,
        }
    }
}

/// Error sums of a reference or a predictor by unit.
pub(super) struct Arms {
    observations: Vec<f64>,
    treated: Vec<f64>,
    baseline: Vec<f64>,
}

impl Arms {
    fn new(units: usize) -> Self {
        let zeros = || vec![0.0; units];
        Self { observations: zeros(), treated: zeros(), baseline: zeros() }
    }

    /// Counts the complete guesses of some predictors.
    fn add(&mut self, unit: usize, cell: Cell, predictors: u32) {
        let counted = cell.complete() & predictors;
        let count = |bits: u32| f64::from((bits & counted).count_ones());
        self.observations[unit] += count(u32::MAX);
        self.treated[unit] += count(cell.treated());
        self.baseline[unit] += count(cell.baseline());
    }

    pub(super) fn nsg(&self) -> Result<LinearEstimate, Undefined> {
        let Self { observations, treated, baseline } = self;
        LinearEstimate::nsg(UnitErrors { observations, treated, baseline })
    }
}

/// One study.
pub(super) struct Study {
    /// The reference.
    pub(super) reference: Arms,
    /// Its twin, as faithful, on the same questions.
    pub(super) twin: Arms,
    /// A reference more faithful by a step, on the same questions.
    pub(super) better: Arms,
    /// The two predictors that are alike, about the reference.
    pub(super) predictors: [Arms; 2],
    /// The reference by cluster.
    pub(super) clusters: Vec<ClusterErrors>,
    /// By unit, pairs right in one arm only, the arms exchanged by a coin of the cluster.
    pub(super) exchanged: Vec<Discordant>,
    /// By unit, errors with the explanation where a feature that does nothing is there, and not.
    pub(super) risks: Vec<ClusterRisk>,
    /// By pair, a confidence that says nothing, and whether the first predictor is right.
    pub(super) scores: Vec<Scored>,
}

impl Study {
    /// Draws a study; scores only where they are wanted.
    pub(super) fn draw(
        sampling: &Sampling,
        population: &Population,
        better: &Population,
        repeats: u32,
        scored: bool,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let (units, clusters) = sampling.sizes();
        let study = Self {
            reference: Arms::new(units),
            twin: Arms::new(units),
            better: Arms::new(units),
            predictors: [Arms::new(units), Arms::new(units)],
            clusters: vec![ClusterErrors::default(); clusters],
            exchanged: vec![Discordant::default(); units],
            risks: vec![ClusterRisk::default(); units],
            scores: Vec::new(),
        };
        // Every cluster has coins of its own, thrown before any pair is looked at.
        let coins = (0..clusters).map(|_| rng.next_u32()).collect();
        let mut drawing = Drawing { study, population, better, repeats, scored, coins };
        let n = population.questions();
        match sampling {
            Sampling::Clusters { clusters, .. } => {
                for cluster in 0..*clusters {
                    let original = rng.random_range(0..n);
                    for _ in 0..population.size(original) {
                        let pair = (original, rng.random_range(0..n));
                        drawing.add(cluster, cluster, pair, 0, rng);
                    }
                }
            }
            Sampling::Graph { graph, .. } => {
                let question: Vec<usize> =
                    (0..graph.texts()).map(|_| rng.random_range(0..n)).collect();
                for unit in 0..graph.pairs() {
                    let texts = [graph.originals[unit], graph.counterfactuals[unit]];
                    let [original, counterfactual] = texts.map(|text| question[text as usize]);
                    let order = u32::from(graph.order[unit]);
                    let cluster = graph.cluster[unit] as usize;
                    drawing.add(unit, cluster, (original, counterfactual), order, rng);
                }
            }
        }
        drawing.study.sum_clusters(sampling);
        drawing.study
    }

    fn sum_clusters(&mut self, sampling: &Sampling) {
        let Arms { observations, treated, baseline } = &self.reference;
        for unit in 0..observations.len() {
            let sums = &mut self.clusters[sampling.cluster_of(unit)];
            sums.observations += observations[unit];
            sums.treated += treated[unit];
            sums.baseline += baseline[unit];
        }
    }

    /// Clusters with an observation, as bootstrap and jackknife take them.
    pub(super) fn profiles(&self) -> SumProfiles<3> {
        let observed = self.clusters.iter().filter(|sums| sums.observations > 0.0);
        let sums = observed.map(|sums| [sums.observations, sums.treated, sums.baseline]);
        SumProfiles::new(&sums.collect::<Vec<_>>())
    }
}

/// A study while it is drawn.
struct Drawing<'a> {
    study: Study,
    population: &'a Population,
    better: &'a Population,
    repeats: u32,
    scored: bool,
    coins: Vec<u32>,
}

impl Drawing<'_> {
    /// Adds a pair of questions with all its repeats.
    fn add(
        &mut self,
        unit: usize,
        cluster: usize,
        (original, counterfactual): (usize, usize),
        order: u32,
        rng: &mut ChaCha8Rng,
    ) {
        let double = |question| self.population.double(question);
        let doubles = (double(original), double(counterfactual));
        let coins = self.coins[cluster];
        let has_feature = rng.random::<f64>() < FEATURE;
        for repeat in 0..self.repeats {
            let table = (order * self.repeats + repeat) as usize;
            let cell = self.population.cell(table, original, counterfactual);
            self.study.reference.add(unit, cell, u32::MAX);
            self.study.twin.add(unit, self.population.cell(table, doubles.0, doubles.1), u32::MAX);
            self.study.better.add(unit, self.better.cell(table, doubles.0, doubles.1), u32::MAX);
            // The twins are alike in all but what they guessed: exchanged by a coin they are so to
            // the last bit.
            let twins = if coins & 1 == 0 { TWINS } else { [TWINS[1], TWINS[0]] };
            for (arms, predictor) in self.study.predictors.iter_mut().zip(twins) {
                arms.add(unit, cell, 1 << predictor);
            }
            self.add_null(unit, cell, coins & 2 == 0, has_feature);
        }
        if self.scored {
            let level = coins >> 2 & 1 | (rng.next_u32() & 1) << 1;
            let table = (order * self.repeats) as usize;
            let cell = self.population.cell(table, original, counterfactual);
            if cell.complete() & 1 == 1 {
                self.study.scores.push(Scored {
                    unit: unit as u32,
                    score: f64::from(level & 1) + f64::from(level >> 1),
                    positive: cell.treated() & 1 == 0,
                    weight: 1.0,
                });
            }
        }
    }

    fn add_null(&mut self, unit: usize, cell: Cell, turned: bool, has_feature: bool) {
        let complete = cell.complete();
        let (mut first, mut second) = (cell.treated(), cell.baseline());
        if turned {
            std::mem::swap(&mut first, &mut second);
        }
        let count = |bits: u32| f64::from((bits & complete).count_ones());
        let discordant = &mut self.study.exchanged[unit];
        discordant.first_only += count(first & !second);
        discordant.second_only += count(second & !first);
        let risk = &mut self.study.risks[unit];
        let ClusterRate { observations, events } =
            if has_feature { &mut risk.present } else { &mut risk.absent };
        *observations += count(u32::MAX);
        *events += count(cell.treated());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibrate::Effects;
    use rand::SeedableRng;

    fn drawn(sampling: &Sampling, effects: Effects) -> Study {
        let population = Population::new(64, 2, 0.6, &effects, 1);
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        Study::draw(sampling, &population, &population, 2, true, &mut rng)
    }

    #[test]
    fn a_cluster_holds_two_to_six_pairs_of_five_guesses_in_two_repeats() {
        let study = drawn(&Sampling::clusters(50), Effects::default());
        let sizes: Vec<f64> = study.clusters.iter().map(|sums| sums.observations / 10.0).collect();
        assert!(sizes.iter().all(|size| (2.0..=6.0).contains(size) && size.fract() == 0.0));
        assert_eq!(study.scores.len() as f64, sizes.iter().sum::<f64>());
    }

    #[test]
    fn sums_of_units_are_those_of_clusters() {
        let graph = PairGraph::ring(30, 4);
        let study = drawn(&Sampling::graph(&graph), Effects { missing: 0.3, ..Effects::default() });
        let all: f64 = study.clusters.iter().map(|sums| sums.observations).sum();
        assert_eq!(study.reference.observations.iter().sum::<f64>(), all);
        assert!(all < 0.8 * 10.0 * graph.pairs() as f64, "{all}");
        let risks: f64 =
            study.risks.iter().map(|r| r.present.observations + r.absent.observations).sum();
        assert_eq!(risks, all);
    }

    #[test]
    fn a_twin_shares_no_guess_but_the_difficulty() {
        let study = drawn(&Sampling::clusters(400), Effects::default());
        let (one, other) = (&study.reference.baseline, &study.twin.baseline);
        let shared = foretell_stats::pearson(one, other, 0.95).r.unwrap();
        assert!((0.3..0.95).contains(&shared), "{shared}");
    }
}
