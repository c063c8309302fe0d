//! The same lines in several plots side by side.

use super::forest::{EDGE, axis, draw_value};
use super::kind::Panels;
use super::lines::{FOOT, GAP, HEAD, LINE, Value, name_room, named};
use crate::canvas::{Canvas, Side, fitted, wide};
use crate::theme::Ink;
use foretell_analysis::Sheet;

/// Least space between two plots.
const BETWEEN: f64 = 20.0;

/// Space between the names of the last tick of a plot and of the first of the next.
const APART: f64 = 5.0;

/// Least width of a plot.
const PLOT: f64 = 58.0;

pub(super) fn draw(data: &Sheet, panels: &Panels, width: f64) -> Canvas {
    let mut names: Vec<String> = Vec::new();
    let mut plots: Vec<String> = Vec::new();
    let mut cells: Vec<(usize, usize, Value)> = Vec::new();
    let place = |list: &mut Vec<String>, text: String| match list.iter().position(|t| *t == text) {
        Some(at) => at,
        None => {
            list.push(text);
            list.len() - 1
        }
    };
    for row in 0..data.rows.len() {
        let line = place(&mut names, named(data, row, panels.name));
        let plot = place(&mut plots, named(data, row, &[panels.panel]));
        cells.extend(Value::of(data, row, panels.value).map(|value| (line, plot, value)));
    }
    let left = name_room(names.iter().cloned(), width) + GAP;
    let most = (((width - left) / (PLOT + BETWEEN)) as usize).max(1);
    let rows = plots.len().div_ceil(most).max(1);
    let across = plots.len().div_ceil(rows).max(1);
    let values = || cells.iter().map(|(_, _, value)| *value);
    let room = |between: f64| (width - left + between - EDGE) / across as f64 - between;
    // Half the names of ticks stand beyond both ends of a plot.
    let ticks = axis(values(), &panels.along, (0.0, room(BETWEEN)));
    let widest = ticks.ticks().map(|(_, name)| wide(&name)).fold(0.0, f64::max);
    let between = BETWEEN.max(widest + APART);
    let each = room(between);
    let tall = HEAD + names.len() as f64 * LINE + 14.0;
    let mut canvas = Canvas::new(width, rows as f64 * tall + FOOT - 12.0);
    for (at, plot) in plots.iter().enumerate() {
        let (row, column) = (at / across, at % across);
        let from = left + column as f64 * (each + between);
        let to = from + each;
        let top = row as f64 * tall + HEAD;
        let bottom = top + names.len() as f64 * LINE;
        let axis = axis(values(), &panels.along, (from, to));
        for (x, name) in axis.ticks().collect::<Vec<_>>() {
            canvas.line(&[(x, top), (x, bottom)], Ink::Faint, 0.5);
            canvas.text((x, bottom + 6.5), &name, Ink::Quiet, Side::Middle);
        }
        if let Some(neutral) = panels.along.neutral {
            let x = axis.place(neutral);
            canvas.line(&[(x, top), (x, bottom)], Ink::Plain, 0.6);
        }
        canvas.text((from, top - HEAD / 2.0), &fitted(plot, each), Ink::Plain, Side::Right);
        for (line, name) in names.iter().enumerate().filter(|_| column == 0) {
            let y = top + (line as f64 + 0.5) * LINE;
            canvas.text((left - GAP, y), &fitted(name, left - GAP), Ink::Plain, Side::Left);
        }
        for (line, _, value) in cells.iter().filter(|(_, own, _)| *own == at) {
            let y = top + (*line as f64 + 0.5) * LINE;
            draw_value(&mut canvas, data, &axis, *value, (y, 1, 0));
        }
    }
    let bottom = rows as f64 * tall + 4.0;
    super::forest::title(&mut canvas, panels.along.title, (left, width), bottom);
    canvas
}
