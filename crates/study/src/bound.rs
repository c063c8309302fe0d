//! How many predictions there are at most, and how long their prompts are, before the answers are
//! known that they show.

use crate::error::StudyError;
use crate::estimate::Range;
use crate::folder::Frozen;
use crate::models::Models;
use crate::preview::{placeholder_prompt, placeholder_rationale};
use crate::rationales;
use crate::tally::Verbatim;
use foretell_core::{AnswerOrder, Arm, Need, Pair, QuestionId, TextId};
use foretell_llm::RequestKey;
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

/// The most different requests that one predictor can be sent once in an arm, about `references`:
/// models, each counted as often as it repeats.
///
/// An arm that shows only the answer given, or what a third model says for it, asks the same of all
/// references that gave it, so there are no more requests than labels for each pair of texts. What
/// shows words of a reference is taken to differ from one to the next.
pub(crate) fn most(frozen: &Frozen, arm: &Arm, pairs: &[&Pair], references: u64) -> u64 {
    if references == 0 || !arm.needs(Need::Original) {
        return 0;
    }
    let own = |need: &Need| !matches!(need, Need::Original | Need::Rationale);
    if arm.needs.iter().any(own) {
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

/// The most different answers that a third model can be asked to explain, of so many `references`.
pub(crate) fn most_rationales(
    frozen: &Frozen,
    originals: &[(&QuestionId, AnswerOrder)],
    references: u64,
) -> u64 {
    let mut given: HashMap<(&str, &TextId, &[String]), u64> = HashMap::new();
    for (id, _) in originals {
        let question = frozen.question(id);
        let asked = (question.dataset.as_str(), &question.text_id, &question.labels[..]);
        *given.entry(asked).or_default() += references;
    }
    given.into_iter().map(|((_, _, labels), replies)| replies.min(labels.len() as u64)).sum()
}

/// Mean characters of a prompt of the third model, from a sample.
pub(crate) fn rationale_characters(
    frozen: &Frozen,
    originals: &[(&QuestionId, AnswerOrder)],
) -> Result<Range, StudyError> {
    let every = originals.len().div_ceil(SAMPLE).max(1);
    let (mut characters, mut prompts) = (0, 0);
    for (id, _) in originals.iter().step_by(every) {
        characters += placeholder_rationale(frozen, frozen.question(id))?.chars().count();
        prompts += 1;
    }
    Ok(Range::exactly(characters as f64 / f64::from(prompts.max(1))))
}

/// The keys, as [`Verbatim`] gives them, of all that the third model can be asked.
pub(crate) fn rationale_keys(
    frozen: &Frozen,
    pairs: &[&Pair],
    models: &Models,
) -> Result<HashSet<RequestKey>, StudyError> {
    let mut keys = HashSet::new();
    for (id, _) in rationales::originals(pairs) {
        let question = frozen.question(id);
        for label in &question.labels {
            let prompt = rationales::prompt(frozen, question, label)?;
            keys.insert(Verbatim::key(&prompt, 0, &models.references[0]));
        }
    }
    Ok(keys)
}
