//! The arguments about money.

use super::TextFormat;
use super::models::RegistryArgs;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What a run may cost.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Money")]
pub(crate) struct MoneyArgs {
    /// Print what would be sent and what it may cost, and stop: no key is needed, nothing is sent,
    /// started or written (docs/money.md).
    #[arg(long)]
    pub(crate) plan: bool,
    #[command(flatten)]
    pub(crate) spend: SpendArgs,
}

/// What may be spent.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Money")]
pub(crate) struct SpendArgs {
    /// The most that the folder's requests may cost, US dollars, with what they cost before; the
    /// option `budget=` of a model holds for that model. Processes side by side do not see what the
    /// others spend (docs/money.md).
    #[arg(long, value_name = "USD", value_parser = dollars)]
    pub(crate) budget: Option<f64>,
    /// Send without asking what is estimated to cost at most this, US dollars.
    #[arg(long, value_name = "USD", value_parser = dollars_or_none, default_value = "0.10")]
    pub(crate) confirm_above: f64,
}

/// What a run has cost, by model, stage and arm, from its ledger.
///
/// Columns of the machine formats: those of `--by`, then requests, attempts, failed_paid (attempts
/// that failed and cost something or may have), input_tokens, cached_tokens, output_tokens,
/// reasoning_tokens (null where no reply counts them), reported_usd, computed_usd, possible_usd,
/// unknown_price (attempts), usd. A reply that serves several rows counts once.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell cost
  foretell cost runs/demo-1a2b3c4d --by arm
  foretell cost runs/demo-1a2b3c4d --format csv")]
pub(crate) struct CostArgs {
    /// The run's folder [default: the one worked on last].
    #[arg(value_name = "RUN")]
    pub(crate) run: Option<PathBuf>,
    /// What costs are told apart by.
    #[arg(
        long,
        value_name = "KEYS",
        value_enum,
        value_delimiter = ',',
        default_value = "model,stage,arm"
    )]
    pub(crate) by: Vec<CostBy>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = TextFormat::Table)]
    pub(crate) format: TextFormat,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

/// What costs are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CostBy {
    /// The model asked.
    Model,
    /// Answers, predictions, verdicts.
    Stage,
    /// What a predictor was shown.
    Arm,
}

fn dollars(text: &str) -> Result<f64, String> {
    match text.trim_start_matches('$').parse() {
        Ok(usd) if f64::is_finite(usd) && usd > 0.0 => Ok(usd),
        _ => Err("an amount of US dollars above 0, such as 20 or 2.50".to_owned()),
    }
}

fn dollars_or_none(text: &str) -> Result<f64, String> {
    match text.trim_start_matches('$').parse() {
        Ok(usd) if f64::is_finite(usd) && usd >= 0.0 => Ok(usd),
        _ => Err("an amount of US dollars from 0 up, such as 0.10".to_owned()),
    }
}
