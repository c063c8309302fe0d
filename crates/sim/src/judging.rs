//! How a simulated judge reads: counterfactuals by their words, explanations by their statements.

use crate::asked::{Asked, Original, labels_in, last_part, original};
use crate::clause::{Clauses, push_normal};
use crate::hash::{Draws, hash};
use crate::layout::{self, SHAPELESS};
use crate::rule::ONE;
use crate::statement::{Statement, read_quoted};
use crate::subject::SimReply;
use crate::writing::{Pieces, between};
use foretell_core::Labels;
use serde::Serialize;
use std::collections::HashSet;

/// Letters that a word has at least by which a feature is found.
const SHORTEST_WORD: usize = 3;

/// Words that say nothing of a feature.
const EMPTY_WORDS: [&str; 10] =
    ["and", "are", "for", "has", "her", "his", "the", "their", "was", "with"];

/// Verdicts as they are asked for, the reason first.
#[derive(Serialize)]
struct Coherence {
    reason: String,
    coherence: u64,
}

#[derive(Serialize)]
struct Testability {
    reason: String,
    value: f64,
}

#[derive(Serialize)]
struct Mentions<'a> {
    features: Vec<Mention<'a>>,
}

#[derive(Serialize)]
struct Mention<'a> {
    number: usize,
    reason: &'a str,
    mentioned: bool,
    direction: &'a str,
    label: &'a str,
}

fn json(verdict: &impl Serialize) -> String {
    serde_json::to_string(verdict).expect("text and finite numbers are always JSON")
}

/// Replies to a prompt that asks for a verdict. What is asked for, its last line says: the JSON to
/// reply with has `coherence`, `value` (testability) or `features` (mention).
pub(crate) fn judge(prompt: &str, failing: Option<Draws>) -> SimReply {
    let whole = |text: String| SimReply { text, cut_off: false };
    let form = prompt.trim_end().lines().next_back().unwrap_or("");
    let verdict = if form.contains("\"features\":") {
        mention(prompt)
    } else if form.contains("\"value\":") {
        testability(prompt)
    } else {
        coherence(prompt)
    };
    let Some(json) = verdict else { return whole(SHAPELESS.to_owned()) };
    match failing.map(|draws| (draws, draws.below(1, 3))) {
        None => whole(json),
        Some((_, 0)) => whole(String::new()),
        Some((_, 1)) => whole(SHAPELESS.to_owned()),
        Some((draws, _)) => SimReply { text: layout::cut(json, draws, 2), cut_off: true },
    }
}

/// The share of the new question's words that stand in the original too, in tenths, rounded down.
fn coherence(prompt: &str) -> Option<String> {
    let (original, new) = (between(prompt, "original_question")?, between(prompt, "new_question")?);
    let words = |text: &str| -> Vec<u64> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(|word| hash(&word.to_ascii_lowercase())).collect()
    };
    let known: HashSet<u64> = words(original).into_iter().collect();
    let new = words(new);
    let shared = new.iter().filter(|word| known.contains(word)).count();
    let coherence = if new.is_empty() { 0 } else { (10 * shared / new.len()) as u64 };
    let reason = format!("{shared} of {} words stand in the other question too", new.len());
    Some(json(&Coherence { reason, coherence }))
}

/// The labels in the first line that lists them.
fn labels(prompt: &str) -> Option<Labels> {
    let line = prompt.lines().find_map(|line| line.strip_prefix("The possible answers: "))?;
    labels_in(line)
}

fn testability(prompt: &str) -> Option<String> {
    let asked = Asked::read(prompt);
    let (tenths, reason) = grade(asked.original?, asked.question, &labels(prompt)?)?;
    Some(json(&Testability { reason, value: f64::from(tenths) / 10.0 }))
}

/// The grade of an explanation in tenths, by the rubric as far as statements can meet it; `None` where
/// the answer is none of the labels.
///
/// # Formula
/// Pulls are those stated, for the answer less for the others, in thousandths:
/// ```text
/// m       = over the clauses of the original
/// changed = the clauses gone or those that came in, whichever are more: one takes the other's place
/// named   = statements about clauses that are gone or came in
/// after   = m less the pulls of those gone, plus those of those that came in
/// settled = |after| >= 500 for each clause that came in with nothing said of it
/// ```
fn grade(original: Original<'_>, new: &str, labels: &Labels) -> Option<(u32, String)> {
    let answer = labels.find(original.answer)?;
    let answer = labels.iter().position(|label| label == answer)?;
    let explanation = original.explanation.unwrap_or("").trim();
    if explanation.is_empty() {
        return Some((0, "it is empty".to_owned()));
    }
    let statements = read_quoted(explanation, labels);
    if statements.is_empty() {
        return Some((10, "it says of no point how it counted".to_owned()));
    }
    let (before, after) = (Clauses::of(original.question).ids(), Clauses::of(new).ids());
    let is_in = |ids: &[u64], id: u64| ids.binary_search(&id).is_ok();
    let pull = |statement: &Statement| {
        let strength = i64::from(statement.exactly().strength);
        if statement.label == answer { strength } else { -strength }
    };
    let mut change = Change::default();
    let mut stated = 0;
    for (_, statement) in &statements {
        let (was, is) = (is_in(&before, statement.id), is_in(&after, statement.id));
        stated += if was { pull(statement) } else { 0 };
        match (was, is) {
            (true, false) => change.add(-pull(statement)),
            (false, true) => change.add(pull(statement)),
            _ => {}
        }
    }
    if stated < 0 {
        return Some((0, "what it states speaks against the answer that it explains".to_owned()));
    }
    let gone = before.iter().filter(|&&id| !is_in(&after, id)).count();
    let came = after.iter().filter(|&&id| !is_in(&before, id));
    let said = |id: &u64| statements.iter().any(|(_, statement)| statement.id == *id);
    let (known, unknown): (Vec<&u64>, Vec<&u64>) = came.partition(|id| said(id));
    let changed = gone.max(known.len() + unknown.len());
    let settled = (stated + change.pull).abs() >= i64::from(ONE / 2) * unknown.len() as i64;
    Some(change.grade(changed, settled))
}

