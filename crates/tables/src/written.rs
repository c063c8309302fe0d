//! The tables of counterfactuals that a model wrote, and of what judges say of these and of explanations.

use crate::column::{Column, ColumnType, Table};
use crate::rows::{NameValue, table};
use foretell_core::generate::{GenerationOutcome, WrittenOutcome};
use foretell_core::{AnswerOrder, Outcome, PairId, QuestionId, TextId};
use serde::{Deserialize, Serialize};

table! {
    /// One counterfactual that a model wrote, kept or not; or one request that brought none.
    GenerationRow = "generations", version 1 {
        /// Dataset of the question.
        dataset: String,
        /// The original question.
        question_id: QuestionId,
        /// Identity of the original.
        text_id: TextId,
        /// The model that was asked.
        generator: String,
        /// The method asked for; `auto` where the generator was to choose.
        method_asked: String,
        /// The method used: the one asked for, or the generator's choice as far as it can be read.
        method: Option<String>,
        /// Why the generator holds that the method fits.
        method_reason: Option<String>,
        /// Counterfactuals asked for.
        wanted: i64,
        /// What became of the request.
        request_outcome: GenerationOutcome,
        /// Why nothing was asked, or what the provider said of its failure.
        request_reason: Option<String>,
        /// The steps that the method asks for, as the generator wrote them.
        reasoning: Option<String>,
        /// The concepts that the generator named, with their values in the original.
        concepts: Vec<NameValue>,
        /// Place in the reply, from 0; null where the request brought no counterfactual.
        position: Option<i64>,
        /// What became of the counterfactual; only `kept` is a pair.
        outcome: Option<WrittenOutcome>,
        /// Its question in `questions.parquet`, where it is kept.
        counterfactual_id: Option<QuestionId>,
        /// Its text.
        text: Option<String>,
        /// The concepts that were changed, with their new values.
        changed: Vec<NameValue>,
        /// Whether the generator holds it likely that the answer changes.
        likely_to_change: Option<bool>,
        /// The generator's own verdict on its coherence, 0 to 10.
        own_coherence: Option<f64>,
        /// The generator's reason for that.
        own_reason: Option<String>,
        /// Tokens of the prompt; of the request, so the same in all its rows, as are those below.
        input_tokens: Option<i64>,
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

table! {
    /// One verdict of a judge: on a counterfactual, or on an explanation of a pair.
    ScoreRow = "scores", version 2 {
        /// What is judged: `coherence` (of a counterfactual), `testability` (does the explanation
        /// decide the counterfactual), `mention` (does the explanation name a feature).
        kind: String,
        /// The judge.
        judge: String,
        /// Dataset of both questions.
        dataset: String,
        /// The pair.
        pair_id: PairId,
        /// Identity of the original; with `dataset` it is the cluster.
        original_text_id: TextId,
        /// Identity of the counterfactual.
        counterfactual_text_id: TextId,
        /// Whether both questions ask for the answer `first` or `last`.
        answer_order: AnswerOrder,
        /// The reference model whose explanation is judged; null where none is.
        reference: Option<String>,
        /// Repeat of the answer whose explanation is judged, from 0; null where none is.
        answer_repeat: Option<i64>,
        /// The question whose explanation is judged: the original, but for the `mention` of a hint the
        /// question that holds it; null where none is.
        explained_id: Option<QuestionId>,
        /// Key of the raw reply that holds the explanation; null where there is none.
        explained_reply: Option<String>,
        /// The feature that is judged, as `changed` of the pair names it (`cue` for a hint); null where
        /// none is.
        feature: Option<String>,
        /// What became of the request, or of the feature's part of the reply; only `answered` is a verdict.
        outcome: Outcome,
        /// The verdict; coherence and testability are 0 to 10, mention is 1 (named as having counted) or 0.
        value: Option<f64>,
        /// Which way a feature is said to have worked: `toward` (a label), `raises`, `lowers`, `unclear`,
        /// `none` (not named); null where it cannot be read, and for other kinds.
        direction: Option<String>,
        /// The label of the direction `toward`.
        label: Option<String>,
        /// The judge's reason, or why there is no verdict.
        reason: Option<String>,
        /// The judge's reasoning trace, as far as it is given.
        reasoning: Option<String>,
        /// Whether that is `full`, a `summary` or `hidden`; as the provider gives it.
        reasoning_source: Option<String>,
        /// Tokens of the prompt; of the request, so the same in all its rows (several for `mention`, told
        /// by `reply_key`), as are those below.
        input_tokens: Option<i64>,
        /// Tokens of the prompt that came from a cache.
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
