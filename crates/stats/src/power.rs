//! Power, sample size and smallest detectable effect, from the spread of a pilot.
//!
//! Clusters are what is drawn, so they are what is counted: how many questions, not how many
//! guesses. Everything is on the scale on which the estimate is tested.

use crate::quantile::student_t;
use crate::tails::{noncentral_outside, normal_quantile};
use crate::{Dependence, LinearEstimate, Scale, Undefined, VarianceComponents};

/// Most clusters that are searched for a wanted power.
const MOST_CLUSTERS: f64 = 1e12;

/// How far clusters scatter around an estimate: its standard error for one cluster.
///
/// # Formula
/// ```text
/// per_cluster = s * sqrt(K / (K - 1)) * sqrt(K)      s, K = standard error and clusters of a pilot
/// error with K' clusters = per_cluster / sqrt(K')
/// ```
/// # Shapes and units
/// On the scale of the test: that of the log error ratio for one NSG, the figure itself for means
/// and differences.
///
/// # Source
/// Miller (2024), arXiv:2411.00640, section 5, with clusters for questions and the influence of a
/// cluster for its score.
///
/// # Examples
/// ```
/// use foretell_stats::{PilotSpread, Scale};
///
/// // Of a difference of two NSG on common questions.
/// let spread = PilotSpread::new(0.9, Scale::Plain);
/// let clusters = spread.clusters_for(0.8, 0.30, 0.35, 0.05)?;
/// assert!((2_500..2_600).contains(&clusters));
/// assert!((spread.power(clusters, 0.30, 0.35, 0.05) - 0.8).abs() < 0.001);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PilotSpread {
    per_cluster: f64,
    scale: Scale,
    /// Independent groups of clusters: 2 where two estimates share none.
    arms: u8,
}

/// Figures on both sides of a null that a test would find with the wanted power.
///
/// # Shapes and units
/// In the unit of the estimate.
///
/// # Examples
/// ```
/// use foretell_stats::{PilotSpread, Scale};
///
/// let found = PilotSpread::new(1.0, Scale::Plain).detectable(100, 0.0, 0.8, 0.05);
/// assert!(found.above > 0.28 && found.above < 0.29 && found.below == -found.above);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detectable {
    /// Nearest detectable figure below the null.
    pub below: f64,
    /// Nearest detectable figure above the null.
    pub above: f64,
}

impl PilotSpread {
    /// From a spread that is known, or assumed.
    ///
    /// # Panics
    /// If it is not positive and finite.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::{PilotSpread, Scale};
    /// assert_eq!(PilotSpread::new(2.0, Scale::Plain).error(16), 0.5);
    /// ```
    pub fn new(per_cluster: f64, scale: Scale) -> Self {
        let good = per_cluster > 0.0 && per_cluster.is_finite();
        assert!(good, "a spread of {per_cluster} is not positive and finite");
        Self { per_cluster, scale, arms: 1 }
    }

