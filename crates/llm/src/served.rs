//! What was asked against what was served: reasoning, model, provider.

use crate::chat::ModelReply;
use foretell_core::family::bare_name;
use foretell_core::{Effort, Level};
use std::collections::BTreeMap;
use std::fmt;

/// What a reply is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The model, as its provider calls it.
    pub model: String,
    /// The effort.
    pub effort: Effort,
    /// The providers behind a router that alone may serve it; empty for any.
    pub only: Vec<String>,
}

/// One difference between what was asked and what was served.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mismatch {
    /// It reasoned although asked not to.
    Reasoned,
    /// It did not reason although asked to.
    NotReasoned(Effort),
    /// It reasoned longer than its budget.
    OverBudget(u32),
    /// Another model replied.
    OtherModel {
        /// The one asked.
        asked: String,
        /// The one that replied.
        served: String,
    },
    /// A provider replied that should not have.
    OtherProvider(String),
}

/// Holds a reply against what was asked.
///
/// # Examples
/// ```
/// use foretell_llm::{Mismatch, ModelReply, Usage, Wanted, mismatches};
/// let wanted = Wanted { model: "m".into(), effort: "none".parse().unwrap(), only: vec![] };
/// let usage = Usage { reasoning_tokens: Some(212), ..Usage::default() };
/// let reply = ModelReply { usage, ..ModelReply::default() };
/// assert_eq!(mismatches(&wanted, &reply), [Mismatch::Reasoned]);
/// ```
#[must_use]
pub fn mismatches(wanted: &Wanted, reply: &ModelReply) -> Vec<Mismatch> {
    let mut found = Vec::new();
    let tokens = reply.usage.reasoning_tokens;
    let reasoned = tokens.is_some_and(|tokens| tokens > 0)
        || reply.reasoning.is_some()
        || reply.text.as_deref().is_some_and(thinks);
    match wanted.effort {
        Effort::Level(Level::None) if reasoned => found.push(Mismatch::Reasoned),
        // At `minimal`, no tokens at all are what was asked for.
        Effort::Level(Level::None | Level::Minimal) | Effort::Default => {}
        effort if tokens == Some(0) && !reasoned && reply.refusal.is_none() => {
            found.push(Mismatch::NotReasoned(effort))
        }
        Effort::Budget(most) if tokens.is_some_and(|tokens| tokens > i64::from(most)) => {
            found.push(Mismatch::OverBudget(most));
        }
        _ => {}
    }
    if let Some(served) = &reply.served
        && !same_model(&wanted.model, served)
    {
        let (asked, served) = (wanted.model.clone(), served.clone());
        found.push(Mismatch::OtherModel { asked, served });
    }
    if let Some(provider) = &reply.provider
        && !wanted.only.is_empty()
        && !wanted.only.iter().any(|only| same_provider(only, provider))
    {
        found.push(Mismatch::OtherProvider(provider.clone()));
    }
    found
}

/// Whether a text begins with reasoning that no parser took out. An empty block is a template's way
/// to switch reasoning off.
fn thinks(text: &str) -> bool {
    match text.split_once("</think>") {
        Some((before, _)) => !before.trim().trim_start_matches("<think>").trim().is_empty(),
        None => text.trim_start().starts_with("<think>"),
    }
}

/// Providers add dates and reorder the parts of a name.
fn same_model(asked: &str, served: &str) -> bool {
    let parts = |name: &str| {
        let mut parts: Vec<String> = bare_name(name).split('-').map(str::to_owned).collect();
        parts.sort();
        parts
    };
    asked == served || parts(asked) == parts(served)
}

/// `amazon-bedrock` is called "Amazon Bedrock" in a reply, and `google-vertex/us` "Google".
fn same_provider(only: &str, served: &str) -> bool {
    let only = only.split('/').next().unwrap_or(only).to_lowercase();
    let served = served.to_lowercase().replace(' ', "-");
    only.starts_with(&served) || served.starts_with(&only)
}

/// The mismatches of many replies of one model, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mismatches {
    replies: u64,
    counts: BTreeMap<Mismatch, (u64, i64)>,
}

