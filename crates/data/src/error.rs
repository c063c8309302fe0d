//! What can be wrong with what a study is to ask about.

use crate::cards::CardFault;
use crate::import::RowFault;
use crate::neighbours::BallError;
use crate::table::RawError;
use foretell_core::labels::LabelsError;
use foretell_core::{count, counted};
use foretell_tables::TableError;
use miette::Diagnostic;
use std::fmt;
use std::path::PathBuf;
use thiserror::Error;

/// Why there are no pairs.
#[derive(Debug, Error, Diagnostic)]
pub enum DataError {
    /// Balls that cannot be grown.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Balls(#[from] BallError),
    /// Rows that are all too far from each other, or of one label.
    #[error(
        "{}: no ball around any of {}: {} had too few neighbours, {} too many \
         of one label",
        datasets.join(", "),
        counted(*tried, "row"),
        count(*too_few),
        count(*imbalanced)
    )]
    #[diagnostic(help(
        "widen the search with `--max-distance`, ask for smaller balls with `--min-size`, or use fewer \
         features or wider bins in the card"
    ))]
    NoBalls {
        /// The datasets asked for.
        datasets: Vec<String>,
        /// Rows tried.
        tried: u64,
        /// Those with fewer neighbours than the smallest ball needs.
        too_few: u64,
        /// Those with too many neighbours of one label.
        imbalanced: u64,
    },
    /// A number of balls for a dataset that is not asked for.
    #[error("balls of `{dataset}` are wanted, but the datasets are {}", quoted(datasets))]
    #[diagnostic(help("name it among the datasets, or take it out of `--balls`"))]
    StrayBalls {
        /// The dataset named.
        dataset: String,
        /// Those asked for.
        datasets: Vec<String>,
    },
    /// Neither a built-in dataset nor a file nor a folder.
    #[error("{}", unknown(spec, *is_path))]
    #[diagnostic(help("{help}"))]
    UnknownSpec {
        /// What was asked for.
        spec: String,
        /// Whether it looks like the name of a file.
        is_path: bool,
        /// What there is, and what may have been meant.
        help: String,
    },
    /// A file or folder that the system does not let us read.
    #[error("{}: {fault}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        fault: std::io::Error,
    },
    /// A file of another format, or half a file.
    #[error("{}: not a Parquet file: {looks}", path.display())]
    #[diagnostic(help("{help}"))]
    NotParquet {
        /// The file.
        path: PathBuf,
        /// What it looks like.
        looks: &'static str,
        /// How to get a file that is.
        help: &'static str,
    },
    /// A Parquet file that does not decode.
    #[error("{}: cannot be decoded: {fault}", path.display())]
    #[diagnostic(help("write it again, compressed with zstd or snappy or not at all"))]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        fault: parquet::errors::ParquetError,
    },
    /// A file that holds no table, or none that can be read.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help("{help}"))]
    Sheet {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
        /// How to mend it.
        help: String,
    },
    /// Columns that an import needs and nothing names.
    #[error(
        "{}: no column for {}; the file has {}",
        path.display(),
        missing.join(" and "),
        if has.is_empty() { "no columns".to_owned() } else { quoted(has) }
    )]
    #[diagnostic(help("{help}"))]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// What has no column.
        missing: Vec<String>,
        /// The columns of the file.
        has: Vec<String>,
        /// The flags that name columns.
        help: String,
    },
    /// Rows that cannot be read, in a file that is to be asked about.
    #[error(
        "{}: {}; the first: {}{}",
        path.display(),
        counts.join(", "),
        joined(shown),
        others(*more)
    )]
    #[diagnostic(help(
        "mend these rows, or import what is valid: `foretell pairs import {} --out pairs.parquet` \
         writes the rows at fault to a file of their own",
        path.display()
    ))]
    RowFaults {
        /// The file.
        path: PathBuf,
        /// How many rows are at fault, by kind.
        counts: Vec<String>,
        /// The first of them.
        shown: Vec<RowFault>,
        /// How many more there are.
        more: usize,
    },
    /// Questions whose labels are not those of their dataset's card.
    #[error(
        "{source_name}: the card of `{}` has the labels {}, the file has {}",
        card.dataset,
        card.labels.join(", "),
        found.join(", ")
    )]
    #[diagnostic(help(
        "a card speaks of its own labels: give these questions another dataset with `--dataset NAME`"
    ))]
    LabelsOfCard {
        /// The file.
        source_name: String,
        /// The dataset with the labels of its card.
        card: CardLabels,
        /// The labels of the file.
        found: Vec<String>,
    },
    /// A table without columns that an import needs.
    #[error("{}: missing column{} {}", path.display(), plural(missing.len()), quoted(missing))]
    #[diagnostic(help(
        "an import has one row a pair and answer order, in columns `original_*` and \
         `counterfactual_*`; {}",
        if near.is_empty() {
            "the file has none that look like these".to_owned()
        } else {
            format!("the file has {}: rename what is meant", quoted(near))
        }
    ))]
    MissingColumns {
        /// The file.
        path: PathBuf,
        /// The columns that it lacks.
        missing: Vec<String>,
        /// Columns that it has, with names near to those.
        near: Vec<String>,
    },
    /// Columns whose type cannot hold what they are for.
    #[error("{}: {}", path.display(), faults.join("; "))]
    #[diagnostic(help("convert the column and write the file again"))]
    ColumnTypes {
        /// The file.
        path: PathBuf,
        /// Each column with its type and those that it may have.
        faults: Vec<String>,
    },
    /// Cells that are empty where they may not be, or hold what cannot be read.
    #[error("{}: {}{}", path.display(), joined(shown), others(*more))]
    #[diagnostic(help("mend these cells, or drop the rows, and write the file again"))]
    Cells {
        /// The file.
        path: PathBuf,
        /// The first of them.
        shown: Vec<CellFault>,
        /// How many more there are.
        more: usize,
    },
    /// Imported prompts that do not say how to reply.
    #[error(
        "{source_name}: {originals} of {pairs} original prompts and {counterfactuals} of {pairs} \
         counterfactual prompts lack the block that says how to reply ([ANSWER], [EXPLANATION], …), \
         in {one_sided} pairs on one side only; the first: {}",
        first.join(", ")
    )]
    #[diagnostic(help(
        "replies to them could not be read: give `--reprompt` to render the project's own prompts"
    ))]
    PromptsWithoutForm {
        /// The file or folder.
        source_name: String,
        /// Pairs that would be asked.
        pairs: usize,
        /// How many of their original prompts lack the block, or are missing.
        originals: usize,
        /// How many of their counterfactual prompts do.
        counterfactuals: usize,
        /// Pairs of which one prompt has the block and the other has not.
        one_sided: usize,
        /// The first questions that are affected.
        first: Vec<String>,
    },
    /// One id, two questions.
    #[error("{}{}", joined(shown), others(*more))]
    #[diagnostic(help(
        "an id names one question in a run: give these rows other ids, read the sources in two \
         runs, or, where only the prompts differ, give `--reprompt`"
    ))]
    UnequalQuestions {
        /// The first of them.
        shown: Vec<Unequal>,
        /// How many more there are.
        more: usize,
    },
    /// `--labels` names labels that the datasets do not have.
    #[error("the labels {} are not those of {}", given.join(","), joined(datasets))]
    #[diagnostic(help("drop `--labels`: it is for datasets whose card and questions name none"))]
    OtherLabels {
        /// The labels given.
        given: Vec<String>,
        /// The datasets that have others.
        datasets: Vec<CardLabels>,
    },
    /// Labels that cannot be used.
    #[error("{origin}: {fault}")]
    #[diagnostic(help("give labels that can be told apart with `--labels`, such as YES,NO"))]
    BadLabels {
        /// Where they come from.
        origin: String,
        /// What is wrong with them.
        fault: LabelsError,
    },
    /// Questions for which nothing says what can be answered.
    #[error("{source_name}: no labels for {}", quoted(datasets))]
    #[diagnostic(help(
        "neither a card nor options nor two different ground truths say how these questions are \
         answered: give `--labels YES,NO`, or a card with `--cards`"
    ))]
    NoLabels {
        /// The file.
        source_name: String,
        /// The datasets.
        datasets: Vec<String>,
    },
    /// Ground truths that no answer could be.
    #[error("{source_name}: {}{}", shown.join("; "), others(*more))]
    #[diagnostic(help(
        "a ground truth is one of its question's labels, or empty: mend the cells, or the labels of \
         the card"
    ))]
    StrayTruths {
        /// The file.
        source_name: String,
        /// The first of them.
        shown: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// A folder without tables of questions and pairs.
    #[error("{}: no {} in this folder", path.display(), missing.join(" and no "))]
    #[diagnostic(help(
        "name a run folder, or one that holds its `questions.parquet` and `pairs.parquet`; to import \
         a file, name the file"
    ))]
    NotAFolderOfPairs {
        /// The folder.
        path: PathBuf,
        /// The files that it lacks.
        missing: Vec<&'static str>,
    },
    /// Tables that do not fit each other.
    #[error("{}: {}{}", path.display(), shown.join("; "), others(*more))]
    #[diagnostic(help("both tables have to come from one run: copy them again"))]
    TornFolder {
        /// The folder.
        path: PathBuf,
        /// The first faults.
        shown: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// A table of a run that cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Table(#[from] TableError),
    /// A raw file that gives no table.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Raw(#[from] RawError),
    /// Nothing to ask.
    #[error("{source_name}: no pairs: {} read, {} left out", counted(*rows, "row"), count(*left_out))]
    #[diagnostic(help(
        "a pair needs two different texts: look at the rows that were left out, or ask for more \
         scenarios"
    ))]
    NoPairs {
        /// What was read.
        source_name: String,
        /// Rows read.
        rows: u64,
        /// Rows left out.
        left_out: u64,
    },
    /// No question to start from.
    #[error("{source_name}: no questions: {} read", counted(*rows, "row"))]
    #[diagnostic(help("a question needs a text: `foretell pairs import` names the rows at fault"))]
    NoQuestions {
        /// What was read.
        source_name: String,
        /// Rows read.
        rows: u64,
    },
    /// No source at all.
    #[error("nothing says which pairs to ask about")]
    #[diagnostic(help("give `--pairs` with a file, a folder or `moral_machines`"))]
    NoSource,
    /// A folder of cards without any.
    #[error("{}: no card in this folder", path.display())]
    #[diagnostic(help("a card lies in a folder named for its dataset: `DATASET/card.toml`"))]
    NoCards {
        /// The folder.
        path: PathBuf,
    },
    /// Neither a card nor a folder of cards.
    #[error("`{spec}` is no card and no folder")]
    #[diagnostic(help("{help}"))]
    UnknownCard {
        /// What was asked for.
        spec: String,
        /// What there is, and what may have been meant.
        help: String,
    },
    /// A table for which no card can be guessed.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help("{help}"))]
    NoTarget {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: String,
        /// How to mend it.
        help: String,
    },
    /// Files that are no cards.
    #[error("{}", crate::cards::said(faults))]
    #[diagnostic(help("the cards of the program are examples of how one is written"))]
    Cards {
        /// Each file with its fault.
        faults: Vec<CardFault>,
    },
}

/// A cell of an import that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("row {row}, column `{column}`: {fault}")]
pub struct CellFault {
    /// Its row, from 0.
    pub row: u64,
    /// Its column.
    pub column: String,
    /// What is wrong with it.
    pub fault: String,
}

/// Two questions of one id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("question `{question_id}` has more than one {field}: `{first}` and `{second}`")]
pub struct Unequal {
    /// The id.
    pub question_id: String,
    /// What differs.
    pub field: &'static str,
    /// What one has.
    pub first: String,
    /// What the other has.
    pub second: String,
}

/// A dataset with its labels.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{dataset}` ({})", labels.join(", "))]
pub struct CardLabels {
    /// The dataset.
    pub dataset: String,
    /// Its labels.
    pub labels: Vec<String>,
}

fn unknown(spec: &str, is_path: bool) -> String {
    if is_path {
        format!("no such file: `{spec}`; nor is that a folder or a built-in dataset")
    } else {
        format!("`{spec}` is no file, no folder and no built-in dataset")
    }
}

fn joined(items: &[impl fmt::Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn others(more: usize) -> String {
    if more == 0 { String::new() } else { format!("; and {more} more") }
}
