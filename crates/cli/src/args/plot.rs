//! The arguments of `foretell plot`.

use super::TextFormat;
use clap::{Args, ValueEnum};
use foretell_analysis::{ExcludeSelf, Flag, Weights};
use foretell_report::Theme;
use foretell_report::figure::{Form, Width};
use std::path::PathBuf;

/// Draw a figure of a run, or all of them.
///
/// Every figure is a drawing of the cells of one sheet of `foretell analyze`. Without `--out` its data is
/// printed, with the caption; what is undefined is said in its place. Text in PNG and PDF files needs no
/// font on the machine.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell plot --list
  foretell plot runs/demo-1a2b3c4d nsg --out nsg.pdf --theme print --width column
  foretell plot runs/demo-1a2b3c4d accuracy --format csv
  foretell plot runs/demo-1a2b3c4d --all --out figures/ --form svg,png")]
pub(crate) struct PlotArgs {
    /// A run folder [default: the one worked on last], then a kind of figure (`--list` names them).
    #[arg(value_name = "RUN|KIND")]
    pub(crate) what: Vec<PathBuf>,
    /// Draw every figure that the run has, each with its data as CSV, into the folder `--out`.
    #[arg(long, requires = "out")]
    pub(crate) all: bool,
    /// Name the kinds of figures, what they show, and what they are drawn from.
    #[arg(long, exclusive = true)]
    pub(crate) list: bool,
    /// The arm whose gain is measured [default: with].
    #[arg(long, value_name = "ARM", help_heading = "Selection")]
    pub(crate) arm: Option<String>,
    /// The arm that it is measured against [default: without].
    #[arg(long, value_name = "ARM", help_heading = "Selection")]
    pub(crate) against: Option<String>,
    /// Conditions on columns, such as `dataset=income, distance<=1, predictor in a|b`.
    #[arg(long = "where", value_name = "CONDITIONS", help_heading = "Selection")]
    pub(crate) filter: Option<String>,
    /// Leave out guesses of predictors that are the reference: none, model, family [default: none].
    #[arg(long, value_name = "WHICH", help_heading = "Selection")]
    pub(crate) exclude_self: Option<ExcludeSelf>,
    /// Only pairs whose treated guesses agree: figures are then conditional on the treatment.
    #[arg(long, help_heading = "Selection")]
    pub(crate) consistent_only: bool,
    /// Least answers of a panel [default: all].
    #[arg(long, value_name = "N", help_heading = "Selection")]
    pub(crate) min_answered: Option<u32>,
    /// Least observations of what is reported [default: 200].
    #[arg(long, value_name = "N", help_heading = "Selection")]
    pub(crate) min_n: Option<u64>,
    /// What weighs the same: observation, pair, dataset, predictor [default: observation].
    #[arg(long, value_name = "WHAT", help_heading = "Statistics")]
    pub(crate) weights: Option<Weights>,
    /// Coverage of the intervals [default: 0.95].
    #[arg(long, value_name = "P", value_parser = super::level, help_heading = "Statistics")]
    pub(crate) level: Option<f64>,
    /// Seed of what is drawn by chance [default: 0].
    #[arg(long, value_name = "S", help_heading = "Statistics")]
    pub(crate) seed: Option<u64>,
    /// Print the data instead of drawing it.
    #[arg(long, value_enum, conflicts_with = "all", help_heading = "Output")]
    pub(crate) format: Option<TextFormat>,
    /// Write the picture to a file that ends in .svg, .png or .pdf, or the data to one that ends in .csv or
    /// .json.
    #[arg(long, value_name = "FILE|DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Forms of the pictures in a folder.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "svg",
        requires = "all",
        help_heading = "Output"
    )]
    pub(crate) form: Vec<FormArg>,
    /// What the picture is looked at on.
    #[arg(long, value_enum, default_value_t = ThemeArg::Light, help_heading = "Output")]
    pub(crate) theme: ThemeArg,
    /// How wide the picture is printed.
    #[arg(long, value_enum, default_value_t = WidthArg::Page, help_heading = "Output")]
    pub(crate) width: WidthArg,
    /// Replace files that are there.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub(crate) force: bool,
}

/// The form of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormArg {
    /// SVG; its text is text.
    Svg,
    /// PNG of 300 dots an inch.
    Png,
    /// PDF of one page.
    Pdf,
}

impl From<FormArg> for Form {
    fn from(form: FormArg) -> Self {
        match form {
            FormArg::Svg => Self::Svg,
            FormArg::Png => Self::Png,
            FormArg::Pdf => Self::Pdf,
        }
    }
}

/// What a picture is looked at on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ThemeArg {
    /// A bright screen.
    Light,
    /// A dark screen.
    Dark,
    /// Paper.
    Print,
}

impl From<ThemeArg> for Theme {
    fn from(theme: ThemeArg) -> Self {
        match theme {
            ThemeArg::Light => Self::Light,
            ThemeArg::Dark => Self::Dark,
            ThemeArg::Print => Self::Print,
        }
    }
}

/// How wide a picture is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WidthArg {
    /// A column of a paper: 85 mm.
    Column,
    /// A page: 170 mm.
    Page,
}

impl From<WidthArg> for Width {
    fn from(width: WidthArg) -> Self {
        match width {
            WidthArg::Column => Self::Column,
            WidthArg::Page => Self::Page,
        }
    }
}

impl PlotArgs {
    /// The flags that were given, as analyses know them.
    pub(crate) fn given(&self) -> Vec<Flag> {
        let flags = [
            (Flag::Arm, self.arm.is_some()),
            (Flag::Against, self.against.is_some()),
            (Flag::Where, self.filter.is_some()),
            (Flag::ExcludeSelf, self.exclude_self.is_some()),
            (Flag::ConsistentOnly, self.consistent_only),
            (Flag::MinAnswered, self.min_answered.is_some()),
            (Flag::MinN, self.min_n.is_some()),
            (Flag::Weights, self.weights.is_some()),
            (Flag::Level, self.level.is_some()),
            (Flag::Seed, self.seed.is_some()),
        ];
        flags.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag).collect()
    }
}
