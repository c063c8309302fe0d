//! `foretell grow`.

use super::run::{carry_out, variable};
use crate::Done;
use crate::args::passes::GrowArgs;
use crate::exit::Failure;
use crate::progress::Stages;
use foretell_study::Run;

pub(crate) fn run(args: &GrowArgs) -> Done {
    let stages = Stages::new();
    let settings = args.requests.settings(stages.teller());
    let run = Run::grow(&args.run, &args.growth(), &variable, &settings)
        .map_err(|error| Failure::from(error).while_doing("cannot add to the run"))?;
    carry_out(&run, &args.requests, args.format, &stages)
}
