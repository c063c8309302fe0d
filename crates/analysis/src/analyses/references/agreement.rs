//! How far references agree with each other.

use super::{Replies, compare, values};
use crate::group::GroupKey;
use crate::prepared::Prepared;
use crate::sheet::{Cell, Column, Kind, Sheet};
use foretell_core::AnswerOrder;
use foretell_stats::class_agreement;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

pub(super) fn columns() -> Vec<Column> {
    vec![
        Column::text("reference", "a reference"),
        Column::text("other", "another one"),
        Column::count("questions", "questions that both answered, in the same order of the answer"),
        Column::fraction("agreement", "share of equal answers"),
        Column::new(
            "phi",
            Kind::Signed,
            "correlation of the answers, corrected for how often each is given",
        ),
    ]
}

/// How often two references gave which two labels.
type Labels = BTreeMap<(u32, u32), u64>;

/// More references than this are not held against each other: their pairs fill pages.
const MOST: usize = 200;

/// Answers to one question in one order: model and label, both by number.
type Answers = BTreeMap<(u32, AnswerOrder), Vec<(u32, u32)>>;

pub(super) fn sheet(prepared: &Prepared, replies: &Replies<'_>, by: &[GroupKey]) -> Sheet {
    let of_question = |key: &&GroupKey| matches!(key, GroupKey::Dataset | GroupKey::AnswerOrder);
    let by: Vec<GroupKey> = by.iter().filter(of_question).copied().collect();
    let says = "How often two references give the same answer.";
    let columns = [Column::groups(&by), columns()].concat();
    let mut sheet = Sheet::new("references-agreement", "Agreement of references", says, columns);
    let models = &prepared.guesses.models;
    let seen: BTreeSet<u32> = replies.list.iter().map(|reply| reply.model).collect();
    if seen.len() > MOST {
        let many = foretell_core::count(seen.len() as u64);
        sheet.notes.push(format!(
            "{many} references are too many to hold each against each; `--where` chooses some"
        ));
        return sheet;
    }
    let mut labels: HashMap<&str, u32> = HashMap::new();
    let mut groups: HashMap<Vec<Arc<str>>, Answers> = HashMap::new();
    for (reply, label) in replies.answered() {
        let next = labels.len() as u32;
        let label = *labels.entry(label).or_insert(next);
        let (dataset, order) = (&reply.answer.dataset, reply.answer.answer_order);
        let group = values(&by, &models[reply.model as usize], dataset, order);
        let answers = groups.entry(group).or_default();
        answers.entry((reply.text, order)).or_default().push((reply.model, label));
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|one, other| compare(&by, &one.0, &other.0));
    for (group, answers) in groups {
        let mut pairs: BTreeMap<(&str, &str), Labels> = BTreeMap::new();
        let name = |model: u32| &*models[model as usize].name;
        for mut given in answers.into_values() {
            given.sort_by_key(|(model, _)| name(*model));
            for (at, one) in given.iter().enumerate() {
                // Two questions of one text have two answers of each model.
                for other in given[at + 1..].iter().filter(|other| other.0 != one.0) {
                    let counts = pairs.entry((name(one.0), name(other.0))).or_default();
                    *counts.entry((one.1, other.1)).or_default() += 1;
                }
            }
        }
        for ((one, other), counts) in pairs {
            let agreement =
                class_agreement(counts.iter().map(|(said, n)| (said.0, said.1, *n as f64)));
            let cells: [Cell; 5] = [
                one.into(),
                other.into(),
                counts.values().sum::<u64>().into(),
                agreement.raw.into(),
                agreement.phi.into(),
            ];
            sheet.push(group.iter().map(Cell::from).chain(cells));
        }
    }
    sheet
}
