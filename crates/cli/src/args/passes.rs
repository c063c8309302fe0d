//! The arguments about repeats, the noise ceiling and the model of the arm `rationale`, and those of
//! `foretell grow`.

use super::TextFormat;
use super::models::RegistryArgs;
use super::money::MoneyArgs;
use super::requests::RequestArgs;
use clap::Args;
use foretell_study::{Growth, ModelTable};
use std::path::PathBuf;

/// How often models are asked the same, and who explains what others answered.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Passes")]
pub(crate) struct PassArgs {
    /// How often every model is asked the same; `?repeats=N` gives one model its own number. More of
    /// them later ask only for those that are new.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) repeats: Option<u32>,
    /// How often references are asked the counterfactual questions, those of `--repeats` among them:
    /// what the noise ceiling is computed from. Ten or more are advised; `?ceiling=N` for one model.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub(crate) ceiling: Option<u32>,
    /// The model of the arm `rationale`: it explains the answers that references gave, and sees
    /// nothing else of them.
    #[arg(long, value_name = "MODEL")]
    pub(crate) rationale_model: Option<String>,
}

impl PassArgs {
    /// The rationale model as a study names it.
    pub(crate) fn rationale(&self) -> Option<ModelTable> {
        self.rationale_model.as_deref().map(ModelTable::from_spec)
    }
}

/// Add models, arms, repeats or pairs to a run, and ask only what is new.
///
/// All else is taken from the run: its pairs, prompts, models and arms as they were frozen. A run grows
/// and does not shrink, so every number given here is the least that it has afterwards. Without
/// anything to add, it goes on with a run that was stopped.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell grow runs/demo-1a2b3c4d --predictor 'openai:gpt-5-mini?effort=low'
  foretell grow runs/demo-1a2b3c4d --arm shuffled --arm rationale --rationale-model sim:rationaliser
  foretell grow runs/demo-1a2b3c4d --repeats 3 --ceiling 10")]
pub(crate) struct GrowArgs {
    /// The run's folder.
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// A model under study. Can be given several times.
    #[arg(long = "reference", value_name = "MODEL", help_heading = "Models")]
    references: Vec<String>,
    /// A model that guesses. Can be given several times.
    #[arg(long = "predictor", value_name = "MODEL", help_heading = "Models")]
    predictors: Vec<String>,
    /// What predictors are shown besides. Can be given several times.
    #[arg(long = "arm", value_name = "ARM", help_heading = "Models")]
    arms: Vec<String>,
    /// Most pairs, where the run was limited to fewer.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=i64::MAX as u64))]
    limit: Option<u64>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = TextFormat::Table)]
    pub(crate) format: TextFormat,
    #[command(flatten)]
    registry: RegistryArgs,
    #[command(flatten)]
    pub(crate) requests: RequestArgs,
    #[command(flatten)]
    passes: PassArgs,
    #[command(flatten)]
    pub(crate) money: MoneyArgs,
}

impl GrowArgs {
    /// What is to be added.
    pub(crate) fn growth(&self) -> Growth {
        let tables = |specs: &[String]| -> Vec<ModelTable> {
            specs.iter().map(|spec| ModelTable::from_spec(spec)).collect()
        };
        Growth {
            references: tables(&self.references),
            predictors: tables(&self.predictors),
            rationale: self.passes.rationale(),
            arms: self.arms.clone(),
            repeats: self.passes.repeats,
            ceiling: self.passes.ceiling,
            limit: self.limit,
            registry: self.registry.registry.clone(),
            budget: self.money.spend.budget,
        }
    }
}
