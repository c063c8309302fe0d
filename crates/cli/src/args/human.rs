//! The arguments of `foretell human`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Let people guess: they take the predictor's chair.
///
/// `setup` draws who is shown what, `foretell view RUN --rate` serves the pages, `export` makes tables
/// in which all raters together are the predictor `human`.
#[derive(Debug, Args)]
pub(crate) struct HumanArgs {
    #[command(subcommand)]
    pub(crate) command: HumanCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HumanCommand {
    Setup(SetupArgs),
    /// Say how far each rater is.
    Status(HumanRunArgs),
    /// Make tables of what the raters guessed, those of the predictor `human` among them.
    ///
    /// Writes human/ratings.parquet (every answer, with the rater's number) and
    /// predictions/<reference>/human/<arm>.parquet, which every analysis takes. Can be given at any time.
    Export(HumanRunArgs),
}

/// Draw a study of people over a run, and say first what it can tell.
///
/// Each case goes to one rater with the explanation and to another without it; nobody meets a text
/// twice, every rater has as many of each, in an order of their own. The same seed draws the same
/// study; links are drawn by chance.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell human setup runs/demo-1a2b3c4d --raters 3 --per-rater 40
  foretell human setup runs/demo-1a2b3c4d --per-rater 60 --attention-checks 3 --reference faithful --dry-run")]
pub(crate) struct SetupArgs {
    /// The run's folder.
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// Raters.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub(crate) raters: u32,
    /// Guesses of each rater: half with an explanation, half without.
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) per_rater: u32,
    /// Guesses of each rater that another makes too, so that people can be compared; they count once
    /// [default: 4 where there is a third rater].
    #[arg(long, value_name = "N")]
    pub(crate) second: Option<u32>,
    /// Cases of each rater that say what to answer, beside the others.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(crate) attention_checks: u32,
    /// A reference to ask about [default: all of the run, in turn]. Can be given several times.
    #[arg(long = "reference", value_name = "NAME")]
    pub(crate) references: Vec<String>,
    /// Seed of all that is drawn.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Say what the study could tell, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// The run whose raters are asked about.
#[derive(Debug, Args)]
pub(crate) struct HumanRunArgs {
    /// The run's folder.
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
}
