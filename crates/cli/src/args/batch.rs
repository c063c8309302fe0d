//! The arguments of `foretell batch`.

use clap::{Args, Subcommand};
use foretell_llm::BatchFormat;
use std::path::PathBuf;

/// Ask through batches: files that a provider or an engine answers within hours, at half the price.
///
/// `export` writes what the ledger of a run lacks, `submit` hands it over, `status` looks how far it is,
/// `fetch` gets the replies, `import` brings them into the ledger; `foretell run` then derives the tables.
/// `forget` gives a file up that does not come back.
/// Answers come first, and predictions in a second round; judges are asked live. docs/scale.md has it
/// step by step.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell batch export runs/demo-1a2b3c4d
  foretell batch submit runs/demo-1a2b3c4d --yes
  foretell batch status runs/demo-1a2b3c4d
  foretell batch fetch runs/demo-1a2b3c4d
  foretell batch import runs/demo-1a2b3c4d runs/demo-1a2b3c4d/batch/*.replies.jsonl")]
pub(crate) struct BatchArgs {
    #[command(subcommand)]
    pub(crate) what: Batch,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Batch {
    Export(BatchExportArgs),
    Submit(BatchSubmitArgs),
    Status(BatchStatusArgs),
    Fetch(BatchFetchArgs),
    Import(BatchImportArgs),
    Forget(BatchForgetArgs),
}

/// The batch files of a run.
#[derive(Debug, Args)]
pub(crate) struct BatchFolderArgs {
    /// The run's folder.
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// Where its batch files lie [default: RUN/batch].
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

/// Write what the ledger of a run lacks to batch files.
///
/// Answers come first, then rationales where an arm shows them; predictions once all of these are in
/// the ledger. Requests in batches that are on their way are left out; files that were not handed over
/// are written anew. A file keeps within the limits of its provider: 50,000 requests and 200 MB, at
/// Anthropic 100,000 and 256 MB.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell batch export runs/demo-1a2b3c4d
  foretell batch export runs/demo-1a2b3c4d --provider vllm --model qwen3 --out to-the-cluster")]
pub(crate) struct BatchExportArgs {
    /// The run's folder.
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// Batches of this provider, for the models that it serves: openai, anthropic, openrouter or vllm
    /// [default: each model's own; vllm for a server given by its address].
    #[arg(long, value_name = "PROVIDER")]
    pub(crate) provider: Option<BatchFormat>,
    /// Only this model, by its name in the run.
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// Where the files go [default: RUN/batch].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Most requests of a file, below the provider's own limit.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_requests: Option<u64>,
    /// Most megabytes of a file, below the provider's own limit.
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_mb: Option<u64>,
}

/// Hand batch files to their provider, which then asks and bills their requests.
///
/// What was handed over is noted before and after, so that the same command again hands over only the
/// rest; where no answer came, it looks at the provider's list of batches first. The run remembers a
/// folder named here, in the place of one that it remembers and that is away.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  foretell batch submit runs/demo-1a2b3c4d --yes")]
pub(crate) struct BatchSubmitArgs {
    #[command(flatten)]
    pub(crate) folder: BatchFolderArgs,
    /// Hand over requests that may cost money without asking.
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// Look how far the batches of a run are.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  foretell batch status runs/demo-1a2b3c4d --format json")]
pub(crate) struct BatchStatusArgs {
    #[command(flatten)]
    pub(crate) folder: BatchFolderArgs,
    /// How the list is printed.
    #[arg(long, value_enum, default_value_t = super::ListFormat::Table)]
    pub(crate) format: super::ListFormat,
}

/// Get the replies of the batches that have ended, each to a file beside its requests.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  foretell batch fetch runs/demo-1a2b3c4d")]
pub(crate) struct BatchFetchArgs {
    #[command(flatten)]
    pub(crate) folder: BatchFolderArgs,
}

/// Bring replies of batches into the ledger of a run, in any order, and twice without harm.
///
/// A reply that is there is never replaced. Lines that failed, expired, are broken, or belong to other
/// requests are counted and named, and the status is then 5.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  foretell batch import runs/demo-1a2b3c4d replies-1.jsonl replies-2.jsonl"
)]
pub(crate) struct BatchImportArgs {
    /// The run's folder.
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// Files of replies, one a line, as `fetch` or `vllm run-batch` writes them.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Where the run's batch files lie [default: RUN/batch].
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

/// Give up a batch file that is, or may be, on its way, so that what it asks is asked again.
///
/// Where nobody knows whether its batch was created, the provider's list is looked at first, and a batch
/// that is there is kept; what could not be looked at is said. A batch that was created is not called
/// off, and is paid for: do that at the provider.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  foretell batch forget runs/demo-1a2b3c4d answers-gpt-5-mini-0001.jsonl --yes"
)]
pub(crate) struct BatchForgetArgs {
    #[command(flatten)]
    pub(crate) folder: BatchFolderArgs,
    /// Its name in the folder, or that which the ledger has for a file of another run.
    #[arg(value_name = "FILE")]
    pub(crate) file: String,
    /// Give it up, although its requests may then be paid for twice.
    #[arg(long, short)]
    pub(crate) yes: bool,
}
