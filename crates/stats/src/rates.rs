//! One rate: Wilson's interval, for independent observations, and with the design effect of clusters
//! or of shared texts.

use crate::quantile::student_t;
use crate::significance::normal_reach;
use crate::{Dependence, Interval, LinearEstimate, Undefined};

/// Rounding that averaged repeats may leave above a whole number of events, relative to it.
const ROUNDING: f64 = 1e-9;

/// Wilson's interval of a rate of independent observations.
///
/// # Formula
/// ```text
/// p = x / n:   (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)
/// ```
/// # Shapes and units
/// `events` of `observations`, fractions allowed (an effective number is one). Limits in `[0, 1]`,
/// and of positive width even where nothing or everything occurred.
/// # Errors
/// [`Undefined::NothingCounted`] when `observations` is 0.
/// # Panics
/// If `level` is not strictly between 0 and 1, or events do not lie between 0 and the observations.
/// # Source
/// Wilson (1927); checked against statsmodels in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::wilson;
///
/// let interval = wilson(0.0, 20.0, 0.95)?;
/// assert!(interval.low == 0.0 && interval.high > 0.1);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn wilson(events: f64, observations: f64, level: f64) -> Result<Interval, Undefined> {
    let reach = normal_reach(level);
    check(events, observations);
    if observations == 0.0 {
        return Err(Undefined::NothingCounted);
    }
    Ok(wilson_within(events / observations, observations, reach))
}

/// The formula above for any number of standard errors.
pub(crate) fn wilson_within(rate: f64, n: f64, reach: f64) -> Interval {
    let rate = rate.clamp(0.0, 1.0);
    let q = reach * reach / n;
    let centre = rate + q / 2.0;
    let half = reach * (rate * (1.0 - rate) / n + q / (4.0 * n)).sqrt();
    // At a rate of 0 or 1 centre and half cancel; what rounding leaves is not a limit.
    Interval {
        low: if rate == 0.0 { 0.0 } else { ((centre - half) / (1.0 + q)).max(0.0) },
        high: if rate == 1.0 { 1.0 } else { ((centre + half) / (1.0 + q)).min(1.0) },
    }
}

pub(crate) fn check(events: f64, observations: f64) {
    assert!(
        observations.is_finite() && (0.0..=observations * (1.0 + ROUNDING)).contains(&events),
        "events must lie between 0 and the observations: {events} of {observations}"
    );
}

/// Events and observations of one cluster.
///
/// # Shapes and units
/// Counts, or sums of weights that average one.
///
/// # Examples
/// ```
/// use foretell_stats::ClusterRate;
///
/// let cluster = ClusterRate { observations: 4.0, events: 1.0 };
/// assert!(cluster.events <= cluster.observations);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ClusterRate {
    /// Observations of the cluster.
    pub observations: f64,
    /// Those in which the event occurred.
    pub events: f64,
}

/// A rate with its uncertainty between clusters, and the counts it rests on.
///
/// # Examples
/// ```
/// use foretell_stats::{ClusterRate, Undefined, clustered_rate};
///
/// let estimate = clustered_rate(&[ClusterRate { observations: 4.0, events: 0.0 }; 5], 0.95);
/// assert_eq!(estimate.rate, Ok(0.0));
/// assert_eq!(estimate.design_effect, Err(Undefined::NoVariation));
/// assert_eq!(estimate.effective_observations, Ok(5.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateEstimate {
    /// Events over observations.
    pub rate: Result<f64, Undefined>,
    /// Standard error of `rate`, robust to clustering, without a small-sample factor.
    pub se: Result<f64, Undefined>,
    /// Variance between clusters over the variance of independent observations.
    pub design_effect: Result<f64, Undefined>,
    /// Independent observations that would say as much.
    pub effective_observations: Result<f64, Undefined>,
    /// Wilson's interval at the effective number of observations.
    pub interval: Result<Interval, Undefined>,
    /// Observations over all clusters.
    pub observations: f64,
    /// Events over all clusters.
    pub events: f64,
    /// Clusters with at least one observation.
    pub clusters: u64,
}

