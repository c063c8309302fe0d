//! How a simulated generator writes counterfactuals.

use crate::hash::{Draws, Purpose, hash};
use crate::layout::{self, SHAPELESS};
use crate::subject::SimReply;
use serde::Serialize;
use std::collections::HashSet;

/// Words before a clause that are apt to turn it.
const TURNING: [&str; 2] = ["not", "no longer"];

/// Words before a clause that leave it much as it was.
const LEAVING: [&str; 4] = ["probably", "as far as known", "by all accounts", "once again"];

/// The reply of a generator, as it is asked for.
#[derive(Serialize)]
struct Reply<'a> {
    method: &'a str,
    reason: &'static str,
    reasoning: &'static str,
    concepts: Vec<Named>,
    counterfactuals: Vec<Counterfactual>,
}

#[derive(Serialize)]
struct Named {
    name: String,
    value: String,
}

#[derive(Clone, Serialize)]
struct Counterfactual {
    text: String,
    changes: Vec<Changed>,
    likely_to_change: bool,
    coherence: u8,
    coherence_reason: &'static str,
}

#[derive(Clone, Serialize)]
struct Changed {
    name: String,
    value: String,
}

/// How the reply of a generator goes wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slip {
    Fenced,
    Half,
    Prose,
    Nothing,
    Repeats,
    Copies,
    TooFew,
    TooMany,
}

const SLIPS: [Slip; 8] = [
    Slip::Fenced,
    Slip::Half,
    Slip::Prose,
    Slip::Nothing,
    Slip::Repeats,
    Slip::Copies,
    Slip::TooFew,
    Slip::TooMany,
];

/// Replies to a prompt that asks for counterfactuals; `draws` are those of the prompt and repeat,
/// `failing` those that say how the reply goes wrong, where it does.
pub(crate) fn generate(prompt: &str, draws: Draws, failing: Option<Draws>) -> SimReply {
    let whole = |text: String| SimReply { text, cut_off: false };
    let (Some(question), Some(count)) = (between(prompt, "question"), count(prompt)) else {
        return whole(SHAPELESS.to_owned());
    };
    let slip = failing.map(|draws| SLIPS[draws.below(1, SLIPS.len())]);
    let wanted = match slip {
        Some(Slip::TooFew) => count / 2,
        Some(Slip::TooMany) => count + 2,
        _ => count,
    };
    let question = Pieces::of(question.trim());
    let mut written = question.counterfactuals(wanted, draws);
    match slip {
        Some(Slip::Prose) => return whole(SHAPELESS.to_owned()),
        Some(Slip::Nothing) => return whole(String::new()),
        Some(Slip::Repeats) if !written.is_empty() => {
            let first = written[0].clone();
            let half = written.len() / 2;
            written[half..].fill(first);
        }
        Some(Slip::Copies) if !written.is_empty() => written[0].text = question.text.to_owned(),
        _ => {}
    }
    let methods = methods(prompt);
    let method = if methods.is_empty() { "" } else { methods[draws.below(0, methods.len())] };
    let reply = Reply {
        method,
        reason: "drawn, not weighed: a simulated generator does not understand questions",
        reasoning: "Each clause is turned, softened, dropped or exchanged with the next.",
        concepts: question.concepts(),
        counterfactuals: written,
    };
    let json = serde_json::to_string(&reply).expect("text is always JSON");
    match (slip, failing) {
        (Some(Slip::Fenced), _) => {
            whole(format!("Here they are:\n\n```json\n{json}\n```\n\nSay so if others are wanted."))
        }
        (Some(Slip::Half), Some(draws)) => {
            SimReply { text: layout::cut(json, draws, 2), cut_off: draws.below(3, 2) == 0 }
        }
        _ => whole(json),
    }
}

/// What stands between the first opening tag of that name and the last closing one after it.
pub(crate) fn between<'a>(prompt: &'a str, name: &str) -> Option<&'a str> {
    let (opening, closing) = (format!("<{name}>"), format!("</{name}>"));
    let inside = &prompt[prompt.find(&opening)? + opening.len()..];
    Some(&inside[..inside.rfind(&closing)?])
}

/// How many are asked for: the number after the last "exactly".
fn count(prompt: &str) -> Option<usize> {
    let after = &prompt[prompt.rfind("exactly ")? + "exactly ".len()..];
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    after[..digits].parse().ok()
}

/// The methods offered, by their lines: `Method "NAME"`.
fn methods(prompt: &str) -> Vec<&str> {
    let question_ends = prompt.rfind("</question>").unwrap_or(0);
    let lines = prompt[question_ends..].lines();
    lines.filter_map(|line| line.strip_prefix("Method \"")?.split('"').next()).collect()
}

/// A question as its clauses stand in it.
pub(crate) struct Pieces<'a> {
    text: &'a str,
    /// Where each begins and ends, without the marks between them.
    spans: Vec<(usize, usize)>,
}

