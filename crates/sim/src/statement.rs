//! One sentence of an explanation: what a clause is said to have done. Written and read back.

use crate::clause::push_normal;
use crate::hash::hash;
use crate::rule::{ONE, Pull};
use foretell_core::Labels;
use memchr::memchr;

/// How strongly, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Degree {
    /// Up to 0.333.
    Slightly,
    /// Up to 0.666.
    Moderately,
    /// Above.
    Strongly,
}

const DEGREES: [(&str, Degree); 3] = [
    ("slightly", Degree::Slightly),
    ("moderately", Degree::Moderately),
    ("strongly", Degree::Strongly),
];

/// Verbs that a sentence may use; the reader does not look at them.
const VERBS: [&str; 3] = ["spoke", "counted", "weighed"];

impl Degree {
    fn of(strength: u32) -> Self {
        DEGREES[((strength * 3).saturating_sub(1) / ONE).min(2) as usize].1
    }

    fn word(self) -> &'static str {
        DEGREES[self as usize].0
    }

    /// The middle of what the word covers, in thousandths.
    pub(crate) fn middle(self) -> u32 {
        (2 * self as u32 + 1) * ONE / 6
    }
}

/// What an explanation says of one clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Hash of the clause in normal form.
    pub(crate) id: u64,
    /// Index of the label that it is said to speak for.
    pub(crate) label: usize,
    /// The word.
    pub(crate) degree: Degree,
    /// The number in thousandths, where there is one.
    pub(crate) exact: Option<u32>,
}

/// Writes a sentence: `"no pain" spoke strongly for NO (weight 0.812).`
pub(crate) fn write(to: &mut String, place: usize, clause: &str, label: &str, strength: u32) {
    to.push('"');
    to.push_str(clause);
    to.push_str("\" ");
    to.push_str(VERBS[place % VERBS.len()]);
    to.push(' ');
    to.push_str(Degree::of(strength).word());
    to.push_str(" for ");
    to.push_str(label);
    to.push_str(" (weight ");
    for (digit, unit) in [1000, 100, 10, 1].into_iter().enumerate() {
        to.push(char::from(b'0' + (strength / unit % 10) as u8));
        if digit == 0 {
            to.push('.');
        }
    }
    to.push_str(").");
}

/// Reads the statements in a text, at most one a clause: the first. Text that is not of this form
/// says nothing.
pub(crate) fn read(text: &str, labels: &Labels) -> Vec<Statement> {
    let mut statements = Vec::new();
    each(text, labels, |_, statement| statements.push(statement));
    statements.sort_by_key(|statement| statement.id);
    statements.dedup_by_key(|statement| statement.id);
    statements
}

/// The same in the order of the text, each with its clause in normal form.
pub(crate) fn read_quoted(text: &str, labels: &Labels) -> Vec<(String, Statement)> {
    let mut statements: Vec<(String, Statement)> = Vec::new();
    each(text, labels, |clause, statement| {
        if statements.iter().all(|(_, other)| other.id != statement.id) {
            statements.push((clause.to_owned(), statement));
        }
    });
    statements
}

/// Hands over each statement in a text with its clause.
fn each(text: &str, labels: &Labels, mut then: impl FnMut(&str, Statement)) {
    let mut clause = String::new();
    let mut rest = text;
    while let Some((quoted, after)) = next_quote(rest) {
        let Some(quoted) = quoted else {
            rest = after;
            continue;
        };
        let end = after.bytes().position(|byte| byte == b'\n' || byte == b'"');
        let said = &after[..end.unwrap_or(after.len())];
        rest = &after[said.len()..];
        if let Some((label, degree, exact)) = read_said(said, labels) {
            clause.clear();
            push_normal(quoted, &mut clause);
            then(&clause, Statement { id: hash(&clause), label, degree, exact });
        }
    }
}

/// The next quotation and what follows it; no quotation where the line ends before it does.
fn next_quote(text: &str) -> Option<(Option<&str>, &str)> {
    let inside = &text[memchr(b'"', text.as_bytes())? + 1..];
    let end = inside.bytes().position(|byte| byte == b'"' || byte == b'\n')?;
    let quoted = (inside.as_bytes()[end] == b'"').then_some(&inside[..end]);
    Some((quoted, &inside[end + 1..]))
}

