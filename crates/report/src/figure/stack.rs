//! Parts of a whole, a bar a row.

use super::axis::{Axis, range};
use super::kind::{Along, Series, Stack};
use super::lines::{FOOT, GAP, LINE, Legend, draw_names, height, lines, name_room, series_names};
use super::marks::marks;
use crate::canvas::{Canvas, Side, wide};
use crate::sheet::plain;
use crate::theme::Ink;
use foretell_analysis::Sheet;

pub(super) fn draw(data: &Sheet, stack: &Stack, width: f64) -> Canvas {
    let lines = lines(data, stack.name, stack.block, stack.parts);
    let names = series_names(data, stack.parts);
    let left = name_room(lines.iter().map(|line| line.name.clone()), width) + GAP;
    let counts = counts(data, stack);
    let beside = counts.iter().map(|text| wide(text)).fold(0.0, f64::max);
    let beside = if beside > 0.0 && width - left - beside > 120.0 { beside + GAP } else { 0.0 };
    let right = width - beside - super::forest::EDGE;
    let legend = Legend::new(&names, 0.0, width);
    let top = legend.height + 4.0;
    let bottom = top + height(&lines, LINE);
    let mut canvas = Canvas::new(width, bottom + FOOT);
    let sums = lines.iter().map(|line| {
        line.values.iter().flatten().filter_map(|value| value.value).map(|v| v.max(0.0)).sum()
    });
    let inside: &[f64] = if stack.whole { &[0.0, 1.0] } else { &[0.0] };
    let along = Along::share(stack.title, inside);
    let (low, high) = range(sums, inside);
    let most = (((right - left) / 34.0) as usize).clamp(2, 8);
    let axis = Axis::new(along.scale, (low, high.min(1.0)), (left, right), most);
    legend.draw(&mut canvas, 0.0, false);
    super::forest::draw_axis(&mut canvas, &axis, &along, (top, bottom));
    let middles = draw_names(&mut canvas, &lines, (top, left - GAP), LINE);
    let marks = marks(&names);
    for (line, y) in lines.iter().zip(middles) {
        let mut sum = 0.0;
        for (value, mark) in line.values.iter().zip(&marks) {
            // A part of less than nothing has no place in a bar; the data has it.
            let Some(part) = value.and_then(|value| value.value).filter(|part| *part > 0.0) else {
                continue;
            };
            let (from, to) = (axis.place(sum), axis.place(sum + part));
            canvas.bar((from, y - 4.2), (to, y + 4.2), Ink::Series(*mark));
            // Bars that touch are told apart on paper, too.
            canvas.line(&[(to, y - 4.2), (to, y + 4.2)], Ink::Page, 0.7);
            sum += part;
        }
        let undefined = line.values.iter().flatten().find(|value| value.value.is_none());
        if let Some(value) = undefined.filter(|_| sum == 0.0) {
            let text = value.reason(data, right - left - 6.0);
            canvas.bar((left + 1.0, y - 4.0), (left + wide(&text) + 4.0, y + 4.0), Ink::Page);
            canvas.text((left + 3.0, y), &text, Ink::Quiet, Side::Right);
        }
        if beside > 0.0 {
            canvas.text((width, y), &counts[line.row], Ink::Quiet, Side::Left);
        }
    }
    canvas
}

/// What each row rests on, where rows are lines.
fn counts(data: &Sheet, stack: &Stack) -> Vec<String> {
    let column = data.column(stack.count).filter(|_| !matches!(stack.parts, Series::Rows(..)));
    let text = |row: &Vec<foretell_analysis::Cell>| {
        column.map(|at| plain(&row[at], data.columns[at].kind)).unwrap_or_default()
    };
    data.rows.iter().map(text).collect()
}
