//! Variance between clusters and within them, from repeats.

use crate::Undefined;

/// Variance between clusters, and of one repeat within a cluster.
///
/// # Shapes and units
/// Squared unit of the values.
///
/// # Examples
/// ```
/// use foretell_stats::VarianceComponents;
///
/// // Two clusters, three repeats each.
/// let components = VarianceComponents::of(&[1.0, 2.0, 3.0, 5.0, 6.0, 7.0], 3)?;
/// assert!((components.within - 1.0).abs() < 1e-12);
/// assert!((components.between - (8.0 - 1.0 / 3.0)).abs() < 1e-12);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VarianceComponents {
    /// Variance of the clusters' true values.
    pub between: f64,
    /// Variance of single repeats around them.
    pub within: f64,
}

impl VarianceComponents {
    /// Splits the variance of values that were repeated equally often.
    ///
    /// # Formula
    /// ```text
    /// within  = mean over clusters of the variance of their repeats
    /// between = variance of the cluster means - within / repeats, 0 where that is negative
    /// ```
    /// # Shapes and units
    /// Cluster after cluster, `repeats` values each. For power of an NSG: the influence of a
    /// cluster in one repeat, times the number of clusters.
    /// # Errors
    /// [`Undefined::TooFewClusters`] for fewer than two clusters, [`Undefined::OneRepeat`] for fewer
    /// than two repeats.
    /// # Panics
    /// If `values` do not divide into `repeats`.
    /// # Source
    /// Analysis of variance; checked against REML of statsmodels in `testdata/stats/power.json`.
    /// # Examples
    /// ```
    /// # use foretell_stats::{Undefined, VarianceComponents};
    /// assert_eq!(VarianceComponents::of(&[1.0, 2.0], 1), Err(Undefined::OneRepeat));
    /// ```
    pub fn of(values: &[f64], repeats: usize) -> Result<Self, Undefined> {
        if repeats < 2 {
            return Err(Undefined::OneRepeat);
        }
        assert!(values.len().is_multiple_of(repeats), "{repeats} repeats of every cluster");
        let clusters = values.len() / repeats;
        if clusters < 2 {
            return Err(Undefined::TooFewClusters);
        }
        let each: Vec<(f64, f64)> = values.chunks(repeats).map(mean_and_variance).collect();
        let within = each.iter().map(|(_, variance)| variance).sum::<f64>() / clusters as f64;
        let means: Vec<f64> = each.iter().map(|(mean, _)| *mean).collect();
        let (_, of_means) = mean_and_variance(&means);
        Ok(Self { between: (of_means - within / repeats as f64).max(0.0), within })
    }
}

fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0))
}
