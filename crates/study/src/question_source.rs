//! Where questions come from that are to get counterfactuals.

use crate::error::StudyError;
use crate::manifest::{content_hash, source};
use foretell_core::{Labels, Question, QuestionId, TextId};
use foretell_data::{Cards, PairOptions, load_questions};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What names the questions, and all that changes how they are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionSource {
    /// A file of questions, a folder with questions.parquet alone, or whatever holds pairs: then their
    /// originals.
    pub from: String,
    /// Most questions: a seeded sample, and that of 100 is part of that of 1,000.
    pub limit: Option<u64>,
    /// Seed of all that is drawn.
    pub seed: u64,
    /// Labels of questions that bring none.
    pub labels: Option<Vec<String>>,
    /// Scenarios that `moral_machines` draws.
    pub scenarios: u32,
    /// Whether `moral_machines` keeps the faults of the published generator.
    pub published: bool,
    /// A folder whose prompt templates replace the project's own.
    pub prompts: Option<PathBuf>,
    /// A folder of cards that are added, or replace the project's own.
    pub cards: Option<PathBuf>,
    /// A folder with the raw files of datasets.
    pub raw: Option<PathBuf>,
    /// Where raw files are looked for after that: the user's cache.
    #[serde(skip)]
    pub cache: Option<PathBuf>,
}

impl QuestionSource {
    /// The questions, all of them, and what was read, in words.
    ///
    /// The prompts that they bring are dropped: a counterfactual made of one has none, and both
    /// questions of a pair are to be asked in the same words.
    ///
    /// # Errors
    /// [`StudyError::Data`] for what cannot be read or holds no questions, and [`crate::QuestionsError::Labels`] for labels that cannot be told apart. A question may have none.
    pub(crate) fn load(&self, cards: &Cards) -> Result<(Vec<Question>, Vec<String>), StudyError> {
        let options = PairOptions {
            seed: self.seed,
            scenarios: self.scenarios,
            published: self.published,
            labels: self.labels.clone(),
            reprompt: true,
            raw: self.raw.iter().chain(&self.cache).cloned().collect(),
        };
        let set = load_questions(&self.from, cards, &options)?;
        let (source, rows) = (set.report.source, set.questions.len());
        let mut questions = set.questions;
        for question in &mut questions {
            (question.prompt_first, question.prompt_last) = (None, None);
            labels_if_any(question)?;
        }
        let mut notes = vec![format!("read {source}: {rows} questions")];
        notes.extend(set.report.notes);
        Ok((questions, notes))
    }

    /// The questions within the limit, in their old order, and which of them any limit takes first.
    pub(crate) fn select<'a>(
        &self,
        questions: &'a [Question],
    ) -> (Vec<&'a Question>, Option<&'a Question>) {
        let salt = format!("limit {}", self.seed);
        let mut ranked: Vec<(TextId, usize)> = questions
            .iter()
            .enumerate()
            .map(|(at, question)| (TextId::of(&salt, question.question_id.as_str()), at))
            .collect();
        ranked.sort_unstable();
        let limit = self.limit.map_or(questions.len(), |limit| {
            usize::try_from(limit).unwrap_or(usize::MAX).min(questions.len())
        });
        let first = ranked.first().map(|&(_, at)| &questions[at]);
        let mut taken: Vec<usize> = ranked.into_iter().take(limit).map(|(_, at)| at).collect();
        taken.sort_unstable();
        (taken.into_iter().map(|at| &questions[at]).collect(), first)
    }

    /// What says which questions these are; files by their content. The limit may change.
    pub(crate) fn identity(&self) -> Result<BTreeMap<String, String>, StudyError> {
        let mut fields = BTreeMap::new();
        let mut add = |name: &str, value: String| fields.insert(name.to_owned(), value);
        add("from", source_of_questions(&self.from)?);
        add("seed", self.seed.to_string());
        if self.from == "moral_machines" {
            add("scenarios", self.scenarios.to_string());
            add("published", self.published.to_string());
        }
        if let Some(labels) = &self.labels {
            add("labels", labels.join(", "));
        }
        for (name, folder) in [("prompts", &self.prompts), ("cards", &self.cards)] {
            if let Some(folder) = folder {
                add(name, content_hash(folder)?);
            }
        }
        Ok(fields)
    }
}

/// Of a folder with questions.parquet alone, only that file counts.
fn source_of_questions(from: &str) -> Result<String, StudyError> {
    let table = Path::new(from).join("questions.parquet");
    if table.is_file() && !Path::new(from).join("pairs.parquet").exists() {
        return Ok(format!("content {}", content_hash(&table)?));
    }
    source(from)
}

/// The labels of a question that has some.
pub(crate) fn labels_if_any(question: &Question) -> Result<Option<Labels>, StudyError> {
    if question.labels.is_empty() {
        return Ok(None);
    }
    crate::folder::labels_of(question).map(Some)
}

/// The question that `text` makes of `original`: same labels, an id of its own.
///
/// The options stay where the text still holds them all.
pub(crate) fn counterfactual_of(original: &Question, text: String, source: String) -> Question {
    let text_id = TextId::of(&original.dataset, &text);
    let index = format!("{}~{}", original.question_id.index(), &text_id.as_str()[..8]);
    let holds_options = original.options.iter().all(|option| text.contains(option.as_str()));
    Question {
        question_id: QuestionId::new(&original.dataset, index),
        text_id,
        dataset: original.dataset.clone(),
        source,
        row: None,
        labels: original.labels.clone(),
        options: if holds_options { original.options.clone() } else { Vec::new() },
        ground_truth: None,
        features: Vec::new(),
        prompt_first: None,
        prompt_last: None,
        text,
    }
}
