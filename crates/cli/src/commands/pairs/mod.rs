//! `foretell pairs`: one file a command.

mod cue;
mod generate;
mod import;
mod list;
mod show;
pub(crate) mod source;
mod stats;
mod subset;

use crate::Done;
use crate::args::pairs::{PairsArgs, PairsCommand};

pub(crate) fn run(args: &PairsArgs) -> Done {
    match &args.command {
        PairsCommand::Import(args) => import::run(args),
        PairsCommand::List(args) => list::run(args),
        PairsCommand::Show(args) => show::run(args),
        PairsCommand::Stats(args) => stats::run(args),
        PairsCommand::Sample(args) => subset::sample(args),
        PairsCommand::Merge(args) => subset::merge(args),
        PairsCommand::Generate(args) => generate::run(args),
        PairsCommand::Cue(args) => cue::run(args),
    }
}
