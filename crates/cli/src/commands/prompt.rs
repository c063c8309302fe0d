//! `foretell prompt`.

use crate::Done;
use crate::args::PromptArgs;
use crate::exit::DONE;
use crate::output::{harmless, say, show};
use foretell_study::Preview;

pub(crate) fn run(args: &PromptArgs) -> Done {
    let mut study = foretell_study::Study { pairs: vec![args.spec.clone()], ..Default::default() };
    super::run::apply(&args.input, &mut study);
    study.limit = Some(args.input.limit.unwrap_or(1));
    let preview = Preview::open(&study)?;
    preview.notes().iter().for_each(|note| say(&harmless(note)));
    for shown in preview.prompts(args.arm.as_deref())? {
        say(&format!("── {}", shown.about));
        show(&harmless(&shown.prompt));
        show("");
    }
    Ok(DONE)
}
