//! The arguments of `foretell pairs generate` and `foretell pairs cue`.

use super::ListFormat;
use super::money::SpendArgs;
use super::requests::RequestArgs;
use crate::fetching::cache_dir;
use clap::{Args, ValueEnum};
use foretell_core::{AnswerOrder, Toward};
use foretell_study::QuestionSource;
use std::path::PathBuf;

/// Which questions get counterfactuals.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Questions")]
pub(crate) struct QuestionArgs {
    /// Where questions come from: a CSV, JSONL or Parquet file of questions, a folder with
    /// questions.parquet, or whatever `--pairs` of `foretell run` takes; of pairs, the originals.
    #[arg(long, value_name = "QUESTIONS")]
    pub(crate) from: String,
    /// Most questions: a seeded sample; that of 100 is part of that of 1,000.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=i64::MAX as u64))]
    pub(crate) limit: Option<u64>,
    /// Seed of all that is drawn.
    #[arg(long, value_name = "S", default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub(crate) seed: u64,
    /// Labels of questions that bring none.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) labels: Option<Vec<String>>,
    /// Where the pairs ask for the answer.
    #[arg(long, value_enum, default_value_t = OrderArg::First)]
    pub(crate) answer_order: OrderArg,
    /// Scenarios that `moral_machines` draws.
    #[arg(long, value_name = "N", default_value_t = 15_000)]
    pub(crate) scenarios: u32,
    /// Keep the faults of the published generator of `moral_machines`.
    #[arg(long)]
    pub(crate) published: bool,
    /// A folder whose prompt templates, methods and cues replace the project's own.
    #[arg(long, value_name = "DIR")]
    pub(crate) prompts: Option<PathBuf>,
    /// A folder of cards that are added, or replace the project's own.
    #[arg(long, value_name = "DIR")]
    pub(crate) cards: Option<PathBuf>,
    /// A folder with the raw files of datasets; the cache folder is looked into after it.
    #[arg(long, value_name = "DIR")]
    pub(crate) raw: Option<PathBuf>,
}

impl QuestionArgs {
    /// The same, as the study takes it.
    pub(crate) fn source(&self) -> QuestionSource {
        QuestionSource {
            from: self.from.clone(),
            limit: self.limit,
            seed: self.seed,
            labels: self.labels.clone(),
            scenarios: self.scenarios,
            published: self.published,
            prompts: self.prompts.clone(),
            cards: self.cards.clone(),
            raw: self.raw.clone(),
            cache: cache_dir().ok(),
        }
    }
}

/// An answer order, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrderArg {
    /// Before the explanation.
    First,
    /// After the explanation.
    Last,
    /// A pair each.
    Both,
}

impl From<OrderArg> for Vec<AnswerOrder> {
    fn from(order: OrderArg) -> Self {
        match order {
            OrderArg::First => vec![AnswerOrder::First],
            OrderArg::Last => vec![AnswerOrder::Last],
            OrderArg::Both => vec![AnswerOrder::First, AnswerOrder::Last],
        }
    }
}

/// Have a model write counterfactual questions.
///
/// Replies are kept in the folder's ledger: the same command goes on where it was stopped, and sends
/// nothing once it is finished. What became of each request and each counterfactual stands in
/// generations.parquet; the pairs are used with `foretell run --pairs DIR`. docs/counterfactuals.md
/// explains methods, outcomes and tables.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell pairs generate --from moral_machines --limit 20 --model sim:generator --judge sim:judge --out generated
  foretell pairs generate --from questions/ --model 'http://127.0.0.1:8000/v1#qwen3' --per-question 4 --methods concept,reversal --out generated --yes
  foretell run --pairs generated --reference sim:reference --predictor sim:reader")]
pub(crate) struct GenerateArgs {
    /// The model that writes: `sim:generator`, `openai:gpt-5-mini` (docs/models.md).
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: String,
    /// Counterfactuals a question; where several methods are named, they share them.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) per_question: u32,
    /// How they are made: `auto` lets the model choose for each question; or concept, structured,
    /// reversal, brief, one or several.
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "auto")]
    pub(crate) methods: Vec<String>,
    /// The folder to write; it becomes a set of pairs.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// A second model that says how coherent each counterfactual is, from 0 to 10, and why.
    #[arg(long, value_name = "MODEL", help_heading = "Coherence")]
    pub(crate) judge: Option<String>,
    /// Leave out pairs below this, and those without a verdict: by the judge's, or without a judge by
    /// the generator's own. Without it, all are kept.
    #[arg(long, value_name = "X", value_parser = coherence, help_heading = "Coherence")]
    pub(crate) min_coherence: Option<f64>,
    /// Do not ask servers for JSON of a schema. Those that refuse one are found by their first reply.
    #[arg(long, help_heading = "Requests")]
    pub(crate) no_schema: bool,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) questions: QuestionArgs,
    #[command(flatten)]
    pub(crate) requests: RequestArgs,
    #[command(flatten)]
    pub(crate) money: SpendArgs,
}

/// Put hints beside questions: each counterfactual is the same question with a hint at an answer.
///
/// Nothing is sent. The label that a hint points to is kept on the pair and on every prediction about
/// it, in `cue_label`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell pairs cue --from combined_dataset.parquet --cue authority --toward wrong --out cued
  foretell pairs cue --from moral_machines --cue majority --cue metadata --toward random --out cued
  foretell pairs cue --from questions/ --cue my-cues.toml --toward right --out cued")]
pub(crate) struct CueArgs {
    /// The hint: authority, majority, metadata, or a file of cues, all of which are used. Can be given
    /// several times.
    #[arg(long = "cue", value_name = "CUE|FILE", required = true)]
    pub(crate) cues: Vec<String>,
    /// Which label the hint points to; `wrong` and `right` need ground truths.
    #[arg(long, value_enum)]
    pub(crate) toward: TowardArg,
    /// The folder to write; it becomes a set of pairs.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Replace what is there.
    #[arg(long)]
    pub(crate) force: bool,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) questions: QuestionArgs,
}

/// Which label a hint points to, as a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TowardArg {
    /// A label that is not the true one.
    Wrong,
    /// The true one.
    Right,
    /// Any label.
    Random,
}

impl From<TowardArg> for Toward {
    fn from(toward: TowardArg) -> Self {
        match toward {
            TowardArg::Wrong => Self::Wrong,
            TowardArg::Right => Self::Right,
            TowardArg::Random => Self::Random,
        }
    }
}

fn coherence(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..=foretell_core::generate::HIGHEST_COHERENCE).contains(&value) => {
            Ok(value)
        }
        _ => Err("a number from 0 to 10".to_owned()),
    }
}
