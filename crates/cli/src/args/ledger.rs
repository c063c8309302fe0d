//! The arguments of `foretell ledger`.

use super::TextFormat;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Look into ledgers, bring them together, and take out what no run needs.
///
/// A ledger is named by its file, or by the folder of a run that uses it.
#[derive(Debug, Args)]
pub(crate) struct LedgerArgs {
    #[command(subcommand)]
    pub(crate) what: LedgerCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    Ls(LedgerLsArgs),
    Show(LedgerShowArgs),
    Export(LedgerExportArgs),
    Merge(LedgerMergeArgs),
    Gc(LedgerGcArgs),
}

/// Count requests by interface, model and how they ended.
///
/// Columns of the machine formats: api, model, status, requests, attempts, cost_usd (empty where no
/// provider reports it). The interface is what the shape of replies shows: chat completions, responses,
/// messages, openrouter.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  foretell ledger ls runs/demo-1a2b3c4d")]
pub(crate) struct LedgerLsArgs {
    /// The ledger.
    #[arg(value_name = "LEDGER")]
    pub(crate) ledger: PathBuf,
    /// How the list is printed.
    #[arg(long, value_enum, default_value_t = TextFormat::Table)]
    pub(crate) format: TextFormat,
}

/// Print a request with all that was tried, as JSON.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  foretell ledger show runs/demo-1a2b3c4d 7574d5e4")]
pub(crate) struct LedgerShowArgs {
    /// The ledger.
    #[arg(value_name = "LEDGER")]
    pub(crate) ledger: PathBuf,
    /// The key of the request, as `reply_key` of the tables names it; its first digits will do.
    #[arg(value_name = "KEY")]
    pub(crate) key: String,
}

/// Write every request with its attempts as JSONL, in the order of keys.
///
/// A line holds key, body (as text), reply (the number of the attempt that counts, or null) and attempts,
/// each with n, at_ms, batch (whether a batch brought it), status, cost_usd, failure, error, raw.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  foretell ledger export runs/demo-1a2b3c4d --out replies.jsonl")]
pub(crate) struct LedgerExportArgs {
    /// The ledger.
    #[arg(value_name = "LEDGER")]
    pub(crate) ledger: PathBuf,
    /// Write to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace a file that is there.
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
}

/// Bring the requests and replies of other ledgers into one.
///
/// INTO is made where it is not there. Merging twice, or in another order, gives the same: where a request
/// ended in several, a reply wins over a failure, then the earlier attempt, then the smaller body. Every
/// attempt is kept. What one ledger has in batches on their way, nobody asks on INTO either, until its
/// replies are merged too.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell ledger merge all.sqlite runs/shard-1 runs/shard-2
  foretell ledger merge runs/shard-1 all.sqlite")]
pub(crate) struct LedgerMergeArgs {
    /// The ledger that grows.
    #[arg(value_name = "INTO")]
    pub(crate) into: PathBuf,
    /// The ledgers that are brought in; they are not changed.
    #[arg(value_name = "FROM", required = true)]
    pub(crate) from: Vec<PathBuf>,
}

/// Take out of a ledger what no run needs: only counted, unless `--delete` says so.
///
/// Attempts that were paid for are part of what a study cost: look at that first.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell ledger gc shared.sqlite --superseded
  foretell ledger gc shared.sqlite --unused runs/demo-1a2b3c4d --unused runs/other-5e6f7a8b --delete")]
pub(crate) struct LedgerGcArgs {
    /// The ledger.
    #[arg(value_name = "LEDGER")]
    pub(crate) ledger: PathBuf,
    /// Attempts other than the one with which their request ended.
    #[arg(long, required_unless_present = "unused")]
    pub(crate) superseded: bool,
    /// Requests that no table of these complete runs names. Can be given several times: name all runs
    /// that use the ledger.
    #[arg(long, value_name = "RUN")]
    pub(crate) unused: Vec<PathBuf>,
    /// Do it.
    #[arg(long)]
    pub(crate) delete: bool,
}
