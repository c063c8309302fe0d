//! `foretell pairs`: one file a command.

mod cue;
mod generate;

use crate::Done;
use crate::args::pairs::{PairsArgs, PairsCommand};

pub(crate) fn run(args: &PairsArgs) -> Done {
    match &args.command {
        PairsCommand::Generate(args) => generate::run(args),
        PairsCommand::Cue(args) => cue::run(args),
    }
}
