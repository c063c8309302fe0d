//! Correlation of two series: Pearson's, and Spearman's on ranks that may be tied.

use crate::significance::normal_reach;
use crate::{Interval, Test, Undefined};

/// A correlation with its test and interval.
///
/// # Shapes and units
/// `r` in `[-1, 1]`; the interval too. The test's statistic is Student's t on `n - 2` degrees of
/// freedom, for independent observations: series of predictors over the same models are not.
///
/// # Examples
/// ```
/// use foretell_stats::{Undefined, pearson};
///
/// let two = pearson(&[1.0, 2.0], &[5.0, 3.0], 0.95);
/// assert_eq!(two.r, Ok(-1.0));
/// assert_eq!(two.test, Err(Undefined::TooFewValues));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correlation {
    /// The coefficient.
    pub r: Result<f64, Undefined>,
    /// Test of no correlation.
    pub test: Result<Test, Undefined>,
    /// Confidence interval of `r`, by Fisher's transformation.
    pub interval: Result<Interval, Undefined>,
    /// Pairs of values.
    pub n: u64,
}

/// Pearson's correlation of two series.
///
/// # Formula
/// ```text
/// r = sum (x - mean x)(y - mean y) / sqrt(sum (x - mean x)^2 * sum (y - mean y)^2)
/// t = r sqrt((n - 2) / (1 - r^2))
/// limits = tanh(atanh r -+ z / sqrt(n - 3))
/// ```
/// # Shapes and units
/// Two slices of one length, any unit.
/// # Errors
/// Per figure. [`Undefined::NothingCounted`] for empty slices; [`Undefined::TooFewValues`] below two
/// values, for the test below three, for the interval below four; [`Undefined::NoVariation`] when a
/// series is constant, and for test and interval when `r` is 1 or -1.
/// # Panics
/// If the lengths differ, a value is not finite, or `level` is not strictly between 0 and 1.
/// # Source
/// Fisher (1921) for the interval; checked against scipy in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::pearson;
///
/// let correlation = pearson(&[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 4.0], 0.95);
/// assert!((correlation.r? - 0.8).abs() < 1e-12);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn pearson(x: &[f64], y: &[f64], level: f64) -> Correlation {
    let reach = normal_reach(level);
    correlate(x, y, |_| reach)
}

/// Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank.
///
/// # Formula
/// ```text
/// limits = tanh(atanh r -+ z sqrt(1 + r^2 / 2) / sqrt(n - 3))
/// ```
/// # Shapes and units
/// Two slices of one length; only their order matters.
/// # Errors
/// As [`pearson`].
/// # Panics
/// As [`pearson`].
/// # Source
/// Bonett and Wright (2000) for the interval; `r` and `p` checked against scipy, limits against their
/// formula written out, in
/// `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::spearman;
///
/// let monotone = spearman(&[1.0, 2.0, 3.0, 4.0], &[1.0, 10.0, 100.0, 1000.0], 0.95);
/// assert_eq!(monotone.r, Ok(1.0));
/// ```
pub fn spearman(x: &[f64], y: &[f64], level: f64) -> Correlation {
    let reach = normal_reach(level);
    correlate(&ranks(x), &ranks(y), |r| reach * (1.0 + r * r / 2.0).sqrt())
}

/// Mean ranks from 1, ties sharing theirs.
///
/// # Panics
/// If a value is not finite.
pub(crate) fn ranks(values: &[f64]) -> Vec<f64> {
    finite(values);
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    // Compared as numbers, so that the two zeros tie.
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = before as f64 + (tied.len() + 1) as f64 / 2.0;
        for &index in tied {
            ranks[index] = rank;
        }
        before += tied.len();
    }
    ranks
}

pub(crate) fn finite(values: &[f64]) {
    for value in values {
        assert!(value.is_finite(), "{value} is not a finite number");
    }
}

fn correlate(x: &[f64], y: &[f64], reach: impl Fn(f64) -> f64) -> Correlation {
    assert_eq!(x.len(), y.len(), "the two series differ in length");
    let n = x.len() as f64;
    let r = coefficient(x, y);
    let imperfect = r.and_then(|r| if r.abs() < 1.0 { Ok(r) } else { Err(Undefined::NoVariation) });
    let enough = |least| if x.len() < least { Err(Undefined::TooFewValues) } else { imperfect };
    Correlation {
        r,
        test: r
            .and(enough(3))
            .map(|r| Test::t(r * ((n - 2.0) / ((1.0 - r) * (1.0 + r))).sqrt(), n - 2.0)),
        interval: r.and(enough(4)).map(|r| {
            let half = reach(r) / (n - 3.0).sqrt();
            Interval { low: (r.atanh() - half).tanh(), high: (r.atanh() + half).tanh() }
        }),
        n: x.len() as u64,
    }
}

fn coefficient(x: &[f64], y: &[f64]) -> Result<f64, Undefined> {
    finite(x);
    finite(y);
    match x.len() {
        0 => return Err(Undefined::NothingCounted),
        1 => return Err(Undefined::TooFewValues),
        _ => {}
    }
    let constant = |values: &[f64]| values.iter().all(|v| *v == values[0]);
    if constant(x) || constant(y) {
        return Err(Undefined::NoVariation);
    }
    let (x, y) = (deviations(x), deviations(y));
    let product: f64 = x.iter().zip(&y).map(|(a, b)| a * b).sum();
    let r = product / (norm(&x) * norm(&y));
    if !r.is_finite() {
        // Differences too small for a double to square.
        return Err(Undefined::NoVariation);
    }
    // Rounding must not leave a perfect correlation a hair away from one, in either direction.
    Ok(if 1.0 - r.abs() < 1e-14 { r.signum() } else { r })
}

/// Deviations from the mean, over the largest of them, so that no square overflows or vanishes.
fn deviations(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().map(|v| v / values.len() as f64).sum::<f64>();
    let deviations: Vec<f64> = values.iter().map(|v| v / 2.0 - mean / 2.0).collect();
    let largest = deviations.iter().fold(0.0, |most: f64, d| most.max(d.abs()));
    deviations.iter().map(|d| d / largest).collect()
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|v| v * v).sum::<f64>().sqrt()
}
