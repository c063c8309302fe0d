//! Questions and pairs of a folder: a run folder, or one that holds its two tables.

use crate::collection::Collection;
use crate::error::DataError;
use crate::pair_set::PairOptions;
use crate::{labels, prompt_form};
use foretell_core::{Pair, Question, QuestionId, TextId};
use foretell_tables::{PairRow, QuestionRow};
use std::collections::HashMap;
use std::path::Path;

const QUESTIONS: &str = "questions.parquet";
const PAIRS: &str = "pairs.parquet";

/// Faults that an error shows.
const SHOWN: usize = 5;

/// Reads the pairs of a folder.
///
/// # Errors
/// [`DataError::NotAFolderOfPairs`], [`DataError::Table`], and [`DataError::TornFolder`] where a pair
/// names a question that is not there or an id does not belong to its text.
pub(crate) fn load(path: &Path, options: &PairOptions) -> Result<Collection, DataError> {
    let missing: Vec<&'static str> =
        [QUESTIONS, PAIRS].into_iter().filter(|name| !path.join(name).is_file()).collect();
    if !missing.is_empty() {
        return Err(DataError::NotAFolderOfPairs { path: path.to_owned(), missing });
    }
    let mut questions: Vec<Question> = foretell_tables::read::<QuestionRow>(&path.join(QUESTIONS))?
        .into_iter()
        .map(Question::from)
        .collect();
    let pairs = foretell_tables::read::<PairRow>(&path.join(PAIRS))?;
    let pairs: Vec<Pair> = pairs.into_iter().map(Pair::from).collect();
    if options.reprompt {
        for question in &mut questions {
            (question.prompt_first, question.prompt_last) = (None, None);
        }
    }
    labels::compare(&questions, options.labels.as_deref())?;
    let mut collection = gather(path, questions, pairs)?;
    collection.check()?;
    prompt_form::check(&collection, &path.display().to_string())?;
    Ok(collection)
}

fn gather(
    path: &Path,
    questions: Vec<Question>,
    pairs: Vec<Pair>,
) -> Result<Collection, DataError> {
    let mut faults = Vec::new();
    let mut known: HashMap<QuestionId, Question> = HashMap::new();
    for question in questions {
        if TextId::of(&question.dataset, &question.text) != question.text_id {
            let id = &question.question_id;
            faults.push(format!("question `{id}`: `text_id` is not that of its text"));
        }
        if let Some(twin) = known.insert(question.question_id.clone(), question) {
            faults.push(format!("question `{}` stands there twice", twin.question_id));
        }
    }
    let mut collection = Collection::default();
    for (row, pair) in (0..).zip(pairs) {
        let sides = [
            (&pair.original_id, &pair.original_text_id),
            (&pair.counterfactual_id, &pair.counterfactual_text_id),
        ];
        let found = sides.map(|(id, text_id)| match known.get(id) {
            None => {
                Err(format!("pair `{}` names question `{id}`, which is not there", pair.pair_id))
            }
            Some(question) if question.text_id != *text_id => {
                Err(format!("pair `{}` has another text for question `{id}`", pair.pair_id))
            }
            Some(question) => Ok(question.clone()),
        });
        match found {
            [Ok(original), Ok(counterfactual)] => {
                collection.add(original, counterfactual, pair, row);
            }
            found => faults.extend(found.into_iter().filter_map(Result::err)),
        }
    }
    if faults.is_empty() {
        return Ok(collection);
    }
    let more = faults.len().saturating_sub(SHOWN);
    faults.truncate(SHOWN);
    Err(DataError::TornFolder { path: path.to_owned(), shown: faults, more })
}