impl Mismatches {
    /// Counts one reply by what was found in it, and its tokens of reasoning.
    pub fn note(&mut self, found: &[Mismatch], reasoning_tokens: Option<i64>) {
        self.replies += 1;
        for mismatch in found {
            let (count, most) = self.counts.entry(mismatch.clone()).or_default();
            *count += 1;
            *most = (*most).max(reasoning_tokens.unwrap_or(0));
        }
    }

    /// One sentence for each kind.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let of = |count: u64| match self.replies {
            1 => String::new(),
            replies => format!(" in {count} of {replies} replies"),
        };
        let one = |(mismatch, &(count, most)): (&Mismatch, &(u64, i64))| {
            let tokens = match (mismatch, most) {
                (Mismatch::Reasoned, 1..) if self.replies == 1 => {
                    return format!("asked none, {most} reasoning tokens");
                }
                (Mismatch::Reasoned | Mismatch::OverBudget(_), 1..) => {
                    format!(", up to {most} reasoning tokens")
                }
                _ => String::new(),
            };
            format!("{mismatch}{}{tokens}", of(count))
        };
        self.counts.iter().map(one).collect()
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reasoned => f.write_str("asked none, but it reasoned"),
            Self::NotReasoned(effort) => write!(f, "asked {effort}, but it did not reason"),
            Self::OverBudget(most) => write!(f, "asked at most {most} reasoning tokens, got more"),
            Self::OtherModel { asked, served } => {
                write!(f, "asked `{asked}`, `{served}` replied")
            }
            Self::OtherProvider(provider) => {
                write!(f, "the provider {provider} replied, which `only` does not name")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Usage;

    fn wanted(effort: &str) -> Wanted {
        let only = vec!["amazon-bedrock".to_owned()];
        Wanted { model: "claude-opus-4-5".to_owned(), effort: effort.parse().unwrap(), only }
    }

    fn reply(tokens: i64) -> ModelReply {
        let usage = Usage { reasoning_tokens: Some(tokens), ..Usage::default() };
        ModelReply { usage, ..ModelReply::default() }
    }

    #[test]
    fn reasoning_is_held_against_effort() {
        for (effort, tokens, found) in [
            ("none", 212, vec![Mismatch::Reasoned]),
            ("none", 0, vec![]),
            ("default", 212, vec![]),
            ("minimal", 0, vec![]),
            ("high", 0, vec![Mismatch::NotReasoned("high".parse().unwrap())]),
            ("2048", 2048, vec![]),
            ("2048", 2049, vec![Mismatch::OverBudget(2048)]),
        ] {
            assert_eq!(mismatches(&wanted(effort), &reply(tokens)), found, "{effort} {tokens}");
        }
        let in_text = |text: &str| ModelReply { text: Some(text.to_owned()), ..reply(0) };
        assert!(mismatches(&wanted("none"), &in_text("<think>\n\n</think>\nYES")).is_empty());
        assert_eq!(
            mismatches(&wanted("none"), &in_text("so\n</think>\nYES")),
            [Mismatch::Reasoned]
        );
    }

    #[test]
    fn another_model_or_provider_is_found_and_a_dated_name_is_the_same() {
        let served = |model: &str, provider: &str| ModelReply {
            served: Some(model.to_owned()),
            provider: Some(provider.to_owned()),
            ..ModelReply::default()
        };
        let found = |reply| mismatches(&wanted("default"), &reply);
        assert!(found(served("claude-opus-4-5-20251101", "Amazon Bedrock")).is_empty());
        assert!(found(served("anthropic/claude-4.5-opus", "Amazon Bedrock")).is_empty());
        assert_eq!(found(served("claude-opus-4-5-5", "amazon-bedrock")).len(), 1);
        assert!(matches!(
            found(served("claude-opus-4-1", "Google"))[..],
            [Mismatch::OtherModel { .. }, Mismatch::OtherProvider(_)]
        ));
    }

    #[test]
    fn mismatches_are_counted_and_said() {
        let mut counted = Mismatches::default();
        counted.note(&mismatches(&wanted("none"), &reply(212)), Some(212));
        assert_eq!(counted.sentences(), ["asked none, 212 reasoning tokens"]);
        counted.note(&[], Some(0));
        let said = "asked none, but it reasoned in 1 of 2 replies, up to 212 reasoning tokens";
        assert_eq!(counted.sentences(), [said]);
    }
}
