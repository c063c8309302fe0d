//! Which units of an estimate depend on each other, and what the variance of a sum then is.
//!
//! A unit has a cluster, or two texts (its original and its counterfactual). Sums by label are
//! taken once a label, so every variance here costs one pass over the units, however many pairs of
//! units share a text.

/// What units of an estimate share.
///
/// # Shapes and units
/// One label or pair of labels a unit, in the order of the units; any `u32` is a label, and only
/// equality counts. A dyadic unit whose two texts are the same text is allowed.
///
/// # Formula
/// ```text
/// independent  V = sum_i d_i^2                                       d_i the influence of unit i
/// clustered    V = sum over clusters c of (sum of d_i in c)^2
/// dyadic       V = sum of d_i d_j over all i, j that share any text
///                = sum over texts t of (sum of d_i with t)^2
///                - sum over unordered pairs of different texts p of (sum of d_i with both)^2
/// ```
/// The subtraction takes out once what two texts counted twice.
///
/// # Source
/// Fafchamps and Gubert (2007), Aronow, Samii and Assenova (2015) for dyads; checked against a
/// double loop over all units and against two-way clustering of statsmodels in
/// `testdata/stats/linear.json`.
///
/// # Examples
/// ```
/// use foretell_stats::{Dependence, LinearEstimate};
///
/// // Two pairs about original 1, and one whose counterfactual is that original.
/// let dyads = Dependence::dyadic(&[1, 1, 2], &[5, 6, 1]);
/// let mean = LinearEstimate::mean(&[1.0, 0.5, 0.0], &[1.0; 3])?;
/// assert_eq!((dyads.units(), dyads.is_dyadic()), (3, true));
/// assert!(mean.interval(&dyads, 0.95)?.contains(0.5));
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dependence {
    pub(crate) clusters: Labels,
    pub(crate) texts: Option<Texts>,
}

/// Labels made dense, so that sums by label can be a plain vector.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Labels {
    of_unit: Vec<u32>,
    count: usize,
}

/// The two texts of every unit, and the pairs that they make.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Texts {
    originals: Vec<u32>,
    counterfactuals: Vec<u32>,
    count: usize,
    counterfactual_labels: Labels,
    /// Same original and same counterfactual.
    directed: Labels,
    /// Same two texts in either role.
    undirected: Labels,
}

/// The parts of a dyadic sum of squares, each over ordered pairs of units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct DyadicSums {
    pub(crate) same_original: f64,
    /// Pairs of units with one counterfactual and different originals.
    pub(crate) same_counterfactual: f64,
    /// The original of one is the counterfactual of the other, and nothing else is shared.
    pub(crate) crossed: f64,
}

impl Dependence {
    /// Every unit apart from every other.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Dependence;
    /// assert_eq!(Dependence::independent(3), Dependence::clustered(&[0, 1, 2]));
    /// ```
    pub fn independent(units: usize) -> Self {
        let of_unit = (0..u32::try_from(units).expect("units are numbered in 32 bits")).collect();
        Self { clusters: Labels { of_unit, count: units }, texts: None }
    }

    /// Units of one cluster depend on each other.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Dependence;
    /// let three_units_in_two_clusters = Dependence::clustered(&[40, 7, 40]);
    /// assert_eq!(three_units_in_two_clusters.units(), 3);
    /// ```
    pub fn clustered(clusters: &[u32]) -> Self {
        Self { clusters: Labels::of_numbers(clusters.to_vec()), texts: None }
    }

    /// Units that share any text depend on each other; the originals are the clusters with which
    /// the dyadic variance is compared.
    ///
    /// # Panics
    /// If the slices differ in length.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Dependence;
    /// assert!(Dependence::dyadic(&[1, 2], &[3, 1]).is_dyadic());
    /// ```
    pub fn dyadic(originals: &[u32], counterfactuals: &[u32]) -> Self {
        assert_eq!(originals.len(), counterfactuals.len(), "two texts a unit");
        let all = Labels::of_numbers([originals, counterfactuals].concat());
        let (a, b) = all.of_unit.split_at(originals.len());
        let pair = |order: fn(u32, u32) -> (u32, u32)| {
            let pairs = a.iter().zip(b).map(|(&a, &b)| order(a, b));
            Labels::new(pairs.map(|(a, b)| u64::from(a) << 32 | u64::from(b)).collect())
        };
        let texts = Texts {
            originals: a.to_vec(),
            counterfactuals: b.to_vec(),
            count: all.count,
            counterfactual_labels: Labels::of_numbers(b.to_vec()),
            directed: pair(|a, b| (a, b)),
            undirected: pair(|a, b| (a.min(b), a.max(b))),
        };
        Self { clusters: Labels::of_numbers(a.to_vec()), texts: Some(texts) }
    }

    /// Number of units.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Dependence;
    /// assert_eq!(Dependence::independent(4).units(), 4);
    /// ```
    pub fn units(&self) -> usize {
        self.clusters.of_unit.len()
    }

