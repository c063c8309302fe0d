//! The rows of a file that is written: the paper's columns, and beside them what these have no place
//! for, in columns `foretell...`.

use super::arms::prefix;
use super::columns::{OWN, reply};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Field, FieldRef};
use serde::{Deserialize, Serialize};
use serde_arrow::schema::{SchemaLike, TracingOptions};

/// A group of columns of one file.
pub(super) type Columns = Vec<(Field, ArrayRef)>;

/// The columns about questions and pairs, with those that our runs leave empty.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct PairPart {
    pub(super) original_dataset: String,
    pub(super) original_question: String,
    pub(super) original_question_prompt: Option<String>,
    pub(super) original_ground_truth: Option<String>,
    pub(super) original_answer_first: bool,
    pub(super) original_description: String,
    pub(super) original_question_options: Option<Vec<String>>,
    pub(super) counterfactual_generator_model: Option<String>,
    pub(super) counterfactual_generator_method: Option<String>,
    pub(super) counterfactual_question: String,
    pub(super) counterfactual_question_prompt: Option<String>,
    pub(super) counterfactual_generator_model_info: Option<String>,
    pub(super) counterfactual_generator_model_cot: Option<String>,
    pub(super) counterfactual_generator_model_raw: Option<String>,
    pub(super) counterfactual_ground_truth: Option<String>,
    pub(super) counterfactual_description: String,
    pub(super) counterfactual_coherence_scored_by_generator: Option<f64>,
    pub(super) counterfactual_coherence_explanation_by_generator: Option<String>,
    pub(super) counterfactual_coherence_external_scoring_model: Option<String>,
    pub(super) counterfactual_coherence_scored_by_external_model: Option<f64>,
    pub(super) counterfactual_coherence_explanation_by_external_model: Option<String>,
    pub(super) counterfactual_hamming_distance: Option<f64>,
    pub(super) counterfactual_question_options: Option<Vec<String>>,
    pub(super) counterfactual_changed_features: Vec<String>,
    pub(super) counterfactual_predictor_counterfactual_testability_score: Option<f64>,
    pub(super) counterfactual_predictor_counterfactual_testability_cot: Option<String>,
    pub(super) counterfactual_is_cross_model_explanation: Option<bool>,
    pub(super) counterfactual_explanation_source_model_info: Option<String>,
    pub(super) foretell_pair: OwnPair,
    pub(super) foretell_original: OwnQuestion,
    pub(super) foretell_counterfactual: OwnQuestion,
}

/// What else is known of a pair.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct OwnPair {
    pub(super) pair_id: String,
    pub(super) generator_reply_key: Option<String>,
    pub(super) cue_label: Option<String>,
}

/// What else is known of a question.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct OwnQuestion {
    pub(super) question_id: String,
    pub(super) source: String,
    pub(super) row: Option<i64>,
    pub(super) labels: Vec<String>,
    pub(super) feature_names: Vec<String>,
    pub(super) feature_values: Vec<String>,
    pub(super) prompt_first: Option<String>,
    pub(super) prompt_last: Option<String>,
}

/// A reply in its parts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Parsed {
    pub(super) answer: Option<String>,
    pub(super) confidence: Option<String>,
    pub(super) explanation: Option<String>,
    pub(super) most_important_factors: Option<Vec<String>>,
    pub(super) other_relevant_info: Option<Vec<String>>,
}

/// The columns about a reply of a reference, or about the guesses of an arm, after their prefix. Of
/// guesses, all but the lists is about the first predictor.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct ReplyPart<O> {
    pub(super) cot: Option<String>,
    pub(super) parsed_response: Option<Parsed>,
    pub(super) answer: Option<String>,
    pub(super) model_info_model: Option<String>,
    pub(super) model_info_temperature: Option<f64>,
    pub(super) model_info_max_tokens: Option<i64>,
    pub(super) model_info_thinking: Option<String>,
    pub(super) model_info_seed: Option<i64>,
    pub(super) model_info_additional_params: Option<String>,
    pub(super) predictor_answers: Option<Vec<Option<String>>>,
    pub(super) predictor_names: Option<Vec<String>>,
    pub(super) input_tokens: Option<i64>,
    pub(super) reasoning_tokens: Option<i64>,
    pub(super) output_tokens: Option<i64>,
    pub(super) foretell: Option<O>,
}

/// What else is known of a reply; null where nothing was asked.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct OwnReply {
    pub(super) outcome: String,
    pub(super) reason: Option<String>,
    pub(super) answer_read: Option<String>,
    pub(super) reasoning_source: Option<String>,
    pub(super) cached_tokens: Option<i64>,
    pub(super) cost_usd: Option<f64>,
    pub(super) reply_key: Option<String>,
}

/// What else is known of a guess; null where the run has no row of it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct OwnGuess {
    pub(super) outcome: String,
    pub(super) reason: Option<String>,
    pub(super) donor_id: Option<String>,
    pub(super) shown_reply: Option<String>,
    pub(super) confidence: Option<String>,
    pub(super) input_tokens: Option<i64>,
    pub(super) cached_tokens: Option<i64>,
    pub(super) output_tokens: Option<i64>,
    pub(super) reasoning_tokens: Option<i64>,
    pub(super) cost_usd: Option<f64>,
    pub(super) reply_key: Option<String>,
}

/// The guesses of an arm, one a predictor.
pub(super) type OwnGuesses = Vec<Option<OwnGuess>>;

/// The columns of some rows, each with `prefix` before its name.
fn columns<T: Serialize + for<'de> Deserialize<'de>>(
    rows: &[T],
    prefix: &str,
) -> Result<Columns, serde_arrow::Error> {
    let options = TracingOptions::default()
        .strings_as_large_utf8(false)
        .sequence_as_large_list(false)
        .from_type_budget(10_000);
    let fields = Vec::<FieldRef>::from_type::<T>(options)?;
    let batch = serde_arrow::to_record_batch(&fields, &rows)?;
    let schema = batch.schema();
    let named = |(field, column): (&FieldRef, &ArrayRef)| {
        let name = format!("{prefix}{}", field.name());
        (field.as_ref().clone().with_name(name), std::sync::Arc::clone(column))
    };
    Ok(schema.fields().iter().zip(batch.columns()).map(named).collect())
}

pub(super) fn pair_columns(rows: &[PairPart]) -> Result<Columns, serde_arrow::Error> {
    columns(rows, "")
}

pub(super) fn reply_columns(
    rows: &[ReplyPart<OwnReply>],
    side: usize,
) -> Result<Columns, serde_arrow::Error> {
    debug_assert_eq!(OWN, "foretell", "the member is called as the column is read");
    columns(rows, &reply(side))
}

pub(super) fn arm_columns(
    rows: &[ReplyPart<OwnGuesses>],
    arm: &str,
) -> Result<Columns, serde_arrow::Error> {
    columns(rows, &prefix(arm))
}

/// One batch of all groups of columns.
pub(super) fn join(groups: Vec<Columns>) -> RecordBatch {
    let (fields, columns): (Vec<Field>, Vec<ArrayRef>) = groups.into_iter().flatten().unzip();
    let schema = std::sync::Arc::new(arrow_schema::Schema::new(fields));
    RecordBatch::try_new(schema, columns).expect("all groups are about the same rows")
}
