//! Estimates made of estimates: differences, weighted sums, ratios.
//!
//! Influences add as the figures do, so what two estimates share in a unit, a cluster or a text
//! cancels or adds up by itself.

use crate::linear::RESOLUTION;
use crate::{LinearEstimate, Scale, Undefined};

impl LinearEstimate {
    /// This estimate less another, paired where they have units in common.
    ///
    /// # Formula
    /// ```text
    /// A - B      d_i = dA_i - dB_i on the figures themselves, 0 where a unit is not in one of them
    /// ```
    /// So `V(A - B) = V(A) + V(B) - 2 cov(A, B)` under whatever dependence is then assumed.
    /// # Shapes and units
    /// Unit numbers of both refer to one list of units.
    /// # Source
    /// Miller (2024), arXiv:2411.00640, paired differences; checked against GEE with an interaction
    /// in `testdata/stats/linear.json`.
    /// # Examples
    /// ```
    /// # use foretell_stats::{Dependence, LinearEstimate, Undefined};
    /// let mean = |sums: &[f64]| LinearEstimate::mean(sums, &[1.0; 3]);
    /// let difference = mean(&[0.2, 0.6, 0.4])?.difference(&mean(&[0.1, 0.5, 0.3])?);
    /// // The same step in every unit: nothing is left to learn a variance from.
    /// let reason = difference.p_value(&Dependence::independent(3), 0.0).unwrap_err();
    /// assert_eq!(reason, Undefined::NoSpread);
    /// # Ok::<(), Undefined>(())
    /// ```
    pub fn difference(&self, other: &Self) -> Self {
        Self::combination(&[(1.0, self), (-1.0, other)])
    }

    /// Weighted sum of estimates.
    ///
    /// # Formula
    /// ```text
    /// sum_k c_k A_k      d_i = sum_k c_k dA_k,i
    /// ```
    /// With weights that add up to one this is an average over datasets, predictors or strata that
    /// does not follow their sizes. The weights count as fixed.
    /// # Shapes and units
    /// Unit numbers of all refer to one list of units.
    /// # Errors
    /// None here: where a part has no standard error, asking for that of the sum gives its reason.
    /// # Panics
    /// If there is no term, or a weight is not finite.
    /// # Source
    /// Linearity of the influence; checked against `testdata/stats/linear.json`.
    /// # Examples
    /// ```
    /// # use foretell_stats::LinearEstimate;
    /// let heart = LinearEstimate::mean(&[1.0; 9], &[1.0; 9])?;
    /// let income = LinearEstimate::mean(&[0.0], &[1.0])?.placed(&[9]);
    /// let average = LinearEstimate::combination(&[(0.5, &heart), (0.5, &income)]);
    /// assert_eq!((average.value(), average.units().len()), (0.5, 10));
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn combination(terms: &[(f64, &Self)]) -> Self {
        assert!(!terms.is_empty(), "a combination of at least one estimate");
        assert!(terms.iter().all(|(weight, _)| weight.is_finite()), "weights are finite");
        let scaled = terms.iter().map(|&(weight, part)| (weight * part.slope(), part));
        Self {
            value: terms.iter().map(|(weight, part)| weight * part.value).sum(),
            scale: Scale::Plain,
            ..Self::merged(&scaled.collect::<Vec<_>>())
        }
    }

