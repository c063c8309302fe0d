//! The arguments of `foretell calibrate`.

use super::Format;
use clap::Args;
use std::path::PathBuf;

/// Prove the intervals: draw many studies from a population whose NSG is known.
///
/// One population of questions, predictors and guesses is simulated once for each faithfulness, so that
/// its NSG is the truth, exactly. Each replicate draws a study from it, and intervals and tests are held
/// against that truth: bias, standard error against spread, coverage and width of every interval,
/// false positives of every test, power. Every figure has its Monte-Carlo error beside it. The model
/// and results are in docs/calibration.md. No model is asked.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell calibrate --quick
  foretell calibrate --replicates 20000 --clusters 30 --clusters 100 --faithfulness 0.3 --faithfulness 0.9
  foretell calibrate --shared --clusters 100 --counterfactual-effect 1.5
  foretell calibrate --graph mine.parquet --noise 0.1 --repeats 3
  foretell calibrate --missing 0.1 --format csv --out calibration/")]
pub(crate) struct CalibrateArgs {
    /// Clusters of a study [default: 20, 30, 50, 100, 300, 1000]. Can be given several times.
    #[arg(long, value_name = "K", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(4..=1_000_000), help_heading = "Studies")]
    pub(crate) clusters: Vec<u32>,
    /// Draw questions and the pairs between them, so that texts are shared, instead of clusters with
    /// counterfactuals of their own.
    #[arg(long, help_heading = "Studies")]
    pub(crate) shared: bool,
    /// Draw a question for every text of your own pairs: a run folder, or what `--pairs` of `foretell run`
    /// takes.
    #[arg(long, value_name = "RUN|FILE", conflicts_with_all = ["clusters", "shared"], help_heading = "Studies")]
    pub(crate) graph: Option<String>,
    /// Probability that a clause of an explanation is told truthfully [default: 0.6]. Can be given several
    /// times: each is a population.
    #[arg(long, value_name = "F", value_delimiter = ',', help_heading = "Population")]
    pub(crate) faithfulness: Vec<f64>,
    /// How much more faithful the reference is from which power tests tell one.
    #[arg(long, value_name = "F", default_value_t = 0.1, help_heading = "Population")]
    pub(crate) step: f64,
    /// Spread over texts of their difficulty, in log odds of a wrong guess.
    #[arg(long, value_name = "SD", default_value_t = 1.0, help_heading = "Population")]
    pub(crate) difficulty: f64,
    /// Spread over originals of how much their explanations help, in log odds.
    #[arg(long, value_name = "SD", default_value_t = 0.5, help_heading = "Population")]
    pub(crate) telling: f64,
    /// Spread over counterfactual texts of how much any explanation helps, in log odds.
    #[arg(long, value_name = "SD", default_value_t = 0.5, help_heading = "Population")]
    pub(crate) counterfactual_effect: f64,
    /// Probability that a repeat of a reference answers otherwise than it usually does.
    #[arg(long, value_name = "P", default_value_t = 0.0, help_heading = "Population")]
    pub(crate) noise: f64,
    /// Repeats of references and guesses.
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Population")]
    pub(crate) repeats: u32,
    /// Probability that a guess is missing: half as much for a right one, one and a half times for a wrong one.
    #[arg(long, value_name = "P", default_value_t = 0.0, help_heading = "Population")]
    pub(crate) missing: f64,
    /// Studies drawn for each size and faithfulness [default: 2000].
    #[arg(long, value_name = "R", help_heading = "Effort")]
    pub(crate) replicates: Option<u32>,
    /// The first of them that get the costly methods: bootstraps, trend, AUROC [default: 500].
    #[arg(long, value_name = "R", help_heading = "Effort")]
    pub(crate) costly: Option<u32>,
    /// Draws of each bootstrap [default: 999].
    #[arg(long, value_name = "N", help_heading = "Effort")]
    pub(crate) draws: Option<u32>,
    /// In seconds: 1,000 replicates of 30 and 100 clusters from a small population.
    #[arg(long, help_heading = "Effort")]
    pub(crate) quick: bool,
    /// Level of the intervals; tests reject at one less it.
    #[arg(long, value_name = "P", default_value_t = 0.95, value_parser = super::level, help_heading = "Statistics")]
    pub(crate) level: f64,
    /// Seed of all that is drawn.
    #[arg(long, value_name = "S", default_value_t = 0, help_heading = "Statistics")]
    pub(crate) seed: u64,
    /// How the result is printed [default: by the ending of `--out`, else a table].
    #[arg(long, value_enum, help_heading = "Output")]
    pub(crate) format: Option<Format>,
    /// Write to a file (.json) or a folder, a file a sheet.
    #[arg(long, value_name = "FILE|DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Replace files that are there.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub(crate) force: bool,
}
