//! Lines of a figure: what is named on the left, with the values that stand beside it.

use super::kind::Series;
use super::marks::{in_order, marks};
use crate::canvas::{Canvas, Dot, Side, fitted, wide};
use crate::number;
use crate::sheet::plain;
use crate::theme::Ink;
use foretell_analysis::Sheet;

/// Height of a line.
pub(super) const LINE: f64 = 12.0;

/// Space between two things that stand side by side.
pub(super) const GAP: f64 = 7.0;

/// Height of a row of a legend, and of what stands over a plot.
pub(super) const HEAD: f64 = 13.0;

/// Space under a plot: names of ticks, and the title of the axis.
pub(super) const FOOT: f64 = 25.0;

/// Most that names take of the width.
const NAMES: f64 = 0.34;

/// One value with its limits, all of them cells of the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Value {
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) value: Option<f64>,
    /// Limits, where both are known.
    pub(super) limits: Option<(f64, f64)>,
}

impl Value {
    pub(super) fn of(data: &Sheet, row: usize, column: &str) -> Option<Self> {
        let at = data.column(column)?;
        let limit = |suffix: &str| data.number(row, &format!("{column}_{suffix}"));
        let limits = limit("low").zip(limit("high"));
        Some(Self { row, column: at, value: data.rows[row][at].number(), limits })
    }

    /// Why there is no value, as far as there is room: half a reason would tell nothing, and the
    /// caption has it whole.
    pub(super) fn reason(self, data: &Sheet, room: f64) -> String {
        let reason = data.rows[self.row][self.column].reason();
        let whole = reason.map(|why| format!("{}: {}", number::UNDEFINED, number::one_line(why)));
        whole.filter(|whole| wide(whole) <= room).unwrap_or_else(|| number::UNDEFINED.to_owned())
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// What a block of lines is about, on its first line.
    pub(super) block: Option<String>,
    pub(super) name: String,
    /// The row that says how much the line rests on.
    pub(super) row: usize,
    /// One value a series; none where the data has no row of it.
    pub(super) values: Vec<Option<Value>>,
}

/// Columns whose texts are words of this program and not names of the study.
const WORDS: [&str; 3] = ["baseline", "outcome", "comparison"];

/// The texts of some columns of a row.
pub(super) fn named(data: &Sheet, row: usize, columns: &[&str]) -> String {
    let texts = columns.iter().filter_map(|column| Some((column, data.column(column)?)));
    let texts = texts.map(|(column, at)| {
        let text = plain(&data.rows[row][at], data.columns[at].kind);
        if WORDS.contains(column) { text.replace('_', " ") } else { text }
    });
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The names of the series of some data: arms in their order, all else as it first appears.
pub(super) fn series_names(data: &Sheet, series: Series) -> Vec<String> {
    match series {
        Series::One(_) => vec![String::new()],
        Series::Columns(columns) => columns.iter().map(|(_, name)| (*name).to_owned()).collect(),
        Series::Rows(_, column) => {
            let mut names: Vec<String> = Vec::new();
            for row in 0..data.rows.len() {
                let name = named(data, row, &[column]);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            in_order(&mut names);
            names
        }
    }
}

/// The lines of some data, in its order.
pub(super) fn lines(data: &Sheet, name: &[&str], block: Option<&str>, series: Series) -> Vec<Line> {
    let names = series_names(data, series);
    let mut found: Vec<(String, Line)> = Vec::new();
    for row in 0..data.rows.len() {
        let of_block = block.map(|block| named(data, row, &[block])).unwrap_or_default();
        let name = named(data, row, name);
        let values: Vec<Option<Value>> = match series {
            Series::Rows(value, column) => {
                let own = named(data, row, &[column]);
                let of = |name: &String| Value::of(data, row, value).filter(|_| *name == own);
                names.iter().map(of).collect()
            }
            _ => series.values().iter().map(|value| Value::of(data, row, value)).collect(),
        };
        let same = |(other, line): &&mut (String, Line)| *other == of_block && line.name == name;
        match found.iter_mut().find(same).filter(|_| matches!(series, Series::Rows(..))) {
            Some((_, line)) => {
                for (place, value) in line.values.iter_mut().zip(values) {
                    *place = place.or(value);
                }
            }
            None => found.push((of_block, Line { block: None, name, row, values })),
        }
    }
    headed(found)
}

/// Says the block on its first line; one block alone says nothing.
fn headed(found: Vec<(String, Line)>) -> Vec<Line> {
    let several = found.iter().any(|(block, _)| *block != found[0].0);
    let mut last: Option<String> = None;
    let head = |(block, line): (String, Line)| {
        let is_first = several && last.as_ref() != Some(&block);
        let head = is_first.then(|| block.clone());
        last = Some(block);
        Line { block: head, ..line }
    };
    found.into_iter().map(head).collect()
}

/// Room for the names of lines on the left.
pub(super) fn name_room(names: impl Iterator<Item = String>, width: f64) -> f64 {
    names.map(|name| wide(&name)).fold(0.0, f64::max).min(width * NAMES) + 1.0
}

/// Height of all lines with the heads of their blocks.
pub(super) fn height(lines: &[Line], line: f64) -> f64 {
    let heads = lines.iter().filter(|line| line.block.is_some()).count();
    lines.len() as f64 * line + heads as f64 * LINE
}

/// Draws what names the lines, right up to `right`, and gives the middle of each.
pub(super) fn draw_names(
    canvas: &mut Canvas,
    lines: &[Line],
    (top, right): (f64, f64),
    line_height: f64,
) -> Vec<f64> {
    let mut y = top;
    let mut middles = Vec::with_capacity(lines.len());
    for line in lines {
        if let Some(block) = &line.block {
            let text = fitted(block, canvas.size.0 * 0.6);
            // A long one reaches over the plot, whose lines must not run through it.
            canvas.bar((0.0, y + 1.0), (wide(&text) + 3.0, y + LINE), Ink::Page);
            canvas.text((0.0, y + LINE * 0.6), &text, Ink::Quiet, Side::Right);
            y += LINE;
        }
        let middle = y + line_height / 2.0;
        canvas.text((right, middle), &fitted(&line.name, right), Ink::Plain, Side::Left);
        middles.push(middle);
        y += line_height;
    }
    middles
}

/// Rows that a legend takes, and what draws it. A series without a name needs none.
pub(super) struct Legend {
    items: Vec<(f64, usize, String, usize)>,
    pub(super) height: f64,
}

impl Legend {
    pub(super) fn new(names: &[String], left: f64, width: f64) -> Self {
        if names.iter().all(String::is_empty) {
            return Self { items: Vec::new(), height: 0.0 };
        }
        let (mut x, mut row) = (left, 0);
        let mut items = Vec::new();
        for (mark, name) in marks(names).into_iter().zip(names) {
            let name = fitted(name, width - left - 12.0);
            let room = wide(&name) + 9.0;
            if x > left && x + room > width - 2.0 {
                (x, row) = (left, row + 1);
            }
            items.push((x, row, name, mark));
            x += room + GAP * 1.5;
        }
        Self { items, height: HEAD * (row + 1) as f64 }
    }

    /// Draws it with the dots of the series, or with squares of their colours.
    pub(super) fn draw(&self, canvas: &mut Canvas, top: f64, dots: bool) {
        for (x, row, name, mark) in &self.items {
            let y = top + HEAD * (*row as f64 + 0.5);
            let dot = if dots { Dot::of(*mark) } else { Dot::Square };
            canvas.dot((x + 3.0, y), dot, Ink::Series(*mark));
            canvas.text((x + 9.0, y), name, Ink::Plain, Side::Right);
        }
    }
}
