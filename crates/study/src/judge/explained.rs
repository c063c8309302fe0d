//! The explanations of a run, as its answers hold them.

use crate::error::{ModelsError, QuestionsError, StudyError};
use crate::folder::{Frozen, RunFolder};
use foretell_core::{AnswerOrder, NotAsked, QuestionId, Shown, did_you_mean};
use foretell_tables::{AnswerRow, read};
use std::collections::HashMap;

/// What one reference answered and explained, in its first repeat.
pub(crate) struct Explained {
    pub(crate) reference: String,
    answers: HashMap<(QuestionId, AnswerOrder), AnswerRow>,
}

impl Explained {
    /// The references of a run that are `named`, or all; those without answers yet are given apart.
    ///
    /// # Errors
    /// [`ModelsError::UnknownReference`] for each that the run does not have, and
    /// [`QuestionsError::NoAnswers`] where none of them has answers.
    pub(crate) fn read_all(
        folder: &RunFolder,
        named: &[String],
    ) -> Result<(Vec<Self>, Vec<String>), StudyError> {
        let tables = folder.manifest.study.references.iter();
        let known: Vec<String> =
            tables.map(|table| table.name_in_run()).collect::<Result<_, _>>()?;
        let unknown = |name: &&String| !known.contains(name);
        let fault = |name: &String| {
            StudyError::Models(ModelsError::UnknownReference {
                name: name.clone(),
                meant: did_you_mean(name, known.iter().map(String::as_str)),
                known: known.join(", "),
            })
        };
        StudyError::all(named.iter().filter(unknown).map(fault).collect())?;
        let (mut explained, mut without) = (Vec::new(), Vec::new());
        for reference in known {
            if !named.is_empty() && !named.contains(&reference) {
                continue;
            }
            let path = folder.layout.answers(&reference);
            if !path.exists() {
                without.push(reference);
                continue;
            }
            let first = read::<AnswerRow>(&path)?.into_iter().filter(|row| row.repeat == 0);
            let answers = first.map(|row| ((row.question_id.clone(), row.answer_order), row));
            explained.push(Self { reference, answers: answers.collect() });
        }
        if explained.is_empty() {
            let path = folder.layout.folder().to_owned();
            return Err(StudyError::Questions(QuestionsError::NoAnswers {
                path,
                references: without.join(", "),
            }));
        }
        Ok((explained, without))
    }

    /// The reply to a question that can be judged, or why there is none.
    pub(crate) fn answer(
        &self,
        id: &QuestionId,
        order: AnswerOrder,
    ) -> Result<&AnswerRow, NotAsked> {
        let answer = self.answers.get(&(id.clone(), order)).ok_or(NotAsked::OriginalUnanswered)?;
        match (&answer.answer, &answer.explanation) {
            (None, _) => Err(NotAsked::OriginalUnanswered),
            (Some(_), None) => Err(NotAsked::NoExplanation),
            (Some(_), Some(_)) => Ok(answer),
        }
    }
}

/// What a judge is shown of a reply: what a predictor is shown in the arm `with`.
pub(crate) fn shown(frozen: &Frozen, answer: &AnswerRow) -> Shown {
    Shown {
        original: frozen.question(&answer.question_id).text.clone(),
        original_answer: answer.answer.clone().unwrap_or_default(),
        explanation: answer.explanation.clone().unwrap_or_default(),
        factors: answer.factors.clone(),
        other_info: answer.other_info.clone(),
    }
}
