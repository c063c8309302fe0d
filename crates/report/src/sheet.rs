//! Sheets for people: a table that fits the terminal, and LaTeX.

use crate::grid::{Grid, fitted, named};
use crate::number::{self, UNDEFINED, fixed, one_line};
use foretell_analysis::{Cell, Column, Kind, Sheet, Shown};
use std::collections::BTreeMap;

/// Predictors of a panel that are named before the rest is only counted.
const NAMED: usize = 5;

/// A sheet as a table for a terminal, with everything that a reader has to know under it.
///
/// `width` is that of the terminal; `None` lets lines be as long as they come. Where they do not
/// fit, columns of less weight go, and texts lose their middle; no number is ever broken.
///
/// # Examples
/// ```
/// use foretell_analysis::{Cell, Column, Sheet};
/// use foretell_report::sheet::sheet_table;
///
/// let columns = vec![Column::text("model", "the model"), Column::fraction("share", "its share")];
/// let mut sheet = Sheet::new("shares", "Shares", "Who has how much.", columns);
/// sheet.push([Cell::from("a"), Cell::from(0.25)]);
/// assert_eq!(sheet_table(&sheet, None), " model  share\n--------------\n a      0.250\n");
/// ```
#[must_use]
pub fn sheet_table(sheet: &Sheet, width: Option<u16>) -> String {
    let width = width.map_or(usize::MAX, usize::from);
    let mut text = match sheet.rows.is_empty() {
        true => "none".to_owned(),
        false => {
            let narrow = || grid(sheet, Shown::Always);
            fitted(&grid(sheet, Shown::Wide), narrow, width).0
        }
    };
    text.push('\n');
    for line in footnotes(sheet) {
        text.push_str(&format!("{line}\n"));
    }
    text
}

fn grid(sheet: &Sheet, least: Shown) -> Grid {
    let places = shown(sheet, least);
    let columns = places.iter().map(|&at| {
        let column = &sheet.columns[at];
        (heading(sheet, column), matches!(column.kind, Kind::Text | Kind::Truth))
    });
    let row = |row: &Vec<Cell>| places.iter().map(|&at| written(sheet, row, at)).collect();
    Grid { columns: columns.collect(), rows: sheet.rows.iter().map(row).collect() }
}

/// The places of the columns that people see.
pub(crate) fn shown(sheet: &Sheet, least: Shown) -> Vec<usize> {
    let seen = |column: &Column| match least {
        Shown::Wide => column.shown != Shown::Never,
        _ => column.shown == Shown::Always,
    };
    (0..sheet.columns.len()).filter(|&at| seen(&sheet.columns[at])).collect()
}

/// The heading of a column, with the level of the intervals that stand behind its figures.
pub(crate) fn heading(sheet: &Sheet, column: &Column) -> String {
    let level = sheet.settings.iter().find(|(name, _)| *name == "level");
    let level = level.and_then(|(_, level)| level.number()).filter(|_| column.has_limits);
    let heading = one_line(&column.heading);
    level.map_or(heading.clone(), |level| format!("{heading} [{}]", number::percent(level)))
}

/// A cell as people see it, with its limits behind it where the column has them.
pub(crate) fn written(sheet: &Sheet, row: &[Cell], at: usize) -> String {
    let column = &sheet.columns[at];
    let text = plain(&row[at], column.kind);
    if !column.has_limits || row[at].number().is_none() {
        return text;
    }
    let limit = |suffix: &str| {
        let at = sheet.column(&format!("{}_{suffix}", column.name))?;
        row[at].number()
    };
    let limits = match (limit("low"), limit("high")) {
        (Some(low), Some(high)) => number::limits(low, high),
        _ => UNDEFINED.to_owned(),
    };
    format!("{text} [{limits}]")
}

/// A cell as people see it, without limits.
pub(crate) fn plain(cell: &Cell, kind: Kind) -> String {
    match cell {
        Cell::Text(text) => one_line(text),
        Cell::Count(count) => number::count(*count),
        Cell::Truth(truth) => if *truth { "yes" } else { "no" }.to_owned(),
        Cell::Number(value) => match kind {
            Kind::Fraction => fixed(*value, 3),
            Kind::Difference => number::signed(Some(*value)),
            Kind::Signed | Kind::Ratio => fixed(*value, 2),
            Kind::PValue if *value < 0.001 => "< 0.001".to_owned(),
            Kind::PValue => fixed(*value, 3),
            _ => significant(*value),
        },
        Cell::Undefined(_) => UNDEFINED.to_owned(),
        Cell::Breakdown(_) | Cell::Empty => String::new(),
    }
}

