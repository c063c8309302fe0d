//! Questions without counterfactuals: what generation and cues start from.

use crate::cards::Cards;
use crate::error::DataError;
use crate::load::{BUILT_IN, load_pairs};
use crate::pair_set::{ImportReport, PairOptions};
use crate::{import, labels};
use foretell_core::{Pair, Question, QuestionId, TextId};
use foretell_tables::{PairTextRow, QuestionRow, Table};
use std::collections::HashSet;
use std::path::Path;

/// Faults that an error shows.
const SHOWN: usize = 5;

/// Questions, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionSet {
    /// The questions: one a `question_id`, in the order of their source.
    pub questions: Vec<Question>,
    /// What was read.
    pub report: ImportReport,
}

/// Reads the questions that `spec` names.
///
/// A spec is a file of questions (CSV, JSONL, Parquet, multiple choice, BBQ; `questions.parquet`), a
/// folder that holds `questions.parquet`, or anything that [`load_pairs`] reads: of pairs, the
/// questions are the originals. Questions of a file of rows (CSV, JSONL, Parquet) may have no labels.
///
/// # Errors
/// [`DataError`] as [`load_pairs`]; rows at fault are an error.
///
/// # Examples
/// ```
/// use foretell_data::{Cards, PairOptions, load_questions};
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("tides.csv");
/// std::fs::write(&path, "question,answer\nIs it high?,YES\nIs it low?,NO\n")?;
/// let spec = path.display().to_string();
/// let set = load_questions(&spec, &Cards::embedded(), &PairOptions::default())?;
/// assert_eq!(set.questions[1].question_id.as_str(), "tides/1");
/// assert_eq!(set.questions[1].labels, ["NO", "YES"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn load_questions(
    spec: &str,
    cards: &Cards,
    options: &PairOptions,
) -> Result<QuestionSet, DataError> {
    let path = Path::new(spec);
    let (folder, file) = (path.join("questions.parquet"), path.is_file());
    let known = !BUILT_IN.contains(&spec);
    if known && path.is_dir() && folder.is_file() && !path.join("pairs.parquet").is_file() {
        return of_table(&folder, options);
    }
    if known && file {
        match import::table_name(path)?.as_deref() {
            Some(QuestionRow::NAME) => return of_table(path, options),
            Some(PairTextRow::NAME) => {}
            _ if import::is_wide_file(path)? => {}
            _ => {
                let (questions, report) = import::load_questions(path, cards, options)?;
                return with_some(QuestionSet { questions, report });
            }
        }
    }
    let set = load_pairs(&[spec.to_owned()], cards, options)?;
    with_some(QuestionSet { questions: originals(set.questions, &set.pairs), report: set.report })
}

/// The questions that are the original of a pair.
pub(crate) fn originals(questions: Vec<Question>, pairs: &[Pair]) -> Vec<Question> {
    let ids: HashSet<&QuestionId> = pairs.iter().map(|pair| &pair.original_id).collect();
    questions.into_iter().filter(|question| ids.contains(&question.question_id)).collect()
}

fn of_table(path: &Path, options: &PairOptions) -> Result<QuestionSet, DataError> {
    let rows = foretell_tables::read::<QuestionRow>(path)?;
    let mut questions: Vec<Question> = rows.into_iter().map(Question::from).collect();
    let (mut seen, mut faults) = (HashSet::new(), Vec::new());
    for question in &mut questions {
        let id = question.question_id.clone();
        if TextId::of(&question.dataset, &question.text) != question.text_id {
            faults.push(format!("question `{id}`: `text_id` is not that of its text"));
        }
        if question.labels.is_empty() {
            question.labels = options.labels.clone().unwrap_or_default();
        }
        if options.reprompt {
            (question.prompt_first, question.prompt_last) = (None, None);
        }
        if !seen.insert(id.clone()) {
            faults.push(format!("question `{id}` stands there twice"));
        }
    }
    if !faults.is_empty() {
        let more = faults.len().saturating_sub(SHOWN);
        faults.truncate(SHOWN);
        return Err(DataError::TornFolder { path: path.to_owned(), shown: faults, more });
    }
    labels::compare(&questions, options.labels.as_deref())?;
    let report = ImportReport {
        source: format!("{} (table of questions)", path.display()),
        rows: questions.len() as u64,
        ..ImportReport::default()
    };
    with_some(QuestionSet { questions, report })
}

fn with_some(set: QuestionSet) -> Result<QuestionSet, DataError> {
    if set.questions.is_empty() {
        let ImportReport { source, rows, .. } = set.report;
        return Err(DataError::NoQuestions { source_name: source, rows });
    }
    Ok(set)
}
