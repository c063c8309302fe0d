//! Cue pairs: the counterfactual is the same question with a hint at an answer. Nothing is asked.

use crate::error::{QuestionsError, StudyError};
use crate::folder::{Layout, refuse_strangers};
use crate::inputs;
use crate::manifest::write_whole;
use crate::question_source::{QuestionSource, counterfactual_of, labels_if_any};
use foretell_core::{AnswerOrder, Cue, Pair, PairId, Prompts, Question, Toward};
use foretell_tables::{PairRow, QuestionRow, write};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// The name of the manifest.
const MANIFEST: &str = "cue.toml";

/// Format of the folder.
const FORMAT: i64 = 1;

/// What stands in the folder of cue pairs.
const OURS: [&str; 2] = ["questions.parquet", "pairs.parquet"];

/// Which hints are put beside which questions, as `cue.toml` keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CueRequest {
    /// Names of cues, or files of cues, of which all are used.
    pub cues: Vec<String>,
    /// Which label the hints point to.
    pub toward: Toward,
    /// Where the pairs ask for the answer.
    pub answer_orders: Vec<AnswerOrder>,
    /// The questions.
    pub source: QuestionSource,
}

/// What `cue.toml` holds.
#[derive(Serialize)]
struct CueManifest<'a> {
    format: i64,
    /// Version of the program that made the pairs.
    program: &'static str,
    /// Questions left out, by reason.
    left_out: BTreeMap<&'static str, u64>,
    request: &'a CueRequest,
}

/// Questions with and without hints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CuePairs {
    /// Each original before its counterfactuals.
    pub questions: Vec<Question>,
    /// The pairs.
    pub pairs: Vec<Pair>,
    /// Questions that can get no such hint.
    pub left_out: Vec<CueLeftOut>,
    /// What was read, in words.
    pub notes: Vec<String>,
}

/// A question that can get no hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CueLeftOut {
    /// The question.
    pub question: String,
    /// Why, to follow its name: "has no ground truth".
    pub reason: &'static str,
}

/// Puts hints beside questions.
///
/// # Errors
/// [`StudyError`] for questions or cues that cannot be read, and [`QuestionsError::NothingCued`] where no
/// question can get such a hint.
pub fn cue_pairs(request: &CueRequest) -> Result<CuePairs, StudyError> {
    let source = &request.source;
    let cues = cues(request)?;
    let cards = inputs::cards_in(source.cards.as_deref())?;
    let (questions, notes) = source.load(&cards)?;
    let mut made =
        CuePairs { questions: Vec::new(), pairs: Vec::new(), left_out: Vec::new(), notes };
    let mut known = HashSet::new();
    for question in source.select(&questions).0 {
        let Some(label) = request.toward.label(question, source.seed) else {
            let reason = reason(question)?;
            let question = question.question_id.to_string();
            made.left_out.push(CueLeftOut { question, reason });
            continue;
        };
        made.questions.push(question.clone());
        for (prompts, cue) in &cues {
            let text = prompts.with_cue(cue, question, label, source.seed)?;
            let hinted = Question {
                ground_truth: question.ground_truth.clone(),
                options: question.options.clone(),
                features: question.features.clone(),
                ..counterfactual_of(question, text, question.source.clone())
            };
            if !known.insert(hinted.question_id.clone()) {
                // Two cues in the same words are one.
                continue;
            }
            let pair = |&order| pair(question, &hinted, cue, label, order);
            made.pairs.extend(request.answer_orders.iter().map(pair));
            made.questions.push(hinted);
        }
    }
    match made.left_out.first() {
        Some(first) if made.pairs.is_empty() => {
            Err(StudyError::Questions(QuestionsError::NothingCued {
                toward: request.toward.says(),
                left_out: made.left_out.len(),
                reason: first.reason,
            }))
        }
        _ => Ok(made),
    }
}

impl CuePairs {
    /// Writes the two tables, and what they were made from, to `folder`.
    ///
    /// # Errors
    /// [`StudyError::Exists`] unless `force`, [`crate::RunError::NotARun`] for a folder of something else.
    pub fn write(self, folder: &Path, request: &CueRequest, force: bool) -> Result<(), StudyError> {
        std::fs::create_dir_all(folder)
            .map_err(|fault| StudyError::Io { path: folder.to_owned(), fault })?;
        refuse_strangers(folder, MANIFEST, &OURS)?;
        let layout = Layout::new(folder);
        if layout.pairs().exists() && !force {
            return Err(StudyError::Exists { path: layout.pairs() });
        }
        let mut left_out = BTreeMap::new();
        for question in &self.left_out {
            *left_out.entry(question.reason).or_default() += 1;
        }
        let program = env!("CARGO_PKG_VERSION");
        let manifest = CueManifest { format: FORMAT, program, left_out, request };
        let text = toml::to_string(&manifest).expect("a manifest is always TOML");
        write_whole(&folder.join(MANIFEST), &text)?;
        write(&layout.questions(), self.questions.into_iter().map(QuestionRow::from))?;
        Ok(write(&layout.pairs(), self.pairs.into_iter().map(PairRow::from))?)
    }
}

/// The cues, each with the prompts that hold its wordings.
fn cues(request: &CueRequest) -> Result<Vec<(Prompts, Cue)>, StudyError> {
    let own = request.source.prompts.as_deref();
    let (mut cues, mut faults) = (Vec::new(), Vec::new());
    for name in &request.cues {
        let path = Path::new(name);
        if path.is_file() {
            let text = std::fs::read_to_string(path)
                .map_err(|fault| StudyError::Io { path: path.to_owned(), fault })?;
            let of_file = Prompts::with_cues(name, text.clone())?;
            for cue in of_file.cues() {
                cues.push((Prompts::with_cues(name, text.clone())?, cue.clone()));
            }
        } else if path.extension().is_some() || path.components().count() > 1 {
            let fault = std::io::Error::new(std::io::ErrorKind::NotFound, "no such file of cues");
            faults.push(StudyError::Io { path: path.to_owned(), fault });
        } else {
            let prompts = inputs::prompts_in(own)?;
            match prompts.cue(name).cloned() {
                Ok(cue) => cues.push((prompts, cue)),
                Err(fault) => faults.push(fault.into()),
            }
        }
    }
    if cues.is_empty() && faults.is_empty() {
        faults.push(StudyError::Nothing { what: "cue" });
    }
    StudyError::all(faults)?;
    Ok(cues)
}

/// Why a question can get no hint.
fn reason(question: &Question) -> Result<&'static str, StudyError> {
    Ok(match (labels_if_any(question)?, &question.ground_truth) {
        (None, _) => "has no labels",
        (Some(_), None) => "has no ground truth",
        (Some(_), Some(_)) => "has a ground truth that is none of its labels",
    })
}

fn pair(
    original: &Question,
    hinted: &Question,
    cue: &Cue,
    label: &str,
    order: AnswerOrder,
) -> Pair {
    Pair {
        pair_id: PairId::new(&original.question_id, &hinted.question_id, order),
        dataset: original.dataset.clone(),
        original_id: original.question_id.clone(),
        counterfactual_id: hinted.question_id.clone(),
        original_row: original.row,
        counterfactual_row: None,
        original_text_id: original.text_id.clone(),
        counterfactual_text_id: hinted.text_id.clone(),
        answer_order: order,
        distance: None,
        changed: vec!["cue".to_owned()],
        generator: Some("cue".to_owned()),
        method: Some(format!("cue:{}", cue.name)),
        generator_reply_key: None,
        cue_label: Some(label.to_owned()),
    }
}
