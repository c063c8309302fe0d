//! Texts as tokens.

use std::collections::HashMap;

/// Numbers for tokens, so that texts compare by them.
///
/// # Examples
/// ```
/// let mut vocabulary = foretell_core::Vocabulary::default();
/// assert_eq!(vocabulary.tokens("A man, a plan"), [0, 1, 2, 0, 3]);
/// ```
#[derive(Debug, Default)]
pub struct Vocabulary(HashMap<String, u32>);

impl Vocabulary {
    /// The tokens of a text: runs of letters, digits and `_`, and every other character that is no white
    /// space by itself; in lower case.
    pub fn tokens(&mut self, text: &str) -> Vec<u32> {
        let text = text.to_lowercase();
        let mut tokens = Vec::new();
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            let length = if is_word(first) {
                rest.find(|c| !is_word(c)).unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            let (token, after) = rest.split_at(length);
            rest = after;
            if !first.is_whitespace() {
                tokens.push(self.number(token));
            }
        }
        tokens
    }

    fn number(&mut self, token: &str) -> u32 {
        if let Some(&number) = self.0.get(token) {
            return number;
        }
        let number = u32::try_from(self.0.len()).expect("fewer tokens than memory has bytes");
        self.0.insert(token.to_owned(), number);
        number
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_signs_are_tokens() {
        let mut vocabulary = Vocabulary::default();
        assert_eq!(vocabulary.tokens("A-b a_1, É"), [0, 1, 2, 3, 4, 5]);
        assert_eq!(vocabulary.tokens("é  a"), [5, 0]);
        assert!(vocabulary.tokens(" \n").is_empty());
    }
}
