//! Error sums per cluster, and the same sums with equal clusters counted once.
//!
//! Both interval methods read [`Profiles`]: sorting makes every sum independent of the order in
//! which clusters arrive, and counting makes the cost follow the distinct clusters, not all.

use crate::Undefined;

/// Rounding that averaged repeats may leave above a whole number of errors, relative to it.
const ROUNDING: f64 = 1e-9;

/// Sums over the observations of one cluster.
///
/// # Shapes and units
/// Counts. Fractions are allowed, since repeats are averaged within an observation: one that was
/// guessed three times and missed once adds `1/3`. Errors never exceed observations.
///
/// # Examples
/// ```
/// use foretell_stats::ClusterErrors;
///
/// let cluster = ClusterErrors { observations: 4.0, treated: 1.0, baseline: 2.5 };
/// assert!(cluster.treated < cluster.baseline);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ClusterErrors {
    /// Observations with a guess in both arms.
    pub observations: f64,
    /// Errors of the treated arm.
    pub treated: f64,
    /// Errors of the baseline arm.
    pub baseline: f64,
}

impl ClusterErrors {
    /// The same sums, with the two zeros of floating point made one.
    fn checked(self) -> Self {
        let most = self.observations * (1.0 + ROUNDING);
        assert!(
            self.observations.is_finite()
                && (0.0..=most).contains(&self.treated)
                && (0.0..=most).contains(&self.baseline),
            "error sums must lie between 0 and the observations, which are finite: {self:?}"
        );
        // Negative zero would sort and compare by bits as another profile.
        Self {
            observations: self.observations + 0.0,
            treated: self.treated + 0.0,
            baseline: self.baseline + 0.0,
        }
    }

    fn total_order(&self, other: &Self) -> std::cmp::Ordering {
        self.observations
            .total_cmp(&other.observations)
            .then(self.treated.total_cmp(&other.treated))
            .then(self.baseline.total_cmp(&other.baseline))
    }
}

/// A profile and how many clusters have it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Profile {
    pub(crate) errors: ClusterErrors,
    pub(crate) multiplicity: u64,
}

/// Distinct cluster profiles with multiplicities, in a fixed order.
///
/// # Shapes and units
/// Clusters without an observation are left out: they belong to no sample. Two profiles are equal
/// when all three sums are, to the last bit.
///
/// # Examples
/// ```
/// use foretell_stats::{ClusterErrors, Profiles};
///
/// let often = ClusterErrors { observations: 2.0, treated: 0.0, baseline: 1.0 };
/// let once = ClusterErrors { observations: 3.0, treated: 1.0, baseline: 1.0 };
/// let profiles = Profiles::new(&[often, once, often, ClusterErrors::default()]);
/// assert_eq!((profiles.distinct(), profiles.clusters()), (2, 3));
/// assert_eq!(profiles, Profiles::new(&[once, often, often]));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profiles {
    rows: Vec<Profile>,
    clusters: u64,
}

impl Profiles {
    /// Sorts and counts the clusters that were observed.
    ///
    /// # Panics
    /// If a sum is negative or not finite, or errors exceed observations: such sums count nothing.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::{ClusterErrors, Profiles};
    /// let cluster = ClusterErrors { observations: 2.0, treated: 0.0, baseline: 1.0 };
    /// assert_eq!(Profiles::new(&[cluster; 500]).distinct(), 1);
    /// ```
    pub fn new(clusters: &[ClusterErrors]) -> Self {
        let mut sorted: Vec<ClusterErrors> = clusters
            .iter()
            .map(|cluster| cluster.checked())
            .filter(|cluster| cluster.observations > 0.0)
            .collect();
        sorted.sort_unstable_by(ClusterErrors::total_order);
        let rows = sorted
            .chunk_by(|a, b| a == b)
            .map(|equal| Profile { errors: equal[0], multiplicity: equal.len() as u64 })
            .collect();
        Self { rows, clusters: sorted.len() as u64 }
    }

    /// Number of different profiles: what a bootstrap draw costs.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Profiles;
    /// assert_eq!(Profiles::new(&[]).distinct(), 0);
    /// ```
    pub fn distinct(&self) -> usize {
        self.rows.len()
    }

