//! What is worth knowing about the input of a run, in words.

use foretell_core::{Question, counted};
use foretell_data::{Cards, PairSet};
use std::collections::BTreeSet;

/// Rows left out that are named by number.
const NAMED_ROWS: usize = 5;

/// What was left out of the input, in words.
pub(crate) fn notes(set: &PairSet, cards: &Cards) -> Vec<String> {
    let rows = counted(set.report.rows, "row");
    let mut notes = vec![format!("read {}: {rows}", set.report.source)];
    for left_out in &set.report.left_out {
        let rows = left_out.rows.iter().take(NAMED_ROWS).map(u64::to_string);
        let more = if left_out.rows.len() > NAMED_ROWS { ", ..." } else { "" };
        let rows = rows.collect::<Vec<_>>().join(", ");
        let count = left_out.rows.len() as u64;
        let says = if count == 1 { "it" } else { "each" };
        let (what, reason) = (counted(count, "row"), left_out.reason);
        notes.push(format!("left out {what} ({rows}{more}): {says} {reason}"));
    }
    // What an import says of cards is said below, for every kind of source.
    let of_import = set.report.notes.iter().filter(|note| !note.starts_with("no card for "));
    notes.extend(of_import.cloned());
    notes.extend(without_card(set.questions.iter(), cards));
    notes
}

/// The datasets of the questions that have no card, one sentence each.
pub(crate) fn without_card<'a>(
    questions: impl Iterator<Item = &'a Question>,
    cards: &Cards,
) -> Vec<String> {
    let datasets: BTreeSet<&str> = questions.map(|question| question.dataset.as_str()).collect();
    let lack = datasets.into_iter().filter(|dataset| cards.get(dataset).is_none());
    let says = |dataset| {
        format!(
            "no card for `{dataset}`: the neutral one is used, without context or roles; \
             `--cards DIR` adds one"
        )
    };
    lack.map(says).collect()
}
