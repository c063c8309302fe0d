//! How many questions a study needs, from a pilot or from assumed numbers.

mod assumed;
pub(crate) mod comparison;
mod pilot;
mod request;
mod sheet;
mod words;

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::Sheet;

pub use assumed::Assumed;
pub use comparison::{Compared, Comparison};
pub use request::{PowerError, PowerRequest};

/// The analysis `power`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "power",
    says: "How many questions it takes to tell an NSG from zero, or two references apart.",
    keys: &[GroupKey::Reference],
    by: &[GroupKey::Reference],
    honours: &[
        Flag::Arm,
        Flag::Against,
        Flag::ExcludeSelf,
        Flag::ConsistentOnly,
        Flag::Where,
        Flag::Level,
    ],
    columns: || [sheet::need_columns(), sheet::curve_columns()].concat(),
    run,
};

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    Ok(power_of_run(prepared, request, &of_level(request.level))?)
}

/// What is asked of a run's analyses, at their confidence level.
fn of_level(level: f64) -> PowerRequest {
    PowerRequest { alpha: 1.0 - level, ..PowerRequest::default() }
}

/// Why there is no power at the confidence level of a request, where there is none.
pub(crate) fn refusal(request: &Request) -> Option<String> {
    let fault = of_level(request.level).check().err()?;
    Some(format!("`power` takes no `--level {}`: {fault}", request.level))
}

/// What a run, taken as a pilot, says about studies like it: the sheets `power` and `power-curve`.
///
/// # Errors
/// [`PowerError::Settings`] names everything that is wrong with `wanted`.
///
/// # Examples
/// ```no_run
/// use foretell_analysis::{PowerRequest, Prepared, Request, power_of_run};
/// use std::path::Path;
///
/// let request = Request::default();
/// let prepared = Prepared::read(&[Path::new("runs/demo-1a2b3c4d")], &request)?;
/// let wanted = PowerRequest { from: Some(0.30), to: Some(0.35), ..PowerRequest::default() };
/// for sentence in &power_of_run(&prepared, &request, &wanted)?[0].notes {
///     println!("{sentence}");
/// }
/// # Ok::<(), miette::Report>(())
/// ```
pub fn power_of_run(
    prepared: &Prepared,
    request: &Request,
    wanted: &PowerRequest,
) -> Result<Vec<Sheet>, PowerError> {
    wanted.check()?;
    let by = [GroupKey::Reference];
    let observations = prepared.observations(request, &by);
    let comparisons = pilot::comparisons(&observations, wanted);
    let sheets = sheet::sheets(&comparisons, wanted);
    Ok(sheets.into_iter().map(|sheet| sheet.about(&observations, &request.contrast)).collect())
}

/// The same from assumed numbers, without a run.
///
/// # Errors
/// [`PowerError::Settings`] names everything that is wrong with them.
///
/// # Examples
/// ```
/// use foretell_analysis::{Assumed, PowerRequest, power_of_assumed};
///
/// let wanted = PowerRequest { from: Some(0.30), to: Some(0.35), ..PowerRequest::default() };
/// let sheets = power_of_assumed(&Assumed::default(), &wanted)?;
/// assert!(sheets[0].notes[1].starts_with("to tell NSG 0.30 from 0.35 with 80 % power you need about"));
/// # Ok::<(), foretell_analysis::PowerError>(())
/// ```
pub fn power_of_assumed(
    assumed: &Assumed,
    wanted: &PowerRequest,
) -> Result<Vec<Sheet>, PowerError> {
    let comparisons = assumed.comparisons(wanted)?;
    Ok(sheet::sheets(&comparisons, wanted))
}
