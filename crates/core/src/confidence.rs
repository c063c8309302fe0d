//! The confidence that a model states, as a level.

use serde::{Deserialize, Serialize};

/// A stated confidence, read as one of three levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConfidenceLevel {
    /// Low.
    Low,
    /// Medium or moderate.
    Medium,
    /// High.
    High,
}

impl ConfidenceLevel {
    /// The word used in columns.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// Reads the level from a confidence as it was written.
    ///
    /// The first level named counts. Levels that stand together (`LOW/MEDIUM`, "medium to high")
    /// say nothing definite and give `None`, as does text that names no level.
    ///
    /// # Examples
    /// ```
    /// use foretell_core::ConfidenceLevel;
    /// assert_eq!(ConfidenceLevel::read("MEDIUM – the age is high"), Some(ConfidenceLevel::Medium));
    /// assert_eq!(ConfidenceLevel::read("LOW/MEDIUM/HIGH"), None);
    /// ```
    #[must_use]
    pub fn read(written: &str) -> Option<Self> {
        let mut words =
            written.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let first = words.by_ref().find_map(Self::from_word)?;
        let joined = match words.next() {
            Some(word) if is_join(word) => words.next().and_then(Self::from_word),
            Some(word) => Self::from_word(word),
            None => None,
        };
        match joined {
            Some(second) if second != first => None,
            _ => Some(first),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        let is = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
        if is(&["low"]) {
            Some(Self::Low)
        } else if is(&["medium", "med", "moderate", "mid"]) {
            Some(Self::Medium)
        } else if is(&["high"]) {
            Some(Self::High)
        } else {
            None
        }
    }
}

fn is_join(word: &str) -> bool {
    word.eq_ignore_ascii_case("to") || word.eq_ignore_ascii_case("or")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_real_replies_are_read() {
        let cases = [
            ("HIGH", Some(ConfidenceLevel::High)),
            ("Medium (70%)", Some(ConfidenceLevel::Medium)),
            ("**Low**", Some(ConfidenceLevel::Low)),
            ("MODERATE", Some(ConfidenceLevel::Medium)),
            ("Very high.", Some(ConfidenceLevel::High)),
            ("medium-to-high", None),
            ("LOW or MEDIUM", None),
            ("85%", None),
            ("Following", None),
            ("", None),
        ];
        for (written, level) in cases {
            assert_eq!(ConfidenceLevel::read(written), level, "{written}");
        }
    }
}
