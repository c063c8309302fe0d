//! The raw channels of gpt-oss, which a server without a reasoning parser leaves in the text:
//!
//! ```text
//! <|start|>assistant<|channel|>analysis<|message|>..<|end|><|start|>assistant<|channel|>final<|message|>..<|return|>
//! ```

use crate::chat::{ModelReply, ReasoningSource};

const CHANNEL: &str = "<|channel|>";
const MESSAGE: &str = "<|message|>";
const ENDS: [&str; 4] = ["<|end|>", "<|return|>", "<|call|>", "<|start|>"];

/// Splits a text of raw channels: the last `final` is the text, all `analysis` joined the reasoning.
/// Any other text stays as it is.
pub(crate) fn split(mut reply: ModelReply) -> ModelReply {
    let Some(text) = reply.text.as_deref().filter(|text| text.contains(CHANNEL)) else {
        return reply;
    };
    let mut analysis: Vec<&str> = Vec::new();
    let mut last = None;
    for part in text.split(CHANNEL).skip(1) {
        let Some((channel, message)) = part.split_once(MESSAGE) else { continue };
        let end = ENDS.iter().filter_map(|end| message.find(end)).min();
        let message = message[..end.unwrap_or(message.len())].trim();
        match channel.split_whitespace().next() {
            Some("analysis") if !message.is_empty() => analysis.push(message),
            Some("final") => last = Some(message),
            _ => {}
        }
    }
    if analysis.is_empty() && last.is_none() {
        return reply;
    }
    if !analysis.is_empty() {
        reply.reasoning = Some(analysis.join("\n\n"));
        reply.reasoning_source = Some(ReasoningSource::Full);
    }
    // Cut off before its answer, it holds none.
    reply.text = Some(last.unwrap_or_default().to_owned());
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<String>, Option<String>) {
        let reply = split(ModelReply { text: Some(text.to_owned()), ..ModelReply::default() });
        (reply.text, reply.reasoning)
    }

    #[test]
    fn the_last_final_is_the_text_and_all_analysis_the_reasoning() {
        let text = "<|start|>assistant<|channel|>analysis<|message|>first<|end|>\
            <|start|>assistant<|channel|>commentary<|message|>aside<|end|>\
            <|start|>assistant<|channel|>analysis<|message|>then<|end|>\
            <|start|>assistant<|channel|>final<|message|>YES<|return|>";
        assert_eq!(read(text), (Some("YES".to_owned()), Some("first\n\nthen".to_owned())));
    }

    #[test]
    fn a_text_that_is_cut_off_or_has_no_channels() {
        let cut = "<|channel|>analysis<|message|>so far";
        assert_eq!(read(cut), (Some(String::new()), Some("so far".to_owned())));
        for text in ["YES", "the token <|channel|> in prose", ""] {
            assert_eq!(read(text), (Some(text.to_owned()), None));
        }
    }
}
