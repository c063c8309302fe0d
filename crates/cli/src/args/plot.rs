//! The arguments of `foretell plot`.

use super::TextFormat;
use super::selection::SelectionArgs;
use clap::{Args, ValueEnum};
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
    #[arg(long, conflicts_with_all = ["all", "out", "format"])]
    pub(crate) list: bool,
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
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
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
