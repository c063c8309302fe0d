//! The arguments of `foretell pairs`.

use super::generate::{CueArgs, GenerateArgs};
use super::{ListFormat, TextFormat};
use clap::{Args, Subcommand, ValueEnum};
use foretell_data::{BbqPairs, Field, ImportColumns, Layout};
use std::path::PathBuf;

/// Make, look at and put together sets of pairs. Only `generate` asks models.
#[derive(Debug, Args)]
pub(crate) struct PairsArgs {
    #[command(subcommand)]
    pub(crate) command: PairsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PairsCommand {
    // Boxed: its many columns would make every command as large.
    Import(Box<ImportArgs>),
    List(ListArgs),
    Show(ShowPairArgs),
    Stats(StatsArgs),
    Sample(SampleArgs),
    Merge(MergeArgs),
    Generate(Box<GenerateArgs>),
    Cue(CueArgs),
}

/// Make a file of your own into pairs, or into questions.
///
/// Reads CSV (whatever separates the cells), JSONL, a JSON list or Parquet: one pair a row, one
/// question a row (also multiple choice), BBQ as published, or the wide layout. The layout is told from
/// the columns. Columns of the usual names (question, counterfactual, answer, choices, ...) need no
/// flag; docs/pairs.md lists them.
///
/// Rows at fault are left out, counted, shown, and written to a CSV beside the output; everything
/// else is kept. The exit status is 3 where a row was lost: repeated rows and pairs of a text with
/// itself are not, as nothing is lost with them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell pairs import mine.csv --question q --counterfactual q_edited --ground-truth gold --out mine.parquet
  foretell pairs import mine.jsonl --labels YES,NO --dataset tides --out tides/
  foretell pairs import Age.jsonl --out bbq_age.parquet
  foretell pairs import mmlu.parquet --out mmlu/")]
pub(crate) struct ImportArgs {
    /// The file to read.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Where to write: one table where the name ends in `.parquet`, else a folder with
    /// questions.parquet and pairs.parquet.
    #[arg(long, value_name = "F.parquet|DIR")]
    pub(crate) out: PathBuf,
    /// Replace what is there.
    #[arg(long)]
    pub(crate) force: bool,
    /// Exit with 0 although rows were lost.
    #[arg(long)]
    pub(crate) allow_faults: bool,
    /// How the rows are laid out [default: told from the columns].
    #[arg(long, value_enum, help_heading = "Reading")]
    pub(crate) layout: Option<LayoutArg>,
    /// Which items of BBQ become pairs.
    #[arg(long, value_enum, default_value_t = BbqPairsArg::Both, help_heading = "Reading")]
    pub(crate) bbq_pairs: BbqPairsArg,
    /// What stands between two cells of a CSV: one character, or `tab` [default: guessed].
    #[arg(long, value_name = "C", value_parser = delimiter, help_heading = "Reading")]
    pub(crate) delimiter: Option<u8>,
    /// Where ground truths that are positions of options begin.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=1), help_heading = "Reading")]
    pub(crate) answers_from: u8,
    /// Drop the reference prompts that the wide layout brings.
    #[arg(long, help_heading = "Reading")]
    pub(crate) reprompt: bool,
    /// A folder of cards that are added, or replace the project's own.
    #[arg(long, value_name = "DIR", help_heading = "Reading")]
    pub(crate) cards: Option<PathBuf>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) columns: ColumnArgs,
}