    /// From the influence values of a pilot.
    ///
    /// One NSG is tested on the log of its error ratio. For a paired comparison give the difference
    /// of the two estimates; it holds what they have in common.
    ///
    /// # Errors
    /// As [`LinearEstimate::standard_errors`].
    /// # Panics
    /// As [`LinearEstimate::standard_errors`].
    /// # Source
    /// As [`PilotSpread`].
    /// # Examples
    /// ```
    /// use foretell_stats::{Dependence, LinearEstimate, PilotSpread, UnitErrors};
    ///
    /// let nsg = LinearEstimate::nsg(UnitErrors {
    ///     observations: &[5.0; 6],
    ///     treated: &[1.0, 0.0, 2.0, 1.0, 2.0, 1.0],
    ///     baseline: &[3.0, 2.0, 2.0, 1.0, 4.0, 2.0],
    /// })?;
    /// let spread = PilotSpread::of(&nsg, &Dependence::independent(6))?;
    /// // Half the baseline's errors removed: how many questions to tell that from none?
    /// assert!(spread.clusters_for(0.8, 0.0, 0.5, 0.05)? < 20);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn of(pilot: &LinearEstimate, dependence: &Dependence) -> Result<Self, Undefined> {
        let errors = pilot.standard_errors(dependence)?;
        let on_scale = errors.used / pilot.slope().abs();
        let (k, effective) = (errors.clusters as f64, errors.effective_clusters);
        let widened = on_scale * (effective / (effective - 1.0)).sqrt();
        Ok(Self::new(widened * k.sqrt(), pilot.scale()))
    }

    /// Spread of a difference of two estimates on clusters of their own.
    ///
    /// # Formula
    /// ```text
    /// per_cluster^2 = A^2 + B^2      on the figures; clusters count by arm, freedom 2 (K - 1)
    /// ```
    /// # Shapes and units
    /// `a` and `b` on the plain scale: that of a ratio or an NSG comes from
    /// [`of_figure`](Self::of_figure).
    /// # Panics
    /// If one of them is on a log scale.
    /// # Source
    /// Two-sample test with equal arms; checked against `testdata/stats/power.json`.
    /// # Examples
    /// ```
    /// # use foretell_stats::{PilotSpread, Scale};
    /// let one = PilotSpread::new(0.3, Scale::Plain);
    /// let other = PilotSpread::new(0.4, Scale::Plain);
    /// assert_eq!(PilotSpread::unpaired(one, other).error(25), 0.1);
    /// ```
    pub fn unpaired(a: Self, b: Self) -> Self {
        Self { arms: 2, ..Self::paired(a, b, 0.0) }
    }

    /// Spread of a difference of two estimates on common clusters, if their influences correlate.
    ///
    /// For a pilot of one model: the correlation is then an assumption. With both models in the
    /// pilot, [`of`](Self::of) their difference needs none.
    ///
    /// # Formula
    /// ```text
    /// per_cluster^2 = A^2 + B^2 - 2 correlation A B
    /// ```
    /// # Panics
    /// If one is on a log scale, the correlation is outside `[-1, 1]`, or nothing is left.
    /// # Source
    /// Miller (2024), arXiv:2411.00640, paired analysis.
    /// # Examples
    /// ```
    /// # use foretell_stats::{PilotSpread, Scale};
    /// let spread = PilotSpread::new(0.5, Scale::Plain);
    /// assert_eq!(PilotSpread::paired(spread, spread, 0.5).error(1), 0.5);
    /// ```
    pub fn paired(a: Self, b: Self, correlation: f64) -> Self {
        let plain = a.scale == Scale::Plain && b.scale == Scale::Plain;
        assert!(plain, "spreads of a difference are on the plain scale");
        assert!((-1.0..=1.0).contains(&correlation), "a correlation of {correlation}");
        let (a, b) = (a.per_cluster, b.per_cluster);
        Self::new((a * a + b * b - 2.0 * correlation * a * b).sqrt(), Scale::Plain)
    }

    /// As [`of`](Self::of), on the figure itself whatever its scale: a part of a difference.
    ///
    /// # Errors
    /// As [`LinearEstimate::standard_errors`].
    /// # Examples
    /// ```
    /// # use foretell_stats::{Dependence, LinearEstimate, PilotSpread};
    /// let mean = LinearEstimate::mean(&[1.0, 0.0], &[1.0, 1.0])?;
    /// let spread = PilotSpread::of_figure(&mean, &Dependence::independent(2))?;
    /// assert_eq!(spread, PilotSpread::of(&mean, &Dependence::independent(2))?);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn of_figure(pilot: &LinearEstimate, dependence: &Dependence) -> Result<Self, Undefined> {
        let on_scale = Self::of(pilot, dependence)?;
        Ok(Self::new(on_scale.per_cluster * pilot.slope().abs(), Scale::Plain))
    }

    /// The spread with another number of repeats of every question.
    ///
    /// # Formula
    /// ```text
    /// per_cluster^2 = between + within / repeats
    /// ```
    /// # Shapes and units
    /// Components of the influence of a cluster times K, that is on the scale of `per_cluster`.
    /// # Panics
    /// If `repeats` is 0, or nothing varies.
    /// # Source
    /// Miller (2024), arXiv:2411.00640, section 3.1.
    /// # Examples
    /// ```
    /// # use foretell_stats::{PilotSpread, Scale, VarianceComponents};
    /// let components = VarianceComponents { between: 0.16, within: 0.36 };
    /// let spread = |repeats| PilotSpread::with_repeats(components, repeats, Scale::Plain);
    /// assert!((spread(4).error(1) - 0.5).abs() < 1e-15 && spread(1).error(1) > 0.7);
    /// ```
    pub fn with_repeats(components: VarianceComponents, repeats: u32, scale: Scale) -> Self {
        assert!(repeats > 0, "at least one repeat");
        let VarianceComponents { between, within } = components;
        Self::new((between + within / f64::from(repeats)).sqrt(), scale)
    }

    /// Standard error to expect of a number of clusters (in each arm), on the scale of the test.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::{PilotSpread, Scale};
    /// assert_eq!(PilotSpread::new(1.0, Scale::Plain).error(100), 0.1);
    /// ```
    pub fn error(&self, clusters: u64) -> f64 {
        self.per_cluster / (clusters as f64).sqrt()
    }

    /// Probability that a two-sided test of `null` rejects where the truth is `truth`.
    ///
    /// # Formula
    /// ```text
    /// P(|T| > t)      T noncentral t on arms (K - 1) degrees of freedom,
    ///                 noncentrality = distance of truth and null on the scale / error(K)
    /// ```
    /// # Shapes and units
    /// `clusters` in each arm; `null` and `truth` in the unit of the estimate, `alpha` a fraction.
    /// # Panics
    /// If there are fewer than two clusters, `alpha` is not between 0 and 1, or a figure is not on
    /// the scale (an NSG of 1).
    /// # Source
    /// Checked against power of t tests of statsmodels, `testdata/stats/power.json`.
    /// # Examples
    /// ```
    /// # use foretell_stats::{PilotSpread, Scale};
    /// let spread = PilotSpread::new(1.0, Scale::Plain);
    /// assert!((spread.power(34, 0.0, 0.5, 0.05) - 0.808).abs() < 0.001);
    /// ```
    pub fn power(&self, clusters: u64, null: f64, truth: f64, alpha: f64) -> f64 {
        assert!(clusters >= 2, "a standard error takes two clusters, not {clusters}");
        let distance = (self.on_scale(truth) - self.on_scale(null)).abs();
        self.power_at(clusters as f64, distance, alpha)
    }

    /// Fewest clusters (in each arm) with at least the wanted power.
    ///
    /// # Formula
    /// ```text
    /// about (z_alpha/2 + z_power)^2 * per_cluster^2 / distance^2; exactly by search over the power
    /// ```
    /// # Errors
    /// [`Undefined::NoEffect`] if `null` and `truth` are the same, or so close that a million
    /// million clusters would not do.
    /// # Panics
    /// As [`power`](Self::power), or if `power` is not above `alpha` and below 1.
    /// # Source
    /// As [`power`](Self::power).
    /// # Examples
    /// ```
    /// # use foretell_stats::{PilotSpread, Scale};
    /// let spread = PilotSpread::new(1.0, Scale::Plain);
    /// assert_eq!(spread.clusters_for(0.8, 0.0, 0.5, 0.05)?, 34);
    /// # Ok::<(), foretell_stats::Undefined>(())
    /// ```
    pub fn clusters_for(
        &self,
        power: f64,
        null: f64,
        truth: f64,
        alpha: f64,
    ) -> Result<u64, Undefined> {
        check_wanted(power, alpha);
        let distance = (self.on_scale(truth) - self.on_scale(null)).abs();
        let reach = normal_quantile(power) - normal_quantile(alpha / 2.0);
        let about = (reach * self.per_cluster / distance).powi(2);
        // Infinite where there is no distance.
        if about >= MOST_CLUSTERS {
            return Err(Undefined::NoEffect);
        }
        // The normal needs fewer than t does, and t few more: double until it is enough.
        let enough = |clusters: u64| self.power_at(clusters as f64, distance, alpha) >= power;
        let (mut low, mut high) = (1_u64, (about.ceil() as u64).max(2));
        while !enough(high) {
            low = high;
            high *= 2;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if enough(middle) { high = middle } else { low = middle }
        }
        Ok(high)
    }

    /// Smallest effect (minimum detectable effect) that a number of clusters finds.
    ///
    /// # Formula
    /// ```text
    /// about (z_alpha/2 + z_power) * error(K) on the scale; exactly by search over the power
    /// ```
    /// # Panics
    /// As [`power`](Self::power) and [`clusters_for`](Self::clusters_for).
    /// # Source
    /// As [`power`](Self::power).
    /// # Examples
    /// ```
    /// # use foretell_stats::{PilotSpread, Scale};
    /// // On the log scale of an NSG what is detectable reaches farther down than up.
    /// let found = PilotSpread::new(1.0, Scale::LogComplement).detectable(50, 0.0, 0.8, 0.05);
    /// assert!(found.above < 0.34 && found.below < -0.49);
    /// ```
    pub fn detectable(&self, clusters: u64, null: f64, power: f64, alpha: f64) -> Detectable {
        check_wanted(power, alpha);
        assert!(clusters >= 2, "a standard error takes two clusters, not {clusters}");
        let k = clusters as f64;
        let (mut low, mut high) = (0.0, self.error(clusters));
        while self.power_at(k, high, alpha) < power {
            low = high;
            high *= 2.0;
        }
        // Halved to the last bits.
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.power_at(k, middle, alpha) < power { low = middle } else { high = middle }
        }
        let at = self.on_scale(null);
        let (one, other) = (self.off_scale(at - high), self.off_scale(at + high));
        Detectable { below: one.min(other), above: one.max(other) }
    }

    fn power_at(&self, clusters: f64, distance: f64, alpha: f64) -> f64 {
        assert!(alpha > 0.0 && alpha < 1.0, "a level of significance of {alpha}");
        let freedom = f64::from(self.arms) * (clusters - 1.0);
        let shift = distance / (self.per_cluster / clusters.sqrt());
        noncentral_outside(student_t(1.0 - alpha, freedom), shift, freedom)
    }

    fn on_scale(&self, figure: f64) -> f64 {
        let (inside, at) = match self.scale {
            Scale::Plain => (figure.is_finite(), figure),
            Scale::Log => (figure > 0.0, figure.ln()),
            Scale::LogComplement => (figure < 1.0, (1.0 - figure).ln()),
        };
        assert!(inside, "{figure} is not on the scale of the test");
        at
    }

    fn off_scale(&self, at: f64) -> f64 {
        match self.scale {
            Scale::Plain => at,
            Scale::Log => at.exp(),
            Scale::LogComplement => 1.0 - at.exp(),
        }
    }
}

