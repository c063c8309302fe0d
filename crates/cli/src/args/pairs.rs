//! The arguments of `foretell pairs`.

use super::generate::{CueArgs, GenerateArgs};
use clap::{Args, Subcommand};

/// Make sets of pairs.
#[derive(Debug, Args)]
pub(crate) struct PairsArgs {
    #[command(subcommand)]
    pub(crate) command: PairsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PairsCommand {
    Generate(GenerateArgs),
    Cue(CueArgs),
}
