//! The other tables of runs, read when an analysis asks for them: answers, questions, scores.

use crate::error::AnalysisError;
use foretell_core::{AnswerOrder, ConfidenceLevel, Outcome, PairId, QuestionId, TextId};
use foretell_tables::{AnswerRow, NameValue, QuestionRow, Reader, ScoreRow, Table};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// What analyses need of a reference's answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Answer {
    /// The reference.
    pub reference: String,
    /// Dataset of the question.
    pub dataset: String,
    /// The question.
    pub question_id: QuestionId,
    /// Identity of the question.
    pub text_id: TextId,
    /// Whether the answer was asked for `first` or `last`.
    pub answer_order: AnswerOrder,
    /// Number of the repeat.
    pub repeat: i64,
    /// What became of the request.
    pub outcome: Outcome,
    /// The label given.
    pub answer: Option<String>,
    /// The explanation.
    pub explanation: Option<String>,
    /// The factors named as most important.
    pub factors: Vec<String>,
    /// The confidence as a level.
    pub confidence_level: Option<ConfidenceLevel>,
    /// Tokens of the reply, reasoning included.
    pub output_tokens: Option<i64>,
    /// Tokens of the reasoning.
    pub reasoning_tokens: Option<i64>,
}

const ANSWER: [&str; 13] = [
    "reference",
    "dataset",
    "question_id",
    "text_id",
    "answer_order",
    "repeat",
    "outcome",
    "answer",
    "explanation",
    "factors",
    "confidence_level",
    "output_tokens",
    "reasoning_tokens",
];

/// What analyses need of a question.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct QuestionFacts {
    /// Readable name.
    pub question_id: QuestionId,
    /// Identity.
    pub text_id: TextId,
    /// Dataset.
    pub dataset: String,
    /// The question as asked.
    pub text: String,
    /// The labels that answer it.
    pub labels: Vec<String>,
    /// The true label, where there is one.
    pub ground_truth: Option<String>,
    /// Features and their values.
    pub features: Vec<NameValue>,
}

const QUESTION: [&str; 7] =
    ["question_id", "text_id", "dataset", "text", "labels", "ground_truth", "features"];

/// What analyses need of a judge's verdict.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Score {
    /// What is judged.
    pub kind: String,
    /// The judge.
    pub judge: String,
    /// Dataset of both questions.
    pub dataset: String,
    /// The pair.
    pub pair_id: PairId,
    /// The reference whose explanation is judged.
    pub reference: Option<String>,
    /// The feature that is judged.
    pub feature: Option<String>,
    /// What became of the request.
    pub outcome: Outcome,
    /// The verdict.
    pub value: Option<f64>,
    /// The direction that is judged.
    pub direction: Option<String>,
}

const SCORE: [&str; 9] = [
    "kind",
    "judge",
    "dataset",
    "pair_id",
    "reference",
    "feature",
    "outcome",
    "value",
    "direction",
];

/// The tables of runs beside the predictions. Each is read once, when it is first asked for; a table
/// that no run has is empty.
#[derive(Debug, Default)]
pub struct RunTables {
    runs: Vec<PathBuf>,
    answers: OnceLock<Vec<Answer>>,
    questions: OnceLock<Vec<QuestionFacts>>,
    scores: OnceLock<Vec<Score>>,
}

impl RunTables {
    /// The tables of some runs, none read yet.
    #[must_use]
    pub fn of(runs: &[&Path]) -> Self {
        let runs = runs.iter().map(|run| (*run).to_owned()).collect();
        Self { runs, ..Self::default() }
    }

    /// The folders of the runs.
    #[must_use]
    pub fn runs(&self) -> &[PathBuf] {
        &self.runs
    }

    /// All answers of all references.
    ///
    /// # Errors
    /// [`AnalysisError`] names the file.
    pub fn answers(&self) -> Result<&[Answer], AnalysisError> {
        once(&self.answers, || self.folder::<AnswerRow, _>("answers", &ANSWER))
    }

    /// All questions.
    ///
    /// # Errors
    /// [`AnalysisError`] names the file.
    pub fn questions(&self) -> Result<&[QuestionFacts], AnalysisError> {
        once(&self.questions, || {
            let paths = self.runs.iter().map(|run| run.join("questions.parquet"));
            rows::<QuestionRow, _>(paths.filter(|path| path.is_file()), &QUESTION)
        })
    }

    /// All verdicts of all judges.
    ///
    /// # Errors
    /// [`AnalysisError`] names the file.
    pub fn scores(&self) -> Result<&[Score], AnalysisError> {
        once(&self.scores, || self.folder::<ScoreRow, _>("scores", &SCORE))
    }

    /// The rows of all tables in one folder of every run, in the order of their names.
    fn folder<T: Table, R: DeserializeOwned>(
        &self,
        name: &str,
        columns: &[&str],
    ) -> Result<Vec<R>, AnalysisError> {
        let mut paths = Vec::new();
        for folder in self.runs.iter().map(|run| run.join(name)).filter(|path| path.is_dir()) {
            let at = |fault| AnalysisError::Io { path: folder.clone(), fault };
            let mut of_folder = Vec::new();
            for entry in std::fs::read_dir(&folder).map_err(at)? {
                of_folder.push(entry.map_err(at)?.path());
            }
            of_folder.retain(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.ends_with(".parquet") && !name.starts_with('.')
            });
            of_folder.sort();
            paths.extend(of_folder);
        }
        rows::<T, R>(paths.into_iter(), columns)
    }
}

/// Reads at first use. Two threads may both read at once; both find the same.
fn once<T>(
    cell: &OnceLock<Vec<T>>,
    read: impl FnOnce() -> Result<Vec<T>, AnalysisError>,
) -> Result<&[T], AnalysisError> {
    if let Some(rows) = cell.get() {
        return Ok(rows);
    }
    let rows = read()?;
    Ok(cell.get_or_init(|| rows))
}

fn rows<T: Table, R: DeserializeOwned>(
    paths: impl Iterator<Item = PathBuf>,
    columns: &[&str],
) -> Result<Vec<R>, AnalysisError> {
    let mut rows = Vec::new();
    for path in paths {
        for batch in Reader::<T, R>::with_columns(&path, columns)? {
            rows.extend(batch?);
        }
    }
    Ok(rows)
}
