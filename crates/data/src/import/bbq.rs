//! BBQ as published: one item a row, in JSONL.
//!
//! Items of one template differ in two things: whether the context settles the question
//! (`context_condition`), and whether the question is asked the harmful way round
//! (`question_polarity`). Either difference makes a natural counterfactual: the rest of the item stays
//! word for word. A context that settles the question begins with one that does not, which is how
//! the items of one block are found.

use super::cells;
use super::draft::{Draft, Side};
use super::fault::{FaultKind, RowFault, excerpt};
use super::field::{Field, ImportColumns};
use super::layout::BbqPairs;
use super::options::question_text;
use super::sheet::{Record, Sheet};
use foretell_core::AnswerOrder;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The columns of the three answers.
const ANSWERS: [&str; 3] = ["ans0", "ans1", "ans2"];

/// One item.
#[derive(Debug)]
struct Item {
    row: u64,
    line: Option<u64>,
    dataset: String,
    id: String,
    question_index: String,
    context: String,
    question: String,
    answers: Vec<String>,
    /// Whether the context settles the question.
    settled: bool,
    /// Whether the question is the harmful one.
    negative: bool,
    label: Option<String>,
    features: Vec<(String, String)>,
}

/// What differs between the two items of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    Context,
    Polarity,
}

/// The pairs of a sheet, or its items.
pub(super) fn drafts(
    sheet: &Sheet,
    columns: &ImportColumns,
    pairs: BbqPairs,
    faults: &mut Vec<RowFault>,
    notes: &mut Vec<String>,
) -> Vec<Draft> {
    let mut items = Vec::new();
    for record in &sheet.records {
        match item(record, columns) {
            Ok(item) => items.push(item),
            Err(fault) => faults.push(fault),
        }
    }
    if pairs == BbqPairs::None {
        return items.iter().map(|item| draft(item, None)).collect();
    }
    let found = neighbours(&items, pairs);
    let used: BTreeSet<usize> = found.iter().flat_map(|&(a, b, _)| [a, b]).collect();
    if used.len() < items.len() {
        let alone = items.len() - used.len();
        notes.push(format!("{alone} of {} items have no partner in the file", items.len()));
    }
    found
        .into_iter()
        .map(|(a, b, difference)| draft(&items[a], Some((&items[b], difference))))
        .collect()
}

/// Pairs of items that differ in one thing, in the order of their rows.
fn neighbours(items: &[Item], pairs: BbqPairs) -> Vec<(usize, usize, Difference)> {
    let mut found = Vec::new();
    for block in blocks(items) {
        for (&a, &b) in block.iter().flat_map(|a| block.iter().map(move |b| (a, b))) {
            let (one, other) = (&items[a], &items[b]);
            let settles = !one.settled && other.settled && one.question == other.question;
            if pairs != BbqPairs::Polarity && settles {
                found.push((a, b, Difference::Context));
            }
            let turned = one.negative && !other.negative && one.context == other.context;
            if pairs != BbqPairs::Context && turned {
                found.push((a, b, Difference::Polarity));
            }
        }
    }
    found.sort_unstable();
    found
}

/// Items of one template, one unsettled context and the same answers.
fn blocks(items: &[Item]) -> Vec<Vec<usize>> {
    let mut templates: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        let mut answers = item.answers.clone();
        answers.sort_unstable();
        templates.entry((&item.dataset, &item.question_index, answers)).or_default().push(at);
    }
    let mut blocks = Vec::new();
    for members in templates.into_values() {
        let mut open: HashMap<&str, Vec<usize>> = HashMap::new();
        for &at in members.iter().filter(|&&at| !items[at].settled) {
            open.entry(&items[at].context).or_default().push(at);
        }
        let lengths: BTreeSet<usize> = open.keys().map(|context| context.len()).collect();
        for &at in members.iter().filter(|&&at| items[at].settled) {
            let context = items[at].context.as_str();
            let begins = lengths.range(..=context.len()).rev().find_map(|&length| {
                let begin = context.get(..length)?;
                open.contains_key(begin).then_some(begin)
            });
            // Without its unsettled context an item still has its opposite.
            open.entry(begins.unwrap_or(context)).or_default().push(at);
        }
        blocks.extend(open.into_values());
    }
    blocks
}

