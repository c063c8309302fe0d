//! Whose request a body is: the body of a model is the same around every prompt.

use crate::model::ChatModel;
use std::borrow::Cow;

/// Stands for a prompt where the rest of a body is wanted.
const MARK: &str = "@the prompt@";

/// What stands around the prompts of a model in its bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyShape {
    before: String,
    after: String,
}

impl BodyShape {
    /// The shape of a model's bodies.
    #[must_use]
    pub fn of(chat: &dyn ChatModel) -> Self {
        let body = chat.body(MARK);
        let (before, after) = body.split_once(MARK).unwrap_or((&body, ""));
        Self { before: before.to_owned(), after: after.to_owned() }
    }

    /// The prompt in a body of this shape; `None` for a body of another.
    ///
    /// # Examples
    /// ```
    /// use foretell_core::Registry;
    /// use foretell_llm::{BodyShape, ModelSpec, open_to_read};
    /// let open = |spec| open_to_read(&ModelSpec::parse(spec)?, &Registry::embedded());
    /// let (cold, warm) = (open("openai:gpt-4?temperature=0")?, open("openai:gpt-4?temperature=1")?);
    /// let body = cold.body("two\nlines");
    /// assert_eq!(BodyShape::of(&*cold).prompt(&body).as_deref(), Some("two\nlines"));
    /// assert_eq!(BodyShape::of(&*warm).prompt(&body), None);
    /// # Ok::<(), foretell_llm::SpecError>(())
    /// ```
    #[must_use]
    pub fn prompt<'a>(&self, body: &'a str) -> Option<Cow<'a, str>> {
        let text = body.strip_prefix(&*self.before)?.strip_suffix(&*self.after)?;
        if !text.contains('\\') {
            return Some(Cow::Borrowed(text));
        }
        serde_json::from_str::<String>(&format!("\"{text}\"")).ok().map(Cow::Owned)
    }

    /// Whether a body is of this shape.
    #[must_use]
    pub fn fits(&self, body: &str) -> bool {
        body.len() >= self.before.len() + self.after.len()
            && body.starts_with(&*self.before)
            && body.ends_with(&*self.after)
    }
}