    /// The sum of squares over clusters of the sums of `values`, and that of pairs of units that share
    /// any text; the same twice where no unit has two.
    pub(crate) fn squares(&self, units: &[u32], values: &[f64]) -> [f64; 2] {
        let clusters = power_sum(&self.clusters.sums(units, values), 2);
        let [shared] = match &self.texts {
            Some(texts) => texts.shared_powers(units, values, [2]),
            None => [clusters],
        };
        [clusters, shared]
    }

    /// What rows share that stand for these units, each as often as it is named.
    pub(crate) fn of_rows(&self, units: &[u32]) -> Self {
        let texts = self.texts.as_ref().map(|texts| Texts {
            originals: picked(&texts.originals, units),
            counterfactuals: picked(&texts.counterfactuals, units),
            count: texts.count,
            counterfactual_labels: texts.counterfactual_labels.of_rows(units),
            directed: texts.directed.of_rows(units),
            undirected: texts.undirected.of_rows(units),
        });
        Self { clusters: self.clusters.of_rows(units), texts }
    }

    /// Whether units have two texts.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Dependence;
    /// assert!(!Dependence::clustered(&[1, 1]).is_dyadic());
    /// ```
    pub fn is_dyadic(&self) -> bool {
        self.texts.is_some()
    }
}

/// The labels of some units, in their order.
fn picked(labels: &[u32], units: &[u32]) -> Vec<u32> {
    units.iter().map(|&unit| labels[unit as usize]).collect()
}

impl Labels {
    fn of_rows(&self, units: &[u32]) -> Self {
        Self { of_unit: picked(&self.of_unit, units), count: self.count }
    }

    /// Dense labels in the order of the raw ones.
    fn new<T: Ord + Copy>(raw: Vec<T>) -> Self {
        let mut places: Vec<(T, u32)> = raw.iter().copied().zip(0..).collect();
        // Units mostly come in the order of their texts.
        if !raw.is_sorted() {
            places.sort_unstable();
        }
        let mut of_unit = vec![0; raw.len()];
        let mut count = 0;
        for same in places.chunk_by(|a, b| a.0 == b.0) {
            same.iter().for_each(|(_, unit)| of_unit[*unit as usize] = count as u32);
            count += 1;
        }
        Self { of_unit, count }
    }

    /// The same of numbers, which need no sorting where a table of them all is small.
    fn of_numbers(mut raw: Vec<u32>) -> Self {
        let end = raw.iter().max().map_or(0, |most| *most as usize + 1);
        if end > 16 * raw.len() {
            return Self::new(raw);
        }
        let mut dense = vec![0_u32; end];
        raw.iter().for_each(|label| dense[*label as usize] = 1);
        let mut count = 0;
        for place in &mut dense {
            count += std::mem::replace(place, count);
        }
        raw.iter_mut().for_each(|label| *label = dense[*label as usize]);
        Self { of_unit: raw, count: count as usize }
    }

    /// Number of labels among `units`.
    pub(crate) fn among(&self, units: &[u32]) -> usize {
        let mut labels: Vec<u32> = units.iter().map(|&unit| self.of_unit[unit as usize]).collect();
        if !labels.is_sorted() {
            labels.sort_unstable();
        }
        labels.dedup();
        labels.len()
    }

    /// Whether `units` carry two labels or more.
    pub(crate) fn differ(&self, units: &[u32]) -> bool {
        units
            .windows(2)
            .any(|pair| self.of_unit[pair[0] as usize] != self.of_unit[pair[1] as usize])
    }

    /// Sums of `values` over the units of each label; 0 of labels that do not occur, or none.
    pub(crate) fn sums(&self, units: &[u32], values: &[f64]) -> Vec<f64> {
        let labels = units.iter().map(|&unit| self.of_unit[unit as usize]);
        sums_by_label(labels.zip(values.iter().copied()), units.len(), self.count)
    }
}

/// Sums by label, in the order of the labels; terms of one label are added in their given order.
/// There are at most `most` terms.
fn sums_by_label(terms: impl Iterator<Item = (u32, f64)>, most: usize, labels: usize) -> Vec<f64> {
    // A few units of many labels are sorted, so that a small group does not pay for all labels.
    if labels > 8 * most {
        let mut terms: Vec<(u32, f64)> = terms.collect();
        terms.sort_by_key(|&(label, _)| label);
        return terms
            .chunk_by(|a, b| a.0 == b.0)
            .map(|same| same.iter().fold(0.0, |sum, &(_, value)| sum + value))
            .collect();
    }
    let mut sums = vec![0.0; labels];
    terms.for_each(|(label, value)| sums[label as usize] += value);
    sums
}

