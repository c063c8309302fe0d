//! What can be wrong with a study, and how to mend it; what is about one subject has a file of its own.

mod batch;
mod human;
mod models;
mod questions;
mod run;

pub use batch::BatchError;
pub use human::HumanError;
pub use models::ModelsError;
pub use questions::QuestionsError;
pub use run::RunError;

use crate::wide::WideError;
use foretell_core::card::CardError;
use foretell_core::nearest;
use foretell_core::prompt::PromptError;
use foretell_data::DataError;
use foretell_llm::{AskError, LedgerError, SpecError};
use foretell_tables::TableError;
use miette::Diagnostic;
use std::io::ErrorKind;
use std::path::PathBuf;
use thiserror::Error;

/// Why a study cannot be run or read.
#[derive(Debug, Error, Diagnostic)]
pub enum StudyError {
    /// Several things at once.
    #[error("{} faults", faults.len())]
    Several {
        /// Each of them.
        #[related]
        faults: Vec<StudyError>,
    },
    /// The file system said no.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help("{}", mend(fault.kind())))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        fault: std::io::Error,
    },
    /// A folder that a flag names is not there.
    #[error("`{flag} {}`: there is no such folder", path.display())]
    #[diagnostic(help("name a folder; paths start from the current one"))]
    NoFolder {
        /// The flag.
        flag: &'static str,
        /// What it names.
        path: PathBuf,
    },
    /// A study file that does not hold a study.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help(
        "{}`foretell init` writes a study file with every field explained",
        meant(fault)
    ))]
    StudyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: toml::de::Error,
    },
    /// Models that cannot be asked.
    #[error("nothing was sent: {}", faults.join("; "))]
    #[diagnostic(help("mend what is named, then give the same command again"))]
    Unreachable {
        /// What is wrong with each.
        faults: Vec<String>,
    },
    /// A list that has to hold something.
    #[error("the study names no {what}")]
    #[diagnostic(help(
        "add one: `--{what}`, or the field of a study file (`foretell init` explains them)"
    ))]
    Nothing {
        /// What there is none of.
        what: &'static str,
    },
    /// An output that is there already.
    #[error("{} is there already", path.display())]
    #[diagnostic(help("name another folder with `--out`, or replace it with `--force`"))]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The folder of a run.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Run(#[from] RunError),
    /// Models.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Models(#[from] ModelsError),
    /// What is asked.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Questions(#[from] QuestionsError),
    /// Batches.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Batch(#[from] BatchError),
    /// People who rate.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Human(#[from] HumanError),
    /// A file of the wide layout.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Wide(#[from] WideError),
    /// A card.
    #[error(transparent)]
    Card(#[from] CardError),
    /// A prompt.
    #[error(transparent)]
    #[diagnostic(help(
        "`foretell prompt` shows a prompt before anything is asked; docs/prompts.md names the variables of each template"
    ))]
    Prompt(#[from] PromptError),
    /// Pairs.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Data(#[from] DataError),
    /// A model.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Spec(#[from] SpecError),
    /// The ledger.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ledger(#[from] LedgerError),
    /// A table.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Table(#[from] TableError),
}

impl From<AskError<Self>> for StudyError {
    fn from(error: AskError<Self>) -> Self {
        match error {
            AskError::Ledger(fault) => Self::Ledger(fault),
            AskError::Request(fault) => fault,
        }
    }
}

impl StudyError {
    /// No fault, the one fault, or all of them together.
    pub(crate) fn all(mut faults: Vec<Self>) -> Result<(), Self> {
        match faults.len() {
            0 => Ok(()),
            1 => Err(faults.remove(0)),
            _ => Err(Self::Several { faults }),
        }
    }
}

/// The known field that an unknown one is near to. The reader names the unknown one first, then all
/// that it knows, each between backticks.
fn meant(fault: &toml::de::Error) -> String {
    let message = fault.message();
    let mut names = message.split('`').skip(1).step_by(2);
    let near = match (message.starts_with("unknown field"), names.next()) {
        (true, Some(unknown)) => nearest(unknown, names),
        _ => None,
    };
    near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default()
}

/// How a fault of the file system is mended.
fn mend(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => {
            "check the path, which starts from the current folder; an output needs a folder that you can write to"
        }
        ErrorKind::PermissionDenied => "name a place that you may read and write",
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            "a file has this name: name a folder, for a run with `--out`"
        }
        ErrorKind::IsADirectory => "this is a folder: name a file",
        ErrorKind::InvalidData => "name a text file in UTF-8",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space on the disk",
        _ => "look at the path, its permissions and the disk, then give the same command again",
    }
}
