//! The two small types that every estimate is made of: a range, and the reason why there is none.

/// Why a number does not exist.
///
/// Several reasons can hold at once; the first in the order of the variants is the one given.
///
/// # Examples
/// ```
/// use foretell_stats::{Undefined, nsg};
///
/// let reason = nsg(1.0, 1.0).unwrap_err();
/// assert_eq!(reason, Undefined::NoHeadroom);
/// assert_eq!(reason.to_string(), "the baseline makes no error, so there is none to remove");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undefined {
    /// No observation has a guess in both arms.
    #[error("nothing was observed in both arms")]
    NoObservations,
    /// The baseline arm makes no error, so a share of its error means nothing.
    #[error("the baseline makes no error, so there is none to remove")]
    NoHeadroom,
    /// Fewer than two clusters were observed, one cluster holds every error, or clusters are no more
    /// than coefficients: between-cluster variance cannot be estimated, and the formula would claim
    /// certainty.
    #[error("too few clusters carry this figure to estimate the variance between them")]
    TooFewClusters,
    /// The treated arm makes no error: the log of the error ratio is minus infinity, and every
    /// resample repeats the same figure, so neither method yields an interval.
    #[error("the treated arm makes no error, so its log error ratio has no standard error")]
    NoTreatedErrors,
    /// Errors fall on the clusters in the same proportion in both arms, most often because no guess
    /// changed: nothing varies, and the formula would claim certainty.
    #[error("the arms do not differ in any cluster, so there is no variance to estimate")]
    NoDifference,
    /// Bootstrap only: too many resamples had no headroom, or none was asked for.
    #[error("too many bootstrap draws are undefined to read limits off the rest")]
    TooFewDraws,

    // Measures of rates, risks, agreement and order.
    /// No observation, unit or row was counted.
    #[error("nothing was counted")]
    NothingCounted,
    /// Fewer values, raters, subjects or points of a line than the figure needs.
    #[error("there are too few values, raters, subjects or points for this figure")]
    TooFewValues,
    /// All values are equal, or every cluster behaves alike: there is nothing to measure, and a
    /// formula would claim certainty.
    #[error("the values do not vary, so there is nothing to measure")]
    NoVariation,
    /// One group of a comparison was never observed, or its outcome never (or always) occurs.
    #[error("a cell of the table is empty, so the ratio or its logarithm does not exist")]
    EmptyCell,
    /// One side of a confusion table holds a single class, so the denominator is zero.
    #[error("a margin of the confusion table is empty, so the denominator is zero")]
    EmptyMargin,
    /// A feature has the same value in every row that informs the model.
    #[error("the feature has one value only, so it has no effect to estimate")]
    ConstantFeature,
    /// A feature is an exact combination of the intercept and other features.
    #[error("the feature cannot be told apart from a combination of other features")]
    Collinear,
    /// An iterative fit found no maximum: some combination of features decides the outcome.
    #[error("the fit has no maximum, for some combination of features decides the outcome")]
    NotConverged,
    /// A permutation test was asked for no permutation.
    #[error("no permutation was drawn")]
    NoDraws,
    /// A mean, a difference or a weighted sum in which every cluster says the same.
    #[error("every cluster says the same, so there is no variance to estimate")]
    NoSpread,
    /// The statistic does not exist for the clusters as they are.
    #[error("the figure does not exist for the clusters as observed")]
    NoStatistic,
    /// Jackknife only: it needs the figure without each of the clusters.
    #[error("without one of the clusters there is no figure")]
    LeaveOneOut,
    /// Power only: what is to be told apart is the same.
    #[error("there is no effect that any number of clusters could find")]
    NoEffect,
    /// Variance within clusters needs repeats.
    #[error("fewer than two repeats, so there is no variance between repeats")]
    OneRepeat,
}

/// A closed range of plausible values.
///
/// # Shapes and units
/// In the unit of the estimate it belongs to, with `low <= high`. The lower limit of an NSG has no
/// floor and is minus infinity where a limit overflows.
///
/// # Examples
/// ```
/// use foretell_stats::Interval;
///
/// let interval = Interval { low: -0.1, high: 0.4 };
/// assert!(interval.contains(0.0) && !interval.contains(0.5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
}

impl Interval {
    /// Whether `value` lies between the limits or on one of them.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Interval;
    /// assert!(Interval { low: 0.0, high: 0.5 }.contains(0.5));
    /// ```
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_reads_as_a_clause() {
        for reason in [
            Undefined::NoObservations,
            Undefined::NoHeadroom,
            Undefined::NoTreatedErrors,
            Undefined::TooFewDraws,
            Undefined::NothingCounted,
            Undefined::TooFewValues,
            Undefined::TooFewClusters,
            Undefined::NoVariation,
            Undefined::EmptyCell,
            Undefined::EmptyMargin,
            Undefined::ConstantFeature,
            Undefined::Collinear,
            Undefined::NotConverged,
            Undefined::NoDraws,
            Undefined::NoSpread,
            Undefined::NoStatistic,
            Undefined::LeaveOneOut,
            Undefined::NoEffect,
            Undefined::OneRepeat,
        ] {
            let text = reason.to_string();
            assert!(text.starts_with(char::is_lowercase) && !text.ends_with('.'), "{text}");
        }
    }

    #[test]
    fn an_interval_holds_its_limits_and_nothing_beyond() {
        let interval = Interval { low: 0.1, high: 0.2 };
        assert!(interval.contains(0.1) && interval.contains(0.2));
        assert!(!interval.contains(0.0999) && !interval.contains(f64::NAN));
    }
}
