//! What is said in a request and in its reply, as text: the parts of the JSON that a person reads.

use serde::Serialize;
use serde_json::Value;

/// One text with whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Spoken {
    /// `user`, `assistant`, `reasoning`, ...
    pub(crate) role: String,
    pub(crate) text: String,
}

/// The texts of a body as it was sent, in its order; none where it is of a form that is not known.
pub(crate) fn sent(body: &str) -> Vec<Spoken> {
    let Ok(body) = serde_json::from_str::<Value>(body) else { return Vec::new() };
    let mut said = Vec::new();
    for name in ["system", "instructions"] {
        add(&mut said, "system", &body[name]);
    }
    for name in ["messages", "input"] {
        match &body[name] {
            Value::Array(messages) => messages.iter().for_each(|one| message(&mut said, one)),
            text => add(&mut said, "user", text),
        }
    }
    add(&mut said, "prompt", &body["prompt"]);
    said
}

/// The texts of a reply as it came: of chat completions, of completions, and of the two forms that
/// list blocks.
pub(crate) fn came(reply: &str) -> Vec<Spoken> {
    let Ok(reply) = serde_json::from_str::<Value>(reply) else { return Vec::new() };
    let mut said = Vec::new();
    for choice in array(&reply["choices"]) {
        message(&mut said, &choice["message"]);
        add(&mut said, "assistant", &choice["text"]);
    }
    for block in array(&reply["output"]) {
        match block["type"].as_str() {
            Some("reasoning") => {
                add(&mut said, "reasoning", &block["content"]);
                add(&mut said, "reasoning", &block["summary"]);
            }
            _ => message(&mut said, block),
        }
    }
    add(&mut said, "assistant", &reply["content"]);
    said
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What is said in one message: its reasoning first, as it came first.
fn message(said: &mut Vec<Spoken>, message: &Value) {
    let role = message["role"].as_str().unwrap_or("assistant");
    for name in ["reasoning", "reasoning_content"] {
        let before = said.len();
        add(said, "reasoning", &message[name]);
        // Some servers send it under both names.
        if said.len() > before {
            break;
        }
    }
    add(said, role, &message["content"]);
    add(said, "refusal", &message["refusal"]);
}

/// A text, or blocks of text of which those that think are told apart.
fn add(said: &mut Vec<Spoken>, role: &str, value: &Value) {
    match value {
        Value::String(text) if !text.is_empty() => {
            said.push(Spoken { role: role.to_owned(), text: text.clone() });
        }
        Value::Array(blocks) => {
            for block in blocks {
                add(said, role, &block["text"]);
                add(said, "reasoning", &block["thinking"]);
                add(said, "refusal", &block["refusal"]);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(said: &[Spoken]) -> Vec<(&str, &str)> {
        said.iter().map(|one| (&*one.role, &*one.text)).collect()
    }

    #[test]
    fn the_texts_of_every_form_of_request_are_read() {
        let chat = r#"{"model":"m","messages":[{"role":"system","content":"be\nbrief"},{"role":"user","content":[{"type":"text","text":"why"}]}]}"#;
        assert_eq!(pairs(&sent(chat)), [("system", "be\nbrief"), ("user", "why")]);
        let blocks =
            r#"{"system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":"q"}]}"#;
        assert_eq!(pairs(&sent(blocks)), [("system", "s"), ("user", "q")]);
        let input = r#"{"input":[{"role":"user","content":"q"}],"instructions":"i"}"#;
        assert_eq!(pairs(&sent(input)), [("system", "i"), ("user", "q")]);
        assert_eq!(pairs(&sent(r#"{"prompt":"p","input":"i"}"#)), [("user", "i"), ("prompt", "p")]);
        assert!(sent("no JSON").is_empty() && sent("[1]").is_empty());
    }

    #[test]
    fn the_texts_of_every_form_of_reply_are_read_with_the_reasoning_first() {
        let chat = r#"{"choices":[{"message":{"role":"assistant","content":"a\nb","reasoning":"r","reasoning_content":"r","refusal":null}}]}"#;
        assert_eq!(pairs(&came(chat)), [("reasoning", "r"), ("assistant", "a\nb")]);
        let blocks = r#"{"role":"assistant","content":[{"type":"thinking","thinking":"t"},{"type":"text","text":"a"}]}"#;
        assert_eq!(pairs(&came(blocks)), [("reasoning", "t"), ("assistant", "a")]);
        let output = r#"{"output":[{"type":"reasoning","summary":[{"type":"summary_text","text":"s"}]},
            {"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"},{"type":"refusal","refusal":"no"}]}]}"#;
        assert_eq!(
            pairs(&came(output)),
            [("reasoning", "s"), ("assistant", "a"), ("refusal", "no")]
        );
        assert_eq!(pairs(&came(r#"{"choices":[{"text":"t"}]}"#)), [("assistant", "t")]);
        assert!(came(r#"{"error":{"message":"bad"}}"#).is_empty());
    }
}
