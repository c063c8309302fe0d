//! What a column can be for, and under which names it is looked for.

use std::collections::BTreeMap;

/// What a column of an import can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The original question.
    Question,
    /// The counterfactual question.
    Counterfactual,
    /// The dataset, or one name for all rows.
    Dataset,
    /// The labels of a row, or one list for all rows.
    Labels,
    /// What pairs of one original share.
    Cluster,
    /// The true label of the original.
    GroundTruth,
    /// The true label of the counterfactual.
    CounterfactualGroundTruth,
    /// What can be chosen: a list, or several columns.
    Options,
    /// The same of the counterfactual, where it is another.
    CounterfactualOptions,
    /// A passage that stands before the question.
    Context,
    /// The same of the counterfactual, where it is another.
    CounterfactualContext,
    /// The original's id.
    Id,
    /// The counterfactual's id.
    CounterfactualId,
    /// Where both ask for the answer, or one order for all rows, or both orders of every pair.
    AnswerOrder,
    /// Number of features that differ.
    Distance,
    /// Names of what differs.
    Changed,
    /// What made the counterfactual, or one name for all rows.
    Generator,
    /// By which method, or one name for all rows.
    Method,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Question,
        Self::Counterfactual,
        Self::Dataset,
        Self::Labels,
        Self::Cluster,
        Self::GroundTruth,
        Self::CounterfactualGroundTruth,
        Self::Options,
        Self::CounterfactualOptions,
        Self::Context,
        Self::CounterfactualContext,
        Self::Id,
        Self::CounterfactualId,
        Self::AnswerOrder,
        Self::Distance,
        Self::Changed,
        Self::Generator,
        Self::Method,
    ];

    /// The flag that names its column.
    #[must_use]
    pub fn flag(self) -> &'static str {
        match self {
            Self::Question => "--question",
            Self::Counterfactual => "--counterfactual",
            Self::Dataset => "--dataset",
            Self::Labels => "--labels",
            Self::Cluster => "--cluster",
            Self::GroundTruth => "--ground-truth",
            Self::CounterfactualGroundTruth => "--counterfactual-ground-truth",
            Self::Options => "--options",
            Self::CounterfactualOptions => "--counterfactual-options",
            Self::Context => "--context",
            Self::CounterfactualContext => "--counterfactual-context",
            Self::Id => "--id",
            Self::CounterfactualId => "--counterfactual-id",
            Self::AnswerOrder => "--answer-order",
            Self::Distance => "--distance",
            Self::Changed => "--changed",
            Self::Generator => "--generator",
            Self::Method => "--method",
        }
    }

    /// The column names that are tried where no flag is given, in order.
    #[must_use]
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Question => {
                &["question", "original", "original_question", "question_text", "text", "prompt"]
            }
            Self::Counterfactual => {
                &["counterfactual", "counterfactual_question", "counterfactual_text"]
            }
            Self::Dataset => &["dataset", "original_dataset", "subject"],
            Self::Labels => &["labels", "label_set"],
            Self::Cluster => &["cluster", "cluster_id"],
            Self::GroundTruth => {
                &["ground_truth", "original_ground_truth", "answer", "answerKey", "label", "gold"]
            }
            Self::CounterfactualGroundTruth => {
                &["counterfactual_ground_truth", "counterfactual_answer", "counterfactual_label"]
            }
            Self::Options => &["options", "choices"],
            Self::CounterfactualOptions => &["counterfactual_options", "counterfactual_choices"],
            Self::Context => &["context", "passage"],
            Self::CounterfactualContext => &["counterfactual_context", "counterfactual_passage"],
            Self::Id => &["id", "question_id", "original_id", "original_question_idx"],
            Self::CounterfactualId => &["counterfactual_id", "counterfactual_question_idx"],
            Self::AnswerOrder => &["answer_order", "original_answer_first"],
            Self::Distance => &["distance", "counterfactual_hamming_distance"],
            Self::Changed => &["changed"],
            Self::Generator => &["generator", "counterfactual_generator_model"],
            Self::Method => &["method", "counterfactual_generator_method"],
        }
    }

    /// Whether a flag that names no column holds for all rows.
    #[must_use]
    pub fn can_be_constant(self) -> bool {
        matches!(
            self,
            Self::Dataset | Self::Labels | Self::AnswerOrder | Self::Generator | Self::Method
        )
    }
}

/// What the column flags say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportColumns {
    named: BTreeMap<Field, String>,
    constant: BTreeMap<Field, String>,
}

impl ImportColumns {
    /// Names the column of a field, or its value for all rows.
    #[must_use]
    pub fn with(mut self, field: Field, name: impl Into<String>) -> Self {
        self.named.insert(field, name.into());
        self
    }

    /// What was given for a field.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&str> {
        self.named.get(&field).map(String::as_str)
    }

    /// Gives a field its value for all rows, from a flag that names no column.
    #[must_use]
    pub fn with_constant(mut self, field: Field, value: impl Into<String>) -> Self {
        self.constant.insert(field, value.into());
        self
    }

    /// The value of a field for all rows, where that is not for a column to say.
    #[must_use]
    pub fn constant(&self, field: Field) -> Option<&str> {
        self.constant.get(&field).map(String::as_str)
    }
}