    /// Number of clusters with observations, equal ones counted each.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::{ClusterErrors, Profiles};
    /// let cluster = ClusterErrors { observations: 1.0, treated: 0.0, baseline: 1.0 };
    /// assert_eq!(Profiles::new(&[cluster; 4]).clusters(), 4);
    /// ```
    pub fn clusters(&self) -> u64 {
        self.clusters
    }

    pub(crate) fn rows(&self) -> &[Profile] {
        &self.rows
    }

    /// Sums over all clusters.
    pub(crate) fn totals(&self) -> ClusterErrors {
        self.rows.iter().fold(ClusterErrors::default(), |sum, row| {
            let times = row.multiplicity as f64;
            ClusterErrors {
                observations: sum.observations + times * row.errors.observations,
                treated: sum.treated + times * row.errors.treated,
                baseline: sum.baseline + times * row.errors.baseline,
            }
        })
    }

    /// Totals, if the NSG exists.
    pub(crate) fn totals_with_headroom(&self) -> Result<ClusterErrors, Undefined> {
        let totals = self.totals();
        if self.clusters == 0 {
            Err(Undefined::NoObservations)
        } else if totals.baseline == 0.0 {
            Err(Undefined::NoHeadroom)
        } else {
            Ok(totals)
        }
    }

    /// Totals, if the spread between clusters says something about the NSG.
    pub(crate) fn totals_with_variance(&self) -> Result<ClusterErrors, Undefined> {
        let totals = self.totals_with_headroom()?;
        let with_errors: u64 = self
            .rows
            .iter()
            .filter(|row| row.errors.treated > 0.0 || row.errors.baseline > 0.0)
            .map(|row| row.multiplicity)
            .sum();
        if with_errors < 2 {
            Err(Undefined::TooFewClusters)
        } else if totals.treated == 0.0 {
            Err(Undefined::NoTreatedErrors)
        } else if self
            .rows
            .iter()
            .all(|row| row.errors.treated * totals.baseline == row.errors.baseline * totals.treated)
        {
            Err(Undefined::NoDifference)
        } else {
            Ok(totals)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_that_never_differ_have_no_variance() {
        let same = [cluster(4.0, 1.0, 1.0), cluster(4.0, 2.0, 2.0), cluster(4.0, 0.0, 0.0)];
        let profiles = Profiles::new(&same);
        assert_eq!(profiles.totals_with_variance(), Err(Undefined::NoDifference));
    }

    fn cluster(observations: f64, treated: f64, baseline: f64) -> ClusterErrors {
        ClusterErrors { observations, treated, baseline }
    }

    #[test]
    fn equal_clusters_are_counted_and_empty_ones_left_out() {
        let clusters = [
            cluster(2.0, 1.0, 1.0),
            cluster(0.0, 0.0, 0.0),
            cluster(1.0, 0.0, 1.0),
            cluster(2.0, 1.0, 1.0),
        ];
        let profiles = Profiles::new(&clusters);
        let rows: Vec<_> = profiles.rows().iter().map(|r| (r.errors, r.multiplicity)).collect();
        assert_eq!(rows, [(cluster(1.0, 0.0, 1.0), 1), (cluster(2.0, 1.0, 1.0), 2)]);
        assert_eq!(profiles.totals(), cluster(5.0, 2.0, 3.0));
    }

    #[test]
    fn the_two_zeros_are_one_profile() {
        let profiles = Profiles::new(&[cluster(1.0, 0.0, 1.0), cluster(1.0, -0.0, 1.0)]);
        assert_eq!(profiles.distinct(), 1);
    }

    #[test]
    fn averaged_repeats_may_round_above_their_count() {
        let thirds = (0..30).map(|_| 1.0 / 3.0 * 3.0000000000001).sum::<f64>();
        assert!(thirds > 30.0);
        assert_eq!(Profiles::new(&[cluster(30.0, thirds, 1.0)]).clusters(), 1);
    }

    #[test]
    #[should_panic(expected = "must lie between 0 and the observations")]
    fn more_errors_than_observations_are_refused() {
        Profiles::new(&[cluster(1.0, 2.0, 0.0)]);
    }

    #[test]
    #[should_panic(expected = "must lie between 0 and the observations")]
    fn a_sum_that_is_not_a_number_is_refused() {
        Profiles::new(&[cluster(1.0, f64::NAN, 0.0)]);
    }
}
