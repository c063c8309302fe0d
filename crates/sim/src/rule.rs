//! The hidden linear rule of a simulated reference.

use crate::clause::Clauses;
use crate::hash::{Draws, Purpose, scale};

/// Strengths and scores are counted in thousandths, so that sums are exact.
pub(crate) const ONE: u32 = 1000;

/// How a subject weighs clauses.
///
/// # Formula
/// ```text
/// label(c)    = one of the labels, evenly, from the upper half of hash(rule, c)
/// strength(c) = one of 0.001, 0.002, ... 1.000, evenly, from the lower half
/// score(l)    = sum of strength(c) over the distinct clauses c with label(c) = l
/// answer      = the label with the highest score; the first of those that tie
/// ```
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule(Draws);

/// What a clause says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pull {
    /// Index of the label that it speaks for.
    pub(crate) label: usize,
    /// Thousandths, from 1 to 1000.
    pub(crate) strength: u32,
}

/// A decision, before noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Index of the label.
    pub(crate) label: usize,
    /// Its score less that of the next best, in thousandths.
    pub(crate) margin: i64,
}

impl Pull {
    /// The pull in 64 random bits.
    pub(crate) fn from_bits(bits: u64, labels: usize) -> Self {
        let strength = 1 + scale(bits as u32, ONE as usize) as u32;
        Self { label: scale((bits >> 32) as u32, labels), strength }
    }
}

impl Rule {
    /// The rule of that number.
    pub(crate) fn new(rule: u64) -> Self {
        Self(Draws::new(rule, Purpose::Rule))
    }

    /// The rule by which the predictor of that seed answers for itself.
    pub(crate) fn own(seed: u64) -> Self {
        Self(Draws::new(seed, Purpose::Own))
    }

    /// The pull of the clause `id` where there are that many labels.
    pub(crate) fn pull(self, id: u64, labels: usize) -> Pull {
        Pull::from_bits(self.0.value(id), labels)
    }

    /// Decides, with `bias` thousandths for the first label.
    pub(crate) fn decide(self, clauses: &Clauses, labels: usize, bias: i64) -> Decision {
        let mut scores = vec![0_i64; labels];
        scores[0] = bias;
        for clause in clauses.list() {
            let pull = self.pull(clause.id, labels);
            scores[pull.label] += i64::from(pull.strength);
        }
        best(&scores)
    }
}

/// The highest score, the first of those that tie, and how far it leads.
fn best(scores: &[i64]) -> Decision {
    let mut best = 0;
    for (label, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = label;
        }
    }
    let others = scores.iter().enumerate().filter(|&(label, _)| label != best);
    let next = others.map(|(_, &score)| score).max().unwrap_or(0);
    Decision { label: best, margin: scores[best] - next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_goes_to_the_first() {
        assert_eq!(best(&[3, 7, 7]), Decision { label: 1, margin: 0 });
        assert_eq!(best(&[0, 0]), Decision { label: 0, margin: 0 });
    }

    #[test]
    fn pulls_are_even_over_labels_and_strengths() {
        let rule = Rule::new(4);
        let n = 60_000;
        let pulls: Vec<Pull> = (0..n).map(|id| rule.pull(id, 3)).collect();
        for label in 0..3 {
            let share = pulls.iter().filter(|pull| pull.label == label).count() as f64 / n as f64;
            // Five standard errors of a share of a third in 60,000.
            assert!((share - 1.0 / 3.0).abs() < 5.0 * 0.4714 / (n as f64).sqrt(), "{share}");
        }
        assert!(pulls.iter().all(|pull| (1..=ONE).contains(&pull.strength)));
        assert_eq!(pulls.iter().map(|pull| pull.strength).min(), Some(1));
        assert_eq!(pulls.iter().map(|pull| pull.strength).max(), Some(ONE));
    }

    #[test]
    fn the_score_is_the_sum_of_the_strengths() {
        let rule = Rule::new(1);
        let clauses = Clauses::of("red, blue, green, tall, old, cold");
        let mut scores = [0_i64; 2];
        for clause in clauses.list() {
            let pull = rule.pull(clause.id, 2);
            scores[pull.label] += i64::from(pull.strength);
        }
        assert_eq!(rule.decide(&clauses, 2, 0), best(&scores));
        assert_eq!(rule.decide(&clauses, 2, 100_000).label, 0);
    }
}
