//! Confusion counts of a yes-or-no prediction, and the measures read off them.

use std::collections::BTreeMap;
use std::ops::Add;

use crate::{Bootstrap, ClusterRate, Undefined, bootstrap_clusters};

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

/// Percentile interval of any confusion measure, from resampled clusters.
///
/// # Shapes and units
/// One element a cluster; the order decides which cluster a draw takes, so it must be a fixed one.
/// # Errors
/// As [`bootstrap_clusters`], and the reason of the measure itself where it is undefined.
/// # Panics
/// If `level` is not strictly between 0 and 1.
/// # Examples
/// ```
/// use foretell_stats::{Confusion, confusion_bootstrap};
///
/// let right = Confusion { true_positive: 2.0, true_negative: 2.0, ..Confusion::default() };
/// let wrong = Confusion { false_positive: 1.0, false_negative: 1.0, ..Confusion::default() };
/// let clusters = [[right; 20], [wrong; 20]].concat();
/// let bootstrap = confusion_bootstrap(&clusters, Confusion::phi, 500, 7, 0.95)?;
/// assert!(bootstrap.interval.contains(1.0 / 3.0));
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn confusion_bootstrap(
    clusters: &[Confusion],
    measure: fn(&Confusion) -> Result<f64, Undefined>,
    draws: u32,
    seed: u64,
    level: f64,
) -> Result<Bootstrap, Undefined> {
    bootstrap_clusters(clusters.len(), draws, seed, level, |multiplicities| {
        let mut sum = Confusion::default();
        for (cluster, &times) in clusters.iter().zip(multiplicities).filter(|(_, t)| **t > 0) {
            let times = f64::from(times);
            sum = sum
                + Confusion {
                    true_positive: times * cluster.true_positive,
                    false_positive: times * cluster.false_positive,
                    false_negative: times * cluster.false_negative,
                    true_negative: times * cluster.true_negative,
                };
        }
        measure(&sum)
    })
}

/// Agreement of two series of labels.
///
/// # Examples
/// ```
/// use foretell_stats::{Undefined, class_agreement};
///
/// let one_sided = class_agreement([(0, 0, 1.0), (0, 1, 1.0)]);
/// assert_eq!((one_sided.raw, one_sided.phi), (Ok(0.5), Err(Undefined::EmptyMargin)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassAgreement {
    /// Share of equal labels.
    pub raw: Result<f64, Undefined>,
    /// Correlation of the labels, corrected for how often each is given.
    pub phi: Result<f64, Undefined>,
    /// Sum of the weights.
    pub observations: f64,
    /// Distinct labels on either side.
    pub classes: u64,
}

/// Raw agreement and phi of two series of any number of labels.
///
/// # Formula
/// ```text
/// n = sum of weights, c = weight of equal labels, a_k and b_k weight of label k on either side
/// raw = c / n
/// phi = (c n - sum a_k b_k) / sqrt((n^2 - sum a_k^2)(n^2 - sum b_k^2))
/// ```
/// With two labels `phi` is [`Confusion::phi`]; with more, the correlation of Gorodkin.
///
/// # Shapes and units
/// Pairs of labels with a weight each; which numbers stand for which labels does not matter, nor
/// which series comes first.
/// # Errors
/// Per figure. [`Undefined::NothingCounted`] without weight; `phi`: [`Undefined::EmptyMargin`] when
/// one side has a single label.
/// # Panics
/// If a weight is negative or not finite.
/// # Source
/// Gorodkin (2004); checked against scikit-learn in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::class_agreement;
///
/// let agreement = class_agreement([(0, 0, 1.0), (1, 1, 1.0), (2, 2, 1.0)]);
/// assert_eq!((agreement.raw, agreement.phi, agreement.classes), (Ok(1.0), Ok(1.0), 3));
/// ```
pub fn class_agreement(pairs: impl IntoIterator<Item = (u32, u32, f64)>) -> ClassAgreement {
    let mut margins: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    let (mut n, mut equal) = (0.0, 0.0);
    for (first, second, weight) in pairs {
        assert!(weight.is_finite() && weight >= 0.0, "{weight} is not a weight");
        if weight == 0.0 {
            continue;
        }
        margins.entry(first).or_default().0 += weight;
        margins.entry(second).or_default().1 += weight;
        n += weight;
        equal += if first == second { weight } else { 0.0 };
    }
    let single = |side: fn(&(f64, f64)) -> f64| {
        margins.values().filter(|margin| side(margin) > 0.0).count() < 2
    };
    let sum = |product: fn(&(f64, f64)) -> f64| margins.values().map(product).sum::<f64>();
    let phi = if n == 0.0 {
        Err(Undefined::NothingCounted)
    } else if single(|m| m.0) || single(|m| m.1) {
        Err(Undefined::EmptyMargin)
    } else {
        let spread = (n * n - sum(|m| m.0 * m.0)).sqrt() * (n * n - sum(|m| m.1 * m.1)).sqrt();
        Ok(((equal * n - sum(|m| m.0 * m.1)) / spread).clamp(-1.0, 1.0))
    };
    ClassAgreement {
        raw: if n == 0.0 { Err(Undefined::NothingCounted) } else { Ok((equal / n).min(1.0)) },
        phi,
        observations: n,
        classes: margins.len() as u64,
    }
}
