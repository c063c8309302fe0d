//! The arguments of every command.

pub(crate) mod analyze;
pub(crate) mod batch;
pub(crate) mod calibrate;
pub(crate) mod counts;
pub(crate) mod data;
pub(crate) mod generate;
pub(crate) mod human;
pub(crate) mod judge;
pub(crate) mod ledger;
pub(crate) mod models;
pub(crate) mod money;
pub(crate) mod pairs;
pub(crate) mod passes;
pub(crate) mod plot;
pub(crate) mod power;
pub(crate) mod report;
pub(crate) mod requests;
pub(crate) mod selection;
pub(crate) mod sharing;
pub(crate) mod sql;
pub(crate) mod view;
pub(crate) mod wide;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What `-h` says; `about` alone would take it from the package, which is described to builders.
const ABOUT: &str = "Do a model's explanations let you foretell what it does?";

/// Do a model's explanations let you foretell what it does?
///
/// A reference model answers questions and explains itself; predictors then guess its answers to
/// nearby counterfactual questions, with and without the explanation. The share of their error that
/// the explanation removes is the normalized simulatability gain (NSG).
#[derive(Debug, Parser)]
#[command(name = "foretell", version, about = ABOUT, after_help = crate::exit::HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(RunArgs),
    Judge(judge::JudgeArgs),
    Grow(passes::GrowArgs),
    Init(InitArgs),
    Analyze(analyze::AnalyzeArgs),
    Plot(plot::PlotArgs),
    Report(report::ReportArgs),
    Sql(sql::SqlArgs),
    Show(ShowArgs),
    View(view::ViewArgs),
    Human(human::HumanArgs),
    Runs(RunsArgs),
    Prompt(PromptArgs),
    Parse(ParseArgs),
    Data(data::DataArgs),
    Pairs(pairs::PairsArgs),
    Models(models::ModelsArgs),
    Import(wide::ImportRunArgs),
    Export(wide::ExportArgs),
    Calibrate(calibrate::CalibrateArgs),
    Power(power::PowerArgs),
    Cost(money::CostArgs),
    Batch(batch::BatchArgs),
    Ledger(ledger::LedgerArgs),
}

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people.
    Table,
    /// JSON; what is undefined is null, with its reason beside it.
    Json,
    /// Comma-separated values; what is undefined is empty.
    Csv,
    /// Tables for LaTeX's booktabs.
    Latex,
    /// A Parquet file; needs `--out`.
    Parquet,
}

/// How a result is printed where no file can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextFormat {
    /// A table for people.
    Table,
    /// JSON; what is undefined is null, with its reason beside it.
    Json,
    /// Comma-separated values; what is undefined is empty.
    Csv,
}

impl From<TextFormat> for Format {
    fn from(format: TextFormat) -> Self {
        match format {
            TextFormat::Table => Self::Table,
            TextFormat::Json => Self::Json,
            TextFormat::Csv => Self::Csv,
        }
    }
}

/// Which pairs are asked about, and in which words.
#[derive(Debug, Clone, Args)]
pub(crate) struct PairArgs {
    /// Seed of all that is drawn: scenarios, the sample of `--limit`, placebo donors.
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64), help_heading = "Pairs")]
    pub(crate) seed: Option<u64>,
    /// Most pairs: a seeded sample; that of 100 is part of that of 1,000.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=i64::MAX as u64), help_heading = "Pairs")]
    pub(crate) limit: Option<u64>,
    /// Labels of questions that bring none.
    #[arg(long, value_name = "A,B", value_delimiter = ',', help_heading = "Pairs")]
    pub(crate) labels: Option<Vec<String>>,
    /// Use the project's own prompts instead of those that an import brings.
    #[arg(long, help_heading = "Pairs")]
    pub(crate) reprompt: bool,
    /// Scenarios that `moral_machines` draws [default: 15000].
    #[arg(long, value_name = "N", help_heading = "Pairs")]
    pub(crate) scenarios: Option<u32>,
    /// Keep the faults of the published generator of `moral_machines`.
    #[arg(long, help_heading = "Pairs")]
    pub(crate) published: bool,
    /// A folder whose prompt templates replace the project's own.
    #[arg(long, value_name = "DIR", help_heading = "Pairs")]
    pub(crate) prompts: Option<PathBuf>,
    /// A folder of cards that are added, or replace the project's own.
    #[arg(long, value_name = "DIR", help_heading = "Pairs")]
    pub(crate) cards: Option<PathBuf>,
    /// A folder with the raw files of datasets; the cache folder is looked into after it.
    #[arg(long, value_name = "DIR", help_heading = "Pairs")]
    pub(crate) raw: Option<PathBuf>,
}

/// Run a study: ask the reference models, let predictors guess, print the NSG.
///
/// Without arguments it runs the built-in study: generated dilemmas, three simulated references that
/// explain themselves faithfully, by half and not at all, and two simulated predictors. The same
/// command continues a run that was stopped or killed; what was answered is never asked again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell run
  foretell run study.toml
  foretell run --pairs combined_dataset.parquet --reference 'sim:reference?rule=5&faithfulness=0.8' --predictor sim:reader
  foretell run --pairs moral_machines --limit 200 --reference 'http://127.0.0.1:8000/v1#qwen3' --predictor sim:reader --yes
  foretell run study.toml --plan
  foretell run study.toml --budget 20 --yes
  foretell run study.toml --arm without --arm with --arm shuffled --out runs/placebo")]
