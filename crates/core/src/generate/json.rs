//! JSON in the text of a model: fenced, between prose, with raw line ends in its strings, or cut off.

use serde_json::Value;
use std::borrow::Cow;

/// Places at which JSON may begin that are tried; the bound keeps long texts linear.
const MOST_STARTS: usize = 32;

/// How a value stood in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Whole.
    Whole,
    /// The text ended within it.
    CutOff,
    /// It goes wrong somewhere; what stood before is kept.
    Damaged,
}

/// The first JSON value in `text` that `fits`, or what of it is complete.
pub(crate) fn find(text: &str, fits: impl Fn(&Value) -> bool) -> Option<(Value, State)> {
    let mut half = None;
    let starts = text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'{' | b'['));
    for (start, _) in starts.take(MOST_STARTS) {
        let text = escaped(&text[start..]);
        match serde_json::Deserializer::from_str(&text).into_iter::<Value>().next() {
            Some(Ok(value)) if fits(&value) => return Some((value, State::Whole)),
            Some(Err(fault)) if half.is_none() => {
                let (state, end) = if fault.is_eof() {
                    (State::CutOff, text.len())
                } else {
                    (State::Damaged, offset(&text, fault.line(), fault.column()))
                };
                let mended = mend(&text[..end]).and_then(|text| serde_json::from_str(&text).ok());
                half = mended.filter(&fits).map(|value| (value, state));
            }
            _ => {}
        }
    }
    half
}

/// Whether a text ends within an object that it opened.
pub(crate) fn is_cut_off(text: &str) -> bool {
    let mut starts = text.match_indices('{').take(MOST_STARTS);
    starts.any(|(start, _)| {
        let text = escaped(&text[start..]);
        let first = serde_json::Deserializer::from_str(&text).into_iter::<Value>().next();
        matches!(first, Some(Err(fault)) if fault.is_eof())
    })
}

/// The byte before which a fault at a line and column, both from 1, stands.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (before + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// What of a broken value is complete, closed: the members of the outermost object, and the elements
/// of a list in it. Half an element is no element.
fn mend(half: &str) -> Option<String> {
    let mut open: Vec<u8> = Vec::new();
    let mut cut: Option<(usize, Vec<u8>)> = None;
    let mut strings = Strings::default();
    for (at, byte) in half.bytes().enumerate() {
        if strings.holds(byte) {
            continue;
        }
        match byte {
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' => {
                open.pop();
                let in_list = open.len() == 2 && open[1] == b']';
                if open.len() == 1 || in_list {
                    cut = Some((at + 1, open.clone()));
                }
            }
            b',' if open.len() == 1 => cut = Some((at, open.clone())),
            _ => {}
        }
    }
    let (end, open) = cut?;
    let closing = open.iter().rev().map(|&byte| char::from(byte));
    Some(half[..end].chars().chain(closing).collect())
}

/// Raw control characters within strings, which JSON forbids and models write, as escapes.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte < b' ') {
        return Cow::Borrowed(text);
    }
    let mut strings = Strings::default();
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        let within = c.is_ascii() && strings.holds(c as u8);
        match c {
            '\n' if within => escaped.push_str("\\n"),
            '\t' if within => escaped.push_str("\\t"),
            c if within && c.is_ascii_control() => {}
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// Where strings begin and end.
#[derive(Default)]
struct Strings {
    open: bool,
    after_backslash: bool,
}

impl Strings {
    /// Takes the next byte, and says whether it belongs to a string, its closing mark included.
    fn holds(&mut self, byte: u8) -> bool {
        if !self.open {
            self.open = byte == b'"';
            return false;
        }
        if std::mem::take(&mut self.after_backslash) {
            return true;
        }
        match byte {
            b'\\' => self.after_backslash = true,
            b'"' => self.open = false,
            _ => {}
        }
        true
    }
}
