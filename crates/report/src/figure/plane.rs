//! Dots and curves in a plane of two axes.

use super::axis::Axis;
use super::forest::{EDGE, axis, draw_axis};
use super::kind::{Along, Curve, Scatter};
use super::lines::{FOOT, GAP, Legend, Value, named};
use super::marks::{in_order, marks};
use crate::canvas::{Canvas, Dot, Side, TEXT, fitted, wide};
use crate::theme::Ink;
use foretell_analysis::Sheet;

/// Height of a plane as a share of its width.
const TALL: f64 = 0.62;

/// Dots that are named one by one at most.
const NAMED: usize = 40;

/// A dot: its place as values, its series with the mark of that, its name.
struct Point {
    x: Value,
    y: Value,
    series: usize,
    mark: usize,
    name: String,
}

impl Point {
    fn at(&self, plane: &Plane) -> Option<(f64, f64)> {
        Some(plane.place(self.x.value?, self.y.value?))
    }
}

struct Plane {
    x: Axis,
    y: Axis,
}

impl Plane {
    fn place(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x.place(x), self.y.place(y))
    }
}

pub(super) fn scatter(data: &Sheet, scatter: &Scatter, width: f64) -> Canvas {
    let (points, names) =
        points(data, scatter.series.as_slice(), scatter.name, [scatter.x.0, scatter.y.0]);
    let along = [&scatter.x.1, &scatter.y.1];
    let (mut canvas, plane) = frame(&points, &names, along, (width, 0.0), scatter.diagonal);
    if scatter.joined {
        joined(&mut canvas, &plane, &points, names.len(), false);
    }
    let mut taken: Vec<[f64; 4]> = Vec::new();
    let known: Vec<(&Point, (f64, f64))> =
        points.iter().filter_map(|point| Some((point, point.at(&plane)?))).collect();
    for (point, at) in &known {
        intervals(&mut canvas, &plane, point, *at);
        taken.push([at.0 - 3.0, at.1 - 3.0, at.0 + 3.0, at.1 + 3.0]);
    }
    for (point, at) in &known {
        canvas.dot(*at, Dot::of(point.mark), Ink::Series(point.mark));
    }
    if known.len() <= NAMED {
        for (point, at) in &known {
            name(&mut canvas, &plane, *at, &point.name, &mut taken);
        }
    }
    lacking(&mut canvas, data, &points);
    canvas
}

pub(super) fn curve(data: &Sheet, curve: &Curve, width: f64) -> Canvas {
    let (points, names) = points(data, curve.series, curve.line, [curve.x.0, curve.y.0]);
    let along = [&curve.x.1, &curve.y.1];
    let ends = Ends::of(&points, width);
    let (mut canvas, plane) = frame(&points, &names, along, (width, ends.room), curve.diagonal);
    joined(&mut canvas, &plane, &points, names.len(), true);
    for point in &points {
        let Some(at) = point.at(&plane) else { continue };
        intervals(&mut canvas, &plane, point, at);
        canvas.dot(at, Dot::of(point.mark), Ink::Series(point.mark));
    }
    ends.draw(&mut canvas, &plane, &points);
    lacking(&mut canvas, data, &points);
    canvas
}

/// Most of the width that the names of lines take.
const ENDS: f64 = 0.3;

/// The names of lines at their ends, or numbers that are explained under the plot where names are too
/// long for that.
struct Ends {
    /// Width that they take right of the plot; nothing where lines have no names.
    room: f64,
    are_numbers: bool,
}

impl Ends {
    fn of(points: &[Point], width: f64) -> Self {
        let widest = points.iter().map(|point| wide(&point.name)).fold(0.0, f64::max);
        let are_numbers = widest + GAP > width * ENDS;
        let room = if are_numbers { wide("00") + GAP } else { widest + GAP };
        Self { room: if widest > 0.0 { room } else { 0.0 }, are_numbers }
    }

