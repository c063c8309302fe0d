//! Estimates in sheets, and when they rest on too little.

use super::Cell;
use foretell_stats::Interval;

/// Fewer baseline errors than this make an NSG a ratio to a handful of guesses.
pub(crate) const FEW_ERRORS: f64 = 10.0;

/// Fewer clusters than this leave an interval to its small-sample corrections.
pub(crate) const FEW_CLUSTERS: u64 = 30;

/// Rows that a warning names before it only counts the rest.
const NAMED: usize = 5;

/// A figure with its standard error and interval, each present or with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: Result<f64, String>,
    /// Its standard error.
    pub se: Result<f64, String>,
    /// Its interval.
    pub interval: Result<Interval, String>,
}

impl Estimate {
    /// An estimate of figures that carry their own kind of reason.
    #[must_use]
    pub fn new<E: ToString>(
        value: Result<f64, E>,
        se: Result<f64, E>,
        interval: Result<Interval, E>,
    ) -> Self {
        Self {
            value: value.map_err(|reason| reason.to_string()),
            se: se.map_err(|reason| reason.to_string()),
            interval: interval.map_err(|reason| reason.to_string()),
        }
    }

    /// No estimate at all.
    #[must_use]
    pub fn undefined(reason: impl ToString) -> Self {
        let reason = reason.to_string();
        Self::new(Err(reason.clone()), Err(reason.clone()), Err(reason))
    }

    /// The four cells of [`super::Column::estimate`].
    #[must_use]
    pub fn cells(&self) -> [Cell; 4] {
        let limits = match &self.interval {
            Ok(interval) if interval.low.is_finite() && interval.high.is_finite() => {
                [interval.low, interval.high].map(Cell::from)
            }
            Ok(_) => [NO_FLOOR; 2].map(Cell::undefined),
            Err(reason) => [reason; 2].map(Cell::undefined),
        };
        let [low, high] = limits;
        [self.value.clone().into(), self.se.clone().into(), low, high]
    }
}

impl Estimate {
    /// A figure with limits and without a standard error.
    #[must_use]
    pub fn limited<E: ToString>(value: Result<f64, E>, interval: Result<Interval, E>) -> Self {
        Self {
            value: value.map_err(|reason| reason.to_string()),
            se: Err("this figure has limits only".to_owned()),
            interval: interval.map_err(|reason| reason.to_string()),
        }
    }

    /// The three cells of [`super::Column::limits`].
    #[must_use]
    pub fn limits(&self) -> [Cell; 3] {
        let [value, _, low, high] = self.cells();
        [value, low, high]
    }

    /// Limits that do not pass the ends of what the figure can be.
    #[must_use]
    pub(crate) fn within(self, least: f64, most: f64) -> Self {
        let interval = self.interval.map(|Interval { low, high }| Interval {
            low: low.clamp(least, most),
            high: high.clamp(least, most),
        });
        Self { interval, ..self }
    }
}

/// Why an interval that reaches to infinity is not printed.
pub(crate) const NO_FLOOR: &str = "the variance is so large that the interval has no floor";

/// What a row of a sheet rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    /// Its name: the values of its groups.
    pub name: String,
    /// Clusters observed.
    pub clusters: u64,
    /// Errors of the baseline.
    pub baseline_errors: f64,
}

/// The warnings about rows that rest on too little: fewer than thirty clusters, or fewer than ten
/// errors without explanation. Rows without an observation are not warned of: they have no figure.
///
/// # Examples
/// ```
/// use foretell_analysis::{Basis, basis_warnings};
///
/// let row = |name: &str, clusters| Basis { name: name.into(), clusters, baseline_errors: 12.0 };
/// let warnings = basis_warnings(&[row("a", 29), row("b", 30)]);
/// assert_eq!(warnings, ["fewer than 30 clusters, so the interval is rough: a (29)"]);
/// ```
#[must_use]
pub fn basis_warnings(rows: &[Basis]) -> Vec<String> {
    let few_clusters = rows.iter().filter(|row| (1..FEW_CLUSTERS).contains(&row.clusters));
    let few_clusters = few_clusters.map(|row| (row.name.as_str(), row.clusters.to_string()));
    let few_errors = rows.iter().filter(|row| {
        row.clusters > 0 && row.baseline_errors > 0.0 && row.baseline_errors < FEW_ERRORS
    });
    let few_errors = few_errors.map(|row| (row.name.as_str(), short(row.baseline_errors)));
    [
        about("fewer than 30 clusters, so the interval is rough", few_clusters),
        about("fewer than 10 baseline errors, so the NSG is rough", few_errors),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// One decimal, where there is one: averaged repeats make fractions of an error.
fn short(errors: f64) -> String {
    let text = format!("{errors:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// One warning for all the rows that it is about, with a figure each, or none.
pub(crate) fn about<'a>(
    what: &str,
    rows: impl Iterator<Item = (&'a str, String)>,
) -> Option<String> {
    let rows: Vec<(&str, String)> = rows.collect();
    let (name, figure) = rows.first()?;
    if name.is_empty() && rows.len() == 1 {
        return Some(format!("{what} ({figure})"));
    }
    let named = rows.iter().take(NAMED).map(|(name, figure)| format!("{name} ({figure})"));
    let named: Vec<String> = named.collect();
    let more = match rows.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("{what}: {}{more}", named.join(", ")))
}
