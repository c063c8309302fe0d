//! The table of gains for a terminal.

use crate::grid::{Grid, fitted, named};
use crate::number::{self, UNDEFINED};
use foretell_analysis::{GainRow, GainTable};
use std::collections::BTreeMap;

/// The table of gains as text, with reasons for what is undefined and warnings under it.
///
/// `width` is that of the terminal; `None` lets lines be as long as they come. Where they do not
/// fit, pairs and gain (which the other columns imply) go, and names lose their middle; no number
/// is ever broken over two lines.
///
/// # Examples
/// ```
/// use foretell_analysis::{Counts, GainRequest};
///
/// let table = Counts::new(&[]).gain(&GainRequest::default())?;
/// let text = foretell_report::table::gain_table(&table, Some(100));
/// assert!(text.contains("undefined: nothing was observed in both arms"));
/// # Ok::<(), foretell_analysis::AnalysisError>(())
/// ```
#[must_use]
pub fn gain_table(gains: &GainTable, width: Option<u16>) -> String {
    let width = width.map_or(usize::MAX, usize::from);
    let (mut text, narrow) = fitted(&grid(gains, &WIDE), || grid(gains, &NARROW), width);
    text.push('\n');
    if narrow {
        text.push_str("narrow terminal: pairs and gain are not shown, long names are shortened\n");
    }
    for note in notes(gains) {
        text.push_str(&format!("{note}\n"));
    }
    for warning in &gains.warnings {
        text.push_str(&format!("warning: {}\n", number::one_line(warning)));
    }
    text
}

/// A column after the group columns: its title and its cells.
type Column = (fn(&GainTable) -> String, fn(&GainRow) -> String);

const PAIRS: Column = (|_| "pairs".to_owned(), |row| number::count(row.pairs));
const CLUSTERS: Column = (|_| "clusters".to_owned(), |row| number::count(row.clusters));
const OBSERVATIONS: Column = (|_| "observations".to_owned(), |row| number::count(row.observations));
const WITHOUT: Column =
    (|gains| number::one_line(&gains.against), |row| number::fraction(row.a_without));
const WITH: Column = (|gains| number::one_line(&gains.arm), |row| number::fraction(row.a_with));
const GAIN: Column = (|_| "gain".to_owned(), |row| number::signed(row.gain));
const NSG: Column = (|gains| format!("NSG [{}]", number::percent(gains.level)), number::nsg);
const LEFT_OUT: Column = (|_| "left out".to_owned(), |row| number::count(row.left_out));

const WIDE: [Column; 8] = [PAIRS, CLUSTERS, OBSERVATIONS, WITHOUT, WITH, GAIN, NSG, LEFT_OUT];

/// Where there is little room, the NSG alone says that it and the accuracies are undefined.
const NARROW: [Column; 6] = [
    CLUSTERS,
    (|_| "obs.".to_owned(), |row| number::count(row.observations)),
    (WITHOUT.0, |row| row.a_without.map_or("-".to_owned(), |value| number::fixed(value, 3))),
    (WITH.0, |row| row.a_with.map_or("-".to_owned(), |value| number::fixed(value, 3))),
    NSG,
    (|_| "left\nout".to_owned(), LEFT_OUT.1),
];

fn grid(gains: &GainTable, columns: &[Column]) -> Grid {
    let names = gains.by.iter().map(|key| (key.as_str().replace('_', " "), true));
    let figures = columns.iter().map(|(title, _)| (title(gains), false));
    let row = |row: &GainRow| {
        let names = row.group.iter().map(|value| number::one_line(value));
        names.chain(columns.iter().map(|(_, of_row)| of_row(row))).collect()
    };
    let rows = gains.rows.iter().map(row).collect();
    Grid { columns: names.chain(figures).collect(), rows }
}

/// Reasons for what is undefined, and what the columns do not show; one line each.
pub(crate) fn notes(gains: &GainTable) -> Vec<String> {
    let mut reasons: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for row in &gains.rows {
        let of_nsg = row.undefined.as_deref().map(|reason| ("NSG", reason));
        let of_interval = row.interval_undefined.as_deref().map(|reason| ("interval", reason));
        // Without an NSG there is no interval either, for the same reason.
        if let Some(reason) = of_nsg.or(of_interval) {
            reasons.entry(reason).or_default().push(number::one_line(&row.group.join(" / ")));
        }
    }
    let mut notes: Vec<String> = reasons
        .into_iter()
        .map(|((what, reason), groups)| match gains.by.is_empty() {
            true => format!("{what} {UNDEFINED}: {reason}"),
            false => format!("{what} {UNDEFINED} for {}: {reason}", named(&groups)),
        })
        .collect();
    let targets: u64 = gains.rows.iter().map(|row| row.targets_missing).sum();
    if targets > 0 {
        notes.push(format!(
            "{} of the references missing: guesses about them could not be scored",
            number::counted(targets, "answer")
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{gains, row};
    use foretell_analysis::GroupKey;

    fn sample() -> GainTable {
        let mut misled = row(&["misleading", "heart_disease"], Some((-0.15, -0.24, -0.07)));
        (misled.left_out, misled.targets_missing) = (12, 1);
        let mut perfect = row(&["perfect", "heart_disease"], Some((1.0, 1.0, 1.0)));
        (perfect.nsg_low, perfect.nsg_high) = (None, None);
        perfect.interval_undefined = Some("the treated arm makes no error".into());
        let rows = vec![
            row(&["faithful", "heart_disease"], Some((0.214, 0.18, 0.244))),
            misled,
            perfect,
            row(&["silent\u{1b}[2J", "heart_disease"], None),
        ];
        let mut gains = gains(&[GroupKey::Reference, GroupKey::Dataset], rows);
        gains.warnings = vec!["12 texts stand on both sides".into()];
        gains
    }

    #[test]
    fn numbers_are_aligned_and_reasons_stand_under_the_table() {
        insta::assert_snapshot!(gain_table(&sample(), None));
    }

    #[test]
    fn a_narrow_terminal_shortens_names_and_breaks_no_number() {
        let text = gain_table(&sample(), Some(80));
        let table = text.lines().take_while(|line| !line.contains("undefined for"));
        for line in table {
            assert!(line.chars().count() <= 80, "{line}");
        }
        insta::assert_snapshot!(text);
    }
}
