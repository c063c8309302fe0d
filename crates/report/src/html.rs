//! The report of a run: one HTML file that needs nothing beside it.

use crate::content::{
    blocks, by_first, left_out, marked, models, sections, study, targets_missing,
};
use crate::error::ReportError;
use crate::example::{Example, examples};
use crate::figure::{dumbbell, forest};
use crate::number;
use crate::sentence::sentences;
use crate::table::notes;
use foretell_analysis::{Contrast, GainRequest, GainTable, GroupKey};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use std::io::Write;
use std::path::Path;

/// The page, as a template.
const PAGE: &str = include_str!("../templates/report.html.jinja");

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
            examples: 6,
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
    // A bare file name lies in the folder that the program was started in.
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut file = foretell_tables::temporary(".report-", folder).map_err(at)?;
    file.write_all(page.as_bytes()).map_err(at)?;
    file.persist(out).map_err(|fault| at(fault.error))?;
    Ok(())
}

/// The report as text.
///
/// # Errors
/// [`ReportError`] names the file, and how to mend what can be mended.
pub fn report(run: &Path, request: &ReportRequest) -> Result<String, ReportError> {
    let gain = &request.gain;
    let contrast = Contrast { arm: gain.arm.clone(), against: gain.against.clone() };
    let keys = [GroupKey::Reference, GroupKey::Dataset];
    let counts = contrast.count(&[run], &keys)?;
    let by = |keys: &[GroupKey], bootstrap| {
        counts.gain(&GainRequest { by: keys.to_vec(), bootstrap, ..gain.clone() })
    };
    let references = by(&keys[..1], gain.bootstrap)?;
    let each = by(&keys, 0)?;
    let cases = examples(run, &contrast, request.examples)?;
    page(run, request, &references, &each, &cases)
}

fn page(
    run: &Path,
    request: &ReportRequest,
    references: &GainTable,
    each: &GainTable,
    cases: &[Example],
) -> Result<String, ReportError> {
    let arms = (references.arm.as_str(), references.against.as_str());
    let accuracy = blocks(each, [0, 1]);
    let datasets = blocks(each, [1, 0]);
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
    environment.set_syntax(syntax);
    environment.add_template("report", PAGE)?;
    let page = environment.get_template("report")?.render(context! {
        title => request.title.as_str(),
        sentences => marked(&sentences(references)),
        warnings => marked(&references.warnings),
        arm => arms.0,
        against => arms.1,
        level => number::percent(references.level),
        references => Serde(sections(references)),
        reference_notes => marked(&notes(references)),
        each => Serde(sections(each)),
        each_notes => marked(&notes(each)),
        figure_references => forest(&by_first(references), "by reference model", each.level),
        figure_accuracy => dumbbell(&accuracy, "by reference model and dataset", arms),
        figure_datasets => forest(&datasets, "by dataset and reference model", each.level),
        left_out => Serde(left_out(references)),
        targets_missing => Serde(targets_missing(references)),
        models => Serde(models(run)?),
        cases => Serde(cases),
        command => request.command.as_deref(),
        study => study(run, request.study.as_deref())?,
    })?;
    Ok(page)
}
