//! The table of explanations that a third model gives for the answers of a reference model.

use crate::column::{Column, ColumnType, Table};
use crate::rows::table;
use foretell_core::{AnswerOrder, Outcome, QuestionId, TextId};
use serde::{Deserialize, Serialize};

table! {
    /// One explanation by another model of one answer that a reference gave to an original question.
    RationaleRow = "rationales", version 1 {
        /// The model that explains.
        explainer: String,
        /// The reference model whose answer is explained.
        reference: String,
        /// Dataset of the question.
        dataset: String,
        /// The question.
        question_id: QuestionId,
        /// Identity of the question.
        text_id: TextId,
        /// Whether the reference was asked for its answer `first` or `last`.
        answer_order: AnswerOrder,
        /// Number of the reference's repeat whose answer is explained, from 0.
        answer_repeat: i64,
        /// The reference's answer; null where it gave none, and nothing was asked.
        given_answer: Option<String>,
        /// What became of the request; only `answered` with the answer given is ever shown.
        outcome: Outcome,
        /// Why nothing was asked, or what the provider said of its failure.
        reason: Option<String>,
        /// The label that the explanation is for, as the explainer wrote it, where the outcome is
        /// `answered`.
        answer: Option<String>,
        /// A label that was read although the outcome is another (a reply cut off after it).
        answer_read: Option<String>,
        /// The explanation.
        explanation: Option<String>,
        /// The factors named as most important.
        factors: Vec<String>,
        /// The other information named.
        other_info: Vec<String>,
        /// The reasoning trace.
        reasoning: Option<String>,
        /// Whether the trace is `full`, a `summary` or `hidden` by the provider.
        reasoning_source: Option<String>,
        /// Tokens of the prompt; of the request, which equal answers to equal texts share, as they do
        /// those below.
        input_tokens: Option<i64>,
        /// Tokens of the prompt that the provider had cached.
        cached_tokens: Option<i64>,
        /// Tokens of the reply, reasoning included.
        output_tokens: Option<i64>,
        /// Tokens of the reasoning.
        reasoning_tokens: Option<i64>,
        /// Price of the reply, US dollars, where the provider reports it.
        cost_usd: Option<f64>,
        /// Key of the raw reply in the ledger.
        reply_key: Option<String>,
    }
}
