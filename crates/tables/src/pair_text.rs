//! The one-file form of a set of pairs: each pair with both its questions.

use crate::column::{Column, ColumnType, Table};
use crate::rows::{NameValue, PairRow, QuestionRow, table};
use foretell_core::{AnswerOrder, Pair, PairId, Question, QuestionId, TextId};
use serde::{Deserialize, Serialize};

table! {
    /// One original with one counterfactual, in one answer order, with all that is known of both.
    PairTextRow = "pair_texts", version 1 {
        /// Readable name, unique in its file: `heart_disease/42>57:first`.
        pair_id: PairId,
        /// Dataset of both questions.
        dataset: String,
        /// The question explained.
        original_id: QuestionId,
        /// The question whose answer is guessed.
        counterfactual_id: QuestionId,
        /// The original as asked.
        original_text: String,
        /// The counterfactual as asked.
        counterfactual_text: String,
        /// The true label of the original, where there is one.
        original_ground_truth: Option<String>,
        /// The true label of the counterfactual, where there is one.
        counterfactual_ground_truth: Option<String>,
        /// The labels that answer the original, in the order of the prompt.
        original_labels: Vec<String>,
        /// The labels that answer the counterfactual, in the order of the prompt.
        counterfactual_labels: Vec<String>,
        /// What each label of the original stands for, where the question says so.
        original_options: Vec<String>,
        /// What each label of the counterfactual stands for, where the question says so.
        counterfactual_options: Vec<String>,
        /// Whether both questions ask for the answer `first` or `last`.
        answer_order: AnswerOrder,
        /// Number of features that differ.
        distance: Option<i64>,
        /// Names of what differs.
        changed: Vec<String>,
        /// What made the counterfactual.
        generator: Option<String>,
        /// By which method.
        method: Option<String>,
        /// Key of the generator's raw reply in the ledger, where a model wrote it.
        generator_reply_key: Option<String>,
        /// Row of the original in its dataset's table.
        original_row: Option<i64>,
        /// Row of the counterfactual in its dataset's table.
        counterfactual_row: Option<i64>,
        /// Identity of the original; with `dataset` it is the cluster.
        original_text_id: TextId,
        /// Identity of the counterfactual.
        counterfactual_text_id: TextId,
        /// Hash of the card and the file, or of the import, that the original came from.
        original_source: String,
        /// Hash of the card and the file, or of the import, that the counterfactual came from.
        counterfactual_source: String,
        /// Features of the original and their values.
        original_features: Vec<NameValue>,
        /// Features of the counterfactual and their values.
        counterfactual_features: Vec<NameValue>,
        /// The reference prompt that an import brought along for the original, in this answer order.
        original_prompt: Option<String>,
        /// The reference prompt that an import brought along for the counterfactual, in this order.
        counterfactual_prompt: Option<String>,
    }
}

impl PairTextRow {
    /// The row of a pair and its two questions.
    #[must_use]
    pub fn new(pair: &Pair, original: &Question, counterfactual: &Question) -> Self {
        let order = pair.answer_order;
        let prompt = |question: &Question| question.imported_prompt(order).map(str::to_owned);
        let (original_prompt, counterfactual_prompt) = (prompt(original), prompt(counterfactual));
        let original = QuestionRow::from(original.clone());
        let counterfactual = QuestionRow::from(counterfactual.clone());
        let pair = PairRow::from(pair.clone());
        Self {
            pair_id: pair.pair_id,
            dataset: pair.dataset,
            original_id: pair.original_id,
            counterfactual_id: pair.counterfactual_id,
            original_text: original.text,
            counterfactual_text: counterfactual.text,
            original_ground_truth: original.ground_truth,
            counterfactual_ground_truth: counterfactual.ground_truth,
            original_labels: original.labels,
            counterfactual_labels: counterfactual.labels,
            original_options: original.options,
            counterfactual_options: counterfactual.options,
            answer_order: pair.answer_order,
            distance: pair.distance,
            changed: pair.changed,
            generator: pair.generator,
            method: pair.method,
            generator_reply_key: pair.generator_reply_key,
            original_row: pair.original_row,
            counterfactual_row: pair.counterfactual_row,
            original_text_id: pair.original_text_id,
            counterfactual_text_id: pair.counterfactual_text_id,
            original_source: original.source,
            counterfactual_source: counterfactual.source,
            original_features: original.features,
            counterfactual_features: counterfactual.features,
            original_prompt,
            counterfactual_prompt,
        }
    }

    /// The pair, its original and its counterfactual. A question has only the prompt of this row's
    /// answer order.
    #[must_use]
    pub fn split(self) -> (Pair, Question, Question) {
        let prompts = |prompt: Option<String>| match self.answer_order {
            AnswerOrder::First => (prompt, None),
            AnswerOrder::Last => (None, prompt),
        };
        let (original_first, original_last) = prompts(self.original_prompt);
        let (counterfactual_first, counterfactual_last) = prompts(self.counterfactual_prompt);
        let original = QuestionRow {
            question_id: self.original_id.clone(),
            text_id: self.original_text_id.clone(),
            dataset: self.dataset.clone(),
            source: self.original_source,
            row: self.original_row,
            text: self.original_text,
            labels: self.original_labels,
            options: self.original_options,
            ground_truth: self.original_ground_truth,
            features: self.original_features,
            prompt_first: original_first,
            prompt_last: original_last,
        };
        let counterfactual = QuestionRow {
            question_id: self.counterfactual_id.clone(),
            text_id: self.counterfactual_text_id.clone(),
            dataset: self.dataset.clone(),
            source: self.counterfactual_source,
            row: self.counterfactual_row,
            text: self.counterfactual_text,
            labels: self.counterfactual_labels,
            options: self.counterfactual_options,
            ground_truth: self.counterfactual_ground_truth,
            features: self.counterfactual_features,
            prompt_first: counterfactual_first,
            prompt_last: counterfactual_last,
        };
        let pair = PairRow {
            pair_id: self.pair_id,
            dataset: self.dataset,
            original_id: self.original_id,
            counterfactual_id: self.counterfactual_id,
            original_row: self.original_row,
            counterfactual_row: self.counterfactual_row,
            original_text_id: self.original_text_id,
            counterfactual_text_id: self.counterfactual_text_id,
            answer_order: self.answer_order,
            distance: self.distance,
            changed: self.changed,
            generator: self.generator,
            method: self.method,
            generator_reply_key: self.generator_reply_key,
        };
        (pair.into(), original.into(), counterfactual.into())
    }
}
