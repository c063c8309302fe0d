//! The table of counts: what an estimate needs of any number of guesses.

use crate::column::{Column, ColumnType, Table};
use crate::rows::table;
use foretell_core::{PairId, TextId};
use serde::{Deserialize, Serialize};

table! {
    /// The guesses of two arms about one pair, counted. Rows add up: those of files, of machines, and any
    /// number of rows about one pair; other programs may write them, without the metadata.
    CountRow = "counts", version 1 {
        /// The treated arm.
        arm: String,
        /// The baseline.
        against: String,
        /// The model whose behaviour is guessed. It and the columns to `changed` are null in all rows of a
        /// table that was not counted by them; a value that is not known is `unknown`.
        reference: Option<String>,
        /// The reference without its effort.
        model: Option<String>,
        /// The family of the reference.
        family: Option<String>,
        /// The reasoning effort asked of the reference.
        effort: Option<String>,
        /// The predictor.
        predictor: Option<String>,
        /// Whether the reference answered `first` or `last`.
        answer_order: Option<String>,
        /// Number of features that differ.
        distance: Option<String>,
        /// How the counterfactual was made.
        method: Option<String>,
        /// A feature that differs; a pair stands once under each of its features.
        changed: Option<String>,
        /// Dataset of both questions.
        dataset: String,
        /// The pair.
        pair_id: PairId,
        /// Identity of the original; with `dataset` it is the cluster.
        original_text_id: TextId,
        /// Identity of the counterfactual.
        counterfactual_text_id: TextId,
        /// Repeats of each observation counted here (one predictor, one answer of the reference); 0
        /// where the reference's answer is missing, so that nothing can be scored.
        repeats: i64,
        /// Those among them in which both guesses are answered; the observations of a row agree in both.
        complete: i64,
        /// Observations.
        observations: i64,
        /// Repeats in which both guesses are right; this and the three columns below, divided by
        /// `complete`, add up to the observations that are scored.
        both_right: i64,
        /// Repeats in which only the treated guess is right.
        only_treated: i64,
        /// Repeats in which only the guess of the baseline is right.
        only_baseline: i64,
        /// Repeats in which neither guess is right.
        neither: i64,
        /// Repeats whose treated guess is right, and whose baseline is missing.
        right_missing: i64,
        /// Repeats whose treated guess is wrong, and whose baseline is missing.
        wrong_missing: i64,
        /// Repeats whose treated guess is missing, and whose baseline is right.
        missing_right: i64,
        /// Repeats whose treated guess is missing, and whose baseline is wrong.
        missing_wrong: i64,
        /// Repeats in which both guesses are missing. These nine columns, divided by `repeats`, add up to
        /// the observations.
        both_missing: i64,
    }
}
