//! How one study is divided among processes, and what they share.

use clap::Args;
use foretell_llm::Shard;
use foretell_study::Layout;
use std::path::PathBuf;

/// Many processes, one study.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Many machines")]
pub(crate) struct SharingArgs {
    /// Ask only share I of N of the requests, told apart by their keys. It goes stage by stage: what
    /// follows from answers is asked once the ledgers of all shares were merged (docs/scale.md). A
    /// budget holds for this share alone.
    #[arg(long, value_name = "I/N")]
    pub(crate) shard: Option<Shard>,
    /// Make the run's folder and stop: nothing is sent and no key is needed. `foretell batch export`
    /// goes on from there (docs/scale.md).
    #[arg(long, conflicts_with = "plan")]
    pub(crate) prepare: bool,
    /// Keep replies in this ledger, which other runs may share; or in that of another run, by its
    /// folder. The run remembers it.
    #[arg(long, value_name = "PATH")]
    ledger: Option<PathBuf>,
}

impl SharingArgs {
    /// The file of the ledger.
    pub(crate) fn ledger(&self) -> Option<PathBuf> {
        let path = self.ledger.as_ref()?;
        if !path.is_dir() {
            return Some(path.clone());
        }
        // That of a run, which may itself lie elsewhere.
        let own = || path.join("ledger.sqlite");
        Some(Layout::of_run(path).map_or_else(|_| own(), |layout| layout.ledger()))
    }
}
