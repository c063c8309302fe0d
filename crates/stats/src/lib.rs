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
mod sums;
mod tails;
mod slope;
mod units;

pub use bootstrap::{Bootstrap, nsg_bootstrap};
pub use bounds::{Missing, NsgBounds, nsg_bounds};
pub use nsg::{NsgEstimate, gain, nsg, nsg_clustered};
pub use profiles::{ClusterErrors, Profiles};
pub use undefined::{Interval, Undefined};

pub use bca::{BcaFallback, BcaInterval, BootstrapDraws, bca, bootstrap, bootstrap_range, nsg_bca};
pub use components::VarianceComponents;
pub use dependence::Dependence;
pub use inference::{DyadicErrors, StandardErrors};
pub use jackknife::{Jackknife, jackknife};
pub use linear::{LinearEstimate, Scale};
pub use power::{Detectable, PilotSpread};
pub use sums::SumProfiles;
pub use slope::{Slope, slope, slope_weights};
pub use units::UnitErrors;
