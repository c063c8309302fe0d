//! Texts that are searched: lower-cased, one after the other in one piece of memory.

use memchr::memmem::Finder;
use rayon::prelude::*;

/// Texts that one thread takes at a time.
const GROUP: usize = 2048;

/// Stands after every text, so that nothing is found across two of them.
const END: u8 = 0;

/// Texts by number, ready to be searched without regard to case.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    bytes: Vec<u8>,
    /// Where each text ends, its last byte being [`END`].
    ends: Vec<usize>,
}

impl Arena {
    /// Adds a text made of parts; its number is how many were there before.
    pub(crate) fn push<'a>(&mut self, parts: impl IntoIterator<Item = &'a str>) -> u32 {
        for (at, part) in parts.into_iter().enumerate() {
            if at > 0 {
                self.bytes.push(b'\n');
            }
            lower(part, &mut self.bytes);
        }
        self.bytes.push(END);
        self.ends.push(self.bytes.len());
        (self.ends.len() - 1) as u32
    }

    /// Gives back the memory that was reserved for more.
    pub(crate) fn finish(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Takes all texts out, and keeps the memory for others.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// The texts in one piece.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where each text ends in them.
    pub(crate) fn ends(&self) -> &[usize] {
        &self.ends
    }

    /// Which texts hold what is wanted.
    pub(crate) fn holding(&self, wanted: &Wanted) -> Vec<bool> {
        let groups = self.ends.par_chunks(GROUP).enumerate();
        let of_group = |(group, ends): (usize, &[usize])| {
            let before = (group * GROUP).checked_sub(1);
            wanted.from(&self.bytes, ends, before.map_or(0, |before| self.ends[before]))
        };
        groups.flat_map_iter(of_group).collect()
    }
}

/// Words that are looked for, whatever the case of them or of the texts.
#[derive(Debug)]
pub(crate) struct Wanted {
    finder: Finder<'static>,
}

impl Wanted {
    pub(crate) fn new(words: &str) -> Self {
        let mut needle = Vec::with_capacity(words.len());
        lower(words, &mut needle);
        Self { finder: Finder::new(&needle).into_owned() }
    }

    /// Which texts hold it of those that stand in `bytes` and end at `ends`.
    pub(crate) fn among(&self, bytes: &[u8], ends: &[usize]) -> Vec<bool> {
        self.from(bytes, ends, 0)
    }

    /// The same of texts the first of which begins at `at`.
    fn from(&self, bytes: &[u8], ends: &[usize], mut at: usize) -> Vec<bool> {
        let mut found = vec![false; ends.len()];
        let last = ends.last().copied().unwrap_or(at);
        while let Some(hit) = self.finder.find(&bytes[at..last]) {
            let text = ends.partition_point(|&end| end <= at + hit);
            found[text] = true;
            at = ends[text];
        }
        found
    }
}

/// Adds a text in lower case, without the byte that ends texts.
fn lower(text: &str, bytes: &mut Vec<u8>) {
    let from = bytes.len();
    if text.is_ascii() {
        bytes.extend_from_slice(text.as_bytes());
        bytes[from..].make_ascii_lowercase();
    } else {
        bytes.extend_from_slice(text.to_lowercase().as_bytes());
    }
    for byte in &mut bytes[from..] {
        if *byte == END {
            *byte = b' ';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arena(texts: &[&str]) -> Arena {
        let mut arena = Arena::default();
        for text in texts {
            arena.push([*text]);
        }
        arena
    }

    #[test]
    fn texts_are_found_whatever_their_case() {
        let arena = arena(&["The Nurse", "ÄRZTE und", "nothing", ""]);
        assert_eq!(arena.holding(&Wanted::new("nURSE")), [true, false, false, false]);
        assert_eq!(arena.holding(&Wanted::new("ärzte")), [false, true, false, false]);
        assert_eq!(arena.holding(&Wanted::new("th")), [true, false, true, false]);
    }

    #[test]
    fn nothing_is_found_across_two_texts() {
        let arena = arena(&["one", "two", "three\0four"]);
        assert_eq!(arena.holding(&Wanted::new("etwo")), [false; 3]);
        assert_eq!(arena.holding(&Wanted::new("e\0t")), [false; 3]);
        assert_eq!(arena.holding(&Wanted::new("three four")), [false, false, true]);
    }

    #[test]
    fn every_text_of_many_groups_is_looked_at() {
        let texts: Vec<String> = (0..5000).map(|at| format!("text {at} end")).collect();
        let mut arena = Arena::default();
        for text in &texts {
            arena.push([text.as_str(), "more"]);
        }
        let found = arena.holding(&Wanted::new("text 4999 end\nmore"));
        assert_eq!(found.iter().filter(|found| **found).count(), 1);
        assert!(found[4999] && arena.holding(&Wanted::new("t")).iter().all(|found| *found));
    }
}