impl Texts {
    /// Sums over the units of each text, units with one text twice counted once.
    fn sums(&self, units: &[u32], values: &[f64]) -> Vec<f64> {
        let terms = units.iter().zip(values).flat_map(|(&unit, &value)| {
            let (a, b) = self.of(unit);
            std::iter::once((a, value)).chain((a != b).then_some((b, value)))
        });
        sums_by_label(terms, 2 * units.len(), self.count)
    }

    fn of(&self, unit: u32) -> (u32, u32) {
        (self.originals[unit as usize], self.counterfactuals[unit as usize])
    }

    /// Sums over the units of each pair of two different texts.
    fn pair_sums(&self, units: &[u32], values: &[f64]) -> Vec<f64> {
        let terms = units.iter().zip(values).filter(|(unit, _)| {
            let (a, b) = self.of(**unit);
            a != b
        });
        let labelled = terms.map(|(&u, &value)| (self.undirected.of_unit[u as usize], value));
        sums_by_label(labelled, units.len(), self.undirected.count)
    }

    /// What pairs of units that share a text add to the variance of the sum of `values`, of which
    /// those with the same original are known.
    pub(crate) fn squares(&self, same_original: f64, units: &[u32], values: &[f64]) -> DyadicSums {
        let by_both = power_sum(&self.directed.sums(units, values), 2);
        let by_counterfactual = power_sum(&self.counterfactual_labels.sums(units, values), 2);
        let same_counterfactual = by_counterfactual - by_both;
        let [total] = self.shared_powers(units, values, [2]);
        DyadicSums {
            same_original,
            same_counterfactual,
            crossed: total - same_original - same_counterfactual,
        }
    }

    /// Sums over texts of powers of their sums, less what units count twice.
    pub(crate) fn shared_powers<const N: usize>(
        &self,
        units: &[u32],
        values: &[f64],
        powers: [i32; N],
    ) -> [f64; N] {
        let (texts, pairs) = (self.sums(units, values), self.pair_sums(units, values));
        powers.map(|power| power_sum(&texts, power) - power_sum(&pairs, power))
    }
}

/// Sum of powers.
pub(crate) fn power_sum(values: &[f64], power: i32) -> f64 {
    match power {
        // A power that is known is a multiplication, not a call.
        2 => values.iter().map(|value| value * value).sum(),
        _ => values.iter().map(|value| value.powi(power)).sum(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition: all ordered pairs of units that share any text.
    fn double_loop(a: &[u32], b: &[u32], values: &[f64]) -> f64 {
        let share =
            |i: usize, j: usize| a[i] == a[j] || a[i] == b[j] || b[i] == a[j] || b[i] == b[j];
        let n = values.len();
        let pairs = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
        pairs.filter(|&(i, j)| share(i, j)).map(|(i, j)| values[i] * values[j]).sum()
    }

    proptest! {
        #[test]
        fn sums_by_text_are_the_double_loop(
            units in prop::collection::vec((0_u32..7, 0_u32..7, -3_i32..=3), 0..25)
        ) {
            let a: Vec<u32> = units.iter().map(|u| u.0).collect();
            let b: Vec<u32> = units.iter().map(|u| u.1).collect();
            let values: Vec<f64> = units.iter().map(|u| f64::from(u.2)).collect();
            let all: Vec<u32> = (0..units.len() as u32).collect();
            let dependence = Dependence::dyadic(&a, &b);
            let texts = dependence.texts.as_ref().unwrap();
            let same_original = power_sum(&dependence.clusters.sums(&all, &values), 2);
            let sums = texts.squares(same_original, &all, &values);
            let total = sums.same_original + sums.same_counterfactual + sums.crossed;
            // Small whole numbers: every sum is exact.
            prop_assert_eq!(total, double_loop(&a, &b, &values));
        }

        #[test]
        fn few_units_of_many_labels_have_the_sums_of_all(
            labels in prop::collection::vec(0_u32..100, 1..40)
        ) {
            let terms: Vec<(u32, f64)> = labels.iter().map(|&l| (l, f64::from(l) / 3.0)).collect();
            let sums = |labels| sums_by_label(terms.iter().copied(), terms.len(), labels);
            let mut of_all = sums(100);
            // The label 0 has nothing but zeros, whether or not it occurs.
            of_all.retain(|sum| *sum != 0.0);
            let mut of_few = sums(1_000_000);
            of_few.retain(|sum| *sum != 0.0);
            prop_assert_eq!(of_all, of_few);
        }
    }

    #[test]
    fn labels_count_by_equality_alone() {
        let labels = Labels::of_numbers(vec![900, 3, 900]);
        assert_eq!((labels.of_unit.as_slice(), labels.count), ([1, 0, 1].as_slice(), 2));
        assert_eq!(labels, Labels::of_numbers(vec![30, 7, 30]));
        assert!(labels.differ(&[0, 1]) && !labels.differ(&[0, 2]) && !labels.differ(&[]));
        assert_eq!(labels.among(&[0, 2]), 1);
    }
}