fn check_wanted(power: f64, alpha: f64) {
    assert!(power > alpha && power < 1.0, "a power of {power} at a significance of {alpha}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_and_effect_invert_power() {
        for scale in [Scale::Plain, Scale::LogComplement] {
            let spread = PilotSpread::new(0.8, scale);
            let clusters = spread.clusters_for(0.9, 0.1, 0.2, 0.05).unwrap();
            assert!(spread.power(clusters, 0.1, 0.2, 0.05) >= 0.9);
            assert!(spread.power(clusters - 1, 0.1, 0.2, 0.05) < 0.9);
            let found = spread.detectable(clusters, 0.1, 0.9, 0.05);
            assert!(found.above <= 0.2 && found.above > 0.199, "{found:?}");
            assert!((spread.power(clusters, 0.1, found.below, 0.05) - 0.9).abs() < 1e-9);
        }
    }

    #[test]
    fn no_number_of_clusters_finds_no_effect() {
        let spread = PilotSpread::new(1.0, Scale::Plain);
        assert_eq!(spread.clusters_for(0.8, 0.3, 0.3, 0.05), Err(Undefined::NoEffect));
    }

    #[test]
    #[should_panic(expected = "1 is not on the scale of the test")]
    fn an_nsg_of_one_is_no_alternative() {
        PilotSpread::new(1.0, Scale::LogComplement).power(50, 0.0, 1.0, 0.05);
    }
}
