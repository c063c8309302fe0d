//! The arguments of `foretell view`.

use clap::Args;
use std::path::PathBuf;

/// Look at the cases behind the figures, in the browser.
///
/// Serves pages on 127.0.0.1 until Ctrl-C: filters with the NSG of what they leave, every case whole,
/// two runs side by side. Reads run folders; writes nothing but the answers of raters (`foretell human`).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell view
  foretell view runs/demo-1a2b3c4d runs/placebo --port 8000
  foretell view runs/demo-1a2b3c4d --rate --no-open")]
pub(crate) struct ViewArgs {
    /// Folders of runs [default: all in `runs`].
    #[arg(value_name = "RUN")]
    pub(crate) runs: Vec<PathBuf>,
    /// Port to listen on [default: a free one; with `--rate` that of the study, always the same].
    #[arg(long, value_name = "N")]
    pub(crate) port: Option<u16>,
    /// Print the address and open no browser.
    #[arg(long)]
    pub(crate) no_open: bool,
    /// Serve the pages of raters alone: whoever rates cannot look around.
    #[arg(long)]
    pub(crate) rate: bool,
}
