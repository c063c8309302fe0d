//! Linearised estimates: a figure and what each unit pulls it by.
//!
//! A unit is whatever the caller counts by, most often a pair row. How units depend on each other
//! is said later, by [`Dependence`](crate::Dependence); combinations stay linearised, so a
//! difference on common units is paired without further ado. Standard errors, limits and p values
//! are in `inference`, sums and ratios of estimates in `combination`.

use crate::units::{check_errors, observed, total};
use crate::{Undefined, UnitErrors};

/// Influences of a standard error below this, relative to the terms they are differences of, are
/// rounding: some hundred times the spacing of floating point.
pub(crate) const RESOLUTION: f64 = 1e-13;

/// On which scale an estimate is treated as normal.
///
/// # Examples
/// ```
/// use foretell_stats::{LinearEstimate, Scale, UnitErrors};
///
/// let [observations, treated, baseline] = [&[1.0, 1.0], &[0.5, 0.0], &[1.0, 0.5]];
/// let units = UnitErrors { observations, treated, baseline };
/// assert_eq!(LinearEstimate::nsg(units)?.scale(), Scale::LogComplement);
/// assert_eq!(LinearEstimate::gain(units)?.scale(), Scale::Plain);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// The figure itself: means, differences, weighted sums.
    Plain,
    /// Its logarithm: ratios.
    Log,
    /// The logarithm of one minus it: NSG.
    LogComplement,
}

/// A figure with the influence of every unit on it.
///
/// # Formula
/// ```text
/// estimate - truth is about the sum of d_i over units i, on the scale of the estimate
/// mean S/N          d_i = (s_i - n_i S/N) / N
/// gain (O - W)/N    d_i = (o_i - w_i - n_i gain) / N
/// ratio W/O, NSG    d_i = w_i / W - o_i / O                        (of the log of W/O)
/// ```
/// # Shapes and units
/// Holds the units with observations only, by their numbers in the slices it was made from, or in
/// a larger list of units after [`placed`](LinearEstimate::placed).
///
/// # Source
/// Hampel (1974), influence curve; Binder (1983), linearised variance of ratios.
///
/// # Examples
/// ```
/// use foretell_stats::{Dependence, LinearEstimate, UnitErrors};
///
/// let observations = &[5.0; 6];
/// let baseline = &[3.0, 2.0, 2.0, 1.0, 4.0, 2.0];
/// let one = UnitErrors { observations, treated: &[1.0, 0.0, 2.0, 1.0, 2.0, 1.0], baseline };
/// let other = UnitErrors { observations, treated: &[2.0, 1.0, 2.0, 1.0, 3.0, 2.0], baseline };
/// let difference = LinearEstimate::nsg(one)?.difference(&LinearEstimate::nsg(other)?);
/// let clusters = Dependence::clustered(&[1, 1, 2, 2, 3, 4]);
/// let interval = difference.interval(&clusters, 0.95)?;
/// assert!(interval.contains(difference.value()) && difference.p_value(&clusters, 0.0)? < 0.2);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LinearEstimate {
    pub(crate) value: f64,
    pub(crate) scale: Scale,
    pub(crate) units: Vec<u32>,
    /// On `scale`, in the order of `units`.
    pub(crate) influence: Vec<f64>,
    /// The sizes of the terms that each influence is a difference of: how much a unit could pull.
    pub(crate) exposure: Vec<f64>,
    /// For each figure that this one is made of, the units that its variance is learned from.
    pub(crate) carriers: Vec<Vec<u32>>,
    /// Standard errors up to here are rounding, on `scale`.
    pub(crate) resolution: f64,
    /// Why the figure has no standard error, whatever the dependence.
    pub(crate) obstacle: Option<Undefined>,
}

