//! Why a query cannot be answered.

use datafusion::error::DataFusionError;
use miette::Diagnostic;
use std::path::PathBuf;
use thiserror::Error;

/// Why a query cannot be answered.
#[derive(Debug, Error, Diagnostic)]
pub enum SqlError {
    /// No run was named.
    #[error("no run to query")]
    #[diagnostic(help("name the folder of a run, or its address: `s3://BUCKET/RUN`"))]
    NothingGiven,
    /// There is no table of guesses where a run should be.
    #[error("{run}: no predictions")]
    #[diagnostic(help(
        "a run holds predictions/<reference>/<predictor>/<arm>.parquet; `foretell runs` lists the runs"
    ))]
    NoPredictions {
        /// The run, as given.
        run: String,
    },
    /// A name that the engine would take for a pattern.
    #[error("{run}: `*`, `?` and `[` in the name of a folder are patterns here")]
    #[diagnostic(help("rename the folder"))]
    Pattern {
        /// The run, as given.
        run: String,
    },
    /// An address of a kind that is not read.
    #[error("{run}: addresses start with s3:// or gs://")]
    #[diagnostic(help("a folder is named by its path"))]
    Address {
        /// The run, as given.
        run: String,
    },
    /// A store that cannot be set up.
    #[error("{run}: {fault}")]
    #[diagnostic(help(
        "keys and endpoint come from the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL; GOOGLE_APPLICATION_CREDENTIALS"
    ))]
    Store {
        /// The run, as given.
        run: String,
        /// What went wrong.
        fault: String,
    },
    /// An address without encryption that is not of this machine.
    #[error("{variable} is {endpoint}, which is neither encrypted nor this machine")]
    #[diagnostic(help("use https, or allow it with {allow}=true"))]
    Unencrypted {
        /// The variable that holds it.
        variable: &'static str,
        /// The address.
        endpoint: String,
        /// The variable that allows it.
        allow: &'static str,
    },
    /// A cluster is asked for, of a program that cannot reach any.
    #[error("this program was built without the feature `cluster`")]
    #[diagnostic(help("get it with `cargo install --path crates/cli --features cluster`"))]
    NoCluster,
    /// An address that is not one of a cluster.
    #[error("{address}: the address of a cluster is df://HOST:PORT")]
    #[diagnostic(help(
        "it is that of the Ballista scheduler, whose port is 50050 unless told otherwise"
    ))]
    Cluster {
        /// The address, as given.
        address: String,
    },
    /// Nothing answers at the address of a cluster.
    #[error("{address}: {fault}")]
    #[diagnostic(help(
        "start a Ballista scheduler of version 55 there, with executors that read the same tables (docs/scale-sql.md)"
    ))]
    NoScheduler {
        /// The address, as given.
        address: String,
        /// What went wrong.
        fault: String,
    },
    /// Files that are another table than their folder says, or of another version.
    #[error("{place}: {found}, not the table `{table}` of version {wanted}")]
    #[diagnostic(help(
        "read it with the version of the program that wrote it (`run.toml` names it), or make a new run"
    ))]
    OtherTable {
        /// Where they lie.
        place: String,
        /// What they say they are.
        found: String,
        /// The table wanted.
        table: &'static str,
        /// The version that is read.
        wanted: u32,
    },
    /// The engine refuses the query, or cannot finish it.
    #[error("{fault}")]
    #[diagnostic(help(
        "`foretell sql --views` prints the views; tables are predictions, answers, scores, rationales, questions, pairs, models"
    ))]
    Engine {
        /// What it says.
        fault: String,
    },
    /// The state of the query is more than it may hold, and cannot all go to temporary files.
    #[error("{fault}")]
    #[diagnostic(help(
        "raise `--memory` (or leave it out): most of what does not fit goes to temporary files, but each step needs some of it at once"
    ))]
    Memory {
        /// What the engine says.
        fault: String,
    },
    /// A result that cannot be written.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help("name a file in a folder you can write to"))]
    Write {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        fault: String,
    },
}

impl From<DataFusionError> for SqlError {
    fn from(fault: DataFusionError) -> Self {
        let exhausted = matches!(fault.find_root(), DataFusionError::ResourcesExhausted(_));
        // Without its trace, which says nothing to who wrote the query.
        let fault = fault.strip_backtrace();
        if exhausted { Self::Memory { fault } } else { Self::Engine { fault } }
    }
}

impl From<datafusion::arrow::error::ArrowError> for SqlError {
    fn from(fault: datafusion::arrow::error::ArrowError) -> Self {
        Self::Engine { fault: fault.to_string() }
    }
}
