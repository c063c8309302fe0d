//! Drawings as PNG and PDF. Text becomes outlines, so that no machine needs a font.

use crate::canvas::{Canvas, Shape, Side, TEXT};
use crate::font::{self, MIDDLE, Step};
use crate::theme::{Ink, Theme};
use pdf_writer::types::{LineCapStyle, LineJoinStyle};
use pdf_writer::{Content, Finish, Pdf, Rect, Ref, TextStr};
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, Transform,
};

/// Dots of a PNG in one point: 300 an inch.
const DOTS: f64 = 300.0 / 72.0;

/// Steps of outlines and lines in points.
fn outline(shape: &Shape) -> Vec<Step> {
    match shape {
        Shape::Text { at, text, side, upright, .. } => {
            let width = font::width(text) * TEXT;
            let back = match side {
                Side::Right => 0.0,
                Side::Left => width,
                Side::Middle => width / 2.0,
            };
            let place = |(x, y): (f64, f64)| {
                let (x, y) = (x * TEXT - back, y * TEXT + MIDDLE * TEXT);
                if *upright { (at.0 + y, at.1 - x) } else { (at.0 + x, at.1 + y) }
            };
            let step = |step: Step| match step {
                Step::Move(x, y) => {
                    let (x, y) = place((x, y));
                    Step::Move(x, y)
                }
                Step::Line(x, y) => {
                    let (x, y) = place((x, y));
                    Step::Line(x, y)
                }
                Step::Curve(points) => Step::Curve(points.map(place)),
                Step::Close => Step::Close,
            };
            font::outline(text).into_iter().map(step).collect()
        }
        Shape::Line { points, .. } => along(points),
        Shape::Area { points, .. } => along(points).into_iter().chain([Step::Close]).collect(),
        Shape::Disc { at, radius, .. } => disc(*at, *radius),
    }
}

fn along(points: &[(f64, f64)]) -> Vec<Step> {
    let step = |(at, &(x, y)): (usize, &(f64, f64))| match at {
        0 => Step::Move(x, y),
        _ => Step::Line(x, y),
    };
    points.iter().enumerate().map(step).collect()
}

/// Four cubic curves, which leave a circle by less than a thousandth of its radius.
fn disc((x, y): (f64, f64), r: f64) -> Vec<Step> {
    let k = 0.552_285 * r;
    vec![
        Step::Move(x + r, y),
        Step::Curve([(x + r, y + k), (x + k, y + r), (x, y + r)]),
        Step::Curve([(x - k, y + r), (x - r, y + k), (x - r, y)]),
        Step::Curve([(x - r, y - k), (x - k, y - r), (x, y - r)]),
        Step::Curve([(x + k, y - r), (x + r, y - k), (x + r, y)]),
        Step::Close,
    ]
}

fn ink_of(shape: &Shape) -> Ink {
    match shape {
        Shape::Text { ink, .. }
        | Shape::Line { ink, .. }
        | Shape::Area { ink, .. }
        | Shape::Disc { ink, .. } => *ink,
    }
}

fn path(steps: &[Step]) -> Option<Path> {
    let mut path = PathBuilder::new();
    let f = |value: f64| value as f32;
    for step in steps {
        match *step {
            Step::Move(x, y) => path.move_to(f(x), f(y)),
            Step::Line(x, y) => path.line_to(f(x), f(y)),
            Step::Curve([a, b, c]) => {
                path.cubic_to(f(a.0), f(a.1), f(b.0), f(b.1), f(c.0), f(c.1));
            }
            Step::Close => path.close(),
        }
    }
    path.finish()
}

/// The drawing as a PNG of 300 dots an inch.
///
/// `None` where it is larger than a picture can be.
pub(crate) fn png(canvas: &Canvas, theme: Theme) -> Option<Vec<u8>> {
    let dots = |points: f64| (points * DOTS).ceil() as u32;
    let mut pixels = Pixmap::new(dots(canvas.size.0), dots(canvas.size.1))?;
    let colour = |ink: Ink| {
        let (r, g, b) = theme.colour(ink);
        Color::from_rgba8(r, g, b, 255)
    };
    pixels.fill(colour(Ink::Page));
    let scale = Transform::from_scale(DOTS as f32, DOTS as f32);
    for shape in &canvas.shapes {
        // What has no extent, such as an empty text, draws nothing.
        let Some(path) = path(&outline(shape)) else { continue };
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        paint.set_color(colour(ink_of(shape)));
        match shape {
            Shape::Line { width, .. } => {
                let stroke = Stroke {
                    width: *width as f32,
                    line_cap: LineCap::Butt,
                    line_join: LineJoin::Round,
                    ..Stroke::default()
                };
                pixels.stroke_path(&path, &paint, &stroke, scale, None);
            }
            _ => pixels.fill_path(&path, &paint, FillRule::Winding, scale, None),
        }
    }
    pixels.encode_png().ok()
}

