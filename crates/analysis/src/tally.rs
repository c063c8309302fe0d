//! Exact sums of fractions with few denominators.

/// Sums of `N` kinds of cells, each addition being a share `1 / parts` of one observation.
///
/// Numerators are kept apart by denominator, as integers, so that a sum is the same in whatever
/// order and grouping its terms were added: floating point comes in only when a sum is read.
///
/// # Examples
/// ```
/// use foretell_analysis::Tally;
///
/// let (mut thirds, mut whole) = (Tally::default(), Tally::default());
/// thirds.add(3, &[2, 1]);
/// whole.add(1, &[1, 0]);
/// thirds.merge(&whole);
/// assert_eq!(thirds.sum(&[0]), 1.0 + 2.0 / 3.0);
/// assert_eq!(thirds.sum(&[0, 1]), 2.0);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally<const N: usize> {
    /// Numerators over 1: all there is, unless predictors were asked several times.
    whole: [u64; N],
    /// Numerators over other denominators, sorted by these, one entry each.
    parts: Vec<(u32, [u64; N])>,
}

impl<const N: usize> Default for Tally<N> {
    fn default() -> Self {
        Self { whole: [0; N], parts: Vec::new() }
    }
}

impl<const N: usize> Tally<N> {
    /// Adds `cells / parts`.
    ///
    /// # Panics
    /// If `parts` is 0.
    pub fn add(&mut self, parts: u32, cells: &[u64; N]) {
        assert!(parts > 0, "an observation has at least one repeat");
        let sums = match parts {
            1 => &mut self.whole,
            _ => self.over(parts),
        };
        for (sum, cell) in sums.iter_mut().zip(cells) {
            *sum += cell;
        }
    }

    /// Numerators over a denominator other than 1.
    fn over(&mut self, parts: u32) -> &mut [u64; N] {
        let at = match self.parts.binary_search_by_key(&parts, |term| term.0) {
            Ok(at) => at,
            Err(at) => {
                self.parts.insert(at, (parts, [0; N]));
                at
            }
        };
        &mut self.parts[at].1
    }

    fn terms(&self) -> impl Iterator<Item = (u32, &[u64; N])> {
        let parts = self.parts.iter().map(|(parts, cells)| (*parts, cells));
        std::iter::once((1, &self.whole)).chain(parts)
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: &Self) {
        for (parts, cells) in other.terms() {
            self.add(parts, cells);
        }
    }

    /// The sum over some of the cells.
    #[must_use]
    pub fn sum(&self, cells: &[usize]) -> f64 {
        let term = |(parts, numerators): (u32, &[u64; N])| {
            let numerator: u64 = cells.iter().map(|&cell| numerators[cell]).sum();
            numerator as f64 / f64::from(parts)
        };
        self.terms().map(term).sum()
    }

    /// The sum over all cells where it is a count of whole observations.
    #[must_use]
    pub fn observations(&self) -> u64 {
        let whole = |(parts, cells): (u32, &[u64; N])| cells.iter().sum::<u64>() / u64::from(parts);
        self.terms().map(whole).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_of_additions_changes_nothing(
            (terms, shuffled) in prop::collection::vec((1_u32..9, 0_u64..9, 0_u64..9), 0..20)
                .prop_flat_map(|terms| (Just(terms.clone()), Just(terms).prop_shuffle())),
            cut in 0_usize..20,
        ) {
            let of = |terms: &[(u32, u64, u64)]| {
                let mut tally = Tally::default();
                for &(parts, a, b) in terms {
                    tally.add(parts, &[a, b]);
                }
                tally
            };
            let (left, right) = shuffled.split_at(cut.min(shuffled.len()));
            let mut merged = of(right);
            merged.merge(&of(left));
            prop_assert_eq!(&merged, &of(&terms));
            prop_assert_eq!(merged.sum(&[0, 1]).to_bits(), of(&terms).sum(&[0, 1]).to_bits());
        }
    }

    #[test]
    fn three_thirds_are_one() {
        let mut tally = Tally::default();
        tally.add(3, &[1, 2]);
        assert_eq!(tally.observations(), 1);
        assert_eq!(tally.sum(&[1]), 2.0 / 3.0);
        assert_eq!(Tally::<2>::default().sum(&[0]), 0.0);
    }
}
