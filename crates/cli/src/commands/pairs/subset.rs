//! `foretell pairs sample` and `merge`.

use super::source;
use crate::Done;
use crate::args::pairs::{MergeArgs, SampleArgs};
use crate::exit::DONE;
use foretell_core::{Pair, QuestionId};
use foretell_data::{PairSet, select};
use std::collections::{BTreeMap, HashSet};

pub(crate) fn sample(args: &SampleArgs) -> Done {
    source::check_out(&args.out.out, args.out.force)?;
    let specs = std::slice::from_ref(&args.spec);
    let set = source::read(specs, &args.source, args.out.reprompt)?;
    let seed = args.source.seed;
    let taken: Vec<Pair> = if args.per_dataset {
        let mut datasets: BTreeMap<String, Vec<Pair>> = BTreeMap::new();
        for pair in &set.pairs {
            datasets.entry(pair.dataset.clone()).or_default().push(pair.clone());
        }
        let of = |pairs: Vec<Pair>| -> Vec<Pair> {
            select(&pairs, Some(args.n), seed).into_iter().cloned().collect()
        };
        datasets.into_values().flat_map(of).collect()
    } else {
        select(&set.pairs, Some(args.n), seed).into_iter().cloned().collect()
    };
    source::write(&only(set, taken), &args.out)?;
    Ok(DONE)
}

pub(crate) fn merge(args: &MergeArgs) -> Done {
    source::check_out(&args.out.out, args.out.force)?;
    let set = source::read(&args.specs, &args.source, args.out.reprompt)?;
    source::write(&set, &args.out)?;
    Ok(DONE)
}

/// The set with these pairs, and the questions that they need.
fn only(set: PairSet, pairs: Vec<Pair>) -> PairSet {
    let needed: HashSet<&QuestionId> =
        pairs.iter().flat_map(|pair| [&pair.original_id, &pair.counterfactual_id]).collect();
    let questions = set
        .questions
        .into_iter()
        .filter(|question| needed.contains(&question.question_id))
        .collect();
    PairSet { questions, pairs, report: set.report }
}