/// The drawing as a PDF of one page, as large as it is.
pub(crate) fn pdf(canvas: &Canvas, theme: Theme, title: &str) -> Vec<u8> {
    let (width, height) = (canvas.size.0 as f32, canvas.size.1 as f32);
    let mut content = Content::new();
    // The page of a PDF begins at its lower left corner.
    content.transform([1.0, 0.0, 0.0, -1.0, 0.0, height]);
    content.set_line_cap(LineCapStyle::ButtCap).set_line_join(LineJoinStyle::RoundJoin);
    let colour = |ink: Ink| {
        let (r, g, b) = theme.colour(ink);
        [r, g, b].map(|part| f32::from(part) / 255.0)
    };
    let [r, g, b] = colour(Ink::Page);
    content.set_fill_rgb(r, g, b).rect(0.0, 0.0, width, height).fill_nonzero();
    for shape in &canvas.shapes {
        let steps = outline(shape);
        if steps.is_empty() {
            continue;
        }
        let [r, g, b] = colour(ink_of(shape));
        content.set_fill_rgb(r, g, b).set_stroke_rgb(r, g, b);
        trace(&mut content, &steps);
        match shape {
            Shape::Line { width, .. } => content.set_line_width(*width as f32).stroke(),
            _ => content.fill_nonzero(),
        };
    }
    let [catalog, pages, page, stream, info] = [1, 2, 3, 4, 5].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    let mut only = pdf.page(page);
    only.parent(pages).media_box(Rect::new(0.0, 0.0, width, height)).contents(stream);
    only.resources();
    only.finish();
    pdf.stream(stream, &content.finish());
    pdf.document_info(info).title(TextStr(title)).creator(TextStr("foretell"));
    pdf.finish()
}

fn trace(content: &mut Content, steps: &[Step]) {
    // Thousandths of a point are more than a printer has.
    let f = |value: f64| ((value * 1_000.0).round() / 1_000.0) as f32;
    for step in steps {
        match *step {
            Step::Move(x, y) => content.move_to(f(x), f(y)),
            Step::Line(x, y) => content.line_to(f(x), f(y)),
            Step::Curve([a, b, c]) => {
                content.cubic_to(f(a.0), f(a.1), f(b.0), f(b.1), f(c.0), f(c.1))
            }
            Step::Close => content.close_path(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::Dot;

    fn sample() -> Canvas {
        let mut canvas = Canvas::new(72.0, 36.0);
        canvas.text((5.0, 10.0), "NSG −0.12", Ink::Plain, Side::Right);
        canvas.upright((60.0, 18.0), "up", Ink::Quiet, Side::Middle);
        canvas.dot((50.0, 10.0), Dot::Ring, Ink::Series(1));
        canvas.line(&[(0.0, 30.0), (72.0, 30.0)], Ink::Faint, 0.5);
        canvas
    }

    #[test]
    fn a_png_has_the_colours_of_what_is_drawn() {
        let png = png(&sample(), Theme::Dark).unwrap();
        let pixels = Pixmap::decode_png(&png).unwrap();
        assert_eq!((pixels.width(), pixels.height()), (300, 150));
        let has = |ink: Ink| {
            let (r, g, b) = Theme::Dark.colour(ink);
            pixels.pixels().iter().any(|p| (p.red(), p.green(), p.blue()) == (r, g, b))
        };
        assert!([Ink::Page, Ink::Plain, Ink::Series(1)].into_iter().all(has));
        assert!(!has(Ink::Series(0)));
    }

    #[test]
    fn a_pdf_is_one_page_of_the_size_of_the_drawing() {
        let pdf = String::from_utf8_lossy(&pdf(&sample(), Theme::Print, "a title")).into_owned();
        assert!(pdf.starts_with("%PDF-") && pdf.trim_end().ends_with("%%EOF"));
        assert!(pdf.contains("/MediaBox [0 0 72 36]") && pdf.contains("(a title)"), "{pdf}");
        assert!(pdf.matches(" c\n").count() > 20, "text is drawn as curves");
    }
}
