//! The tables. Field comments are the documentation of the columns.

use crate::column::{Column, ColumnType, Table};
use crate::counted::CountRow;
use crate::pair_text::PairTextRow;
use crate::rating::RatingRow;
use crate::rationale::RationaleRow;
use crate::written::{GenerationRow, ScoreRow};
use foretell_core::{
    AnswerOrder, ConfidenceLevel, Outcome, Pair, PairId, Question, QuestionId, TextId,
};
use serde::{Deserialize, Serialize};

/// Declares a table once: the row type, its columns and their documentation.
macro_rules! table {
    ($(#[doc = $says:literal])+ $row:ident = $name:literal, version $version:literal {
        $($(#[doc = $doc:literal])+ $column:ident: $type:ty,)+
    }) => {
        $(#[doc = $says])+
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub struct $row {
            $($(#[doc = $doc])+ pub $column: $type,)+
        }

        impl Table for $row {
            const NAME: &'static str = $name;
            const VERSION: u32 = $version;
            const SAYS: &'static [&'static str] = &[$($says),+];
            const COLUMNS: &'static [Column] = &[$(
                Column {
                    name: stringify!($column),
                    kind: <$type as ColumnType>::KIND,
                    nullable: <$type as ColumnType>::NULLABLE,
                    doc: &[$($doc),+],
                },
            )+];
        }
    };
}

pub(crate) use table;

/// A named value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameValue {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

table! {
    /// One question of the study.
    QuestionRow = "questions", version 1 {
        /// Readable name, unique in its run: `heart_disease/42`.
        question_id: QuestionId,
        /// Identity: hash of dataset and text, 16 hex digits.
        text_id: TextId,
        /// Dataset.
        dataset: String,
        /// Hash of the card and the file, or of the import, that it came from.
        source: String,
        /// Row of the dataset's table, from 0.
        row: Option<i64>,
        /// The question as asked.
        text: String,
        /// The labels that answer it, in the order of the prompt.
        labels: Vec<String>,
        /// What each label stands for, where the question says so.
        options: Vec<String>,
        /// The true label, where there is one.
        ground_truth: Option<String>,
        /// Features and their values.
        features: Vec<NameValue>,
        /// The reference prompt that an import brought along, answer first.
        prompt_first: Option<String>,
        /// The reference prompt that an import brought along, answer last.
        prompt_last: Option<String>,
    }
}

table! {
    /// One original with one counterfactual, in one answer order.
    PairRow = "pairs", version 1 {
        /// Readable name, unique in its run: `heart_disease/42>57:first`.
        pair_id: PairId,
        /// Dataset of both questions.
        dataset: String,
        /// The question explained.
        original_id: QuestionId,
        /// The question whose answer is guessed.
        counterfactual_id: QuestionId,
        /// Row of the original in its dataset's table.
        original_row: Option<i64>,
        /// Row of the counterfactual in its dataset's table.
        counterfactual_row: Option<i64>,
        /// Identity of the original; with `dataset` it is the cluster.
        original_text_id: TextId,
        /// Identity of the counterfactual.
        counterfactual_text_id: TextId,
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
        /// The label that a hint in the counterfactual points to, where there is one.
        cue_label: Option<String>,
    }
}

table! {
    /// One model of the study.
    ModelRow = "models", version 1 {
        /// Name in this run: the key in all other tables.
        name: String,
        /// Provider: `sim`, `http`, `openai`, `openrouter`, `anthropic`, `vllm`.
        provider: String,
        /// Model as the provider calls it.
        model: String,
        /// Everything asked of it, as a specification that `--reference` and `--predictor` take.
        spec: String,
        /// Family, where it is known.
        family: Option<String>,
        /// Vendor, where it is known.
        vendor: Option<String>,
        /// Whether its weights are open, where it is known.
        open: Option<bool>,
        /// Parameters in billions as the maker names the model, where it is known.
        size_b: Option<f64>,
        /// Reasoning effort asked for; null is what the model does unasked.
        effort: Option<String>,
        /// Sampling temperature asked for; null is the provider's default.
        temperature: Option<f64>,
        /// Most tokens of a reply asked for; null is the provider's default.
        max_tokens: Option<i64>,
        /// Names of the models that replied, as the provider reported them, sorted.
        served: Vec<String>,
    }
}

table! {
    /// One reply of a reference model to one question in one answer order.
    AnswerRow = "answers", version 1 {
        /// The reference model.
        reference: String,
        /// Dataset of the question.
        dataset: String,
        /// The question.
        question_id: QuestionId,
        /// Identity of the question.
        text_id: TextId,
        /// Whether the answer was asked for `first` or `last`.
        answer_order: AnswerOrder,
        /// Number of the repeat, from 0. Those from `repeats` of the model on (see `run.toml`) are there for
        /// the noise ceiling alone: nothing explains them.
        repeat: i64,
        /// What became of the request; only `answered` is ever scored.
        outcome: Outcome,
        /// Why nothing was asked, or what the provider said of its failure.
        reason: Option<String>,
        /// The label given, where the outcome is `answered`.
        answer: Option<String>,
        /// A label that was read although the outcome is another (a reply cut off after it).
        answer_read: Option<String>,
        /// The explanation.
        explanation: Option<String>,
        /// The factors named as most important.
        factors: Vec<String>,
        /// The other information named.
        other_info: Vec<String>,
        /// The confidence as written.
        confidence: Option<String>,
        /// The confidence as `low`, `medium` or `high`; null where it is not one of these.
        confidence_level: Option<ConfidenceLevel>,
        /// The reasoning trace.
        reasoning: Option<String>,
        /// Whether the trace is `full`, a `summary` or `hidden` by the provider.
        reasoning_source: Option<String>,
        /// Tokens of the prompt.
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

table! {
    /// One guess of a predictor, with all that scoring it needs: analysis joins nothing.
    PredictionRow = "predictions", version 1 {
        /// The pair.
        pair_id: PairId,
        /// Dataset of both questions.
        dataset: String,
        /// Identity of the original; with `dataset` it is the cluster.
        original_text_id: TextId,
        /// Identity of the counterfactual.
        counterfactual_text_id: TextId,
        /// Whether the reference was asked for its answer `first` or `last`.
        answer_order: AnswerOrder,
        /// Number of features that differ.
        distance: Option<i64>,
        /// Names of what differs.
        changed: Vec<String>,
        /// How the counterfactual was made.
        method: Option<String>,
        /// The label that a hint in the counterfactual points to, where there is one.
        cue_label: Option<String>,
        /// The model whose behaviour is guessed.
        reference: String,
        /// The model whose explanation is shown.
        explainer: String,
        /// What the predictor was shown.
        arm: String,
        /// The predictor.
        predictor: String,
        /// Number of the predictor's repeat, from 0.
        repeat: i64,
        /// Number of the reference's repeat whose answer is explained, and whose answer to the
        /// counterfactual is the target, from 0.
        answer_repeat: i64,
        /// Key of the reply that was shown: the reference's, or that of another explainer.
        shown_reply: Option<String>,
        /// Whose explanation was shown instead (arm `shuffled`).
        donor_id: Option<QuestionId>,
        /// What became of the request; only `answered` is ever scored.
        outcome: Outcome,
        /// Why nothing was asked, or what the provider said of its failure.
        reason: Option<String>,
        /// The label guessed, where the outcome is `answered`.
        answer: Option<String>,
        /// The reference's answer to the original.
        original_answer: Option<String>,
        /// The reference's answer to the counterfactual: what is to be guessed.
        target: Option<String>,
        /// What became of the reference's reply to the counterfactual.
        target_outcome: Outcome,
        /// Key of that reply in the ledger.
        target_reply: Option<String>,
        /// Whether the guess is the target; null where either is missing.
        hit: Option<bool>,
        /// Whether the target differs from the original answer; null where either is missing.
        switched: Option<bool>,
        /// The confidence as written.
        confidence: Option<String>,
        /// The confidence as `low`, `medium` or `high`; null where it is not one of these.
        confidence_level: Option<ConfidenceLevel>,
        /// Tokens of the prompt.
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

table! {
    /// Whose explanation stands in for that of one question in the arm `shuffled`.
    DonorRow = "donors", version 2 {
        /// The question.
        question_id: QuestionId,
        /// Whether the answer was asked for `first` or `last`.
        answer_order: AnswerOrder,
        /// Number of the reference's repeat that is explained, from 0.
        answer_repeat: i64,
        /// The question whose explanation, of the same repeat, is shown instead.
        donor_id: QuestionId,
    }
}

/// What documentation says of a table.
#[derive(Debug, Clone, Copy)]
pub struct TableInfo {
    /// Name in the file's metadata.
    pub name: &'static str,
    /// What one row is, a line an entry.
    pub says: &'static [&'static str],
    /// The columns, in order.
    pub columns: &'static [Column],
    /// Version of the columns.
    pub version: u32,
    /// Its file in a run folder; `PAIRS.parquet` and `COUNTS.parquet` are whatever `foretell pairs` and
    /// `foretell analyze counts` were told with `--out`.
    pub file: &'static str,
}

/// Every table of a run folder, of one that counterfactuals were written in, and those that hold pairs
/// or counts outside of one.
#[must_use]
pub fn every_table() -> [TableInfo; 12] {
    fn info<T: Table>(file: &'static str) -> TableInfo {
        let (name, says, columns, version) = (T::NAME, T::SAYS, T::COLUMNS, T::VERSION);
        TableInfo { name, says, columns, version, file }
    }
    [
        info::<QuestionRow>("questions.parquet"),
        info::<PairRow>("pairs.parquet"),
        info::<ModelRow>("models.parquet"),
        info::<AnswerRow>("answers/<reference>.parquet"),
        info::<PredictionRow>("predictions/<reference>/<predictor>/<arm>.parquet"),
        info::<RationaleRow>("rationales/<explainer>/<reference>.parquet"),
        info::<DonorRow>("donors/<reference>.parquet"),
        info::<GenerationRow>("generations.parquet"),
        info::<ScoreRow>("scores/<judge>.parquet"),
        info::<RatingRow>("human/ratings.parquet"),
        info::<PairTextRow>("PAIRS.parquet"),
        info::<CountRow>("COUNTS.parquet"),
    ]
}

impl From<Question> for QuestionRow {
    fn from(question: Question) -> Self {
        let named = |(name, value)| NameValue { name, value };
        Self {
            question_id: question.question_id,
            text_id: question.text_id,
            dataset: question.dataset,
            source: question.source,
            row: question.row,
            text: question.text,
            labels: question.labels,
            options: question.options,
            ground_truth: question.ground_truth,
            features: question.features.into_iter().map(named).collect(),
            prompt_first: question.prompt_first,
            prompt_last: question.prompt_last,
        }
    }
}

impl From<QuestionRow> for Question {
    fn from(row: QuestionRow) -> Self {
        Self {
            question_id: row.question_id,
            text_id: row.text_id,
            dataset: row.dataset,
            source: row.source,
            row: row.row,
            text: row.text,
            labels: row.labels,
            options: row.options,
            ground_truth: row.ground_truth,
            features: row.features.into_iter().map(|named| (named.name, named.value)).collect(),
            prompt_first: row.prompt_first,
            prompt_last: row.prompt_last,
        }
    }
}

impl From<Pair> for PairRow {
    fn from(pair: Pair) -> Self {
        Self {
            pair_id: pair.pair_id,
            dataset: pair.dataset,
            original_id: pair.original_id,
            counterfactual_id: pair.counterfactual_id,
            original_row: pair.original_row,
            counterfactual_row: pair.counterfactual_row,
            original_text_id: pair.original_text_id,
            counterfactual_text_id: pair.counterfactual_text_id,
            answer_order: pair.answer_order,
            distance: pair.distance,
            changed: pair.changed,
            generator: pair.generator,
            method: pair.method,
            generator_reply_key: pair.generator_reply_key,
            cue_label: pair.cue_label,
        }
    }
}

impl From<PairRow> for Pair {
    fn from(row: PairRow) -> Self {
        Self {
            pair_id: row.pair_id,
            dataset: row.dataset,
            original_id: row.original_id,
            counterfactual_id: row.counterfactual_id,
            original_row: row.original_row,
            counterfactual_row: row.counterfactual_row,
            original_text_id: row.original_text_id,
            counterfactual_text_id: row.counterfactual_text_id,
            answer_order: row.answer_order,
            distance: row.distance,
            changed: row.changed,
            generator: row.generator,
            method: row.method,
            generator_reply_key: row.generator_reply_key,
            cue_label: row.cue_label,
        }
    }
}