    /// Names every line beside its last dot, apart from each other, each joined to its dot.
    fn draw(&self, canvas: &mut Canvas, plane: &Plane, points: &[Point]) {
        if self.room == 0.0 {
            return;
        }
        let lasts = lasts(plane, points);
        let (bottom, top) = plane.y.ends();
        let right = plane.x.ends().1;
        let heights = apart(lasts.iter().map(|(_, at)| at.1).collect(), (top, bottom));
        for (at, ((point, (x, y)), height)) in lasts.into_iter().zip(heights).enumerate() {
            let ink = Ink::Series(point.mark);
            canvas.line(&[(x, y), (right + 3.0, height)], ink, 0.4);
            let number = (at + 1).to_string();
            let name = if self.are_numbers { &number } else { &point.name };
            canvas.text((right + 5.0, height), name, ink, Side::Right);
            if self.are_numbers {
                let y = canvas.size.1 + TEXT / 2.0;
                canvas.size.1 += TEXT + 2.0;
                canvas.text((wide("00"), y), &number, ink, Side::Left);
                let name = fitted(&point.name, canvas.size.0 - wide("00") - GAP);
                canvas.text((wide("00") + GAP, y), &name, Ink::Plain, Side::Right);
            }
        }
    }
}

/// The last dot of every line, the highest first.
fn lasts<'a>(plane: &Plane, points: &'a [Point]) -> Vec<(&'a Point, (f64, f64))> {
    let mut lasts: Vec<(&Point, (f64, f64))> = Vec::new();
    for point in points {
        let Some(at) = point.at(plane) else { continue };
        let same = |(own, _): &&mut (&Point, (f64, f64))| {
            (own.series, &own.name) == (point.series, &point.name)
        };
        match lasts.iter_mut().find(same) {
            Some(last) if at.0 >= last.1.0 => *last = (point, at),
            Some(_) => {}
            None => lasts.push((point, at)),
        }
    }
    lasts.sort_by(|one, other| one.1.1.total_cmp(&other.1.1));
    lasts
}