/// A rate of clustered observations, its design effect, and Wilson's interval at the effective n.
///
/// # Formula
/// ```text
/// p    = sum x_c / sum n_c
/// se^2 = sum (x_c - p n_c)^2 / n^2
/// deff = K / (K - 1) * se^2 / (p (1 - p) / n)
/// n_e  = n / max(deff, 1)          if p is 0 or 1, the number of clusters, at most n
/// ```
/// The interval is [`wilson`]'s with `n_e` for n and t on `K - 1` degrees of freedom for z. Where
/// the event never (or always) occurs nothing tells how alike the observations of a cluster are, so
/// each cluster counts as one. A design effect below 1 is reported, but earns no narrower interval.
///
/// # Shapes and units
/// One element a cluster; those without observations are ignored. Fractions in `[0, 1]`.
/// # Errors
/// Per figure. [`Undefined::NothingCounted`] without observations. `se`, `design_effect`,
/// `effective_observations` and `interval`: [`Undefined::TooFewClusters`] with one cluster. `se` and
/// `design_effect`: [`Undefined::NoVariation`] at a rate of 0 or 1, or where every cluster has the
/// same rate (then the interval takes observations as independent).
/// # Panics
/// If `level` is not strictly between 0 and 1, or events exceed observations.
/// # Source
/// Kish (1965) for the design effect; Korn and Graubard (1998) and Dean and Pagano (2015) for the
/// interval; `se` checked against a GEE of statsmodels in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::{ClusterRate, clustered_rate};
///
/// // Clusters that are all or nothing: four observations say as much as one.
/// let all = ClusterRate { observations: 4.0, events: 4.0 };
/// let none = ClusterRate { observations: 4.0, events: 0.0 };
/// let estimate = clustered_rate(&[[all; 10], [none; 10]].concat(), 0.95);
/// assert!((estimate.design_effect? - 4.0 * 20.0 / 19.0).abs() < 1e-12);
/// assert!((estimate.effective_observations? - 19.0).abs() < 1e-9);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn clustered_rate(clusters: &[ClusterRate], level: f64) -> RateEstimate {
    // Checked here, so that a wrong level is refused whether or not the interval exists.
    crate::quantile::tail(level);
    let (mut observations, mut events, mut count) = (0.0, 0.0, 0_u64);
    for cluster in clusters {
        check(cluster.events, cluster.observations);
        observations += cluster.observations;
        events += cluster.events;
        count += u64::from(cluster.observations > 0.0);
    }
    if count == 0 {
        let none = Err(Undefined::NothingCounted);
        return RateEstimate {
            rate: none,
            se: none,
            design_effect: none,
            effective_observations: none,
            interval: Err(Undefined::NothingCounted),
            observations,
            events,
            clusters: 0,
        };
    }
    let rate = (events / observations).min(1.0);
    let se = rate_se(clusters, rate, observations, count);
    judged(rate, se, [events, observations], [count as f64; 2], level)
}

