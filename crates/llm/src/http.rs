//! OpenAI-compatible servers: one request of chat completions, and what its answer means.

use crate::body::read_body;
use crate::chat::{self, ModelReply};
use crate::model::{Asking, Attempt, ChatModel, Checking, Failure, NO_CONNECTION, Verdict};
use crate::spec::{Keys, ModelSpec, SpecError};
use foretell_core::Outcome;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

/// The options that a model on a server takes.
const OPTIONS: [&str; 4] = ["temperature", "max_tokens", "seed", "key_env"];

/// Longest piece of a provider's words that is repeated in an error.
const LONGEST_MESSAGE: usize = 300;

/// A model on an OpenAI-compatible server.
pub(crate) struct HttpModel {
    client: Client,
    address: String,
    model: String,
    key: Option<String>,
    settings: Vec<(&'static str, Value)>,
}

/// A temperature that JSON can carry.
struct Temperature(f64);

impl std::str::FromStr for Temperature {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.parse() {
            Ok(value) if f64::is_finite(value) && value >= 0.0 => Ok(Self(value)),
            _ => Err(()),
        }
    }
}

impl HttpModel {
    pub(crate) fn open(
        spec: &ModelSpec,
        address: &str,
        keys: Keys<'_>,
        timeout: Duration,
    ) -> Result<Self, SpecError> {
        spec.check_options(&OPTIONS)?;
        let mut settings = Vec::new();
        if let Some(temperature) =
            spec.number::<Temperature>("temperature", "a number from 0 up")?
        {
            let Temperature(temperature) = temperature;
            settings.push(("temperature", json!(temperature)));
        }
        if let Some(most) = spec.number::<u32>("max_tokens", "a whole number")? {
            settings.push(("max_tokens", json!(most)));
        }
        if let Some(seed) = spec.number::<i64>("seed", "a whole number")? {
            settings.push(("seed", json!(seed)));
        }
        let key = match spec.option("key_env") {
            None => None,
            Some(variable) => Some(keys(variable).ok_or_else(|| SpecError::NoKey {
                spec: spec.to_string(),
                variable: variable.to_owned(),
            })?),
        };
        let form = |fault: String| SpecError::Form { spec: spec.to_string(), fault };
        let url =
            reqwest::Url::parse(address).map_err(|fault| form(format!("{address}: {fault}")))?;
        // An error means that this process has its provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client =
            Client::builder().timeout(timeout).connect_timeout(Duration::from_secs(20));
        if matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            // A proxy for the outside world does not know this machine's own servers.
            client = client.no_proxy();
        }
        let client = client.build().map_err(|fault| form(fault.to_string()))?;
        let (address, model) = (address.to_owned(), spec.model.clone());
        Ok(Self { client, address, model, key, settings })
    }

    async fn ask_once(&self, body: &str) -> Attempt {
        let mut request = self
            .client
            .post(format!("{}/chat/completions", self.address))
            .header("content-type", "application/json")
            .body(body.to_owned());
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(fault) => return self.broken(None, None, &fault),
        };
        let (status, after) = (response.status(), retry_after(&response));
        let (raw, fault) = read_body(response).await;
        let raw = self.without_key(raw);
        if let Some(fault) = fault {
            let part = Some(raw).filter(|raw| !raw.is_empty());
            return self.broken(Some(status.as_u16()), part, &fault);
        }
        let verdict = verdict_of(status, after, &raw);
        // Also what is no reply may have been paid for.
        let cost_usd = chat::read(&raw).usage.cost_usd;
        Attempt { status: Some(status.as_u16()), raw: Some(raw), cost_usd, verdict }
    }

    /// No reply, or half of one.
    fn broken(&self, status: Option<u16>, raw: Option<String>, fault: &reqwest::Error) -> Attempt {
        let (outcome, what) = if fault.is_connect() {
            (Outcome::ProviderError, NO_CONNECTION)
        } else if fault.is_timeout() {
            (Outcome::TimedOut, "no reply in time")
        } else {
            (Outcome::ProviderError, "the connection broke")
        };
        let message = self.without_key(format!("{what}: {}", innermost(fault)));
        let failure = Failure::new(outcome, message);
        let verdict = Verdict::Retry { failure, after: None };
        Attempt { status, raw, cost_usd: None, verdict }
    }

    /// Some servers repeat the key in what they say; it must reach no file.
    fn without_key(&self, text: String) -> String {
        match &self.key {
            Some(key) if !key.is_empty() && text.contains(key.as_str()) => {
                text.replace(key.as_str(), "[key]")
            }
            _ => text,
        }
    }

    async fn check_server(&self) -> Result<(), String> {
        let mut request =
            self.client.get(format!("{}/models", self.address)).timeout(Duration::from_secs(20));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        let response = request.send().await.map_err(|fault| {
            format!(
                "{} does not answer: {}; start the server, or mend the address",
                self.address,
                innermost(&fault)
            )
        })?;
        if matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Err(match &self.key {
                None => format!(
                    "{} wants a key; name the environment variable that holds it with `key_env=VARIABLE`",
                    self.address
                ),
                Some(_) => format!(
                    "{} does not accept the key; check the variable that `key_env` names",
                    self.address
                ),
            });
        }
        // Servers need not list their models; where they do, a misspelt one is found here.
        let Ok(list) = response.json::<Value>().await else { return Ok(()) };
        let served: Vec<&str> = list["data"]
            .as_array()
            .map(|models| models.iter().filter_map(|model| model["id"].as_str()).collect())
            .unwrap_or_default();
        if served.is_empty() || served.contains(&self.model.as_str()) {
            return Ok(());
        }
        let shown = served.iter().take(20).copied().collect::<Vec<_>>().join(", ");
        Err(format!("{} does not serve `{}`; it serves {shown}", self.address, self.model))
    }
}

