//! Everything that analyses need of the prediction tables of runs, read once and held compactly.

use crate::model::Model;
use crate::names::{Name, Names};
use foretell_core::{AnswerOrder, ConfidenceLevel, Outcome, TextId};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// A question's text, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Dataset.
    pub dataset: Name,
    /// Identity of the text ([`TextId`]).
    pub id: Name,
}

/// One original with one counterfactual, in one answer order.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Readable name.
    pub id: Name,
    /// Dataset of both questions.
    pub dataset: Name,
    /// Number of the original's text in [`Guesses::texts`]: the cluster.
    pub original: u32,
    /// Number of the counterfactual's text.
    pub counterfactual: u32,
    /// Where the reference was asked for its answer.
    pub answer_order: AnswerOrder,
    /// Number of features that differ.
    pub distance: Option<i32>,
    /// Names of what differs, as the table has them.
    pub changed: Box<[Name]>,
    /// How the counterfactual was made.
    pub method: Option<Name>,
    /// The label that a hint in the counterfactual points to.
    pub cue_label: Option<Name>,
}

/// What is guessed: one answer of a reference to the counterfactual of one pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// Number of the pair in [`Guesses::pairs`].
    pub pair: u32,
    /// Number of the model whose behaviour is guessed, in [`Guesses::models`].
    pub reference: u32,
    /// Number of the model whose explanation is shown.
    pub explainer: u32,
    /// Number of the reference's repeat.
    pub answer_repeat: u32,
    /// The reference's answer to the original.
    pub original_answer: Option<Name>,
    /// The reference's answer to the counterfactual.
    pub target: Option<Name>,
    /// What became of the reference's reply to the counterfactual.
    pub target_outcome: Outcome,
}

impl Subject {
    /// Whether the target differs from the original answer, where both are known.
    #[must_use]
    pub fn switched(&self) -> Option<bool> {
        Some(self.original_answer? != self.target?)
    }
}

/// One guess: a row of a prediction table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    /// Number of what is guessed, in [`Guesses::subjects`].
    pub subject: u32,
    /// Number of the predictor, in [`Guesses::models`].
    pub predictor: u32,
    /// Number of the predictor's repeat.
    pub repeat: u32,
    /// Number of the file, in [`Guesses::files`].
    pub file: u32,
    /// The label guessed, where the outcome is `answered`.
    pub answer: Option<Name>,
    /// Tokens of the reply, reasoning included; none where the table does not say.
    pub output_tokens: Option<u32>,
    /// Tokens of the reasoning.
    pub reasoning_tokens: Option<u32>,
    /// Number of the arm, in [`Guesses::arms`].
    pub arm: u16,
    /// What became of the request.
    pub outcome: Outcome,
    /// Whether the answer is the target; `None` where either is missing.
    pub hit: Option<bool>,
    /// The confidence as a level.
    pub confidence_level: Option<ConfidenceLevel>,
}

/// All guesses of one or several runs, with what they are about.
///
/// Lists refer to each other by number. Guesses are sorted by subject, predictor, arm and repeat, so
/// that all about one subject stand together; subjects of one file stand in the order of its rows.
///
/// # Examples
/// ```no_run
/// use foretell_analysis::Guesses;
/// use std::path::Path;
///
/// let guesses = Guesses::load(&[Path::new("runs/demo-1a2b3c4d")])?;
/// for subject in &guesses.subjects {
///     let model = &guesses.models[subject.reference as usize];
///     println!("{} of {:?}", guesses.pair_id(subject.pair), model.family);
/// }
/// # Ok::<(), foretell_analysis::AnalysisError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Guesses {
    /// The texts that numbers of type [`Name`] stand for.
    pub names: Names,
    /// Models, references and predictors alike.
    pub models: Vec<Model>,
    /// Arms, by name.
    pub arms: Vec<Arc<str>>,
    /// The files read.
    pub files: Vec<PathBuf>,
    /// Texts of questions.
    pub texts: Vec<Text>,
    /// Pairs.
    pub pairs: Vec<Pair>,
    /// Subjects.
    pub subjects: Vec<Subject>,
    /// Guesses, sorted.
    pub guesses: Vec<Guess>,
}

impl Guesses {
    /// The pair of a subject.
    #[must_use]
    pub fn pair_of(&self, subject: u32) -> &Pair {
        &self.pairs[self.subjects[subject as usize].pair as usize]
    }

    /// The text of a name.
    #[must_use]
    pub fn text(&self, name: Name) -> &Arc<str> {
        self.names.text(name)
    }

    /// Readable name of a pair.
    #[must_use]
    pub fn pair_id(&self, pair: u32) -> &Arc<str> {
        self.names.text(self.pairs[pair as usize].id)
    }

    /// Identity of a question's text.
    #[must_use]
    pub fn text_id(&self, text: u32) -> TextId {
        self.names.text(self.texts[text as usize].id).to_string().into()
    }

    /// Names of the references that anything is guessed about.
    pub(crate) fn references(&self) -> BTreeSet<Arc<str>> {
        let numbers: BTreeSet<u32> = self.subjects.iter().map(|s| s.reference).collect();
        numbers.into_iter().map(|number| Arc::clone(&self.models[number as usize].name)).collect()
    }

    /// Number of an arm, where any guess is of it.
    #[must_use]
    pub fn arm(&self, name: &str) -> Option<u16> {
        self.arms.iter().position(|arm| &**arm == name).map(|at| at as u16)
    }

    /// Guesses in runs of one subject and predictor, in order.
    pub fn by_subject_and_predictor(&self) -> impl Iterator<Item = &[Guess]> {
        self.guesses.chunk_by(|a, b| a.subject == b.subject && a.predictor == b.predictor)
    }

    /// Guesses in runs of one subject: all predictors, all arms.
    pub fn by_subject(&self) -> impl Iterator<Item = &[Guess]> {
        self.guesses.chunk_by(|a, b| a.subject == b.subject)
    }
}
