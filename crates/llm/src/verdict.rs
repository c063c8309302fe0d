//! What a status and a body mean for a request: a reply, another try, or the end.
//!
//! One place for all providers; what a whole reply lacks is theirs to say.

use crate::model::{Failure, Verdict};
use foretell_core::Outcome;
use reqwest::StatusCode;
use serde_json::Value;
use std::time::Duration;

/// Longest piece of a provider's words that is repeated in an error.
const LONGEST_MESSAGE: usize = 300;

/// Why a body with status 200 and without an error in it is no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    /// It holds no message.
    Message,
    /// The provider broke it off.
    BrokenOff,
    /// Its message holds nothing, and nothing says why.
    Content,
}

/// What a status and a body mean. `body` is `raw` parsed, where it is whole JSON; `lack` says what a
/// reply without an error in it lacks.
pub(crate) fn verdict_of(
    status: StatusCode,
    after: Option<Duration>,
    body: Option<&Value>,
    raw: &str,
    lack: impl Fn(&Value) -> Option<Lack>,
) -> Verdict {
    let Some(body) = body else {
        return if status.is_success() {
            retry(Outcome::ProviderError, after, "the reply is not whole JSON", raw)
        } else {
            failed(status, after, None, raw)
        };
    };
    if !status.is_success() {
        return failed(status, after, Some(body), raw);
    }
    if body["error"].is_object() {
        let code = body["error"]["code"].as_u64().and_then(|code| u16::try_from(code).ok());
        let status = code.and_then(|code| StatusCode::from_u16(code).ok());
        return failed(status.unwrap_or(StatusCode::BAD_GATEWAY), after, Some(body), raw);
    }
    let (outcome, what) = match lack(body) {
        None => return Verdict::Reply,
        Some(Lack::Message) => (Outcome::ProviderError, "the reply holds no message"),
        Some(Lack::BrokenOff) => (Outcome::ProviderError, "the provider broke off the reply"),
        Some(Lack::Content) => (Outcome::Empty, "the reply holds no content"),
    };
    retry(outcome, after, what, raw)
}

/// What an error says.
struct Said<'a> {
    words: &'a str,
    code: &'a str,
    /// What a router was told by the provider behind it.
    behind: &'a str,
}

impl<'a> Said<'a> {
    fn of(body: Option<&'a Value>, raw: &'a str) -> Self {
        let Some(body) = body else { return Self { words: raw, code: "", behind: "" } };
        let error = &body["error"];
        let words = error["message"].as_str().or(error.as_str()).or(body["message"].as_str());
        let code = error["code"].as_str().or(error["type"].as_str()).unwrap_or_default();
        let behind = error["metadata"]["raw"].as_str().unwrap_or_default();
        Self { words: words.unwrap_or(raw), code, behind }
    }

    fn holds(&self, signs: &[&str]) -> bool {
        let words = format!("{} {}", self.words, self.behind).to_ascii_lowercase();
        signs.iter().any(|sign| words.contains(sign))
    }

    /// Some gateways refuse a single prompt with the status of a bad key.
    fn is_moderated(&self) -> bool {
        self.holds(&["moderation", "flagged"])
    }

    /// The code of a prompt that does not fit.
    fn is_coded_too_long(&self) -> bool {
        matches!(self.code, "context_length_exceeded" | "request_too_large")
    }

    /// Servers say in different words that a prompt does not fit.
    fn is_too_long(&self) -> bool {
        let signs = [
            "context length",
            "context window",
            "maximum context",
            "too many tokens",
            "prompt is too long",
        ];
        self.is_coded_too_long() || self.holds(&signs)
    }

    /// The money, or the day's share of requests, is gone. Words alone say so only where nothing says
    /// when it is worth asking again: limits of a minute are told in the same words.
    fn is_spent(&self, after: Option<Duration>) -> bool {
        let signs =
            ["credit balance is too low", "per-day", "per day", "exceeded your current quota"];
        matches!(self.code, "insufficient_quota" | "billing_hard_limit_reached" | "billing_error")
            || after.is_none()
                && self.holds(&signs)
                && !self.holds(&["try again in", "retry in", "per minute", "per-minute"])
    }

    /// What every request of this model would be told.
    fn is_unsupported(&self) -> bool {
        matches!(self.code, "unsupported_value" | "unsupported_parameter" | "model_not_found")
    }
}

fn failed(status: StatusCode, after: Option<Duration>, body: Option<&Value>, raw: &str) -> Verdict {
    let said = Said::of(body, raw);
    let failure = |outcome| {
        let behind = if said.behind.is_empty() { "" } else { ": " };
        let words = shortened(&format!("{}{behind}{}", said.words, said.behind));
        Failure::new(outcome, format!("{status}: {words}"))
    };
    match status.as_u16() {
        403 if said.is_moderated() => Verdict::Fail(failure(Outcome::Filtered)),
        401..=404 => Verdict::Stop(failure(Outcome::ProviderError)),
        400 | 429 if said.is_spent(after) => Verdict::Stop(failure(Outcome::ProviderError)),
        400 if said.is_unsupported() => Verdict::Stop(failure(Outcome::ProviderError)),
        // "Too many tokens" is also what a limit of tokens a minute says.
        408 | 409 | 425 | 429 | 503 | 529 if !said.is_coded_too_long() => {
            Verdict::Retry { failure: failure(Outcome::ProviderError), after }
        }
        _ if said.is_too_long() => Verdict::Fail(failure(Outcome::ContextExceeded)),
        _ if said.code == "content_filter" => Verdict::Fail(failure(Outcome::Filtered)),
        500..=599 => Verdict::Retry { failure: failure(Outcome::ProviderError), after },
        _ => Verdict::Fail(failure(Outcome::ProviderError)),
    }
}

