//! The labels of rows that give none: those of the dataset's card, else its ground truths.

use super::assemble::Setting;
use super::draft::Draft;
use crate::error::{CardLabels, DataError};
use crate::inferred::{SharedLabels, Truths};
use foretell_core::Labels;
use std::collections::BTreeMap;

/// Different ground truths that may be labels; more of them are answers in free text.
const MOST_LABELS: usize = 26;

/// The labels of rows that give none, by dataset: those of the card, else the ground truths, sorted;
/// and what was told from ground truths, for people. Where no labels are needed, a dataset may have none.
///
/// # Errors
/// [`DataError::LabelsOfCard`], [`DataError::BadLabels`] and [`DataError::NoLabels`].
pub(super) fn shared_labels(
    drafts: &[Draft],
    setting: &Setting<'_>,
) -> Result<(SharedLabels, Vec<String>), DataError> {
    let mut truths: BTreeMap<&str, Truths> = BTreeMap::new();
    for draft in drafts {
        let card = &setting.cards.for_dataset(&draft.dataset).labels;
        for side in [Some(&draft.original), draft.counterfactual.as_ref()].into_iter().flatten() {
            match &side.labels {
                Some(labels) if !card.is_empty() => check_card(draft, card, labels, setting)?,
                Some(_) => {}
                None => {
                    let truths = truths.entry(&draft.dataset).or_default();
                    side.truth.iter().for_each(|truth| truths.add(truth));
                }
            }
        }
    }
    let (mut labels, mut notes, mut without) = (BTreeMap::new(), Vec::new(), Vec::new());
    for (dataset, truths) in truths {
        let card = &setting.cards.for_dataset(dataset).labels;
        let inferred = card.is_empty();
        if inferred && !(2..=MOST_LABELS).contains(&truths.len()) {
            if !setting.needs_labels {
                labels.insert(dataset.to_owned(), Vec::new());
                notes.push(format!("no labels for `{dataset}`; `--labels A,B` gives some"));
                continue;
            }
            without.push(dataset.to_owned());
            continue;
        }
        let written = if inferred { truths.labels() } else { card.clone() };
        Labels::new(written.iter().cloned()).map_err(|fault| DataError::BadLabels {
            origin: format!("the ground truths of `{dataset}`"),
            fault,
        })?;
        if inferred {
            notes.extend(truths.notes(dataset));
        }
        labels.insert(dataset.to_owned(), written);
    }
    if without.is_empty() {
        return Ok((labels, notes));
    }
    Err(DataError::NoLabels { source_name: setting.source_name.to_owned(), datasets: without })
}

/// Labels of a row have to be those of its dataset's card, whose prompts speak of them.
fn check_card(
    draft: &Draft,
    card: &[String],
    labels: &[String],
    setting: &Setting<'_>,
) -> Result<(), DataError> {
    let same = Labels::new(card.iter().cloned()).is_ok_and(|known| {
        known.iter().len() == labels.len() && labels.iter().all(|label| known.find(label).is_some())
    });
    if same {
        return Ok(());
    }
    Err(DataError::LabelsOfCard {
        source_name: setting.source_name.to_owned(),
        card: CardLabels { dataset: draft.dataset.clone(), labels: card.to_vec() },
        found: labels.to_vec(),
    })
}
