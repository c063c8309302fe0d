//! Estimates of the normalized simulatability gain (NSG) and of their uncertainty.
//!
//! Plain numbers go in and plain numbers come out. What an observation is, which guesses count and
//! how rows become sums per cluster is decided by the caller; this crate opens no file, reads no
//! clock and draws random numbers only from a seed it is given.
//!
//! | question | function |
//! |---|---|
//! | one figure from two accuracies | [`gain`], [`nsg`] |
//! | estimate, standard error and t interval from cluster sums | [`nsg_clustered`] |
//! | any figure of units, and differences, sums and ratios of figures | [`LinearEstimate`] |
//! | its error, limits and p value where units share clusters or texts | [`Dependence`] |
//! | limits of any statistic of cluster sums, by resampling | [`bootstrap`], [`bca`], [`jackknife`] |
//! | how many clusters a comparison needs, what a number of them finds | [`PilotSpread`] |
//! | a line through figures of models | [`slope`] |
//! | a percentile interval without the normal approximation | [`nsg_bootstrap`] on [`Profiles`] |
//! | how far missing guesses could move the figure | [`nsg_bounds`] |
//!
//! Measures of rates, risks, agreement and order:
//!
//! | question | function |
//! |---|---|
//! | a rate, its design effect and interval | [`wilson`], [`clustered_rate`], [`dependent_rate`] |
//! | how much a feature raises a rate | [`relative_risk`], [`relative_risk_score`], [`dependent_risk`] |
//! | the same with other features held fixed | [`log_linear`], [`linear_probability`], [`logistic`] |
//! | do two paired outcomes differ | [`mcnemar_mid_p`], [`clustered_mcnemar`], [`dependent_mcnemar`] |
//! | many p values at once | [`holm`], [`benjamini_hochberg`] |
//! | do raters agree on an order, a level, a label | [`kendall_w`], [`icc`], [`krippendorff_nominal`] |
//! | do two series agree | [`pearson`], [`spearman`], [`class_agreement`] |
//! | how good is a yes-or-no prediction, a score | [`Confusion`], [`confusion_clustered`], [`auroc`] |
//! | does a rate rise across ordered levels | [`trend`] |
//! | an interval for anything else | [`bootstrap_clusters`] |
//!
//! A figure that does not exist is an [`Undefined`] with its reason, never `NaN` and never zero.

mod bootstrap;
mod bounds;
mod nsg;
mod profiles;
mod quantile;
mod undefined;

mod bca;
mod combination;
mod components;
mod dependence;
mod inference;
mod jackknife;
mod linear;
mod power;
mod resample;
mod slope;
mod sums;
mod tails;
mod units;

pub use bootstrap::{Bootstrap, nsg_bootstrap};
pub use bounds::{Missing, NsgBounds, nsg_bounds};
pub use nsg::{NsgEstimate, gain, nsg, nsg_clustered};
pub use profiles::{ClusterErrors, Profiles};
pub use undefined::{Interval, Undefined};

// Measures of rates, risks, agreement and order.
mod auroc;
mod class_agreement;
mod cluster_bootstrap;
mod concordance;
mod confusion;
mod confusion_intervals;
mod correlation;
mod design;
mod gram;
mod icc;
mod joint;
mod krippendorff;
mod mcnemar;
mod multiplicity;
mod rates;
mod risk;
mod significance;
mod trend;

pub use auroc::{Auroc, Scored, auroc};
pub use bca::{BcaFallback, BcaInterval, BootstrapDraws, bca, bootstrap, bootstrap_range, nsg_bca};
pub use class_agreement::{ClassAgreement, class_agreement};
pub use cluster_bootstrap::bootstrap_clusters;
pub use components::VarianceComponents;
pub use concordance::{Concordance, kendall_w};
pub use confusion::Confusion;
pub use confusion_intervals::{
    ConfusionEstimate, ConfusionMeasure, confusion_bootstrap, confusion_clustered,
};
pub use correlation::{Correlation, pearson, spearman};
pub use dependence::Dependence;
pub use icc::{Icc, IccPair, icc};
pub use inference::{DyadicErrors, StandardErrors, Uncertainty};
pub use jackknife::{Jackknife, jackknife};
pub use joint::{JointModel, JointRows, JointTerm, linear_probability, log_linear, logistic};
pub use krippendorff::{LabelAgreement, krippendorff_nominal};
pub use linear::{LinearEstimate, Scale};
pub use mcnemar::{
    ClusteredMcnemar, Discordant, clustered_mcnemar, dependent_mcnemar, mcnemar_mid_p,
};
pub use multiplicity::{benjamini_hochberg, holm};
pub use power::{Detectable, PilotSpread};
pub use rates::{ClusterRate, RateEstimate, clustered_rate, dependent_rate, wilson};
pub use risk::{
    ClusterRisk, RiskEstimate, RiskMethod, dependent_risk, relative_risk, relative_risk_score,
};
pub use significance::Test;
pub use slope::{Slope, slope, slope_weights};
pub use sums::SumProfiles;
pub use trend::{LevelRate, Trend, trend};
pub use units::UnitErrors;
