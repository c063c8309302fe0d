//! Relative risk and risk difference of one feature, with errors robust to clustering and to shared
//! texts.

use crate::quantile::{student_t, tail};
use crate::rates::{check, wilson_within};
use crate::significance::normal_reach;
use crate::{ClusterRate, Dependence, Interval, LinearEstimate, Test, Undefined, dependent_rate};

/// Standard errors up to here are what rounding leaves of clusters that do not differ.
const ROUNDING: f64 = 1e-12;

/// Observations and events of one cluster, or of one unit of [`dependent_risk`], with the feature
/// present and absent.
///
/// # Shapes and units
/// Counts, or sums of weights that average one. Either side may be empty in a cluster.
///
/// # Examples
/// ```
/// use foretell_stats::{ClusterRate, ClusterRisk};
///
/// let present = ClusterRate { observations: 3.0, events: 1.0 };
/// let cluster = ClusterRisk { present, absent: ClusterRate::default() };
/// assert_eq!(cluster.absent.observations, 0.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ClusterRisk {
    /// Where the feature is present.
    pub present: ClusterRate,
    /// Where it is absent.
    pub absent: ClusterRate,
}

/// How an interval of a [`RiskEstimate`] was made.
///
/// # Examples
/// ```
/// use foretell_stats::RiskMethod;
///
/// assert_ne!(RiskMethod::Clustered, RiskMethod::Score);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RiskMethod {
    /// Sandwich variance over clusters, t on `clusters - 1` degrees of freedom; where units share
    /// texts, dyad-robust, with the effective number of clusters.
    Clustered,
    /// A cell is empty: score interval of counts divided by the design effect. To be flagged.
    Score,
}

/// Relative risk and risk difference with their uncertainty and counts.
///
/// # Shapes and units
/// `relative_risk` is not negative; its interval may reach infinity where the event never occurs
/// without the feature. `risk_difference` lies in `[-1, 1]`.
///
/// # Examples
/// ```
/// use foretell_stats::{ClusterRate, ClusterRisk, RiskMethod, Undefined, relative_risk};
///
/// let cluster = ClusterRisk {
///     present: ClusterRate { observations: 4.0, events: 1.0 },
///     absent: ClusterRate { observations: 4.0, events: 0.0 },
/// };
/// let estimate = relative_risk(&[cluster; 10], 0.95);
/// assert_eq!(estimate.relative_risk, Err(Undefined::EmptyCell));
/// assert_eq!(estimate.method, RiskMethod::Score);
/// assert!(estimate.relative_risk_interval?.low > 1.0);
/// # Ok::<(), Undefined>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RiskEstimate {
    /// Rate with the feature over the rate without.
    pub relative_risk: Result<f64, Undefined>,
    /// Standard error of the logarithm, robust to clustering, without a small-sample factor.
    pub log_se: Result<f64, Undefined>,
    /// Confidence interval of the relative risk.
    pub relative_risk_interval: Result<Interval, Undefined>,
    /// Rate with the feature less the rate without.
    pub risk_difference: Result<f64, Undefined>,
    /// Standard error of the difference, robust to clustering, without a small-sample factor.
    pub difference_se: Result<f64, Undefined>,
    /// Confidence interval of the difference.
    pub risk_difference_interval: Result<Interval, Undefined>,
    /// Test of a relative risk of 1, on the log scale, with the small-sample factor.
    pub test: Result<Test, Undefined>,
    /// How both intervals were made.
    pub method: RiskMethod,
    /// Sums where the feature is present.
    pub present: ClusterRate,
    /// Sums where it is absent.
    pub absent: ClusterRate,
    /// Clusters with an observation.
    pub clusters: u64,
}

