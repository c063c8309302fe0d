//! The arguments of `foretell judge`.

use super::ListFormat;
use super::models::RegistryArgs;
use super::money::MoneyArgs;
use super::requests::RequestArgs;
use clap::{Args, ValueEnum};
use foretell_core::judge::JudgeKind;
use std::path::PathBuf;

/// Have a model judge the explanations of a run.
///
/// `testability` asks of each pair, from 0 to 10, whether the explanation decides the counterfactual;
/// `mention` asks of each feature that changes whether the explanation names it as having counted, and
/// which way. The judge sees no answer to a counterfactual. Replies are kept in the run's ledger: the
/// same command goes on where it was stopped, and sends nothing once it is finished. The verdicts
/// stand in RUN/scores/; docs/judges.md explains rubric, columns and cost.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell judge runs/demo-1a2b3c4d --model sim:judge
  foretell judge runs/heart --model 'openai:gpt-5-mini?effort=low' --kind testability --limit 200 --yes
  foretell judge runs/heart --model 'http://127.0.0.1:8000/v1#qwen3' --kind mention --reference gpt-5-mini")]
pub(crate) struct JudgeArgs {
    /// The run's folder.
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// The judge: `sim:judge`, `openai:gpt-5-mini` (docs/models.md).
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: String,
    /// What explanations are judged for.
    #[arg(
        long = "kind",
        value_enum,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "testability,mention"
    )]
    pub(crate) kinds: Vec<KindArg>,
    /// Most pairs: a seeded sample of the run's; that of 100 is part of that of 1,000.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=i64::MAX as u64))]
    pub(crate) limit: Option<u64>,
    /// A reference of the run whose explanations are judged [default: all]. Can be given several times.
    #[arg(long = "reference", value_name = "NAME")]
    pub(crate) references: Vec<String>,
    /// Do not ask servers for JSON of a schema. Those that refuse one are found by their first reply.
    #[arg(long, help_heading = "Requests")]
    pub(crate) no_schema: bool,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
    #[command(flatten)]
    pub(crate) requests: RequestArgs,
    #[command(flatten)]
    pub(crate) money: MoneyArgs,
}

/// A kind of verdict, as a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum KindArg {
    /// Does the explanation decide the counterfactual?
    Testability,
    /// Does it name the features that change, and which way?
    Mention,
}

impl From<KindArg> for JudgeKind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Testability => Self::Testability,
            KindArg::Mention => Self::Mention,
        }
    }
}
