//! Methods: how a model is asked to write counterfactuals. A method is data, an entry of
//! `prompts/methods.toml`.

use serde::Deserialize;

/// What a question must have for a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MethodNeed {
    /// Labels: how a model behaves on an open-ended question is not a label, and to compare it would
    /// take a labeller.
    Labels,
}

/// One way to have counterfactuals written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// What stands in `method` columns.
    #[serde(skip)]
    pub name: String,
    /// One line for people.
    pub says: String,
    /// The work that it follows.
    pub after: String,
    /// The questions that it is for; the generator chooses by it.
    pub fits: String,
    /// What a question must have.
    #[serde(default)]
    pub needs: Vec<MethodNeed>,
    /// Template of the block that this method inserts into `generate.jinja`.
    pub block: String,
}

impl Method {
    /// Whether it can be used on a question with or without labels.
    #[must_use]
    pub fn takes(&self, has_labels: bool) -> bool {
        has_labels || !self.needs.contains(&MethodNeed::Labels)
    }
}
