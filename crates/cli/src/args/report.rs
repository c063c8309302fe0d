//! The arguments of `foretell report`.

use clap::Args;
use std::path::PathBuf;

/// Write the report of a run: one HTML file that needs nothing beside it.
///
/// It holds what was asked of whom, the headline in words, every figure and table that the run has (with CSV
/// and LaTeX), warnings, example cases, costs, a paragraph on methods, and how to make it again. `foretell run`
/// writes the same file when a study is complete.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell report
  foretell report runs/demo-1a2b3c4d --out demo.html --title 'A first look'
  foretell report runs/placebo --arm with --against shuffled")]
pub(crate) struct ReportArgs {
    /// The run's folder [default: the one worked on last].
    #[arg(value_name = "RUN")]
    pub(crate) run: Option<PathBuf>,
    /// The file to write [default: report.html in the run's folder].
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Title of the page [default: the name of the study].
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// The arm whose gain is measured.
    #[arg(long, value_name = "ARM", default_value = "with")]
    pub(crate) arm: String,
    /// The arm that it is measured against.
    #[arg(long, value_name = "ARM", default_value = "without")]
    pub(crate) against: String,
    /// Coverage of the intervals.
    #[arg(long, value_name = "P", value_parser = super::level, default_value_t = 0.95)]
    pub(crate) level: f64,
    /// Cluster-bootstrap draws; 0 leaves them out.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) bootstrap: u32,
    /// Seed of what is drawn by chance.
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Most example cases.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) examples: usize,
}
