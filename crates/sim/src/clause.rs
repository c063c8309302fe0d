//! The clauses of a question.

use crate::hash::hash;
use crate::instruction::is_instruction;

/// The distinct clauses of a question, in the order in which they first stand in it.
///
/// A clause is what lies between the marks `,` `;` `.` `:`, the word "and" and line ends, in lower
/// case (ASCII) and with runs of white space as one space. A mark between two digits belongs to
/// the number. Sentences that instruct the reader are left out. Double quotation marks become
/// single ones, so that a clause can be quoted.
#[derive(Debug, Default)]
pub(crate) struct Clauses {
    text: String,
    list: Vec<Clause>,
}

/// One clause.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clause {
    /// Hash of its text: its identity.
    pub(crate) id: u64,
    start: usize,
    end: usize,
}

impl Clauses {
    /// The clauses of `question`; those of its instructions too where there are no others.
    pub(crate) fn of(question: &str) -> Self {
        let clauses = Self::split(question, true);
        if clauses.list.is_empty() { Self::split(question, false) } else { clauses }
    }

    /// The clauses.
    pub(crate) fn list(&self) -> &[Clause] {
        &self.list
    }

    /// The text of a clause of this question.
    pub(crate) fn text(&self, clause: Clause) -> &str {
        &self.text[clause.start..clause.end]
    }

    /// Clauses of this question, separated by commas; a comma within a number is left out.
    pub(crate) fn listed(&self, clauses: &[Clause]) -> String {
        let mut list = String::with_capacity(32 * clauses.len());
        for (place, &clause) in clauses.iter().enumerate() {
            if place > 0 {
                list.push_str(", ");
            }
            list.extend(self.text(clause).chars().filter(|&c| c != ','));
        }
        list
    }

    /// The identities, sorted.
    pub(crate) fn ids(&self) -> Vec<u64> {
        let mut ids: Vec<u64> = self.list.iter().map(|clause| clause.id).collect();
        ids.sort_unstable();
        ids
    }

    fn split(question: &str, leave_out_instructions: bool) -> Self {
        let mut clauses = Self { text: String::with_capacity(question.len()), list: Vec::new() };
        let bytes = question.as_bytes();
        let (mut start, mut at, mut sentence_starts) = (0, 0, true);
        while at < bytes.len() {
            let begins = sentence_starts && !bytes[at].is_ascii_whitespace();
            if begins && leave_out_instructions && is_instruction(&question[at..]) {
                clauses.push(&question[start..at]);
                at += sentence_length(&bytes[at..]);
                start = at;
                continue;
            }
            let mark = mark_at(bytes, at);
            if mark.length > 0 {
                clauses.push(&question[start..at]);
                start = at + mark.length;
            }
            sentence_starts = mark.ends_sentence || sentence_starts && !begins;
            at += mark.length.max(1);
        }
        clauses.push(&question[start..]);
        clauses.keep_first_of_each();
        clauses
    }

    fn push(&mut self, raw: &str) {
        if raw.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric()) {
            return;
        }
        let start = self.text.len();
        push_normal(raw, &mut self.text);
        let id = hash(&self.text[start..]);
        self.list.push(Clause { id, start, end: self.text.len() });
    }

    fn keep_first_of_each(&mut self) {
        self.list.sort_unstable_by_key(|clause| (clause.id, clause.start));
        self.list.dedup_by_key(|clause| clause.id);
        self.list.sort_unstable_by_key(|clause| clause.start);
    }
}

/// What stands at a byte: nothing special, the end of a clause, or that of a sentence too.
struct Mark {
    /// Zero where a clause goes on.
    length: usize,
    ends_sentence: bool,
}

fn mark_at(bytes: &[u8], at: usize) -> Mark {
    match bytes[at] {
        b'\n' => Mark { length: 1, ends_sentence: true },
        byte @ (b',' | b';' | b'.' | b':') if !between_digits(bytes, at) => {
            Mark { length: 1, ends_sentence: byte == b'.' }
        }
        b'!' | b'?' => Mark { length: 0, ends_sentence: true },
        b'a' | b'A' if is_and(bytes, at) => Mark { length: 3, ends_sentence: false },
        _ => Mark { length: 0, ends_sentence: false },
    }
}

fn between_digits(bytes: &[u8], at: usize) -> bool {
    at > 0 && bytes[at - 1].is_ascii_digit() && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
}

fn is_and(bytes: &[u8], at: usize) -> bool {
    at > 0
        && bytes[at - 1].is_ascii_whitespace()
        && bytes.get(at..at + 3).is_some_and(|word| word.eq_ignore_ascii_case(b"and"))
        && bytes.get(at + 3).is_some_and(u8::is_ascii_whitespace)
}

/// The bytes up to the end of the sentence that begins `bytes`, its last mark included.
fn sentence_length(bytes: &[u8]) -> usize {
    let ends = |&at: &usize| match bytes[at] {
        b'\n' | b'!' | b'?' => true,
        b'.' => !between_digits(bytes, at),
        _ => false,
    };
    (0..bytes.len()).find(ends).map_or(bytes.len(), |at| at + 1)
}

/// Appends `raw` in the form in which clauses are compared.
pub(crate) fn push_normal(raw: &str, to: &mut String) {
    let start = to.len();
    let mut first = true;
    for word in raw.split_ascii_whitespace() {
        if !std::mem::take(&mut first) {
            to.push(' ');
        }
        to.push_str(word);
    }
    // ASCII only: tables of other letters change between Unicode versions.
    to[start..].make_ascii_lowercase();
    if memchr::memchr(b'"', &to.as_bytes()[start..]).is_some() {
        let quotable = to[start..].replace('"', "'");
        to.truncate(start);
        to.push_str(&quotable);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(question: &str) -> Vec<String> {
        let clauses = Clauses::of(question);
        clauses.list().iter().map(|&clause| clauses.text(clause).to_owned()).collect()
    }

    #[test]
    fn a_question_is_split_at_marks_and_at_and() {
        let question = "A Baker,  aged 40;\nowns a shop. Loan: none , and has 2 sons and 1 dog.";
        let clauses = ["a baker", "aged 40", "owns a shop", "loan", "none", "has 2 sons", "1 dog"];
        assert_eq!(texts(question), clauses);
    }

    #[test]
    fn numbers_and_words_stay_whole() {
        let clauses = ["earns 3,000.50 at 10:30", "sand", "candy & co"];
        assert_eq!(texts("earns 3,000.50 at 10:30, sand, candy & Co."), clauses);
    }

    #[test]
    fn instructions_are_left_out_wherever_they_stand() {
        let clauses = ["she rents", "1 dog?", "she walks"];
        let question = "Please read, and weigh, this. She rents, 1 dog? Choose a or b!\nshe walks";
        assert_eq!(texts(question), clauses);
    }

    #[test]
    fn a_question_of_instructions_alone_is_kept() {
        assert_eq!(texts("You are late, and it rains."), ["you are late", "it rains"]);
    }

    #[test]
    fn a_clause_counts_once() {
        assert_eq!(texts("no, YES, no,Yes"), ["no", "yes"]);
    }

    #[test]
    fn quotation_marks_can_be_quoted() {
        assert_eq!(texts("known as \"Red\""), ["known as 'red'"]);
    }
}
