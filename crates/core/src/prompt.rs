//! Prompts: one template a purpose, filled from a card, a question and what an arm shows.

use crate::cue::Cue;
use crate::generate::Method;
use crate::{AnswerOrder, Arm, Card, Labels, Need, Question, did_you_mean};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, context};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use thiserror::Error;

/// The files of a prompt set, by name, with the project's own text.
pub const FILES: [(&str, &str); 11] = [
    ("ask.jinja", include_str!("../../../prompts/ask.jinja")),
    ("predict.jinja", include_str!("../../../prompts/predict.jinja")),
    ("original.jinja", include_str!("../../../prompts/original.jinja")),
    ("rationale.jinja", include_str!("../../../prompts/rationale.jinja")),
    ("arms.toml", include_str!("../../../prompts/arms.toml")),
    ("generate.jinja", include_str!("../../../prompts/generate.jinja")),
    ("methods.toml", include_str!("../../../prompts/methods.toml")),
    ("coherence.jinja", include_str!("../../../prompts/coherence.jinja")),
    ("cues.toml", include_str!("../../../prompts/cues.toml")),
    ("testability.jinja", include_str!("../../../prompts/testability.jinja")),
    ("mention.jinja", include_str!("../../../prompts/mention.jinja")),
];

/// The file of cues.
const CUES: &str = "cues.toml";

/// A prompt set, ready to render.
#[derive(Debug)]
pub struct Prompts {
    templates: Environment<'static>,
    arms: Vec<Arm>,
    pub(crate) methods: Vec<Method>,
    pub(crate) cues: Vec<Cue>,
    /// Where the cues come from, for faults.
    pub(crate) cue_file: String,
    files: BTreeMap<String, String>,
}

/// What is wrong with a prompt set.
#[derive(Debug, Error)]
pub enum PromptError {
    /// A file of a name that no prompt set has.
    #[error("`{0}` is not a prompt file; the files are {files}", files = file_names())]
    UnknownFile(String),
    /// A template that does not parse, or names a variable that is not there.
    #[error("{file}: {fault:#}")]
    Template {
        /// The file, or the arm whose block it is.
        file: String,
        /// What is wrong.
        fault: minijinja::Error,
    },
    /// A table of arms, methods or cues that does not hold them.
    #[error("{file}: {fault}")]
    Table {
        /// The file.
        file: String,
        /// What is wrong with it.
        fault: toml::de::Error,
    },
    /// An arm that the set does not have.
    #[error(
        "there is no arm `{name}`; the arms are {}{}",
        known.join(", "),
        did_you_mean(name, known.iter().map(String::as_str))
    )]
    UnknownArm {
        /// The arm asked for.
        name: String,
        /// The arms of the set.
        known: Vec<String>,
    },
    /// A method that the set does not have.
    #[error(
        "there is no method `{name}`; the methods are auto, {}{}",
        known.join(", "),
        did_you_mean(name, known.iter().map(String::as_str))
    )]
    UnknownMethod {
        /// The method asked for.
        name: String,
        /// The methods of the set.
        known: Vec<String>,
    },
    /// A cue that the set does not have.
    #[error(
        "there is no cue `{name}`; the cues are {}, or those of a file{}",
        known.join(", "),
        did_you_mean(name, known.iter().map(String::as_str))
    )]
    UnknownCue {
        /// The cue asked for.
        name: String,
        /// The cues of the set.
        known: Vec<String>,
    },
    /// A cue without a wording.
    #[error("{file}: the cue `{cue}` has no template")]
    NoTemplate {
        /// The file.
        file: String,
        /// The cue.
        cue: String,
    },
    /// A wording that leaves out what it is for.
    #[error("{file}: a template of the cue `{cue}` does not hold {{{{ {variable} }}}}")]
    CueLacks {
        /// The file.
        file: String,
        /// The cue.
        cue: String,
        /// The variable that is missing.
        variable: &'static str,
    },
}

/// What a predictor may be shown of the reference's reply. An arm takes what it needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// The text of the original question.
    pub original: String,
    /// The answer that the reference gave to it.
    pub original_answer: String,
    /// The text of the explanation shown: the reference's own, its donor's, its reasoning, another
    /// model's or filler.
    pub explanation: String,
    /// Its factors.
    pub factors: Vec<String>,
    /// Its other relevant information.
    pub other_info: Vec<String>,
}

