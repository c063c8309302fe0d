//! How one study is divided among processes, and what they share.

use clap::Args;
use foretell_llm::Shard;
use std::path::PathBuf;

/// Many processes, one study.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Many machines")]
pub(crate) struct SharingArgs {
    /// Ask only share I of N of the requests, by their keys: first of the answers, and of the
    /// predictions once the ledgers of all shares were merged (docs/scale.md).
    #[arg(long, value_name = "I/N")]
    pub(crate) shard: Option<Shard>,
    /// Keep replies in this ledger, which other runs may share; or in that of another run, by its
    /// folder. The run remembers it.
    #[arg(long, value_name = "PATH")]
    ledger: Option<PathBuf>,
}

impl SharingArgs {
    /// The file of the ledger.
    pub(crate) fn ledger(&self) -> Option<PathBuf> {
        self.ledger
            .as_ref()
            .map(|path| if path.is_dir() { path.join("ledger.sqlite") } else { path.clone() })
    }
}
