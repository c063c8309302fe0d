//! What is analysed and how it is weighed: the same for `analyze` and `plot`.

use clap::Args;
use foretell_analysis::{Contrast, ExcludeSelf, Flag, Request, Weights};

/// Which guesses count, and how.
#[derive(Debug, Args)]
pub(crate) struct SelectionArgs {
    /// The arm whose gain is measured [default: with].
    #[arg(long, value_name = "ARM", help_heading = "Selection")]
    pub(crate) arm: Option<String>,
    /// The arm that it is measured against [default: without].
    #[arg(long, value_name = "ARM", help_heading = "Selection")]
    pub(crate) against: Option<String>,
    /// Conditions on columns, such as `dataset=income, distance<=1, predictor in a|b`; `foretell analyze
    /// --where help` lists the columns.
    #[arg(long = "where", value_name = "CONDITIONS", help_heading = "Selection")]
    pub(crate) filter: Option<String>,
    /// Leave out guesses of predictors that are the reference: none, model, family [default: none].
    #[arg(long, value_name = "WHICH", help_heading = "Selection")]
    pub(crate) exclude_self: Option<ExcludeSelf>,
    /// Only pairs whose treated guesses agree: figures are then conditional on the treatment.
    #[arg(long, help_heading = "Selection")]
    pub(crate) consistent_only: bool,
    /// Least answers of a panel [default: all].
    #[arg(long, value_name = "N", help_heading = "Selection")]
    pub(crate) min_answered: Option<u32>,
    /// Least observations of what is reported [default: 200].
    #[arg(long, value_name = "N", help_heading = "Selection")]
    pub(crate) min_n: Option<u64>,
    /// What weighs the same: observation, pair, dataset, predictor [default: observation].
    #[arg(long, value_name = "WHAT", help_heading = "Statistics")]
    pub(crate) weights: Option<Weights>,
    /// Coverage of the intervals [default: 0.95].
    #[arg(long, value_name = "P", value_parser = super::level, help_heading = "Statistics")]
    pub(crate) level: Option<f64>,
    /// Seed of what is drawn by chance [default: 0].
    #[arg(long, value_name = "S", help_heading = "Statistics")]
    pub(crate) seed: Option<u64>,
}

impl SelectionArgs {
    /// The flags that were given, as analyses know them.
    pub(crate) fn given(&self) -> impl Iterator<Item = Flag> {
        let flags = [
            (Flag::Arm, self.arm.is_some()),
            (Flag::Against, self.against.is_some()),
            (Flag::Where, self.filter.is_some()),
            (Flag::ExcludeSelf, self.exclude_self.is_some()),
            (Flag::ConsistentOnly, self.consistent_only),
            (Flag::MinAnswered, self.min_answered.is_some()),
            (Flag::MinN, self.min_n.is_some()),
            (Flag::Weights, self.weights.is_some()),
            (Flag::Level, self.level.is_some()),
            (Flag::Seed, self.seed.is_some()),
        ];
        flags.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag)
    }

    /// The request that they make; all else is as unasked.
    pub(crate) fn request(&self) -> Request {
        let default = Request::default();
        Request {
            contrast: Contrast {
                arm: self.arm.clone().unwrap_or(default.contrast.arm),
                against: self.against.clone().unwrap_or(default.contrast.against),
            },
            weights: self.weights.unwrap_or(default.weights),
            exclude_self: self.exclude_self.unwrap_or(default.exclude_self),
            consistent_only: self.consistent_only,
            filter: self.filter.clone().unwrap_or_default(),
            level: self.level.unwrap_or(default.level),
            seed: self.seed.unwrap_or(default.seed),
            min_n: self.min_n.unwrap_or(default.min_n),
            min_answered: self.min_answered,
            ..Request::default()
        }
    }
}
