//! From a run folder to a file of the wide layout.

use super::error::WideError;
use super::export_file::File;
use super::models::AboutRun;
use super::said::Said;
use crate::error::StudyError;
use crate::folder::Layout;
use crate::frozen_files::frozen_rows;
use crate::manifest::Manifest;
use foretell_core::QuestionId;
use foretell_tables::{ModelRow, PairRow, PredictionRow, QuestionRow, Reader, ScoreRow, read};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// What an export wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedRun {
    /// The file.
    pub file: PathBuf,
    /// Its rows: one a reference and pair.
    pub rows: u64,
    /// Guesses in it.
    pub guesses: u64,
    /// What the layout has no place for, in words.
    pub notes: Vec<String>,
}

/// Writes a run in the wide layout, with the column names of the paper's files.
///
/// # Errors
/// [`StudyError`] for a run that cannot be read or holds no answers, and a file that cannot be written.
pub fn export_run(run: &Path, out: &Path) -> Result<ExportedRun, StudyError> {
    let manifest = Manifest::read(run)?;
    let layout = Layout::new(run);
    let names = |tables: &[crate::study::ModelTable]| {
        tables.iter().map(crate::study::ModelTable::name_in_run).collect::<Result<Vec<_>, _>>()
    };
    let (references, predictors) =
        (names(&manifest.study.references)?, names(&manifest.study.predictors)?);
    let models = if layout.models().exists() { read(&layout.models())? } else { Vec::new() };
    let (judge, scores) = testability(&layout)?;
    let questions: Vec<QuestionRow> = frozen_rows(&layout.questions())?;
    let by_id = questions.iter().enumerate();
    let mut arms = manifest.study.arms.clone();
    super::arms::sort(&mut arms);
    let run = RunTables {
        by_id: by_id.map(|(at, row)| (row.question_id.clone(), at)).collect(),
        questions,
        pairs: frozen_rows(&layout.pairs())?,
        models: &models,
        predictors: &predictors,
        arms: &arms,
        scores,
        layout: &layout,
    };
    let about = AboutRun {
        name: manifest.study.name.clone(),
        models: models.clone(),
        testability_judge: judge,
    };
    let mut file = File::create(out, &about)?;
    let mut left_out = LeftOut::default();
    let answered: Vec<&String> =
        references.iter().filter(|name| layout.answers(name).exists()).collect();
    if answered.is_empty() {
        return Err(WideError::NothingAnswered { path: layout.folder().to_owned() }.into());
    }
    let asked = asked(&run, &answered)?;
    let mut guesses = 0;
    // One reference at a time: the texts of all of them may not fit in memory.
    for (at, name) in answered.into_iter().enumerate() {
        let said = Said::read(&run, name)?;
        // A pair that nobody was asked about stands once, so that the file holds all pairs.
        let is_in = |pair: &&PairRow| {
            let id = pair.pair_id.as_str();
            said.has(id) || said.answered(pair) || (at == 0 && !asked.contains(id))
        };
        let pairs: Vec<&PairRow> = run.pairs.iter().filter(is_in).collect();
        left_out.add(&said);
        guesses += said.guesses.len_all();
        file.write(said.columns(&run, &pairs)?, pairs.len() as u64)?;
    }
    let rows = file.rows;
    file.finish()?;
    Ok(ExportedRun { file: out.to_owned(), rows, guesses, notes: left_out.notes() })
}

/// The tables of a run that all references share.
pub(super) struct RunTables<'a> {
    pub(super) questions: Vec<QuestionRow>,
    pub(super) by_id: HashMap<QuestionId, usize>,
    pub(super) pairs: Vec<PairRow>,
    pub(super) models: &'a [ModelRow],
    pub(super) predictors: &'a [String],
    pub(super) arms: &'a [String],
    pub(super) scores: Scores,
    pub(super) layout: &'a Layout,
}

/// The pairs about which anything was guessed.
fn asked(run: &RunTables<'_>, references: &[&String]) -> Result<HashSet<String>, StudyError> {
    #[derive(Deserialize)]
    struct OnlyPair {
        pair_id: String,
    }
    let mut asked = HashSet::new();
    for reference in references {
        for (predictor, arm) in run
            .predictors
            .iter()
            .flat_map(|predictor| run.arms.iter().map(move |arm| (predictor, arm)))
        {
            let path = run.layout.predictions(reference, predictor, arm);
            if path.exists() {
                for rows in Reader::<PredictionRow, OnlyPair>::with_columns(&path, &["pair_id"])? {
                    asked.extend(rows?.into_iter().map(|row| row.pair_id));
                }
            }
        }
    }
    Ok(asked)
}

/// Testability by reference and pair: the score and its reason.
pub(super) type Scores = HashMap<(String, String), (f64, Option<String>)>;

/// The verdicts of the first judge of testability, by the name of its file.
fn testability(layout: &Layout) -> Result<(Option<String>, Scores), StudyError> {
    let folder = layout.folder().join("scores");
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "parquet"));
    paths.sort();
    for path in paths {
        let rows: Vec<ScoreRow> = read(&path)?;
        let rows = rows.into_iter().filter(|row| row.kind == "testability");
        let (mut judge, mut scores) = (None, Scores::new());
        for row in rows {
            if let (Some(reference), Some(value)) = (row.reference, row.value) {
                scores.insert((reference, row.pair_id.to_string()), (value, row.reason));
                judge = Some(row.judge);
            }
        }
        if judge.is_some() {
            return Ok((judge, scores));
        }
    }
    Ok((None, Scores::new()))
}

/// What one row a reference and pair has no place for.
#[derive(Default)]
struct LeftOut {
    repeats: u64,
    of_others: u64,
}

impl LeftOut {
    fn add(&mut self, said: &Said) {
        self.repeats += said.repeats;
        self.of_others += said.of_others;
    }

    fn notes(&self) -> Vec<String> {
        let count = foretell_core::count;
        let mut notes = Vec::new();
        if self.repeats > 0 {
            let repeats = count(self.repeats);
            notes.push(format!("{repeats} guesses of further repeats are not in it"));
        }
        if self.of_others > 0 {
            let others = count(self.of_others);
            notes.push(format!("{others} guesses from explanations of other models are not in it"));
        }
        notes
    }
}
