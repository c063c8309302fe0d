//! Joint models of an outcome on several features, with errors robust to clustering and to shared
//! texts.
//!
//! The features that changed between two questions overlap: a model of all at once gives each its
//! effect with the others held fixed. The reported covariance is the sandwich over rows that depend
//! on each other, so the variance that the family would assume plays no part.

use crate::design::{Design, Link};
use crate::quantile::{student_t, tail};
use crate::{Dependence, Interval, Test, Undefined};

/// Rows of a joint model, as columns of one length.
///
/// # Shapes and units
/// `features[j][i]` is feature `j` of row `i`: usually 1 where it changed and 0 where it did not, but
/// any finite number is taken. Outcomes are fractions in `[0, 1]` (repeats may be averaged), weights
/// are not negative, and each row is a unit of `dependence`.
///
/// # Examples
/// ```
/// use foretell_stats::{Dependence, JointRows};
///
/// let age_changed = [1.0, 0.0];
/// let rows = JointRows {
///     features: &[&age_changed],
///     outcomes: &[1.0, 0.0],
///     weights: &[1.0, 1.0],
///     dependence: &Dependence::independent(2),
/// };
/// assert_eq!(rows.features.len(), 1);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct JointRows<'a> {
    /// One column a feature.
    pub features: &'a [&'a [f64]],
    /// What the model explains.
    pub outcomes: &'a [f64],
    /// Weight of each row.
    pub weights: &'a [f64],
    /// What rows share.
    pub dependence: &'a Dependence,
}

/// Effect of one feature with the others held fixed.
///
/// # Shapes and units
/// `effect` and `interval` are relative risks in [`log_linear`], odds ratios in [`logistic`] and
/// differences of rates in [`linear_probability`]; `coefficient` and `se` are on the scale of the
/// model (log, log odds, rate). `test` is t on `clusters - 1` degrees of freedom, or fewer where few
/// shared texts carry much of the effect.
///
/// # Examples
/// ```
/// use foretell_stats::{Dependence, JointRows, Undefined, log_linear};
///
/// let constant = [1.0, 1.0, 1.0];
/// let rows = JointRows {
///     features: &[&constant],
///     outcomes: &[1.0, 0.0, 1.0],
///     weights: &[1.0; 3],
///     dependence: &Dependence::independent(3),
/// };
/// let term = log_linear(rows, 0.95).terms[0];
/// assert_eq!(term.effect, Err(Undefined::ConstantFeature));
/// assert_eq!(term.present, 3.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JointTerm {
    /// Relative risk, odds ratio or difference.
    pub effect: Result<f64, Undefined>,
    /// Confidence interval of `effect`, with the small-sample factor.
    pub interval: Result<Interval, Undefined>,
    /// Coefficient of the model.
    pub coefficient: Result<f64, Undefined>,
    /// Standard error of `coefficient`, robust to clustering and to shared texts, without a
    /// small-sample factor.
    pub se: Result<f64, Undefined>,
    /// Test of no effect, with the small-sample factor.
    pub test: Result<Test, Undefined>,
    /// Weight of the rows in which the feature is not 0.
    pub present: f64,
    /// Weighted outcome of those rows.
    pub present_events: f64,
}

/// A joint model with the counts it rests on.
///
/// # Examples
/// ```
/// use foretell_stats::{Dependence, JointRows, Undefined, linear_probability};
///
/// let dependence = &Dependence::independent(0);
/// let none = JointRows { features: &[], outcomes: &[], weights: &[], dependence };
/// assert_eq!(linear_probability(none, 0.95).intercept, Err(Undefined::NothingCounted));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct JointModel {
    /// One element a feature, in the order given.
    pub terms: Vec<JointTerm>,
    /// Rate where all features are 0, on the scale of the coefficients.
    pub intercept: Result<f64, Undefined>,
    /// Rows with a positive weight.
    pub rows: u64,
    /// Rows that a feature without events (or without any but events) made uninformative.
    pub rows_left_out: u64,
    /// Sum of the weights.
    pub weight: f64,
    /// Weighted sum of the outcomes.
    pub events: f64,
    /// Clusters with a row that informs the fit.
    pub clusters: u64,
}

