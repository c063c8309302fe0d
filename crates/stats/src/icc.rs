//! Intraclass correlation: how far raters agree on a level, and how far on differences of levels.

use crate::correlation::finite;
use crate::quantile::tail;
use crate::significance::f_quantile;
use crate::{Interval, Undefined};

/// One intraclass correlation with its interval.
///
/// # Shapes and units
/// At most 1; negative where raters agree less than strangers would.
///
/// # Examples
/// ```
/// use foretell_stats::icc;
///
/// let both = icc(&[vec![1.0, 2.0], vec![2.0, 3.0], vec![3.0, 4.0]], 0.95);
/// // The second rater is always one higher: consistent, but not in agreement.
/// assert_eq!(both.consistency.value, Ok(1.0));
/// assert!(both.agreement.value? < 0.7);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Icc {
    /// The coefficient of a single rater.
    pub value: Result<f64, Undefined>,
    /// Confidence interval from F.
    pub interval: Result<Interval, Undefined>,
}

/// Both intraclass correlations of one table, with its size.
///
/// # Examples
/// ```
/// use foretell_stats::{Undefined, icc};
///
/// let both = icc(&[vec![1.0, 2.0]], 0.95);
/// assert_eq!(both.agreement.value, Err(Undefined::TooFewValues));
/// assert_eq!((both.subjects, both.raters), (1, 2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IccPair {
    /// ICC(A,1): raters must agree on the level itself.
    pub agreement: Icc,
    /// ICC(C,1): a constant offset of a rater is forgiven.
    pub consistency: Icc,
    /// Rows.
    pub subjects: u64,
    /// Columns.
    pub raters: u64,
}

/// ICC(A,1) and ICC(C,1) of a complete table: two-way model, single rater.
///
/// # Formula
/// ```text
/// n subjects, k raters; mean squares R of subjects, C of raters, E of the rest
/// ICC(C,1) = (R - E) / (R + (k - 1) E)
/// ICC(A,1) = (R - E) / (R + (k - 1) E + k (C - E) / n)
/// ```
/// Intervals from quantiles of F: exact for C, with Satterthwaite's degrees of freedom for A.
///
/// # Shapes and units
/// One row a subject, one column a rater. Neither order matters; the unit of the values cancels.
/// # Errors
/// Per figure. [`Undefined::NothingCounted`] without values; [`Undefined::TooFewValues`] below two
/// subjects or two raters; [`Undefined::NoVariation`] when the denominator is zero, and for an
/// interval when raters agree perfectly or its degrees of freedom vanish.
/// # Panics
/// If the rows differ in length, a value is not finite, or `level` is not strictly between 0 and 1.
/// # Source
/// McGraw and Wong (1996), cases 2A and 2C; checked against pingouin in
/// `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::icc;
///
/// let ratings = [vec![9.0, 2.0, 5.0], vec![6.0, 1.0, 3.0], vec![8.0, 4.0, 6.0], vec![7.0, 1.0, 2.0]];
/// let both = icc(&ratings, 0.95);
/// assert!(both.agreement.value? < both.consistency.value?);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn icc(ratings: &[Vec<f64>], level: f64) -> IccPair {
    let tail = tail(level);
    let raters = ratings.first().map_or(0, Vec::len);
    for row in ratings {
        assert_eq!(row.len(), raters, "subjects have different numbers of ratings");
        finite(row);
    }
    let squares = MeanSquares::of(ratings, raters);
    let undefined = |reason| Icc { value: Err(reason), interval: Err(reason) };
    let (agreement, consistency) = match squares {
        Ok(squares) => (squares.agreement(tail), squares.consistency(tail)),
        Err(reason) => (undefined(reason), undefined(reason)),
    };
    IccPair { agreement, consistency, subjects: ratings.len() as u64, raters: raters as u64 }
}

/// The two-way analysis of variance.
struct MeanSquares {
    n: f64,
    k: f64,
    subjects: f64,
    raters: f64,
    error: f64,
}