impl LinearEstimate {
    /// Mean of anything that was summed by unit.
    ///
    /// # Formula
    /// ```text
    /// S / N       S, N = sums and observations over all units
    /// ```
    /// # Shapes and units
    /// One element a unit: the sum over its observations, and their (weighted) number.
    /// # Errors
    /// [`Undefined::NothingCounted`] if no unit has an observation.
    /// # Panics
    /// If lengths differ, a number is not finite, or observations are negative.
    /// # Source
    /// Checked against weighted least squares of statsmodels, `testdata/stats/linear.json`.
    /// # Examples
    /// ```
    /// # use foretell_stats::LinearEstimate;
    /// assert_eq!(LinearEstimate::mean(&[3.0, 1.0], &[3.0, 1.0])?.value(), 1.0);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn mean(sums: &[f64], observations: &[f64]) -> Result<Self, Undefined> {
        Self::over(sums, observations).ok_or(Undefined::NothingCounted)
    }

    /// The mean, where any unit has an observation.
    fn over(sums: &[f64], observations: &[f64]) -> Option<Self> {
        let units = observed(observations, &[sums]).ok()?;
        let [n, s] = [total(observations), total(sums)];
        let mean = s / n;
        let of = |f: &dyn Fn(usize) -> f64| units.iter().map(|&u| f(u as usize)).collect();
        let magnitude = sums.iter().map(|sum| sum.abs()).sum::<f64>() / n;
        Some(Self {
            value: mean,
            scale: Scale::Plain,
            influence: of(&|u| (sums[u] - mean * observations[u]) / n),
            exposure: of(&|u| observations[u] / n),
            carriers: vec![units.clone()],
            units,
            resolution: RESOLUTION * magnitude,
            obstacle: None,
        })
    }

    /// Accuracy: the share of observations without an error.
    ///
    /// # Formula
    /// ```text
    /// 1 - E / N       E, N = errors and observations over all units
    /// ```
    /// # Errors
    /// [`Undefined::NoObservations`] if no unit has an observation.
    /// # Panics
    /// If lengths differ, or a unit's errors do not lie between 0 and its finite observations.
    /// # Source
    /// arXiv:2602.02639; checked as [`mean`](Self::mean).
    /// # Examples
    /// ```
    /// # use foretell_stats::LinearEstimate;
    /// assert_eq!(LinearEstimate::accuracy(&[1.0, 0.0], &[2.0, 2.0])?.value(), 0.75);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn accuracy(errors: &[f64], observations: &[f64]) -> Result<Self, Undefined> {
        check_errors(errors, observations);
        let error = Self::over(errors, observations).ok_or(Undefined::NoObservations)?;
        Ok(Self {
            // Averaged repeats may add up to a little more than their number.
            value: (1.0 - error.value).max(0.0),
            influence: error.influence.iter().map(|d| -d).collect(),
            ..error
        })
    }

    /// Gain: how much more often the treated arm is right.
    ///
    /// # Formula
    /// ```text
    /// (O - W) / N       W, O, N = errors treated, baseline, and observations over all units
    /// ```
    /// # Errors
    /// [`Undefined::NoObservations`] if no unit has an observation.
    /// # Panics
    /// If lengths differ, or a unit's errors do not lie between 0 and its finite observations.
    /// # Source
    /// arXiv:2602.02639; checked as [`mean`](Self::mean).
    /// # Examples
    /// ```
    /// # use foretell_stats::{LinearEstimate, UnitErrors};
    /// let [observations, treated, baseline] = [&[2.0, 2.0], &[0.0, 1.0], &[1.0, 2.0]];
    /// let gain = LinearEstimate::gain(UnitErrors { observations, treated, baseline })?;
    /// assert_eq!(gain.value(), 0.5);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn gain(units: UnitErrors) -> Result<Self, Undefined> {
        units.check();
        let saved: Vec<f64> =
            units.baseline.iter().zip(units.treated).map(|(o, w)| o - w).collect();
        let gain = Self::over(&saved, units.observations).ok_or(Undefined::NoObservations)?;
        // What cancels in every unit still leaves rounding of the size of the errors.
        let errors = total(units.baseline) + total(units.treated);
        let resolution = RESOLUTION * errors / total(units.observations);
        Ok(Self { resolution, ..gain })
    }

    /// NSG: the share of the baseline's errors that the treatment removes.
    ///
    /// # Formula
    /// ```text
    /// 1 - W / O       W, O = errors treated and baseline over all units
    /// ```
    /// Inference is on the log of `W / O`, as in [`nsg_clustered`](crate::nsg_clustered), with
    /// which it agrees.
    /// # Errors
    /// [`Undefined::NoObservations`], and [`Undefined::NoHeadroom`] if `O` is 0. If `W` is 0 the
    /// NSG of 1 exists, and asking for its standard error gives [`Undefined::NoTreatedErrors`].
    /// # Panics
    /// If lengths differ, or a unit's errors do not lie between 0 and its finite observations.
    /// # Source
    /// arXiv:2602.02639; checked against Poisson GEE, `testdata/stats/{nsg,linear}.json`.
    /// # Examples
    /// ```
    /// # use foretell_stats::{LinearEstimate, UnitErrors, Undefined};
    /// let [observations, treated, baseline] = [&[2.0, 2.0], &[0.0, 1.0], &[1.0, 1.0]];
    /// let nsg = LinearEstimate::nsg(UnitErrors { observations, treated, baseline })?;
    /// assert_eq!(nsg.value(), 0.5);
    /// # Ok::<(), Undefined>(())
    /// ```
    pub fn nsg(units: UnitErrors) -> Result<Self, Undefined> {
        Self::error_ratio(units).map(Self::complement)
    }

    /// Ratio of the errors of two arms, `1 - NSG`.
    ///
    /// # Formula
    /// ```text
    /// W / O
    /// ```
    /// # Errors
    /// As [`nsg`](Self::nsg).
    /// # Panics
    /// As [`nsg`](Self::nsg).
    /// # Source
    /// As [`nsg`](Self::nsg).
    /// # Examples
    /// ```
    /// # use foretell_stats::{LinearEstimate, UnitErrors};
    /// let [observations, treated, baseline] = [&[2.0, 2.0], &[0.0, 1.0], &[2.0, 2.0]];
    /// let ratio = LinearEstimate::error_ratio(UnitErrors { observations, treated, baseline })?;
    /// assert_eq!(ratio.value(), 0.25);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn error_ratio(units: UnitErrors) -> Result<Self, Undefined> {
        units.check();
        let numbers = observed(units.observations, &[units.treated, units.baseline])?;
        let [w, o] = [total(units.treated), total(units.baseline)];
        if o == 0.0 {
            return Err(Undefined::NoHeadroom);
        }
        // Without treated errors the log is minus infinity, but every w_i is 0 as well.
        let share = |u: u32| {
            let treated = if w > 0.0 { units.treated[u as usize] / w } else { 0.0 };
            (treated, units.baseline[u as usize] / o)
        };
        let carriers = numbers.iter().copied().filter(|&u| share(u).0 + share(u).1 > 0.0).collect();
        Ok(Self {
            value: w / o,
            scale: Scale::Log,
            influence: numbers.iter().map(|&u| share(u).0 - share(u).1).collect(),
            exposure: numbers.iter().map(|&u| share(u).0 + share(u).1).collect(),
            carriers: vec![carriers],
            units: numbers,
            resolution: RESOLUTION,
            obstacle: (w == 0.0).then_some(Undefined::NoTreatedErrors),
        })
    }

    /// The figure.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::LinearEstimate;
    /// assert_eq!(LinearEstimate::mean(&[1.0], &[4.0])?.value(), 0.25);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The scale on which it is treated as normal.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::{LinearEstimate, Scale};
    /// assert_eq!(LinearEstimate::mean(&[1.0], &[4.0])?.scale(), Scale::Plain);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// The units with observations, by number, ascending.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::LinearEstimate;
    /// let mean = LinearEstimate::mean(&[1.0, 0.0, 2.0], &[1.0, 0.0, 1.0])?;
    /// assert_eq!(mean.units(), [0, 2]);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn units(&self) -> &[u32] {
        &self.units
    }

    /// Influence of each of [`units`](Self::units) on the figure itself, whatever its scale.
    ///
    /// # Formula
    /// ```text
    /// Plain: d_i      Log: value * d_i      LogComplement: -(1 - value) * d_i
    /// ```
    /// # Examples
    /// ```
    /// # use foretell_stats::LinearEstimate;
    /// let mean = LinearEstimate::mean(&[1.0, 0.0], &[1.0, 1.0])?;
    /// assert_eq!(mean.influence().collect::<Vec<_>>(), [0.25, -0.25]);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn influence(&self) -> impl Iterator<Item = f64> {
        let slope = self.slope();
        self.influence.iter().map(move |d| slope * d)
    }

    /// The same estimate with its units numbered as in a larger list.
    ///
    /// A group's estimate is made from its own slices, and placed among all units to be compared
    /// with that of another group.
    ///
    /// # Shapes and units
    /// `numbers[i]` is the place of unit `i` of the slices that the estimate was made from.
    /// # Panics
    /// If `numbers` do not ascend, or are fewer than the units.
    /// # Examples
    /// ```
    /// # use foretell_stats::LinearEstimate;
    /// let mean = LinearEstimate::mean(&[1.0, 0.0], &[1.0, 1.0])?.placed(&[4, 9]);
    /// assert_eq!(mean.units(), [4, 9]);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn placed(mut self, numbers: &[u32]) -> Self {
        assert!(numbers.is_sorted_by(|a, b| a < b), "numbers of units ascend");
        let place = |units: &mut Vec<u32>| {
            units.iter_mut().for_each(|unit| *unit = numbers[*unit as usize]);
        };
        place(&mut self.units);
        self.carriers.iter_mut().for_each(place);
        self
    }

    /// Derivative of the figure by its scale.
    pub(crate) fn slope(&self) -> f64 {
        match self.scale {
            Scale::Plain => 1.0,
            Scale::Log => self.value,
            Scale::LogComplement => self.value - 1.0,
        }
    }

    /// One minus a ratio.
    pub(crate) fn complement(self) -> Self {
        Self { value: 1.0 - self.value, scale: Scale::LogComplement, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_without_observations_do_not_belong() {
        let gain = LinearEstimate::gain(UnitErrors {
            observations: &[0.0, 2.0, 0.0, 4.0],
            treated: &[0.0, 1.0, 0.0, 0.0],
            baseline: &[0.0, 1.0, 0.0, 3.0],
        })
        .unwrap();
        assert_eq!((gain.value(), gain.units()), (0.5, [1, 3].as_slice()));
        assert_eq!(gain.influence().sum::<f64>(), 0.0);
    }

    #[test]
    fn what_was_not_observed_has_no_mean() {
        assert_eq!(LinearEstimate::mean(&[], &[]), Err(Undefined::NothingCounted));
        assert_eq!(LinearEstimate::accuracy(&[0.0], &[0.0]), Err(Undefined::NoObservations));
    }

    #[test]
    #[should_panic(expected = "unit 1: errors 3 must lie between 0 and its observations 2")]
    fn more_errors_than_observations_are_refused() {
        let _ = LinearEstimate::accuracy(&[0.0, 3.0], &[1.0, 2.0]);
    }

    #[test]
    #[should_panic(expected = "unit 0: a sum of 1 over 0 observations counts nothing")]
    fn a_sum_over_nothing_is_refused() {
        let _ = LinearEstimate::mean(&[1.0], &[0.0]);
    }

    #[test]
    #[should_panic(expected = "numbers of units ascend")]
    fn units_are_placed_in_order() {
        let _ = LinearEstimate::mean(&[1.0, 1.0], &[1.0, 1.0]).unwrap().placed(&[3, 2]);
    }
}
