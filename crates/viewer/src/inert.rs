//! Text of models made harmless to look at: what steers or hides shows as a sign of itself.

use std::borrow::Cow;

/// The text with control characters and characters that reorder or hide what stands around them
/// replaced by visible signs; line breaks and tabs stay.
///
/// Escaping for HTML is the templates' part, which escape everything.
pub(crate) fn inert(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            // Unicode has a picture of each control character of ASCII.
            '\0'..='\x1f' if steers(c) => {
                shown.extend(char::from_u32(0x2400 + u32::from(c)));
            }
            '\x7f' => shown.push('\u{2421}'),
            c if steers(c) => shown.push_str(&format!("⟨U+{:04X}⟩", u32::from(c))),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

fn steers(c: char) -> bool {
    let plain = matches!(c, '\n' | '\t');
    (c.is_control() && !plain)
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_shown_and_everything_else_stays() {
        assert_eq!(inert("a\nb\tc ü 中 עברית"), "a\nb\tc ü 中 עברית");
        assert_eq!(inert("a\u{1b}[31m\u{202e}b\u{7f}"), "a␛[31m⟨U+202E⟩b␡");
        assert_eq!(inert("\u{e0041}"), "⟨U+E0041⟩");
    }
}
