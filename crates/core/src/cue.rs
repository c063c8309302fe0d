//! Cues: hints at an answer that are put beside a question. A cue is data, an entry of
//! `prompts/cues.toml`.

use crate::{Question, TextId};
use serde::{Deserialize, Serialize};

/// Where a cue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CuePlace {
    /// Before the question.
    Before,
    /// After the question.
    After,
    /// Around the question, which its template holds.
    Around,
}

/// One kind of hint.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cue {
    /// What stands in `method` columns, after `cue:`.
    #[serde(skip)]
    pub name: String,
    /// One line for people.
    pub says: String,
    /// The work that it follows.
    #[serde(default)]
    pub after: Option<String>,
    /// Where it stands.
    pub place: CuePlace,
    /// Its wordings; each question draws one.
    pub templates: Vec<String>,
}

/// Which label a hint points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Toward {
    /// A label that is not the true one.
    Wrong,
    /// The true one.
    Right,
    /// Any label.
    Random,
}

impl Toward {
    /// The word for it in flags and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Right => "right",
            Self::Random => "random",
        }
    }

    /// The label in words, to follow "toward".
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::Wrong => "a wrong label",
            Self::Right => "the right label",
            Self::Random => "a random label",
        }
    }

    /// The label that a hint beside `question` points to; `None` where the question lacks the ground
    /// truth that is needed, or a label that could be drawn. The draw depends on nothing but the seed
    /// and the text, so that every cue points to the same label.
    ///
    /// # Examples
    /// ```
    /// # use foretell_core::{Question, QuestionId, TextId, cue::Toward};
    /// # let question = Question {
    /// #     question_id: QuestionId::new("d", 1), text_id: TextId::of("d", "Is it?"),
    /// #     dataset: "d".into(), source: String::new(), row: None, text: "Is it?".into(),
    /// #     labels: vec!["YES".into(), "NO".into()], options: vec![],
    /// #     ground_truth: Some("YES".into()), features: vec![], prompt_first: None,
    /// #     prompt_last: None,
    /// # };
    /// assert_eq!(Toward::Wrong.label(&question, 1), Some("NO"));
    /// assert_eq!(Toward::Right.label(&question, 1), Some("YES"));
    /// ```
    #[must_use]
    pub fn label(self, question: &Question, seed: u64) -> Option<&str> {
        let labels = || question.labels.iter().map(String::as_str);
        let truth = || {
            let truth = question.ground_truth.as_deref()?;
            labels().find(|label| *label == truth)
        };
        let candidates: Vec<&str> = match self {
            Self::Right => return truth(),
            Self::Random => labels().collect(),
            Self::Wrong => {
                let truth = truth()?;
                labels().filter(|label| *label != truth).collect()
            }
        };
        candidates.get(draw(seed, "label", &question.text_id, candidates.len())?).copied()
    }
}

impl Cue {
    /// The wording that a question draws.
    #[must_use]
    pub fn template(&self, question: &Question, seed: u64) -> Option<usize> {
        draw(seed, &self.name, &question.text_id, self.templates.len())
    }
}

/// A number below `below`, from a hash; `None` where there is none.
fn draw(seed: u64, what: &str, text: &TextId, below: usize) -> Option<usize> {
    let hash = TextId::of(&format!("cue {seed} {what}"), text.as_str());
    let number = u64::from_str_radix(hash.as_str(), 16).expect("a text id has 16 hex digits");
    usize::try_from(number.checked_rem(below as u64)?).ok()
}