impl<'a> Pieces<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let digit =
            |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        let is_mark = |at: usize| match bytes[at] {
            b'\n' | b'?' | b'!' => true,
            b',' | b';' | b'.' | b':' => !(digit(at.checked_sub(1)) && digit(Some(at + 1))),
            _ => false,
        };
        let (mut spans, mut start) = (Vec::new(), 0);
        for at in (0..=bytes.len()).filter(|&at| at == bytes.len() || is_mark(at)) {
            let piece = &text[start..at];
            let trimmed = piece.trim();
            if trimmed.chars().any(char::is_alphanumeric) {
                let begin = start + (piece.len() - piece.trim_start().len());
                spans.push((begin, begin + trimmed.len()));
            }
            start = at + 1;
        }
        Self { text, spans }
    }

    /// The clause of that name, `clause N`, as a generator calls it.
    pub(crate) fn named(&self, name: &str) -> Option<&'a str> {
        (0..self.spans.len())
            .find(|&index| self::name(index) == name)
            .map(|index| self.piece(index))
    }

    fn piece(&self, index: usize) -> &'a str {
        let (start, end) = self.spans[index];
        &self.text[start..end]
    }

    fn concepts(&self) -> Vec<Named> {
        let named = |index| Named { name: name(index), value: self.piece(index).to_owned() };
        (0..self.spans.len()).map(named).collect()
    }

    /// `wanted` different counterfactuals, as far as the question has so many: turning and leaving ones
    /// by turns, each kind in an order that is drawn.
    fn counterfactuals(&self, wanted: usize, draws: Draws) -> Vec<Counterfactual> {
        let mut kinds = [self.turning(), self.leaving()];
        for (kind, list) in kinds.iter_mut().enumerate() {
            let draws = draws.of(kind as u64 + 1);
            list.sort_by_cached_key(|written| draws.value(hash(&written.text)));
            list.reverse();
        }
        let mut seen: HashSet<String> = HashSet::from([self.text.to_owned()]);
        let mut written = Vec::new();
        while written.len() < wanted {
            let kind = written.len() % 2;
            let next = kinds[kind].pop().or_else(|| kinds[1 - kind].pop());
            let Some(next) = next else { break };
            if seen.insert(next.text.clone()) {
                written.push(next);
            }
        }
        written
    }

    /// Clauses negated or dropped: one, or a third of all in a row.
    fn turning(&self) -> Vec<Counterfactual> {
        let (count, mut list) = (self.spans.len(), Vec::new());
        for index in 0..count {
            list.extend(
                TURNING.map(|word| self.with(index, &before(word, self.piece(index)), true)),
            );
            let runs = if count < 6 { vec![1] } else { vec![1, count / 3] };
            let fitting = runs.into_iter().filter(|run| *run < count && index + run <= count);
            list.extend(fitting.map(|run| self.without(index, run)));
        }
        list
    }

    /// Clauses softened, or exchanged with the next.
    fn leaving(&self) -> Vec<Counterfactual> {
        let mut list = Vec::new();
        for index in 0..self.spans.len() {
            list.extend(
                LEAVING.map(|word| self.with(index, &before(word, self.piece(index)), false)),
            );
            if index + 1 < self.spans.len() {
                list.push(self.exchanged(index));
            }
        }
        list
    }

    /// The question with another text in the place of one clause.
    fn with(&self, index: usize, text: &str, turns: bool) -> Counterfactual {
        let (start, end) = self.spans[index];
        let new = format!("{}{text}{}", &self.text[..start], &self.text[end..]);
        written(new, vec![(index, text.to_owned())], turns)
    }

    /// The question without `run` clauses from `index`.
    fn without(&self, index: usize, run: usize) -> Counterfactual {
        let (start, end) = (self.spans[index].0, self.spans[index + run - 1].1);
        // With its mark, so that no two marks meet.
        let tail = self.text[end..].trim_start_matches([',', ';', '.', ':', '!', '?']).trim_start();
        let gone = (index..index + run).map(|index| (index, String::new())).collect();
        written(format!("{}{tail}", &self.text[..start]), gone, true)
    }

    fn exchanged(&self, index: usize) -> Counterfactual {
        let ((start, end), (next, last)) = (self.spans[index], self.spans[index + 1]);
        let text = self.text;
        let (one, other) = (self.piece(index), self.piece(index + 1));
        let new = format!("{}{other}{}{one}{}", &text[..start], &text[end..next], &text[last..]);
        written(new, vec![(index, other.to_owned()), (index + 1, one.to_owned())], false)
    }
}

fn name(index: usize) -> String {
    format!("clause {}", index + 1)
}

/// A clause with a word before it; its first letter becomes that of the word.
fn before(word: &str, piece: &str) -> String {
    let mut letters = piece.chars();
    match letters.next() {
        Some(first) if first.is_ascii_uppercase() => {
            let (initial, word) = word.split_at(1);
            let first = first.to_ascii_lowercase();
            format!("{}{word} {first}{}", initial.to_ascii_uppercase(), letters.as_str())
        }
        _ => format!("{word} {piece}"),
    }
}

fn written(text: String, changes: Vec<(usize, String)>, turns: bool) -> Counterfactual {
    let changed = |(index, value)| Changed { name: name(index), value };
    Counterfactual {
        text: text.trim().to_owned(),
        changes: changes.into_iter().map(changed).collect(),
        likely_to_change: turns,
        coherence: if turns { 7 } else { 9 },
        coherence_reason: "a simulated generator gives 7 to what it turned, and 9 to the rest",
    }
}

/// The draws of a generator for one prompt and repeat.
pub(crate) fn draws(seed: u64, prompt: u64, repeat: u64) -> Draws {
    Draws::new(seed, Purpose::Writing).of(prompt).of(repeat)
}

#[cfg(test)]
#[path = "writing_tests.rs"]
mod tests;
