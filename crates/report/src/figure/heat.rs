//! A table of shaded cells.

use super::axis::range;
use super::kind::Heat;
use super::lines::{GAP, name_room, named};
use crate::canvas::{Canvas, Side, fitted, wide};
use crate::sheet::plain;
use crate::theme::{Ink, SHADES};
use foretell_analysis::Sheet;

/// Height of a cell.
const CELL: f64 = 14.0;

/// Most height that names of columns take.
const NAMES: f64 = 90.0;

pub(super) fn draw(data: &Sheet, heat: &Heat, width: f64) -> Canvas {
    let (down, across) = sides(data, heat);
    let left = name_room(down.iter().cloned(), width) + GAP;
    let cell = ((width - left) / across.len().max(1) as f64).min(44.0);
    // Names lie where cells are wide enough for them, and stand where they are not.
    let longest = across.iter().map(|name| wide(name)).fold(0.0, f64::max);
    let lie = longest <= cell - 2.0;
    let top = if lie { 12.0 } else { longest.min(NAMES) + 8.0 };
    let mut canvas = Canvas::new(width, top + down.len() as f64 * CELL + 2.0);
    for (at, name) in across.iter().enumerate() {
        let x = left + (at as f64 + 0.5) * cell;
        match lie {
            true => canvas.text((x, top - 6.0), name, Ink::Plain, Side::Middle),
            false => canvas.upright((x, top - 3.0), &fitted(name, NAMES), Ink::Plain, Side::Right),
        }
    }
    for (at, name) in down.iter().enumerate() {
        let y = top + (at as f64 + 0.5) * CELL;
        canvas.text((left - GAP, y), &fitted(name, left - GAP), Ink::Plain, Side::Left);
    }
    let Some(column) = data.column(heat.value) else { return canvas };
    let values = (0..data.rows.len()).filter_map(|row| data.rows[row][column].number());
    let (low, high) = heat.between.unwrap_or_else(|| range(values, &[]));
    for row in 0..data.rows.len() {
        let names = [heat.down, heat.across].map(|column| named(data, row, &[column]));
        let shown = &data.rows[row][column];
        let places = [[&names[0], &names[1]], [&names[1], &names[0]]];
        for [name, over] in &places[..if heat.symmetric { 2 } else { 1 }] {
            let place = |list: &[String], text: &str| list.iter().position(|own| own == text);
            let at = place(&down, name).zip(place(&across, over));
            let Some((line, over)) = at else { continue };
            let (x, y) = (left + over as f64 * cell, top + line as f64 * CELL);
            let text = plain(shown, data.columns[column].kind);
            let mut ink = Ink::Quiet;
            if let Some(value) = shown.number() {
                let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
                let step = (share * SHADES as f64).round() as usize;
                canvas.bar((x + 0.5, y + 0.5), (x + cell - 0.5, y + CELL - 0.5), Ink::Shade(step));
                ink = Ink::on_shade(step);
            }
            // "undefined" is too long for most cells; the data says why.
            let text =
                if shown.reason().is_some() && wide(&text) > cell - 2.0 { "n/a" } else { &text };
            if wide(text) <= cell - 2.0 {
                canvas.text((x + cell / 2.0, y + CELL / 2.0), text, ink, Side::Middle);
            }
        }
    }
    if heat.symmetric {
        // Nothing is compared with itself.
        for at in 0..down.len() {
            let (x, y) = (left + (at as f64 + 0.5) * cell, top + (at as f64 + 0.5) * CELL);
            canvas.text((x, y), "—", Ink::Quiet, Side::Middle);
        }
    }
    canvas
}

/// The names of the lines and of the columns, in the order in which they first appear. Where each pair
/// stands for both its orders, lines and columns are the same.
fn sides(data: &Sheet, heat: &Heat) -> (Vec<String>, Vec<String>) {
    let (mut down, mut across) = (Vec::new(), Vec::new());
    let add = |list: &mut Vec<String>, text: &String| {
        if !list.contains(text) {
            list.push(text.clone());
        }
    };
    for row in 0..data.rows.len() {
        let [line, over] = [heat.down, heat.across].map(|column| named(data, row, &[column]));
        add(&mut down, &line);
        add(if heat.symmetric { &mut down } else { &mut across }, &over);
    }
    if heat.symmetric {
        across.clone_from(&down);
    }
    (down, across)
}
