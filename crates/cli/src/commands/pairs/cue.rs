//! `foretell pairs cue`.

use crate::Done;
use crate::args::ListFormat;
use crate::args::generate::CueArgs;
use crate::exit::DONE;
use crate::output::{harmless, say, show};
use foretell_core::{count, counted};
use foretell_study::{CueLeftOut, CuePairs, CueRequest, cue_pairs};
use serde_json::json;
use std::collections::BTreeMap;

/// Questions left out that are named.
const NAMED: usize = 5;

pub(crate) fn run(args: &CueArgs) -> Done {
    let request = CueRequest {
        cues: args.cues.clone(),
        toward: args.toward.into(),
        answer_orders: args.questions.answer_order.into(),
        source: args.questions.source(),
    };
    let made = cue_pairs(&request)?;
    made.notes.iter().for_each(|note| say(&harmless(note)));
    let (pairs, methods) = (made.pairs.len() as u64, by_method(&made));
    let left_out = made.left_out.clone();
    tell_left_out(&left_out);
    made.write(&args.out, &request, args.force)?;
    match args.format {
        ListFormat::Json => show(
            &json!({"out": args.out, "pairs": pairs, "methods": methods, "left_out": left_out.len()})
                .to_string(),
        ),
        ListFormat::Table => {
            let toward = request.toward.says();
            show(&format!("{} toward {toward}", counted(pairs, "pair")));
            for (method, count_of) in &methods {
                show(&harmless(&format!("  {method}: {}", count(*count_of))));
            }
        }
    }
    say(&format!("wrote {0}; use it with: foretell run --pairs {0}", args.out.display()));
    Ok(DONE)
}

fn by_method(made: &CuePairs) -> BTreeMap<String, u64> {
    let mut methods = BTreeMap::new();
    for method in made.pairs.iter().filter_map(|pair| pair.method.clone()) {
        *methods.entry(method).or_default() += 1;
    }
    methods
}

fn tell_left_out(left_out: &[CueLeftOut]) {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for question in left_out {
        reasons.entry(question.reason).or_default().push(&question.question);
    }
    for (reason, questions) in reasons {
        let more = if questions.len() > NAMED { ", ..." } else { "" };
        let named = questions.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let (number, what) = (count(questions.len() as u64), "left out");
        say(&harmless(&format!("{what} {number} ({named}{more}): each {reason}")));
    }
}