fn retry(outcome: Outcome, after: Option<Duration>, what: &str, raw: &str) -> Verdict {
    let failure = Failure::new(outcome, format!("{what}: {}", shortened(raw)));
    Verdict::Retry { failure, after }
}

/// What an error body says, cut and cleaned.
pub(crate) fn words_of(raw: &str) -> String {
    let body: Option<Value> = serde_json::from_str(raw).ok();
    shortened(Said::of(body.as_ref(), raw).words)
}

fn shortened(words: &str) -> String {
    let mut text: String =
        words.chars().filter(|c| !c.is_control() || *c == ' ').take(LONGEST_MESSAGE).collect();
    if text.len() < words.len() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: u16, raw: &str) -> Verdict {
        let body = serde_json::from_str(raw).ok();
        let status = StatusCode::from_u16(status).unwrap();
        verdict_of(status, None, body.as_ref(), raw, crate::chat::lack)
    }

    fn outcome(verdict: &Verdict) -> (&'static str, Outcome) {
        match verdict {
            Verdict::Reply => ("reply", Outcome::Answered),
            Verdict::Retry { failure, .. } => ("retry", failure.outcome),
            Verdict::Fail(failure) => ("fail", failure.outcome),
            Verdict::Stop(failure) => ("stop", failure.outcome),
        }
    }

    #[test]
    fn what_a_server_says_is_sorted() {
        let whole = r#"{"choices":[{"message":{"content":"hi"}}]}"#;
        let cases: [(u16, &str, (&str, Outcome)); 25] = [
            (200, whole, ("reply", Outcome::Answered)),
            (200, &whole[..20], ("retry", Outcome::ProviderError)),
            (
                200,
                r#"{"error":{"code":502,"message":"bad gateway"}}"#,
                ("retry", Outcome::ProviderError),
            ),
            (200, r#"{"error":{"code":401,"message":"who"}}"#, ("stop", Outcome::ProviderError)),
            (200, r#"{"choices":[{"message":{"content":null}}]}"#, ("retry", Outcome::Empty)),
            (
                200,
                r#"{"choices":[{"message":{"content":null},"finish_reason":"length"}]}"#,
                ("reply", Outcome::Answered),
            ),
            (200, r#"{"choices":[]}"#, ("retry", Outcome::ProviderError)),
            (
                400,
                r#"{"error":{"code":"context_length_exceeded","message":"x"}}"#,
                ("fail", Outcome::ContextExceeded),
            ),
            (
                400,
                r#"{"error":{"message":"maximum context is 10"}}"#,
                ("fail", Outcome::ContextExceeded),
            ),
            (400, "{}", ("fail", Outcome::ProviderError)),
            (401, "", ("stop", Outcome::ProviderError)),
            (429, r#"{"error":{"code":"insufficient_quota"}}"#, ("stop", Outcome::ProviderError)),
            (429, "slow down", ("retry", Outcome::ProviderError)),
            (
                429,
                r#"{"error":{"message":"Too many tokens, please wait before trying again."}}"#,
                ("retry", Outcome::ProviderError),
            ),
            (
                429,
                r#"{"error":{"message":"You exceeded your current quota, retry in 8.6s"}}"#,
                ("retry", Outcome::ProviderError),
            ),
            (
                429,
                r#"{"error":{"message":"You exceeded your current quota"}}"#,
                ("stop", Outcome::ProviderError),
            ),
            (
                500,
                r#"{"error":{"message":"the prompt exceeds the context window"}}"#,
                ("fail", Outcome::ContextExceeded),
            ),
            (503, "", ("retry", Outcome::ProviderError)),
            (
                529,
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                ("retry", Outcome::ProviderError),
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8 maximum"}}"#,
                ("fail", Outcome::ContextExceeded),
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low"}}"#,
                ("stop", Outcome::ProviderError),
            ),
            (
                400,
                r#"{"error":{"code":"unsupported_value","message":"'none' is not supported"}}"#,
                ("stop", Outcome::ProviderError),
            ),
            (
                429,
                r#"{"error":{"code":429,"message":"Rate limit exceeded: free-models-per-day"}}"#,
                ("stop", Outcome::ProviderError),
            ),
            (
                403,
                r#"{"error":{"code":403,"message":"flagged","metadata":{"reasons":["x"]}}}"#,
                ("fail", Outcome::Filtered),
            ),
            (
                200,
                r#"{"error":{"code":429,"message":"Provider returned error","metadata":{"raw":"busy"}}}"#,
                ("retry", Outcome::ProviderError),
            ),
        ];
        for (status, raw, expected) in cases {
            assert_eq!(outcome(&verdict(status, raw)), expected, "{status} {raw}");
        }
    }

    #[test]
    fn long_words_are_cut_and_cleaned() {
        let text = shortened(&"é\u{1b}[31m".repeat(200));
        assert!(text.ends_with('…') && !text.contains('\u{1b}'));
    }
}
