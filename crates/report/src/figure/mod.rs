//! The figures: specifications over the sheets of analyses, and what draws them.
//!
//! A kind says which columns of which sheet it draws and by which marks; its data is a sheet again,
//! with cells of that sheet and nothing else, so that a figure and `foretell analyze` cannot differ.

mod axis;
mod caption;
mod dumbbell;
mod forest;
mod heat;
mod kind;
mod kinds;
mod lines;
mod marks;
mod panels;
mod plane;
mod select;
mod stack;

use crate::canvas::Canvas;
use crate::error::ReportError;
use crate::number::one_line;
use crate::theme::Theme;
use crate::{picture, svg};
use foretell_analysis::{Analysis, Finished, Flag, GroupKey, Prepared, Request, Sheet, analysis};
use kind::Mark;
use rayon::prelude::*;
use serde_json::json;

pub use kind::{FigureKind, Source};
pub use kinds::{FIGURES, figure_kind};

/// How wide a figure is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Width {
    /// A column of a paper: 85 mm.
    Column,
    /// A page: 170 mm.
    #[default]
    Page,
}

impl Width {
    fn points(self) -> f64 {
        match self {
            Self::Column => 85.0 / 25.4 * 72.0,
            Self::Page => 170.0 / 25.4 * 72.0,
        }
    }
}

/// Empty space around a picture that is a file: beside other things nothing of it touches them.
const MARGIN: f64 = 4.0;

/// The form of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// SVG; its text is text.
    Svg,
    /// PNG of 300 dots an inch.
    Png,
    /// PDF of one page.
    Pdf,
}

/// A figure: its data, and what stands under it.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Its kind.
    pub kind: &'static FigureKind,
    /// What it shows, how it is read, and what it rests on.
    pub caption: String,
    /// The cells that it draws, in their order.
    pub data: Sheet,
}

impl Figure {
    /// The figure of a kind over a sheet; the reason where the sheet does not have what it draws.
    fn of(
        kind: &'static FigureKind,
        sheet: &Sheet,
        consistent: Option<&Sheet>,
        prepared: &Prepared,
    ) -> Result<Self, String> {
        let data = select::select(kind, sheet, consistent, &prepared.guesses.models)?;
        Ok(Self { kind, caption: caption::caption(kind, &data), data })
    }

    fn canvas(&self, width: f64) -> Canvas {
        let data = &self.data;
        match &self.kind.mark {
            Mark::Forest(mark) => forest::draw(data, mark, width),
            Mark::Panels(mark) => panels::draw(data, mark, width),
            Mark::Dumbbell(mark) => dumbbell::draw(data, mark, width),
            Mark::Heat(mark) => heat::draw(data, mark, width),
            Mark::Scatter(mark) => plane::scatter(data, mark, width),
            Mark::Stack(mark) => stack::draw(data, mark, width),
            Mark::Curve(mark) => plane::curve(data, mark, width),
        }
    }

    /// The picture as the bytes of a file.
    ///
    /// # Errors
    /// [`ReportError::Large`] where a PNG would be larger than one can be.
    pub fn draw(&self, form: Form, theme: Theme, width: Width) -> Result<Vec<u8>, ReportError> {
        let canvas = self.canvas(width.points() - 2.0 * MARGIN).framed(MARGIN);
        match form {
            Form::Svg => Ok(svg::file(&canvas, theme, self.kind.title, &self.caption).into_bytes()),
            Form::Pdf => Ok(picture::pdf(&canvas, theme, self.kind.title)),
            Form::Png => picture::png(&canvas, theme)
                .ok_or(ReportError::Large { name: self.kind.name, rows: self.data.rows.len() }),
        }
    }

    /// The picture as an element of a page, with its first lines in words for those who cannot see it.
    pub(crate) fn element(&self) -> String {
        svg::element(&self.canvas(Width::Page.points()), &self.spoken())
    }

    fn spoken(&self) -> String {
        let data = &self.data;
        let texts = self.kind.mark.texts();
        let values: Vec<usize> =
            self.kind.mark.values().iter().filter_map(|value| data.column(value)).collect();
        let line = |row: usize| {
            let cells = values.iter().map(|&at| crate::sheet::written(data, &data.rows[row], at));
            let cells: Vec<String> = cells.collect();
            format!("{}: {}", lines::named(data, row, &texts), cells.join(", "))
        };
        let spoken: Vec<String> = (0..data.rows.len().min(12)).map(line).collect();
        let more = if data.rows.len() > spoken.len() { "; and more in the data" } else { "" };
        format!("{}. {}{more}.", self.kind.title, spoken.join("; "))
    }

    /// The data as CSV.
    #[must_use]
    pub fn to_csv(&self) -> String {
        self.data.to_csv()
    }