/// The same of units that may share texts: a rate whose limits are dyad-robust.
///
/// # Formula
/// ```text
/// se    as LinearEstimate::standard_errors, K_eff as there
/// deff  = K_eff / (K_eff - 1) * se^2 / (p (1 - p) / n)
/// n_e   = n / max(deff, 1)
/// ```
/// and the rest as [`clustered_rate`], which it equals where no text is shared.
///
/// # Shapes and units
/// One element a unit in both lists, in the order of the units of `dependence`; those without
/// observations are ignored.
/// # Errors
/// As [`clustered_rate`].
/// # Panics
/// As [`clustered_rate`], or if the lists or the units of `dependence` differ in length.
/// # Source
/// As [`clustered_rate`] and [`LinearEstimate::standard_errors`]; checked against double sums over
/// observations in `testdata/stats/shared.json`.
/// # Examples
/// ```
/// use foretell_stats::{Dependence, dependent_rate};
///
/// let (events, observations) = ([1.0, 1.0, 0.0, 0.0, 1.0, 0.0], [1.0; 6]);
/// let apart = dependent_rate(&events, &observations, &Dependence::independent(6), 0.95);
/// // The first two share their counterfactual, and what happens to it.
/// let dyads = Dependence::dyadic(&[0, 1, 2, 3, 4, 5], &[6, 6, 7, 8, 9, 10]);
/// let shared = dependent_rate(&events, &observations, &dyads, 0.95);
/// assert_eq!(apart.rate, shared.rate);
/// assert!(shared.effective_observations? < apart.effective_observations?);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn dependent_rate(
    events: &[f64],
    observations: &[f64],
    dependence: &Dependence,
    level: f64,
) -> RateEstimate {
    crate::quantile::tail(level);
    assert_eq!(events.len(), dependence.units(), "one number of events a unit");
    events.iter().zip(observations).for_each(|(events, all)| check(*events, *all));
    let mean = match LinearEstimate::mean(events, observations) {
        Ok(mean) => mean,
        Err(_) => return clustered_rate(&[], level),
    };
    let total = |values: &[f64]| values.iter().sum::<f64>();
    let sums = [total(events), total(observations)];
    let rate = (sums[0] / sums[1]).min(1.0);
    let clusters = dependence.clusters.among(mean.units()) as f64;
    let errors = mean.standard_errors(dependence);
    let effective = mean.effective_clusters(dependence);
    let se = match errors {
        Ok(_) if rate == 0.0 || rate == 1.0 => Err(Undefined::NoVariation),
        Ok(errors) => Ok(errors.used),
        Err(Undefined::NoSpread) => Err(Undefined::NoVariation),
        Err(_) => Err(Undefined::TooFewClusters),
    };
    judged(rate, se, sums, [clusters, effective], level)
}

/// What is said of a rate with its error, from `K` clusters that count as so many.
fn judged(
    rate: f64,
    se: Result<f64, Undefined>,
    [events, observations]: [f64; 2],
    [clusters, k]: [f64; 2],
    level: f64,
) -> RateEstimate {
    let design_effect = se.map(|se| {
        let independent = rate * (1.0 - rate) / observations;
        k / (k - 1.0) * se * se / independent
    });
    let effective = match design_effect {
        Ok(effect) => Ok(observations / effect.max(1.0)),
        Err(Undefined::NoVariation) if rate == 0.0 || rate == 1.0 => Ok(k.min(observations)),
        Err(Undefined::NoVariation) => Ok(observations),
        Err(reason) => Err(reason),
    };
    let interval = effective.map(|n| wilson_within(rate, n, student_t(level, k - 1.0)));
    RateEstimate {
        rate: Ok(rate),
        se,
        design_effect,
        effective_observations: effective,
        interval,
        observations,
        events,
        clusters: clusters as u64,
    }
}

