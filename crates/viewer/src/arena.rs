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

    /// What was added, in no more memory than it needs; this arena is then empty, and keeps its own.
    pub(crate) fn take(&mut self) -> Self {
        let taken = Self { bytes: self.bytes.to_vec(), ends: self.ends.to_vec() };
        self.bytes.clear();
        self.ends.clear();
        taken
    }

    /// Which texts hold `wanted`, whatever the case of either.
    pub(crate) fn holding(&self, wanted: &str) -> Vec<bool> {
        let mut needle = Vec::with_capacity(wanted.len());
        lower(wanted, &mut needle);
        let finder = Finder::new(&needle);
        let mut found = vec![false; self.ends.len()];
        found.par_chunks_mut(GROUP).enumerate().for_each(|(group, found)| {
            let first = group * GROUP;
            let ends = &self.ends[first..first + found.len()];
            let mut at = first.checked_sub(1).map_or(0, |before| self.ends[before]);
            let last = ends[ends.len() - 1];
            while let Some(hit) = finder.find(&self.bytes[at..last]) {
                let text = ends.partition_point(|&end| end <= at + hit);
                found[text] = true;
                at = ends[text];
            }
        });
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
        assert_eq!(arena.holding("nURSE"), [true, false, false, false]);
        assert_eq!(arena.holding("ärzte"), [false, true, false, false]);
        assert_eq!(arena.holding("th"), [true, false, true, false]);
    }

    #[test]
    fn nothing_is_found_across_two_texts() {
        let arena = arena(&["one", "two", "three\0four"]);
        assert_eq!(arena.holding("etwo"), [false; 3]);
        assert_eq!(arena.holding("e\0t"), [false; 3]);
        assert_eq!(arena.holding("three four"), [false, false, true]);
    }

    #[test]
    fn every_text_of_many_groups_is_looked_at() {
        let texts: Vec<String> = (0..5000).map(|at| format!("text {at} end")).collect();
        let mut arena = Arena::default();
        for text in &texts {
            arena.push([text.as_str(), "more"]);
        }
        let found = arena.holding("text 4999 end\nmore");
        assert_eq!(found.iter().filter(|found| **found).count(), 1);
        assert!(found[4999] && arena.holding("t").iter().all(|found| *found));
    }
}
