//! The font of figures: one file in the program, so that text has the same width and the same look on
//! machines without any fonts. It is as wide as Arial, Helvetica and Liberation Sans, which SVG
//! files name.

use crate::number;
use std::sync::LazyLock;
use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// The file: `fonts/README.md` says where it comes from.
static FILE: &[u8] = include_bytes!("../fonts/figures.ttf");

static FACE: LazyLock<Face<'static>> =
    LazyLock::new(|| Face::parse(FILE, 0).expect("the font in the program is whole"));

/// Families with the same widths, for those who draw the text themselves.
pub(crate) const FAMILIES: &str = "Arimo, Arial, Helvetica, Liberation Sans, sans-serif";

/// Height of the middle of small letters over the line, as a share of the size.
pub(crate) const MIDDLE: f64 = 0.36;

/// Letters that the font lacks are drawn as its empty box.
fn glyph(letter: char) -> GlyphId {
    FACE.glyph_index(letter).unwrap_or_default()
}

fn advance(letter: char) -> f64 {
    let units = FACE.glyph_hor_advance(glyph(letter)).unwrap_or_default();
    f64::from(units) / f64::from(FACE.units_per_em())
}

/// Width of a text at size 1.
pub(crate) fn width(text: &str) -> f64 {
    text.chars().map(advance).sum()
}

/// A step of an outline, in lengths of a text of size 1 with its y axis down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    Move(f64, f64),
    Line(f64, f64),
    Curve([(f64, f64); 3]),
    Close,
}

/// The outlines of a text of size 1 that begins at the origin.
pub(crate) fn outline(text: &str) -> Vec<Step> {
    let mut pen = Pen { x: 0.0, last: (0.0, 0.0), steps: Vec::new() };
    for letter in number::one_line(text).chars() {
        // A glyph without an outline, such as a space, only moves on.
        let _ = FACE.outline_glyph(glyph(letter), &mut pen);
        pen.x += advance(letter);
    }
    pen.steps
}

struct Pen {
    x: f64,
    last: (f64, f64),
    steps: Vec<Step>,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f64, f64) {
        let em = f64::from(FACE.units_per_em());
        (self.x + f64::from(x) / em, -f64::from(y) / em)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.last = self.at(x, y);
        self.steps.push(Step::Move(self.last.0, self.last.1));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.last = self.at(x, y);
        self.steps.push(Step::Line(self.last.0, self.last.1));
    }

    /// PDF has cubic curves only.
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (from, bend, to) = (self.last, self.at(x1, y1), self.at(x, y));
        let toward = |end: (f64, f64)| {
            (end.0 + (bend.0 - end.0) * 2.0 / 3.0, end.1 + (bend.1 - end.1) * 2.0 / 3.0)
        };
        self.steps.push(Step::Curve([toward(from), toward(to), to]));
        self.last = to;
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let points = [self.at(x1, y1), self.at(x2, y2), self.at(x, y)];
        self.steps.push(Step::Curve(points));
        self.last = points[2];
    }

    fn close(&mut self) {
        self.steps.push(Step::Close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_what_figures_write() {
        for letter in "azAZ09.,-−–…→←%[]()éßαЖ×≤≥±".chars() {
            assert!(FACE.glyph_index(letter).is_some(), "{letter}");
        }
        assert!((width("0") - 0.556).abs() < 0.001, "as wide as Arial");
        assert_eq!(width("−"), width("+"));
        assert!(outline("a b").len() > 10);
    }
}
