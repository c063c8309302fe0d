//! `answers.jsonl`: what raters answered, line by line, and which line of a task counts.
//!
//! The file only grows. A line that corrects an answer says so, and the last of them counts; any other
//! line for a task that has its answer was sent twice, and the first stays. A program that knows of no
//! corrections refuses a file with one by the name of the field, rather than count the first answer.

use crate::error::{HumanError, StudyError};
use foretell_core::ConfidenceLevel;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// One answer, a line of `answers.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// The rater, from 1.
    pub rater: u32,
    /// The task's place in the rater's list, from 1.
    pub position: u32,
    /// The label guessed.
    pub answer: String,
    /// How sure the rater is.
    pub confidence: ConfidenceLevel,
    /// Seconds that the case was looked at for this answer, as the page measured them; null where it
    /// could not.
    pub seconds: Option<f64>,
    /// Whether it takes the place of the answer that the task had.
    #[serde(default, skip_serializing_if = "is_false")]
    pub corrects: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What a task has been answered, with what it was answered before.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The answer that counts.
    pub answer: String,
    /// How sure the rater is of it.
    pub confidence: ConfidenceLevel,
    /// Seconds that the case was looked at, corrections included; none where one could not be measured.
    pub seconds: Option<f64>,
    /// The label that was answered first.
    pub first: String,
    /// How often the rater corrected the answer.
    pub corrections: u32,
}

/// Answers by rater and position.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    by_task: BTreeMap<(u32, u32), Given>,
    /// Of each rater, the position answered last.
    last: BTreeMap<u32, u32>,
}

impl Answers {
    /// The whole answers of a file, and how many bytes they take: what follows was cut off by a kill,
    /// and its rater was told of no success.
    pub(crate) fn read(path: &Path) -> Result<(Self, u64), StudyError> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Default::default());
            }
            Err(fault) => return Err(StudyError::Io { path: path.to_owned(), fault }),
        };
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let mut answers = Self::default();
        for (at, line) in text[..whole].split(|byte| *byte == b'\n').enumerate() {
            if line.is_empty() {
                continue;
            }
            let rating: Rating = serde_json::from_slice(line).map_err(|fault| {
                let fault = format!("line {}: {fault}", at + 1);
                StudyError::Human(HumanError::Damaged { path: path.to_owned(), fault })
            })?;
            answers.add(rating);
        }
        Ok((answers, whole as u64))
    }

    /// Adds the next line.
    pub(crate) fn add(&mut self, rating: Rating) {
        let key = (rating.rater, rating.position);
        let (first, corrections, seconds) = match self.by_task.get(&key) {
            None => (rating.answer.clone(), 0, rating.seconds),
            Some(_) if !rating.corrects => return,
            Some(given) => {
                let seconds = given.seconds.zip(rating.seconds).map(|(before, now)| before + now);
                (given.first.clone(), given.corrections + 1, seconds)
            }
        };
        let Rating { answer, confidence, .. } = rating;
        self.by_task.insert(key, Given { answer, confidence, seconds, first, corrections });
        self.last.insert(key.0, key.1);
    }

    /// What a task has been answered.
    pub(crate) fn get(&self, rater: u32, position: u32) -> Option<&Given> {
        self.by_task.get(&(rater, position))
    }

    /// The position that a rater answered last: the one answer that can be corrected.
    pub(crate) fn last(&self, rater: u32) -> Option<u32> {
        self.last.get(&rater).copied()
    }

    /// How many tasks a rater has answered.
    pub(crate) fn answered(&self, rater: u32) -> u32 {
        self.by_task.range((rater, 0)..=(rater, u32::MAX)).count() as u32
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl ExactSizeIterator<Item = &Given> {
        self.by_task.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(position: u32, answer: &str, seconds: Option<f64>, corrects: bool) -> Rating {
        let confidence = ConfidenceLevel::Low;
        Rating { rater: 1, position, answer: answer.to_owned(), confidence, seconds, corrects }
    }

    #[test]
    fn a_correction_counts_and_what_was_sent_twice_does_not() {
        let mut answers = Answers::default();
        answers.add(line(1, "YES", Some(4.0), false));
        answers.add(line(1, "NO", Some(9.0), false));
        let given = answers.get(1, 1).unwrap();
        assert_eq!((given.answer.as_str(), given.corrections), ("YES", 0));
        answers.add(line(1, "NO", Some(1.5), true));
        let given = answers.get(1, 1).unwrap().clone();
        let told = (given.answer.as_str(), given.first.as_str(), given.corrections, given.seconds);
        assert_eq!(told, ("NO", "YES", 1, Some(5.5)));
        answers.add(line(1, "YES", None, true));
        let given = answers.get(1, 1).unwrap();
        let told = (given.answer.as_str(), given.first.as_str(), given.corrections, given.seconds);
        assert_eq!(told, ("YES", "YES", 2, None));
        assert_eq!((answers.answered(1), answers.last(1), answers.last(2)), (1, Some(1), None));
    }

    #[test]
    fn only_a_correction_has_a_field_more() {
        let plain = serde_json::to_string(&line(1, "YES", None, false)).unwrap();
        assert!(!plain.contains("corrects"), "{plain}");
        assert_eq!(serde_json::from_str::<Rating>(&plain).unwrap(), line(1, "YES", None, false));
        let correction = serde_json::to_string(&line(1, "YES", None, true)).unwrap();
        assert!(correction.ends_with(",\"corrects\":true}"), "{correction}");
    }
}
