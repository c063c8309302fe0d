//! `foretell human status`.

use crate::Done;
use crate::args::human::HumanRunArgs;
use crate::exit::DONE;
use crate::output::show;
use foretell_study::rating_progress;

pub(crate) fn run(args: &HumanRunArgs) -> Done {
    for (rater, [answered, tasks]) in rating_progress(&args.run)? {
        show(&format!("rater {rater}  {answered} of {tasks} answered"));
    }
    Ok(DONE)
}
