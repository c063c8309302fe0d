//! `foretell power`.

use super::analyze::{Target, named_runs};
use crate::Done;
use crate::args::power::PowerArgs;
use crate::exit::{DONE, Failure};
use foretell_analysis::{
    Assumed, Contrast, PowerRequest, Prepared, Request, Sheet, power_of_assumed, power_of_run,
};
use std::path::{Path, PathBuf};

pub(crate) fn run(args: &PowerArgs) -> Done {
    let target = Target::new(args.format, args.out.as_deref(), args.force, true)?;
    let mut wanted = PowerRequest {
        from: args.from,
        to: args.to,
        power: args.power,
        alpha: args.alpha,
        ..PowerRequest::default()
    };
    if !args.questions.is_empty() {
        wanted.questions.clone_from(&args.questions);
    }
    wanted.check()?;
    let sheets = match args.runs.as_slice() {
        [] => power_of_assumed(&assumed(args), &wanted)?,
        runs => of_runs(args, runs, &wanted)?,
    };
    target.write(&sheets)?;
    Ok(DONE)
}

fn assumed(args: &PowerArgs) -> Assumed {
    let default = Assumed::default();
    Assumed {
        a_without: args.accuracy_without.unwrap_or(default.a_without),
        guesses: args.guesses.unwrap_or(default.guesses),
        within: args.within.unwrap_or(default.within),
        arms: args.arms.unwrap_or(default.arms),
        references: args.references.unwrap_or(default.references),
    }
}

fn of_runs(
    args: &PowerArgs,
    runs: &[PathBuf],
    wanted: &PowerRequest,
) -> Result<Vec<Sheet>, Failure> {
    let default = Request::default();
    let request = Request {
        contrast: Contrast {
            arm: args.arm.clone().unwrap_or(default.contrast.arm.clone()),
            against: args.against.clone().unwrap_or(default.contrast.against.clone()),
        },
        exclude_self: args.exclude_self.unwrap_or(default.exclude_self),
        filter: args.filter.clone().unwrap_or_default(),
        ..default
    };
    let runs = named_runs(runs)?;
    let paths: Vec<&Path> = runs.iter().map(PathBuf::as_path).collect();
    let prepared = Prepared::read(&paths, &request)?;
    Ok(power_of_run(&prepared, &request, wanted)?)
}
