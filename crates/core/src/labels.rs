//! The labels that answer a question.

use crate::count::counted;
use thiserror::Error;

/// The labels of a question, at least two, in the order in which a prompt lists them.
///
/// A label is kept as it is written and compared in its normal form (upper case, `_` as space).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels(Vec<Label>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) written: String,
    pub(crate) normal: String,
}

/// Why a list of labels cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LabelsError {
    /// Fewer than two labels.
    #[error("{} given; a question needs at least two", counted(*.0 as u64, "label"))]
    TooFew(usize),
    /// A label without a letter or digit.
    #[error("the label `{0}` holds no letter or digit")]
    Blank(String),
    /// Two labels that read the same.
    #[error("the labels `{0}` and `{1}` read the same")]
    Repeated(String, String),
}

impl Labels {
    /// Checks and normalises a list of labels.
    ///
    /// # Errors
    /// [`LabelsError`] for fewer than two, blank or repeated labels.
    pub fn new<S: Into<String>>(written: impl IntoIterator<Item = S>) -> Result<Self, LabelsError> {
        let mut labels: Vec<Label> = Vec::new();
        for written in written {
            let written: String = written.into();
            let normal = normal_form(&written);
            if !normal.chars().any(char::is_alphanumeric) {
                return Err(LabelsError::Blank(written));
            }
            if let Some(other) = labels.iter().find(|other| other.normal == normal) {
                return Err(LabelsError::Repeated(other.written.clone(), written));
            }
            labels.push(Label { written, normal });
        }
        if labels.len() < 2 {
            return Err(LabelsError::TooFew(labels.len()));
        }
        Ok(Self(labels))
    }

    /// The labels as written, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|label| label.written.as_str())
    }

    /// How a prompt lists them: `YES or NO`, `A, B or C`.
    #[must_use]
    pub fn listed(&self) -> String {
        let written: Vec<&str> = self.iter().collect();
        let (last, rest) = written.split_last().expect("at least two labels: checked in new");
        format!("{} or {last}", rest.join(", "))
    }

    /// The label that reads like `text`, as written.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&str> {
        let normal = normal_form(text);
        self.0.iter().find(|label| label.normal == normal).map(|label| label.written.as_str())
    }

    /// How a text is compared with labels: two that have this form in common are one label.
    ///
    /// # Examples
    /// ```
    /// use foretell_core::Labels;
    /// assert_eq!(Labels::normal("**case_1**."), Labels::normal("Case 1"));
    /// ```
    #[must_use]
    pub fn normal(text: &str) -> String {
        normal_form(text)
    }

    pub(crate) fn all(&self) -> &[Label] {
        &self.0
    }
}

/// Upper case, `_` as space, runs of white space as one space, without the white space, Markdown
/// stars and punctuation around it.
pub(crate) fn normal_form(text: &str) -> String {
    let trimmed = text.trim_matches(is_around);
    let mut normal = String::with_capacity(trimmed.len());
    let mut space = false;
    for c in trimmed.chars() {
        if c == '_' || c.is_whitespace() {
            space = true;
            continue;
        }
        if std::mem::take(&mut space) {
            normal.push(' ');
        }
        if c.is_ascii() {
            normal.push(c.to_ascii_uppercase());
        } else {
            normal.extend(c.to_uppercase());
        }
    }
    normal
}

fn is_around(c: char) -> bool {
    c.is_whitespace() || matches!(c, '*' | '_' | '.' | ',' | '!' | '?' | ';' | ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_listed_as_a_person_would() {
        assert_eq!(Labels::new(["A", "B", "C"]).unwrap().listed(), "A, B or C");
        assert_eq!(Labels::new(["YES", "NO"]).unwrap().listed(), "YES or NO");
    }

    #[test]
    fn labels_that_cannot_be_told_apart_are_refused() {
        assert_eq!(
            Labels::new(["Case_1", "CASE 1"]),
            Err(LabelsError::Repeated("Case_1".into(), "CASE 1".into()))
        );
        assert_eq!(Labels::new(["YES"]), Err(LabelsError::TooFew(1)));
        assert_eq!(Labels::new(["..", "NO"]), Err(LabelsError::Blank("..".into())));
    }
}
