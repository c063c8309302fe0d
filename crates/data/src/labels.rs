//! Which labels answer the questions of an import.
//!
//! Those of the dataset's card; else the question's own options; else the ground truths of the
//! dataset, sorted; else those given by `--labels`. Given labels that hold all ground truths come
//! before these, as they may name one that is never true; any other contradiction is an error.

use crate::cards::Cards;
use crate::collection::Collection;
use crate::error::{CardLabels, DataError};
use crate::inferred::{SharedLabels, Truths};
use foretell_core::{Labels, Question};
use std::collections::{BTreeMap, BTreeSet};

/// Stray ground truths that an error shows.
const SHOWN: usize = 5;

/// Gives every question of `collection` its labels, and its ground truth as its labels write it; says
/// which labels were told from ground truths.
///
/// # Errors
/// [`DataError::BadLabels`], [`DataError::OtherLabels`], [`DataError::NoLabels`] and
/// [`DataError::StrayTruths`], each with all that it is about.
pub(crate) fn assign(
    collection: &mut Collection,
    cards: &Cards,
    given: Option<&[String]>,
    source_name: &str,
) -> Result<Vec<String>, DataError> {
    let given = given.map(check_given).transpose()?;
    let mut others = BTreeMap::new();
    let mut without = BTreeSet::new();
    let (shared, notes) = by_dataset(&collection.questions, cards, given.as_ref())?;
    for question in &mut collection.questions {
        let card = &cards.for_dataset(&question.dataset).labels;
        let (written, own) = if !card.is_empty() {
            (card.clone(), true)
        } else if !question.options.is_empty() {
            (std::mem::take(&mut question.options), true)
        } else if let Some(labels) = shared.get(&question.dataset) {
            (labels.clone(), false)
        } else {
            without.insert(question.dataset.clone());
            continue;
        };
        let labels = Labels::new(written.iter().cloned()).map_err(|fault| {
            DataError::BadLabels { origin: format!("question `{}`", question.question_id), fault }
        })?;
        if own && given.as_ref().is_some_and(|given| !same(given, &labels)) {
            others.entry(question.dataset.clone()).or_insert_with(|| written.clone());
        }
        question.labels = written;
    }
    if let (Some(given), false) = (&given, others.is_empty()) {
        let named = |(dataset, labels)| CardLabels { dataset, labels };
        let datasets = others.into_iter().map(named).collect();
        return Err(DataError::OtherLabels {
            given: given.iter().map(str::to_owned).collect(),
            datasets,
        });
    }
    if !without.is_empty() {
        let datasets = without.into_iter().collect();
        return Err(DataError::NoLabels { source_name: source_name.to_owned(), datasets });
    }
    write_truths(collection, source_name)?;
    Ok(notes)
}

/// Checks the labels of questions that came with theirs against those given.
///
/// # Errors
/// [`DataError::BadLabels`] and [`DataError::OtherLabels`].
pub(crate) fn compare(questions: &[Question], given: Option<&[String]>) -> Result<(), DataError> {
    let Some(given) = given.map(check_given).transpose()? else { return Ok(()) };
    let mut others = BTreeMap::new();
    for question in questions {
        let labels = Labels::new(question.labels.iter().cloned());
        if !labels.is_ok_and(|labels| same(&given, &labels)) {
            others.entry(question.dataset.clone()).or_insert_with(|| question.labels.clone());
        }
    }
    if others.is_empty() {
        return Ok(());
    }
    Err(DataError::OtherLabels {
        given: given.iter().map(str::to_owned).collect(),
        datasets: others
            .into_iter()
            .map(|(dataset, labels)| CardLabels { dataset, labels })
            .collect(),
    })
}

fn check_given(given: &[String]) -> Result<Labels, DataError> {
    Labels::new(given.iter().cloned())
        .map_err(|fault| DataError::BadLabels { origin: "`--labels`".to_owned(), fault })
}

/// Labels for the questions whose card and options name none: by dataset, from the ground truths,
/// or those given; and what was told from ground truths.
fn by_dataset(
    questions: &[Question],
    cards: &Cards,
    given: Option<&Labels>,
) -> Result<(SharedLabels, Vec<String>), DataError> {
    let mut truths: BTreeMap<String, Truths> = BTreeMap::new();
    for question in questions {
        if question.options.is_empty() && cards.for_dataset(&question.dataset).labels.is_empty() {
            let truths = truths.entry(question.dataset.clone()).or_default();
            question.ground_truth.iter().for_each(|truth| truths.add(truth));
        }
    }
    let (mut labels, mut notes) = (BTreeMap::new(), Vec::new());
    for (dataset, truths) in truths {
        let written = match given {
            // Ground truths that these do not hold are found, with their rows, further on.
            Some(given) => given.iter().map(str::to_owned).collect(),
            None if truths.len() < 2 => continue,
            None => truths.labels(),
        };
        Labels::new(written.iter().cloned()).map_err(|fault| DataError::BadLabels {
            origin: format!("the ground truths of `{dataset}`"),
            fault,
        })?;
        if given.is_none() {
            notes.extend(truths.notes(&dataset));
        }
        labels.insert(dataset, written);
    }
    Ok((labels, notes))
}

/// Writes every ground truth as the labels do.
fn write_truths(collection: &mut Collection, source_name: &str) -> Result<(), DataError> {
    let (mut shown, mut total) = (Vec::new(), 0);
    for (question, &row) in collection.questions.iter_mut().zip(&collection.first_rows) {
        let Some(truth) = &question.ground_truth else { continue };
        let labels = Labels::new(question.labels.iter().cloned()).expect("checked by `assign`");
        if let Some(label) = labels.find(truth) {
            question.ground_truth = Some(label.to_owned());
            continue;
        }
        total += 1;
        if shown.len() < SHOWN {
            shown.push(format!(
                "row {row}: the ground truth `{truth}` of question `{}` is not one of its labels, {}",
                question.question_id,
                labels.listed()
            ));
        }
    }
    if shown.is_empty() {
        return Ok(());
    }
    let more = total - shown.len();
    Err(DataError::StrayTruths { source_name: source_name.to_owned(), shown, more })
}

/// Whether two sets of labels read the same, in whatever order.
fn same(a: &Labels, b: &Labels) -> bool {
    a.iter().len() == b.iter().len() && a.iter().all(|label| b.find(label).is_some())
}
