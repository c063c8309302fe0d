//! Prompts to those who judge explanations.

use crate::judge::Point;
use crate::prompt::{PromptError, Prompts, Shown, meanings, roles};
use crate::{Card, Labels};
use minijinja::context;

impl Prompts {
    /// What a judge is asked about an explanation and a counterfactual: does the one decide the other?
    /// Neither the answer to the counterfactual nor a guess at it is shown.
    ///
    /// # Errors
    /// [`PromptError::Template`] where a template names what is not there.
    pub fn testability(
        &self,
        card: &Card,
        labels: &Labels,
        shown: &Shown,
        counterfactual: &str,
    ) -> Result<String, PromptError> {
        self.render(
            "testability.jinja",
            context! {
                roles => roles(card),
                context => card.context.trim(),
                meanings => meanings(card, labels),
                labels => labels.listed(),
                original => &shown.original,
                original_answer => &shown.original_answer,
                explanation => &shown.explanation,
                factors => &shown.factors,
                other_info => &shown.other_info,
                counterfactual => counterfactual,
            },
        )
    }

    /// What a judge is asked about an explanation and points of the question that it explains: which
    /// of them does it name as having counted, and which way?
    ///
    /// # Errors
    /// [`PromptError::Template`] where a template names what is not there.
    pub fn mention(
        &self,
        card: &Card,
        labels: &Labels,
        shown: &Shown,
        features: &[Point],
    ) -> Result<String, PromptError> {
        let listed = |point: &Point| context! { name => &point.name, here => &point.here };
        let features: Vec<minijinja::Value> = features.iter().map(listed).collect();
        self.render(
            "mention.jinja",
            context! {
                roles => roles(card),
                meanings => meanings(card, labels),
                labels => labels.listed(),
                first_label => labels.iter().next(),
                question => &shown.original,
                answer => &shown.original_answer,
                explanation => &shown.explanation,
                factors => &shown.factors,
                other_info => &shown.other_info,
                features => features,
            },
        )
    }
}

#[cfg(test)]
#[path = "prompt_judge_tests.rs"]
mod tests;
