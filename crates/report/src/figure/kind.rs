//! What a figure is: which columns of which sheet it draws, and by which marks.

use foretell_analysis::GroupKey;

/// A kind of figure: a specification over the sheet of one analysis.
#[derive(Debug, Clone, Copy)]
pub struct FigureKind {
    /// Its name on the command line and of its files.
    pub name: &'static str,
    /// Title.
    pub title: &'static str,
    /// What it shows and how it is read, for the caption.
    pub says: &'static str,
    /// Where its figures come from.
    pub source: Source,
    /// How they are drawn.
    pub(crate) mark: Mark,
}

/// Where the figures of a kind come from.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The analysis.
    pub analysis: &'static str,
    /// Which of its sheets.
    pub sheet: &'static str,
    /// What it groups by; `None` leaves that to the analysis.
    pub by: Option<&'static [GroupKey]>,
    /// Whether the same figures for consistent guesses stand beside them, in columns that end in
    /// `_consistent`.
    pub consistent: bool,
    /// Only rows with one of these values in this column.
    pub only: Option<(&'static str, &'static [&'static str])>,
    /// Columns whose values become rows: in column `value`, with what each is called in `part`.
    pub melted: Option<&'static [(&'static str, &'static str)]>,
    /// Ranks by a value within those that share another column, in a column `rank`.
    pub ranked: Option<(&'static str, &'static str)>,
    /// Of the lines of one kind, where they are many, only the lowest and the highest: the column of
    /// kinds, the one that names lines, and the values.
    pub outer: Option<[&'static str; 3]>,
    /// A column and a value that one row at least has to have.
    pub having: Option<(&'static str, &'static str)>,
    /// The order of the values of a column that is neither that of the alphabet nor of the sheet.
    pub sequence: Option<(&'static str, &'static [&'static str])>,
    /// The least number of rows that are worth drawing.
    pub least: usize,
    /// Whether it is about guesses; answers of references alone depend on no predictor and no arm.
    pub is_guessed: bool,
}

impl FigureKind {
    /// The columns that it draws, texts first; limits of intervals not among them.
    #[must_use]
    pub fn columns(&self) -> Vec<&'static str> {
        let mut columns = self.mark.texts();
        columns.extend(self.mark.values());
        let mut seen = std::collections::BTreeSet::new();
        columns.retain(|column| seen.insert(*column));
        columns
    }
}

impl Source {
    /// A sheet as its analysis gives it unasked.
    pub(crate) const fn of(analysis: &'static str, sheet: &'static str) -> Self {
        Self {
            analysis,
            sheet,
            by: None,
            consistent: false,
            only: None,
            melted: None,
            ranked: None,
            outer: None,
            having: None,
            sequence: None,
            least: 1,
            is_guessed: true,
        }
    }

    pub(crate) const fn by(self, keys: &'static [GroupKey]) -> Self {
        Self { by: Some(keys), ..self }
    }

    pub(crate) const fn only(self, column: &'static str, values: &'static [&'static str]) -> Self {
        Self { only: Some((column, values)), ..self }
    }

    pub(crate) const fn melted(self, columns: &'static [(&'static str, &'static str)]) -> Self {
        Self { melted: Some(columns), ..self }
    }

    pub(crate) const fn ranked(self, by: &'static str, within: &'static str) -> Self {
        Self { ranked: Some((by, within)), ..self }
    }

    pub(crate) const fn outer(self, columns: [&'static str; 3]) -> Self {
        Self { outer: Some(columns), ..self }
    }

    pub(crate) const fn having(self, column: &'static str, value: &'static str) -> Self {
        Self { having: Some((column, value)), ..self }
    }

    pub(crate) const fn in_order(
        self,
        column: &'static str,
        values: &'static [&'static str],
    ) -> Self {
        Self { sequence: Some((column, values)), ..self }
    }

    pub(crate) const fn least(self, rows: usize) -> Self {
        Self { least: rows, ..self }
    }

    pub(crate) const fn of_answers(self) -> Self {
        Self { is_guessed: false, ..self }
    }

    pub(crate) const fn with_consistent(self) -> Self {
        Self { consistent: true, ..self }
    }
}

/// How values are spread along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    Linear,
    Log,
}

/// What an axis is called, and how values are spread along it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Along {
    /// Name, with the unit.
    pub(crate) title: &'static str,
    pub(crate) scale: Scale,
    /// Values that are on the axis whatever the data, such as that of no effect.
    pub(crate) inside: &'static [f64],
    /// The value of no effect, which has a line.
    pub(crate) neutral: Option<f64>,
    /// Values that an outlying limit may not stretch the axis beyond.
    pub(crate) room: f64,
    /// The least and the greatest value that there can be.
    pub(crate) bounds: (f64, f64),
}

impl Along {
    /// A linear axis.
    pub(crate) const fn linear(title: &'static str, inside: &'static [f64]) -> Self {
        let bounds = (f64::NEG_INFINITY, f64::INFINITY);
        Self { title, scale: Scale::Linear, inside, neutral: None, room: f64::INFINITY, bounds }
    }

    /// A linear axis of shares.
    pub(crate) const fn share(title: &'static str, inside: &'static [f64]) -> Self {
        Self { bounds: (0.0, 1.0), ..Self::linear(title, inside) }
    }

    /// A linear axis of effects around 0.
    pub(crate) const fn effect(title: &'static str) -> Self {
        Self { neutral: Some(0.0), room: 0.5, ..Self::linear(title, &[0.0]) }
    }

    /// A logarithmic axis.
    pub(crate) const fn log(title: &'static str) -> Self {
        Self { scale: Scale::Log, ..Self::linear(title, &[]) }
    }

    /// A logarithmic axis of ratios around 1.
    pub(crate) const fn ratio(title: &'static str) -> Self {
        Self { inside: &[1.0], neutral: Some(1.0), room: 3.0, ..Self::log(title) }
    }
}

/// What is told apart within a line or a plot.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Series {
    /// One value, in this column.
    One(&'static str),
    /// Several columns, each with what it is called.
    Columns(&'static [(&'static str, &'static str)]),
    /// One value a row, and the rows told apart by another column: value, then that column.
    Rows(&'static str, &'static str),
}

impl Series {
    /// The columns that hold values.
    pub(crate) fn values(self) -> Vec<&'static str> {
        match self {
            Self::One(value) | Self::Rows(value, _) => vec![value],
            Self::Columns(columns) => columns.iter().map(|(name, _)| *name).collect(),
        }
    }
}

/// In which order lines stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// As the sheet has them.
    Sheet,
    /// The largest value first.
    Value,
}

/// How rows become marks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mark {
    /// A line a row: values with their intervals.
    Forest(Forest),
    /// The same lines in several plots side by side.
    Panels(Panels),
    /// From one value to another, a line a row.
    Dumbbell(Dumbbell),
    /// A table of shaded cells.
    Heat(Heat),
    /// A dot a row.
    Scatter(Scatter),
    /// Parts of a whole, a bar a row.
    Stack(Stack),
    /// Values along a number, joined by lines.
    Curve(Curve),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Forest {
    /// The columns that name a line.
    pub(crate) name: &'static [&'static str],
    /// The column whose values are blocks of lines.
    pub(crate) block: Option<&'static str>,
    pub(crate) series: Series,
    pub(crate) along: Along,
    /// What the two sides of the line of no effect mean.
    pub(crate) sides: Option<[&'static str; 2]>,
    /// The column that says how much a line rests on.
    pub(crate) count: &'static str,
    pub(crate) order: Order,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Panels {
    pub(crate) name: &'static [&'static str],
    /// The column whose values are plots.
    pub(crate) panel: &'static str,
    pub(crate) value: &'static str,
    pub(crate) along: Along,
    pub(crate) count: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Dumbbell {
    pub(crate) name: &'static [&'static str],
    pub(crate) block: Option<&'static str>,
    /// Column, and what it is called; empty takes the heading of the column.
    pub(crate) from: (&'static str, &'static str),
    pub(crate) to: (&'static str, &'static str),
    pub(crate) along: Along,
    pub(crate) count: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Heat {
    /// The columns that name a line.
    pub(crate) down: &'static str,
    pub(crate) across: &'static str,
    pub(crate) value: &'static str,
    /// The values that the lightest and the darkest cell stand for; `None` takes those of the data.
    pub(crate) between: Option<(f64, f64)>,
    /// Whether each pair of names stands for both its orders.
    pub(crate) symmetric: bool,
    pub(crate) count: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Scatter {
    pub(crate) name: &'static [&'static str],
    /// The column that colours and shapes tell apart.
    pub(crate) series: Option<&'static str>,
    pub(crate) x: (&'static str, Along),
    pub(crate) y: (&'static str, Along),
    /// Whether a line joins equal values.
    pub(crate) diagonal: bool,
    /// Whether a line joins the dots of a series.
    pub(crate) joined: bool,
    pub(crate) count: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Stack {
    pub(crate) name: &'static [&'static str],
    pub(crate) block: Option<&'static str>,
    pub(crate) parts: Series,
    pub(crate) title: &'static str,
    /// Whether bars are as long as a whole of 1.
    pub(crate) whole: bool,
    pub(crate) count: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Curve {
    pub(crate) series: &'static [&'static str],
    /// The columns that tell lines of one series apart.
    pub(crate) line: &'static [&'static str],
    pub(crate) x: (&'static str, Along),
    pub(crate) y: (&'static str, Along),
    pub(crate) diagonal: bool,
    pub(crate) count: &'static str,
}

impl Mark {
    /// Columns of texts, those that a figure is nothing without.
    pub(crate) fn texts(&self) -> Vec<&'static str> {
        let mut texts: Vec<&'static str> = Vec::new();
        match self {
            Self::Forest(forest) => {
                texts.extend(forest.block);
                texts.extend(forest.name);
                if let Series::Rows(_, column) = forest.series {
                    texts.push(column);
                }
            }
            Self::Panels(panels) => {
                texts.extend(panels.name);
                texts.push(panels.panel);
            }
            Self::Dumbbell(dumbbell) => {
                texts.extend(dumbbell.block);
                texts.extend(dumbbell.name);
            }
            Self::Heat(heat) => texts.extend([heat.down, heat.across]),
            Self::Scatter(scatter) => {
                texts.extend(scatter.series);
                texts.extend(scatter.name);
            }
            Self::Stack(stack) => {
                texts.extend(stack.block);
                texts.extend(stack.name);
                if let Series::Rows(_, column) = stack.parts {
                    texts.push(column);
                }
            }
            Self::Curve(curve) => {
                texts.extend(curve.series);
                texts.extend(curve.line);
            }
        }
        texts
    }

    /// Columns of values.
    pub(crate) fn values(&self) -> Vec<&'static str> {
        match self {
            Self::Forest(forest) => forest.series.values(),
            Self::Panels(panels) => vec![panels.value],
            Self::Dumbbell(dumbbell) => vec![dumbbell.from.0, dumbbell.to.0],
            Self::Heat(heat) => vec![heat.value],
            Self::Scatter(scatter) => vec![scatter.x.0, scatter.y.0],
            Self::Stack(stack) => stack.parts.values(),
            Self::Curve(curve) => vec![curve.x.0, curve.y.0],
        }
    }

    /// The column of what a row rests on.
    pub(crate) fn count(&self) -> &'static str {
        match self {
            Self::Forest(forest) => forest.count,
            Self::Panels(panels) => panels.count,
            Self::Dumbbell(dumbbell) => dumbbell.count,
            Self::Heat(heat) => heat.count,
            Self::Scatter(scatter) => scatter.count,
            Self::Stack(stack) => stack.count,
            Self::Curve(curve) => curve.count,
        }
    }
}
