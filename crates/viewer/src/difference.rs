//! What differs between two texts, word by word.

use serde::Serialize;
use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices};

/// A piece of a text, and whether the other text has it too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) changed: bool,
}

/// Both texts in pieces; what stands in one alone is `changed`.
pub(crate) fn difference(one: &str, other: &str) -> [Vec<Piece>; 2] {
    let (old, new) = (words(one), words(other));
    let mut pieces = [Vec::new(), Vec::new()];
    for op in capture_diff_slices(Algorithm::Patience, &old, &new) {
        if let DiffOp::Equal { .. } = op {
            for change in op.iter_changes(&old, &new) {
                add(&mut pieces[0], change.value(), false);
                add(&mut pieces[1], change.value(), false);
            }
            continue;
        }
        for change in op.iter_changes(&old, &new) {
            let side = usize::from(change.tag() == ChangeTag::Insert);
            add(&mut pieces[side], change.value(), true);
        }
    }
    pieces
}

fn add(pieces: &mut Vec<Piece>, text: &str, changed: bool) {
    match pieces.last_mut().filter(|last| last.changed == changed) {
        Some(last) => last.text.push_str(text),
        None => pieces.push(Piece { text: text.to_owned(), changed }),
    }
}

/// Words, the space between them and single signs, so that all together are the text.
fn words(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        c if c.is_alphanumeric() => 0,
        c if c.is_whitespace() => 1,
        _ => 2,
    };
    let (mut words, mut from) = (Vec::new(), 0);
    let mut before = None;
    for (at, c) in text.char_indices() {
        let now = kind(c);
        if before.is_some_and(|before| before != now || now == 2) {
            words.push(&text[from..at]);
            from = at;
        }
        before = Some(now);
    }
    if from < text.len() {
        words.push(&text[from..]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(pieces: &[Piece]) -> String {
        let mark = |p: &Piece| if p.changed { format!("[{}]", p.text) } else { p.text.clone() };
        pieces.iter().map(mark).collect()
    }

    #[test]
    fn what_one_text_alone_has_is_marked_and_nothing_is_lost() {
        let [one, other] = difference("age: 30, sex: male", "age: 64, sex: male");
        assert_eq!(marked(&one), "age: [30], sex: male");
        assert_eq!(marked(&other), "age: [64], sex: male");
        let [same, empty] = difference("same", "");
        assert_eq!((marked(&same).as_str(), empty.len()), ("[same]", 0));
    }
}