pub(crate) struct RunArgs {
    /// A study file; `foretell init` writes one. Flags win over it.
    #[arg(value_name = "STUDY.toml")]
    pub(crate) study: Option<PathBuf>,
    /// Where pairs come from: a dataset (`foretell data list`); a CSV, JSONL or Parquet file of pairs
    /// (`foretell pairs import` reads other columns and layouts); or a folder with questions.parquet and
    /// pairs.parquet. Can be given several times.
    #[arg(long = "pairs", value_name = "SPEC", help_heading = "Pairs")]
    pub(crate) pairs: Vec<String>,
    /// A model under study: `openai:gpt-5-mini?effort=low`, `http://HOST:PORT/v1#MODEL`,
    /// `sim:reference?rule=5&faithfulness=0.8` (docs/models.md). Can be given several times.
    #[arg(long = "reference", value_name = "MODEL", help_heading = "Models")]
    pub(crate) references: Vec<String>,
    /// A model that guesses: `sim:reader`, `http://HOST:PORT/v1#MODEL`. Can be given several times.
    #[arg(long = "predictor", value_name = "MODEL", help_heading = "Models")]
    pub(crate) predictors: Vec<String>,
    /// What predictors are shown: without, with, reasoning, shuffled, rationale, filler, blind, own
    /// [default: without and with]. Can be given several times.
    #[arg(long = "arm", value_name = "ARM", help_heading = "Models")]
    pub(crate) arms: Vec<String>,
    /// The run's folder [default: runs/<study>-<hash of the study>].
    #[arg(long, value_name = "RUN")]
    pub(crate) out: Option<PathBuf>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = TextFormat::Table)]
    pub(crate) format: TextFormat,
    #[command(flatten)]
    pub(crate) registry: models::RegistryArgs,
    #[command(flatten)]
    pub(crate) input: PairArgs,
    #[command(flatten)]
    pub(crate) requests: requests::RequestArgs,
    #[command(flatten)]
    pub(crate) passes: passes::PassArgs,
    #[command(flatten)]
    pub(crate) money: money::MoneyArgs,
    #[command(flatten)]
    pub(crate) sharing: sharing::SharingArgs,
}

/// Write a study file with every field explained.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  foretell init my-study.toml && foretell run my-study.toml")]
pub(crate) struct InitArgs {
    /// The file to write.
    #[arg(value_name = "FILE", default_value = "study.toml")]
    pub(crate) file: PathBuf,
    /// Replace a file that is there.
    #[arg(long)]
    pub(crate) force: bool,
}

/// Print one case whole: both questions, answers, explanations and every guess.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  foretell show runs/demo-1a2b3c4d 'moral_machines/42>57:first'")]
pub(crate) struct ShowArgs {
    /// The run's folder.
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// The pair, as `pair_id` names it.
    #[arg(value_name = "PAIR")]
    pub(crate) pair: String,
}

/// List the runs in a folder, the one worked on last first.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  foretell runs --format json")]
pub(crate) struct RunsArgs {
    /// The folder that holds runs.
    #[arg(value_name = "DIR", default_value = "runs")]
    pub(crate) folder: PathBuf,
    /// How the list is printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
}

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// A table for people.
    Table,
    /// JSON.
    Json,
}

/// Show what would be sent, before anything is.
///
/// Prompts go to standard output; which question each is about goes to standard error.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell prompt moral_machines
  foretell prompt combined_dataset.parquet --reprompt --limit 3
  foretell prompt moral_machines --arm with")]
pub(crate) struct PromptArgs {
    /// Where pairs come from, as `--pairs` of `foretell run`.
    #[arg(value_name = "SPEC")]
    pub(crate) spec: String,
    /// Show what a predictor is sent in this arm; without it, what a reference is sent.
    #[arg(long, value_name = "ARM")]
    pub(crate) arm: Option<String>,
    #[command(flatten)]
    pub(crate) input: PairArgs,
}

/// Read a reply as a study would.
///
/// Prints one JSON object, whatever the outcome: outcome, answer, explanation, factors, other_info,
/// confidence, confidence_level, reasoning.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell parse --labels YES,NO reply.txt
  pbpaste | foretell parse --labels 'CASE 1,CASE 2'
  foretell parse --jsonl replies.jsonl   # {\"id\": 1, \"labels\": [\"YES\", \"NO\"], \"reply\": \"...\"} a line")]
pub(crate) struct ParseArgs {
    /// The reply [default: standard input].
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The labels that can answer it.
    #[arg(
        long,
        value_name = "A,B",
        value_delimiter = ',',
        required_unless_present = "jsonl",
        conflicts_with = "jsonl"
    )]
    pub(crate) labels: Vec<String>,
    /// Read one `{"id", "labels", "reply"}` a line, and print one result a line.
    #[arg(long)]
    pub(crate) jsonl: bool,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = ParseFormat::Json)]
    pub(crate) format: ParseFormat,
}

/// How a parsed reply is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ParseFormat {
    /// One line of JSON.
    Json,
}

fn level(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(level) if 0.0 < level && level < 1.0 => Ok(level),
        _ => Err("a fraction between 0 and 1, such as 0.95".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_argument_is_explained() {
        Cli::command().help_expected(true).debug_assert();
    }
}