impl ChatModel for HttpModel {
    fn body(&self, prompt: &str) -> String {
        chat::body(&self.model, prompt, &self.settings)
    }

    fn ask<'a>(&'a self, body: &'a str, _repeat: u32) -> Asking<'a> {
        Box::pin(self.ask_once(body))
    }

    fn read(&self, raw: &str) -> ModelReply {
        chat::read(raw)
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(self.check_server())
    }
}

/// What a status and a body mean for the request.
fn verdict_of(status: StatusCode, after: Option<Duration>, raw: &str) -> Verdict {
    let body: Option<Value> = serde_json::from_str(raw).ok();
    if status.is_success() {
        return match body {
            None => retry(Outcome::ProviderError, after, "the reply is not whole JSON", raw),
            Some(body) if body["error"].is_object() => {
                let code = body["error"]["code"].as_u64().and_then(|code| u16::try_from(code).ok());
                let status = code.and_then(|code| StatusCode::from_u16(code).ok());
                failed(status.unwrap_or(StatusCode::BAD_GATEWAY), after, Some(&body), raw)
            }
            Some(body) => replied(&body, after, raw),
        };
    }
    failed(status, after, body.as_ref(), raw)
}

/// A reply with status 200 and without an error in it.
fn replied(body: &Value, after: Option<Duration>, raw: &str) -> Verdict {
    let choice = &body["choices"][0];
    let (message, finish) = (&choice["message"], choice["finish_reason"].as_str());
    if !message.is_object() {
        return retry(Outcome::ProviderError, after, "the reply holds no message", raw);
    }
    if finish == Some("error") {
        return retry(Outcome::ProviderError, after, "the provider broke off the reply", raw);
    }
    let says_why = matches!(finish, Some("length" | "content_filter"));
    if message["content"].is_null()
        && message["refusal"].as_str().is_none_or(str::is_empty)
        && !says_why
    {
        return retry(Outcome::Empty, after, "the reply holds no content", raw);
    }
    Verdict::Reply
}

fn failed(status: StatusCode, after: Option<Duration>, body: Option<&Value>, raw: &str) -> Verdict {
    let words = body.map_or(raw, |body| {
        let error = &body["error"];
        error["message"].as_str().or(error.as_str()).or(body["message"].as_str()).unwrap_or(raw)
    });
    let code = body.and_then(|body| body["error"]["code"].as_str()).unwrap_or_default();
    let failure = |outcome| Failure::new(outcome, format!("{status}: {}", shortened(words)));
    let quota_is_gone = code == "insufficient_quota";
    match status.as_u16() {
        // Some gateways refuse a single prompt with the status of a bad key.
        403 if is_moderated(words) => Verdict::Fail(failure(Outcome::Filtered)),
        401..=404 => Verdict::Stop(failure(Outcome::ProviderError)),
        429 if quota_is_gone => Verdict::Stop(failure(Outcome::ProviderError)),
        _ if is_too_long(code, words) => Verdict::Fail(failure(Outcome::ContextExceeded)),
        _ if code == "content_filter" => Verdict::Fail(failure(Outcome::Filtered)),
        408 | 409 | 425 | 429 | 500..=599 => {
            Verdict::Retry { failure: failure(Outcome::ProviderError), after }
        }
        _ => Verdict::Fail(failure(Outcome::ProviderError)),
    }
}

fn is_moderated(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    words.contains("moderation") || words.contains("flagged")
}

/// Servers say in different words that a prompt does not fit.
fn is_too_long(code: &str, words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    code == "context_length_exceeded"
        || ["context length", "context window", "maximum context", "too many tokens"]
            .iter()
            .any(|sign| words.contains(sign))
}

fn retry(outcome: Outcome, after: Option<Duration>, what: &str, raw: &str) -> Verdict {
    let failure = Failure::new(outcome, format!("{what}: {}", shortened(raw)));
    Verdict::Retry { failure, after }
}

/// `Retry-After` in its two forms: seconds, or a date.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get("retry-after")?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

fn shortened(words: &str) -> String {
    let mut text: String =
        words.chars().filter(|c| !c.is_control() || *c == ' ').take(LONGEST_MESSAGE).collect();
    if text.len() < words.len() {
        text.push('…');
    }
    text
}

/// The cause at the bottom, which is the one that says something.
fn innermost(fault: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = fault;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: u16, raw: &str) -> Verdict {
        verdict_of(StatusCode::from_u16(status).unwrap(), None, raw)
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
        let cases: [(u16, &str, (&str, Outcome)); 14] = [
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
            (503, "", ("retry", Outcome::ProviderError)),
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
