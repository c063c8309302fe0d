//! `foretell data check`.

use crate::Done;
use crate::args::ListFormat;
use crate::args::data::DataCheckArgs;
use crate::exit::{DONE, INPUT};
use crate::fetching::raw_folders;
use crate::output::{harmless, say, show};
use foretell_core::counted;
use foretell_data::{CardCheck, check_cards};
use serde_json::json;

pub(crate) fn run(args: &DataCheckArgs) -> Done {
    let cards = super::cards(&args.place)?;
    let folders = raw_folders(args.place.raw.as_deref());
    let found = check_cards(&cards, args.spec.as_deref(), &folders)?;
    match args.format {
        ListFormat::Json => {
            let list: Vec<_> = found.iter().map(as_json).collect();
            show(&serde_json::to_string_pretty(&list).expect("a list is always JSON"));
        }
        ListFormat::Table => found.iter().for_each(print),
    }
    let faults: usize = found.iter().map(|own| own.faults.len()).sum();
    if faults == 0 {
        return Ok(DONE);
    }
    let broken = found.iter().filter(|own| !own.faults.is_empty()).count();
    say(&format!(
        "{} in {broken} of {}; docs/cards.md explains the fields",
        counted(faults as u64, "fault"),
        counted(found.len() as u64, "card"),
    ));
    Ok(INPUT)
}

fn print(found: &CardCheck) {
    let state = if found.faults.is_empty() { "sound" } else { "not sound" };
    show(&harmless(&format!("{}: {state}", found.card)));
    for fault in &found.faults {
        show(&harmless(&format!("  fault: {fault}")));
    }
    for note in &found.notes {
        show(&harmless(&format!("  {note}")));
    }
}

fn as_json(found: &CardCheck) -> serde_json::Value {
    json!({"card": found.card, "sound": found.faults.is_empty(), "faults": found.faults, "notes": found.notes})
}
