//! The arguments of `foretell data`.

use super::ListFormat;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Look at datasets: their cards, their raw files, their tables.
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    #[command(subcommand)]
    pub(crate) command: DataCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    List(DataListArgs),
    Show(DataShowArgs),
    Check(DataCheckArgs),
    Table(DataTableArgs),
    Template(DataTemplateArgs),
    Fetch(DataFetchArgs),
    Pairs(DataPairsArgs),
}

/// Where cards and raw files lie.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlaceArgs {
    /// A folder of cards that are added, or replace the project's own.
    #[arg(long, value_name = "DIR")]
    pub(crate) cards: Option<PathBuf>,
    /// A folder with raw files; the cache folder is looked into after it.
    #[arg(long, value_name = "DIR")]
    pub(crate) raw: Option<PathBuf>,
}

/// List the datasets that have a card: labels, features, whether the raw file is at hand.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  foretell data list\n  foretell data list --format json")]
pub(crate) struct DataListArgs {
    /// How the list is printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Print a card in words: source, features with their bins and phrases, an example question.
///
/// Where the raw file is at hand, the rows of every level and label are counted, and the example is
/// its first row; else the example has the first level of every feature.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  foretell data show heart_disease")]
pub(crate) struct DataShowArgs {
    /// The dataset.
    #[arg(value_name = "CARD")]
    pub(crate) card: String,
    /// How the card is printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Check cards, and say everything that is wrong with them at once.
///
/// Of every card: no unknown or empty field; roles, labels, and a meaning for each label. Of a card of
/// a table also: context; bins in order that meet each other, the last one open; a phrase for every
/// level, no two alike in a feature; a text that uses every feature and reads differently for rows
/// that differ; a target that gives every label. Where its raw file is at hand also: the checksum;
/// every column; a phrase for every cell and a label for every row; a row for every label.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell data check
  foretell data check heart_disease --raw ~/data
  foretell data check my-cards/loans --raw .")]
pub(crate) struct DataCheckArgs {
    /// A dataset, a folder with a card, or a folder of such folders [default: every card].
    #[arg(value_name = "CARD|DIR")]
    pub(crate) spec: Option<String>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Write the table that a card makes of its raw file.
///
/// Columns: `row` (its number, which questions go by), one a feature with the id of its bin or value,
/// and `target`, the label.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell data table heart_disease | head
  foretell data table income --raw ~/data --out income.parquet")]
pub(crate) struct DataTableArgs {
    /// The dataset.
    #[arg(value_name = "CARD")]
    pub(crate) card: String,
    /// The file to write, F.csv or F.parquet [default: CSV to standard output].
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Guess a card from a CSV, to be edited: types, bins at quartiles, phrases, labels, checksum.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell data template shop.csv --target returned
  foretell data template shop.csv --out cards    # writes cards/shop/card.toml")]
pub(crate) struct DataTemplateArgs {
    /// The file: delimited text, whose first line names the columns.
    #[arg(value_name = "CSV")]
    pub(crate) file: PathBuf,
    /// The column that holds the truth [default: the last one with two values and no empty cell].
    #[arg(long, value_name = "COLUMN")]
    pub(crate) target: Option<String>,
    /// The folder of cards to write it into [default: standard output].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// Download the raw files of datasets, or verify those that are there.
///
/// What is downloaded is verified by its sha256 and kept in the cache folder (FORETELL_CACHE names
/// another). A download that was broken off goes on where it stopped; no file of yours is overwritten.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell data fetch heart_disease income
  foretell data fetch --raw ~/Downloads")]
pub(crate) struct DataFetchArgs {
    /// The datasets whose files are wanted [default: all].
    #[arg(value_name = "CARD")]
    pub(crate) datasets: Vec<String>,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Make pairs of natural counterfactuals: rows of a table that differ in a few features.
///
/// A ball grows around each row, in turns with a neighbour of another label and one of the same. The
/// row is the original, every other member of its ball a counterfactual. A row has no ball where its
/// neighbours are too few, or too many are of one label. How it was done is written beside the pairs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell data pairs heart_disease --out heart.parquet
  foretell data pairs income --balls 500 --order both --out income/
  foretell data pairs --combine heart_disease,income,moral_machines --per-dataset 1000 --balls income=500 --out combined.parquet")]
pub(crate) struct DataPairsArgs {
    /// The datasets.
    #[arg(value_name = "CARD", required_unless_present = "combine", conflicts_with = "combine")]
    named: Vec<String>,
    /// Draw a set from several datasets; `moral_machines` may be one of them.
    #[arg(long, value_name = "CARD,CARD", value_delimiter = ',')]
    combine: Vec<String>,
    /// Pairs drawn from each dataset: a seeded sample; that of 100 is part of that of 1,000.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) per_dataset: Option<u64>,
    /// Where to write: one table where the name ends in `.parquet`, else a folder with
    /// questions.parquet and pairs.parquet.
    #[arg(long, value_name = "F.parquet|DIR")]
    pub(crate) out: PathBuf,
    /// Replace what is there.
    #[arg(long)]
    pub(crate) force: bool,
    /// Largest number of features in which a counterfactual differs from its original.
    #[arg(long, value_name = "D", default_value_t = 2, help_heading = "Balls")]
    pub(crate) max_distance: u32,
    /// Fewest members of a ball, its original counted.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..), help_heading = "Balls")]
    pub(crate) min_size: u32,
    /// Most members of a ball, its original counted.
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "Balls")]
    pub(crate) max_size: u32,
    /// Every ball has |same - other| / size below this, by label, its original counted.
    #[arg(long, value_name = "E", default_value_t = 0.3, help_heading = "Balls")]
    pub(crate) epsilon: f64,
    /// Draw so many balls; CARD=N for one dataset alone. Can be given several times.
    #[arg(long, value_name = "N|CARD=N", value_parser = balls, help_heading = "Balls")]
    pub(crate) balls: Vec<BallsArg>,
    /// Keep members whose text is that of the original, or of another member (published behaviour).
    #[arg(long, help_heading = "Balls")]
    pub(crate) keep_identical: bool,
    /// Where questions ask for the answer: before the explanation, after it, each pair in both orders (two
    /// pairs, which --per-dataset draws together; of an odd number the last is alone), or a toss for each original.
    #[arg(long, value_enum, default_value_t = OrderArg::Random)]
    pub(crate) order: OrderArg,
    /// Seed of all that is drawn.
    #[arg(long, value_name = "S", default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub(crate) seed: u64,
    /// How the summary is printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

impl DataPairsArgs {
    /// The datasets, however they were given.
    pub(crate) fn datasets(&self) -> &[String] {
        if self.combine.is_empty() { &self.named } else { &self.combine }
    }
}

/// In which order questions ask for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrderArg {
    /// Before the explanation.
    First,
    /// After it.
    Last,
    /// Each pair in both orders: two pairs.
    Both,
    /// A toss for each original.
    Random,
}

/// How many balls are drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BallsArg {
    /// From every dataset.
    Every(u64),
    /// From one.
    Of(String, u64),
}

fn balls(text: &str) -> Result<BallsArg, String> {
    let (dataset, number) = text.split_once('=').map_or((None, text), |(a, b)| (Some(a), b));
    let number = match number.parse() {
        Ok(number) if number > 0 => number,
        _ => return Err("a number from 1 up, or CARD=N such as income=500".to_owned()),
    };
    Ok(dataset.map_or(BallsArg::Every(number), |name| BallsArg::Of(name.to_owned(), number)))
}
