//! The tables of counterfactuals that a model wrote: what became of each, and what judges say.

use crate::column::{Column, ColumnType, Table};
use crate::rows::{NameValue, table};
use foretell_core::generate::{GenerationOutcome, WrittenOutcome};
use foretell_core::{Outcome, PairId, QuestionId, TextId};
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
    /// One verdict of a judge.
    ScoreRow = "scores", version 1 {
        /// What is judged: `coherence` (of a counterfactual).
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
        /// The reference model whose explanation is judged; null where none is.
        reference: Option<String>,
        /// The feature that is judged; null where none is.
        feature: Option<String>,
        /// What became of the request; only `answered` is a verdict.
        outcome: Outcome,
        /// The verdict; coherence is 0 to 10.
        value: Option<f64>,
        /// The direction that is judged; null where none is.
        direction: Option<String>,
        /// The judge's reason, or why there is no verdict.
        reason: Option<String>,
        /// Tokens of the prompt.
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
