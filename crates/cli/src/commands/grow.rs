//! `foretell grow`.

use super::run::{carry_out, show_plan, variable};
use crate::Done;
use crate::args::passes::GrowArgs;
use crate::exit::Failure;
use crate::progress::Stages;
use foretell_study::{Run, plan_growth};

pub(crate) fn run(args: &GrowArgs) -> Done {
    let growth = args.growth();
    if args.money.plan {
        let plan = plan_growth(&args.run, &growth, &args.requests.limits())
            .map_err(|error| Failure::from(error).while_doing("cannot plan what is added"))?;
        return show_plan(&plan, args.format, growth.budget);
    }
    let stages = Stages::new();
    let settings = args.requests.settings(stages.teller());
    let run = Run::grow(&args.run, &growth, &variable, &settings)
        .map_err(|error| Failure::from(error).while_doing("cannot add to the run"))?;
    carry_out(&run, &args.requests, &args.money.spend, None, args.format, &stages)
}