/// Relative risk and risk difference of a feature over clusters.
///
/// # Formula
/// ```text
/// p1 = Y1 / N1,  p0 = Y0 / N0          events over observations, feature present and absent
/// RR = p1 / p0,  RD = p1 - p0
/// u_c = (Y1_c - p1 N1_c) / N1           v_c = (Y0_c - p0 N0_c) / N0
/// log_se^2 = sum (u_c / p1 - v_c / p0)^2        difference_se^2 = sum (u_c - v_c)^2
/// limits   = RR exp(-+ t log_se f),  RD -+ t difference_se f        f^2 = K / (K - 1)
/// ```
/// with t on `K - 1` degrees of freedom. Where one of the four cells (events and non-events, present
/// and absent) is empty the sandwich would see only one side: both intervals are then
/// score intervals ([`relative_risk_score`]; Newcombe's for the difference) of all counts divided by
/// the design effect of the pooled rate, and `method` says so.
///
/// # Shapes and units
/// One element a cluster, in any order; a weighted analysis gives sums of weights that average one.
/// # Errors
/// Per figure. [`Undefined::NothingCounted`] without observations; [`Undefined::EmptyCell`] when one
/// side has no observations, for `relative_risk` also when the event never occurs with the feature
/// absent, for `log_se` and `test` when it never occurs on either side;
/// [`Undefined::TooFewClusters`] with one cluster; [`Undefined::NoVariation`] when the clusters do
/// not differ.
/// # Panics
/// If `level` is not strictly between 0 and 1, or events exceed observations.
/// # Source
/// Zou (2004) for the sandwich; checked against GEE of statsmodels in
/// `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::{ClusterRate, ClusterRisk, relative_risk};
///
/// let rate = |observations, events| ClusterRate { observations, events };
/// let clusters = [
///     ClusterRisk { present: rate(4.0, 3.0), absent: rate(4.0, 1.0) },
///     ClusterRisk { present: rate(4.0, 2.0), absent: rate(4.0, 2.0) },
///     ClusterRisk { present: rate(4.0, 1.0), absent: rate(4.0, 0.0) },
/// ];
/// let estimate = relative_risk(&clusters, 0.95);
/// assert_eq!((estimate.relative_risk, estimate.risk_difference), (Ok(2.0), Ok(0.25)));
/// ```
pub fn relative_risk(clusters: &[ClusterRisk], level: f64) -> RiskEstimate {
    dependent_risk(clusters, &Dependence::independent(clusters.len()), level)
}

/// The same of units that may share texts: relative risk and risk difference whose limits are
/// dyad-robust.
///
/// # Formula
/// ```text
/// d_i = u_i / p1 - v_i / p0 (log RR),  u_i - v_i (RD)            u, v by unit, as in relative_risk
/// log_se, difference_se, K_eff of d_i as LinearEstimate::standard_errors
/// limits   = RR exp(-+ t log_se f),  RD -+ t difference_se f     f^2 = K / (K - 1), K = K_eff
/// ```
/// with t on `K_eff - 1` degrees of freedom. Score intervals take their design effect from
/// [`dependent_rate`]. Where no text is shared all of it is [`relative_risk`] of the clusters.
///
/// # Shapes and units
/// One element a unit, in the order of the units of `dependence`; those without observations are
/// ignored.
/// # Errors
/// As [`relative_risk`].
/// # Panics
/// As [`relative_risk`], or if the units of `dependence` are more or fewer.
/// # Source
/// As [`relative_risk`] and [`LinearEstimate::standard_errors`]; checked against double sums over
/// observations in `testdata/stats/shared.json`.
/// # Examples
/// ```
/// use foretell_stats::{ClusterRate, ClusterRisk, Dependence, dependent_risk};
///
/// let unit = |present, absent| ClusterRisk {
///     present: ClusterRate { observations: 4.0, events: present },
///     absent: ClusterRate { observations: 4.0, events: absent },
/// };
/// let units = [unit(3.0, 1.0), unit(3.0, 1.0), unit(1.0, 1.0), unit(1.0, 1.0), unit(2.0, 2.0)];
/// let apart = dependent_risk(&units, &Dependence::independent(5), 0.95);
/// // The first two share their counterfactual, and what the feature does to it.
/// let dyads = Dependence::dyadic(&[0, 1, 2, 3, 4], &[5, 5, 6, 7, 8]);
/// let shared = dependent_risk(&units, &dyads, 0.95);
/// assert_eq!(apart.relative_risk, shared.relative_risk);
/// assert!(shared.log_se? > apart.log_se?);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn dependent_risk(units: &[ClusterRisk], dependence: &Dependence, level: f64) -> RiskEstimate {
    tail(level);
    let sums = Sums::of(units, dependence);
    let Sums { present, absent, .. } = sums;
    let rates = sums.rates();
    let relative_risk =
        rates.and_then(|(p1, p0)| if p0 > 0.0 { Ok(p1 / p0) } else { Err(Undefined::EmptyCell) });
    let log_error = rates.and_then(|(p1, p0)| match p1 > 0.0 && p0 > 0.0 {
        true => sums.error([1.0 / p1, 1.0 / p0]),
        false => Err(Undefined::EmptyCell),
    });
    let difference_error = rates.and_then(|_| sums.error([1.0, 1.0]));
    let empty = |side: ClusterRate| side.events == 0.0 || side.events >= side.observations;
    let score = rates.is_ok() && (empty(present) || empty(absent));
    let (ratio_interval, difference_interval) = if score {
        sums.score_intervals(level)
    } else {
        let around_ratio = |(ratio, error): (f64, Error)| {
            let reach = error.reach(level);
            Interval { low: ratio * (-reach).exp(), high: ratio * reach.exp() }
        };
        let around = |((p1, p0), error): ((f64, f64), Error)| {
            let reach = error.reach(level);
            Interval { low: (p1 - p0 - reach).max(-1.0), high: (p1 - p0 + reach).min(1.0) }
        };
        (
            relative_risk.and_then(|ratio| log_error.map(|error| around_ratio((ratio, error)))),
            rates.and_then(|rates| difference_error.map(|error| around((rates, error)))),
        )
    };
    RiskEstimate {
        relative_risk,
        log_se: log_error.map(|error| error.se),
        relative_risk_interval: ratio_interval,
        risk_difference: rates.map(|(p1, p0)| p1 - p0),
        difference_se: difference_error.map(|error| error.se),
        risk_difference_interval: difference_interval,
        test: rates.and_then(|(p1, p0)| log_error.map(|error| error.test((p1 / p0).ln()))),
        method: if score { RiskMethod::Score } else { RiskMethod::Clustered },
        present,
        absent,
        clusters: sums.clusters,
    }
}

