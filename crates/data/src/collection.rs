//! Questions and pairs, gathered row by row.

use crate::error::{DataError, Unequal};
use crate::pair_set::{LeftOut, Reason};
use foretell_core::{Pair, PairId, Question, QuestionId};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Unequal questions that an error shows; the others are counted.
const SHOWN: usize = 5;

/// Characters of a text that an error shows.
const EXCERPT: usize = 60;

/// Gathers pairs with their questions, and leaves out what is no pair.
#[derive(Debug, Default)]
pub(crate) struct Collection {
    pub(crate) questions: Vec<Question>,
    /// The row in which each of `questions` came first.
    pub(crate) first_rows: Vec<u64>,
    pub(crate) pairs: Vec<Pair>,
    /// The row of each of `pairs`.
    rows: Vec<u64>,
    left_out: BTreeMap<Reason, LeftOut>,
    places: HashMap<QuestionId, usize>,
    known: HashSet<PairId>,
    unequal: Vec<Unequal>,
    unequal_total: usize,
}

impl Collection {
    /// Questions and pairs that are known to be sound: unique, and each pair with its questions.
    pub(crate) fn of(questions: Vec<Question>, pairs: Vec<Pair>) -> Self {
        let mut collection = Self::default();
        for (row, question) in (0..).zip(questions) {
            collection.add_question(question, row);
        }
        for (row, pair) in (0..).zip(pairs) {
            collection.add_pair(pair, row);
        }
        collection
    }

    /// Adds a pair with its questions, unless it pairs a text with itself or is there already.
    pub(crate) fn add(
        &mut self,
        original: Question,
        counterfactual: Question,
        pair: Pair,
        row: u64,
    ) {
        if pair.original_text_id == pair.counterfactual_text_id {
            return self.leave_out(Reason::SameText, row, &pair.pair_id);
        }
        self.add_question(original, row);
        self.add_question(counterfactual, row);
        self.add_pair(pair, row);
    }

    /// Whether a pair is there already.
    pub(crate) fn knows(&self, pair: &PairId) -> bool {
        self.known.contains(pair)
    }

    /// Counts and names a row that is no pair.
    pub(crate) fn leave_out(&mut self, reason: Reason, row: u64, pair: &PairId) {
        let nothing = || LeftOut { reason, rows: Vec::new(), pair_ids: Vec::new() };
        let left_out = self.left_out.entry(reason).or_insert_with(nothing);
        left_out.rows.push(row);
        left_out.pair_ids.push(pair.to_string());
    }

    /// Rows that were added or left out.
    pub(crate) fn rows_read(&self) -> u64 {
        let left_out = self.left_out.values().map(|left_out| left_out.rows.len());
        (self.pairs.len() + left_out.sum::<usize>()) as u64
    }

    /// Hands over what was left out.
    pub(crate) fn take_left_out(&mut self) -> Vec<LeftOut> {
        std::mem::take(&mut self.left_out).into_values().collect()
    }

    /// Adds all of another collection. Its pairs that are here already are left out, by their rows.
    pub(crate) fn absorb(&mut self, other: Self) -> Vec<LeftOut> {
        debug_assert!(self.left_out.is_empty(), "each source hands over what it left out");
        self.left_out = other.left_out;
        for (question, row) in other.questions.into_iter().zip(other.first_rows) {
            self.add_question(question, row);
        }
        for (pair, row) in other.pairs.into_iter().zip(other.rows) {
            self.add_pair(pair, row);
        }
        self.take_left_out()
    }

    /// Whether all questions of one id were the same.
    ///
    /// # Errors
    /// [`DataError::UnequalQuestions`] shows the first that were not.
    pub(crate) fn check(&mut self) -> Result<(), DataError> {
        if self.unequal.is_empty() {
            return Ok(());
        }
        let shown = std::mem::take(&mut self.unequal);
        Err(DataError::UnequalQuestions { more: self.unequal_total - shown.len(), shown })
    }

    fn add_pair(&mut self, pair: Pair, row: u64) {
        if !self.known.insert(pair.pair_id.clone()) {
            return self.leave_out(Reason::RepeatedPair, row, &pair.pair_id);
        }
        self.pairs.push(pair);
        self.rows.push(row);
    }

    fn add_question(&mut self, question: Question, row: u64) {
        let Some(&place) = self.places.get(&question.question_id) else {
            self.places.insert(question.question_id.clone(), self.questions.len());
            self.questions.push(question);
            self.first_rows.push(row);
            return;
        };
        let unequal = merge(&mut self.questions[place], question);
        if let Some(unequal) = unequal {
            self.unequal_total += 1;
            if self.unequal.len() < SHOWN && !self.unequal.contains(&unequal) {
                self.unequal.push(unequal);
            }
        }
    }
}

/// Adds the prompts that `other` brings and `known` lacks; returns the first field in which the two
/// contradict each other.
fn merge(known: &mut Question, other: Question) -> Option<Unequal> {
    let fields = [
        ("dataset", Some(&known.dataset), Some(&other.dataset)),
        ("text", Some(&known.text), Some(&other.text)),
        ("true label", known.ground_truth.as_ref(), other.ground_truth.as_ref()),
        ("prompt (answer first)", known.prompt_first.as_ref(), other.prompt_first.as_ref()),
        ("prompt (answer last)", known.prompt_last.as_ref(), other.prompt_last.as_ref()),
    ];
    let unequal = fields.into_iter().find_map(|(field, a, b)| {
        let (a, b) = (a?, b?);
        let differ = || Unequal {
            question_id: known.question_id.to_string(),
            field,
            first: excerpt(a, b),
            second: excerpt(b, a),
        };
        (a != b).then(differ)
    });
    known.ground_truth = known.ground_truth.take().or(other.ground_truth);
    known.prompt_first = known.prompt_first.take().or(other.prompt_first);
    known.prompt_last = known.prompt_last.take().or(other.prompt_last);
    unequal
}

/// The part of `text` where it begins to differ from `other`, on one line.
fn excerpt(text: &str, other: &str) -> String {
    let same = text.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let start = if text.chars().count() <= EXCERPT { 0 } else { same.saturating_sub(EXCERPT / 3) };
    let part: String = text.chars().skip(start).take(EXCERPT).collect();
    let cut = |is: bool| if is { "…" } else { "" };
    let ends = start + part.chars().count() < text.chars().count();
    format!("{}{}{}", cut(start > 0), part.escape_debug(), cut(ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_shows_where_two_texts_part() {
        let long = "x".repeat(100);
        assert_eq!(excerpt("a\nb", "a"), "a\\nb");
        let shown = excerpt(&format!("{long}one"), &format!("{long}two"));
        assert!(shown.starts_with('…') && shown.ends_with("one"), "{shown}");
    }
}
