//! Sums of units as callers give them, and what is refused.

use crate::Undefined;

/// Rounding that averaged repeats may leave above a whole number of errors, relative to it.
const ROUNDING: f64 = 1e-9;

/// Error sums of units in two arms.
///
/// # Shapes and units
/// Three slices of one length, one element a unit: observations and errors as in
/// [`ClusterErrors`](crate::ClusterErrors). To weight a unit, multiply its three sums. A unit
/// without observations does not belong to the estimate.
///
/// # Examples
/// ```
/// use foretell_stats::{LinearEstimate, UnitErrors};
///
/// let units = UnitErrors {
///     observations: &[5.0, 5.0, 5.0],
///     treated: &[1.0, 0.0, 2.0],
///     baseline: &[2.0, 1.0, 3.0],
/// };
/// assert_eq!(LinearEstimate::nsg(units)?.value(), 0.5);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitErrors<'a> {
    /// Observations with a guess in both arms.
    pub observations: &'a [f64],
    /// Errors of the treated arm.
    pub treated: &'a [f64],
    /// Errors of the baseline arm.
    pub baseline: &'a [f64],
}

impl UnitErrors<'_> {
    /// Refuses sums that count nothing.
    pub(crate) fn check(&self) {
        check_errors(self.treated, self.observations);
        check_errors(self.baseline, self.observations);
    }
}

/// Refuses errors that are not among their observations.
pub(crate) fn check_errors(errors: &[f64], observations: &[f64]) {
    assert_eq!(errors.len(), observations.len(), "errors and observations of the same units");
    for (unit, (&errors, &n)) in errors.iter().zip(observations).enumerate() {
        assert!(
            n.is_finite() && (0.0..=n * (1.0 + ROUNDING)).contains(&errors),
            "unit {unit}: errors {errors} must lie between 0 and its observations {n}, which are \
             finite"
        );
    }
}

pub(crate) fn total(values: &[f64]) -> f64 {
    values.iter().sum()
}

/// Numbers of the units with observations, once every number has been looked at.
pub(crate) fn observed(observations: &[f64], sums: &[&[f64]]) -> Result<Vec<u32>, Undefined> {
    u32::try_from(observations.len()).expect("units are numbered in 32 bits");
    for sums in sums {
        assert_eq!(sums.len(), observations.len(), "sums and observations of the same units");
        if let Some(unit) = (0..sums.len()).find(|&u| {
            let n = observations[u];
            !(n.is_finite() && n >= 0.0 && sums[u].is_finite() && (n > 0.0 || sums[u] == 0.0))
        }) {
            panic!(
                "unit {unit}: a sum of {} over {} observations counts nothing",
                sums[unit], observations[unit]
            );
        }
    }
    let units: Vec<u32> =
        (0..observations.len() as u32).filter(|&u| observations[u as usize] > 0.0).collect();
    if units.is_empty() { Err(Undefined::NoObservations) } else { Ok(units) }
}
