//! What a reader has to know about the figures of a table.

use crate::counts::Counts;
use crate::gain::GainRow;
use crate::group::GroupKey;

/// Fewer clusters than this leave the interval to its small-sample corrections.
const FEW_CLUSTERS: u64 = 20;

/// Fewer baseline errors than this make the NSG a ratio to a handful of guesses.
pub(crate) const FEW_ERRORS: f64 = 10.0;

/// A larger share than this of observations that are not scored deserves a look.
const MUCH_UNSCORED: f64 = 0.05;

/// Groups that are named before the rest is only counted.
const NAMED: usize = 5;

pub(crate) fn warnings(counts: &Counts, by: &[GroupKey], rows: &[GainRow]) -> Vec<String> {
    let mut warnings: Vec<String> = counts.notices.iter().cloned().collect();
    let shared = counts.shared_texts();
    if shared > 0 {
        let stand = if shared == 1 { "text stands" } else { "texts stand" };
        warnings.push(format!(
            "{} {stand} both as an original and as a counterfactual: the intervals treat their \
             pairs as independent, and may be too narrow",
            foretell_core::count(shared)
        ));
    }
    let observed = || rows.iter().filter(|row| row.observations > 0);
    let few_clusters = observed().filter(|row| row.clusters < FEW_CLUSTERS);
    let few_errors = rows.iter().filter(|row| row.rests_on_few_errors());
    let unscored = rows.iter().filter(|row| row.unscored > MUCH_UNSCORED);
    let found = [
        about("fewer than 20 clusters, so the interval is rough", few_clusters, by, |row| {
            row.clusters.to_string()
        }),
        about("fewer than 10 baseline errors, so the NSG is rough", few_errors, by, |row| {
            // One decimal: averaged repeats make fractions of an error.
            let text = format!("{:.1}", row.baseline_errors);
            text.strip_suffix(".0").unwrap_or(&text).to_owned()
        }),
        about("more than 5 % of the observations are not scored", unscored, by, |row| {
            format!("{:.1} %", 100.0 * row.unscored)
        }),
    ];
    warnings.extend(found.into_iter().flatten());
    warnings
}

/// One warning for all the rows that it is about, or none.
fn about<'a>(
    what: &str,
    rows: impl Iterator<Item = &'a GainRow>,
    by: &[GroupKey],
    figure: impl Fn(&GainRow) -> String,
) -> Option<String> {
    let rows: Vec<&GainRow> = rows.collect();
    let first = rows.first()?;
    if by.is_empty() {
        return Some(format!("{what} ({})", figure(first)));
    }
    let named = rows.iter().take(NAMED);
    let named: Vec<String> =
        named.map(|row| format!("{} ({})", row.group.join(" / "), figure(row))).collect();
    let more = match rows.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("{what}: {}{more}", named.join(", ")))
}
