//! How figures are written for people.

use foretell_analysis::GainRow;
pub(crate) use foretell_core::{count, counted};

/// What stands where there is no figure.
pub(crate) const UNDEFINED: &str = "undefined";

/// A figure with `digits` decimals, without a sign where it rounds to nothing.
pub(crate) fn fixed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
        _ => text,
    }
}

/// A fraction with three decimals.
pub(crate) fn fraction(value: Option<f64>) -> String {
    value.map_or(UNDEFINED.to_owned(), |value| fixed(value, 3))
}

/// A difference of fractions with three decimals, with its sign.
pub(crate) fn signed(value: Option<f64>) -> String {
    let Some(value) = value else { return UNDEFINED.to_owned() };
    let text = fixed(value, 3);
    if text.starts_with('-') || text == "0.000" { text } else { format!("+{text}") }
}

/// The NSG with its interval: `0.31 [0.28, 0.34]`.
pub(crate) fn nsg(row: &GainRow) -> String {
    let Some(nsg) = row.nsg else { return UNDEFINED.to_owned() };
    format!("{} [{}]", fixed(nsg, 2), interval(row))
}

/// The limits of the NSG's interval, without brackets.
pub(crate) fn interval(row: &GainRow) -> String {
    match (row.nsg_low, row.nsg_high) {
        (Some(low), Some(high)) => limits(low, high),
        _ => UNDEFINED.to_owned(),
    }
}

/// Limits of any interval, without brackets.
pub(crate) fn limits(low: f64, high: f64) -> String {
    let excludes = low > 0.0 || high < 0.0;
    format!("{}, {}", limit(low, excludes), limit(high, excludes))
}

/// A limit of an interval with two decimals, and as many more as it takes not to read as zero where
/// the interval excludes zero.
fn limit(value: f64, excludes_zero: bool) -> String {
    let reads_as_zero = |text: &String| text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let longer = || (3..=6).map(|digits| fixed(value, digits)).find(|text| !reads_as_zero(text));
    let text = fixed(value, 2);
    if excludes_zero && reads_as_zero(&text) { longer().unwrap_or(text) } else { text }
}

/// A share in percent: whole, or with one decimal where a whole number would say little.
pub(crate) fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    let digits = usize::from(percent.abs() < 9.95 && fixed(percent, 1) != fixed(percent, 0) + ".0");
    format!("{} %", fixed(percent, digits))
}

/// Text from elsewhere on one line of a terminal: control characters become spaces.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_invisible(c) { ' ' } else { c }).collect()
}

/// Characters that reorder or hide what stands around them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A name that fits: what is too long loses its middle, since both ends tell models apart.
pub(crate) fn shortened(name: &str, letters: usize) -> String {
    let all: Vec<char> = name.chars().collect();
    if all.len() <= letters {
        return name.to_owned();
    }
    let head = letters.saturating_sub(1).div_ceil(2);
    let tail = letters.saturating_sub(1) - head;
    all[..head].iter().chain(&['…']).chain(&all[all.len() - tail..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(shortened("abcdefghij", 6), "abc…ij");
        assert_eq!(shortened("abc", 6), "abc");
    }

    #[test]
    fn what_rounds_to_nothing_has_no_sign() {
        assert_eq!([-0.001, -0.006, 0.0].map(|value| fixed(value, 2)), ["0.00", "-0.01", "0.00"]);
        assert_eq!(signed(Some(0.0412)), "+0.041");
        assert_eq!(signed(Some(-0.0001)), "0.000");
    }

    #[test]
    fn a_limit_of_an_interval_without_zero_does_not_read_as_zero() {
        assert_eq!(
            [(0.004, true), (-0.0004, true)].map(|(v, e)| limit(v, e)),
            ["0.004", "-0.0004"]
        );
        assert_eq!([(0.004, false), (0.2, true)].map(|(v, e)| limit(v, e)), ["0.00", "0.20"]);
        let row = crate::sample::row(&["r"], Some((0.05, 0.003, 0.1)));
        assert_eq!(nsg(&row), "0.05 [0.003, 0.10]");
    }

    #[test]
    fn small_shares_keep_a_decimal() {
        let written = [0.2149, 0.034, 0.03, 0.0004, 1.5].map(percent);
        assert_eq!(written, ["21 %", "3.4 %", "3 %", "0 %", "150 %"]);
    }

    #[test]
    fn counts_are_set_apart_and_named() {
        assert_eq!(counted(1, "pair"), "1 pair");
        assert_eq!(counted(1_234_567, "pair"), "1,234,567 pairs");
        assert_eq!(counted(0, "pair"), "0 pairs");
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(one_line("a\u{1b}[31mb\nc\u{202e}d"), "a [31mb c d");
    }
}
