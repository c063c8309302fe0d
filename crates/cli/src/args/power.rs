//! The arguments of `foretell power`.

use super::Format;
use clap::Args;
use foretell_analysis::ExcludeSelf;
use std::path::PathBuf;

/// Say how many questions a study needs: to tell an NSG from zero, or two references apart.
///
/// With RUN, that run is the pilot: its influence values say how far questions scatter, and for two
/// references of the run how much they have in common. Without, the numbers under "Assumed" are taken. The
/// answer comes in words, with a table of power and smallest detectable effect by number of questions.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell power --from 0.30 --to 0.35
  foretell power runs/demo-1a2b3c4d --from 0.30 --to 0.35 --power 0.9
  foretell power runs/demo-1a2b3c4d --questions 200 --questions 1000 --format csv --out power/
  foretell power --accuracy-without 0.8 --guesses 15 --from 0.2")]
pub(crate) struct PowerArgs {
    /// Run folders that are the pilot [default: none, the numbers under "Assumed"].
    #[arg(value_name = "RUN")]
    pub(crate) runs: Vec<PathBuf>,
    /// The NSG of one reference [default: that of the pilot, else 0.3].
    #[arg(long, value_name = "NSG", allow_negative_numbers = true, help_heading = "Question")]
    pub(crate) from: Option<f64>,
    /// The NSG of the other [default: 0.05 more].
    #[arg(long, value_name = "NSG", allow_negative_numbers = true, help_heading = "Question")]
    pub(crate) to: Option<f64>,
    /// Probability wanted that the test finds the difference.
    #[arg(long, value_name = "P", default_value_t = 0.8, help_heading = "Question")]
    pub(crate) power: f64,
    /// Level of significance, two-sided.
    #[arg(long, value_name = "P", default_value_t = 0.05, help_heading = "Question")]
    pub(crate) alpha: f64,
    /// Numbers of questions whose power and smallest detectable effect are shown [default: 50 to 10000].
    #[arg(long, value_name = "N", value_delimiter = ',', help_heading = "Question")]
    pub(crate) questions: Vec<u64>,
    /// The arm whose gain is measured [default: with].
    #[arg(long, value_name = "ARM", requires = "runs", help_heading = "Pilot")]
    pub(crate) arm: Option<String>,
    /// The arm that it is measured against [default: without].
    #[arg(long, value_name = "ARM", requires = "runs", help_heading = "Pilot")]
    pub(crate) against: Option<String>,
    /// Conditions on columns, as `foretell analyze` has them.
    #[arg(long = "where", value_name = "CONDITIONS", requires = "runs", help_heading = "Pilot")]
    pub(crate) filter: Option<String>,
    /// Leave out guesses of predictors that are the reference: none, model, family [default: none].
    #[arg(long, value_name = "WHICH", requires = "runs", help_heading = "Pilot")]
    pub(crate) exclude_self: Option<ExcludeSelf>,
    /// Accuracy without explanation [default: 0.7].
    #[arg(long, value_name = "P", conflicts_with = "runs", help_heading = "Assumed")]
    pub(crate) accuracy_without: Option<f64>,
    /// Guesses about one question: counterfactuals times predictors times repeats [default: 20].
    #[arg(long, value_name = "N", conflicts_with = "runs", help_heading = "Assumed")]
    pub(crate) guesses: Option<f64>,
    /// Correlation of two errors about the same question [default: 0.2].
    #[arg(long, value_name = "R", conflicts_with = "runs", help_heading = "Assumed")]
    pub(crate) within: Option<f64>,
    /// Correlation of the errors with and without explanation, by question [default: 0.5].
    #[arg(long, value_name = "R", conflicts_with = "runs", help_heading = "Assumed")]
    pub(crate) arms: Option<f64>,
    /// Correlation of what a question adds to the NSG of two references [default: 0.3].
    #[arg(long, value_name = "R", conflicts_with = "runs", help_heading = "Assumed")]
    pub(crate) references: Option<f64>,
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
