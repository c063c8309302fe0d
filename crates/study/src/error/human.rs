//! What can be wrong with people as predictors.

use miette::Diagnostic;
use std::path::PathBuf;
use thiserror::Error;

/// Why people cannot be asked, or their answers not be kept.
#[derive(Debug, Error, Diagnostic)]
pub enum HumanError {
    /// A study of people that cannot be drawn as asked for.
    #[error("the study of people cannot be drawn: {faults}")]
    #[diagnostic(help("`foretell human setup --help` explains the design"))]
    Request {
        /// Everything that is wrong, in words.
        faults: String,
    },
    /// Fewer cases than people are to be asked about.
    #[error(
        "the run has {found} cases that share no text, were answered and explained, and {wanted} are needed"
    )]
    #[diagnostic(help(
        "ask for fewer raters or cases of each (`--raters`, `--per-rater`), or grow the run: no case may give another away"
    ))]
    FewCases {
        /// Cases that fit.
        found: usize,
        /// Cases wanted.
        wanted: usize,
    },
    /// There is a study of people already.
    #[error("{}: there is a study of people already", path.display())]
    #[diagnostic(help("its answers are kept: move the folder away to draw another study"))]
    There {
        /// Its folder.
        path: PathBuf,
    },
    /// There is no study of people.
    #[error("{}: the run has no study of people", path.display())]
    #[diagnostic(help("`foretell human setup {}` draws one", path.display()))]
    NoHuman {
        /// The run.
        path: PathBuf,
    },
    /// A file of a study of people that cannot be read.
    #[error("{}: damaged: {fault}", path.display())]
    #[diagnostic(help(
        "answers are one line of JSON each; mend or move the file, nothing else holds them"
    ))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// An answer that does not fit its case.
    #[error("this answer cannot be kept: {fault}")]
    Answer {
        /// Why not.
        fault: String,
    },
}
