//! What can be wrong with what a study asks: its questions, pairs, prompts and methods.

use foretell_core::labels::LabelsError;
use miette::Diagnostic;
use std::path::PathBuf;
use thiserror::Error;

/// Why there is nothing, or nothing sound, to ask about.
#[derive(Debug, Error, Diagnostic)]
pub enum QuestionsError {
    /// A run without answers to judge.
    #[error("{}: the run holds no answers of {references} yet", path.display())]
    #[diagnostic(help("`foretell run` asks for them; give its command again to go on with a run"))]
    NoAnswers {
        /// The run.
        path: PathBuf,
        /// The references.
        references: String,
    },
    /// Pairs that do not say what changed.
    #[error("no pair of the run says what changed in it, so that no mention can be judged")]
    #[diagnostic(help(
        "`--kind testability` needs no features; pairs of datasets, scenarios, generators and hints have some, and a file of pairs can bring them in a column `changed`"
    ))]
    NoFeatures,
    /// A template that leaves out what it is for.
    #[error("{file}: the prompt does not hold the {variable}")]
    #[diagnostic(help(
        "write {{{{ {variable} }}}} where its text should stand; `foretell prompt` shows the result"
    ))]
    PromptLacks {
        /// The template.
        file: &'static str,
        /// The variable that is missing.
        variable: &'static str,
    },
    /// Nothing to ask about.
    #[error("there are no pairs to ask about")]
    #[diagnostic(help("look at what was left out, and at `--limit`"))]
    NoPairs,
    /// A question whose labels cannot be used.
    #[error("question `{question}`: {fault}")]
    Labels {
        /// The question.
        question: String,
        /// What is wrong with them.
        fault: LabelsError,
    },
    /// A list of methods that makes no sense.
    #[error("`--methods` takes `auto` alone, or one or several methods")]
    #[diagnostic(help("write `--methods auto`, or for instance `--methods concept,reversal`"))]
    Methods,
    /// A method for questions with labels, and questions without.
    #[error(
        "method `{method}`: {count} of {total} questions have no labels, the first of them `{first}`"
    )]
    #[diagnostic(help(
        "how a model behaves on an open-ended question is not a label, and to compare it would take a labeller; give labels with `--labels A,B`, or leave the method out"
    ))]
    MethodNeedsLabels {
        /// The method.
        method: String,
        /// Questions without labels.
        count: usize,
        /// All questions.
        total: usize,
        /// The first without.
        first: String,
    },
    /// No hint can be given.
    #[error(
        "no question can be given a hint toward {toward}: {} left out, the first of which {reason}",
        foretell_core::counted(*left_out as u64, "question")
    )]
    #[diagnostic(help("`--toward random` needs no ground truths; `--labels A,B` gives labels"))]
    NothingCued {
        /// Where hints should point.
        toward: &'static str,
        /// Questions left out.
        left_out: usize,
        /// Why the first was.
        reason: &'static str,
    },
}
