//! The arguments of `foretell analyze`: declared once for all analyses.

use super::Format;
use super::selection::SelectionArgs;
use clap::Args;
use foretell_analysis::{Compat, Flag};
use std::path::PathBuf;

/// Compute figures from finished runs. Reads their tables, and never the network.
///
/// Without a name it prints what a researcher wants first: the gain of every reference, and what is
/// missing. `--list` names the analyses with their columns. Machine formats hold fractions in full
/// precision, never percent; what is undefined is empty, with its reason in the row's last column (in
/// JSON in its object `undefined`).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell analyze
  foretell analyze gain runs/demo-1a2b3c4d --by reference,dataset
  foretell analyze gain --arm with --against shuffled --format csv --out gain.csv
  foretell analyze missing --where 'dataset=income, distance<=1, predictor!=\"a, b\"'
  foretell analyze compare runs/demo-1a2b3c4d runs/demo-5e6f7a8b
  foretell analyze compare runs/demo-1a2b3c4d --where 'reference in truthful|vague'
  foretell analyze --all --format csv --out figures/
  foretell analyze counts --by reference,dataset --out counts.parquet
  foretell analyze --counts counts.parquet --by dataset")]
pub(crate) struct AnalyzeArgs {
    /// An analysis (`--list` names them), then run folders [default: the one worked on last].
    #[arg(value_name = "NAME|RUN")]
    pub(crate) what: Vec<PathBuf>,
    /// Run every analysis.
    #[arg(long)]
    pub(crate) all: bool,
    /// Name the analyses, what they tell, and their columns.
    #[arg(long, exclusive = true)]
    pub(crate) list: bool,
    /// Groups: any of reference, model, family, effort, dataset, predictor, arm, answer_order, distance,
    /// method, changed. Pooled over what is not named; empty pools everything.
    #[arg(long, value_name = "KEYS", help_heading = "Selection")]
    pub(crate) by: Option<String>,
    /// Whose rules: `published` gives the point estimates of the published code where its definitions
    /// differ, and says how they do [default: own].
    #[arg(long, value_name = "RULES", help_heading = "Statistics")]
    pub(crate) compat: Option<Compat>,
    /// Cluster-bootstrap draws [default: 10000].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Statistics")]
    pub(crate) bootstrap: Option<u32>,
    /// How the result is printed [default: by the ending of `--out`, else a table].
    #[arg(long, value_enum, help_heading = "Output")]
    pub(crate) format: Option<Format>,
    /// Write to a file instead: .csv, .json, .tex, .parquet, or any with `--format`. Several
    /// sheets go to a folder, a file each.
    #[arg(long, value_name = "FILE|DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Replace files that are there.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub(crate) force: bool,
    /// Say on standard error how long each analysis took.
    #[arg(long, help_heading = "Output")]
    pub(crate) timings: bool,
    #[command(flatten)]
    pub(crate) counts: super::counts::CountsArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
}

impl AnalyzeArgs {
    /// The flags that were given, as analyses know them.
    pub(crate) fn given(&self) -> Vec<Flag> {
        let own = [
            (Flag::By, self.by.is_some()),
            (Flag::Bootstrap, self.bootstrap.is_some()),
            (Flag::Compat, self.compat.unwrap_or_default() != Compat::Own),
        ];
        let own = own.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag);
        own.chain(self.selection.given()).collect()
    }
}
