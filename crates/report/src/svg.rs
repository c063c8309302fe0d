//! Drawings as SVG, inside a page or as a file of their own.

use crate::canvas::{Canvas, Shape, Side, TEXT};
use crate::font::{self, FAMILIES};
use crate::theme::{Ink, Theme};
use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, IntoFont, RGBColor};

/// Units of the file in one point: positions are whole numbers, so they are made fine.
const FINE: f64 = 20.0;

const MEMORY: &str = "drawing into memory does not fail";

fn fine((x, y): (f64, f64)) -> (i32, i32) {
    ((x * FINE).round() as i32, (y * FINE).round() as i32)
}

fn all_fine(points: &[(f64, f64)]) -> Vec<(i32, i32)> {
    points.iter().map(|&point| fine(point)).collect()
}

/// What stands between the tags of the `svg` element.
fn inside(canvas: &Canvas, theme: Theme) -> String {
    let mut drawn = String::new();
    {
        let (width, height) = fine(canvas.size);
        let backend = SVGBackend::with_string(&mut drawn, (width as u32, height as u32));
        let area = backend.into_drawing_area();
        canvas.shapes.iter().for_each(|shape| draw(&area, shape, theme));
        area.present().expect(MEMORY);
    }
    let inside = drawn.split_once('>').map_or("", |(_, inside)| inside);
    // Every shape is opaque: to say so each time would take a tenth of a report.
    let inside = inside.replace(" opacity=\"1\"", "");
    with_lengths(inside.trim_end().trim_end_matches("</svg>"), canvas)
}

/// Says how long every text is, so that it fits where none of the fonts is at hand.
fn with_lengths(drawn: &str, canvas: &Canvas) -> String {
    let texts = canvas.shapes.iter().filter_map(|shape| match shape {
        Shape::Text { text, .. } => Some(font::width(text) * TEXT * FINE),
        _ => None,
    });
    // Text of names is escaped, so that tags are the backend's own.
    let mut parts = drawn.split("<text ");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for (part, length) in parts.zip(texts) {
        whole.push_str(&format!(
            "<text textLength=\"{length:.0}\" lengthAdjust=\"spacingAndGlyphs\" {part}"
        ));
    }
    whole
}

fn draw(area: &DrawingArea<SVGBackend<'_>, Shift>, shape: &Shape, theme: Theme) {
    let colour = |ink: Ink| {
        let (r, g, b) = theme.colour(ink);
        RGBColor(r, g, b)
    };
    match shape {
        Shape::Text { at, text, ink, side, upright } => {
            let horizontal = match side {
                Side::Right => HPos::Left,
                Side::Left => HPos::Right,
                Side::Middle => HPos::Center,
            };
            // The backend divides by this to come from its text size to that of a font.
            let mut font = (FAMILIES, TEXT * FINE * 1.24).into_font();
            if *upright {
                font = font.transform(FontTransform::Rotate270);
            }
            let style = font.color(&colour(*ink)).pos(Pos::new(horizontal, VPos::Center));
            area.draw(&Text::new(text.clone(), fine(*at), style)).expect(MEMORY);
        }
        Shape::Line { points, ink, width } => {
            let style = colour(*ink).stroke_width((width * FINE).round() as u32);
            area.draw(&PathElement::new(all_fine(points), style)).expect(MEMORY);
        }
        Shape::Area { points, ink } => {
            area.draw(&Polygon::new(all_fine(points), colour(*ink).filled())).expect(MEMORY);
        }
        Shape::Disc { at, radius, ink } => {
            let radius = (radius * FINE).round() as i32;
            area.draw(&Circle::new(fine(*at), radius, colour(*ink).filled())).expect(MEMORY);
        }
    }
}

/// A figure inside a page, which brings colours and the font; `alt` is for those who cannot see it.
pub(crate) fn element(canvas: &Canvas, alt: &str) -> String {
    let (width, height) = fine(canvas.size);
    format!(
        "<svg role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {width} {height}\">{}</svg>",
        escaped(alt),
        // The page names the font once.
        inside(canvas, Theme::Light).replace(&format!(" font-family=\"{FAMILIES}\""), "")
    )
}

/// A figure as a file, as large as it is printed.
pub(crate) fn file(canvas: &Canvas, theme: Theme, title: &str, caption: &str) -> String {
    let (width, height) = fine(canvas.size);
    let mm = |points: f64| points / 72.0 * 25.4;
    let (r, g, b) = theme.colour(Ink::Page);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{:.2}mm\" height=\"{:.2}mm\" \
         viewBox=\"0 0 {width} {height}\">\n<title>{}</title>\n<desc>{}</desc>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#{r:02X}{g:02X}{b:02X}\"/>{}</svg>\n",
        mm(canvas.size.0),
        mm(canvas.size.1),
        escaped(title),
        escaped(caption),
        inside(canvas, theme)
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
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::Dot;

    fn sample() -> Canvas {
        let mut canvas = Canvas::new(100.0, 20.0);
        canvas.text((5.0, 10.0), "<script>", Ink::Plain, Side::Right);
        canvas.dot((50.0, 10.0), Dot::Ring, Ink::Series(1));
        canvas
    }

    #[test]
    fn a_figure_in_a_page_loads_nothing_and_escapes_names() {
        let figure = element(&sample(), "a \"<b>\"");
        assert!(!figure.contains("http") && !figure.contains("<script"), "{figure}");
        assert!(figure.starts_with("<svg role=\"img\" aria-label=\"a &quot;&lt;b&gt;&quot;\""));
        assert!(figure.contains("&lt;script&gt;") && figure.ends_with("</svg>"), "{figure}");
    }

    #[test]
    fn a_file_has_its_size_and_the_colours_of_its_theme() {
        let file = file(&sample(), Theme::Dark, "t", "c");
        assert!(file.contains("width=\"35.28mm\"") && file.contains("<desc>c</desc>"), "{file}");
        assert!(file.contains("#F0883E") && !file.contains("#D55E00"));
        assert_eq!(file.matches("textLength").count(), 1);
        assert_eq!(file.matches("<svg").count(), file.matches("</svg>").count());
    }
}