/// Adjusted relative risks of several features: log-linear model with cluster-robust errors.
///
/// # Formula
/// ```text
/// log E(y) = b_0 + sum_j b_j x_j        solved as a Poisson regression
/// cov(b)   = H^-1 (sum_c s_c s_c') H^-1   s_c = sum of w (y - mu) x over the rows of cluster c
/// RR_j     = exp(b_j)
/// limits   = exp(b_j -+ t se_j sqrt(K / (K - 1)))      t on K - 1 degrees of freedom
/// ```
/// Where rows share texts, se_j and K are those of [`LinearEstimate::standard_errors`](crate::LinearEstimate::standard_errors) and
/// `K_eff`, the influence of row i on b_j being `w_i (y_i - mu_i) (H^-1 x_i)_j`.
///
/// A feature of two values that never meets an event at one of them has a relative risk of 0
/// (or infinity), which no standard error goes with: it is reported as [`Undefined::EmptyCell`], and
/// the rows that it alone explains leave the fit, as they do in the limit. Features that are exact
/// combinations of each other are all [`Undefined::Collinear`]; the others are estimated. Where every
/// row has exactly one changed feature, they add up to the intercept and none is identified: then
/// [`relative_risk`](crate::relative_risk) compares each with the rest.
///
/// # Shapes and units
/// As [`JointRows`]; `level` is a fraction such as `0.95`. Neither the order of rows nor that of
/// features matters, up to rounding.
/// # Errors
/// Per term. [`Undefined::NothingCounted`] without weight; [`Undefined::ConstantFeature`];
/// [`Undefined::EmptyCell`]; [`Undefined::Collinear`]; [`Undefined::NotConverged`];
/// [`Undefined::NoVariation`] when all outcomes are equal, and for `se` when nothing varies between
/// clusters. `se`, `interval` and `test`: [`Undefined::TooFewClusters`] when there are no more
/// clusters than coefficients.
/// # Panics
/// If columns and units of `dependence` differ in length, a feature is not finite, an outcome lies
/// outside `[0, 1]`, a weight is negative or not finite, or `level` is not strictly between 0 and 1.
/// # Source
/// Zou (2004), modified Poisson regression; checked against GEE of statsmodels in
/// `testdata/stats/measures.json`, with shared texts against double sums over rows in
/// `testdata/stats/shared.json`.
/// # Examples
/// ```
/// use foretell_stats::{Dependence, JointRows, log_linear};
///
/// let changed = [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0];
/// let rows = JointRows {
///     features: &[&changed],
///     outcomes: &[1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0],
///     weights: &[1.0; 8],
///     dependence: &Dependence::independent(8),
/// };
/// let model = log_linear(rows, 0.95);
/// assert!((model.terms[0].effect? - 3.0).abs() < 1e-9);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn log_linear(rows: JointRows<'_>, level: f64) -> JointModel {
    fit(rows, Link::Log, level)
}

/// Adjusted risk differences of several features: least squares with cluster-robust errors.
///
/// # Formula
/// ```text
/// E(y)   = b_0 + sum_j b_j x_j
/// cov(b) as in log_linear, limits = b_j -+ t se_j sqrt(K / (K - 1))
/// ```
/// # Shapes and units
/// As [`log_linear`]; effects are differences of rates. A feature without events has an estimate here.
/// # Errors
/// As [`log_linear`], without [`Undefined::EmptyCell`].
/// # Panics
/// As [`log_linear`].
/// # Source
/// Liang and Zeger (1986); checked against weighted least squares of statsmodels with clustered
/// covariance in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::{Dependence, JointRows, linear_probability};
///
/// let rows = JointRows {
///     features: &[&[1.0, 1.0, 0.0, 0.0]],
///     outcomes: &[1.0, 0.0, 0.0, 0.0],
///     weights: &[1.0; 4],
///     dependence: &Dependence::independent(4),
/// };
/// assert!((linear_probability(rows, 0.95).terms[0].effect? - 0.5).abs() < 1e-12);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn linear_probability(rows: JointRows<'_>, level: f64) -> JointModel {
    fit(rows, Link::Identity, level)
}

/// Adjusted odds ratios of several features: logistic model with cluster-robust errors.
///
/// # Formula
/// ```text
/// log (E(y) / (1 - E(y))) = b_0 + sum_j b_j x_j
/// cov(b) and limits as in log_linear
/// ```
/// # Shapes and units
/// As [`log_linear`]; effects are odds ratios.
/// # Errors
/// As [`log_linear`]; [`Undefined::EmptyCell`] also for a feature that meets events only.
/// # Panics
/// As [`log_linear`].
/// # Source
/// Liang and Zeger (1986); checked against GEE of statsmodels in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::{Dependence, JointRows, logistic};
///
/// let rows = JointRows {
///     features: &[&[1.0, 1.0, 1.0, 0.0, 0.0, 0.0]],
///     outcomes: &[1.0, 1.0, 0.0, 1.0, 0.0, 0.0],
///     weights: &[1.0; 6],
///     dependence: &Dependence::independent(6),
/// };
/// assert!((logistic(rows, 0.95).terms[0].effect? - 4.0).abs() < 1e-9);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn logistic(rows: JointRows<'_>, level: f64) -> JointModel {
    fit(rows, Link::Logit, level)
}

