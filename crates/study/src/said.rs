//! What a reference model said, and what another said for it: all that predictors may be shown.

use crate::folder::Frozen;
use crate::models::Model;
use foretell_core::filler::filler;
use foretell_core::{AnswerOrder, Arm, Need, NotAsked, Outcome, Pair, QuestionId, Shown};
use foretell_tables::{AnswerRow, DonorRow, RationaleRow};
use std::collections::HashMap;

/// What one reference said, looked up by question, order and repeat.
pub(crate) struct Said {
    pub(crate) reference: String,
    /// Its repeats that are explained and guessed; those for the ceiling alone are not among them.
    pub(crate) repeats: u32,
    /// The rows of a question, by repeat.
    answers: HashMap<(QuestionId, AnswerOrder), Vec<AnswerRow>>,
    donors: HashMap<(QuestionId, AnswerOrder, i64), QuestionId>,
    rationales: HashMap<(QuestionId, AnswerOrder), Vec<RationaleRow>>,
    /// The model that gave the rationales.
    rationaliser: Option<String>,
}

/// Where that comes from which is shown.
#[derive(Default)]
pub(crate) struct Source<'a> {
    /// Key of the reply.
    pub(crate) reply: Option<&'a str>,
    /// The question whose explanation it is, where it is that of another.
    pub(crate) donor: Option<&'a QuestionId>,
}

impl Said {
    /// By the `answers` of its repeats, one after the other.
    pub(crate) fn new(model: &Model, answers: Vec<AnswerRow>, donors: Vec<DonorRow>) -> Self {
        let mut by_question: HashMap<_, Vec<AnswerRow>> = HashMap::new();
        for row in answers {
            by_question.entry((row.question_id.clone(), row.answer_order)).or_default().push(row);
        }
        let donor =
            |row: DonorRow| ((row.question_id, row.answer_order, row.answer_repeat), row.donor_id);
        Self {
            reference: model.spec.name.clone(),
            repeats: model.passes.repeats,
            answers: by_question,
            donors: donors.into_iter().map(donor).collect(),
            rationales: HashMap::new(),
            rationaliser: None,
        }
    }

    /// Nobody, who said nothing: for arms that show nothing of a reference.
    pub(crate) fn nobody() -> Self {
        Self {
            reference: String::new(),
            repeats: 1,
            answers: HashMap::new(),
            donors: HashMap::new(),
            rationales: HashMap::new(),
            rationaliser: None,
        }
    }

    /// Adds what `model` says for it, by its repeats, one after the other.
    pub(crate) fn explain(&mut self, model: &Model, rationales: Vec<RationaleRow>) {
        self.rationaliser = Some(model.spec.name.clone());
        for row in rationales {
            let question = (row.question_id.clone(), row.answer_order);
            self.rationales.entry(question).or_default().push(row);
        }
    }

    /// The model whose explanation `arm` shows.
    pub(crate) fn explainer(&self, arm: &Arm) -> &str {
        let other = self.rationaliser.as_deref().filter(|_| arm.needs(Need::Rationale));
        other.unwrap_or(&self.reference)
    }

    /// What it said to a question in a repeat.
    pub(crate) fn answer(
        &self,
        id: &QuestionId,
        order: AnswerOrder,
        repeat: u32,
    ) -> Option<&AnswerRow> {
        self.answers.get(&(id.clone(), order))?.get(repeat as usize)
    }

    /// What `arm` shows about a pair in a repeat of the reference, and where it is from.
    pub(crate) fn shown(
        &self,
        frozen: &Frozen,
        arm: &Arm,
        pair: &Pair,
        repeat: u32,
    ) -> Result<(Shown, Source<'_>), NotAsked> {
        if !arm.needs(Need::Original) {
            return Ok((Shown::default(), Source::default()));
        }
        let answer = self.answer(&pair.original_id, pair.answer_order, repeat);
        let answer = answer.ok_or(NotAsked::OriginalUnanswered)?;
        let label = answer.answer.clone().ok_or(NotAsked::OriginalUnanswered)?;
        let mut shown = Shown {
            original: frozen.question(&pair.original_id).text.clone(),
            original_answer: label,
            ..Shown::default()
        };
        if arm.needs(Need::Rationale) {
            let row = self.rationale(pair, repeat, &shown.original_answer)?;
            shown.explanation = row.explanation.clone().ok_or(NotAsked::NoRationale)?;
            shown.factors.clone_from(&row.factors);
            shown.other_info.clone_from(&row.other_info);
            return Ok((shown, Source { reply: row.reply_key.as_deref(), donor: None }));
        }
        let (from, donor) = if arm.needs(Need::Donor) {
            let key = (pair.original_id.clone(), pair.answer_order, i64::from(repeat));
            let donor = self.donors.get(&key).ok_or(NotAsked::NoDonor)?;
            let from = self.answer(donor, pair.answer_order, repeat).ok_or(NotAsked::NoDonor)?;
            (from, Some(donor))
        } else {
            (answer, None)
        };
        let explanation = || from.explanation.clone().ok_or(NotAsked::NoExplanation);
        if arm.needs(Need::Explanation) || arm.needs(Need::Donor) {
            shown.explanation = explanation()?;
            shown.factors.clone_from(&from.factors);
            shown.other_info.clone_from(&from.other_info);
        } else if arm.needs(Need::Reasoning) {
            shown.explanation = from.reasoning.clone().ok_or(NotAsked::NoReasoning)?;
        } else if arm.needs(Need::Filler) {
            shown.explanation = filler(&explanation()?);
        }
        Ok((shown, Source { reply: from.reply_key.as_deref(), donor }))
    }

    /// The explanation that another model gave for an answer, and for no other one.
    fn rationale(&self, pair: &Pair, repeat: u32, given: &str) -> Result<&RationaleRow, NotAsked> {
        let rows = self.rationales.get(&(pair.original_id.clone(), pair.answer_order));
        let row = rows.and_then(|rows| rows.get(repeat as usize));
        let row = row.ok_or(NotAsked::NoRationale)?;
        let stopped = [NotAsked::Stopped, NotAsked::Budget];
        let stopped = stopped.into_iter().find(|why| row.reason.as_deref() == Some(why.as_str()));
        match (row.outcome, stopped) {
            (Outcome::NotAsked, Some(why)) => Err(why),
            (Outcome::Answered, _) if row.answer.as_deref() == Some(given) => Ok(row),
            _ => Err(NotAsked::NoRationale),
        }
    }
}
