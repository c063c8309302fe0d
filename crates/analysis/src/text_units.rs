//! Pairs of texts as units: the number of what has two texts, and what such units share.

use crate::inference::Inference;
use foretell_stats::Dependence;

/// Distinct pairs of texts, and what they share.
pub(crate) struct TextUnits {
    /// Original and counterfactual, ascending, none twice.
    texts: Vec<[u32; 2]>,
    inference: Inference,
}

impl TextUnits {
    /// The units of these pairs of texts, however often each is named.
    pub(crate) fn of(texts: impl Iterator<Item = [u32; 2]>, level: f64) -> Self {
        let mut texts: Vec<[u32; 2]> = texts.collect();
        texts.sort_unstable();
        texts.dedup();
        let inference = Inference::of(&texts, level);
        Self { texts, inference }
    }

    /// Number of units.
    pub(crate) fn count(&self) -> usize {
        self.texts.len()
    }

    /// Number of the unit with these texts, which are among those it was made of.
    pub(crate) fn number(&self, texts: [u32; 2]) -> u32 {
        self.texts.binary_search(&texts).expect("it was put there") as u32
    }

    /// The texts of a unit.
    pub(crate) fn texts(&self, number: u32) -> [u32; 2] {
        self.texts[number as usize]
    }

    pub(crate) fn dependence(&self) -> &Dependence {
        self.inference.dependence()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_texts_are_numbered_once_and_depend_where_they_share_one() {
        let units = TextUnits::of([[3, 4], [0, 1], [3, 4], [1, 2]].into_iter(), 0.95);
        assert_eq!((units.count(), units.number([3, 4]), units.texts(1)), (3, 2, [1, 2]));
        assert!(units.dependence().is_dyadic());
        let apart = TextUnits::of([[0, 1], [0, 2], [3, 4]].into_iter(), 0.95);
        assert!(!apart.dependence().is_dyadic());
    }
}
