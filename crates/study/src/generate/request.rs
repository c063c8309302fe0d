//! What counterfactuals are asked for.

use crate::error::StudyError;
use crate::manifest::Identity;
use crate::question_source::QuestionSource;
use crate::study::{ModelTable, Study};
use foretell_core::AnswerOrder;
use serde::{Deserialize, Serialize};

/// Lets the generator choose the method.
pub(crate) const AUTO: &str = "auto";

/// Counterfactuals asked of a model, as `generate.toml` keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenerateRequest {
    /// Counterfactuals a question.
    pub per_question: u32,
    /// The methods that share them; `auto` alone lets the generator choose one.
    pub methods: Vec<String>,
    /// Where the pairs ask for the answer.
    pub answer_orders: Vec<AnswerOrder>,
    /// Whether providers that can are asked for JSON of a schema.
    pub schema: bool,
    /// The lowest coherence of a pair, 0 to 10.
    pub min_coherence: Option<f64>,
    /// The questions.
    pub source: QuestionSource,
    /// The model that writes.
    pub generator: ModelTable,
    /// The model that judges.
    pub judge: Option<ModelTable>,
}

impl GenerateRequest {
    /// What a folder of counterfactuals is about; it may not change. Limit, judge, orders and the
    /// lowest coherence may: they pay for nothing twice.
    pub(crate) fn identity(&self) -> Result<Identity, StudyError> {
        let mut fields = self.source.identity()?;
        let mut add = |name: &str, value: String| fields.insert(name.to_owned(), value);
        add("per_question", self.per_question.to_string());
        add("methods", self.methods.join(", "));
        add("schema", self.schema.to_string());
        add("generator", self.generator.spec()?.identity());
        Ok(Identity::from_fields(fields))
    }

    /// The models as those of a study, which checks their names.
    pub(crate) fn as_study(&self) -> Study {
        Study {
            references: vec![self.generator.clone()],
            predictors: self.judge.iter().cloned().collect(),
            ..Study::default()
        }
    }
}
