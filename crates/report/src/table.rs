//! The table of gains for a terminal.

use crate::number::{self, UNDEFINED};
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use foretell_analysis::{GainRow, GainTable};
use std::collections::BTreeMap;

/// A line under the header and nothing else, so that lines of the table can be cut out with `awk`.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('-'));

/// Groups that a note names before it only counts the rest.
const NAMED: usize = 5;

/// The table of gains as text, with reasons for what is undefined and warnings under it.
///
/// `width` is that of the terminal; `None` lets lines be as long as they come.
///
/// # Examples
/// ```
/// use foretell_analysis::{Contrast, Counts, GainRequest};
///
/// let table = Counts::new(&[]).gain(&GainRequest::default())?;
/// let text = foretell_report::table::gain_table(&table, Some(100));
/// assert!(text.contains("undefined: nothing was observed in both arms"));
/// # Ok::<(), foretell_analysis::AnalysisError>(())
/// ```
#[must_use]
pub fn gain_table(gains: &GainTable, width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).force_no_tty();
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    let groups = gains.by.len();
    table.set_header(header(gains).into_iter().enumerate().map(|(at, text)| cell(text, at < groups)));
    for row in &gains.rows {
        table.add_row(line(row).into_iter().enumerate().map(|(at, text)| cell(text, at < groups)));
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    for note in notes(gains) {
        text.push_str(&format!("{note}\n"));
    }
    for warning in &gains.warnings {
        text.push_str(&format!("warning: {}\n", number::one_line(warning)));
    }
    text
}

fn cell(text: String, is_group: bool) -> Cell {
    let alignment = if is_group { CellAlignment::Left } else { CellAlignment::Right };
    Cell::new(text).set_alignment(alignment)
}

fn header(gains: &GainTable) -> Vec<String> {
    let groups = gains.by.iter().map(|key| key.as_str().replace('_', " "));
    let figures = [
        "pairs".to_owned(),
        "clusters".to_owned(),
        "observations".to_owned(),
        number::one_line(&gains.against),
        number::one_line(&gains.arm),
        "gain".to_owned(),
        format!("NSG [{}]", number::percent(gains.level)),
        "left out".to_owned(),
    ];
    groups.chain(figures).collect()
}

fn line(row: &GainRow) -> Vec<String> {
    let groups = row.group.iter().map(|value| number::one_line(value));
    let figures = [
        number::count(row.pairs),
        number::count(row.clusters),
        number::count(row.observations),
        number::fraction(row.a_without),
        number::fraction(row.a_with),
        number::signed(row.gain),
        number::nsg(row),
        number::count(row.left_out),
    ];
    groups.chain(figures).collect()
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

fn named(groups: &[String]) -> String {
    let names: Vec<String> = groups.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    match groups.len() - names.len() {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
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
    fn a_narrow_terminal_wraps_cells_and_loses_nothing() {
        let text = gain_table(&sample(), Some(80));
        let table = text.lines().take_while(|line| !line.contains("undefined for"));
        for line in table {
            assert!(line.chars().count() <= 80, "{line}");
        }
        insta::assert_snapshot!(text);
    }
}
