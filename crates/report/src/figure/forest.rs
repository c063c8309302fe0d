//! A line a row: values with their intervals, beside the line of no effect.

use super::axis::{Axis, range};
use super::kind::{Along, Forest, Scale, Series};
use super::lines::{
    FOOT, GAP, HEAD, LINE, Legend, Line, Value, draw_names, height, lines, name_room, series_names,
};
use super::marks::marks;
use crate::canvas::{Canvas, Dot, Side, fitted, wide};
use crate::sheet::{heading, plain, written};
use crate::theme::Ink;
use foretell_analysis::Sheet;

/// Least width of a plot that is worth having columns beside it.
const PLOT: f64 = 96.0;

/// Room for half of the name of the last tick.
pub(super) const EDGE: f64 = 10.0;

/// Height that each of several values of a line takes.
const EACH: f64 = 8.0;

pub(super) fn draw(data: &Sheet, forest: &Forest, width: f64) -> Canvas {
    let lines = lines(data, forest.name, forest.block, forest.series);
    let names = series_names(data, forest.series);
    let left = name_room(lines.iter().map(|line| line.name.clone()), width) + GAP;
    let beside = Beside::new(data, forest, width - left - EDGE);
    let right = width - beside.width() - EDGE;
    let legend = Legend::new(&names, 0.0, width);
    let each = if names.len() > 1 { EACH * names.len() as f64 + 4.0 } else { LINE };
    let top = legend.height + HEAD;
    let bottom = top + height(&lines, each);
    let mut canvas = Canvas::new(width, bottom + FOOT);
    let values = || lines.iter().flat_map(|line| line.values.iter().flatten().copied());
    let axis = axis(values(), &forest.along, (left, right));
    legend.draw(&mut canvas, 0.0, true);
    draw_axis(&mut canvas, &axis, &forest.along, (top, bottom));
    if let (Some(sides), Some(neutral)) = (forest.sides, forest.along.neutral) {
        directions(&mut canvas, sides, axis.place(neutral), (left, right), top - HEAD / 2.0);
    }
    beside.draw_heads(&mut canvas, data, top - HEAD / 2.0);
    let middles = draw_names(&mut canvas, &lines, (top, left - GAP), each);
    let marks = marks(&names);
    for (line, middle) in lines.iter().zip(middles) {
        beside.draw_line(&mut canvas, data, line, middle);
        let many = line.values.len();
        // A reason that all values of a line have is said once.
        if let Some(value) = of_one_reason(data, line) {
            draw_value(&mut canvas, data, &axis, value, (middle, 1, 0));
            continue;
        }
        for ((series, value), mark) in line.values.iter().enumerate().zip(&marks) {
            let Some(value) = value else { continue };
            let y = middle + (series as f64 - (many as f64 - 1.0) / 2.0) * EACH;
            draw_value(&mut canvas, data, &axis, *value, (y, many, *mark));
        }
    }
    canvas
}

/// A value of a line none of whose values is known, where all of them lack the same.
fn of_one_reason(data: &Sheet, line: &Line) -> Option<Value> {
    let mut values = line.values.iter().flatten();
    let first = *values.next()?;
    let reason = |value: &Value| data.rows[value.row][value.column].reason();
    let same = |value: &Value| value.value.is_none() && reason(value) == reason(&first);
    (same(&first) && values.all(same)).then_some(first)
}

/// An axis on which values have their place. Limits far beyond the values, which few clusters give,
/// run out of the plot instead of pressing the rest together.
pub(super) fn axis(
    values: impl Iterator<Item = Value> + Clone,
    along: &Along,
    ends: (f64, f64),
) -> Axis {
    // A ratio of 0 has no place on a logarithmic axis: it is drawn as an arrow at its end.
    let has_place = |value: &f64| along.scale == Scale::Linear || *value > 0.0;
    let known = values.clone().filter_map(|value| value.value).filter(has_place);
    let (low, high) = range(known, along.inside);
    let (floor, ceiling) = match along.scale {
        Scale::Linear => (low - along.room, high + along.room),
        Scale::Log => (low / along.room, high * along.room),
    };
    let limits = values.filter_map(|value| value.limits).flat_map(|(low, high)| [low, high]);
    let limits = limits.map(|limit| limit.clamp(floor, ceiling));
    let (low, high) = range(limits, &[low, high]);
    // A share has no place beyond 0 and 1, whatever its limits are.
    let (least, greatest) = along.bounds;
    let range = (low.clamp(least, greatest), high.clamp(least, greatest));
    let most = (((ends.1 - ends.0).abs() / 30.0) as usize).clamp(2, 8);
    Axis::new(along.scale, range, ends, most)
}

/// Grid, ticks and title of an axis that lies under a plot.
pub(super) fn draw_axis(
    canvas: &mut Canvas,
    axis: &Axis,
    along: &Along,
    (top, bottom): (f64, f64),
) {
    for (x, name) in axis.ticks().collect::<Vec<_>>() {
        canvas.line(&[(x, top), (x, bottom)], Ink::Faint, 0.5);
        canvas.text((x, bottom + 6.5), &name, Ink::Quiet, Side::Middle);
    }
    if let Some(neutral) = along.neutral {
        let x = axis.place(neutral);
        canvas.line(&[(x, top - 2.0), (x, bottom)], Ink::Plain, 0.6);
    }
    let (left, right) = axis.ends();
    title(canvas, along.title, (left, right), bottom + 17.5);
}

