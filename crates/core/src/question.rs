//! Questions and pairs.

use crate::{AnswerOrder, PairId, QuestionId, TextId};

/// One question, as asked of a reference model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Readable name, unique in its run.
    pub question_id: QuestionId,
    /// Identity: hash of dataset and text.
    pub text_id: TextId,
    /// Dataset.
    pub dataset: String,
    /// Hash of the card and the file, or of the import, that it came from.
    pub source: String,
    /// Row of the dataset's table; `None` where there is none.
    pub row: Option<i64>,
    /// The text.
    pub text: String,
    /// The labels that answer it, in the order of the prompt.
    pub labels: Vec<String>,
    /// What each label stands for, where the question says so.
    pub options: Vec<String>,
    /// The true label, where there is one.
    pub ground_truth: Option<String>,
    /// Feature names and values.
    pub features: Vec<(String, String)>,
    /// The reference prompt that an import brought along, answer first.
    pub prompt_first: Option<String>,
    /// The reference prompt that an import brought along, answer last.
    pub prompt_last: Option<String>,
}

impl Question {
    /// The imported prompt for `order`, if there is one.
    #[must_use]
    pub fn imported_prompt(&self, order: AnswerOrder) -> Option<&str> {
        match order {
            AnswerOrder::First => self.prompt_first.as_deref(),
            AnswerOrder::Last => self.prompt_last.as_deref(),
        }
    }
}

/// One original with one counterfactual, in one answer order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Readable name, unique in its run.
    pub pair_id: PairId,
    /// Dataset of both questions.
    pub dataset: String,
    /// The question explained.
    pub original_id: QuestionId,
    /// The question whose answer is guessed.
    pub counterfactual_id: QuestionId,
    /// Row of the original, where there is one.
    pub original_row: Option<i64>,
    /// Row of the counterfactual, where there is one.
    pub counterfactual_row: Option<i64>,
    /// Identity of the original.
    pub original_text_id: TextId,
    /// Identity of the counterfactual.
    pub counterfactual_text_id: TextId,
    /// Where both questions ask for the answer.
    pub answer_order: AnswerOrder,
    /// Number of features that differ; `None` where that is not defined.
    pub distance: Option<i64>,
    /// Names of what differs.
    pub changed: Vec<String>,
    /// What made the counterfactual.
    pub generator: Option<String>,
    /// By which method.
    pub method: Option<String>,
    /// Key of the generator's raw reply, where a model wrote it.
    pub generator_reply_key: Option<String>,
    /// The label that a hint in the counterfactual points to.
    pub cue_label: Option<String>,
}
