//! The project's own one-file form of pairs.

use crate::collection::Collection;
use crate::error::DataError;
use crate::load::Import;
use crate::pair_set::PairOptions;
use crate::{labels, prompt_form};
use foretell_core::{Pair, Question, QuestionId, TextId};
use foretell_tables::{PairTextRow, QuestionRow, write};
use std::collections::HashMap;
use std::path::Path;

/// Faults that an error shows.
const SHOWN: usize = 5;

/// Reads the pairs of a file.
///
/// # Errors
/// [`DataError::Table`], and [`DataError::TornFolder`] where an id does not belong to its text.
pub(super) fn load(path: &Path, options: &PairOptions) -> Result<Import, DataError> {
    let mut collection = Collection::default();
    let mut faults = Vec::new();
    for (row, text_row) in (0..).zip(foretell_tables::read::<PairTextRow>(path)?) {
        let (pair, mut original, mut counterfactual) = text_row.split();
        for question in [&mut original, &mut counterfactual] {
            if TextId::of(&question.dataset, &question.text) != question.text_id {
                let id = &question.question_id;
                faults.push(format!(
                    "row {row}: `text_id` of question `{id}` is not that of its text"
                ));
            }
            if options.reprompt {
                (question.prompt_first, question.prompt_last) = (None, None);
            }
        }
        collection.add(original, counterfactual, pair, row);
    }
    if !faults.is_empty() {
        let more = faults.len().saturating_sub(SHOWN);
        faults.truncate(SHOWN);
        return Err(DataError::TornFolder { path: path.to_owned(), shown: faults, more });
    }
    labels::compare(&collection.questions, options.labels.as_deref())?;
    collection.check()?;
    let source = path.display().to_string();
    prompt_form::check(&collection, &source)?;
    let rows = collection.rows_read();
    Ok(Import { collection, source: format!("{source} (table of pairs)"), rows, notes: Vec::new() })
}

/// Writes pairs with their questions as one file.
///
/// # Errors
/// [`DataError::Table`] names the file.
pub(super) fn save(path: &Path, questions: &[Question], pairs: &[Pair]) -> Result<(), DataError> {
    let known: HashMap<&QuestionId, &Question> =
        questions.iter().map(|question| (&question.question_id, question)).collect();
    let row = |pair: &Pair| {
        PairTextRow::new(pair, known[&pair.original_id], known[&pair.counterfactual_id])
    };
    Ok(write(&rooted(path), pairs.iter().map(row))?)
}

/// Writes questions as one file.
///
/// # Errors
/// [`DataError::Table`] names the file.
pub(super) fn save_questions(path: &Path, questions: &[Question]) -> Result<(), DataError> {
    Ok(write(&rooted(path), questions.iter().cloned().map(QuestionRow::from))?)
}

/// The path with a folder to write into.
fn rooted(path: &Path) -> std::path::PathBuf {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new(".").join(path),
        _ => path.to_owned(),
    }
}