impl MeanSquares {
    fn of(ratings: &[Vec<f64>], raters: usize) -> Result<Self, Undefined> {
        if ratings.is_empty() || raters == 0 {
            return Err(Undefined::NothingCounted);
        }
        if ratings.len() < 2 || raters < 2 {
            return Err(Undefined::TooFewValues);
        }
        let (n, k) = (ratings.len() as f64, raters as f64);
        let rows: Vec<f64> = ratings.iter().map(|row| row.iter().sum::<f64>() / k).collect();
        let columns: Vec<f64> =
            (0..raters).map(|j| ratings.iter().map(|row| row[j]).sum::<f64>() / n).collect();
        let mean = rows.iter().sum::<f64>() / n;
        let spread = |means: &[f64]| means.iter().map(|m| (m - mean).powi(2)).sum::<f64>();
        let (mut rest, mut total) = (0.0, 0.0);
        for (row, row_mean) in ratings.iter().zip(&rows) {
            for (value, column_mean) in row.iter().zip(&columns) {
                rest += (value - row_mean - column_mean + mean).powi(2);
                total += (value - mean).powi(2);
            }
        }
        let scale = ratings.iter().flatten().fold(0.0, |most: f64, v| most.max(v.abs()));
        // What is left of equal values is the rounding of their mean.
        let rounding = n * k * (1e-13 * scale).powi(2);
        if total <= rounding {
            return Err(Undefined::NoVariation);
        }
        let clean = |square: f64| if square <= rounding { 0.0 } else { square };
        Ok(Self {
            n,
            k,
            subjects: clean(k * spread(&rows)) / (n - 1.0),
            raters: clean(n * spread(&columns)) / (k - 1.0),
            error: clean(rest) / ((n - 1.0) * (k - 1.0)),
        })
    }

    fn consistency(&self, tail: f64) -> Icc {
        let Self { n, k, subjects, error, .. } = *self;
        let value = quotient(subjects - error, subjects + (k - 1.0) * error);
        let interval = value.and_then(|_| {
            if error == 0.0 {
                return Err(Undefined::NoVariation);
            }
            let (f, rest) = (subjects / error, (n - 1.0) * (k - 1.0));
            let low = f / f_quantile(tail, n - 1.0, rest);
            let high = f * f_quantile(tail, rest, n - 1.0);
            let limit = |f: f64| (f - 1.0) / (f + k - 1.0);
            Ok(Interval { low: limit(low), high: limit(high) })
        });
        Icc { value, interval }
    }

    fn agreement(&self, tail: f64) -> Icc {
        let Self { n, k, subjects, raters, error } = *self;
        let value =
            quotient(subjects - error, subjects + (k - 1.0) * error + k * (raters - error) / n);
        let interval = value.and_then(|r| {
            if error == 0.0 || r == 1.0 {
                return Err(Undefined::NoVariation);
            }
            let a = k * r / (n * (1.0 - r));
            let b = 1.0 + k * r * (n - 1.0) / (n * (1.0 - r));
            let whole = a * raters + b * error;
            // Below zero agreement the two parts can cancel, and leave no degrees of freedom.
            if whole.abs() <= 1e-9 * ((a * raters).abs() + (1.0 + (b - 1.0).abs()) * error) {
                return Err(Undefined::NoVariation);
            }
            let freedom = whole.powi(2)
                / ((a * raters).powi(2) / (k - 1.0)
                    + (b * error).powi(2) / ((n - 1.0) * (k - 1.0)));
            let noise = k * raters + (k * n - k - n) * error;
            let below = f_quantile(tail, n - 1.0, freedom);
            let above = f_quantile(tail, freedom, n - 1.0);
            let low = quotient(n * (subjects - below * error), below * noise + n * subjects)?;
            let high = quotient(n * (above * subjects - error), noise + n * above * subjects)?;
            Ok(Interval { low, high })
        });
        Icc { value, interval }
    }
}

fn quotient(numerator: f64, denominator: f64) -> Result<f64, Undefined> {
    if denominator > 0.0 && numerator.is_finite() && denominator.is_finite() {
        Ok(numerator / denominator)
    } else {
        Err(Undefined::NoVariation)
    }
}