/// The title of an axis under its middle, moved where it would leave the sheet.
pub(super) fn title(canvas: &mut Canvas, text: &str, (left, right): (f64, f64), y: f64) {
    let text = fitted(text, canvas.size.0 - 2.0);
    let half = wide(&text) / 2.0;
    let middle = ((left + right) / 2.0).min(canvas.size.0 - half - 1.0).max(half);
    canvas.text((middle, y), &text, Ink::Plain, Side::Middle);
}

/// What the two sides of the line of no effect mean, where there is room for it.
fn directions(
    canvas: &mut Canvas,
    [below, above]: [&str; 2],
    neutral: f64,
    (left, right): (f64, f64),
    y: f64,
) {
    let above = format!("{above} →");
    if right - neutral - 4.0 > wide(&above) {
        canvas.text((neutral + 4.0, y), &above, Ink::Quiet, Side::Right);
    }
    let below = format!("← {below}");
    if neutral - left - 4.0 > wide(&below) {
        canvas.text((neutral - 4.0, y), &below, Ink::Quiet, Side::Left);
    }
}

/// A value with its interval at height `y`, one of `many` of its line, with the mark of a number.
pub(super) fn draw_value(
    canvas: &mut Canvas,
    data: &Sheet,
    axis: &Axis,
    value: Value,
    (y, many, mark): (f64, usize, usize),
) {
    let ink = Ink::Series(mark);
    let Some(known) = value.value else {
        let (left, right) = axis.ends();
        let text = value.reason(data, right - left - 6.0);
        let ink = if many > 1 { ink } else { Ink::Quiet };
        // Text on grid lines is hard to read.
        canvas.bar((left + 1.0, y - 4.0), (left + wide(&text) + 4.0, y + 4.0), Ink::Page);
        return canvas.text((left + 3.0, y), &text, ink, Side::Right);
    };
    if let Some((low, high)) = value.limits {
        let (from, to) = (axis.place(low), axis.place(high));
        canvas.line(&[(from, y), (to, y)], ink, 1.0);
        // What goes on beyond the axis ends in an arrow, what ends within it in a bar.
        match axis.is_below(low) {
            true => {
                canvas.line(&[(from + 3.0, y - 2.5), (from, y), (from + 3.0, y + 2.5)], ink, 1.0)
            }
            false => canvas.line(&[(from, y - 2.0), (from, y + 2.0)], ink, 1.0),
        }
        match axis.is_above(high) {
            true => canvas.line(&[(to - 3.0, y - 2.5), (to, y), (to - 3.0, y + 2.5)], ink, 1.0),
            false => canvas.line(&[(to, y - 2.0), (to, y + 2.0)], ink, 1.0),
        }
    }
    let x = axis.place(known);
    match axis.is_below(known) {
        true => canvas.area(&[(x - 3.0, y), (x + 2.0, y - 3.0), (x + 2.0, y + 3.0)], ink),
        false => canvas.dot((x, y), Dot::of(mark), ink),
    }
}

/// The columns of figures right of the plot.
struct Beside {
    /// Column, its width, and whether limits stand behind its figures.
    columns: Vec<(usize, f64, bool)>,
}

impl Beside {
    fn new(data: &Sheet, forest: &Forest, room: f64) -> Self {
        let text = |row: usize, at: usize, limits: bool| match limits {
            true => written(data, &data.rows[row], at),
            false => plain(&data.rows[row][at], data.columns[at].kind),
        };
        let column = |name: &str, limits: bool| {
            let at = data.column(name)?;
            let widest = (0..data.rows.len()).map(|row| wide(&text(row, at, limits)));
            let head = wide(&head(data, at, limits));
            Some((at, widest.fold(head, f64::max) + GAP, limits))
        };
        let mut columns = Vec::new();
        if let Series::One(value) = forest.series {
            columns.extend(column(value, true));
            columns.extend(column(forest.count, false));
        }
        // The plot comes first; counts go before estimates do.
        while !columns.is_empty()
            && columns.iter().map(|(_, width, _)| width).sum::<f64>() + PLOT > room
        {
            columns.pop();
        }
        Self { columns }
    }

    fn width(&self) -> f64 {
        self.columns.iter().map(|(_, width, _)| width).sum()
    }

    /// The columns with the place of their right ends.
    fn ends(&self, width: f64) -> Vec<(usize, f64, bool)> {
        let mut right = width;
        let mut ends = Vec::new();
        for (at, column, limits) in self.columns.iter().rev() {
            ends.push((*at, right, *limits));
            right -= column;
        }
        ends
    }

    fn draw_heads(&self, canvas: &mut Canvas, data: &Sheet, y: f64) {
        for (at, right, limits) in self.ends(canvas.size.0) {
            canvas.text((right, y), &head(data, at, limits), Ink::Quiet, Side::Left);
        }
    }

    fn draw_line(&self, canvas: &mut Canvas, data: &Sheet, line: &Line, y: f64) {
        for (at, right, limits) in self.ends(canvas.size.0) {
            let row = &data.rows[line.row];
            let (text, ink) = match limits {
                true => (written(data, row, at), Ink::Plain),
                false => (plain(&row[at], data.columns[at].kind), Ink::Quiet),
            };
            canvas.text((right, y), &text, ink, Side::Left);
        }
    }
}

fn head(data: &Sheet, at: usize, limits: bool) -> String {
    let column = &data.columns[at];
    if limits { heading(data, column) } else { column.heading.to_string() }
}