    /// Ratio of two estimates of rates or sums.
    ///
    /// # Formula
    /// ```text
    /// A / B      d_i = dA_i / A - dB_i / B      (of the log)
    /// ```
    /// # Shapes and units
    /// Unit numbers of both refer to one list of units; neither may be negative.
    /// # Errors
    /// [`Undefined::NoHeadroom`] if the denominator is 0. If the numerator is 0 the ratio exists,
    /// and asking for its standard error gives [`Undefined::NoTreatedErrors`].
    /// # Panics
    /// If one of the two is negative.
    /// # Source
    /// Delta method; with pooled means it is [`error_ratio`](Self::error_ratio), by test.
    /// # Examples
    /// ```
    /// # use foretell_stats::LinearEstimate;
    /// let rate = |errors: &[f64]| LinearEstimate::mean(errors, &[4.0, 4.0]);
    /// assert_eq!(LinearEstimate::ratio_of(&rate(&[1.0, 0.0])?, &rate(&[1.0, 3.0])?)?.value(), 0.25);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn ratio_of(numerator: &Self, denominator: &Self) -> Result<Self, Undefined> {
        let (a, b) = (numerator.value, denominator.value);
        assert!(a >= 0.0 && b >= 0.0, "the ratio of {a} to {b} has no logarithm");
        if b == 0.0 {
            return Err(Undefined::NoHeadroom);
        }
        let over_a = if a > 0.0 { numerator.slope() / a } else { 0.0 };
        let parts = [(over_a, numerator), (-denominator.slope() / b, denominator)];
        let merged = Self::merged(&parts);
        Ok(Self {
            value: a / b,
            scale: Scale::Log,
            resolution: merged.resolution + RESOLUTION,
            obstacle: merged.obstacle.or((a == 0.0).then_some(Undefined::NoTreatedErrors)),
            ..merged
        })
    }

    /// NSG of two error rates that are estimates themselves.
    ///
    /// For rates that are weighted by something other than their observations: an NSG standardised
    /// to a common switch rate is that of `p * error_switched + (1 - p) * error_unswitched` in
    /// either arm.
    ///
    /// # Formula
    /// ```text
    /// 1 - A / B
    /// ```
    /// # Errors
    /// As [`ratio_of`](Self::ratio_of).
    /// # Panics
    /// As [`ratio_of`](Self::ratio_of).
    /// # Source
    /// As [`ratio_of`](Self::ratio_of).
    /// # Examples
    /// ```
    /// # use foretell_stats::LinearEstimate;
    /// // Errors of two switched and two unswitched units, one observation each.
    /// let rate = |errors: [f64; 4], of: [f64; 4]| LinearEstimate::mean(&errors, &of);
    /// let (switched, unswitched) = ([1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]);
    /// let standardised = |errors_switched, errors_unswitched| {
    ///     let (s, u) = (rate(errors_switched, switched)?, rate(errors_unswitched, unswitched)?);
    ///     Ok(LinearEstimate::combination(&[(0.25, &s), (0.75, &u)]))
    /// };
    /// let treated = standardised([1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0])?;
    /// let baseline = standardised([1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0])?;
    /// let nsg = LinearEstimate::nsg_of(&treated, &baseline)?;
    /// assert_eq!(nsg.value(), 1.0 - 0.125 / 0.625);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn nsg_of(treated_error: &Self, baseline_error: &Self) -> Result<Self, Undefined> {
        Self::ratio_of(treated_error, baseline_error).map(Self::complement)
    }

    /// Units and influences of a weighted sum; the caller sets value and scale.
    fn merged(parts: &[(f64, &Self)]) -> Self {
        let mut terms: Vec<(u32, f64, f64)> = Vec::new();
        for &(weight, part) in parts {
            let of_unit = part.units.iter().zip(&part.influence).zip(&part.exposure);
            terms.extend(of_unit.map(|((&u, d), e)| (u, weight * d, weight.abs() * e)));
        }
        // Stable: terms of one unit add in the order of the parts.
        terms.sort_by_key(|&(unit, ..)| unit);
        let same = || terms.chunk_by(|a, b| a.0 == b.0);
        let counts = || parts.iter().filter(|(weight, _)| *weight != 0.0);
        Self {
            value: 0.0,
            scale: Scale::Plain,
            units: same().map(|terms| terms[0].0).collect(),
            influence: same().map(|terms| terms.iter().map(|t| t.1).sum()).collect(),
            exposure: same().map(|terms| terms.iter().map(|t| t.2).sum()).collect(),
            carriers: counts().flat_map(|(_, part)| part.carriers.clone()).collect(),
            resolution: parts.iter().map(|(weight, part)| weight.abs() * part.resolution).sum(),
            obstacle: parts.iter().find_map(|(_, part)| part.obstacle),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dependence, UnitErrors};

    const N: [f64; 4] = [2.0, 3.0, 2.0, 5.0];
    const W: [f64; 4] = [1.0, 0.0, 2.0, 1.0];
    const O: [f64; 4] = [1.0, 2.0, 2.0, 3.0];

    #[test]
    fn the_ratio_of_two_pooled_rates_is_the_error_ratio() {
        let rate = |errors: &[f64]| LinearEstimate::mean(errors, &N).unwrap();
        let ours = LinearEstimate::nsg_of(&rate(&W), &rate(&O)).unwrap();
        let units = UnitErrors { observations: &N, treated: &W, baseline: &O };
        let direct = LinearEstimate::nsg(units).unwrap();
        let apart = Dependence::independent(4);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-14, "{a} {b}");
        close(ours.value(), direct.value());
        let se = |e: &LinearEstimate| e.standard_errors(&apart).unwrap().used;
        close(se(&ours), se(&direct));
    }

    #[test]
    fn a_difference_of_estimates_on_other_units_adds_their_variances() {
        let one = LinearEstimate::mean(&W, &N).unwrap();
        let other = LinearEstimate::mean(&O, &N).unwrap().placed(&[4, 5, 6, 7]);
        let apart = Dependence::independent(8);
        let variance = |e: &LinearEstimate| e.standard_errors(&apart).unwrap().used.powi(2);
        let both = variance(&one.difference(&other));
        assert!((both - variance(&one) - variance(&other)).abs() < 1e-16);
    }

    #[test]
    fn a_part_without_a_standard_error_leaves_the_sum_without() {
        let units = |treated| UnitErrors { observations: &N, treated, baseline: &O };
        let perfect = LinearEstimate::nsg(units(&[0.0; 4])).unwrap();
        let difference = perfect.difference(&LinearEstimate::nsg(units(&W)).unwrap());
        assert!((difference.value() - 0.5).abs() < 1e-15);
        let apart = Dependence::independent(4);
        assert_eq!(difference.interval(&apart, 0.95), Err(Undefined::NoTreatedErrors));
        // One cluster with all errors of one part: its variance is not known, though the sum varies.
        let lonely = LinearEstimate::nsg(units(&[0.0, 0.0, 1.0, 0.0])).unwrap();
        let one_sided = UnitErrors {
            observations: &N,
            treated: &[0.0, 1.0, 0.0, 0.0],
            baseline: &[0.0, 2.0, 0.0, 0.0],
        };
        let narrow = lonely.difference(&LinearEstimate::nsg(one_sided).unwrap());
        assert_eq!(narrow.interval(&apart, 0.95), Err(Undefined::TooFewClusters));
    }
}
