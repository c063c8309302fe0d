//! A sheet to draw on, with few colours that follow the page into the dark.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBColor, ShapeStyle};

/// Units of the sheet in one unit of the page: positions are whole numbers, so they are made fine.
const FINE: f64 = 10.0;

/// Size of text on the page.
pub(crate) const TEXT: f64 = 13.0;

/// What a letter takes of the width at that size, in the widest of the usual fonts.
pub(crate) const LETTER: f64 = 7.7;

/// What a colour is for. The style sheet of the page knows these values and gives them their dark
/// counterparts; the two strong ones are told apart by people of any colour vision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Text and axes.
    Plain,
    /// Text beside what matters.
    Quiet,
    /// Lines behind everything.
    Faint,
    /// The treated arm, and estimates.
    Strong,
    /// The baseline.
    Other,
    /// The page itself.
    Page,
}

impl Ink {
    fn colour(self) -> RGBColor {
        match self {
            Self::Plain => RGBColor(0x1b, 0x1b, 0x1f),
            Self::Quiet => RGBColor(0x5f, 0x63, 0x68),
            Self::Faint => RGBColor(0xd9, 0xdc, 0xe0),
            Self::Strong => RGBColor(0x00, 0x72, 0xb2),
            Self::Other => RGBColor(0xd5, 0x5e, 0x00),
            Self::Page => RGBColor(0xff, 0xff, 0xff),
        }
    }
}

/// Where a text stands about its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The text begins there.
    Right,
    /// The text ends there.
    Left,
    /// The point is its middle.
    Middle,
}

/// A drawing in progress. Positions are in units of the page, from the upper left corner.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

const MEMORY: &str = "drawing into memory does not fail";

impl Canvas<'_> {
    pub(crate) fn text(&self, at: (f64, f64), text: &str, ink: Ink, side: Side) {
        let horizontal = match side {
            Side::Right => HPos::Left,
            Side::Left => HPos::Right,
            Side::Middle => HPos::Center,
        };
        // The backend divides by this to come from its text size to that of a font.
        let font = ("sans-serif", TEXT * FINE * 1.24).into_font();
        let style = font.color(&ink.colour()).pos(Pos::new(horizontal, VPos::Center));
        self.area.draw(&Text::new(text.to_owned(), fine(at), style)).expect(MEMORY);
    }

    pub(crate) fn line(&self, points: &[(f64, f64)], ink: Ink, width: f64) {
        let points: Vec<(i32, i32)> = points.iter().map(|&point| fine(point)).collect();
        let style = stroke(ink, width);
        self.area.draw(&PathElement::new(points, style)).expect(MEMORY);
    }

    pub(crate) fn dot(&self, at: (f64, f64), radius: f64, ink: Ink) {
        let radius = (radius * FINE) as i32;
        self.area.draw(&Circle::new(fine(at), radius, ink.colour().filled())).expect(MEMORY);
    }

    /// A dot with a hole, told apart from a full one without colour.
    pub(crate) fn ring(&self, at: (f64, f64), radius: f64, ink: Ink) {
        self.dot(at, radius, ink);
        self.dot(at, radius - 2.0, Ink::Page);
    }
}

fn fine((x, y): (f64, f64)) -> (i32, i32) {
    ((x * FINE).round() as i32, (y * FINE).round() as i32)
}

fn stroke(ink: Ink, width: f64) -> ShapeStyle {
    ink.colour().stroke_width((width * FINE) as u32)
}

/// Draws, and gives the figure as an `svg` element with a text for those who cannot see it.
pub(crate) fn svg(size: (f64, f64), alt: &str, draw: impl FnOnce(&Canvas<'_>)) -> String {
    let mut drawn = String::new();
    let (width, height) = fine(size);
    {
        let backend = SVGBackend::with_string(&mut drawn, (width as u32, height as u32));
        let canvas = Canvas { area: backend.into_drawing_area() };
        draw(&canvas);
        canvas.area.present().expect(MEMORY);
    }
    // Inside a page the element needs no name space, and its size is that of the page's column.
    let inside = drawn.split_once('>').map_or("", |(_, inside)| inside);
    format!(
        "<svg role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {width} {height}\" style=\"width:{}px\">{}",
        escaped(alt),
        size.0,
        inside.trim_end()
    )
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_loads_nothing_and_escapes_names() {
        let figure = svg((100.0, 20.0), "a \"<b>\"", |canvas| {
            canvas.text((5.0, 10.0), "<script>", Ink::Plain, Side::Right);
            canvas.ring((50.0, 10.0), 5.0, Ink::Other);
        });
        assert!(!figure.contains("http") && !figure.contains("<script"), "{figure}");
        assert!(figure.starts_with("<svg role=\"img\" aria-label=\"a &quot;&lt;b&gt;&quot;\""));
        assert!(figure.contains("&lt;script&gt;") && figure.ends_with("</svg>"));
    }
}
