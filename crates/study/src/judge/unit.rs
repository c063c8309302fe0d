//! One request to a judge: an explanation with a counterfactual, or with the features to look for.

use super::explained::{Explained, shown};
use super::point::{changed, of_feature, of_hint};
use crate::error::StudyError;
use crate::folder::{Frozen, labels_of};
use foretell_core::judge::{JudgeKind, Point};
use foretell_core::{AnswerOrder, Labels, NotAsked, Pair, Question, QuestionId};
use foretell_tables::AnswerRow;
use std::collections::HashMap;
use std::sync::Arc;

/// One request, or the reason why it is not made.
pub(crate) struct Unit<'a> {
    pub(crate) reference: &'a str,
    pub(crate) answer: Result<&'a AnswerRow, NotAsked>,
    pub(crate) about: About<'a>,
}

/// What a judge is asked about an explanation.
pub(crate) enum About<'a> {
    /// Whether it decides the counterfactual of a pair.
    Pair(&'a Pair),
    /// Which features it names.
    Features(Arc<Looked<'a>>),
}

/// The features to look for in the explanations of one question, whosesoever they are.
pub(crate) struct Looked<'a> {
    pub(crate) question: &'a Question,
    order: AnswerOrder,
    /// Each by its name in `changed`. Those of all pairs of the run, so that a higher limit does not
    /// make it another request.
    pub(crate) points: Vec<(&'a str, Point)>,
    /// The pairs asked about.
    pub(crate) pairs: Vec<&'a Pair>,
}

impl Unit<'_> {
    /// What the judge is sent.
    pub(crate) fn prompt(&self, frozen: &Frozen) -> Result<String, StudyError> {
        let answer = self.answer.expect("only what was explained is asked about");
        let shown = shown(frozen, answer);
        let labels = self.labels(frozen)?;
        let card = frozen.card(&answer.dataset);
        Ok(match &self.about {
            About::Pair(pair) => {
                let counterfactual = &frozen.question(&pair.counterfactual_id).text;
                frozen.prompts.testability(card, &labels, &shown, counterfactual)?
            }
            About::Features(looked) => {
                let points: Vec<Point> =
                    looked.points.iter().map(|(_, point)| point.clone()).collect();
                frozen.prompts.mention(card, &labels, &shown, &points)?
            }
        })
    }

    /// The labels that it is about.
    pub(crate) fn labels(&self, frozen: &Frozen) -> Result<Labels, StudyError> {
        labels_of(match &self.about {
            About::Pair(pair) => frozen.question(&pair.counterfactual_id),
            About::Features(looked) => looked.question,
        })
    }

    /// Whether it is about a pair.
    pub(crate) fn holds(&self, pair: &Pair) -> bool {
        match &self.about {
            About::Pair(own) => own.pair_id == pair.pair_id,
            About::Features(looked) => looked.pairs.iter().any(|own| own.pair_id == pair.pair_id),
        }
    }
}

/// The requests of a kind about these pairs, by reference.
pub(crate) fn units<'a>(
    kind: JudgeKind,
    frozen: &'a Frozen,
    explained: &'a [Explained],
    pairs: &[&'a Pair],
) -> Vec<Unit<'a>> {
    let mut units = Vec::new();
    match kind {
        JudgeKind::Testability => {
            for said in explained {
                units.extend(pairs.iter().map(|&pair| Unit {
                    reference: &said.reference,
                    answer: said.answer(&pair.original_id, pair.answer_order),
                    about: About::Pair(pair),
                }));
            }
        }
        JudgeKind::Mention => {
            let looked: Vec<Arc<Looked<'a>>> =
                looked(frozen, pairs).into_iter().map(Arc::new).collect();
            for said in explained {
                units.extend(looked.iter().map(|looked| Unit {
                    reference: &said.reference,
                    answer: said.answer(&looked.question.question_id, looked.order),
                    about: About::Features(Arc::clone(looked)),
                }));
            }
        }
    }
    units
}

/// The question whose explanation is looked at for what changes in a pair: a hint stands in the
/// counterfactual alone, so that no other explanation can name it.
pub(crate) fn explained_id(pair: &Pair) -> &QuestionId {
    if pair.cue_label.is_some() { &pair.counterfactual_id } else { &pair.original_id }
}

/// The features to look for, by question and order, in the order in which the pairs first use them.
fn looked<'a>(frozen: &'a Frozen, pairs: &[&'a Pair]) -> Vec<Looked<'a>> {
    let mut places = HashMap::new();
    let mut all: Vec<Looked<'a>> = Vec::new();
    for &pair in pairs.iter().filter(|pair| !changed(pair).is_empty()) {
        let (id, order) = (explained_id(pair), pair.answer_order);
        let place = *places.entry((id, order)).or_insert_with(|| {
            let question = frozen.question(id);
            all.push(Looked { question, order, points: Vec::new(), pairs: Vec::new() });
            all.len() - 1
        });
        all[place].pairs.push(pair);
    }
    for pair in &frozen.pairs {
        let Some(&place) = places.get(&(explained_id(pair), pair.answer_order)) else { continue };
        let looked = &mut all[place];
        for feature in changed(pair) {
            if looked.points.iter().any(|(own, _)| *own == feature) {
                continue;
            }
            let point = match &pair.cue_label {
                Some(label) => of_hint(frozen.question(&pair.original_id), looked.question, label),
                None => of_feature(frozen.card(&pair.dataset), looked.question, feature),
            };
            looked.points.push((feature, point));
        }
    }
    all
}
