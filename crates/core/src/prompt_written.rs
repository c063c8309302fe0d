//! Prompts to those who write and judge counterfactuals, and the texts of cues.

use crate::cue::{Cue, CuePlace};
use crate::generate::Method;
use crate::prompt::{PromptError, Prompts, meanings, roles};
use crate::{Card, Labels, Question};
use minijinja::context;

impl Prompts {
    /// The methods of this set, by name.
    #[must_use]
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// The method of that name.
    ///
    /// # Errors
    /// [`PromptError::UnknownMethod`] lists those there are.
    pub fn method(&self, name: &str) -> Result<&Method, PromptError> {
        self.methods.iter().find(|method| method.name == name).ok_or_else(|| {
            let known = self.methods.iter().map(|method| method.name.clone()).collect();
            PromptError::UnknownMethod { name: name.to_owned(), known }
        })
    }

    /// The cues of this set, by name.
    #[must_use]
    pub fn cues(&self) -> &[Cue] {
        &self.cues
    }

    /// The cue of that name.
    ///
    /// # Errors
    /// [`PromptError::UnknownCue`] lists those there are.
    pub fn cue(&self, name: &str) -> Result<&Cue, PromptError> {
        self.cues.iter().find(|cue| cue.name == name).ok_or_else(|| {
            let known = self.cues.iter().map(|cue| cue.name.clone()).collect();
            PromptError::UnknownCue { name: name.to_owned(), known }
        })
    }

    /// What a generator is asked: `count` counterfactuals of a question, by one of `methods`, which it
    /// chooses where there are several.
    ///
    /// # Errors
    /// [`PromptError::Template`] where a template names what is not there.
    pub fn generate(
        &self,
        card: &Card,
        question: &Question,
        labels: Option<&Labels>,
        methods: &[&Method],
        count: u32,
    ) -> Result<String, PromptError> {
        let mut blocks = Vec::new();
        for method in methods {
            let values = context! {
                roles => roles(card),
                labels => labels.map(Labels::listed),
                count => count,
            };
            let block = self.render(&method_name(method), values)?;
            blocks.push(context! { name => &method.name, fits => &method.fits, block => block });
        }
        self.render(
            "generate.jinja",
            context! {
                roles => roles(card),
                context => card.context.trim(),
                meanings => labels.map(|labels| meanings(card, labels)).unwrap_or_default(),
                labels => labels.map(Labels::listed),
                question => &question.text,
                methods => blocks,
                count => count,
                half => count / 2,
            },
        )
    }

    /// What a judge is asked about the coherence of a counterfactual.
    ///
    /// # Errors
    /// [`PromptError::Template`] where a template names what is not there.
    pub fn coherence(
        &self,
        card: &Card,
        labels: Option<&Labels>,
        original: &str,
        counterfactual: &str,
    ) -> Result<String, PromptError> {
        self.render(
            "coherence.jinja",
            context! {
                roles => roles(card),
                meanings => labels.map(|labels| meanings(card, labels)).unwrap_or_default(),
                labels => labels.map(Labels::listed),
                original => original,
                counterfactual => counterfactual,
            },
        )
    }

    /// The text of a question with a hint at `label`, in the wording that the question draws.
    ///
    /// # Errors
    /// [`PromptError::Template`], and [`PromptError::CueLacks`] for a wording without the label, or one
    /// around the question without the question.
    pub fn with_cue(
        &self,
        cue: &Cue,
        question: &Question,
        label: &str,
        seed: u64,
    ) -> Result<String, PromptError> {
        let at = cue.template(question, seed).expect("every cue has a template: checked when read");
        let text = question.text.trim();
        let hint = self.render(
            &cue_name(&self.cue_file, cue, at),
            context! { label => label, question => text },
        )?;
        let lacks = |variable| PromptError::CueLacks {
            file: self.cue_file.clone(),
            cue: cue.name.clone(),
            variable,
        };
        // Looked for outside of the question, which may hold the label too.
        if !hint.replacen(text, "", 1).contains(label) {
            return Err(lacks("label"));
        }
        match cue.place {
            CuePlace::Before => Ok(format!("{hint}\n\n{text}")),
            CuePlace::After => Ok(format!("{text}\n\n{hint}")),
            CuePlace::Around if hint.contains(text) => Ok(hint),
            CuePlace::Around => Err(lacks("question")),
        }
    }
}

pub(crate) fn method_name(method: &Method) -> String {
    format!("methods.toml [{}]", method.name)
}

pub(crate) fn cue_name(file: &str, cue: &Cue, at: usize) -> String {
    format!("{file} [{}] {}", cue.name, at + 1)
}

#[cfg(test)]
#[path = "prompt_written_tests.rs"]
mod tests;
