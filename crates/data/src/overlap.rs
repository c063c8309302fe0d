//! Texts that stand under several ids, or on both sides.

use foretell_core::{Pair, Question, TextId};
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
            "{} texts stand under {} ids, {several} of them under several",
            ids.len(),
            questions.len()
        ));
    }
    let originals: BTreeSet<&TextId> = pairs.iter().map(|pair| &pair.original_text_id).collect();
    let counterfactuals: BTreeSet<&TextId> =
        pairs.iter().map(|pair| &pair.counterfactual_text_id).collect();
    let shared = counterfactuals.intersection(&originals).count();
    if shared > 0 {
        let rows = pairs.iter().filter(|pair| originals.contains(&pair.counterfactual_text_id));
        notes.push(format!(
            "{shared} of {} counterfactual texts are also originals, in {} of {} pairs",
            counterfactuals.len(),
            rows.count(),
            pairs.len()
        ));
    }
    let again = repeated(pairs);
    if again > 0 {
        notes.push(format!(
            "{again} of {} pairs repeat the two texts and the answer order of another under other \
             ids; they are kept",
            pairs.len()
        ));
    }
    notes
}

/// Pairs that repeat the two texts and the order of an earlier one.
fn repeated(pairs: &[Pair]) -> usize {
    let mut seen = HashSet::new();
    let again = pairs.iter().filter(|pair| {
        !seen.insert((&pair.original_text_id, &pair.counterfactual_text_id, pair.answer_order))
    });
    again.count()
}
