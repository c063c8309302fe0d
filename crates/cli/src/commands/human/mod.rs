//! `foretell human`.

mod agreement;
mod expectation;
mod export;
mod setup;
mod status;

use crate::Done;
use crate::args::human::{HumanArgs, HumanCommand};

pub(crate) fn run(args: &HumanArgs) -> Done {
    match &args.command {
        HumanCommand::Setup(args) => setup::run(args),
        HumanCommand::Status(args) => status::run(args),
        HumanCommand::Export(args) => export::run(args),
    }
}
