//! What is drawn, before it is written in any form.
//!
//! Lengths are in points (1/72 inch) from the upper left corner, so that a figure has the size at
//! which it is printed.

use crate::font;
use crate::theme::Ink;

/// Size of text.
pub(crate) const TEXT: f64 = 7.5;

/// Where a text stands about its point; it is always centred on its height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The text begins there.
    Right,
    /// The text ends there.
    Left,
    /// The point is its middle.
    Middle,
}

/// A shape that tells one series from another without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dot {
    Full,
    Ring,
    Square,
    Diamond,
    Triangle,
    Cross,
}

impl Dot {
    /// The shape of a series.
    pub(crate) fn of(series: usize) -> Self {
        let shapes =
            [Self::Full, Self::Ring, Self::Square, Self::Diamond, Self::Triangle, Self::Cross];
        shapes[series % shapes.len()]
    }
}

/// One thing that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Text { at: (f64, f64), text: String, ink: Ink, side: Side, upright: bool },
    Line { points: Vec<(f64, f64)>, ink: Ink, width: f64 },
    Area { points: Vec<(f64, f64)>, ink: Ink },
    Disc { at: (f64, f64), radius: f64, ink: Ink },
}

/// A drawing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Canvas {
    /// Width and height.
    pub(crate) size: (f64, f64),
    /// What is on it, the lowest first.
    pub(crate) shapes: Vec<Shape>,
}

impl Canvas {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self { size: (width, height), shapes: Vec::new() }
    }

    /// The same with empty space on all sides.
    pub(crate) fn framed(mut self, margin: f64) -> Self {
        let moved = |at: &mut (f64, f64)| *at = (at.0 + margin, at.1 + margin);
        for shape in &mut self.shapes {
            match shape {
                Shape::Text { at, .. } | Shape::Disc { at, .. } => moved(at),
                Shape::Line { points, .. } | Shape::Area { points, .. } => {
                    points.iter_mut().for_each(moved);
                }
            }
        }
        self.size = (self.size.0 + 2.0 * margin, self.size.1 + 2.0 * margin);
        self
    }

    pub(crate) fn text(&mut self, at: (f64, f64), text: &str, ink: Ink, side: Side) {
        let text = typeset(text);
        if !text.is_empty() {
            self.shapes.push(Shape::Text { at, text, ink, side, upright: false });
        }
    }

    /// Text that is read from bottom to top.
    pub(crate) fn upright(&mut self, at: (f64, f64), text: &str, ink: Ink, side: Side) {
        let text = typeset(text);
        if !text.is_empty() {
            self.shapes.push(Shape::Text { at, text, ink, side, upright: true });
        }
    }

    pub(crate) fn line(&mut self, points: &[(f64, f64)], ink: Ink, width: f64) {
        self.shapes.push(Shape::Line { points: points.to_vec(), ink, width });
    }

    pub(crate) fn area(&mut self, points: &[(f64, f64)], ink: Ink) {
        self.shapes.push(Shape::Area { points: points.to_vec(), ink });
    }

    /// A filled rectangle between two corners.
    pub(crate) fn bar(&mut self, (left, top): (f64, f64), (right, bottom): (f64, f64), ink: Ink) {
        self.area(&[(left, top), (right, top), (right, bottom), (left, bottom)], ink);
    }

    pub(crate) fn disc(&mut self, at: (f64, f64), radius: f64, ink: Ink) {
        self.shapes.push(Shape::Disc { at, radius, ink });
    }

    /// The mark of a value.
    pub(crate) fn dot(&mut self, at: (f64, f64), dot: Dot, ink: Ink) {
        let (x, y) = at;
        let r = 2.5;
        match dot {
            Dot::Full => self.disc(at, r, ink),
            Dot::Ring => {
                self.disc(at, r + 0.2, ink);
                self.disc(at, r - 0.9, Ink::Page);
            }
            Dot::Square => self.bar((x - 2.2, y - 2.2), (x + 2.2, y + 2.2), ink),
            Dot::Diamond => {
                self.area(&[(x, y - 3.1), (x + 3.1, y), (x, y + 3.1), (x - 3.1, y)], ink)
            }
            Dot::Triangle => {
                self.area(&[(x, y - 2.9), (x + 2.9, y + 2.2), (x - 2.9, y + 2.2)], ink)
            }
            Dot::Cross => {
                self.line(&[(x - 2.2, y - 2.2), (x + 2.2, y + 2.2)], ink, 1.2);
                self.line(&[(x - 2.2, y + 2.2), (x + 2.2, y - 2.2)], ink, 1.2);
            }
        }
    }
}

/// Width of a text.
pub(crate) fn wide(text: &str) -> f64 {
    font::width(&typeset(text)) * TEXT
}

/// Text that is no wider than `room`: what is too wide loses its middle, since both ends tell models
/// apart.
pub(crate) fn fitted(text: &str, room: f64) -> String {
    let mut letters = text.chars().count();
    let mut fitted = text.to_owned();
    while wide(&fitted) > room && letters > 1 {
        letters -= 1;
        fitted = crate::number::shortened(text, letters);
    }
    fitted
}

/// Hyphens before digits become minus signs, which are as wide as the digits.
pub(crate) fn typeset(text: &str) -> String {
    let mut set = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = None;
    while let Some(c) = chars.next() {
        let starts = before.is_none_or(|b: char| b.is_whitespace() || matches!(b, '[' | '(' | '→'));
        let number = chars.peek().is_some_and(|next| next.is_ascii_digit() || *next == '.');
        set.push(if c == '-' && starts && number { '\u{2212}' } else { c });
        before = Some(c);
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minus_signs_are_true_and_names_keep_their_hyphens() {
        assert_eq!(typeset("-0.15 [-0.24, -0.07]"), "−0.15 [−0.24, −0.07]");
        assert_eq!(typeset("gpt-5-mini"), "gpt-5-mini");
    }

    #[test]
    fn a_frame_moves_what_is_drawn_and_leaves_its_size() {
        let mut canvas = Canvas::new(20.0, 10.0);
        canvas.line(&[(0.0, 0.0), (20.0, 10.0)], Ink::Plain, 1.0);
        canvas.disc((1.0, 2.0), 3.0, Ink::Plain);
        let framed = canvas.framed(4.0);
        assert_eq!(framed.size, (28.0, 18.0));
        let line = &framed.shapes[0];
        assert!(
            matches!(line, Shape::Line { points, .. } if *points == [(4.0, 4.0), (24.0, 14.0)])
        );
        let disc = &framed.shapes[1];
        assert!(matches!(disc, Shape::Disc { at: (5.0, 6.0), radius: 3.0, .. }), "{disc:?}");
    }

    #[test]
    fn what_does_not_fit_loses_its_middle() {
        let name = "a-model-with-a-rather-long-name";
        let short = fitted(name, 60.0);
        assert!(wide(&short) <= 60.0 && short.starts_with("a-mod") && short.ends_with("name"));
        assert_eq!(fitted("short", 60.0), "short");
    }
}
