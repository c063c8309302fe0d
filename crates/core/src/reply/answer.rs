//! The label in an answer line.

use crate::Labels;
use crate::labels::{Label, normal_form};

/// What an answer section says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadAnswer<'a> {
    /// One label, as the label set writes it.
    Label(&'a str),
    /// Two or more labels joined by `/` or "or".
    Hedged,
    /// None of the labels.
    Nothing,
}

/// Reads the label from the first line of an answer section.
///
/// The line is compared in upper case, `_` as space, without the white space, Markdown stars and
/// `. , ! ? ; :` around it. The longest label that the line equals or begins with counts, if no
/// letter or digit follows it; a label of one letter may not be followed by a space and a word
/// either.
///
/// # Examples
/// ```
/// use foretell_core::{Labels, reply::{ReadAnswer, read_answer}};
/// let labels = Labels::new(["RECURRENCE", "NO RECURRENCE"])?;
/// assert_eq!(read_answer("**No_recurrence**, most likely", &labels), ReadAnswer::Label("NO RECURRENCE"));
/// assert_eq!(read_answer("RECURRENCE or NO RECURRENCE", &labels), ReadAnswer::Hedged);
/// # Ok::<(), foretell_core::labels::LabelsError>(())
/// ```
#[must_use]
pub fn read_answer<'a>(section: &str, labels: &'a Labels) -> ReadAnswer<'a> {
    let line = normal_form(super::first_line(section));
    if let Some(label) = longest_at_start(&line, labels) {
        return if joins_another(&line[label.normal.len()..], label, labels) {
            ReadAnswer::Hedged
        } else if stands_alone(&line, label) {
            ReadAnswer::Label(&label.written)
        } else {
            ReadAnswer::Nothing
        };
    }
    if joined_anywhere(&line, labels) { ReadAnswer::Hedged } else { ReadAnswer::Nothing }
}

/// The longest label that `line` begins with, not followed by a letter or digit.
fn longest_at_start<'a>(line: &str, labels: &'a Labels) -> Option<&'a Label> {
    labels
        .all()
        .iter()
        .filter(|label| {
            line.strip_prefix(label.normal.as_str())
                .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        })
        .max_by_key(|label| label.normal.len())
}

/// "A patient like this" is not the label A.
fn stands_alone(line: &str, label: &Label) -> bool {
    let one_letter = label.normal.chars().count() == 1;
    let rest = &line[label.normal.len()..];
    let word_follows =
        rest.strip_prefix(' ').is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    !(one_letter && word_follows)
}

/// Whether `rest`, which follows a label, goes on with `/` or "OR" and another label.
fn joins_another(rest: &str, label: &Label, labels: &Labels) -> bool {
    // Stars around each label of "**YES**/**NO**" end up inside the line.
    let is_filling = |c: char| c == ' ' || c == '*';
    let mut rest = rest.trim_start_matches(is_filling);
    // "A, B or C": further labels of a list, up to the one that "or" joins.
    while let Some(listed) = rest.strip_prefix(',') {
        rest = listed.trim_start_matches(is_filling);
        match longest_at_start(rest, labels) {
            Some(label) => rest = rest[label.normal.len()..].trim_start_matches(is_filling),
            None => break,
        }
    }
    let other = if let Some(other) = rest.strip_prefix('/') {
        other
    } else if let Some(other) = rest.strip_prefix("OR ") {
        other
    } else {
        return false;
    };
    longest_at_start(other.trim_start_matches(is_filling), labels)
        .is_some_and(|other| other.normal != label.normal)
}

/// "Either YES or NO" does not begin with a label, and hedges all the same.
fn joined_anywhere(line: &str, labels: &Labels) -> bool {
    let word_starts = line
        .char_indices()
        .filter(|&(at, c)| c.is_alphanumeric() && !line[..at].ends_with(char::is_alphanumeric));
    // Only the beginning of a line can be an answer; the bound keeps long lines linear.
    word_starts.take(8).any(|(at, _)| {
        longest_at_start(&line[at..], labels)
            .is_some_and(|label| joins_another(&line[at + label.normal.len()..], label, labels))
    })
}
