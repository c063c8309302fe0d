//! Dots and curves in a plane of two axes.

use super::axis::Axis;
use super::forest::{EDGE, axis, draw_axis};
use super::kind::{Along, Curve, Scatter};
use super::lines::{FOOT, GAP, Legend, Value, named};
use crate::canvas::{Canvas, Dot, Side, fitted, wide};
use crate::theme::Ink;
use foretell_analysis::Sheet;

/// Height of a plane as a share of its width.
const TALL: f64 = 0.62;

/// Dots that are named one by one at most.
const NAMED: usize = 40;

/// A dot: its place as values, its series, its name.
struct Point {
    x: Value,
    y: Value,
    series: usize,
    name: String,
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
    let (mut canvas, plane) = frame(&points, &names, [&scatter.x.1, &scatter.y.1], width);
    if scatter.diagonal {
        diagonal(&mut canvas, &plane, &points);
    }
    if scatter.joined {
        joined(&mut canvas, &plane, &points, names.len(), false);
    }
    let mut taken: Vec<[f64; 4]> = Vec::new();
    let known: Vec<(&Point, (f64, f64))> = points
        .iter()
        .filter_map(|point| Some((point, plane.place(point.x.value?, point.y.value?))))
        .collect();
    for (point, at) in &known {
        intervals(&mut canvas, &plane, point, *at);
        taken.push([at.0 - 3.0, at.1 - 3.0, at.0 + 3.0, at.1 + 3.0]);
    }
    for (point, at) in &known {
        canvas.dot(*at, Dot::of(point.series), Ink::Series(point.series));
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
    let (mut canvas, plane) = frame(&points, &names, [&curve.x.1, &curve.y.1], width);
    if curve.diagonal {
        diagonal(&mut canvas, &plane, &points);
    }
    joined(&mut canvas, &plane, &points, names.len(), true);
    for point in &points {
        let (Some(x), Some(y)) = (point.x.value, point.y.value) else { continue };
        let at = plane.place(x, y);
        intervals(&mut canvas, &plane, point, at);
        canvas.dot(at, Dot::of(point.series), Ink::Series(point.series));
    }
    lacking(&mut canvas, data, &points);
    canvas
}

fn points(
    data: &Sheet,
    series: &[&str],
    name: &[&str],
    [x, y]: [&str; 2],
) -> (Vec<Point>, Vec<String>) {
    let mut names: Vec<String> = Vec::new();
    let mut points = Vec::new();
    for row in 0..data.rows.len() {
        let of = named(data, row, series);
        let at = names.iter().position(|own| *own == of).unwrap_or_else(|| {
            names.push(of);
            names.len() - 1
        });
        let values = Value::of(data, row, x).zip(Value::of(data, row, y));
        let name = named(data, row, name);
        points.extend(values.map(|(x, y)| Point { x, y, series: at, name }));
    }
    (points, names)
}

/// Axes, grid and legend.
fn frame(points: &[Point], names: &[String], [x, y]: [&Along; 2], width: f64) -> (Canvas, Plane) {
    let left = 34.0;
    let right = width - EDGE - 2.0;
    let legend = Legend::new(names, left, width);
    let top = legend.height + 6.0;
    let bottom = top + (right - left) * TALL;
    let mut canvas = Canvas::new(width, bottom + FOOT);
    legend.draw(&mut canvas, 0.0, true);
    let across = axis(points.iter().map(|point| point.x), x, (left, right));
    let up = axis(points.iter().map(|point| point.y), y, (bottom, top));
    draw_axis(&mut canvas, &across, x, (top, bottom));
    for (place, name) in up.ticks().collect::<Vec<_>>() {
        canvas.line(&[(left, place), (right, place)], Ink::Faint, 0.5);
        canvas.text((left - 3.0, place), &name, Ink::Quiet, Side::Left);
    }
    if let Some(neutral) = y.neutral {
        let place = up.place(neutral);
        canvas.line(&[(left, place), (right, place)], Ink::Plain, 0.6);
    }
    let title = fitted(y.title, bottom - top + 20.0);
    canvas.upright((6.0, (top + bottom) / 2.0), &title, Ink::Plain, Side::Middle);
    (canvas, Plane { x: across, y: up })
}

/// Where both axes have the same value.
fn diagonal(canvas: &mut Canvas, plane: &Plane, points: &[Point]) {
    let values = points.iter().flat_map(|point| [point.x.value, point.y.value]).flatten();
    let (low, high) = super::axis::range(values, &[]);
    let inside = |value: f64| {
        !(plane.x.is_below(value)
            || plane.y.is_below(value)
            || plane.x.is_above(value)
            || plane.y.is_above(value))
    };
    let steps = (0..=200).map(|step| low + (high - low) * f64::from(step) / 200.0);
    let line: Vec<(f64, f64)> =
        steps.filter(|value| inside(*value)).map(|value| plane.place(value, value)).collect();
    if let (Some(first), Some(last)) = (line.first(), line.last()) {
        canvas.line(&[*first, *last], Ink::Quiet, 0.6);
    }
}

/// A line along the dots of every series, in the order of the data; `apart` makes one a name.
fn joined(canvas: &mut Canvas, plane: &Plane, points: &[Point], series: usize, apart: bool) {
    for at in 0..series {
        let mut lines: Vec<(&str, Vec<(f64, f64)>)> = Vec::new();
        for point in points.iter().filter(|point| point.series == at) {
            let (Some(x), Some(y)) = (point.x.value, point.y.value) else { continue };
            let place = plane.place(x, y);
            match lines.iter_mut().find(|(name, _)| !apart || *name == point.name) {
                Some((_, line)) => line.push(place),
                None => lines.push((&point.name, vec![place])),
            }
        }
        for (_, line) in lines.iter().filter(|(_, line)| line.len() > 1) {
            canvas.line(line, Ink::Series(at), 1.0);
        }
    }
}

fn intervals(canvas: &mut Canvas, plane: &Plane, point: &Point, (x, y): (f64, f64)) {
    let ink = Ink::Series(point.series);
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
    let text = format!("{who} {}", value.reason(data));
    let y = canvas.size.1 + 4.0;
    canvas.size.1 += 11.0;
    let text = fitted(&text, canvas.size.0 - GAP);
    canvas.text((0.0, y), &text, Ink::Quiet, Side::Right);
}