/// Which columns hold what.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Columns")]
pub(crate) struct ColumnArgs {
    /// The original question.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) question: Option<String>,
    /// The counterfactual question.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) counterfactual: Option<String>,
    /// The dataset; a name that is no column holds for all rows [default: the file's name].
    #[arg(long, value_name = "COLUMN|NAME")]
    pub(crate) dataset: Option<String>,
    /// The labels of each row; a list that is no column holds for all rows [default: those of the card, of
    /// the options, or the ground truths].
    #[arg(long, value_name = "COLUMN|A,B")]
    pub(crate) labels: Option<String>,
    /// What pairs of one original share; becomes its id.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) cluster: Option<String>,
    /// The true label of the original: a label, the text of an option, or its position.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) ground_truth: Option<String>,
    /// The true label of the counterfactual.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) counterfactual_ground_truth: Option<String>,
    /// What can be chosen: one column with a list, or a column an option (`A,B,C,D`).
    #[arg(long, value_name = "COLUMNS")]
    pub(crate) options: Option<String>,
    /// The same of the counterfactual, where it is another.
    #[arg(long, value_name = "COLUMNS")]
    pub(crate) counterfactual_options: Option<String>,
    /// A passage that stands before the question.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) context: Option<String>,
    /// The same of the counterfactual, where it is another.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) counterfactual_context: Option<String>,
    /// The original's id.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) id: Option<String>,
    /// The counterfactual's id.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) counterfactual_id: Option<String>,
    /// Where both ask for the answer: a column, or first, last or both for all rows [default: first].
    #[arg(long, value_name = "COLUMN|ORDER")]
    pub(crate) answer_order: Option<String>,
    /// Number of features that differ.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) distance: Option<String>,
    /// Names of what differs: a list.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) changed: Option<String>,
    /// What made the counterfactual; a name that is no column holds for all rows.
    #[arg(long, value_name = "COLUMN|NAME")]
    pub(crate) generator: Option<String>,
    /// By which method; a name that is no column holds for all rows.
    #[arg(long, value_name = "COLUMN|NAME")]
    pub(crate) method: Option<String>,
}

impl ColumnArgs {
    /// The flags that were given, by what they are for.
    pub(crate) fn given(&self) -> ImportColumns {
        let flags = [
            (Field::Question, &self.question),
            (Field::Counterfactual, &self.counterfactual),
            (Field::Dataset, &self.dataset),
            (Field::Labels, &self.labels),
            (Field::Cluster, &self.cluster),
            (Field::GroundTruth, &self.ground_truth),
            (Field::CounterfactualGroundTruth, &self.counterfactual_ground_truth),
            (Field::Options, &self.options),
            (Field::CounterfactualOptions, &self.counterfactual_options),
            (Field::Context, &self.context),
            (Field::CounterfactualContext, &self.counterfactual_context),
            (Field::Id, &self.id),
            (Field::CounterfactualId, &self.counterfactual_id),
            (Field::AnswerOrder, &self.answer_order),
            (Field::Distance, &self.distance),
            (Field::Changed, &self.changed),
            (Field::Generator, &self.generator),
            (Field::Method, &self.method),
        ];
        let given = flags.into_iter().filter_map(|(field, name)| Some((field, name.clone()?)));
        given.fold(ImportColumns::default(), |columns, (field, name)| columns.with(field, name))
    }
}

/// A layout, as a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LayoutArg {
    /// The one-file table that `foretell pairs` writes.
    Table,
    /// The wide layout: columns `original_*` and `counterfactual_*`.
    Wide,
    /// BBQ as published.
    Bbq,
    /// One pair a row.
    Pairs,
    /// One question a row.
    Questions,
}

impl From<LayoutArg> for Layout {
    fn from(layout: LayoutArg) -> Self {
        match layout {
            LayoutArg::Table => Self::Table,
            LayoutArg::Wide => Self::Wide,
            LayoutArg::Bbq => Self::Bbq,
            LayoutArg::Pairs => Self::Pairs,
            LayoutArg::Questions => Self::Questions,
        }
    }
}

/// Which items of BBQ become pairs, as a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BbqPairsArg {
    /// Both of the following.
    Both,
    /// The same question, without and with the sentence that settles it.
    Context,
    /// The question and its opposite, in the same context.
    Polarity,
    /// None: every item is a question.
    None,
}

impl From<BbqPairsArg> for BbqPairs {
    fn from(pairs: BbqPairsArg) -> Self {
        match pairs {
            BbqPairsArg::Both => Self::Both,
            BbqPairsArg::Context => Self::Context,
            BbqPairsArg::Polarity => Self::Polarity,
            BbqPairsArg::None => Self::None,
        }
    }
}

/// What a source of pairs may need to be told.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Pairs")]
pub(crate) struct SourceArgs {
    /// Seed of all that is drawn.
    #[arg(long, value_name = "S", default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub(crate) seed: u64,
    /// Labels of questions that bring none.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) labels: Option<Vec<String>>,
    /// Scenarios that `moral_machines` draws.
    #[arg(long, value_name = "N", default_value_t = 15_000)]
    pub(crate) scenarios: u32,
    /// Keep the faults of the published generator of `moral_machines`.
    #[arg(long)]
    pub(crate) published: bool,
    /// A folder of cards that are added, or replace the project's own.
    #[arg(long, value_name = "DIR")]
    pub(crate) cards: Option<PathBuf>,
    /// A folder with the raw files of datasets; the cache folder is looked into after it.
    #[arg(long, value_name = "DIR")]
    pub(crate) raw: Option<PathBuf>,
}