impl Prompts {
    /// The project's own prompts.
    ///
    /// # Panics
    /// Never: the files are part of the program and a test reads them.
    #[must_use]
    pub fn embedded() -> Self {
        Self::with_files(BTreeMap::new()).expect("the embedded prompts are read by a test")
    }

    /// The project's own prompts with some files replaced.
    ///
    /// # Errors
    /// [`PromptError`] names the file and the line.
    pub fn with_files(replaced: BTreeMap<String, String>) -> Result<Self, PromptError> {
        Self::read(replaced, CUES)
    }

    /// The project's own prompts with the cues of a file of any name, which faults name.
    ///
    /// # Errors
    /// [`PromptError`] names the file and the line.
    pub fn with_cues(file: &str, text: String) -> Result<Self, PromptError> {
        Self::read(BTreeMap::from([(CUES.to_owned(), text)]), file)
    }

    fn read(replaced: BTreeMap<String, String>, cue_file: &str) -> Result<Self, PromptError> {
        let mut files: BTreeMap<String, String> =
            FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        for (name, text) in replaced {
            if files.insert(name.clone(), text).is_none() {
                return Err(PromptError::UnknownFile(name));
            }
        }
        let mut templates = Environment::new();
        // A misspelt variable is an error, not an empty line in a paid request.
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_syntax(
            SyntaxConfig::builder()
                .trim_blocks(true)
                .lstrip_blocks(true)
                .keep_trailing_newline(true)
                .build()
                .expect("white space options are always valid"),
        );
        let arms = table(&files, "arms.toml", |name, arm| Arm { name, ..arm })?;
        let methods = table(&files, "methods.toml", |name, method| Method { name, ..method })?;
        let cues =
            table(&files, CUES, |name, cue| Cue { name, ..cue }).map_err(|fault| match fault {
                PromptError::Table { fault, .. } => {
                    PromptError::Table { file: cue_file.to_owned(), fault }
                }
                other => other,
            })?;
        for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".jinja")) {
            add(&mut templates, name.clone(), text.clone())?;
        }
        for arm in &arms {
            add(&mut templates, block_name(arm), arm.block.clone())?;
        }
        for method in &methods {
            add(&mut templates, crate::prompt_written::method_name(method), method.block.clone())?;
        }
        for cue in &cues {
            if cue.templates.is_empty() {
                let (file, cue) = (cue_file.to_owned(), cue.name.clone());
                return Err(PromptError::NoTemplate { file, cue });
            }
            for (at, text) in cue.templates.iter().enumerate() {
                add(
                    &mut templates,
                    crate::prompt_written::cue_name(cue_file, cue, at),
                    text.clone(),
                )?;
            }
        }
        let cue_file = cue_file.to_owned();
        Ok(Self { templates, arms, methods, cues, cue_file, files })
    }

    /// The files of this set, by name.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// The arms of this set, by name.
    #[must_use]
    pub fn arms(&self) -> &[Arm] {
        &self.arms
    }

    /// The arm of that name.
    ///
    /// # Errors
    /// [`PromptError::UnknownArm`] lists those there are.
    pub fn arm(&self, name: &str) -> Result<&Arm, PromptError> {
        self.arms.iter().find(|arm| arm.name == name).ok_or_else(|| PromptError::UnknownArm {
            name: name.to_owned(),
            known: self.arms.iter().map(|arm| arm.name.clone()).collect(),
        })
    }

    /// What a reference model is asked.
    ///
    /// # Errors
    /// [`PromptError::Template`] where a template names what is not there.
    pub fn ask(
        &self,
        card: &Card,
        question: &Question,
        labels: &Labels,
        order: AnswerOrder,
    ) -> Result<String, PromptError> {
        self.render(
            "ask.jinja",
            context! {
                roles => roles(card),
                context => card.context.trim(),
                meanings => meanings(card, labels),
                labels => labels.listed(),
                question => &question.text,
                answer_first => order == AnswerOrder::First,
            },
        )
    }

    /// What the model of the arm `rationale` is asked: to explain an answer that was given to a
    /// question.
    ///
    /// # Errors
    /// [`PromptError::Template`] where a template names what is not there.
    pub fn rationale(
        &self,
        card: &Card,
        question: &Question,
        labels: &Labels,
        given_answer: &str,
    ) -> Result<String, PromptError> {
        self.render(
            "rationale.jinja",
            context! {
                roles => roles(card),
                context => card.context.trim(),
                meanings => meanings(card, labels),
                labels => labels.listed(),
                question => &question.text,
                given_answer => given_answer,
            },
        )
    }

    /// What a predictor is asked in `arm` about the question `counterfactual`.
    ///
    /// # Errors
    /// [`PromptError::Template`] where a template names what is not there.
    pub fn predict(
        &self,
        card: &Card,
        arm: &Arm,
        labels: &Labels,
        shown: &Shown,
        counterfactual: &str,
    ) -> Result<String, PromptError> {
        let block = self.render(
            &block_name(arm),
            context! {
                roles => roles(card),
                original => &shown.original,
                original_answer => &shown.original_answer,
                explanation => &shown.explanation,
                factors => &shown.factors,
                other_info => &shown.other_info,
            },
        )?;
        self.render(
            "predict.jinja",
            context! {
                roles => roles(card),
                context => card.context.trim(),
                meanings => meanings(card, labels),
                labels => labels.listed(),
                block => block,
                counterfactual => counterfactual,
            },
        )
    }

    pub(crate) fn render(
        &self,
        name: &str,
        values: minijinja::Value,
    ) -> Result<String, PromptError> {
        let fault = |fault| PromptError::Template { file: name.to_owned(), fault };
        let text = self.templates.get_template(name).and_then(|template| template.render(values));
        Ok(text.map_err(fault)?.trim().to_owned())
    }
}

