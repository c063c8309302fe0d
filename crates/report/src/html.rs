//! The report of a run: one HTML file that needs nothing beside it.

use crate::canvas::typeset;
use crate::content::{asked, hashes, marked, model, models, study};
use crate::cost::costs;
use crate::error::ReportError;
use crate::example::{Example, examples};
use crate::figure::{FIGURES, Figure, FigureKind, figures_beside};
use crate::font::FAMILIES;
use crate::headline::{is_wide, lines};
use crate::methods::{VERSION, bibtex, paragraph};
use crate::notice::notices;
use crate::number;
use crate::sentence::sentences;
use crate::theme::{Theme, recoloured};
use crate::view::{TableView, table};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use foretell_analysis::{
    ANALYSES, Analysis, Contrast, Finished, GainRequest, GainTable, GroupKey, Observations,
    Prepared, Request, Sheet, run_all,
};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::path::Path;

/// The page, as a template, with its style sheet and its script.
const PAGE: &str = include_str!("../templates/report.html.jinja");
const STYLE: &str = include_str!("../templates/report.css");
const SCRIPT: &str = include_str!("../templates/report.js");

/// Sheets that are shown unfolded: what a reader wants first.
const OPEN: [&str; 4] = ["gain", "missing", "missing-targets", "costs"];

/// What a report is about and what stands in it.
///
/// # Examples
/// ```
/// use foretell_report::ReportRequest;
///
/// let request = ReportRequest { title: "Heart disease".into(), ..ReportRequest::default() };
/// assert_eq!(request.gain.arm, "with");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRequest {
    /// Title of the page.
    pub title: String,
    /// The command that made the run, for those who want to make it again.
    pub command: Option<String>,
    /// The resolved study; `None` reads `run.toml` in the run folder, where it is there.
    pub study: Option<String>,
    /// The arms, the level and the bootstrap; the report groups by itself.
    pub gain: GainRequest,
    /// Most example cases.
    pub examples: usize,
}

impl Default for ReportRequest {
    fn default() -> Self {
        Self {
            title: "Foretell report".to_owned(),
            command: None,
            study: None,
            gain: GainRequest::default(),
            examples: 20,
        }
    }
}

/// Reads the tables of a run and writes its report to `out`; the file appears whole.
///
/// # Errors
/// [`ReportError`] names the file, and how to mend what can be mended.
pub fn write_report(run: &Path, out: &Path, request: &ReportRequest) -> Result<(), ReportError> {
    let page = report(run, request)?;
    let at = |fault| ReportError::Io { path: out.to_owned(), fault };
    foretell_tables::write_whole(out, page.as_bytes()).map_err(at)
}

/// The report as text.
///
/// # Errors
/// [`ReportError`] names the file, and how to mend what can be mended.
pub fn report(run: &Path, request: &ReportRequest) -> Result<String, ReportError> {
    let GainRequest { arm, against, level, bootstrap, seed, .. } = request.gain.clone();
    let contrast = Contrast { arm, against };
    let of_analyses = Request { contrast, level, bootstrap, seed, ..Request::default() };
    let (prepared, costs) = rayon::join(|| Prepared::read(&[run], &of_analyses), || costs(run));
    let prepared = prepared?;
    // Its sentences say no resampled limit; those stand in the sheet.
    let by = vec![GroupKey::Reference];
    let counts = prepared.counts(&of_analyses, &by);
    let by_reference = GainRequest { by, bootstrap: 0, ..request.gain.clone() };
    let gains = GainTable { bootstrap, ..counts.gain(&by_reference)? };
    let kinds: Vec<&'static FigureKind> = FIGURES.iter().collect();
    let analyses: Vec<&Analysis> = ANALYSES.iter().collect();
    let finished = run_all(&analyses, &prepared, &of_analyses);
    let figures = figures_beside(&kinds, &prepared, &of_analyses, &[], &finished);
    let observations = prepared.observations(&of_analyses, &[]);
    let cases = examples(run, &observations, &gains.arm, request.examples)?;
    Page {
        run,
        request,
        gains,
        observations: &observations,
        figures,
        finished,
        cases,
        costs: costs?,
    }
    .render()
}