/// A number with three significant digits, as far as its decimals go.
fn significant(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = (2.0 - value.abs().log10().floor()).clamp(0.0, 9.0) as usize;
    fixed(value, digits)
}

/// What stands under the table: reasons for what is undefined, then all that the sheet says of itself.
pub(crate) fn footnotes(sheet: &Sheet) -> Vec<String> {
    let mut lines = reasons(sheet);
    lines.extend(sheet.notes.iter().map(|note| one_line(note)));
    if !sheet.conditional.is_empty() {
        let conditions: Vec<String> = sheet.conditional.iter().map(|c| one_line(c)).collect();
        lines.push(format!("conditional on {}", conditions.join(", ")));
    }
    let excluded = sheet
        .excluded
        .iter()
        .map(|e| format!("{} by {}", number::count(e.count), one_line(&e.what)));
    let excluded: Vec<String> = excluded.collect();
    if !excluded.is_empty() {
        lines.push(format!("left out by choice: {}", excluded.join(", ")));
    }
    if let Some(panel) = &sheet.panel {
        let named = panel.predictors.iter().take(NAMED).map(|name| one_line(name));
        let named: Vec<String> = named.collect();
        let more = match panel.predictors.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        lines.push(format!("panel {}: {}{more}", panel.id, named.join(", ")));
    }
    let warnings = sheet.warnings.iter().map(|warning| format!("warning: {}", one_line(warning)));
    lines.extend(warnings);
    lines
}

/// Why figures are undefined: a line a column and reason, with the rows that it holds for.
fn reasons(sheet: &Sheet) -> Vec<String> {
    let groups = sheet.columns.iter().take_while(|column| column.kind == Kind::Text).count();
    let mut found: BTreeMap<(usize, &str), Vec<String>> = BTreeMap::new();
    for row in &sheet.rows {
        for at in shown(sheet, Shown::Wide) {
            let column = &sheet.columns[at];
            let low = || sheet.column(&format!("{}_low", column.name)).map(|at| &row[at]);
            let limit = if column.has_limits { low() } else { None };
            let reason = row[at].reason().or_else(|| limit.and_then(Cell::reason));
            if let Some(reason) = reason {
                let name: Vec<String> =
                    row[..groups].iter().map(|cell| plain(cell, Kind::Text)).collect();
                found.entry((at, reason)).or_default().push(name.join(" / "));
            }
        }
    }
    let line = |((at, reason), rows): ((usize, &str), Vec<String>)| {
        let heading = one_line(&sheet.columns[at].heading);
        match groups {
            0 => format!("{heading} {UNDEFINED}: {}", one_line(reason)),
            _ => format!("{heading} {UNDEFINED} for {}: {}", named(&rows), one_line(reason)),
        }
    };
    found.into_iter().map(line).collect()
}

/// A sheet as a LaTeX table in the style of booktabs, with its notes as comments above it.
///
/// # Examples
/// ```
/// use foretell_analysis::{Cell, Column, Sheet};
/// use foretell_report::sheet::to_latex;
///
/// let columns = vec![Column::text("model", "the model"), Column::fraction("share", "its share")];
/// let mut sheet = Sheet::new("shares", "Shares", "Who has how much.", columns);
/// sheet.push([Cell::from("a_1"), Cell::from(0.25)]);
/// assert!(to_latex(&sheet).contains("a\\_1 & 0.250 \\\\"));
/// ```
#[must_use]
pub fn to_latex(sheet: &Sheet) -> String {
    let columns = shown(sheet, Shown::Wide);
    let side = |at: &usize| match sheet.columns[*at].kind {
        Kind::Text | Kind::Truth => 'l',
        _ => 'r',
    };
    let line = |cells: Vec<String>| format!("{} \\\\\n", cells.join(" & "));
    let mut text = format!("% {}: {}\n", one_line(&sheet.title), one_line(&sheet.says));
    for note in footnotes(sheet) {
        text.push_str(&format!("% {note}\n"));
    }
    let sides: String = columns.iter().map(side).collect();
    text.push_str(&format!("\\begin{{tabular}}{{{sides}}}\n\\toprule\n"));
    let headings = columns.iter().map(|&at| escaped(&heading(sheet, &sheet.columns[at])));
    text.push_str(&line(headings.collect()));
    text.push_str("\\midrule\n");
    for row in &sheet.rows {
        text.push_str(&line(columns.iter().map(|&at| escaped(&written(sheet, row, at))).collect()));
    }
    text.push_str("\\bottomrule\n\\end{tabular}\n");
    text
}

