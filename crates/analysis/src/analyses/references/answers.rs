//! Answers against the ground truth, by label, and how often they switch within a pair.

use super::{Replies, Reply, compare, values};
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::prepared::Prepared;
use crate::request::Request;
use crate::run_tables::QuestionFacts;
use crate::share::Sums;
use crate::sheet::{Cell, Column, Kind, Sheet};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

pub(super) fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::count("questions", "answers asked for, a question in both orders twice"),
        Column::count("answered", "those with a label"),
        Column::count("with_truth", "those among them with a ground truth").wide(),
    ];
    columns.extend(Column::estimate(
        "accuracy",
        Kind::Fraction,
        "share of these that are the truth",
    ));
    columns.push(
        Column::fraction(
            "majority",
            "share of the most common truth among them: what one label earns",
        )
        .wide(),
    );
    columns.push(Column::count("pairs", "answered pairs: both answers of a reference are known"));
    columns.extend(Column::estimate(
        "switched",
        Kind::Fraction,
        "share of these whose answers differ",
    ));
    columns
}

pub(super) fn label_columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("label", "the label"),
        Column::count("answers", "answers that are this label"),
    ];
    columns.extend(Column::estimate(
        "share",
        Kind::Fraction,
        "their share of all answers with a label",
    ));
    columns.push(Column::fraction("truth_share", "share of this label among the ground truths"));
    columns
}

/// What one group's references said.
#[derive(Default)]
struct Said<'a> {
    questions: u64,
    answers: Vec<([u32; 2], &'a str)>,
    labels: BTreeSet<&'a str>,
    truths: BTreeMap<&'a str, u64>,
    accuracy: Sums,
    switched: Sums,
}

type Groups<'a> = Vec<(Vec<Arc<str>>, Said<'a>)>;

fn groups<'a>(
    prepared: &'a Prepared,
    replies: &Replies<'a>,
    by: &[GroupKey],
) -> Result<Groups<'a>, AnalysisError> {
    let guesses = &prepared.guesses;
    let mut facts: HashMap<(&str, &str), &QuestionFacts> = HashMap::new();
    for question in prepared.tables.questions()? {
        facts.entry((question.question_id.as_str(), question.text_id.as_str())).or_insert(question);
    }
    let mut groups: HashMap<Vec<Arc<str>>, Said<'a>> = HashMap::new();
    for Reply { model, text, answer } in &replies.list {
        let model = &guesses.models[*model as usize];
        let said =
            groups.entry(values(by, model, &answer.dataset, answer.answer_order)).or_default();
        said.questions += 1;
        let question = facts.get(&(answer.question_id.as_str(), answer.text_id.as_str()));
        said.labels.extend(question.iter().flat_map(|q| q.labels.iter().map(String::as_str)));
        let truth = question.and_then(|question| question.ground_truth.as_deref());
        let label = answer.answer.as_deref();
        let Some(label) = label.filter(|_| answer.outcome == foretell_core::Outcome::Answered)
        else {
            continue;
        };
        said.labels.insert(label);
        said.answers.push(([*text; 2], label));
        if let Some(truth) = truth {
            said.accuracy.count([*text; 2], label == truth);
            *said.truths.entry(truth).or_default() += 1;
        }
    }
    let mut seen = BTreeSet::new();
    for &number in &replies.subjects {
        let (subject, pair) = (&guesses.subjects[number as usize], guesses.pair_of(number));
        let Some(switched) = subject.switched() else { continue };
        // A subject whose explanation is another model's is about the same two answers.
        if seen.insert((subject.pair, subject.reference, subject.answer_repeat)) {
            let model = &guesses.models[subject.reference as usize];
            let values = values(by, model, guesses.text(pair.dataset), pair.answer_order);
            let said = groups.entry(values).or_default();
            said.switched.count([pair.original, pair.counterfactual], switched);
        }
    }
    let mut groups: Groups<'a> = groups.into_iter().collect();
    groups.sort_by(|one, other| compare(by, &one.0, &other.0));
    Ok(groups)
}

pub(super) fn sheets(
    prepared: &Prepared,
    request: &Request,
    replies: &Replies<'_>,
    by: &[GroupKey],
) -> Result<Vec<Sheet>, AnalysisError> {
    let says =
        "Answers of references against the ground truth, and how often they switch in a pair.";
    let all = [Column::groups(by), columns()].concat();
    let mut answers = Sheet::new("references", "Answers of references", says, all);
    let says = "How often references give each label.";
    let all = [Column::groups(by), label_columns()].concat();
    let mut labels = Sheet::new("references-labels", "Labels of references", says, all);
    for (group, said) in groups(prepared, replies, by)? {
        let start = || group.iter().map(Cell::from);
        for label in &said.labels {
            labels.push(start().chain(label_cells(&said, label, request.level)));
        }
        answers.push(start().chain(cells(said, request.level)));
    }
    Ok(vec![answers, labels])
}

fn cells(said: Said<'_>, level: f64) -> Vec<Cell> {
    let with_truth: u64 = said.truths.values().sum();
    let most = said.truths.values().max();
    let majority = match most {
        Some(most) => (*most as f64 / with_truth as f64).into(),
        None => Cell::undefined("no answered question has a ground truth"),
    };
    let pairs = said.switched.observations().round() as u64;
    let mut cells: Vec<Cell> =
        vec![said.questions.into(), said.answers.len().into(), with_truth.into()];
    cells.extend(said.accuracy.share(level).cells());
    cells.push(majority);
    cells.push(pairs.into());
    cells.extend(said.switched.share(level).cells());
    cells
}

fn label_cells(said: &Said<'_>, label: &str, level: f64) -> Vec<Cell> {
    let mut share = Sums::default();
    said.answers.iter().for_each(|(texts, given)| share.count(*texts, *given == label));
    let given = said.answers.iter().filter(|(_, given)| *given == label).count();
    let truths: u64 = said.truths.values().sum();
    let truth = match truths {
        0 => Cell::undefined("no answered question has a ground truth"),
        _ => (said.truths.get(label).copied().unwrap_or(0) as f64 / truths as f64).into(),
    };
    let mut cells: Vec<Cell> = vec![label.into(), given.into()];
    cells.extend(share.share(level).cells());
    cells.push(truth);
    cells
}