/// Where a set of pairs is written.
#[derive(Debug, Clone, Args)]
pub(crate) struct OutArgs {
    /// Where to write: one table where the name ends in `.parquet`, else a folder with
    /// questions.parquet and pairs.parquet.
    #[arg(long, value_name = "F.parquet|DIR")]
    pub(crate) out: PathBuf,
    /// Replace what is there.
    #[arg(long)]
    pub(crate) force: bool,
    /// Drop the reference prompts that an import brings.
    #[arg(long)]
    pub(crate) reprompt: bool,
}

/// List pairs with their ids.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell pairs list combined_dataset.parquet --dataset income --limit 50
  foretell pairs list moral_machines --format csv --limit 0")]
pub(crate) struct ListArgs {
    /// Where pairs come from, as `--pairs` of `foretell run`.
    #[arg(value_name = "SPEC")]
    pub(crate) spec: String,
    /// Only pairs of this dataset. Can be given several times.
    #[arg(long = "dataset", value_name = "NAME")]
    pub(crate) datasets: Vec<String>,
    /// Most pairs; 0 lists all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
    /// Pairs to leave out before the first.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) skip: usize,
    /// How the list is printed.
    #[arg(long, value_enum, default_value_t = TextFormat::Table)]
    pub(crate) format: TextFormat,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

/// Print one pair whole, with what changed marked: `[-gone-]` and `{+new+}`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  foretell pairs show combined_dataset.parquet 'income/20>5:first'"
)]
pub(crate) struct ShowPairArgs {
    /// Where pairs come from, as `--pairs` of `foretell run`.
    #[arg(value_name = "SPEC")]
    pub(crate) spec: String,
    /// The pair, as `foretell pairs list` names it.
    #[arg(value_name = "PAIR")]
    pub(crate) pair: String,
    /// How the pair is printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

/// Say what is in sets of pairs: sizes, clusters, shared texts, labels, likeness.
///
/// Figures stand side by side: a column a source, then of each source a column a dataset, and a
/// column a generator and method. docs/pairs.md defines each figure.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell pairs stats combined_dataset.parquet
  foretell pairs stats natural.parquet generated.parquet --format csv")]
pub(crate) struct StatsArgs {
    /// Where pairs come from, as `--pairs` of `foretell run`; each is described by itself.
    #[arg(value_name = "SPEC", required = true)]
    pub(crate) specs: Vec<String>,
    /// How the figures are printed.
    #[arg(long, value_enum, default_value_t = TextFormat::Table)]
    pub(crate) format: TextFormat,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

/// Draw pairs: the sample that `foretell run --limit N --seed S` asks about.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  foretell pairs sample combined_dataset.parquet --n 100 --per-dataset --seed 7 --out small.parquet")]
pub(crate) struct SampleArgs {
    /// Where pairs come from, as `--pairs` of `foretell run`.
    #[arg(value_name = "SPEC")]
    pub(crate) spec: String,
    /// Pairs to draw; those of 100 are among those of 1,000.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) n: u64,
    /// Draw so many of each dataset.
    #[arg(long)]
    pub(crate) per_dataset: bool,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

/// Put several sets of pairs into one.
///
/// The same question in two of them is one question. A pair that an earlier set holds under the same
/// ids is left out and counted; equal ids for unequal questions are an error.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  foretell pairs merge natural.parquet generated.parquet --out all.parquet")]
pub(crate) struct MergeArgs {
    /// Where pairs come from, as `--pairs` of `foretell run`.
    #[arg(value_name = "SPEC", required = true)]
    pub(crate) specs: Vec<String>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" | "\t" => Ok(b'\t'),
        text if text.len() == 1 && text.is_ascii() && !text.contains(['"', '\n', '\r']) => {
            Ok(text.as_bytes()[0])
        }
        _ => Err("one character such as `;`, or `tab`".to_owned()),
    }
}
