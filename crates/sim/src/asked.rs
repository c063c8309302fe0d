//! What a prompt asks: the question, the labels, the sections of the reply, and what is shown.

use crate::instruction::after_heading;
use foretell_core::Labels;
use memchr::{memchr_iter, memmem};

/// A section that a reply can have, and its tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Answer,
    Explanation,
    Factors,
    OtherInfo,
    Confidence,
}

/// In the order of [`Section`], which indexes it.
const TAGS: [(Section, &str); 5] = [
    (Section::Answer, "[ANSWER]"),
    (Section::Explanation, "[EXPLANATION]"),
    (Section::Factors, "[MOST_IMPORTANT_FACTORS]"),
    (Section::OtherInfo, "[OTHER_RELEVANT_INFO]"),
    (Section::Confidence, "[CONFIDENCE]"),
];

impl Section {
    /// Its tag.
    pub(crate) fn tag(self) -> &'static str {
        TAGS[self as usize].1
    }
}

/// What a prompt asks.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// The question to answer.
    pub(crate) question: &'a str,
    /// The labels to choose from; `None` where the prompt does not list two or more.
    pub(crate) labels: Option<Labels>,
    /// The sections asked for, in the order of the prompt.
    pub(crate) sections: Vec<Section>,
    /// The question and answer of the decider that a predictor is shown.
    pub(crate) original: Option<Original<'a>>,
}

/// What a predictor is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Original<'a> {
    /// The question that the decider answered.
    pub(crate) question: &'a str,
    /// Its answer, as written.
    pub(crate) answer: &'a str,
    /// Its explanation, or what stands in the place of one.
    pub(crate) explanation: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// Reads a prompt: one of the project's own, or an imported one that ends with a format block.
    pub(crate) fn read(prompt: &'a str) -> Self {
        let (question, original, rest) = if let Some(new) = last_part(prompt, "new_question") {
            (new.inside, original(new.before), new.after)
        } else if let Some(asked) = last_part(prompt, "question") {
            (asked.inside, None, asked.after)
        } else {
            (prompt, None, prompt)
        };
        let block = Block::find(rest);
        let is_import = rest.len() == prompt.len();
        let question = if is_import { after_heading(&prompt[..block.start]) } else { question };
        Self { question, labels: block.labels, sections: block.sections, original }
    }
}

/// A text with a part cut out.
pub(crate) struct Part<'a> {
    pub(crate) before: &'a str,
    pub(crate) inside: &'a str,
    after: &'a str,
}

/// The part between the last opening tag of that name and the last closing one.
pub(crate) fn last_part<'a>(text: &'a str, name: &str) -> Option<Part<'a>> {
    let (opening, closing) = (format!("<{name}>"), format!("</{name}>"));
    let open = memmem::rfind(text.as_bytes(), opening.as_bytes())?;
    let (before, inside) = (&text[..open], &text[open + opening.len()..]);
    let close = memmem::rfind(inside.as_bytes(), closing.as_bytes())?;
    Some(Part { before, inside: &inside[..close], after: &inside[close + closing.len()..] })
}

/// The part between the first opening tag of that name and the next closing one.
fn first_part<'a>(text: &'a str, name: &str) -> Option<Part<'a>> {
    let (opening, closing) = (format!("<{name}>"), format!("</{name}>"));
    let open = memmem::find(text.as_bytes(), opening.as_bytes())?;
    let (before, inside) = (&text[..open], &text[open + opening.len()..]);
    let close = memmem::find(inside.as_bytes(), closing.as_bytes())?;
    Some(Part { before, inside: &inside[..close], after: &inside[close + closing.len()..] })
}

/// What stands before the new question: the original one, its answer, the explanation.
pub(crate) fn original(text: &str) -> Option<Original<'_>> {
    let question = first_part(text, "original_question")?;
    let answer = first_part(question.after, "original_answer")?;
    // An explanation may mention any tag: it ends where the last one closes.
    let shown = answer.after;
    let explanation = memmem::find(shown.as_bytes(), b"<explanation>").and_then(|open| {
        let inside = &shown[open + "<explanation>".len()..];
        let close = memmem::rfind(inside.as_bytes(), b"</explanation>")?;
        Some(&inside[..close])
    });
    Some(Original { question: question.inside, answer: answer.inside.trim_ascii(), explanation })
}

/// The answer that a rationaliser is to explain.
pub(crate) fn given_answer(prompt: &str) -> Option<&str> {
    let answer = last_part(prompt, "given_answer")?.inside.trim_ascii();
    (!answer.is_empty()).then_some(answer)
}

/// The part of a prompt that says how to reply.
struct Block {
    start: usize,
    labels: Option<Labels>,
    sections: Vec<Section>,
}

