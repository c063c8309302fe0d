//! Standard errors, limits and p values of linearised estimates.

use crate::dependence::power_sum;
use crate::quantile::{student_t, tail};
use crate::tails::two_sided_p;
use crate::{Dependence, Interval, LinearEstimate, Scale, Undefined};

/// Standard errors of an estimate, and what they rest on.
///
/// # Shapes and units
/// Errors in the unit of the estimate, without small-sample factor.
///
/// # Examples
/// ```
/// use foretell_stats::{Dependence, LinearEstimate};
///
/// let mean = LinearEstimate::mean(&[1.0, 0.0, 1.0, 0.0], &[1.0; 4])?;
/// let errors = mean.standard_errors(&Dependence::clustered(&[1, 1, 2, 3]))?;
/// assert_eq!((errors.used, errors.clusters), (errors.one_way, 3));
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StandardErrors {
    /// The one that limits and p values use: `one_way`, or under dyadic dependence the larger of
    /// `one_way` and the dyadic one.
    pub used: f64,
    /// Clustered by the label of the unit; by its original where it has two texts.
    pub one_way: f64,
    /// Dyadic dependence only.
    pub dyadic: Option<DyadicErrors>,
    /// Clusters with observations.
    pub clusters: u64,
    /// Clusters that the t distribution counts with: `clusters`, or fewer where few texts carry
    /// much of the estimate. Degrees of freedom are one less.
    pub effective_clusters: f64,
}

/// The dyad-robust error beside the one-way one, with its parts.
///
/// # Shapes and units
/// Parts are variances, in the squared unit of the estimate; `crossed` and `same_counterfactual`
/// may be negative, and so may the sum.
///
/// # Examples
/// ```
/// use foretell_stats::{Dependence, LinearEstimate};
///
/// // Two originals with the same counterfactual, and the same surprise about it.
/// let mean = LinearEstimate::mean(&[1.0, 1.0, 0.0, 0.0], &[1.0; 4])?;
/// let errors = mean.standard_errors(&Dependence::dyadic(&[1, 2, 3, 4], &[9, 9, 8, 7]))?;
/// let dyadic = errors.dyadic.expect("units have two texts");
/// assert_eq!((dyadic.same_original, dyadic.same_counterfactual), (0.0625, 0.03125));
/// assert!((dyadic.ratio.expect("units vary") - 1.5_f64.sqrt()).abs() < 1e-15);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DyadicErrors {
    /// Root of the sum of the three parts, 0 where that is negative.
    pub se: f64,
    /// `se` over the one-way standard error; none where that one is 0.
    pub ratio: Option<f64>,
    /// Variance from units with the same original: the one-way variance.
    pub same_original: f64,
    /// From units with the same counterfactual and different originals.
    pub same_counterfactual: f64,
    /// From units where the original of one is the counterfactual of the other.
    pub crossed: f64,
}

/// How uncertain an estimate is under a dependence of units: what standard errors, limits and p
/// values of it all come from, by one pass over its units.
///
/// # Examples
/// ```
/// use foretell_stats::{Dependence, LinearEstimate};
///
/// let mean = LinearEstimate::mean(&[1.0, 0.0, 1.0, 0.0], &[1.0; 4])?;
/// let clusters = Dependence::clustered(&[1, 1, 2, 3]);
/// let uncertainty = mean.uncertainty(&clusters)?;
/// assert_eq!(uncertainty.interval(0.9), mean.interval(&clusters, 0.9)?);
/// assert_eq!(uncertainty.p_value(0.0), mean.p_value(&clusters, 0.0)?);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uncertainty {
    value: f64,
    scale: Scale,
    slope: f64,
    /// On the scale of the estimate, as the two that follow.
    used: f64,
    one_way: f64,
    dyadic: Option<DyadicErrors>,
    clusters: u64,
    effective: f64,
}

impl Uncertainty {
    /// Standard errors: [`LinearEstimate::standard_errors`].
    ///
    /// # Examples
    /// As [`Uncertainty`].
    pub fn standard_errors(&self) -> StandardErrors {
        let slope = self.slope.abs();
        let dyadic = self.dyadic.map(|dyadic| DyadicErrors {
            se: slope * dyadic.se,
            ratio: dyadic.ratio,
            same_original: slope * slope * dyadic.same_original,
            same_counterfactual: slope * slope * dyadic.same_counterfactual,
            crossed: slope * slope * dyadic.crossed,
        });
        StandardErrors {
            used: slope * self.used,
            one_way: slope * self.one_way,
            dyadic,
            clusters: self.clusters,
            effective_clusters: self.effective,
        }
    }

