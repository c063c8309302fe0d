//! Why an analysis cannot be made.

use crate::UnknownGroupKey;
use crate::analyses::power::PowerError;
use crate::filter::FilterError;
use foretell_core::{PairId, Prompts, nearest};
use foretell_tables::TableError;
use miette::Diagnostic;
use std::path::PathBuf;
use thiserror::Error;

/// Why an analysis cannot be made.
#[derive(Debug, Error, Diagnostic)]
pub enum AnalysisError {
    /// No folder was named.
    #[error("no run to analyse")]
    #[diagnostic(help("name the folder of a run; `foretell runs` lists them"))]
    NothingGiven,
    /// The folder does not exist.
    #[error("{}: no such run folder", path.display())]
    #[diagnostic(help("`foretell runs` lists the runs"))]
    NoRun {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds no guess of any arm.
    #[error("{}: the run has no predictions", path.display())]
    #[diagnostic(help(
        "the command that started the run continues it; guesses lie in predictions/<reference>/<predictor>/<arm>.parquet"
    ))]
    NoPredictions {
        /// The folder.
        path: PathBuf,
    },
    /// No predictor was asked in this arm.
    #[error("{}: no predictions of arm `{arm}`", path.display())]
    #[diagnostic(help("{}", arm_help(arm, known)))]
    NoArm {
        /// The folder.
        path: PathBuf,
        /// The arm wanted.
        arm: String,
        /// The arms that are there.
        known: Vec<String>,
    },
    /// An arm compared with itself.
    #[error("arm `{arm}` is compared against itself")]
    #[diagnostic(help("name two arms, such as `with` against `without`"))]
    SameArm {
        /// The arm.
        arm: String,
    },
    /// A confidence level that is no fraction.
    #[error("confidence level {level} is not between 0 and 1")]
    #[diagnostic(help("give a fraction, such as 0.95"))]
    Level {
        /// What was given.
        level: f64,
    },
    /// A group key that does not exist, or that was not counted by.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Group(#[from] UnknownGroupKey),
    /// A filter that cannot be read, or that asks for what is not there.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Filter(#[from] FilterError),
    /// What is to be told apart, and how surely, makes no sense.
    #[error("power: {0}")]
    #[diagnostic(help(
        "the level of significance is 1 less the confidence level, and a test has to find what is there more often than what is not: give a higher `--level`, such as 0.95"
    ))]
    Power(#[from] PowerError),
    /// The file system said no.
    #[error("{}: {fault}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        fault: std::io::Error,
    },
    /// A table cannot be read or written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Table(#[from] TableError),
    /// A table of counts that says nothing sound, or not what is asked.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help("{help}"))]
    Counts {
        /// The file.
        path: PathBuf,
        /// What is wrong, and in which row.
        fault: String,
        /// The way to mend it.
        help: String,
    },
    /// A table holds guesses of another arm than its name says.
    #[error("{}: pair `{pair}` is of arm `{found}`, not of the arm that the file is named for", path.display())]
    #[diagnostic(help(
        "tables of a run are derived: delete the file and run `foretell run` again"
    ))]
    OtherArm {
        /// The file.
        path: PathBuf,
        /// The first pair that shows it.
        pair: PairId,
        /// The arm of its row.
        found: String,
    },
    /// The same guess twice in one file.
    #[error(
        "{}: pair `{pair}` has two guesses of `{predictor}` about `{reference}`, answer repeat {answer_repeat}, repeat {repeat}",
        path.display()
    )]
    #[diagnostic(help(
        "each guess is one row; tables of a run are derived: delete the file and run `foretell run` again"
    ))]
    Repeated {
        /// The file.
        path: PathBuf,
        /// The pair.
        pair: PairId,
        /// The model guessed.
        reference: String,
        /// The predictor.
        predictor: String,
        /// Which of the reference's answers.
        answer_repeat: i64,
        /// Which of the predictor's guesses.
        repeat: i64,
    },
    /// The same guess in two files.
    #[error(
        "{}: pair `{pair}` has a guess of `{predictor}` about `{reference}` that {} has too",
        path.display(), other.display()
    )]
    #[diagnostic(help(
        "a guess counts once: analyse the runs apart, or give the models of one of them other names"
    ))]
    Overlap {
        /// The file.
        path: PathBuf,
        /// The file that came before it.
        other: PathBuf,
        /// The pair.
        pair: PairId,
        /// The model guessed.
        reference: String,
        /// The predictor.
        predictor: String,
    },
    /// The guess and what it is held against are both there, but not whether they agree.
    #[error("{}: pair `{pair}` has an answer and a target but no `hit`", path.display())]
    #[diagnostic(help(
        "tables of a run are derived: delete the file and run `foretell run` again"
    ))]
    Unscored {
        /// The file.
        path: PathBuf,
        /// The pair.
        pair: PairId,
    },
    /// Rows about one answer say differently what the reference answered to the original.
    #[error(
        "{}: pair `{pair}` has the original answer `{found}`, where other rows about the same answer of `{reference}` have `{known}`",
        path.display()
    )]
    #[diagnostic(help(
        "the tables were derived from different answers: run `foretell run` again to derive both; of two runs, analyse these apart, or give the reference another name in one"
    ))]
    OriginalsDiffer {
        /// The file.
        path: PathBuf,
        /// The pair.
        pair: PairId,
        /// The model guessed.
        reference: Box<str>,
        /// The original answer of this row.
        found: Box<str>,
        /// The original answer of rows that came before it.
        known: Box<str>,
    },
    /// The tables of two arms hold their guesses against different answers.
    #[error("{}: pair `{pair}` has another target here than in {}", path.display(), other.display())]
    #[diagnostic(help(
        "the tables were derived from different answers: run `foretell run` again to derive both; of two runs, analyse these apart, or give the reference another name in one"
    ))]
    TargetsDiffer {
        /// The file.
        path: PathBuf,
        /// The file that came before it.
        other: PathBuf,
        /// The pair.
        pair: PairId,
    },
}

/// What to do about an arm that a run does not have.
fn arm_help(arm: &str, known: &[String]) -> String {
    let of_run = format!("the arms of this run are {}", known.join(", "));
    let others = "or compare others with `--arm` and `--against`";
    if let Some(near) = nearest(arm, known.iter().map(String::as_str)) {
        return format!("did you mean `{near}`? {of_run}");
    }
    let prompts = Prompts::embedded();
    let arms = || prompts.arms().iter().map(|arm| arm.name.as_str());
    match nearest(arm, arms()).filter(|near| *near != arm) {
        Some(near) => format!(
            "did you mean `{near}`? {of_run}; `foretell grow RUN --arm {near}` asks what is new, {others}"
        ),
        None => format!(
            "{of_run}; `--arm {arm}` added to the command that started it asks only what is new, {others}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_arm_is_not_added_to_a_run() {
        let known = ["with", "without", "shuffled"].map(str::to_owned);
        let help = arm_help("shufled", &known);
        assert!(help.starts_with("did you mean `shuffled`?") && !help.contains("--arm shufled"));
        let help = arm_help("shufled", &known[..2]);
        assert!(help.contains("`foretell grow RUN --arm shuffled`"), "{help}");
        let help = arm_help("shuffled", &known[..2]);
        assert!(
            !help.contains("did you mean") && help.contains("`--arm shuffled` added"),
            "{help}"
        );
        assert!(arm_help("mine", &known).contains("`--arm mine` added"));
    }
}
