//! The table of what people guessed.

use crate::column::{Column, ColumnType, Table};
use crate::rows::table;
use foretell_core::{AnswerOrder, ConfidenceLevel, PairId, TextId};
use serde::{Deserialize, Serialize};

table! {
    /// One task of one rater: a guess that counts, a second guess, or a check of attention. Guesses that
    /// count stand among the predictions of the predictor `human` too.
    RatingRow = "ratings", version 2 {
        /// The rater, from 1: a number, and nothing else is known of who it is.
        rater: i64,
        /// The task's place in the rater's list, from 1.
        position: i64,
        /// `case` (counts), `second` (another rater guesses the same: for agreement), or `check` (the case
        /// says what to answer).
        kind: String,
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
        /// The model whose behaviour is guessed.
        reference: String,
        /// What the rater was shown: `with` or `without` the explanation.
        arm: String,
        /// The label guessed; null where the rater has not come to it. Of an answer that the rater
        /// corrected, the last.
        answer: Option<String>,
        /// The label guessed first: another than `answer` only where a correction changed it.
        first_answer: Option<String>,
        /// How often the rater corrected the answer or how sure they were of it. `answers.jsonl` has
        /// each.
        corrections: i64,
        /// The reference's answer to the counterfactual: what is to be guessed.
        target: String,
        /// Whether the guess is the target; null without a guess, and for checks.
        hit: Option<bool>,
        /// Whether a check was answered as it asks; null for other tasks, and without an answer.
        passed: Option<bool>,
        /// How sure the rater was: `low`, `medium` or `high`.
        confidence_level: Option<ConfidenceLevel>,
        /// Seconds that the case was looked at, as the page measured them, corrections included.
        seconds: Option<f64>,
    }
}
