//! Placebo donors: whose explanation stands in for that of a question in the arm `shuffled`.

use foretell_core::{AnswerOrder, Outcome, Pair, QuestionId, TextId};
use foretell_tables::{AnswerRow, DonorRow};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Draws a donor for every question that was explained, and keeps the donors drawn before.
///
/// A donor is another question of the same dataset, answer order and answer in the same repeat, with
/// another text and no neighbour of it. Within each such group the questions are shuffled by a seeded generator, and
/// each takes the next in the circle that fits: a derangement wherever the group allows one.
pub(crate) fn draw(
    answers: &[AnswerRow],
    pairs: &[Pair],
    seed: u64,
    drawn: Vec<DonorRow>,
) -> Vec<DonorRow> {
    let neighbours = neighbours(pairs);
    let mut groups: BTreeMap<(i64, &str, AnswerOrder, &str), Vec<&AnswerRow>> = BTreeMap::new();
    for answer in answers {
        if let (Outcome::Answered, Some(label), Some(_)) =
            (answer.outcome, &answer.answer, &answer.explanation)
        {
            let dataset = answer.dataset.as_str();
            let group = (answer.repeat, dataset, answer.answer_order, label.as_str());
            groups.entry(group).or_default().push(answer);
        }
    }
    let mut donors = drawn;
    let kept: HashSet<(QuestionId, AnswerOrder, i64)> = donors
        .iter()
        .map(|donor| (donor.question_id.clone(), donor.answer_order, donor.answer_repeat))
        .collect();
    for ((repeat, dataset, order, label), mut group) in groups {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream(&group_name(repeat, dataset, order, label)));
        group.shuffle(&mut generator);
        for (at, answer) in group.iter().enumerate() {
            if kept.contains(&(answer.question_id.clone(), order, repeat)) {
                continue;
            }
            let circle = group[at + 1..].iter().chain(&group[..at]);
            let fits = |other: &&&AnswerRow| {
                other.text_id != answer.text_id
                    && !neighbours
                        .get(&answer.text_id)
                        .is_some_and(|near| near.contains(&other.text_id))
            };
            if let Some(donor) = circle.into_iter().find(fits) {
                donors.push(DonorRow {
                    question_id: answer.question_id.clone(),
                    answer_order: order,
                    answer_repeat: repeat,
                    donor_id: donor.question_id.clone(),
                });
            }
        }
    }
    donors.sort_by_cached_key(|row| (row.answer_repeat, row.question_id.clone(), row.answer_order));
    donors
}

/// The texts that share a pair with a text.
fn neighbours(pairs: &[Pair]) -> HashMap<&TextId, HashSet<&TextId>> {
    let mut neighbours: HashMap<&TextId, HashSet<&TextId>> = HashMap::new();
    for pair in pairs {
        let (one, other) = (&pair.original_text_id, &pair.counterfactual_text_id);
        neighbours.entry(one).or_default().insert(other);
        neighbours.entry(other).or_default().insert(one);
    }
    neighbours
}

/// Names a group; that of the first repeat as before there were others.
fn group_name(repeat: i64, dataset: &str, order: AnswerOrder, label: &str) -> String {
    match repeat {
        0 => format!("{dataset} {order} {label}"),
        repeat => format!("{dataset} {order} {label} {repeat}"),
    }
}

/// A stream of its own for each group, so that one group's donors do not depend on another's size.
fn stream(group: &str) -> u64 {
    let id = TextId::of("donors", group);
    u64::from_str_radix(id.as_str(), 16).expect("a text id has 16 hex digits")
}