/// A standard error, and how many clusters it counts with.
#[derive(Debug, Clone, Copy)]
struct Error {
    se: f64,
    clusters: f64,
}

impl Error {
    fn reach(self, level: f64) -> f64 {
        student_t(level, self.clusters - 1.0) * self.widened()
    }

    fn test(self, distance: f64) -> Test {
        Test::t(distance / self.widened(), self.clusters - 1.0)
    }

    fn widened(self) -> f64 {
        self.se * (self.clusters / (self.clusters - 1.0)).sqrt()
    }
}

/// Sums of both sides over all units.
#[derive(Debug, Clone, Copy)]
struct Sums<'a> {
    units: &'a [ClusterRisk],
    dependence: &'a Dependence,
    present: ClusterRate,
    absent: ClusterRate,
    clusters: u64,
}

impl<'a> Sums<'a> {
    fn of(units: &'a [ClusterRisk], dependence: &'a Dependence) -> Self {
        assert_eq!(units.len(), dependence.units(), "one element a unit");
        let [mut present, mut absent] = [ClusterRate::default(); 2];
        let mut observed: Vec<u32> = Vec::new();
        for (number, unit) in (0..).zip(units) {
            for (sum, side) in [(&mut present, unit.present), (&mut absent, unit.absent)] {
                check(side.events, side.observations);
                sum.observations += side.observations;
                sum.events += side.events;
            }
            if unit.present.observations + unit.absent.observations > 0.0 {
                observed.push(number);
            }
        }
        let clusters = dependence.clusters.among(&observed) as u64;
        Self { units, dependence, present, absent, clusters }
    }

    fn rates(&self) -> Result<(f64, f64), Undefined> {
        let rate = |side: ClusterRate| (side.events / side.observations).min(1.0);
        if self.clusters == 0 {
            Err(Undefined::NothingCounted)
        } else if self.present.observations == 0.0 || self.absent.observations == 0.0 {
            Err(Undefined::EmptyCell)
        } else {
            Ok((rate(self.present), rate(self.absent)))
        }
    }

    /// Error of the first slope times the rate with the feature less the second times that without.
    fn error(&self, slopes: [f64; 2]) -> Result<Error, Undefined> {
        let rate = |side: fn(&ClusterRisk) -> ClusterRate| {
            let counts = self.units.iter().map(|unit| (side(unit).events, side(unit).observations));
            let (events, observations): (Vec<f64>, Vec<f64>) = counts.unzip();
            LinearEstimate::mean(&events, &observations).map_err(|_| Undefined::EmptyCell)
        };
        let (with, without) = (rate(|unit| unit.present)?, rate(|unit| unit.absent)?);
        let both = LinearEstimate::combination(&[(slopes[0], &with), (-slopes[1], &without)]);
        // A feature may be present in one cluster alone: what carries the figure is both sides.
        let both =
            LinearEstimate { carriers: vec![both.units.clone()], resolution: ROUNDING, ..both };
        match both.standard_errors(self.dependence) {
            Ok(errors) => Ok(Error { se: errors.used, clusters: errors.effective_clusters }),
            Err(Undefined::NoSpread) => Err(Undefined::NoVariation),
            Err(reason) => Err(reason),
        }
    }