/// Reads ` spoke strongly for NO (weight 0.812).`
fn read_said(said: &str, labels: &Labels) -> Option<(usize, Degree, Option<u32>)> {
    let (word, rest) = said.split_once(" for ")?;
    let word = word.rsplit(' ').next()?;
    let degree = DEGREES.iter().find(|(name, _)| word.eq_ignore_ascii_case(name))?.1;
    let (label, length) = labels
        .iter()
        .enumerate()
        .filter(|(_, label)| begins_with_word(rest, label))
        .map(|(index, label)| (index, label.len()))
        .max_by_key(|&(_, length)| length)?;
    Some((label, degree, rest[length..].strip_prefix(" (weight ").and_then(read_weight)))
}

fn begins_with_word(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        && !text.get(word.len()).is_some_and(u8::is_ascii_alphanumeric)
}

/// Reads `0.812)` as 812.
fn read_weight(text: &str) -> Option<u32> {
    let (whole, parts) = text.split_once(')')?.0.split_once('.')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 1 || parts.len() != 3 || !digits(whole) || !digits(parts) {
        return None;
    }
    let weight = whole.parse::<u32>().ok()? * ONE + parts.parse::<u32>().ok()?;
    (weight <= ONE).then_some(weight)
}

impl Statement {
    /// The pull that is stated, number and all.
    pub(crate) fn exactly(self) -> Pull {
        let strength = self.exact.unwrap_or(self.degree.middle());
        Pull { label: self.label, strength }
    }

    /// The pull that is stated, by its word alone.
    pub(crate) fn roughly(self) -> Pull {
        Pull { label: self.label, strength: self.degree.middle() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels() -> Labels {
        Labels::new(["RECURRENCE", "NO RECURRENCE"]).unwrap()
    }

    #[test]
    fn the_words_divide_the_scale_in_three() {
        let words = [1, 333, 334, 666, 667, 1000].map(|strength| Degree::of(strength).word());
        let thirds = ["slightly", "slightly", "moderately", "moderately", "strongly", "strongly"];
        assert_eq!(words, thirds);
        let middles = DEGREES.map(|(_, degree)| degree.middle());
        assert_eq!(middles, [166, 500, 833]);
    }

    #[test]
    fn a_sentence_reads_like_one() {
        let mut text = String::new();
        write(&mut text, 1, "aged 40", "NO RECURRENCE", 45);
        assert_eq!(text, "\"aged 40\" counted slightly for NO RECURRENCE (weight 0.045).");
    }

    #[test]
    fn prose_that_is_not_of_this_form_says_nothing() {
        for text in [
            "The patient said \"no\" and \"yes\" for a reason.",
            "\"aged 40\" spoke strongly for MAYBE (weight 0.4).",
            "\"aged 40 spoke strongly\nfor NO RECURRENCE",
            "\"",
        ] {
            assert_eq!(read(text, &labels()), [], "{text}");
        }
    }

    #[test]
    fn a_statement_without_a_number_keeps_its_word() {
        let read = read("In short, \"Aged  40\" weighs moderately for recurrence.", &labels());
        assert_eq!(read.len(), 1);
        assert_eq!((read[0].id, read[0].label), (hash("aged 40"), 0));
        assert_eq!((read[0].degree, read[0].exact), (Degree::Moderately, None));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            place in 0_usize..9, label in 0_usize..2, strength in 1_u32..=1000,
        ) {
            let names = ["RECURRENCE", "NO RECURRENCE"];
            let mut text = String::from("I decided so. ");
            write(&mut text, place, "rents (2 rooms)", names[label], strength);
            let read = read(&text, &labels());
            prop_assert_eq!(read.len(), 1);
            prop_assert_eq!(read[0].exactly(), Pull { label, strength });
            prop_assert_eq!(read[0].id, hash("rents (2 rooms)"));
            prop_assert!(read[0].roughly().strength.abs_diff(strength) <= 167);
        }

        #[test]
        fn no_text_makes_the_reader_panic(
            text in "(\\PC|\"| for |strongly|\\(weight |0.123|NO RECURRENCE|\n){0,60}",
        ) {
            read(&text, &labels());
        }
    }
}