fn file_names() -> String {
    FILES.map(|(name, _)| name).join(", ")
}

/// The entries of a table, by name.
fn table<T: DeserializeOwned>(
    files: &BTreeMap<String, String>,
    file: &str,
    named: impl Fn(String, T) -> T,
) -> Result<Vec<T>, PromptError> {
    let entries: BTreeMap<String, T> = toml::from_str(&files[file])
        .map_err(|fault| PromptError::Table { file: file.to_owned(), fault })?;
    Ok(entries.into_iter().map(|(name, entry)| named(name, entry)).collect())
}

fn add(
    templates: &mut Environment<'static>,
    name: String,
    text: String,
) -> Result<(), PromptError> {
    templates
        .add_template_owned(name.clone(), text)
        .map_err(|fault| PromptError::Template { file: name, fault })
}

fn block_name(arm: &Arm) -> String {
    format!("arms.toml [{}]", arm.name)
}

pub(crate) fn roles(card: &Card) -> minijinja::Value {
    context! {
        decider => &card.roles.decider,
        subject => &card.roles.subject,
        task => &card.roles.task,
    }
}

pub(crate) fn meanings(card: &Card, labels: &Labels) -> Vec<(String, String)> {
    labels
        .iter()
        .filter_map(|label| Some((label.to_owned(), card.meanings.get(label)?.clone())))
        .collect()
}

/// Whether an imported prompt says how to reply: it names the sections of a reply.
#[must_use]
pub fn has_format_block(prompt: &str) -> bool {
    prompt.contains("[ANSWER]") && prompt.contains("[EXPLANATION]")
}

/// The order in which an imported prompt asks, from its format block.
#[must_use]
pub fn order_of(prompt: &str) -> Option<AnswerOrder> {
    let answer = prompt.rfind("[ANSWER]")?;
    let explanation = prompt.rfind("[EXPLANATION]")?;
    Some(if answer < explanation { AnswerOrder::First } else { AnswerOrder::Last })
}

impl Shown {
    /// Text that stands where a reply will be, to show a prompt before anything was asked.
    #[must_use]
    pub fn placeholder(arm: &Arm, original: &str, label: &str) -> Self {
        let text = |what: &str| format!("({what} of the reference model)");
        let explanation = if arm.needs(Need::Reasoning) {
            text("the reasoning trace")
        } else if arm.needs(Need::Donor) {
            text("the explanation for another question")
        } else if arm.needs(Need::Rationale) {
            "(another model's explanation of that answer)".to_owned()
        } else {
            text("the explanation")
        };
        Self {
            original: original.to_owned(),
            original_answer: label.to_owned(),
            explanation: if arm.needs(Need::Filler) {
                crate::filler::filler(&explanation)
            } else {
                explanation
            },
            factors: vec!["(its factors)".to_owned()],
            other_info: Vec::new(),
        }
    }
}

#[cfg(test)]
#[path = "prompt_tests.rs"]
mod tests;
