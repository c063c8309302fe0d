//! The arguments of commands that ask models.

use crate::output::say;
use clap::Args;
use foretell_llm::{Limits, Tell};
use foretell_study::Settings;
use std::path::Path;
use std::time::Duration;

/// How models are asked; none of it changes what is asked.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Requests")]
pub(crate) struct RequestArgs {
    /// Send requests that may cost money without asking.
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Most requests in flight to one address; the option `concurrency=` of a model goes before it.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: u32,
    /// Longest wait for one reply, seconds.
    #[arg(long, value_name = "S", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    timeout_s: u64,
    /// Most attempts at one request.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..))]
    attempts: u32,
    /// The first wait before a request is sent again, milliseconds; later ones double, up to a
    /// minute, each drawn between nothing and that.
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    first_wait_ms: u64,
    /// How long an address may give no good reply before its models are stopped, seconds; also the
    /// longest `Retry-After` that is obeyed.
    #[arg(long, value_name = "S", default_value_t = 1800, value_parser = clap::value_parser!(u64).range(1..))]
    patience_s: u64,
    /// Ask again what failed for good in an earlier run of this command.
    #[arg(long)]
    retry_failed: bool,
}

impl RequestArgs {
    /// How hard models may be asked.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            concurrency: self.concurrency as usize,
            attempts: self.attempts,
            first_wait: Duration::from_millis(self.first_wait_ms),
            patience: Duration::from_secs(self.patience_s),
            retry_failed: self.retry_failed,
            shard: None,
        }
    }

    /// The same as a study takes it; `tell` says to the user what happens on the way.
    pub(crate) fn settings(&self, tell: Tell) -> Settings {
        Settings {
            limits: self.limits(),
            timeout: Duration::from_secs(self.timeout_s),
            on_full,
            tell,
            ledger: None,
        }
    }
}

pub(crate) fn on_full(ledger: &Path, fault: &str) {
    say(&format!(
        "{} cannot be written ({fault}): replies wait in memory until it can; free some space, or \
         mend what is in the way",
        ledger.display()
    ));
}
