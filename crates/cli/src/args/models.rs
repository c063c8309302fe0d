//! The arguments of `foretell models`.

use super::TextFormat;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Known models: list them, show one, or send one a tiny request.
#[derive(Debug, Args)]
pub(crate) struct ModelsArgs {
    #[command(subcommand)]
    pub(crate) what: Models,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    List(ListArgs),
    Show(ShowModelArgs),
    Test(TestArgs),
}

/// A file of known models.
#[derive(Debug, Clone, Args)]
pub(crate) struct RegistryArgs {
    /// A file of known models that are added, or replace the project's own (docs/models.md).
    #[arg(long, value_name = "FILE", help_heading = "Models")]
    pub(crate) registry: Option<PathBuf>,
}

/// List the known models.
///
/// Columns of the machine formats: name, family, vendor, open, size_b, context, reasoning, levels,
/// input_usd, cached_usd, output_usd (per million tokens), price_on. What is not known is empty.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  foretell models list --format csv")]
pub(crate) struct ListArgs {
    /// How the list is printed.
    #[arg(long, value_enum, default_value_t = TextFormat::Table)]
    pub(crate) format: TextFormat,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

/// Show all that is known about a model, as an entry that a file for `--registry` can hold.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  foretell models show gpt-5-mini\n  foretell models show Qwen/Qwen3-8B"
)]
pub(crate) struct ShowModelArgs {
    /// The model, by any of its names.
    #[arg(value_name = "MODEL")]
    pub(crate) model: String,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

/// Send a model one tiny request, which may cost a fraction of a cent.
///
/// Prints what was sent and what came back, what it cost (as the provider reports it, or estimated
/// from the registry's price), and which settings the reply shows to be honoured.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell models test 'openai:gpt-5-mini?effort=low'
  foretell models test 'http://127.0.0.1:8000/v1#qwen3?effort=none'
  foretell models test 'vllm:Qwen/Qwen3-0.6B?effort=none'")]
pub(crate) struct TestArgs {
    /// The model, as `--reference` takes it.
    #[arg(value_name = "MODEL")]
    pub(crate) model: String,
    /// Longest wait for the reply, seconds.
    #[arg(long, value_name = "S", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) timeout_s: u64,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}