fn fit(rows: JointRows<'_>, link: Link, level: f64) -> JointModel {
    tail(level);
    check(&rows);
    let used: Vec<usize> = (0..rows.outcomes.len()).filter(|&i| rows.weights[i] > 0.0).collect();
    let screened: Vec<Screened> =
        rows.features.iter().map(|column| Screened::of(column, &rows, &used, link)).collect();
    let explained =
        |i: usize| rows.features.iter().zip(&screened).any(|(column, s)| s.explains(column[i]));
    let informative: Vec<usize> = used.iter().copied().filter(|&i| !explained(i)).collect();
    let design = Design::new(&rows, &informative, &screened);
    let solution = match used.first() {
        None => Err(Undefined::NothingCounted),
        Some(&first) if used.iter().all(|&i| rows.outcomes[i] == rows.outcomes[first]) => {
            Err(Undefined::NoVariation)
        }
        Some(_) => design.solve(link),
    };
    let terms = (0..rows.features.len())
        .map(|j| {
            let estimate = match (&solution, screened[j].reason) {
                // What is wrong with the feature itself says more than that nothing converged.
                (Ok(_) | Err(Undefined::NotConverged), Some(reason)) => Err(reason),
                (Err(reason), _) => Err(*reason),
                (Ok(solution), None) => design.estimate(solution, j + 1),
            };
            term(estimate, link, level, sums(&rows, &used, Some(j)))
        })
        .collect();
    let intercept = match &solution {
        Err(reason) => Err(*reason),
        // The rate without that feature is 0 or 1: it has no logarithm, or no log odds.
        Ok(_) if screened.iter().any(Screened::hides_intercept) => Err(Undefined::EmptyCell),
        Ok(solution) => design.estimate(solution, 0).map(|(coefficient, _)| coefficient),
    };
    let [weight, events] = sums(&rows, &used, None);
    JointModel {
        terms,
        intercept,
        rows: used.len() as u64,
        rows_left_out: (used.len() - informative.len()) as u64,
        weight,
        events,
        clusters: design.clusters,
    }
}

/// Weight and weighted outcomes of the rows, or of those in which a feature is not 0.
fn sums(rows: &JointRows<'_>, used: &[usize], feature: Option<usize>) -> [f64; 2] {
    let mut sums = [0.0; 2];
    for &i in used {
        if feature.is_none_or(|j| rows.features[j][i] != 0.0) {
            sums[0] += rows.weights[i];
            sums[1] += rows.weights[i] * rows.outcomes[i];
        }
    }
    sums
}

/// A coefficient, and its standard error with the number of clusters that it counts with.
pub(crate) type Estimated = Result<(f64, Result<(f64, f64), Undefined>), Undefined>;

fn term(estimate: Estimated, link: Link, level: f64, counts: [f64; 2]) -> JointTerm {
    let coefficient = estimate.map(|(coefficient, _)| coefficient);
    let error = estimate.and_then(|(_, error)| error);
    let widened = error.map(|(se, k)| (se * (k / (k - 1.0)).sqrt(), k - 1.0));
    let both = coefficient.and_then(|b| widened.map(|(se, freedom)| (b, se, freedom)));
    JointTerm {
        effect: coefficient.map(|b| link.effect(b)),
        interval: both.map(|(b, se, freedom)| {
            let half = student_t(level, freedom) * se;
            Interval { low: link.effect(b - half), high: link.effect(b + half) }
        }),
        coefficient,
        se: error.map(|(se, _)| se),
        test: both.map(|(b, se, freedom)| Test::t(b / se, freedom)),
        present: counts[0],
        present_events: counts[1],
    }
}

fn check(rows: &JointRows<'_>) {
    let n = rows.outcomes.len();
    assert!(
        rows.weights.len() == n
            && rows.dependence.units() == n
            && rows.features.iter().all(|column| column.len() == n),
        "features, outcomes, weights and units of the dependence differ in length"
    );
    for i in 0..n {
        let (outcome, weight) = (rows.outcomes[i], rows.weights[i]);
        assert!((0.0..=1.0).contains(&outcome), "outcome {outcome} is not in [0, 1]");
        assert!(weight.is_finite() && weight >= 0.0, "{weight} is not a weight");
        for column in rows.features {
            assert!(column[i].is_finite(), "feature value {} is not finite", column[i]);
        }
    }
}

/// What can be said of a feature whatever the others are.
pub(crate) struct Screened {
    pub(crate) reason: Option<Undefined>,
    /// Of a feature with two values: a value whose rows all have the same extreme outcome.
    decided: Vec<f64>,
    /// The other values.
    open: Vec<f64>,
}

impl Screened {
    fn of(column: &[f64], rows: &JointRows<'_>, used: &[usize], link: Link) -> Self {
        let mut values: Vec<f64> = used.iter().map(|&i| column[i] + 0.0).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.dedup();
        let all = |value: f64, outcome: f64| {
            used.iter().all(|&i| column[i] != value || rows.outcomes[i] == outcome)
        };
        let is_decided = |value: &f64| match link {
            Link::Identity => false,
            Link::Log => all(*value, 0.0),
            Link::Logit => all(*value, 0.0) || all(*value, 1.0),
        };
        if values.len() != 2 {
            let reason = (values.len() < 2).then_some(Undefined::ConstantFeature);
            return Self { reason, decided: Vec::new(), open: values };
        }
        let (decided, open): (Vec<f64>, Vec<f64>) = values.into_iter().partition(is_decided);
        let reason = (!decided.is_empty()).then_some(Undefined::EmptyCell);
        Self { reason, decided, open }
    }

    /// Whether a row in which the feature has this value says nothing about the others.
    fn explains(&self, value: f64) -> bool {
        self.decided.contains(&value)
    }

    /// Whether the rate at a value of 0 is lost with the feature.
    fn hides_intercept(&self) -> bool {
        self.reason == Some(Undefined::EmptyCell) && !self.open.contains(&0.0)
    }
}