fn draft(item: &Item, other: Option<(&Item, Difference)>) -> Draft {
    let (changed, method) = match other {
        None => (Vec::new(), None),
        Some((other, difference)) => {
            let (changed, method) = match difference {
                Difference::Context => ("context_condition", "bbq_context"),
                Difference::Polarity => ("question_polarity", "bbq_polarity"),
            };
            let mut changed = vec![changed.to_owned()];
            if item.answers != other.answers {
                changed.push("option_order".to_owned());
            }
            (changed, Some(method.to_owned()))
        }
    };
    Draft {
        row: item.row,
        line: item.line,
        dataset: item.dataset.clone(),
        original: side(item),
        counterfactual: other.map(|(other, _)| side(other)),
        cluster: None,
        orders: vec![AnswerOrder::First],
        distance: other.map(|_| changed.len() as i64),
        changed,
        generator: None,
        method,
    }
}

fn side(item: &Item) -> Side {
    let labels = ["A", "B", "C"].map(str::to_owned).to_vec();
    Side {
        id: Some(item.id.clone()),
        text: question_text(Some(&item.context), &item.question, &labels, &item.answers),
        labels: Some(labels),
        options: item.answers.clone(),
        truth: item.label.clone(),
        truth_column: Some("label".to_owned()),
        features: item.features.clone(),
    }
}

fn item(record: &Record, columns: &ImportColumns) -> Result<Item, RowFault> {
    let fault = |kind, column: &str, value: &str, reason: String| RowFault {
        row: record.row,
        line: record.line,
        kind,
        column: Some(column.to_owned()),
        value: excerpt(value),
        reason,
    };
    let need = |column: &str| {
        let missing = || fault(FaultKind::MissingCell, column, "", "the cell is empty".to_owned());
        cells::name(record.get(column)).ok_or_else(missing)
    };
    let either = |column: &str, yes: &str, no: &str| match need(column)? {
        word if word == yes => Ok(true),
        word if word == no => Ok(false),
        word => {
            let reason = format!("`{}` is neither `{yes}` nor `{no}`", excerpt(&word));
            Err(fault(FaultKind::BadValue, column, &word, reason))
        }
    };
    let category = need("category")?;
    let example = need("example_id")?;
    for (column, value) in [("category", &category), ("example_id", &example)] {
        if value.contains(|c: char| c == '>' || c.is_control()) {
            let reason = "it cannot be part of an id: no `>`, no line breaks".to_owned();
            return Err(fault(FaultKind::BadValue, column, value, reason));
        }
    }
    let (dataset, id) = match columns.get(Field::Dataset) {
        Some(dataset) => (dataset.to_owned(), format!("{category}-{example}")),
        None => (format!("bbq_{}", plain(&category)), example),
    };
    let question_index = need("question_index")?;
    let answers = ANSWERS.iter().map(|column| need(column)).collect::<Result<_, _>>()?;
    let settled = either("context_condition", "disambig", "ambig")?;
    let negative = either("question_polarity", "neg", "nonneg")?;
    let word = |column: &str| cells::name(record.get(column)).unwrap_or_default();
    let features = ["category", "question_index", "context_condition", "question_polarity"];
    Ok(Item {
        row: record.row,
        line: record.line,
        dataset,
        id,
        question_index,
        context: need("context")?,
        question: need("question")?,
        answers,
        settled,
        negative,
        label: cells::name(record.get("label")),
        features: features.map(|column| (column.to_owned(), word(column))).to_vec(),
    })
}

/// A category as part of a dataset's name.
fn plain(category: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    category.chars().map(plain).collect()
}