impl Block {
    /// Finds the last tag of each section at the start of a line.
    fn find(text: &str) -> Self {
        let mut last: [Option<usize>; 5] = [None; 5];
        for at in memchr_iter(b'[', text.as_bytes()).filter(|&at| begins_line(text, at)) {
            if let Some(&(section, _)) = TAGS.iter().find(|(_, tag)| text[at..].starts_with(tag)) {
                last[section as usize] = Some(at);
            }
        }
        let mut found: Vec<(usize, Section)> = TAGS
            .iter()
            .filter_map(|&(section, _)| Some((last[section as usize]?, section)))
            .collect();
        found.sort_unstable_by_key(|&(at, _)| at);
        Self {
            start: found.first().map_or(text.len(), |&(at, _)| at),
            labels: last[Section::Answer as usize]
                .and_then(|at| labels_in(&text[at + Section::Answer.tag().len()..])),
            sections: found.into_iter().map(|(_, section)| section).collect(),
        }
    }
}

/// Whether only Markdown stars stand between a bracket and the start of its line.
fn begins_line(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches(['*', '#', ' ']);
    before.is_empty() || before.ends_with('\n')
}

/// The labels in the line under a tag: `YES or NO (give exactly one)`, `A, B or C`, `A/B`.
pub(crate) fn labels_in(after_tag: &str) -> Option<Labels> {
    let line = after_tag.trim_start_matches('*').trim_ascii_start().lines().next()?.trim_ascii();
    let line = without_parenthesis(line);
    let separated = line.replace(" OR ", " or ").replace(" or ", ",");
    let separator = if separated.contains(',') { ',' } else { '/' };
    let labels = separated
        .split(separator)
        .map(|label| label.trim_matches([' ', '\t', '\'', '"', '`', '*', '.']))
        .filter(|label| !label.is_empty());
    Labels::new(labels).ok()
}

/// Takes the parenthesis off the end of a line.
fn without_parenthesis(line: &str) -> &str {
    if !line.ends_with(')') {
        return line;
    }
    let mut depth = 0_u32;
    for (at, byte) in line.bytes().enumerate().rev() {
        depth += u32::from(byte == b')');
        depth -= u32::from(byte == b'(');
        if depth == 0 {
            return line[..at].trim_ascii_end();
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(prompt: &str) -> Vec<String> {
        Asked::read(prompt).labels.map_or(Vec::new(), |set| set.iter().map(str::to_owned).collect())
    }

    #[test]
    fn labels_stand_under_the_answer_tag() {
        assert_eq!(labels("Q\n[ANSWER]\nYES or NO (give (only) one)"), ["YES", "NO"]);
        assert_eq!(labels("Q\n[ANSWER]\nCASE 1 or CASE 2"), ["CASE 1", "CASE 2"]);
        assert_eq!(labels("Q\n**[ANSWER]**\n'A', 'B', or 'C' (one)"), ["A", "B", "C"]);
        assert_eq!(labels("Q\n[ANSWER]\nA/B"), ["A", "B"]);
        assert_eq!(labels("Q\n[ANSWER]\n\n[CONFIDENCE]\nLOW"), Vec::<String>::new());
        assert_eq!(labels("no block at all"), Vec::<String>::new());
    }

    #[test]
    fn sections_come_in_the_order_of_the_prompt() {
        let asked = Asked::read("Q\n[EXPLANATION]\nwhy\n[CONFIDENCE]\nLOW\n[ANSWER]\nA or B");
        let order = [Section::Explanation, Section::Confidence, Section::Answer];
        assert_eq!(asked.sections, order);
    }

    #[test]
    fn the_question_of_an_import_stands_between_heading_and_block() {
        let asked = Asked::read("You judge.\n\nClient file:\nShe rents.\n\n[ANSWER]\nA or B");
        assert_eq!(asked.question.trim(), "She rents.");
    }

    #[test]
    fn a_predictor_prompt_is_taken_apart() {
        let prompt = "<original_question>\nold [ANSWER]\n</original_question>\n\
            <original_answer>\nYES\n</original_answer>\n\
            <explanation>\nsays <new_question> and </explanation>\n</explanation>\n\
            <new_question>\nnew\n</new_question>\n[ANSWER]\nYES or NO\n[CONFIDENCE]\nLOW";
        let asked = Asked::read(prompt);
        assert_eq!(asked.question.trim(), "new");
        let original = asked.original.unwrap();
        assert_eq!((original.question.trim(), original.answer), ("old [ANSWER]", "YES"));
        let explanation = "says <new_question> and </explanation>";
        assert_eq!(original.explanation.map(str::trim), Some(explanation));
    }
}