fn rate_se(clusters: &[ClusterRate], rate: f64, n: f64, count: u64) -> Result<f64, Undefined> {
    if count < 2 {
        return Err(Undefined::TooFewClusters);
    }
    let squares: f64 = clusters.iter().map(|c| (c.events - rate * c.observations).powi(2)).sum();
    // Equal rates leave the square of a rounding error, which is not a variance.
    if rate == 0.0 || rate == 1.0 || squares <= (1e-12 * n).powi(2) {
        return Err(Undefined::NoVariation);
    }
    Ok(squares.sqrt() / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(events: &[f64], observations: &[f64], clusters: &[u32]) -> [RateEstimate; 2] {
        let mut sums: Vec<ClusterRate> = vec![ClusterRate::default(); 9];
        for ((x, n), cluster) in events.iter().zip(observations).zip(clusters) {
            sums[*cluster as usize].observations += n;
            sums[*cluster as usize].events += x;
        }
        let dependence = Dependence::clustered(clusters);
        [clustered_rate(&sums, 0.9), dependent_rate(events, observations, &dependence, 0.9)]
    }

    #[test]
    fn without_shared_texts_a_rate_is_that_of_clusters() {
        let close = |one: Result<f64, Undefined>, other: Result<f64, Undefined>| match (one, other)
        {
            // Sums in another order.
            (Ok(one), Ok(other)) => assert!((one - other).abs() < 1e-12, "{one} {other}"),
            reasons => assert_eq!(reasons.0, reasons.1),
        };
        let none = [0.0; 5];
        let lists: [(&[f64], &[f64], &[u32]); 6] = [
            (&[1.0, 0.0, 2.0, 1.0, 0.0], &[2.0, 1.0, 2.0, 3.0, 0.0], &[0, 0, 1, 2, 3]),
            (&none, &[1.0; 5], &[0, 0, 1, 2, 3]),
            (&[1.0; 5], &[1.0; 5], &[0, 0, 1, 2, 3]),
            (&[1.0, 2.0, 1.0, 1.0, 1.0], &[2.0, 4.0, 2.0, 2.0, 2.0], &[0, 1, 2, 3, 4]),
            (&[1.0, 0.0], &[1.0; 2], &[5, 5]),
            (&none, &none, &[0, 1, 2, 3, 4]),
        ];
        for (events, observations, clusters) in lists {
            let [theirs, ours] = apart(events, observations, clusters);
            close(ours.rate, theirs.rate);
            close(ours.se, theirs.se);
            close(ours.design_effect, theirs.design_effect);
            close(ours.effective_observations, theirs.effective_observations);
            close(ours.interval.map(|limits| limits.low), theirs.interval.map(|limits| limits.low));
            assert_eq!(ours.clusters, theirs.clusters);
        }
    }

    #[test]
    fn twins_by_a_shared_text_count_about_once() {
        // Twelve originals, two by two with one counterfactual and one fate.
        let events: Vec<f64> = (0..12).map(|at| f64::from(at / 2 % 2)).collect();
        let originals: Vec<u32> = (0..12).collect();
        let counterfactuals: Vec<u32> = (0..12).map(|at| 20 + at / 2).collect();
        let dependence = Dependence::dyadic(&originals, &counterfactuals);
        let rate = dependent_rate(&events, &[1.0; 12], &dependence, 0.95);
        // Influences of 1/24 either way: 6 * (2/24)^2 between pairs of twins.
        assert!((rate.se.unwrap().powi(2) - 6.0 / 144.0).abs() < 1e-15);
        assert!(rate.effective_observations.unwrap() < 6.0);
        let apart = dependent_rate(&events, &[1.0; 12], &Dependence::independent(12), 0.95);
        assert!(apart.effective_observations.unwrap() > 10.0);
        assert!(rate.interval.unwrap().low < apart.interval.unwrap().low);
    }

    #[test]
    fn a_rate_of_one_behind_one_text_says_little() {
        // Forty originals, all of whose pairs share the counterfactual, and so the target.
        let originals: Vec<u32> = (0..40).collect();
        let dyads = Dependence::dyadic(&originals, &[50; 40]);
        let [rate, apart] = [dyads, Dependence::independent(40)]
            .map(|dependence| dependent_rate(&[1.0; 40], &[1.0; 40], &dependence, 0.95));
        assert_eq!((rate.rate, rate.se), (Ok(1.0), Err(Undefined::NoVariation)));
        assert!(rate.effective_observations.unwrap() < 3.0, "{rate:?}");
        assert!(apart.effective_observations.unwrap() == 40.0);
        assert!(rate.interval.unwrap().low < 0.2 && apart.interval.unwrap().low > 0.9);
    }
}