    fn score_intervals(
        &self,
        level: f64,
    ) -> (Result<Interval, Undefined>, Result<Interval, Undefined>) {
        let pooled = |count: fn(ClusterRate) -> f64| -> Vec<f64> {
            self.units.iter().map(|unit| count(unit.present) + count(unit.absent)).collect()
        };
        let (events, observations) = (pooled(|side| side.events), pooled(|side| side.observations));
        let pooled = dependent_rate(&events, &observations, self.dependence, level);
        let share = match pooled.effective_observations {
            Ok(effective) => effective / pooled.observations,
            Err(reason) => return (Err(reason), Err(reason)),
        };
        let shrunk = |side: ClusterRate| ClusterRate {
            observations: side.observations * share,
            events: side.events.min(side.observations) * share,
        };
        let (present, absent) = (shrunk(self.present), shrunk(self.absent));
        (
            relative_risk_score(present, absent, level),
            Ok(newcombe(present, absent, normal_reach(level))),
        )
    }
}

/// Newcombe's interval of a difference of independent rates, from Wilson's of each.
fn newcombe(present: ClusterRate, absent: ClusterRate, reach: f64) -> Interval {
    let side = |counts: ClusterRate| {
        let rate = (counts.events / counts.observations).min(1.0);
        (rate, wilson_within(rate, counts.observations, reach))
    };
    let ((p1, first), (p0, second)) = (side(present), side(absent));
    Interval {
        low: p1 - p0 - (p1 - first.low).hypot(second.high - p0),
        high: p1 - p0 + (first.high - p1).hypot(p0 - second.low),
    }
}

/// Score interval of the relative risk of two independent samples (Koopman's).
///
/// # Formula
/// ```text
/// limits: the ratios r at which (p1 - r p0)^2 = z^2 (q1 (1 - q1) / N1 + r^2 q0 (1 - q0) / N0)
/// q1 = r q0, q0 the most likely rate if the ratio were r
/// ```
/// # Shapes and units
/// Counts, fractions allowed. The lower limit is 0 where the event never occurs with the feature, the
/// upper limit infinite where it never occurs without.
/// # Errors
/// [`Undefined::NothingCounted`] when a side has no observations; [`Undefined::EmptyCell`] when the
/// event never occurs at all.
/// # Panics
/// If `level` is not strictly between 0 and 1, or events exceed observations.
/// # Source
/// Koopman (1984); checked against statsmodels in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::{ClusterRate, relative_risk_score};
///
/// let never = ClusterRate { observations: 20.0, events: 0.0 };
/// let often = ClusterRate { observations: 20.0, events: 10.0 };
/// let interval = relative_risk_score(never, often, 0.95)?;
/// assert!(interval.low == 0.0 && interval.high < 1.0);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn relative_risk_score(
    present: ClusterRate,
    absent: ClusterRate,
    level: f64,
) -> Result<Interval, Undefined> {
    let square = normal_reach(level).powi(2);
    let (n1, x1) = (present.observations, present.events);
    let (n0, x0) = (absent.observations, absent.events);
    check(x1, n1);
    check(x0, n0);
    if n1 == 0.0 || n0 == 0.0 {
        return Err(Undefined::NothingCounted);
    }
    if x1 + x0 == 0.0 {
        return Err(Undefined::EmptyCell);
    }
    let excess = |log_ratio: f64| {
        let ratio = log_ratio.exp();
        let (a, b, c) = ((n1 + n0) * ratio, ratio * (n1 + x0) + x1 + n0, x1 + x0);
        // The smaller root, in the form that does not cancel.
        let q0 = (2.0 * c / (b + (b * b - 4.0 * a * c).max(0.0).sqrt())).min(1.0);
        let q1 = (ratio * q0).min(1.0);
        let variance = q1 * (1.0 - q1) / n1 + ratio * ratio * q0 * (1.0 - q0) / n0;
        (x1 / n1 - ratio * x0 / n0).powi(2) - square * variance
    };
    // Where a side has no events the estimate lies at an end of this range, and so does a limit.
    const FAR: f64 = 40.0;
    let estimate = if x1 == 0.0 {
        -FAR
    } else if x0 == 0.0 {
        FAR
    } else {
        (x1 * n0 / (x0 * n1)).ln()
    };
    let limit = |far: f64| {
        let (mut inside, mut outside) = (estimate, far);
        for _ in 0..200 {
            let middle = f64::midpoint(inside, outside);
            if excess(middle) > 0.0 { outside = middle } else { inside = middle }
        }
        f64::midpoint(inside, outside).exp()
    };
    Ok(Interval {
        low: if x1 == 0.0 { 0.0 } else { limit(-FAR) },
        high: if x0 == 0.0 { f64::INFINITY } else { limit(FAR) },
    })
}