/// A figure of the page.
#[derive(Serialize)]
struct FigureView {
    name: &'static str,
    title: &'static str,
    number: usize,
    svg: String,
    caption: Vec<String>,
    csv: String,
}

/// What is not there, with the reason.
#[derive(Serialize)]
struct Absent {
    name: &'static str,
    reason: String,
}

/// All that stands in a page.
struct Page<'a> {
    run: &'a Path,
    request: &'a ReportRequest,
    gains: GainTable,
    observations: &'a Observations,
    figures: Vec<(&'static FigureKind, Result<Figure, String>)>,
    finished: Vec<Finished>,
    cases: Vec<Example>,
    costs: Sheet,
}

impl Page<'_> {
    fn render(self) -> Result<String, ReportError> {
        let Page { run, request, gains, observations, .. } = self;
        let (drawn, undrawn) = drawn(self.figures);
        let (sheets, failed) = computed(self.finished);
        let model_rows = models(run)?;
        let lines = is_wide(&gains).then(|| lines(&gains));
        let mut warnings = gains.warnings.clone();
        warnings.extend(notices(observations, &model_rows));
        let tables: Vec<TableView> =
            sheets.iter().filter(|sheet| !sheet.rows.is_empty()).map(table).collect();
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
        environment.set_syntax(syntax);
        environment.add_template("report", PAGE)?;
        let page = environment.get_template("report")?.render(context! {
            title => request.title.as_str(),
            style => style(),
            script => SCRIPT,
            script_hash => STANDARD.encode(Sha256::digest(SCRIPT)),
            sentences => marked(&sentences(&gains).iter().map(|text| typeset(text)).collect::<Vec<_>>()),
            noted => lines.iter().flatten().any(|line| !line.note.is_empty()),
            left_out => gains.rows.iter().any(|row| row.left_out > 0),
            lines => lines.map(Serde),
            warnings => marked(&warnings),
            asked => marked(&asked(&observations.guesses)),
            arm => gains.arm.as_str(),
            against => gains.against.as_str(),
            level => number::percent(gains.level),
            figures => Serde(drawn),
            undrawn => Serde(undrawn),
            tables => Serde(tables),
            failed => Serde(failed),
            open => OPEN,
            costs => Serde(table(&self.costs)),
            models => Serde(model_rows.into_iter().map(model).collect::<Vec<_>>()),
            cases => Serde(self.cases),
            methods => paragraph(&gains, observations),
            bibtex => bibtex(),
            command => request.command.as_deref(),
            study => study(run, request.study.as_deref())?,
            hashes => Serde(hashes(run)?),
            version => VERSION,
        })?;
        Ok(page)
    }
}

/// The style sheet, with the colours of figures in the dark and on paper.
fn style() -> String {
    format!(
        "{STYLE}\nsvg text {{ font-family: {FAMILIES}; }}\n\
         @media screen and (prefers-color-scheme: dark) {{\n{}\n}}\n@media print {{\n{}\n}}\n",
        recoloured(Theme::Dark),
        recoloured(Theme::Print)
    )
}

fn drawn(
    figures: Vec<(&'static FigureKind, Result<Figure, String>)>,
) -> (Vec<FigureView>, Vec<Absent>) {
    let (mut drawn, mut undrawn) = (Vec::new(), Vec::new());
    for (kind, figure) in figures {
        match figure {
            Ok(figure) => drawn.push(FigureView {
                name: kind.name,
                title: kind.title,
                number: drawn.len() + 1,
                svg: figure.element(),
                caption: marked(std::slice::from_ref(&figure.caption)).remove(0),
                csv: figure.to_csv(),
            }),
            Err(reason) => undrawn.push(Absent { name: kind.name, reason }),
        }
    }
    (drawn, undrawn)
}

fn computed(finished: Vec<Finished>) -> (Vec<Sheet>, Vec<Absent>) {
    let (mut sheets, mut failed) = (Vec::new(), Vec::new());
    for done in finished {
        match done.sheets {
            Ok(found) => sheets.extend(found),
            Err(fault) => {
                let reason = number::one_line(&fault.to_string());
                failed.push(Absent { name: done.name, reason });
            }
        }
    }
    (sheets, failed)
}
