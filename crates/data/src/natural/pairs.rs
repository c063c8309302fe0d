//! From a table to pairs.

use super::options::NaturalOptions;
use super::summary::NaturalSummary;
use crate::cards::Cards;
use crate::collection::Collection;
use crate::error::DataError;
use crate::load::Import;
use crate::neighbours::{Ball, BallError, BallOptions, BallSummary, CodeTable, Member, balls};
use crate::pair_set::PairOptions;
use crate::table::{Table, raw_file};
use foretell_core::{Pair, PairId, Question, counted};
use rayon::prelude::*;

/// Method of the pairs.
const METHOD: &str = "hamming_ball";

/// The questions and pairs of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NaturalPairs {
    /// The questions of the pairs, by row.
    pub questions: Vec<Question>,
    /// The pairs: by row of the original, members in the order drawn, `first` before `last`.
    pub pairs: Vec<Pair>,
    /// What came of looking for them.
    pub summary: NaturalSummary,
}

/// Pairs each row of `table` that has a ball with the other members of the ball.
///
/// The centre is the original and each other member a counterfactual, in this direction only; a row
/// that is a member here may be the centre of a ball of its own.
///
/// # Errors
/// [`BallError`] for options that no ball can meet.
///
/// # Examples
/// ```no_run
/// use foretell_data::{Cards, NaturalOptions, Table, natural_pairs};
/// let path = std::path::Path::new("raw/processed.cleveland.data");
/// let table = Table::load(&Cards::embedded(), "heart_disease", path)?;
/// let found = natural_pairs(&table, &NaturalOptions::default())?;
/// println!("{} balls, {} pairs", found.summary.balls.balls, found.pairs.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn natural_pairs(table: &Table, options: &NaturalOptions) -> Result<NaturalPairs, BallError> {
    let levels: Vec<u32> =
        table.features().iter().map(|feature| feature.levels.len() as u32).collect();
    let rows: Vec<&[u16]> = table.codes().chunks(table.width()).collect();
    let codes = CodeTable::from_rows(&levels, &rows).expect("a table's codes fit its levels");
    let labels: Vec<u32> = table.label_codes().iter().map(|&label| u32::from(label)).collect();
    let found = balls(&codes, &labels, table.text_classes(), &options.balls)?;

    let mut used: Vec<u32> = found.balls.iter().flat_map(rows_of).collect();
    used.par_sort_unstable();
    used.dedup();
    let questions: Vec<Question> =
        used.par_iter().map(|&row| table.question(row as usize)).collect();
    let question = |row: u32| {
        let at = used.binary_search(&row).expect("the rows of all balls are used");
        &questions[at]
    };
    let pairs_of = |ball: &Ball| {
        let original = question(ball.centre);
        let orders = options.order.of(&original.question_id, options.balls.seed);
        let mut pairs = Vec::with_capacity(ball.members.len() * orders.len());
        for &Member { row, distance } in &ball.members {
            let changed = codes.changed(ball.centre, row);
            let changed: Vec<String> =
                changed.into_iter().map(|column| table.features()[column].name.clone()).collect();
            for &order in orders {
                let counterfactual = question(row);
                pairs.push(Pair {
                    pair_id: PairId::new(&original.question_id, &counterfactual.question_id, order),
                    dataset: original.dataset.clone(),
                    original_id: original.question_id.clone(),
                    counterfactual_id: counterfactual.question_id.clone(),
                    original_row: original.row,
                    counterfactual_row: counterfactual.row,
                    original_text_id: original.text_id.clone(),
                    counterfactual_text_id: counterfactual.text_id.clone(),
                    answer_order: order,
                    distance: Some(i64::from(distance)),
                    changed: changed.clone(),
                    generator: None,
                    method: Some(METHOD.to_owned()),
                    generator_reply_key: None,
                    cue_label: None,
                });
            }
        }
        pairs
    };
    let pairs: Vec<Pair> = found.balls.par_iter().flat_map_iter(pairs_of).collect();
    let summary = NaturalSummary::of(table, &found, pairs.len());
    Ok(NaturalPairs { questions, pairs, summary })
}

fn rows_of(ball: &Ball) -> impl Iterator<Item = u32> + '_ {
    std::iter::once(ball.centre).chain(ball.members.iter().map(|member| member.row))
}

/// The pairs of a dataset that has a card with a table, by the default options.
pub(crate) fn load(
    dataset: &str,
    cards: &Cards,
    options: &PairOptions,
) -> Result<Import, DataError> {
    let balls = BallOptions { seed: options.seed, ..BallOptions::default() };
    let natural = NaturalOptions { balls, ..NaturalOptions::default() };
    let table = table(dataset, cards, options)?;
    let found = natural_pairs(&table, &natural)?;
    if found.pairs.is_empty() {
        return Err(no_balls(&[dataset.to_owned()], &[&found.summary]));
    }
    crate::labels::compare(&found.questions, options.labels.as_deref())?;
    let source = format!(
        "{dataset}: {} among {} from seed {}",
        counted(found.summary.balls.balls, "ball"),
        counted(table.rows() as u64, "row"),
        options.seed
    );
    let collection = Collection::of(found.questions, found.pairs);
    Ok(Import { collection, source, rows: table.rows() as u64, notes: Vec::new() })
}

/// Why there are no pairs, from what came of looking for them.
pub(super) fn no_balls(datasets: &[String], summaries: &[&NaturalSummary]) -> DataError {
    let sum = |count: fn(&BallSummary) -> u64| {
        summaries.iter().map(|summary| count(&summary.balls)).sum::<u64>()
    };
    DataError::NoBalls {
        datasets: datasets.to_vec(),
        tried: sum(|balls| balls.tried),
        too_few: sum(|balls| balls.too_few),
        imbalanced: sum(|balls| balls.imbalanced),
    }
}

/// The table of a dataset, from the first folder that holds its raw file.
pub(super) fn table(
    dataset: &str,
    cards: &Cards,
    options: &PairOptions,
) -> Result<Table, DataError> {
    let card = cards.tabular(dataset)?;
    let path = raw_file(dataset, card.source, &options.raw)?;
    Ok(Table::load(cards, dataset, &path)?)
}