/// Text in which nothing is a command of LaTeX.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => escaped.extend(['\\', c]),
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '<' => escaped.push_str("$<$"),
            '>' => escaped.push_str("$>$"),
            _ => escaped.push(c),
        }
    }
    let escaped = with_minus_signs(&escaped);
    // At the start of a row, these would belong to the end of the row before.
    if escaped.starts_with(['[', '*']) { format!("{{}}{escaped}") } else { escaped }
}

/// Minus signs in place of hyphens before the numbers of a figure, with or without its limits.
fn with_minus_signs(text: &str) -> String {
    let is_digit = |c: char| c.is_ascii_digit();
    let mut signed = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let before = &text[..at];
        let begins = before.is_empty() || before.ends_with('[') || before.ends_with(", ");
        match c {
            '-' if begins && text[at + 1..].starts_with(is_digit) => signed.push_str("$-$"),
            _ => signed.push(c),
        }
    }
    signed
}

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_analysis::{Estimate, GroupKey};

    fn sample() -> Sheet {
        let mut columns = Column::groups(&[GroupKey::Reference]);
        columns.push(Column::count("clusters", "how many").wide());
        columns.extend(Column::estimate("nsg", Kind::Signed, "gain").map(|c| c.headed("NSG")));
        let mut sheet = Sheet::new("sample", "Sample", "A sample.", columns);
        sheet.settings.push(("level", 0.95.into()));
        let interval = foretell_stats::Interval { low: 0.28, high: 0.34 };
        let known = Estimate::new::<String>(Ok(0.31), Ok(0.01), Ok(interval));
        let none = Estimate::undefined("nothing was observed");
        for (name, estimate) in [("a-model-with-a-long-name", known), ("b\u{1b}[2J", none)] {
            let cells = estimate.cells();
            sheet.push([Cell::from(name), Cell::from(1_102_u64)].into_iter().chain(cells));
        }
        sheet.warnings.push("beware".to_owned());
        sheet
    }

    #[test]
    fn estimates_stand_with_their_limits_and_reasons_under_the_table() {
        let text = sheet_table(&sample(), None);
        assert!(text.contains("NSG [95 %]") && text.contains("0.31 [0.28, 0.34]"), "{text}");
        assert!(text.contains("NSG undefined for `b [2J`: nothing was observed"), "{text}");
        assert!(text.contains("1,102") && text.ends_with("warning: beware\n"), "{text}");
    }

    #[test]
    fn a_narrow_terminal_drops_columns_before_it_shortens_names() {
        let table = |width| sheet_table(&sample(), Some(width));
        assert!(!table(50).contains("1,102") && table(50).contains("a-model-with-a-long-name"));
        let narrow = table(36);
        let lines = narrow.lines().take(4);
        assert!(lines.clone().all(|line| line.chars().count() <= 36), "{narrow}");
        assert!(narrow.contains('…') && narrow.contains("0.31 [0.28, 0.34]"), "{narrow}");
    }

    #[test]
    fn nothing_in_a_cell_is_a_command_of_latex() {
        assert_eq!(escaped("a_b & 5 % \\x"), "a\\_b \\& 5 \\% \\textbackslash{}x");
        assert_eq!(escaped("-0.15 [-0.24, -0.07]"), "$-$0.15 [$-$0.24, $-$0.07]");
        assert_eq!(escaped("[2em] of space"), "{}[2em] of space");
        let text = to_latex(&sample());
        assert!(text.contains("\\begin{tabular}{lrr}") && text.contains("\\toprule"), "{text}");
    }

    #[test]
    fn numbers_have_three_digits_that_say_something() {
        assert_eq!(
            [0.0, 0.012_34, 1.234, 123.4, 12_345.6].map(significant),
            ["0", "0.0123", "1.23", "123", "12346"]
        );
    }
}
