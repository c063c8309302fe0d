//! The report of a run: one HTML file that needs nothing beside it.

use crate::error::ReportError;
use crate::example::{Example, examples};
use crate::figure::{Entry, dumbbell, forest};
use crate::number;
use crate::sentence::sentences;
use crate::table::notes;
use foretell_analysis::{Contrast, GainRequest, GainRow, GainTable, GroupKey};
use foretell_tables::{ModelRow, read};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::Serialize;
use std::collections::BTreeMap;
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
    let mut file = tempfile::NamedTempFile::with_prefix_in(".report-", folder).map_err(at)?;
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
    let page = page(run, request, &references, &each, &cases)?;
    Ok(page)
}

fn page(
    run: &Path,
    request: &ReportRequest,
    references: &GainTable,
    each: &GainTable,
    cases: &[Example],
) -> Result<String, ReportError> {
    let arms = (references.arm.as_str(), references.against.as_str());
    let datasets: BTreeMap<&str, Vec<&GainRow>> = by_dataset(each);
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_template("report", PAGE)?;
    let page = environment.get_template("report")?.render(context! {
        title => request.title,
        sentences => sentences(references),
        warnings => references.warnings,
        arm => arms.0,
        against => arms.1,
        level => number::percent(references.level),
        references => lines(references),
        reference_notes => notes(references),
        each => lines(each),
        each_notes => notes(each),
        figure_references => forest(&by_reference(references), "by reference model", each.level),
        figure_accuracy => dumbbell(&blocks(each, &datasets, true), "by reference model and dataset", arms),
        figure_datasets => forest(&blocks(each, &datasets, false), "by dataset", each.level),
        several_datasets => datasets.len() > 1,
        left_out => left_out(references),
        targets_missing => targets_missing(references),
        models => models(run)?,
        cases => cases,
        command => request.command,
        study => study(run, request)?,
    })?;
    Ok(page)
}

/// One line of a table of gains, as text.
#[derive(Serialize)]
struct Line {
    group: Vec<String>,
    pairs: String,
    clusters: String,
    observations: String,
    without: String,
    with: String,
    gain: String,
    nsg: String,
    bootstrap: String,
    bounds: String,
    left_out: String,
}

fn lines(table: &GainTable) -> Vec<Line> {
    let range = |low: Option<f64>, high: Option<f64>| match (low, high) {
        (None, None) => number::UNDEFINED.to_owned(),
        (low, high) => {
            let limit = |v: Option<f64>| v.map_or("none".to_owned(), |v| number::fixed(v, 2));
            format!("{} to {}", limit(low), limit(high))
        }
    };
    let line = |row: &GainRow| Line {
        group: row.group.clone(),
        pairs: number::count(row.pairs),
        clusters: number::count(row.clusters),
        observations: number::count(row.observations),
        without: number::fraction(row.a_without),
        with: number::fraction(row.a_with),
        gain: number::signed(row.gain),
        nsg: number::nsg(row),
        bootstrap: range(row.boot_low, row.boot_high),
        bounds: range(row.bound_low, row.bound_high),
        left_out: number::count(row.left_out),
    };
    table.rows.iter().map(line).collect()
}

fn by_reference(table: &GainTable) -> Vec<Entry<'_>> {
    let entry = |row| GainRow::group_of(row);
    table.rows.iter().map(|row| Entry { block: None, name: entry(row), row }).collect()
}
