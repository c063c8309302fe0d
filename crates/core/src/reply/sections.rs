//! Where the sections of a reply begin and end.

use memchr::{memchr, memchr_iter};

/// The sections that a reply can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Answer,
    Explanation,
    Factors,
    OtherInfo,
    Confidence,
}

/// In the order of [`Tag`], which indexes it.
const NAMES: [&[u8]; 5] =
    [b"ANSWER", b"EXPLANATION", b"MOST_IMPORTANT_FACTORS", b"OTHER_RELEVANT_INFO", b"CONFIDENCE"];
const TAGS: [Tag; 5] =
    [Tag::Answer, Tag::Explanation, Tag::Factors, Tag::OtherInfo, Tag::Confidence];

const MOST_SPACES: usize = 3;

/// The sections found in a text, at most one a tag.
pub(super) struct Sections<'a>([Option<&'a str>; 5]);

/// One tag in the text.
#[derive(Clone, Copy)]
struct Mark {
    tag: Tag,
    /// Where its line ends what stood before: the start of the decoration around the tag.
    start: usize,
    /// The first byte after the tag and its decoration.
    end: usize,
    at_line_start: bool,
}

impl<'a> Sections<'a> {
    /// Finds the first section of each tag.
    ///
    /// A tag within a line starts a section only where none is open, so that an explanation may
    /// mention `[ANSWER]`; where a tag stands nowhere else, its first mention counts after all
    /// (replies written on one line).
    pub(super) fn find(text: &'a str) -> Self {
        let mut first: [Option<Mark>; 5] = [None; 5];
        let mut mentioned: [Option<Mark>; 5] = [None; 5];
        let mut line_starts: Vec<usize> = Vec::new();
        let mut open = false;
        for mark in marks(text) {
            if mark.at_line_start {
                line_starts.push(mark.start);
            }
            let list = if mark.at_line_start || !open { &mut first } else { &mut mentioned };
            list[mark.tag as usize].get_or_insert(mark);
            open = true;
        }
        Self(TAGS.map(|tag| {
            let mark = first[tag as usize].or(mentioned[tag as usize])?;
            let next = line_starts.partition_point(|&start| start < mark.end);
            let end = line_starts.get(next).copied().unwrap_or(text.len());
            Some(&text[mark.end..end])
        }))
    }

    /// The text of a section.
    pub(super) fn get(&self, tag: Tag) -> Option<&'a str> {
        self.0[tag as usize]
    }
}

fn marks(text: &str) -> impl Iterator<Item = Mark> + '_ {
    let bytes = text.as_bytes();
    // Looking back from a bracket stops at the bracket before it, so that long runs of stars
    // are walked over once.
    let mut seen = 0;
    memchr_iter(b'[', bytes).filter_map(move |at| {
        let floor = std::mem::replace(&mut seen, at + 1);
        let (tag, after) = tag_at(bytes, at)?;
        let decoration = decoration_before(&bytes[floor..at]);
        let start = at - decoration;
        let starred = bytes[start..at].contains(&b'*');
        let end = if starred { after + closing_stars(&bytes[after..]) } else { after };
        let line = &bytes[floor..start];
        let at_line_start =
            if line.is_empty() { floor == 0 } else { line[line.len() - 1] == b'\n' };
        Some(Mark { tag, start, end, at_line_start })
    })
}

/// Length of the white space, stars, heading and quotation marks before a tag on its line.
fn decoration_before(before: &[u8]) -> usize {
    before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t' | b'*' | b'#' | b'>')).count()
}

/// Length of the stars after a tag, with a colon before or after them.
fn closing_stars(after: &[u8]) -> usize {
    after.iter().take_while(|byte| matches!(byte, b'*' | b':')).count()
}

/// The tag whose bracket opens at `at`, and the first byte after its closing bracket.
fn tag_at(bytes: &[u8], at: usize) -> Option<(Tag, usize)> {
    let inside = skip_spaces(bytes, at + 1);
    for (tag, name) in TAGS.into_iter().zip(NAMES) {
        let Some(written) = bytes.get(inside..inside + name.len()) else { continue };
        if written.eq_ignore_ascii_case(name) {
            let close = skip_spaces(bytes, inside + name.len());
            return (bytes.get(close) == Some(&b']')).then_some((tag, close + 1));
        }
    }
    None
}

fn skip_spaces(bytes: &[u8], from: usize) -> usize {
    let spaces = bytes[from..].iter().take(MOST_SPACES).take_while(|&&byte| byte == b' ').count();
    from + spaces
}

/// Reasoning that stands in the text itself.
pub(crate) enum Thought<'a> {
    None,
    Ended { reasoning: &'a str, rest: &'a str },
    Endless { reasoning: &'a str },
}

/// Takes the reasoning off a text: all up to the first `</think>`, or all of a text whose `<think>`
/// never ends. A `<think>` after the first section is a word of that section.
pub(crate) fn split_reasoning(text: &str) -> Thought<'_> {
    if let Some(at) = find_ignoring_case(text.as_bytes(), b"</think>") {
        let before = &text[..at];
        let opened = find_ignoring_case(before.as_bytes(), b"<think>");
        let reasoning = match opened {
            Some(start) if before[..start].trim().is_empty() => &before[start + "<think>".len()..],
            _ => before,
        };
        return Thought::Ended { reasoning, rest: &text[at + "</think>".len()..] };
    }
    match find_ignoring_case(text.as_bytes(), b"<think>") {
        Some(at) if marks(&text[..at]).next().is_none() => {
            Thought::Endless { reasoning: &text[at + "<think>".len()..] }
        }
        _ => Thought::None,
    }
}

fn find_ignoring_case(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(step) = memchr(needle[0], &bytes[from..]) {
        let at = from + step;
        if bytes[at..].len() >= needle.len()
            && bytes[at..at + needle.len()].eq_ignore_ascii_case(needle)
        {
            return Some(at);
        }
        from = at + 1;
    }
    None
}
