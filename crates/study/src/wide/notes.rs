//! What is worth knowing about a file, in words.

use super::gather::Gathered;
use foretell_core::{AnswerOrder, Question, count, counted};
use std::collections::HashMap;
use std::path::Path;

/// What is worth knowing about the input: every row is kept, and these may count twice.
pub(super) fn notes(all: &Gathered, path: &Path) -> Vec<String> {
    let mut notes = vec![format!("imported from {}: {}", path.display(), counted(all.rows, "row"))];
    let pairs = || all.pairs.iter().map(|known| &known.pair);
    let same = pairs().filter(|pair| pair.original_text_id == pair.counterfactual_text_id).count();
    if same > 0 {
        notes.push(format!("{} of a text with itself, kept", counted(same as u64, "pair")));
    }
    let mut texts: HashMap<_, u64> = HashMap::new();
    for pair in pairs() {
        let key = (&pair.original_text_id, &pair.counterfactual_text_id, pair.answer_order);
        *texts.entry((&pair.dataset, key)).or_default() += 1;
    }
    let repeats: u64 = texts.values().map(|count| count - 1).sum();
    if repeats > 0 {
        let says = if repeats == 1 { "repeats" } else { "repeat" };
        notes.push(format!(
            "{} {says} both texts and the order of another pair, kept",
            counted(repeats, "pair")
        ));
    }
    let orders = texts.keys().filter(|(dataset, (original, counterfactual, order))| {
        *order == AnswerOrder::First
            && texts.contains_key(&(*dataset, (*original, *counterfactual, AnswerOrder::Last)))
    });
    let orders = orders.count();
    if orders > 0 {
        notes.push(format!("{} stand in both answer orders", counted(orders as u64, "text pair")));
    }
    let untold = |question: &&Question| question.text == question.question_id.as_str();
    let untold = all.questions.iter().filter(untold).count();
    if untold > 0 {
        notes.push(format!(
            "{} without a text: known by dataset and index, so equal texts are not recognised",
            counted(untold as u64, "question")
        ));
    }
    let repeated: u64 = all.by_reference.iter().map(|of| of.replies.repeated).sum();
    if repeated > 0 {
        notes.push(format!(
            "{} times a reference replied differently to one question in one order: kept as repeats",
            count(repeated)
        ));
    }
    if all.predictors.len() == 0 {
        notes.push("no predictions: the file holds answers only".to_owned());
    }
    notes
}
