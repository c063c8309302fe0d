//! A set drawn from the pairs of several datasets.

use super::options::{NaturalOptions, OrderChoice};
use super::pairs::{natural_pairs, no_balls, table};
use super::record::record;
use super::summary::NaturalSummary;
use crate::cards::Cards;
use crate::error::DataError;
use crate::load::load_pairs;
use crate::pair_set::PairOptions;
use crate::scenario;
use crate::selection::{select, select_together};
use crate::table::{RawError, check_raw_files};
use foretell_core::{AnswerOrder, Pair, PairId, Question, QuestionId};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashSet};

/// What is drawn from each dataset.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DrawOptions {
    /// How natural pairs are made.
    pub natural: NaturalOptions,
    /// Balls wanted of single datasets, in the place of what `natural` says.
    pub balls: BTreeMap<String, u64>,
    /// Pairs drawn from each dataset; all if none.
    pub per_dataset: Option<u64>,
    /// Where raw files lie, and what scenarios are made from. Its seed draws the samples too.
    pub pairs: PairOptions,
}

/// A set of pairs, and what was drawn from what.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The questions, dataset after dataset.
    pub questions: Vec<Question>,
    /// The pairs, dataset after dataset.
    pub pairs: Vec<Pair>,
    /// What each dataset gave, in the order given.
    pub datasets: Vec<DatasetDraw>,
    /// How all of it came about, as TOML to lie beside the pairs.
    pub record: String,
}

/// What was drawn from one dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetDraw {
    /// The dataset.
    pub dataset: String,
    /// Where its questions come from: a hash of the card and the file.
    pub source: String,
    /// Its balls; `None` for generated scenarios.
    pub natural: Option<NaturalSummary>,
    /// Pairs that there were.
    pub available: u64,
    /// Pairs that were drawn.
    pub drawn: u64,
}

/// Makes the pairs of each dataset and draws from them.
///
/// The sample is seeded and nested: 100 pairs of a dataset are among 1,000 of it, and do not depend on
/// the other datasets. It is drawn among pairs, without putting any back. With [`OrderChoice::Both`] each
/// answer order is a pair, and both orders of two questions are drawn together, but for the last where
/// the number is odd.
///
/// # Errors
/// [`DataError`]: a dataset without a card of a table, its raw file, options that no ball can meet.
pub fn draw_pairs(
    datasets: &[String],
    cards: &Cards,
    options: &DrawOptions,
) -> Result<Drawn, DataError> {
    if let Some(stray) = options.balls.keys().find(|name| !datasets.contains(name)) {
        let datasets = datasets.to_vec();
        return Err(DataError::StrayBalls { dataset: stray.clone(), datasets });
    }
    check_raw_files(datasets, cards, &options.pairs.raw)?;
    let mut seen = HashSet::new();
    let different: Vec<&String> = datasets.iter().filter(|dataset| seen.insert(*dataset)).collect();
    let drawn: Vec<_> =
        different.into_par_iter().map(|dataset| draw_from(dataset, cards, options)).collect();
    let (mut questions, mut pairs, mut draws) = (Vec::new(), Vec::new(), Vec::new());
    for drawn in drawn {
        let (some_questions, some_pairs, draw) = drawn?;
        questions.extend(some_questions);
        pairs.extend(some_pairs);
        draws.push(draw);
    }
    if pairs.is_empty() {
        let summaries: Vec<&NaturalSummary> =
            draws.iter().filter_map(|draw| draw.natural.as_ref()).collect();
        return Err(no_balls(datasets, &summaries));
    }
    let record = record(&draws, options);
    Ok(Drawn { questions, pairs, datasets: draws, record })
}

/// The questions and pairs drawn from one dataset.
fn draw_from(
    dataset: &String,
    cards: &Cards,
    options: &DrawOptions,
) -> Result<(Vec<Question>, Vec<Pair>, DatasetDraw), DataError> {
    let all = all_pairs(dataset, cards, options)?;
    let source = all.questions.first().map(|question| question.source.clone());
    let available = all.pairs.len() as u64;
    let (questions, pairs) = sample(all.questions, all.pairs, options);
    let draw = DatasetDraw {
        dataset: dataset.clone(),
        source: source.unwrap_or_default(),
        natural: all.natural,
        available,
        drawn: pairs.len() as u64,
    };
    Ok((questions, pairs, draw))
}

/// All that a dataset gives.
struct All {
    questions: Vec<Question>,
    pairs: Vec<Pair>,
    natural: Option<NaturalSummary>,
}

fn all_pairs(dataset: &String, cards: &Cards, options: &DrawOptions) -> Result<All, DataError> {
    if dataset == scenario::NAME {
        let set = load_pairs(std::slice::from_ref(dataset), cards, &options.pairs)?;
        let pairs = ordered(set.pairs, options.natural.order);
        return Ok(All { questions: set.questions, pairs, natural: None });
    }
    let mut natural = options.natural;
    if let Some(&balls) = options.balls.get(dataset) {
        natural.balls.balls = Some(balls);
    }
    let table = table(dataset, cards, &options.pairs).map_err(with_scenarios)?;
    let found = natural_pairs(&table, &natural)?;
    Ok(All { questions: found.questions, pairs: found.pairs, natural: Some(found.summary) })
}

/// A dataset that is unknown may be meant for the scenarios, which have no table.
fn with_scenarios(error: DataError) -> DataError {
    match error {
        DataError::Raw(RawError::NotATable { dataset, known, .. }) => {
            let others = vec![scenario::NAME.to_owned()];
            RawError::NotATable { dataset, known, others }.into()
        }
        other => other,
    }
}

/// Scenarios in the answer orders asked for; each brings a toss of its own.
fn ordered(pairs: Vec<Pair>, order: OrderChoice) -> Vec<Pair> {
    let Some(orders) = order.fixed() else { return pairs };
    let in_order = |pair: &Pair, order: AnswerOrder| Pair {
        pair_id: PairId::new(&pair.original_id, &pair.counterfactual_id, order),
        answer_order: order,
        ..pair.clone()
    };
    pairs.iter().flat_map(|pair| orders.iter().map(|&order| in_order(pair, order))).collect()
}

/// The pairs drawn, in their old order, with their questions.
fn sample(
    questions: Vec<Question>,
    pairs: Vec<Pair>,
    options: &DrawOptions,
) -> (Vec<Question>, Vec<Pair>) {
    let Some(wanted) = options.per_dataset.filter(|wanted| *wanted < pairs.len() as u64) else {
        return (questions, pairs);
    };
    let seed = options.pairs.seed;
    let taken = match options.natural.order {
        OrderChoice::Both => select_together(&pairs, wanted, seed),
        _ => select(&pairs, Some(wanted), seed),
    };
    let taken: Vec<Pair> = taken.into_iter().cloned().collect();
    let used: HashSet<&QuestionId> =
        taken.iter().flat_map(|pair| [&pair.original_id, &pair.counterfactual_id]).collect();
    let questions =
        questions.into_iter().filter(|question| used.contains(&question.question_id)).collect();
    (questions, taken)
}
