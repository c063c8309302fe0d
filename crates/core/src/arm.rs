//! Arms: what a predictor is shown. An arm is data, an entry of `prompts/arms.toml`.

use serde::Deserialize;

/// What an arm's block is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// The original question and the answer that the reference gave.
    Original,
    /// The reference's explanation of that answer, with its factors.
    Explanation,
    /// The reference's reasoning trace.
    Reasoning,
    /// The reference's explanation for another question, recorded as the donor.
    Donor,
    /// Another model's explanation of the answer that the reference gave.
    Rationale,
    /// Neutral text as long as the explanation.
    Filler,
}

/// One arm of a study.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// What stands in `arm` columns.
    #[serde(skip)]
    pub name: String,
    /// One line for people.
    pub says: String,
    /// What the block is made from; a pair that lacks one of them is not asked.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Template of the block that this arm inserts into `predict.jinja`.
    pub block: String,
}

impl Arm {
    /// Whether the block is made from `need`.
    #[must_use]
    pub fn needs(&self, need: Need) -> bool {
        self.needs.contains(&need)
    }
}
