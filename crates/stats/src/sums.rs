//! Sums per cluster of any width, equal clusters counted once: what a bootstrap draws from.

use crate::Profiles;

/// Distinct vectors of cluster sums with multiplicities, in a fixed order.
///
/// Where [`Profiles`] holds the errors of two arms, this holds whatever sums a statistic is a
/// function of: errors of two models side by side for a paired difference, the four cells of a
/// table for a correlation of two answers.
///
/// # Shapes and units
/// One vector of `N` finite sums a cluster. Clusters that were not observed must be left out by the
/// caller: a vector of zeros is a cluster that can be drawn.
///
/// # Examples
/// ```
/// use foretell_stats::SumProfiles;
///
/// let profiles = SumProfiles::new(&[[1.0, 2.0], [0.0, 2.0], [1.0, 2.0]]);
/// assert_eq!((profiles.distinct(), profiles.clusters()), (2, 3));
/// assert_eq!(profiles.totals(), [2.0, 6.0]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SumProfiles<const N: usize> {
    rows: Vec<([f64; N], u64)>,
    clusters: u64,
}

impl<const N: usize> SumProfiles<N> {
    /// Sorts and counts the clusters.
    ///
    /// # Panics
    /// If a sum is not finite.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::SumProfiles;
    /// assert_eq!(SumProfiles::new(&[[0.0], [-0.0]]).distinct(), 1);
    /// ```
    pub fn new(clusters: &[[f64; N]]) -> Self {
        let bad = clusters.iter().position(|sums| sums.iter().any(|sum| !sum.is_finite()));
        assert!(bad.is_none(), "cluster {bad:?}: a sum is not finite");
        // Negative zero would sort and compare by bits as another profile.
        let mut sorted: Vec<[f64; N]> =
            clusters.iter().map(|sums| sums.map(|sum| sum + 0.0)).collect();
        sorted.sort_unstable_by(|a, b| {
            let unequal = a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
            unequal.unwrap_or(std::cmp::Ordering::Equal)
        });
        let rows =
            sorted.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u64)).collect();
        Self { rows, clusters: sorted.len() as u64 }
    }

    /// Number of different profiles.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::SumProfiles;
    /// assert_eq!(SumProfiles::new(&[[1.0]; 5]).distinct(), 1);
    /// ```
    pub fn distinct(&self) -> usize {
        self.rows.len()
    }

    /// Number of clusters.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::SumProfiles;
    /// assert_eq!(SumProfiles::new(&[[1.0]; 5]).clusters(), 5);
    /// ```
    pub fn clusters(&self) -> u64 {
        self.clusters
    }

    /// Sums over all clusters.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::SumProfiles;
    /// assert_eq!(SumProfiles::new(&[[1.0, 0.5]; 4]).totals(), [4.0, 2.0]);
    /// ```
    pub fn totals(&self) -> [f64; N] {
        let mut sums = [0.0; N];
        for (row, times) in &self.rows {
            add(&mut sums, row, *times as f64);
        }
        sums
    }

    pub(crate) fn rows(&self) -> &[([f64; N], u64)] {
        &self.rows
    }
}

impl From<&Profiles> for SumProfiles<3> {
    /// Observations, errors treated and errors baseline of each cluster.
    fn from(profiles: &Profiles) -> Self {
        let rows = profiles.rows().iter().map(|row| {
            let errors = row.errors;
            ([errors.observations, errors.treated, errors.baseline], row.multiplicity)
        });
        Self { rows: rows.collect(), clusters: profiles.clusters() }
    }
}

/// Adds `times` the sums of a profile.
pub(crate) fn add<const N: usize>(sums: &mut [f64; N], row: &[f64; N], times: f64) {
    for (sum, value) in sums.iter_mut().zip(row) {
        *sum += times * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_clusters_does_not_show() {
        let clusters = [[1.0, 3.0], [1.0, 2.0], [0.0, 9.0], [1.0, 3.0]];
        let mut turned = clusters;
        turned.reverse();
        let profiles = SumProfiles::new(&clusters);
        assert_eq!(profiles, SumProfiles::new(&turned));
        assert_eq!(profiles.rows()[0], ([0.0, 9.0], 1));
    }

    #[test]
    #[should_panic(expected = "cluster Some(1): a sum is not finite")]
    fn a_sum_that_is_not_a_number_is_refused() {
        SumProfiles::new(&[[1.0], [f64::NAN]]);
    }
}
