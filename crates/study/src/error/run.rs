//! What can be wrong with the folder of a run and the files in it.

use miette::Diagnostic;
use std::path::PathBuf;
use thiserror::Error;

/// Why a run cannot be opened, read or added to.
#[derive(Debug, Error, Diagnostic)]
pub enum RunError {
    /// A manifest that cannot be read.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help("restore the file, or choose another folder with `--out`"))]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: toml::de::Error,
    },
    /// A file that a run froze when it started cannot be read.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help(
        "what a run asks about is frozen when it starts and cannot be derived again: restore it from a copy, or start a new run with `--out`; the replies in ledger.sqlite are kept, and count again once the file is back"
    ))]
    Frozen {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// The tables of a run hold replies that its ledger does not.
    #[error("{}: the ledger {state}, but {} holds replies from it", path.display(), table.display())]
    #[diagnostic(help(
        "nothing was sent, since going on would ask and pay again: restore the file (with its -wal, if there is one), or start a new run with `--out`"
    ))]
    LedgerGone {
        /// The ledger.
        path: PathBuf,
        /// `is gone`, or what it lacks.
        state: &'static str,
        /// The table that shows it.
        table: PathBuf,
    },
    /// A run folder of another version.
    #[error("{}: the run has format {found}, written by foretell {program}; this program knows format {wanted}", path.display())]
    #[diagnostic(help(
        "use foretell {program} for this run, or choose another folder with `--out`"
    ))]
    OtherVersion {
        /// The manifest.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The program that wrote it.
        program: String,
        /// The format known.
        wanted: i64,
    },
    /// A folder that holds something else.
    #[error("{} holds files of something else (there is no {manifest}, but there is `{found}`)", path.display())]
    #[diagnostic(help("choose an empty or new folder with `--out`"))]
    NotARun {
        /// The folder.
        path: PathBuf,
        /// The manifest that it lacks.
        manifest: &'static str,
        /// One of the files.
        found: String,
    },
    /// There is no such run.
    #[error("{}: there is no run here (no run.toml)", path.display())]
    #[diagnostic(help("`foretell runs` lists the runs in a folder; `foretell run` makes one"))]
    NoRun {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds the run of another study.
    #[error("{} holds another run: {faults}", path.display())]
    #[diagnostic(help(
        "choose another folder with `--out`; what a run asks about is frozen when it starts, and it can grow but not change or shrink"
    ))]
    OtherStudy {
        /// The folder.
        path: PathBuf,
        /// What differs.
        faults: String,
    },
    /// Another process works on the run.
    #[error("{} is in use by another process", path.display())]
    #[diagnostic(help(
        "wait until it is done, or stop it; two processes on one run would pay twice"
    ))]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// A pair whose questions are missing, or of another dataset.
    #[error("pair `{pair}`: a question of it is missing, or of another dataset")]
    #[diagnostic(help(
        "questions.parquet and pairs.parquet belong together: make or restore both"
    ))]
    StrayPair {
        /// The pair.
        pair: String,
    },
    /// A run folder that would be overwritten.
    #[error("{} is there already, and holds files", path.display())]
    #[diagnostic(help("name another folder with `--out`, or remove this one"))]
    RunThere {
        /// The folder.
        path: PathBuf,
    },
    /// A run in which nothing can be asked.
    #[error("{}: this run was imported from {file}: nothing can be asked in it", path.display())]
    #[diagnostic(help(
        "name another folder with `--out`; `--pairs` takes the imported run's folder, so the same pairs can be asked about there"
    ))]
    Imported {
        /// The folder.
        path: PathBuf,
        /// The file.
        file: String,
    },
    /// A run whose tables do not name all that it asked.
    #[error("{} is not complete: its tables do not name all that it asked", path.display())]
    #[diagnostic(help(
        "finish it with the command that was stopped in it (`foretell run`, `grow` or `judge`), or leave it out and keep what it asked"
    ))]
    NotComplete {
        /// The run.
        path: PathBuf,
    },
    /// A run that is to say what of a ledger is used, and uses another one.
    #[error("{} has its replies in {}, not in {}", run.display(), own.display(), ledger.display())]
    #[diagnostic(help(
        "name all runs that use this ledger, and no others: what they do not name is taken out"
    ))]
    OtherLedger {
        /// The run.
        run: PathBuf,
        /// Its ledger.
        own: PathBuf,
        /// The other one.
        ledger: PathBuf,
    },
    /// There is no such pair.
    #[error("{}: there is no pair `{pair}`", path.display())]
    #[diagnostic(help("the pairs nearest in name: {near}"))]
    NoPair {
        /// The run.
        path: PathBuf,
        /// The pair.
        pair: String,
        /// Pairs of a similar name.
        near: String,
    },
}
