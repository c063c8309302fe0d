//! A row, understood, before it has labels and ids.

use foretell_core::AnswerOrder;

/// One row: a question, or a pair of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft {
    pub(super) row: u64,
    pub(super) line: Option<u64>,
    pub(super) dataset: String,
    pub(super) original: Side,
    pub(super) counterfactual: Option<Side>,
    /// What pairs of one original share, as the file says it.
    pub(super) cluster: Option<String>,
    /// The orders in which the pair is asked.
    pub(super) orders: Vec<AnswerOrder>,
    pub(super) distance: Option<i64>,
    pub(super) changed: Vec<String>,
    pub(super) generator: Option<String>,
    pub(super) method: Option<String>,
}

/// One question of a row.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Side {
    /// The id without its dataset, where the file gives one.
    pub(super) id: Option<String>,
    pub(super) text: String,
    /// The labels, where the row gives them.
    pub(super) labels: Option<Vec<String>>,
    pub(super) options: Vec<String>,
    pub(super) truth: Option<String>,
    /// The column of the truth, for a fault.
    pub(super) truth_column: Option<String>,
    pub(super) features: Vec<(String, String)>,
}