/// Heights, from the top, moved so far apart that a line of text fits between two of them.
fn apart(mut heights: Vec<f64>, (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut least = top;
    for height in &mut heights {
        *height = height.max(least);
        least = *height + TEXT;
    }
    let mut most = bottom;
    for height in heights.iter_mut().rev() {
        *height = height.min(most);
        most = *height - TEXT;
    }
    heights
}

fn points(
    data: &Sheet,
    series: &[&str],
    name: &[&str],
    [x, y]: [&str; 2],
) -> (Vec<Point>, Vec<String>) {
    let of = |row| named(data, row, series);
    let mut names: Vec<String> = Vec::new();
    for row in 0..data.rows.len() {
        let name = of(row);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    in_order(&mut names);
    let marks = marks(&names);
    let point = |row: usize| {
        let at = names.iter().position(|own| *own == of(row)).expect("all names were gathered");
        let (x, y) = Value::of(data, row, x).zip(Value::of(data, row, y))?;
        Some(Point { x, y, series: at, mark: marks[at], name: named(data, row, name) })
    };
    let points = (0..data.rows.len()).filter_map(point).collect();
    (points, names)
}

/// Axes, grid and legend, with room right of the plot. Where a line joins equal values both axes have
/// the same ends, so that it runs from corner to corner.
fn frame(
    points: &[Point],
    names: &[String],
    [x, y]: [&Along; 2],
    (width, room): (f64, f64),
    equal: bool,
) -> (Canvas, Plane) {
    let left = 34.0;
    let right = width - EDGE - 2.0 - room;
    let legend = Legend::new(names, left, width);
    let top = legend.height + 6.0;
    let bottom = top + (right - left) * TALL;
    let mut canvas = Canvas::new(width, bottom + FOOT);
    legend.draw(&mut canvas, 0.0, true);
    let of = |is_x: bool| {
        let own = move |point: &Point| if is_x { point.x } else { point.y };
        let other = move |point: &Point| if is_x { point.y } else { point.x };
        let others = points.iter().filter(move |_| equal).map(other);
        points.iter().map(own).chain(others)
    };
    let across = axis(of(true), x, (left, right));
    let up = match equal {
        true => across.turned((bottom, top)),
        false => axis(of(false), y, (bottom, top)),
    };
    draw_axis(&mut canvas, &across, x, (top, bottom));
    for (place, name) in up.ticks().collect::<Vec<_>>() {
        canvas.line(&[(left, place), (right, place)], Ink::Faint, 0.5);
        canvas.text((left - 3.0, place), &name, Ink::Quiet, Side::Left);
    }
    if let Some(neutral) = y.neutral {
        let place = up.place(neutral);
        canvas.line(&[(left, place), (right, place)], Ink::Plain, 0.6);
    }
    if equal {
        canvas.line(&[(left, bottom), (right, top)], Ink::Quiet, 0.6);
    }
    let title = fitted(y.title, bottom - top + 20.0);
    canvas.upright((6.0, (top + bottom) / 2.0), &title, Ink::Plain, Side::Middle);
    (canvas, Plane { x: across, y: up })
}

/// A line along the dots of every series, in the order of the data; `apart` makes one a name.
fn joined(canvas: &mut Canvas, plane: &Plane, points: &[Point], series: usize, apart: bool) {
    for at in 0..series {
        let mut lines: Vec<(&str, Vec<(f64, f64)>)> = Vec::new();
        let mut mark = at;
        for point in points.iter().filter(|point| point.series == at) {
            mark = point.mark;
            let Some(place) = point.at(plane) else { continue };
            match lines.iter_mut().find(|(name, _)| !apart || *name == point.name) {
                Some((_, line)) => line.push(place),
                None => lines.push((&point.name, vec![place])),
            }
        }
        for (_, line) in lines.iter().filter(|(_, line)| line.len() > 1) {
            canvas.line(line, Ink::Series(mark), 1.0);
        }
    }
}

fn intervals(canvas: &mut Canvas, plane: &Plane, point: &Point, (x, y): (f64, f64)) {
    let ink = Ink::Series(point.mark);
    if let Some((low, high)) = point.y.limits {
        canvas.line(&[(x, plane.y.place(low)), (x, plane.y.place(high))], ink, 0.6);
    }
    if let Some((low, high)) = point.x.limits {
        canvas.line(&[(plane.x.place(low), y), (plane.x.place(high), y)], ink, 0.6);
    }
}

/// Names a dot where there is room beside it; a name that would cover another is left to the data.
fn name(
    canvas: &mut Canvas,
    plane: &Plane,
    (x, y): (f64, f64),
    name: &str,
    taken: &mut Vec<[f64; 4]>,
) {
    let text = fitted(name, 96.0);
    let width = wide(&text);
    let (left, right) = plane.x.ends();
    let (bottom, top) = plane.y.ends();
    let choices = [
        ((x + 4.5, y), Side::Right),
        ((x - 4.5, y), Side::Left),
        ((x, y - 8.0), Side::Middle),
        ((x, y + 8.0), Side::Middle),
        ((x + 4.5, y - 7.0), Side::Right),
        ((x + 4.5, y + 7.0), Side::Right),
        ((x - 4.5, y - 7.0), Side::Left),
        ((x - 4.5, y + 7.0), Side::Left),
    ];
    for (at, side) in choices {
        let from = match side {
            Side::Right => at.0,
            Side::Left => at.0 - width,
            Side::Middle => at.0 - width / 2.0,
        };
        let place = [from, at.1 - 3.6, from + width, at.1 + 3.6];
        let inside =
            place[0] >= left && place[2] <= right + 5.0 && place[1] >= top && place[3] <= bottom;
        let free = taken.iter().all(|other| {
            place[2] < other[0] || other[2] < place[0] || place[3] < other[1] || other[3] < place[1]
        });
        if inside && free {
            canvas.text(at, &text, Ink::Plain, side);
            taken.push(place);
            return;
        }
    }
}

/// Says which rows have no place in the plane.
fn lacking(canvas: &mut Canvas, data: &Sheet, points: &[Point]) {
    let lacks = |point: &&Point| point.x.value.is_none() || point.y.value.is_none();
    let lacking: Vec<&Point> = points.iter().filter(lacks).collect();
    let Some(first) = lacking.first() else { return };
    let value = if first.x.value.is_none() { first.x } else { first.y };
    let who = match (lacking.len(), first.name.is_empty()) {
        (1, false) => first.name.clone(),
        (many, _) => format!("{many} of {}", points.len()),
    };
    let room = canvas.size.0 - GAP - wide(&format!("{who} "));
    let text = format!("{who} {}", value.reason(data, room));
    let y = canvas.size.1 + 4.0;
    canvas.size.1 += 11.0;
    canvas.text((0.0, y), &fitted(&text, canvas.size.0), Ink::Quiet, Side::Right);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_lines_do_not_cover_each_other() {
        let heights = apart(vec![10.0, 11.0, 98.0, 99.0], (5.0, 100.0));
        assert!(heights.windows(2).all(|two| two[1] - two[0] >= TEXT - 1e-9), "{heights:?}");
        assert!(heights[0] >= 5.0 && heights[3] <= 100.0, "{heights:?}");
        assert_eq!(apart(vec![20.0, 60.0], (5.0, 100.0)), [20.0, 60.0]);
    }
}
