//! Texts that stand under several ids, or on both sides.

use foretell_core::{Pair, Question, TextId, count, counted};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What a reader should know of the texts that pairs share.
pub(crate) fn notes(questions: &[Question], pairs: &[Pair]) -> Vec<String> {
    let mut ids: BTreeMap<&TextId, usize> = BTreeMap::new();
    for question in questions {
        *ids.entry(&question.text_id).or_default() += 1;
    }
    let several = ids.values().filter(|&&count| count > 1).count();
    let mut notes = Vec::new();
    if several > 0 {
        notes.push(format!(
            "{} stand under {} ids, {} of them under several",
            counted(ids.len() as u64, "text"),
            number(questions.len()),
            number(several)
        ));
    }
    let originals: BTreeSet<&TextId> = pairs.iter().map(|pair| &pair.original_text_id).collect();
    let counterfactuals: BTreeSet<&TextId> =
        pairs.iter().map(|pair| &pair.counterfactual_text_id).collect();
    let shared = counterfactuals.intersection(&originals).count();
    if shared > 0 {
        let rows = pairs.iter().filter(|pair| originals.contains(&pair.counterfactual_text_id));
        notes.push(format!(
            "{} of {} {}, in {} of {}",
            number(shared),
            counted(counterfactuals.len() as u64, "counterfactual text"),
            if shared == 1 { "is also an original" } else { "are also originals" },
            number(rows.count()),
            counted(pairs.len() as u64, "pair")
        ));
    }
    let again = repeated(pairs);
    if again > 0 {
        notes.push(format!(
            "{} of {} {} the two texts and the answer order of another under other ids; they are kept",
            number(again),
            counted(pairs.len() as u64, "pair"),
            if again == 1 { "repeats" } else { "repeat" }
        ));
    }
    notes
}

fn number(number: usize) -> String {
    count(number as u64)
}

/// Pairs that repeat the two texts and the order of an earlier one.
fn repeated(pairs: &[Pair]) -> usize {
    let mut seen = HashSet::new();
    let again = pairs.iter().filter(|pair| {
        !seen.insert((&pair.original_text_id, &pair.counterfactual_text_id, pair.answer_order))
    });
    again.count()
}
