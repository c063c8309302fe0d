//! The labels and sources of imported questions.

use super::gather::Gathered;
use super::predictions::MISSING;
use foretell_core::Labels;
use foretell_data::Cards;
use std::collections::{BTreeMap, BTreeSet};

/// Gives questions their sources and labels: those of the card, and those that anybody gave.
pub(super) fn settle(all: &mut Gathered, cards: &Cards, digest: &str) {
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for question in all.questions.iter().filter(|question| question.labels.is_empty()) {
        let truths = seen.entry(question.dataset.clone()).or_default();
        truths.extend(question.ground_truth.clone());
    }
    let mut given: BTreeSet<(u32, u32)> = BTreeSet::new();
    for of in &all.by_reference {
        for reply in &of.replies.replies {
            given.extend(reply.answer.map(|label| (reply.question, label)));
        }
        for track in of.arms.iter().flatten() {
            for (row, &code) in of.rows.iter().zip(&track.codes) {
                if code < MISSING {
                    given.insert((all.pairs[row.pair as usize].sides[1], code));
                }
            }
        }
    }
    for (question, label) in given {
        if let Some(seen) = seen.get_mut(&all.questions[question as usize].dataset) {
            seen.insert(all.labels.name(label).to_owned());
        }
    }
    let labels: BTreeMap<String, Vec<String>> = seen
        .into_iter()
        .map(|(dataset, seen)| {
            let mut labels = cards.for_dataset(&dataset).labels.clone();
            for label in seen {
                let normal = Labels::normal(&label);
                if !labels.iter().any(|known| Labels::normal(known) == normal) {
                    labels.push(label);
                }
            }
            (dataset, labels)
        })
        .collect();
    for question in &mut all.questions {
        if question.labels.is_empty() {
            question.labels.clone_from(&labels[&question.dataset]);
        }
        if question.source.is_empty() {
            digest[..16].clone_into(&mut question.source);
        }
    }
}
