//! How many predictions there are at most, and how long their prompts are, before the answers are
//! known that they show.

use crate::error::StudyError;
use crate::estimate::Range;
use crate::folder::Frozen;
use crate::preview::placeholder_prompt;
use foretell_core::{AnswerOrder, Arm, Need, Pair, QuestionId, TextId};
use std::collections::{HashMap, HashSet};

/// Prompts that are made to tell their length.
const SAMPLE: usize = 200;

/// What a request that shows nothing but an answer depends on: the texts, and the labels asked for.
type Asked<'a> = (&'a str, &'a TextId, &'a TextId, &'a [String]);

/// What can be shown about the same texts.
#[derive(Default)]
struct Answers<'a> {
    labels: HashSet<&'a str>,
    /// The questions whose replies give them, in their orders.
    replies: HashSet<(&'a QuestionId, AnswerOrder)>,
}

/// The most different requests that one predictor can be sent in an arm about `references` models.
///
/// An arm that shows only the answer given asks the same of all references that gave it, so there
/// are no more requests than labels for each pair of texts. What shows words of a reference is taken
/// to differ from one to the next.
pub(crate) fn most(frozen: &Frozen, arm: &Arm, pairs: &[&Pair], references: u64) -> u64 {
    if references == 0 || !arm.needs(Need::Original) {
        return 0;
    }
    if arm.needs.len() > 1 {
        let pairs: HashSet<(&QuestionId, &QuestionId, AnswerOrder)> = pairs
            .iter()
            .map(|pair| (&pair.original_id, &pair.counterfactual_id, pair.answer_order))
            .collect();
        return references * pairs.len() as u64;
    }
    // By texts: the answers that can be shown, from so many replies.
    let mut shown: HashMap<Asked<'_>, Answers<'_>> = HashMap::new();
    for pair in pairs {
        let original = frozen.question(&pair.original_id);
        let counterfactual = frozen.question(&pair.counterfactual_id);
        let asked = (
            pair.dataset.as_str(),
            &pair.original_text_id,
            &pair.counterfactual_text_id,
            &counterfactual.labels[..],
        );
        let answers = shown.entry(asked).or_default();
        answers.labels.extend(original.labels.iter().map(String::as_str));
        answers.replies.insert((&pair.original_id, pair.answer_order));
    }
    let of = |answers: &Answers<'_>| {
        (answers.labels.len() as u64).min(references * answers.replies.len() as u64)
    };
    shown.values().map(of).sum()
}

/// Mean characters of a prompt of an arm without the words of the reference, from a sample.
pub(crate) fn characters(frozen: &Frozen, arm: &Arm, pairs: &[&Pair]) -> Result<Range, StudyError> {
    let every = pairs.len().div_ceil(SAMPLE).max(1);
    let (mut characters, mut prompts) = (0, 0);
    for pair in pairs.iter().step_by(every) {
        characters += placeholder_prompt(frozen, arm, pair)?.chars().count();
        prompts += 1;
    }
    Ok(Range::exactly(characters as f64 / f64::from(prompts.max(1))))
}
