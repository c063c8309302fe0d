//! The arguments of counts: `foretell analyze --counts` and `foretell analyze counts`.

use clap::Args;
use std::path::PathBuf;

/// Where counts come from that were made before.
#[derive(Debug, Args)]
pub(crate) struct CountsArgs {
    /// Take counts from tables instead of runs, and give the gains: those that `foretell analyze counts
    /// RUN --out FILE` writes, or that another program made (docs/scale.md). Can be given several times.
    #[arg(long = "counts", value_name = "FILE", help_heading = "Selection")]
    pub(crate) files: Vec<PathBuf>,
}
