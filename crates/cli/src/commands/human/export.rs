//! `foretell human export`.

use super::agreement::{among_people, with_models};
use crate::Done;
use crate::args::human::HumanRunArgs;
use crate::exit::DONE;
use crate::output::{harmless, say, show};
use foretell_core::{count, counted};
use foretell_study::export_ratings;

pub(crate) fn run(args: &HumanRunArgs) -> Done {
    let tables = export_ratings(&args.run)?;
    tables.tables.iter().for_each(|table| show(&format!("wrote    {}", table.display())));
    show(&format!("answers  {} of {}", count(tables.answered), counted(tables.tasks, "task")));
    if tables.corrected > 0 {
        show(&format!("         {} of them corrected by their raters", count(tables.corrected)));
    }
    for (rater, [passed, answered]) in &tables.checks {
        show(&format!("checks   rater {rater} passed {passed} of {answered}"));
    }
    if let Some(line) = among_people(&tables.doubled) {
        show(&line);
    }
    with_models(&args.run)?.iter().for_each(|line| show(&harmless(line)));
    if tables.answered < tables.tasks {
        say("what is not answered yet counts as not asked; export again when more is");
    }
    let run = args.run.display();
    show(&format!("figures  foretell analyze gain {run} --by predictor"));
    Ok(DONE)
}
