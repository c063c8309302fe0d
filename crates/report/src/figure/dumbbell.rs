//! From one value to another, a line a row.

use super::forest::{EDGE, axis, draw_axis};
use super::kind::{Dumbbell, Series};
use super::lines::{FOOT, GAP, HEAD, LINE, Legend, Value, draw_names, height, lines, name_room};
use super::marks::marks;
use crate::canvas::{Canvas, Dot, Side, wide};
use crate::sheet::plain;
use crate::theme::Ink;
use foretell_analysis::Sheet;

/// Least width of a plot that is worth having a column beside it.
const PLOT: f64 = 96.0;

pub(super) fn draw(data: &Sheet, dumbbell: &Dumbbell, width: f64) -> Canvas {
    let lines = lines(data, dumbbell.name, dumbbell.block, Series::One(dumbbell.to.0));
    let left = name_room(lines.iter().map(|line| line.name.clone()), width) + GAP;
    let texts: Vec<String> = lines.iter().map(|line| spoken(data, dumbbell, line.row)).collect();
    let column = texts.iter().map(|text| wide(text)).fold(0.0, f64::max) + GAP;
    let beside = if width - left - column > PLOT { column } else { 0.0 };
    let right = width - beside - EDGE;
    let names = [dumbbell.to, dumbbell.from].map(|(column, name)| match name {
        "" => {
            data.column(column).map_or(column.to_owned(), |at| data.columns[at].heading.to_string())
        }
        name => name.to_owned(),
    });
    let marks = marks(&names);
    let (to_mark, from_mark) = (marks[0], marks[1]);
    let legend = Legend::new(&names, 0.0, width);
    let top = legend.height + 4.0;
    let bottom = top + height(&lines, LINE);
    let mut canvas = Canvas::new(width, bottom + FOOT);
    let ends = [dumbbell.from.0, dumbbell.to.0];
    let values = |row: usize| ends.map(|column| Value::of(data, row, column));
    let all: Vec<Value> = lines.iter().flat_map(|line| values(line.row)).flatten().collect();
    let bare = all.iter().map(|value| Value { limits: None, ..*value });
    let axis = axis(bare, &dumbbell.along, (left, right));
    legend.draw(&mut canvas, 0.0, true);
    draw_axis(&mut canvas, &axis, &dumbbell.along, (top, bottom));
    if beside > 0.0 && legend.height > 0.0 {
        canvas.text((width, HEAD / 2.0), "from → to", Ink::Quiet, Side::Left);
    }
    let middles = draw_names(&mut canvas, &lines, (top, left - GAP), LINE);
    for ((line, y), text) in lines.iter().zip(middles).zip(&texts) {
        if beside > 0.0 {
            canvas.text((width, y), text, Ink::Plain, Side::Left);
        }
        let [from, to] = values(line.row);
        let (Some(from), Some(to)) = (from, to) else { continue };
        match (from.value, to.value) {
            (Some(low), Some(high)) => {
                let (low, high) = (axis.place(low), axis.place(high));
                canvas.line(&[(low, y), (high, y)], Ink::Quiet, 1.0);
                canvas.dot((low, y), Dot::of(from_mark), Ink::Series(from_mark));
                canvas.dot((high, y), Dot::of(to_mark), Ink::Series(to_mark));
            }
            (known, _) => {
                let lacks = if known.is_none() { from } else { to };
                let text = lacks.reason(data, right - left - 6.0);
                canvas.bar((left + 1.0, y - 4.0), (left + wide(&text) + 4.0, y + 4.0), Ink::Page);
                canvas.text((left + 3.0, y), &text, Ink::Quiet, Side::Right);
            }
        }
    }
    canvas
}

fn spoken(data: &Sheet, dumbbell: &Dumbbell, row: usize) -> String {
    let text = |column: &str| {
        let at = data.column(column)?;
        Some(plain(&data.rows[row][at], data.columns[at].kind))
    };
    let texts = [dumbbell.from.0, dumbbell.to.0].map(|column| text(column).unwrap_or_default());
    texts.join(" → ")
}
