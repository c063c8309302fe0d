//! Confusion counts of a yes-or-no prediction, and the measures read off them.

use std::ops::Add;

use crate::{ClusterRate, Undefined};

/// Counts of a prediction against what happened.
///
/// # Shapes and units
/// Counts, or sums of weights; they add up over clusters.
///
/// # Examples
/// ```
/// use foretell_stats::{Confusion, Undefined};
///
/// // A guess of "no switch" every time: right often, and yet no detector.
/// let never = Confusion { true_negative: 90.0, false_negative: 10.0, ..Confusion::default() };
/// assert_eq!((never.accuracy(), never.recall()), (Ok(0.9), Ok(0.0)));
/// assert_eq!(never.precision(), Err(Undefined::EmptyMargin));
/// assert_eq!(never.phi(), Err(Undefined::EmptyMargin));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Confusion {
    /// Predicted, and happened.
    pub true_positive: f64,
    /// Predicted, but did not happen.
    pub false_positive: f64,
    /// Not predicted, but happened.
    pub false_negative: f64,
    /// Not predicted, and did not happen.
    pub true_negative: f64,
}

impl Add for Confusion {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            true_positive: self.true_positive + other.true_positive,
            false_positive: self.false_positive + other.false_positive,
            false_negative: self.false_negative + other.false_negative,
            true_negative: self.true_negative + other.true_negative,
        }
    }
}

/// Every measure is undefined, with [`Undefined::EmptyMargin`], where its denominator is zero, and with
/// [`Undefined::NothingCounted`] where nothing was counted. Checked against scikit-learn in
/// `testdata/stats/measures.json`.
impl Confusion {
    /// The same counts, each times a factor.
    pub(crate) fn times(&self, factor: f64) -> Self {
        Self {
            true_positive: factor * self.true_positive,
            false_positive: factor * self.false_positive,
            false_negative: factor * self.false_negative,
            true_negative: factor * self.true_negative,
        }
    }

    /// One prediction and what happened.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Confusion;
    /// assert_eq!(Confusion::of(true, false, 1.0).false_positive, 1.0);
    /// ```
    pub fn of(predicted: bool, happened: bool, weight: f64) -> Self {
        let mut counts = Self::default();
        match (predicted, happened) {
            (true, true) => counts.true_positive = weight,
            (true, false) => counts.false_positive = weight,
            (false, true) => counts.false_negative = weight,
            (false, false) => counts.true_negative = weight,
        }
        counts
    }

    /// Sum of the four counts.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Confusion;
    /// assert_eq!(Confusion::default().total(), 0.0);
    /// ```
    pub fn total(&self) -> f64 {
        self.true_positive + self.false_positive + self.false_negative + self.true_negative
    }

    fn share(&self, part: f64, whole: f64) -> Result<f64, Undefined> {
        let total = self.total();
        let counts =
            [self.true_positive, self.false_positive, self.false_negative, self.true_negative];
        assert!(
            total.is_finite() && counts.iter().all(|count| *count >= 0.0),
            "confusion counts must be finite and not negative: {self:?}"
        );
        if total == 0.0 {
            Err(Undefined::NothingCounted)
        } else if whole == 0.0 {
            Err(Undefined::EmptyMargin)
        } else {
            Ok(part / whole)
        }
    }

    /// Share of right predictions, `(TP + TN) / n`.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Confusion;
    /// let counts = Confusion { true_positive: 1.0, false_positive: 3.0, ..Confusion::default() };
    /// assert_eq!(counts.accuracy(), Ok(0.25));
    /// ```
    pub fn accuracy(&self) -> Result<f64, Undefined> {
        self.share(self.true_positive + self.true_negative, self.total())
    }

    /// Share of the predicted that happened, `TP / (TP + FP)`.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Confusion;
    /// let counts = Confusion { true_positive: 1.0, false_positive: 3.0, ..Confusion::default() };
    /// assert_eq!(counts.precision(), Ok(0.25));
    /// ```
    pub fn precision(&self) -> Result<f64, Undefined> {
        self.share(self.true_positive, self.true_positive + self.false_positive)
    }

    /// Share of what happened that was predicted, `TP / (TP + FN)`: the sensitivity.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Confusion;
    /// let counts = Confusion { true_positive: 1.0, false_negative: 1.0, ..Confusion::default() };
    /// assert_eq!(counts.recall(), Ok(0.5));
    /// ```
    pub fn recall(&self) -> Result<f64, Undefined> {
        self.share(self.true_positive, self.true_positive + self.false_negative)
    }