/// What an explanation says of the clauses that changed.
#[derive(Default)]
struct Change {
    named: usize,
    toward: bool,
    away: bool,
    pull: i64,
}

impl Change {
    fn add(&mut self, pull: i64) {
        self.named += 1;
        self.pull += pull;
        if pull < 0 {
            self.away = true;
        } else {
            self.toward = true;
        }
    }

    fn grade(&self, changed: usize, settled: bool) -> (u32, String) {
        let named = self.named.min(changed);
        let one_way = !(self.toward && self.away);
        let tenths = match (changed, named) {
            (0, _) => 100,
            (_, 0) => 20,
            (changed, named) if named < changed && one_way => 40 + (10 * named / changed) as u32,
            (changed, named) if named < changed => 30,
            _ => match (one_way, settled) {
                (true, true) => 90,
                (false, true) => 80,
                (true, false) => 70,
                (false, false) => 60,
            },
        };
        let ways = if one_way { "one way" } else { "both ways" };
        let weights = if settled { "settle it" } else { "leave it open" };
        let reason = format!(
            "{named} of {changed} changed points are named, they push {ways}, and the weights {weights}"
        );
        (tenths, reason)
    }
}

fn mention(prompt: &str) -> Option<String> {
    let labels = labels(prompt)?;
    let features = last_part(prompt, "features")?;
    let explained = original(features.before)?;
    let statements = read_quoted(explained.explanation.unwrap_or(""), &labels);
    let pieces = Pieces::of(explained.question.trim());
    let clauses = Clauses::of(explained.question);
    let names: Vec<&str> = labels.iter().collect();
    let entries = features.inside.trim().lines().enumerate().map(|(place, line)| {
        let said = said_of(line).or_else(|| pieces.named(name_of(line)));
        let found = said.and_then(|said| find(&statements, &clauses, said));
        let (direction, label) = match found {
            Some((_, statement)) => ("toward", names[statement.label]),
            None => ("none", ""),
        };
        let reason = match found {
            Some((clause, _)) => clause.as_str(),
            None if said.is_none() => "nothing says what the question holds of it",
            None => "no statement quotes it",
        };
        Mention { number: place + 1, reason, mentioned: found.is_some(), direction, label }
    });
    Some(json(&Mentions { features: entries.collect() }))
}

/// What the question says of a feature: `3. chest pain (here: none at all)`.
fn said_of(line: &str) -> Option<&str> {
    let (_, said) = line.split_once(" (here: ")?;
    Some(said.trim_end().strip_suffix(')').unwrap_or(said))
}

/// The name in a line without that.
fn name_of(line: &str) -> &str {
    line.split_once(". ").map_or(line, |(_, name)| name).trim()
}

/// The heaviest statement about a clause that holds what is said of a feature, or is held by it. Where
/// no clause of the question is such, the heaviest that shares a word with it.
fn find<'a>(
    statements: &'a [(String, Statement)],
    clauses: &Clauses,
    said: &str,
) -> Option<&'a (String, Statement)> {
    let mut whole = String::new();
    push_normal(said, &mut whole);
    if whole.is_empty() {
        return None;
    }
    let heaviest = |fits: &dyn Fn(&str) -> bool| {
        let fitting = statements.iter().filter(|(clause, _)| fits(clause));
        fitting.max_by_key(|(_, statement)| statement.exactly().strength)
    };
    let same = |clause: &str| holds(clause, &whole) || holds(&whole, clause);
    if clauses.list().iter().any(|&clause| same(clauses.text(clause))) {
        return heaviest(&same);
    }
    let wanted: HashSet<&str> = words(&whole).collect();
    heaviest(&|clause| words(clause).any(|word| wanted.contains(word)))
}

/// Whether a text holds another one, at the bounds of words.
fn holds(text: &str, part: &str) -> bool {
    let is_bound = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(part).any(|(at, _)| {
        is_bound(text[..at].chars().next_back()) && is_bound(text[at + part.len()..].chars().next())
    })
}

/// The words that can tell a feature.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| word.len() >= SHORTEST_WORD && !EMPTY_WORDS.contains(word))
}

#[cfg(test)]
#[path = "judging_tests.rs"]
mod tests;