    /// The data as JSON: that of the sheet, with `caption` beside it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let sheet: serde_json::Value =
            serde_json::from_str(&self.data.to_json()).expect("a sheet writes an object");
        let document = json!({ "figure": self.kind.name, "caption": self.caption, "data": sheet });
        let mut text = serde_json::to_string_pretty(&document).expect("it is JSON already");
        text.push('\n');
        text
    }
}

/// Every kind with what it shows and what it is drawn from, for people.
#[must_use]
pub fn list() -> String {
    let mut text = String::new();
    for kind in FIGURES {
        let Source { analysis, sheet, .. } = kind.source;
        text.push_str(&format!("{}\n  {}. {}\n", kind.name, kind.title, kind.says));
        text.push_str(&format!("  from `{analysis}`"));
        if sheet != analysis {
            text.push_str(&format!(", sheet `{sheet}`"));
        }
        text.push_str(&format!(": {}\n", kind.mark.values().join(", ")));
    }
    text
}

/// What a sheet is computed from: analysis, keys, and whether guesses have to be consistent.
type Need = (&'static str, Option<&'static [GroupKey]>, bool);

/// Draws what can be drawn of some kinds, each with the reason where it cannot. Analyses that several
/// kinds draw from run once.
///
/// `given` are the flags of `request` that were asked for: a kind whose analysis does not honour one
/// of them is not drawn.
#[must_use]
pub fn figures(
    kinds: &[&'static FigureKind],
    prepared: &Prepared,
    request: &Request,
    given: &[Flag],
) -> Vec<(&'static FigureKind, Result<Figure, String>)> {
    figures_beside(kinds, prepared, request, given, &[])
}

/// The same where some analyses are `finished` for the same request: what they gave is not computed
/// again.
pub(crate) fn figures_beside(
    kinds: &[&'static FigureKind],
    prepared: &Prepared,
    request: &Request,
    given: &[Flag],
    finished: &[Finished],
) -> Vec<(&'static FigureKind, Result<Figure, String>)> {
    let mut needs: Vec<Need> = Vec::new();
    for kind in kinds {
        for consistent in [false, true] {
            let need = (kind.source.analysis, kind.source.by, consistent);
            if (!consistent || kind.source.consistent) && !needs.contains(&need) {
                needs.push(need);
            }
        }
    }
    let sheets: Vec<(Need, Result<Vec<Sheet>, String>)> = needs
        .into_par_iter()
        .map(|need| {
            let known = known(need, request, finished);
            (need, known.unwrap_or_else(|| compute(need, prepared, request, given)))
        })
        .collect();
    let find = |kind: &FigureKind, consistent: bool| {
        let need: Need = (kind.source.analysis, kind.source.by, consistent);
        let (_, found) = sheets.iter().find(|(known, _)| *known == need).expect("it was computed");
        let found = found.as_ref().map_err(Clone::clone)?;
        let sheet = found.iter().find(|sheet| sheet.name == kind.source.sheet);
        sheet.ok_or_else(|| {
            format!("analysis `{}` gave no sheet `{}`", kind.source.analysis, kind.source.sheet)
        })
    };
    let draw = |kind: &&'static FigureKind| {
        let sheet = find(kind, false)?;
        let consistent = if kind.source.consistent { Some(find(kind, true)?) } else { None };
        Figure::of(kind, sheet, consistent, prepared)
    };
    kinds.iter().map(|kind| (*kind, draw(kind))).collect()
}

/// What an analysis that is finished gave, where it was asked for the same.
fn known(
    (name, by, consistent): Need,
    request: &Request,
    finished: &[Finished],
) -> Option<Result<Vec<Sheet>, String>> {
    let done = finished.iter().find(|done| done.name == name)?;
    let analysis = analysis(name)?;
    let same = by.is_none_or(|by| by == analysis.by) && request.by.is_none() && !consistent;
    let sheets = done.sheets.as_ref().map(Clone::clone);
    same.then(|| sheets.map_err(|fault| one_line(&fault.to_string())))
}

fn compute(
    (name, by, consistent): Need,
    prepared: &Prepared,
    request: &Request,
    given: &[Flag],
) -> Result<Vec<Sheet>, String> {
    let Some(analysis) = analysis(name) else {
        return Err(format!("this program has no analysis `{name}`"));
    };
    let request = Request {
        by: by.map(<[GroupKey]>::to_vec),
        consistent_only: request.consistent_only || consistent,
        // No figure draws resampled limits.
        bootstrap: if name == "gain" { 0 } else { request.bootstrap },
        ..request.clone()
    };
    willing(analysis, given, &request)?;
    (analysis.run)(prepared, &request).map_err(|fault| one_line(&fault.to_string()))
}

fn willing(analysis: &Analysis, given: &[Flag], request: &Request) -> Result<(), String> {
    match analysis.refuses(given, request) {
        faults if faults.is_empty() => Ok(()),
        faults => Err(faults.join("; ")),
    }
}
