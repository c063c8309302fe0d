//! What can be wrong with the batch files of a run.

use miette::Diagnostic;
use std::path::PathBuf;
use thiserror::Error;

/// Why a run cannot go through batches.
#[derive(Debug, Error, Diagnostic)]
pub enum BatchError {
    /// No model of a run can be asked in these batches.
    #[error("nothing was written: {}", faults.join("; "))]
    #[diagnostic(help(
        "leave out `--provider` for each model's own batches; simulated models are answered by `foretell run`, for nothing"
    ))]
    NoBatch {
        /// Why, for each model.
        faults: Vec<String>,
    },
    /// A list of batch files that cannot be read.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help(
        "`foretell batch export` writes this list, and `submit` and `fetch` keep it: restore it from a copy; the ids of batches that are on their way are nowhere else"
    ))]
    List {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// Folders of batch files that a run remembers, and that are not there.
    #[error(
        "{}: its batch files are away: {}", run.display(),
        folders.iter().map(|folder| format!("no `batches.json` in {}", folder.display())).collect::<Vec<_>>().join(", ")
    )]
    #[diagnostic(help(
        "what they asked may be paid for, so nothing is asked until they are back: bring the folder back, or say where it lies now with `foretell batch submit {} --dir WHERE` (which hands nothing over without your consent); one whose replies were all imported may be taken out of `batches` in run.toml",
        run.display()
    ))]
    Away {
        /// The run.
        run: PathBuf,
        /// The folders.
        folders: Vec<PathBuf>,
    },
    /// A batch file that is to be given up, and is not on its way.
    #[error("{}: no file `{name}` is on its way", folder.display())]
    #[diagnostic(help(
        "{}", if known.is_empty() {
            "none is; `foretell batch export` writes those anew that were not handed over".to_owned()
        } else {
            format!("those that are: {}; `--dir` names another folder of files", known.join(", "))
        }
    ))]
    NotUnderWay {
        /// The folder.
        folder: PathBuf,
        /// The file.
        name: String,
        /// Those that are, here and by other runs on the ledger.
        known: Vec<String>,
    },
    /// A folder of batch files that are not those of a run.
    #[error("{}: not batch files of the run {}: {fault}", folder.display(), run.display())]
    #[diagnostic(help("name the run that they were exported from, or another `--dir`"))]
    OtherBatches {
        /// The folder.
        folder: PathBuf,
        /// The run.
        run: PathBuf,
        /// Why they are not.
        fault: String,
    },
}
