//! Reading the replies of a batch, one line each, in the shapes of all providers.
//!
//! ```text
//! openai, vllm, openrouter   {"custom_id", "response": {"status_code", "body"}, "error"}
//! anthropic                  {"custom_id", "result": {"type": "succeeded", "message"} | {"type": "errored", "error"}}
//! ```

use crate::key::RequestKey;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use thiserror::Error;

/// One line of replies, with whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchLine {
    /// The request that it answers.
    pub key: RequestKey,
    /// What came of it.
    pub result: LineResult,
}

/// What became of one request of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineResult {
    /// The provider said something: a status and a body, as they would have come alone.
    Said {
        /// The status.
        status: u16,
        /// The body, as it stands in the line.
        raw: String,
    },
    /// The batch ended before the request was sent.
    Expired,
    /// The batch was called off before the request was sent.
    Cancelled,
}

/// Why a line is not used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineFault {
    /// Not a reply of a batch.
    #[error("{0}")]
    Broken(String),
    /// A reply to somebody else's request.
    #[error("its custom_id `{0}` is not the key of a request")]
    Foreign(String),
}

#[derive(Deserialize)]
struct Line<'a> {
    custom_id: Option<String>,
    #[serde(borrow, default)]
    response: Option<Response<'a>>,
    #[serde(borrow, default)]
    result: Option<Outcome<'a>>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Response<'a> {
    status_code: Option<u16>,
    #[serde(borrow, default)]
    body: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Outcome<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

/// Reads a line of replies.
///
/// # Errors
/// [`LineFault`]: what is broken about it, or whose it is not.
pub fn read_line(line: &str) -> Result<BatchLine, LineFault> {
    let broken = |what: &str| LineFault::Broken(what.to_owned());
    let read: Line<'_> = serde_json::from_str(line)
        .map_err(|fault| LineFault::Broken(format!("not a reply of a batch: {fault}")))?;
    let id = read.custom_id.as_deref().ok_or_else(|| broken("it has no custom_id"))?;
    let result = match (&read.result, &read.response, read.error) {
        (Some(outcome), _, _) => of_outcome(outcome)?,
        (None, response, error) => of_response(response.as_ref(), error)
            .ok_or_else(|| broken("it holds neither a response nor an error"))?,
    };
    let key = id.parse().map_err(|_| LineFault::Foreign(id.chars().take(80).collect()))?;
    Ok(BatchLine { key, result })
}

/// The shape of Message Batches.
fn of_outcome(outcome: &Outcome<'_>) -> Result<LineResult, LineFault> {
    let lacks = |what: &str| LineFault::Broken(format!("it {} and holds no {what}", outcome.kind));
    match outcome.kind.as_str() {
        "succeeded" => {
            let message = outcome.message.ok_or_else(|| lacks("message"))?;
            Ok(LineResult::Said { status: 200, raw: message.get().to_owned() })
        }
        "errored" => {
            let error = outcome.error.ok_or_else(|| lacks("error"))?;
            Ok(of_error(None, error))
        }
        "expired" => Ok(LineResult::Expired),
        "canceled" | "cancelled" => Ok(LineResult::Cancelled),
        other => Err(LineFault::Broken(format!("its result is `{other}`"))),
    }
}

/// The shape of OpenAI's batches and all that follow them.
fn of_response(response: Option<&Response<'_>>, error: Option<&RawValue>) -> Option<LineResult> {
    let status = response.and_then(|response| response.status_code);
    // A body says more than the error beside it.
    if let Some(body) = response.and_then(|response| response.body) {
        return Some(LineResult::Said {
            status: status.unwrap_or(200),
            raw: body.get().to_owned(),
        });
    }
    error.map(|error| of_error(status, error))
}

/// An error without a body, in the shape in which it would have come alone.
fn of_error(status: Option<u16>, error: &RawValue) -> LineResult {
    let value: Value = serde_json::from_str(error.get()).unwrap_or_default();
    let wrapped = value["error"].is_object();
    let inner = if wrapped { &value["error"] } else { &value };
    let word = |field: &str| inner[field].as_str().unwrap_or_default();
    match word("code") {
        "batch_expired" => return LineResult::Expired,
        "batch_cancelled" => return LineResult::Cancelled,
        _ => {}
    }
    let code = inner["code"].as_u64().and_then(|code| u16::try_from(code).ok());
    let status = status.filter(|status| *status != 200).or(code);
    let status = status.unwrap_or_else(|| status_of(word("type")));
    let raw = error.get();
    LineResult::Said {
        status,
        raw: if wrapped { raw.to_owned() } else { format!("{{\"error\":{raw}}}") },
    }
}

/// The status that goes with a type of error; what is unknown says nothing about the question.
fn status_of(kind: &str) -> u16 {
    match kind {
        "invalid_request_error" | "invalid_request" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        _ => 500,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "7574d5e498b30928918178d1b0c65090";

    fn line(rest: &str) -> Result<LineResult, LineFault> {
        read_line(&format!("{{\"custom_id\":\"{KEY}\",{rest}}}")).map(|line| line.result)
    }

    fn said(status: u16, raw: &str) -> Result<LineResult, LineFault> {
        Ok(LineResult::Said { status, raw: raw.to_owned() })
    }

    #[test]
    fn replies_of_all_providers_are_read_as_they_stand() {
        // Order of fields, spaces and digits are the provider's: the body is kept as it is.
        let body = r#"{"z":1, "a":0.10000000000000001}"#;
        let openai = format!(
            r#""id":"b","response":{{"status_code":200,"request_id":"r","body":{body}}},"error":null"#
        );
        assert_eq!(line(&openai), said(200, body));
        let anthropic = format!(r#""result":{{"type":"succeeded","message":{body}}}"#);
        assert_eq!(line(&anthropic), said(200, body));
    }

    #[test]
    fn errors_get_the_status_that_they_would_have_alone() {
        let wrapped = r#"{"type":"error","error":{"type":"invalid_request_error","message":"no"}}"#;
        assert_eq!(
            line(&format!(r#""result":{{"type":"errored","error":{wrapped}}}"#)),
            said(400, wrapped)
        );
        let vllm = r#"{"message":"too long","type":"BadRequestError","code":400}"#;
        assert_eq!(
            line(&format!(
                r#""response":{{"status_code":400,"request_id":"r","body":null}},"error":{vllm}"#
            )),
            said(400, &format!("{{\"error\":{vllm}}}"))
        );
        assert_eq!(
            line(r#""response":null,"error":{"type":"overloaded_error","message":"busy"}"#),
            said(529, r#"{"error":{"type":"overloaded_error","message":"busy"}}"#)
        );
        let refused = r#"{"error":{"message":"bad","code":"invalid"}}"#;
        assert_eq!(
            line(&format!(r#""response":{{"status_code":400,"body":{refused}}},"error":null"#)),
            said(400, refused)
        );
    }

    #[test]
    fn what_was_not_asked_is_told_apart() {
        let expired = r#""response":null,"error":{"code":"batch_expired","message":"x"}"#;
        assert_eq!(line(expired), Ok(LineResult::Expired));
        assert_eq!(line(r#""result":{"type":"expired"}"#), Ok(LineResult::Expired));
        assert_eq!(line(r#""result":{"type":"canceled"}"#), Ok(LineResult::Cancelled));
        let cancelled = r#""response":null,"error":{"code":"batch_cancelled","message":"x"}"#;
        assert_eq!(line(cancelled), Ok(LineResult::Cancelled));
    }

    #[test]
    fn broken_and_foreign_lines_are_named() {
        for text in ["", "{", "[]", "{}", "null", r#"{"custom_id":"k"}"#] {
            assert!(matches!(read_line(text), Err(LineFault::Broken(_))), "{text}");
        }
        assert!(matches!(line(r#""response":null,"error":null"#), Err(LineFault::Broken(_))));
        assert!(matches!(line(r#""result":{"type":"succeeded"}"#), Err(LineFault::Broken(_))));
        let foreign = r#"{"custom_id":"request-1","result":{"type":"expired"}}"#;
        assert_eq!(read_line(foreign), Err(LineFault::Foreign("request-1".to_owned())));
    }
}