    /// Confidence interval: [`LinearEstimate::interval`].
    ///
    /// # Panics
    /// If `level` is not strictly between 0 and 1.
    /// # Examples
    /// As [`Uncertainty`].
    pub fn interval(&self, level: f64) -> Interval {
        tail(level);
        let reach = student_t(level, self.effective - 1.0) * self.widened();
        match self.scale {
            Scale::Plain => Interval { low: self.value - reach, high: self.value + reach },
            Scale::Log => {
                Interval { low: self.value * (-reach).exp(), high: self.value * reach.exp() }
            }
            Scale::LogComplement => {
                let ratio = 1.0 - self.value;
                Interval { low: 1.0 - ratio * reach.exp(), high: 1.0 - ratio * (-reach).exp() }
            }
        }
    }

    /// Two-sided p value of the hypothesis that the figure is `null`: [`LinearEstimate::p_value`].
    ///
    /// # Panics
    /// If `null` lies outside the scale: a ratio of at most 0, an NSG of at least 1.
    /// # Examples
    /// As [`Uncertainty`].
    pub fn p_value(&self, null: f64) -> f64 {
        check_null(self.scale, null);
        let distance = match self.scale {
            Scale::Plain => self.value - null,
            Scale::Log => (self.value / null).ln(),
            Scale::LogComplement => ((1.0 - self.value) / (1.0 - null)).ln(),
        };
        two_sided_p(distance / self.widened(), self.effective - 1.0)
    }

    /// Standard error with the small-sample factor.
    fn widened(&self) -> f64 {
        self.used * (self.effective / (self.effective - 1.0)).sqrt()
    }
}

fn check_null(scale: Scale, null: f64) {
    let inside = match scale {
        Scale::Plain => null.is_finite(),
        Scale::Log => null > 0.0,
        Scale::LogComplement => null < 1.0,
    };
    assert!(inside, "{null} is not on the scale of the estimate");
}

impl LinearEstimate {
    /// Standard errors under a dependence of units.
    ///
    /// # Formula
    /// ```text
    /// one-way   s1^2 = sum over clusters of (sum of d_i)^2
    /// dyadic    s2^2 = sum of d_i d_j over all units i, j that share any text
    /// used      max(s1, s2)
    /// K_eff     K                                            clusters
    ///           K * min(1, g2 / g1), at least 2              dyads
    ///           g = (sum of m^2)^2 / sum of m^4, m = size of the terms of the influences, by
    ///           cluster for g1, by text (pairs of texts taken out once) for g2
    /// ```
    /// The dyadic sum can come out below the one-way one, even below 0, by chance; taking the
    /// larger repairs the coverage of few clusters and costs nothing measurable for many. `K_eff`
    /// falls where some texts are shared by very many units, and is `K` where no text is shared, so
    /// dyads without shared texts are clusters.
    ///
    /// # Errors
    /// [`Undefined::TooFewClusters`] if fewer than two clusters carry the estimate or one of its parts,
    /// [`Undefined::NoTreatedErrors`] for an NSG of 1, [`Undefined::NoDifference`] (ratios and NSG)
    /// or [`Undefined::NoSpread`] (others) where nothing varies between clusters.
    /// # Panics
    /// If `dependence` has fewer units than the estimate.
    /// # Source
    /// As [`Dependence`]; `K_eff` after Carter, Schnepel and Steigerwald (2017). Checked against
    /// `testdata/stats/linear.json`.
    /// # Examples
    /// ```
    /// # use foretell_stats::{Dependence, LinearEstimate};
    /// let mean = LinearEstimate::mean(&[1.0, 0.0], &[1.0, 1.0])?;
    /// let errors = mean.standard_errors(&Dependence::independent(2))?;
    /// assert_eq!(errors.used, 0.125_f64.sqrt());
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn standard_errors(&self, dependence: &Dependence) -> Result<StandardErrors, Undefined> {
        Ok(self.uncertainty(dependence)?.standard_errors())
    }

    /// Confidence interval under a dependence of units.
    ///
    /// # Formula
    /// ```text
    /// reach = t * s * sqrt(K / (K - 1))        t on K - 1 degrees of freedom, K = K_eff
    /// Plain          value -+ reach
    /// Log            value * exp(-+ reach)
    /// LogComplement  1 - (1 - value) * exp(+- reach)
    /// ```
    /// # Shapes and units
    /// `level` is a fraction such as `0.95`. Limits of a mean may pass its natural bounds.
    /// # Errors
    /// As [`standard_errors`](Self::standard_errors).
    /// # Panics
    /// If `level` is not strictly between 0 and 1, or as there.
    /// # Source
    /// As there; coverage in `crates/stats/tests/coverage_linear.rs`.
    /// # Examples
    /// ```
    /// # use foretell_stats::{Dependence, LinearEstimate};
    /// let mean = LinearEstimate::mean(&[1.0, 0.0, 1.0], &[1.0; 3])?;
    /// assert!(mean.interval(&Dependence::independent(3), 0.95)?.contains(0.5));
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn interval(&self, dependence: &Dependence, level: f64) -> Result<Interval, Undefined> {
        tail(level);
        Ok(self.uncertainty(dependence)?.interval(level))
    }

