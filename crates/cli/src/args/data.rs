//! The arguments of `foretell data`.

use super::ListFormat;
use clap::{Args, Subcommand};
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
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// How the list is printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
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
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// How the card is printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
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
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
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
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// The file to write, F.csv or F.parquet [default: CSV to standard output].
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
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
    /// The column that holds the truth [default: the last one with two values].
    #[arg(long, value_name = "COLUMN")]
    pub(crate) target: Option<String>,
    /// The folder of cards to write it into [default: standard output].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}
