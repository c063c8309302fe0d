//! Which texts the pairs of a study are made of.

use foretell_stats::Dependence;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;

/// Counterfactuals of each question among its neighbours, where a graph is made here.
const PAIRS_A_QUESTION: u32 = 4;

/// How far, in places on a ring, the neighbours of a question lie.
const REACH: u32 = 6;

/// Tables of guesses that pairs of the same two texts are spread over: answer orders.
const ORDERS: u8 = 2;

/// Pairs of texts, by number.
///
/// # Examples
/// ```
/// use foretell_analysis::PairGraph;
///
/// let graph = PairGraph::new(&[10, 10, 11], &[11, 12, 10]);
/// assert_eq!((graph.pairs(), graph.clusters(), graph.texts(), graph.shared()), (3, 2, 3, 2));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PairGraph {
    /// Dense number of each pair's original among all texts.
    pub(super) originals: Vec<u32>,
    /// The same of its counterfactual.
    pub(super) counterfactuals: Vec<u32>,
    /// Dense number of its original among the originals.
    pub(super) cluster: Vec<u32>,
    /// Which pair of these two texts it is: 0, or 1 for the second answer order.
    pub(super) order: Vec<u8>,
    texts: usize,
    clusters: usize,
}

impl PairGraph {
    /// The graph of pairs given by any numbers of their texts. Pairs of a text with itself are left
    /// out: they ask about no counterfactual.
    ///
    /// # Panics
    /// If the slices differ in length.
    #[must_use]
    pub fn new(originals: &[u32], counterfactuals: &[u32]) -> Self {
        assert_eq!(originals.len(), counterfactuals.len(), "two texts a pair");
        let mut texts: HashMap<u32, u32> = HashMap::new();
        let mut clusters: HashMap<u32, u32> = HashMap::new();
        let mut seen: HashMap<(u32, u32), u8> = HashMap::new();
        let mut graph = Self {
            originals: Vec::new(),
            counterfactuals: Vec::new(),
            cluster: Vec::new(),
            order: Vec::new(),
            texts: 0,
            clusters: 0,
        };
        let dense = |map: &mut HashMap<u32, u32>, label: u32| {
            let next = map.len() as u32;
            *map.entry(label).or_insert(next)
        };
        for (&original, &counterfactual) in originals.iter().zip(counterfactuals) {
            if original == counterfactual {
                continue;
            }
            let [a, b] = [original, counterfactual].map(|label| dense(&mut texts, label));
            graph.originals.push(a);
            graph.counterfactuals.push(b);
            graph.cluster.push(dense(&mut clusters, original));
            let times = seen.entry((a, b)).or_default();
            graph.order.push(*times % ORDERS);
            *times = times.wrapping_add(1);
        }
        graph.texts = texts.len();
        graph.clusters = clusters.len();
        graph
    }

    /// Questions on a ring, each paired with some of its neighbours.
    pub(super) fn ring(questions: u32, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let reach = REACH.min((questions - 1) / 2);
        let (mut originals, mut counterfactuals) = (Vec::new(), Vec::new());
        for question in 0..questions {
            let mut steps: Vec<u32> = (1..=reach).chain(questions - reach..questions).collect();
            for place in 0..PAIRS_A_QUESTION.min(steps.len() as u32) as usize {
                let chosen = rng.random_range(place..steps.len());
                steps.swap(place, chosen);
                originals.push(question);
                counterfactuals.push((question + steps[place]) % questions);
            }
        }
        Self::new(&originals, &counterfactuals)
    }

    /// Number of pairs.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.originals.len()
    }

    /// Number of different originals.
    #[must_use]
    pub fn clusters(&self) -> usize {
        self.clusters
    }

    /// Number of different texts.
    #[must_use]
    pub fn texts(&self) -> usize {
        self.texts
    }

    /// Texts that are an original and a counterfactual.
    #[must_use]
    pub fn shared(&self) -> usize {
        let mut role = vec![0_u8; self.texts];
        self.originals.iter().for_each(|&text| role[text as usize] |= 1);
        self.counterfactuals.iter().for_each(|&text| role[text as usize] |= 2);
        role.iter().filter(|&&role| role == 3).count()
    }

    /// Tables of guesses that its pairs need.
    pub(super) fn orders(&self) -> u32 {
        self.order.iter().max().map_or(1, |&most| u32::from(most) + 1)
    }

    /// Units that share a text depend on each other.
    pub(super) fn dyadic(&self) -> Dependence {
        Dependence::dyadic(&self.originals, &self.counterfactuals)
    }

    /// Units that share an original depend on each other.
    pub(super) fn one_way(&self) -> Dependence {
        Dependence::clustered(&self.originals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_pairs_questions_with_others_and_shares_texts() {
        for questions in [4, 5, 40] {
            let graph = PairGraph::ring(questions, 1);
            assert_eq!(graph.clusters(), questions as usize);
            assert!(graph.originals.iter().zip(&graph.counterfactuals).all(|(a, b)| a != b));
            assert!(graph.shared() > questions as usize / 2, "{}", graph.shared());
            assert_eq!(graph.orders(), 1);
        }
    }

    #[test]
    fn two_orders_of_a_pair_are_two_pairs() {
        let graph = PairGraph::new(&[7, 7, 7, 7], &[9, 9, 7, 8]);
        assert_eq!((graph.order.as_slice(), graph.orders()), ([0, 1, 0].as_slice(), 2));
    }
}
