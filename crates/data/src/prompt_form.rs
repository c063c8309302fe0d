//! Whether imported prompts say how to reply.

use crate::collection::Collection;
use crate::error::DataError;
use foretell_core::{AnswerOrder, Question, QuestionId, prompt};
use std::collections::HashMap;

/// Questions that the error names.
const NAMED: usize = 5;

/// What is imported to ask one question with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prompt {
    /// A prompt that says how to reply.
    Formed,
    /// One that does not.
    Formless,
    /// None.
    Missing,
}

impl Prompt {
    fn of(question: &Question, order: AnswerOrder) -> Self {
        match question.imported_prompt(order) {
            None => Self::Missing,
            Some(text) if prompt::has_format_block(text) => Self::Formed,
            Some(_) => Self::Formless,
        }
    }
}

/// Checks that both questions of each pair come with a prompt that says how to reply, or both with
/// none: then the project's own is rendered for both. Returns the number of pairs that bring theirs.
///
/// # Errors
/// [`DataError::PromptsWithoutForm`] counts those that do not.
pub(crate) fn check(collection: &Collection, source_name: &str) -> Result<usize, DataError> {
    let questions: HashMap<&QuestionId, &Question> =
        collection.questions.iter().map(|question| (&question.question_id, question)).collect();
    let (mut originals, mut counterfactuals, mut one_sided, mut imported) = (0, 0, 0, 0);
    let mut first: Vec<String> = Vec::new();
    for pair in &collection.pairs {
        let ids = [&pair.original_id, &pair.counterfactual_id];
        let prompts = ids.map(|id| Prompt::of(questions[id], pair.answer_order));
        if prompts == [Prompt::Missing; 2] {
            continue;
        }
        imported += 1;
        let lacks = prompts.map(|prompt| prompt != Prompt::Formed);
        originals += usize::from(lacks[0]);
        counterfactuals += usize::from(lacks[1]);
        one_sided += usize::from(lacks[0] != lacks[1]);
        let named = ids.into_iter().zip(lacks).filter(|(_, lacks)| *lacks);
        for (id, _) in named {
            if first.len() < NAMED && !first.iter().any(|known| known == id.as_str()) {
                first.push(id.to_string());
            }
        }
    }
    if originals + counterfactuals == 0 {
        return Ok(imported);
    }
    Err(DataError::PromptsWithoutForm {
        source_name: source_name.to_owned(),
        pairs: collection.pairs.len(),
        originals,
        counterfactuals,
        one_sided,
        first,
    })
}