    /// Share of what did not happen that was not predicted, `TN / (TN + FP)`.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Confusion;
    /// let counts = Confusion { true_negative: 3.0, false_positive: 1.0, ..Confusion::default() };
    /// assert_eq!(counts.specificity(), Ok(0.75));
    /// ```
    pub fn specificity(&self) -> Result<f64, Undefined> {
        self.share(self.true_negative, self.true_negative + self.false_positive)
    }

    /// Harmonic mean of precision and recall, `2 TP / (2 TP + FP + FN)`.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Confusion;
    /// let counts = Confusion { true_positive: 1.0, false_negative: 2.0, ..Confusion::default() };
    /// assert_eq!(counts.f1(), Ok(0.5));
    /// ```
    pub fn f1(&self) -> Result<f64, Undefined> {
        let twice = 2.0 * self.true_positive;
        self.share(twice, twice + self.false_positive + self.false_negative)
    }

    /// Mean of recall and specificity.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Confusion;
    /// let never = Confusion { true_negative: 9.0, false_negative: 1.0, ..Confusion::default() };
    /// assert_eq!(never.balanced_accuracy(), Ok(0.5));
    /// ```
    pub fn balanced_accuracy(&self) -> Result<f64, Undefined> {
        Ok(f64::midpoint(self.recall()?, self.specificity()?))
    }

    /// Geometric mean of recall and specificity.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Confusion;
    /// let never = Confusion { true_negative: 9.0, false_negative: 1.0, ..Confusion::default() };
    /// assert_eq!(never.g_mean(), Ok(0.0));
    /// ```
    pub fn g_mean(&self) -> Result<f64, Undefined> {
        Ok((self.recall()? * self.specificity()?).sqrt())
    }

    /// Phi coefficient, or Matthews correlation: the correlation of prediction and outcome.
    ///
    /// # Formula
    /// ```text
    /// phi = (TP TN - FP FN) / sqrt((TP + FP)(TP + FN)(TN + FP)(TN + FN))
    /// ```
    /// # Examples
    /// ```
    /// # use foretell_stats::Confusion;
    /// let perfect = Confusion { true_positive: 2.0, true_negative: 8.0, ..Confusion::default() };
    /// assert_eq!(perfect.phi(), Ok(1.0));
    /// ```
    pub fn phi(&self) -> Result<f64, Undefined> {
        let (tp, fp) = (self.true_positive, self.false_positive);
        let (fn_, tn) = (self.false_negative, self.true_negative);
        // In pairs: the product of four large counts would lose digits, of four tiny ones vanish.
        let whole = ((tp + fp) * (tn + fn_)).sqrt() * ((tp + fn_) * (tn + fp)).sqrt();
        Ok(self.share(tp * tn - fp * fn_, whole)?.clamp(-1.0, 1.0))
    }

    /// What precision counts, for [`clustered_rate`](crate::clustered_rate) over clusters.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::{Confusion, clustered_rate};
    /// let cluster = Confusion { true_positive: 1.0, false_positive: 1.0, ..Confusion::default() };
    /// let rates: Vec<_> = [cluster; 9].iter().map(Confusion::precision_counts).collect();
    /// assert_eq!(clustered_rate(&rates, 0.95).rate, Ok(0.5));
    /// ```
    pub fn precision_counts(&self) -> ClusterRate {
        let observations = self.true_positive + self.false_positive;
        ClusterRate { observations, events: self.true_positive }
    }

    /// What recall counts, for [`clustered_rate`](crate::clustered_rate) over clusters.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Confusion;
    /// let cluster = Confusion { true_positive: 1.0, false_negative: 2.0, ..Confusion::default() };
    /// assert_eq!(cluster.recall_counts().observations, 3.0);
    /// ```
    pub fn recall_counts(&self) -> ClusterRate {
        let observations = self.true_positive + self.false_negative;
        ClusterRate { observations, events: self.true_positive }
    }

    /// What specificity counts, for [`clustered_rate`](crate::clustered_rate) over clusters.
    ///
    /// # Examples
    /// ```
    /// # use foretell_stats::Confusion;
    /// let cluster = Confusion { true_negative: 1.0, false_positive: 2.0, ..Confusion::default() };
    /// assert_eq!(cluster.specificity_counts().events, 1.0);
    /// ```
    pub fn specificity_counts(&self) -> ClusterRate {
        let observations = self.true_negative + self.false_positive;
        ClusterRate { observations, events: self.true_negative }
    }
}
