//! Counts as people write them.

/// A count with its thousands set apart.
///
/// # Examples
/// ```
/// assert_eq!(foretell_core::count(1_234_567), "1,234,567");
/// ```
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 pair`, `1,391 pairs`, `2 guesses`.
///
/// # Examples
/// ```
/// assert_eq!(foretell_core::counted(1, "pair"), "1 pair");
/// assert_eq!(foretell_core::counted(1_391, "pair"), "1,391 pairs");
/// assert_eq!(foretell_core::counted(2, "guess"), "2 guesses");
/// ```
#[must_use]
pub fn counted(number: u64, noun: &str) -> String {
    let ending = match number {
        1 => "",
        _ if noun.ends_with('s') => "es",
        _ => "s",
    };
    format!("{} {noun}{ending}", count(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let written = [0, 999, 1_000, 12_345, 1_234_567].map(count);
        assert_eq!(written, ["0", "999", "1,000", "12,345", "1,234,567"]);
    }
}
