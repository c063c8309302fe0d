//! Counterfactual generality: how unlike each other the counterfactuals are that an explanation
//! lets a predictor guess.

use super::precision::explanation;
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::guesses::Guesses;
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::rates::one_way_warning;
use crate::request::Request;
use crate::share::Sums;
use crate::sheet::{Cell, Column, Kind, Sheet};
use foretell_core::{Vocabulary, bleu_of, jaccard_of};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Most pairs of counterfactuals that are held against each other for one original.
const MOST: usize = 300;

pub(super) fn columns() -> Vec<Column> {
    let mut columns = vec![Column::count(
        "explanations",
        "explanations with at least two counterfactuals that a treated guess was made about",
    )];
    let words = "1 - mean Jaccard index of the tokens of two such counterfactuals, averaged over explanations";
    columns.extend(Column::estimate("generality_jaccard", Kind::Fraction, words));
    let runs = "1 - mean BLEU of two such counterfactuals, both ways, averaged over explanations";
    columns.extend(Column::estimate("generality_bleu", Kind::Fraction, runs));
    columns
}

/// Jaccard index and BLEU of two texts, by their numbers, the smaller first.
type Likeness = HashMap<(u32, u32), [f64; 2]>;

pub(super) fn sheet(
    prepared: &Prepared,
    request: &Request,
    by: &[GroupKey],
) -> Result<Sheet, AnalysisError> {
    let says = "Counterfactual generality (Chen et al. 2023): one minus the mean likeness of two \
                counterfactuals of an original that predictors guessed from its explanation.";
    let columns = [Column::groups(by), columns()].concat();
    let mut sheet = Sheet::new("metrics-generality", "Counterfactual generality", says, columns);
    let observations = prepared.observations(request, by);
    let groups = observations.groups(by);
    let sets: Vec<_> = groups.par_iter().map(|of| guessed(&observations, &of.members)).collect();
    let wanted: BTreeSet<(u32, u32)> =
        sets.iter().flat_map(|sets| sets.values()).flat_map(|texts| pairs(texts)).collect();
    let likeness = likeness(prepared, &wanted)?;
    let mut unknown = false;
    for (group, sets) in groups.iter().zip(sets) {
        let (mut words, mut runs, mut explanations) = (Sums::default(), Sums::default(), 0_u64);
        for (explanation, texts) in sets {
            let of_pairs = pairs(&texts).map(|pair| likeness.get(&pair).copied());
            match of_pairs.collect::<Option<Vec<[f64; 2]>>>() {
                Some(of_pairs) if !of_pairs.is_empty() => {
                    let mean = |at: usize| {
                        of_pairs.iter().map(|like| like[at]).sum::<f64>() / of_pairs.len() as f64
                    };
                    words.add([explanation.0; 2], 1.0 - mean(0), 1.0);
                    runs.add([explanation.0; 2], 1.0 - mean(1), 1.0);
                    explanations += 1;
                }
                Some(_) => {}
                None => unknown = true,
            }
        }
        let mut cells: Vec<Cell> = vec![explanations.into()];
        cells.extend(words.share(request.level).cells());
        cells.extend(runs.share(request.level).cells());
        sheet.push(group.values.iter().map(Cell::from).chain(cells));
    }
    let warning = one_way_warning(
        &observations.guesses,
        observations.subjects(),
        "intervals of generality, with originals as units,",
    );
    sheet.warnings.extend(warning);
    if unknown {
        sheet.notes.push(
            "the texts of some questions are not known, so likeness is not either".to_owned(),
        );
    }
    Ok(sheet)
}

/// The counterfactuals that were guessed, by explanation.
fn guessed(
    observations: &Observations,
    members: &[Observation],
) -> BTreeMap<(u32, foretell_core::AnswerOrder, u32, u32, u32), Vec<u32>> {
    let mut sets: BTreeMap<_, BTreeSet<u32>> = BTreeMap::new();
    for same in members.chunk_by(|one, other| one.subject == other.subject) {
        let mut slots = same.iter().flat_map(|observation| observations.slots(observation));
        if slots.any(|slot| observations.guess(slot.treated).is_ok()) {
            let subject = same[0].subject;
            let text = observations.guesses.pair_of(subject).counterfactual;
            sets.entry(explanation(observations, subject)).or_default().insert(text);
        }
    }
    sets.into_iter().map(|(of, texts)| (of, texts.into_iter().collect())).collect()
}

/// Pairs of texts, the first [`MOST`] where there are more.
fn pairs(texts: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    let rest = move |at: usize| texts[at + 1..].iter().map(move |other| (texts[at], *other));
    (0..texts.len()).flat_map(rest).take(MOST)
}

fn likeness(prepared: &Prepared, wanted: &BTreeSet<(u32, u32)>) -> Result<Likeness, AnalysisError> {
    let guesses: &Guesses = &prepared.guesses;
    let used: BTreeSet<u32> = wanted.iter().flat_map(|(one, other)| [*one, *other]).collect();
    let name = |number: &u32| {
        let text = &guesses.texts[*number as usize];
        ((&**guesses.text(text.dataset), &**guesses.text(text.id)), *number)
    };
    let numbers: HashMap<(&str, &str), u32> = used.iter().map(name).collect();
    let mut vocabulary = Vocabulary::default();
    let mut tokens: HashMap<u32, Vec<u32>> = HashMap::new();
    for question in prepared.tables.questions()? {
        let key = (question.dataset.as_str(), question.text_id.as_str());
        if let Some(&number) = numbers.get(&key) {
            tokens.entry(number).or_insert_with(|| vocabulary.tokens(&question.text));
        }
    }
    let like = |&(one, other): &(u32, u32)| {
        let (a, b) = (tokens.get(&one)?, tokens.get(&other)?);
        let bleu = f64::midpoint(bleu_of(a, b)?, bleu_of(b, a)?);
        Some(((one, other), [jaccard_of(a, b)?, bleu]))
    };
    let wanted: Vec<&(u32, u32)> = wanted.iter().collect();
    Ok(wanted.into_par_iter().filter_map(like).collect())
}