    /// Two-sided p value of the hypothesis that the figure is `null`.
    ///
    /// # Formula
    /// ```text
    /// t = distance of value and null on the scale / (s * sqrt(K / (K - 1)))
    /// p = P(|T| >= |t|)                          T on K - 1 degrees of freedom, K = K_eff
    /// ```
    /// It is below `1 - level` exactly where [`interval`](Self::interval) leaves `null` out.
    /// # Shapes and units
    /// `null` in the unit of the estimate: 0 for a difference, a gain or an NSG, 1 for a ratio.
    /// # Errors
    /// As [`standard_errors`](Self::standard_errors).
    /// # Panics
    /// If `null` lies outside the scale: a ratio of at most 0, an NSG of at least 1.
    /// # Source
    /// Wald test; checked against `testdata/stats/linear.json`.
    /// # Examples
    /// ```
    /// # use foretell_stats::{Dependence, LinearEstimate};
    /// let mean = LinearEstimate::mean(&[1.0, 3.0], &[1.0, 1.0])?;
    /// // t = 2 on one degree of freedom.
    /// let p = mean.p_value(&Dependence::independent(2), 0.0)?;
    /// assert!((p - 0.295167).abs() < 1e-6);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn p_value(&self, dependence: &Dependence, null: f64) -> Result<f64, Undefined> {
        check_null(self.scale, null);
        Ok(self.uncertainty(dependence)?.p_value(null))
    }

    /// How uncertain the figure is: all of the above for the price of one.
    ///
    /// # Errors
    /// As [`standard_errors`](Self::standard_errors).
    /// # Panics
    /// If `dependence` has fewer units than the estimate.
    /// # Examples
    /// As [`Uncertainty`].
    pub fn uncertainty(&self, dependence: &Dependence) -> Result<Uncertainty, Undefined> {
        if let Some(last) = self.units.last() {
            let units = dependence.units();
            assert!((*last as usize) < units, "unit {last} of an estimate, of {units} units");
        }
        if self.carriers.iter().any(|units| !dependence.clusters.differ(units)) {
            return Err(Undefined::TooFewClusters);
        }
        if let Some(reason) = self.obstacle {
            return Err(reason);
        }
        let same_original = power_sum(&dependence.clusters.sums(&self.units, &self.influence), 2);
        let one_way = same_original.sqrt();
        let dyadic = self.dyadic(dependence, same_original);
        let used = dyadic.map_or(one_way, |dyadic| one_way.max(dyadic.se));
        if used <= self.resolution {
            return Err(match self.scale {
                Scale::Plain => Undefined::NoSpread,
                Scale::Log | Scale::LogComplement => Undefined::NoDifference,
            });
        }
        let clusters = dependence.clusters.among(&self.units) as u64;
        let effective = self.effective_clusters(dependence);
        let (value, scale, slope) = (self.value, self.scale, self.slope());
        Ok(Uncertainty { value, scale, slope, used, one_way, dyadic, clusters, effective })
    }

    fn dyadic(&self, dependence: &Dependence, same_original: f64) -> Option<DyadicErrors> {
        let texts = dependence.texts.as_ref()?;
        let one_way = same_original.sqrt();
        let parts = texts.squares(same_original, &self.units, &self.influence);
        let total = parts.same_original + parts.same_counterfactual + parts.crossed;
        let se = total.max(0.0).sqrt();
        Some(DyadicErrors {
            se,
            ratio: (one_way > self.resolution).then(|| se / one_way),
            same_original: parts.same_original,
            same_counterfactual: parts.same_counterfactual,
            crossed: parts.crossed,
        })
    }

    /// [`StandardErrors::effective_clusters`], which asks for no spread.
    pub(crate) fn effective_clusters(&self, dependence: &Dependence) -> f64 {
        let clusters = dependence.clusters.among(&self.units) as f64;
        (clusters * self.share_of_clusters(dependence)).max(2.0)
    }

    /// How far shared texts lower the number of clusters that counts.
    fn share_of_clusters(&self, dependence: &Dependence) -> f64 {
        let Some(texts) = &dependence.texts else { return 1.0 };
        let [square, fourth] = texts.shared_powers(&self.units, &self.exposure, [2, 4]);
        let by_cluster = dependence.clusters.sums(&self.units, &self.exposure);
        let of_clusters = power_sum(&by_cluster, 2).powi(2) / power_sum(&by_cluster, 4);
        (square.powi(2) / fourth / of_clusters).min(1.0)
    }
}
