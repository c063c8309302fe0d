//! The arguments of commands that ask models: what to do when an address does not answer well.

use clap::Args;

/// How long is waited, and how often.
#[derive(Debug, Clone, Args)]
pub(crate) struct PatienceArgs {
    /// The first wait before a request is sent again, milliseconds; later ones double, up to a
    /// minute, each drawn between nothing and that.
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..), help_heading = "Requests")]
    pub(crate) first_wait_ms: u64,
    /// How long an address may give no good reply before its models are stopped, seconds; also the
    /// longest `Retry-After` that is obeyed.
    #[arg(long, value_name = "S", default_value_t = 1800, value_parser = clap::value_parser!(u64).range(1..), help_heading = "Requests")]
    pub(crate) patience_s: u64,
}
