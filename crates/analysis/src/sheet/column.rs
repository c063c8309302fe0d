//! Columns and cells.

use crate::group::GroupKey;
use std::borrow::Cow;
use std::fmt::Display;
use std::sync::Arc;

/// What the cells of a column are, which decides how people see them; machines get full precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number of things.
    Count,
    /// True or false.
    Truth,
    /// A fraction in `[0, 1]`, three decimals.
    Fraction,
    /// A fraction that may be negative, such as an NSG: two decimals.
    Signed,
    /// A difference of fractions: three decimals, always with its sign.
    Difference,
    /// A ratio around 1: two decimals.
    Ratio,
    /// Any other number, three significant digits.
    Number,
    /// A p value: three decimals, `< 0.001` below.
    PValue,
    /// Counts by keys, such as `arm`, `predictor`, `outcome`; machine formats only.
    Breakdown(&'static [&'static str]),
}

/// When people see a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// Always.
    Always,
    /// Where the terminal is wide enough.
    Wide,
    /// Never by itself: machine formats only, or as part of another column.
    Never,
}

/// A column of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the machine formats.
    pub name: Cow<'static, str>,
    /// Its heading in tables for people.
    pub heading: Cow<'static, str>,
    /// What its cells are.
    pub kind: Kind,
    /// When people see it.
    pub shown: Shown,
    /// Whether `NAME_low` and `NAME_high` are its limits, shown behind it: `0.31 [0.28, 0.34]`.
    pub has_limits: bool,
    /// What it holds, with its unit, in a line.
    pub says: Cow<'static, str>,
}

impl Column {
    /// A column of any kind, headed by its name.
    #[must_use]
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        kind: Kind,
        says: impl Into<Cow<'static, str>>,
    ) -> Self {
        let name = name.into();
        let heading = name.replace('_', " ").into();
        let shown = match kind {
            Kind::Breakdown(_) => Shown::Never,
            _ => Shown::Always,
        };
        Self { name, heading, kind, shown, has_limits: false, says: says.into() }
    }

    /// A column of texts.
    #[must_use]
    pub fn text(name: &'static str, says: &'static str) -> Self {
        Self::new(name, Kind::Text, says)
    }

    /// A column of counts.
    #[must_use]
    pub fn count(name: &'static str, says: &'static str) -> Self {
        Self::new(name, Kind::Count, says)
    }

    /// A column of fractions.
    #[must_use]
    pub fn fraction(name: &'static str, says: &'static str) -> Self {
        Self::new(name, Kind::Fraction, says)
    }

    /// The four columns of an estimate: `NAME`, `NAME_se`, `NAME_low`, `NAME_high`. People see the
    /// first, with the limits behind it. Their cells are those of [`super::Estimate::cells`].
    #[must_use]
    pub fn estimate(name: &'static str, kind: Kind, says: &'static str) -> [Self; 4] {
        let part = |suffix: &str, says: &'static str| {
            Self::new(format!("{name}_{suffix}"), kind, says).hidden()
        };
        [
            Self { has_limits: true, ..Self::new(name, kind, says) },
            part("se", "its standard error"),
            part("low", "lower limit of its interval"),
            part("high", "upper limit of its interval"),
        ]
    }

    /// The three columns of a figure that has limits and no standard error: `NAME`, `NAME_low`,
    /// `NAME_high`. Their cells are those of [`super::Estimate::limits`].
    #[must_use]
    pub fn limits(name: &'static str, kind: Kind, says: &'static str) -> [Self; 3] {
        let [figure, _, low, high] = Self::estimate(name, kind, says);
        [figure, low, high]
    }

    /// The columns of groups.
    #[must_use]
    pub fn groups(by: &[GroupKey]) -> Vec<Self> {
        by.iter().map(|key| Self::text(key.as_str(), key.says())).collect()
    }

    /// Another heading.
    #[must_use]
    pub fn headed(self, heading: impl Into<Cow<'static, str>>) -> Self {
        Self { heading: heading.into(), ..self }
    }

    /// Shown only where the terminal is wide enough.
    #[must_use]
    pub fn wide(self) -> Self {
        Self { shown: Shown::Wide, ..self }
    }

    /// In the machine formats only.
    #[must_use]
    pub fn hidden(self) -> Self {
        Self { shown: Shown::Never, ..self }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text.
    Text(Arc<str>),
    /// A whole number.
    Count(u64),
    /// A finite number.
    Number(f64),
    /// True or false.
    Truth(bool),
    /// Counts by the values of the column's keys.
    Breakdown(Vec<(Vec<Arc<str>>, u64)>),
    /// A figure that does not exist, with the reason.
    Undefined(Arc<str>),
    /// Nothing belongs here.
    Empty,
}

impl Cell {
    /// A figure that does not exist.
    #[must_use]
    pub fn undefined(reason: impl Display) -> Self {
        Self::Undefined(reason.to_string().into())
    }

    /// A figure, or the reason why there is none. What is not finite has no place in a cell and is
    /// undefined.
    #[must_use]
    pub fn figure<E: Display>(figure: Result<f64, E>) -> Self {
        match figure {
            Ok(value) => value.into(),
            Err(reason) => Self::undefined(reason),
        }
    }

    /// The number, where it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Count(count) => Some(*count as f64),
            _ => None,
        }
    }

    /// Why there is no figure.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Undefined(reason) => Some(reason),
            _ => None,
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<&Arc<str>> for Cell {
    fn from(text: &Arc<str>) -> Self {
        Self::Text(Arc::clone(text))
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<usize> for Cell {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

impl From<bool> for Cell {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        match number.is_finite() {
            true => Self::Number(number),
            false => Self::undefined("the figure is too large to be a number"),
        }
    }
}

impl<E: Display> From<Result<f64, E>> for Cell {
    fn from(figure: Result<f64, E>) -> Self {
        Self::figure(figure)
    }
}

/// What is not there is empty, without a reason.
impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}
