//! How often intervals hold the truth.

use super::gather::{Moments, Share, error_ratio};
use super::study::{Sampling, Study};
use foretell_stats::{Interval, LinearEstimate, bca, bootstrap, jackknife, nsg_clustered};

/// A way to an interval of the NSG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Dyad-robust with t: what analyses print unless asked otherwise.
    Default,
    /// Clustered by originals alone, with t.
    OneWay,
    /// The jackknife over originals with t, on the NSG itself.
    Jackknife,
    /// Percentiles of resampled originals.
    Percentile,
    /// The same corrected for bias and skewness.
    Bca,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 5] =
        [Self::Default, Self::OneWay, Self::Jackknife, Self::Percentile, Self::Bca];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "dyadic t",
            Self::OneWay => "one-way t",
            Self::Jackknife => "jackknife t",
            Self::Percentile => "percentile",
            Self::Bca => "BCa",
        }
    }
}

/// What one method made of one study.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    interval: Option<Interval>,
    se: Option<f64>,
}

/// All methods' limits of one study, and its estimate.
pub(super) struct Limited {
    pub(super) estimate: Option<f64>,
    /// In the order of [`Method::ALL`]; none where a method was not asked.
    limits: [Option<Limits>; 5],
}

/// How bootstraps are drawn, where they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resampling {
    pub(super) draws: u32,
    pub(super) seed: u64,
}

impl Limited {
    pub(super) fn of(
        study: &Study,
        estimate: Option<&LinearEstimate>,
        sampling: &Sampling,
        resampling: Option<Resampling>,
        level: f64,
    ) -> Self {
        let default = estimate.map(|estimate| {
            let dependence = sampling.dependence();
            let se = estimate.standard_errors(dependence).ok().map(|errors| errors.used);
            Limits { interval: estimate.interval(dependence, level).ok(), se }
        });
        let clustered = nsg_clustered(&study.clusters, level);
        let one_way = Limits { interval: clustered.interval.ok(), se: clustered.se.ok() };
        let [percentile, bca] = match resampling {
            Some(resampling) => resampled(study, resampling, level).map(Some),
            None => [None; 2],
        };
        let none = Limits { interval: None, se: None };
        let jackknifed = jackknifed(study, level);
        let limits =
            [Some(default.unwrap_or(none)), Some(one_way), Some(jackknifed), percentile, bca];
        Self { estimate: estimate.map(LinearEstimate::value), limits }
    }
}

fn nsg(&[_, treated, baseline]: &[f64; 3]) -> Option<f64> {
    (baseline > 0.0).then(|| 1.0 - treated / baseline)
}

/// The textbook's interval, on the figure itself.
fn jackknifed(study: &Study, level: f64) -> Limits {
    let profiles = study.profiles();
    let Ok(jackknife) = jackknife(&profiles, nsg) else {
        return Limits { interval: None, se: None };
    };
    let interval = jackknife.interval(profiles.clusters(), level);
    Limits { interval: Some(interval), se: Some(jackknife.se) }
}

fn resampled(study: &Study, resampling: Resampling, level: f64) -> [Limits; 2] {
    let profiles = study.profiles();
    let draws = bootstrap(&profiles, nsg, resampling.draws, resampling.seed);
    let percentile = draws.percentile(level).ok().map(|found| found.interval);
    let corrected = bca(&profiles, nsg, &draws, level).ok().map(|found| found.interval);
    [percentile, corrected].map(|interval| Limits { interval, se: None })
}

/// What a method's intervals were worth over all replicates of one population and size.
#[derive(Debug, Clone, PartialEq)]
pub struct IntervalRow {
    /// Faithfulness of the population.
    pub faithfulness: f64,
    /// Clusters of every replicate.
    pub clusters: u32,
    /// The method.
    pub method: Method,
    /// Replicates with an interval.
    pub replicates: u64,
    /// Replicates in which the method gave none.
    pub undefined: u64,
    /// The NSG of the population.
    pub truth: f64,
    /// Mean estimate less truth, and its Monte-Carlo error.
    pub bias: (f64, f64),
    /// Standard deviation of the estimates.
    pub spread: f64,
    /// Standard error over spread, and its Monte-Carlo error; bootstraps give no standard error.
    pub error_ratio: Option<(f64, f64)>,
    /// Intervals that hold the truth.
    pub coverage: Share,
    /// Intervals that lie below it as a whole.
    pub below: Share,
    /// Intervals that lie above it.
    pub above: Share,
    /// Mean width, and its Monte-Carlo error.
    pub width: (f64, f64),
}

/// Rows of all methods, in their order.
pub(super) fn rows(
    faithfulness: f64,
    clusters: u32,
    truth: f64,
    studies: &[Limited],
) -> Vec<IntervalRow> {
    let row = |(at, method): (usize, Method)| {
        let asked = studies.iter().filter_map(|study| Some((study.estimate?, study.limits[at]?)));
        let asked: Vec<(f64, Limits)> = asked.collect();
        let undefined = studies.iter().filter(|study| study.limits[at].is_some()).count();
        let found: Vec<Interval> = asked.iter().filter_map(|(_, limits)| limits.interval).collect();
        if found.len() < 2 {
            return None;
        }
        let estimates = Moments::of(&asked.iter().map(|(value, _)| *value).collect::<Vec<_>>());
        let widths = Moments::of(&found.iter().map(|i| i.high - i.low).collect::<Vec<_>>());
        let errors: Vec<f64> = asked.iter().filter_map(|(_, limits)| limits.se).collect();
        let n = found.len() as u64;
        let share = |holds: fn(&Interval, f64) -> bool| {
            Share::of(found.iter().filter(|interval| holds(interval, truth)).count() as u64, n)
        };
        Some(IntervalRow {
            faithfulness,
            clusters,
            method,
            replicates: n,
            undefined: undefined as u64 - n,
            truth,
            bias: (estimates.mean - truth, estimates.mean_error()),
            spread: estimates.sd(),
            error_ratio: (errors.len() > 1).then(|| error_ratio(&errors, &estimates)),
            coverage: share(|interval, truth| interval.contains(truth)),
            below: share(|interval, truth| interval.high < truth),
            above: share(|interval, truth| truth < interval.low),
            width: (widths.mean, widths.mean_error()),
        })
    };
    Method::ALL.into_iter().enumerate().filter_map(row).collect()
}
