//! The headline in words.

use crate::headline::{is_wide, opening};
use crate::number;
use foretell_analysis::{GainRow, GainTable, GroupKey};

/// What the table says: one sentence a row, or, of more references than are read one by one, an
/// opening with their range, the ends of it and what the intervals exclude.
///
/// A sentence says no more than its row: fewer or more errors than in the baseline, with interval
/// and counts; that the interval does not tell the figure from 0 where it does not; and the reason
/// where there is no figure.
///
/// # Examples
/// ```
/// use foretell_analysis::{Counts, GainRequest};
///
/// let table = Counts::new(&[]).gain(&GainRequest::default())?;
/// let text = foretell_report::sentence::sentence(&table);
/// assert!(text.starts_with("The NSG is undefined: nothing was observed"));
/// # Ok::<(), foretell_analysis::AnalysisError>(())
/// ```
#[must_use]
pub fn sentence(gains: &GainTable) -> String {
    sentences(gains).join("\n")
}

/// The sentences of [`sentence`].
#[must_use]
pub fn sentences(gains: &GainTable) -> Vec<String> {
    if is_wide(gains) {
        return opening(gains);
    }
    gains.rows.iter().map(|row| of_row(gains, row)).collect()
}

fn of_row(gains: &GainTable, row: &GainRow) -> String {
    let (about, basis) = (about(gains, row), basis(row));
    let predictor = value(gains, row, GroupKey::Predictor).map(|name| format!("`{name}`"));
    let Some(nsg) = row.nsg else {
        let reason = row.undefined.as_deref().unwrap_or("no reason was recorded");
        let by = predictor.map(|name| format!(" by {name}")).unwrap_or_default();
        let nsg = match gains.by.is_empty() {
            true => "The NSG".to_owned(),
            false => format!("For guesses{by}{about} the NSG"),
        };
        return format!("{nsg} is undefined: {reason} ({basis}).");
    };
    let who = predictor.as_deref().unwrap_or("predictors");
    let Words { shown, baseline } = Words::of(gains);
    let size = change(nsg);
    let (effect, same) = match size.as_str() {
        SAME => (format!("{SAME} errors{about} as {baseline}"), true),
        size => (format!("{size} errors{about} than {baseline}"), false),
    };
    let doubt = match (row.nsg_low, row.nsg_high) {
        (Some(low), Some(high)) if low <= 0.0 && high >= 0.0 && !same => {
            ", which the interval does not tell from no change"
        }
        _ => "",
    };
    let few = match row.rests_on_few_errors() {
        true => format!("; {baseline} there {}, too few to build on", only(row)),
        false => String::new(),
    };
    let nsg = match &row.interval_undefined {
        None => format!("NSG {}", number::nsg(row)),
        Some(reason) => format!("NSG {} without an interval: {reason}", number::fixed(nsg, 2)),
    };
    format!("{shown}, {who} made {effect}{doubt}{few} ({nsg}; {basis}).")
}

/// What is said where as many errors were made.
const SAME: &str = "as many";

/// What an NSG says of errors: `21 % fewer`, `15 % more`, or [`SAME`] where it rounds to nothing.
pub(crate) fn change(nsg: f64) -> String {
    match (number::percent(nsg.abs()).as_str(), nsg > 0.0) {
        ("0 %", _) => SAME.to_owned(),
        (size, true) => format!("{size} fewer"),
        (size, false) => format!("{size} more"),
    }
}

/// How the two arms are spoken of.
pub(crate) struct Words {
    pub(crate) shown: String,
    pub(crate) baseline: String,
}

impl Words {
    pub(crate) fn of(gains: &GainTable) -> Self {
        let (arm, against) = (number::one_line(&gains.arm), number::one_line(&gains.against));
        if (arm.as_str(), against.as_str()) != ("with", "without") {
            return Self {
                shown: format!("In arm `{arm}`"),
                baseline: format!("in arm `{against}`"),
            };
        }
        let one = gains.by.contains(&GroupKey::Reference) && !is_wide(gains);
        Self {
            shown: if one { "Shown its explanations" } else { "Shown explanations" }.to_owned(),
            baseline: "without them".to_owned(),
        }
    }
}

/// What the row is about, with a space before it, or nothing where it is about everything.
fn about(gains: &GainTable, row: &GainRow) -> String {
    let mut about = String::new();
    if let Some(reference) = value(gains, row, GroupKey::Reference) {
        about.push_str(&format!(" about `{reference}`"));
    }
    if let Some(dataset) = value(gains, row, GroupKey::Dataset) {
        about.push_str(&format!(" on `{dataset}`"));
    }
    if let Some(order) = value(gains, row, GroupKey::AnswerOrder) {
        about.push_str(&format!(" where it answered {order}"));
    }
    about
}

fn value(gains: &GainTable, row: &GainRow, key: GroupKey) -> Option<String> {
    let at = gains.by.iter().position(|own| *own == key)?;
    Some(number::one_line(&row.group[at]))
}

fn only(row: &GainRow) -> String {
    let few = few_errors(row);
    format!("{} {few}", if few == "only 1 error" { "was" } else { "were" })
}

/// The few errors of the baseline; averaged repeats make fractions of one.
pub(crate) fn few_errors(row: &GainRow) -> String {
    let text = number::fixed(row.baseline_errors(), 1);
    match text.strip_suffix(".0").unwrap_or(&text) {
        "1" => "only 1 error".to_owned(),
        errors => format!("only {errors} errors"),
    }
}

/// Counts that the row rests on.
fn basis(row: &GainRow) -> String {
    let mut basis = format!(
        "{} in {}, {}",
        number::counted(row.pairs, "pair"),
        number::counted(row.clusters, "cluster"),
        number::counted(row.observations, "observation"),
    );
    if row.left_out > 0 {
        basis.push_str(&format!(", {} left out", number::counted(row.left_out, "guess")));
    }
    basis
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{gains, row};

    #[test]
    fn sentences_say_no_more_than_their_rows() {
        let rows = vec![
            row(&["faithful"], Some((0.214, 0.18, 0.244))),
            row(&["unsure"], Some((0.03, -0.021, 0.08))),
            row(&["misleading"], Some((-0.15, -0.24, -0.07))),
            row(&["idle"], Some((0.0004, -0.01, 0.01))),
            row(&["silent"], None),
        ];
        insta::assert_snapshot!(sentence(&gains(&[GroupKey::Reference], rows)));
    }

    #[test]
    fn a_figure_without_interval_says_why() {
        let mut perfect = row(&["d", "p"], Some((1.0, 1.0, 1.0)));
        (perfect.nsg_low, perfect.nsg_high) = (None, None);
        perfect.interval_undefined = Some("the treated arm makes no error".into());
        perfect.left_out = 3;
        let keys = [GroupKey::Dataset, GroupKey::Predictor];
        insta::assert_snapshot!(sentence(&gains(&keys, vec![perfect])));
    }

    #[test]
    fn other_arms_are_named() {
        let rows = vec![row(&["r"], Some((-0.02, -0.04, 0.01))), row(&["s"], None)];
        let mut gains = gains(&[GroupKey::Reference], rows);
        gains.arm = "shuffled".into();
        insta::assert_snapshot!(sentence(&gains));
    }
}
