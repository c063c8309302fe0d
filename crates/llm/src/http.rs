//! The door to providers over HTTP: one request out, one attempt in, and no key in what comes back.

use crate::body::read_body;
use crate::model::{Attempt, Failure, NO_CONNECTION, Verdict};
use crate::provider::Wire;
use crate::spec::{Keys, ModelSpec, SpecError};
use crate::verdict::{verdict_of, words_of};
use foretell_core::Outcome;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use std::time::{Duration, SystemTime};

/// Longest wait for what is asked beside the questions: lists of models, health.
const SHORT: Duration = Duration::from_secs(20);

/// Longest wait for a file that is handed over or brought: hundreds of megabytes.
const LONG: Duration = Duration::from_secs(3600);

/// How often something is fetched before it is given up; what is posted is posted once.
const FETCHES: u32 = 5;

/// Why a call beside the questions brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CallFault {
    /// The provider said no.
    Said { status: StatusCode, words: String },
    /// It was not reached.
    NoConnection(String),
    /// It may have heard the call, and gave no whole answer.
    NoAnswer(String),
}

/// How a provider takes its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyHeader {
    /// `authorization: Bearer KEY`.
    Bearer,
    /// `x-api-key: KEY`.
    Plain,
}

/// A key from the environment. It has no way to be printed.
pub(crate) struct Key {
    /// The variable that holds it.
    variable: String,
    value: String,
    header: (HeaderName, HeaderValue),
}

impl Key {
    /// The key that `key_env` names, or else the provider's usual variable; `None` where neither is
    /// there.
    pub(crate) fn of(
        spec: &ModelSpec,
        usual: Option<&str>,
        header: KeyHeader,
        keys: Keys<'_>,
    ) -> Result<Option<Self>, SpecError> {
        let Some(variable) = spec.option("key_env").or(usual) else { return Ok(None) };
        let (named, variable) = (spec.to_string(), variable.to_owned());
        let Some(value) = keys(&variable) else {
            return Err(SpecError::NoKey { spec: named, variable });
        };
        let (name, text) = match header {
            KeyHeader::Bearer => (reqwest::header::AUTHORIZATION, format!("Bearer {value}")),
            KeyHeader::Plain => (HeaderName::from_static("x-api-key"), value.clone()),
        };
        // The fault of a header repeats its value, so it is dropped here.
        let Ok(mut header) = HeaderValue::from_str(&text) else {
            return Err(SpecError::BadKey { spec: named, variable });
        };
        if value.trim() != value || value.is_empty() {
            return Err(SpecError::BadKey { spec: named, variable });
        }
        header.set_sensitive(true);
        Ok(Some(Self { variable, value, header: (name, header) }))
    }
}

/// The way to one provider.
pub(crate) struct Door {
    client: Client,
    address: String,
    key: Option<Key>,
}

impl Door {
    /// Opens the way to `address`; sends nothing.
    pub(crate) fn open(
        spec: &ModelSpec,
        address: &str,
        key: Option<Key>,
        headers: &[(&'static str, String)],
        timeout: Duration,
    ) -> Result<Self, SpecError> {
        let form = |fault: String| SpecError::Form { spec: spec.to_string(), fault };
        let url =
            reqwest::Url::parse(address).map_err(|fault| form(format!("{address}: {fault}")))?;
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            let value = HeaderValue::from_str(value)
                .map_err(|_| form(format!("`{value}` cannot stand in the header `{name}`")))?;
            all.insert(*name, value);
        }
        if let Some(Key { header: (name, value), .. }) = &key {
            all.insert(name, value.clone());
        }
        // An error means that this process has its provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = Client::builder().timeout(timeout).connect_timeout(SHORT);
        client = client.default_headers(all);
        if key.as_ref().is_some_and(|key| key.header.0 != reqwest::header::AUTHORIZATION) {
            // A redirect to another host would take along a key that the client does not know as one.
            client = client.redirect(reqwest::redirect::Policy::none());
        }
        if matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            // A proxy for the outside world does not know this machine's own servers.
            client = client.no_proxy();
        }
        let client = client.build().map_err(|fault| form(fault.to_string()))?;
        Ok(Self { client, address: address.trim_end_matches('/').to_owned(), key })
    }

    /// Sends a body once.
    pub(crate) async fn ask(&self, wire: &dyn Wire, body: &str) -> Attempt {
        let request = self
            .client
            .post(format!("{}{}", self.address, wire.path()))
            .header("content-type", "application/json")
            .body(body.to_owned());
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
        let body: Option<Value> = serde_json::from_str(&raw).ok();
        let verdict = verdict_of(status, after, body.as_ref(), &raw, |body| wire.lack(body));
        // Also what is no reply may have been paid for.
        let cost_usd = body.and_then(|body| body["usage"]["cost"].as_f64());
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
            Some(key) if text.contains(&key.value) => text.replace(&key.value, "[key]"),
            _ => text,
        }
    }

    /// Gets what lies at `path`, or says in words what is wrong with the server or the key. `None`
    /// for what is not there or is no JSON.
    pub(crate) async fn look(&self, path: &str) -> Result<Option<Value>, String> {
        let address = &self.address;
        let request = self.client.get(format!("{address}{path}")).timeout(SHORT);
        let response = request.send().await.map_err(|fault| {
            format!(
                "{address} does not answer: {}; start the server, or mend the address",
                self.without_key(innermost(&fault))
            )
        })?;
        if matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Err(match &self.key {
                None => format!(
                    "{address} wants a key; name the environment variable that holds it with `key_env=VARIABLE`"
                ),
                Some(key) => format!(
                    "{address} does not accept the key; check the variable `{}`",
                    key.variable
                ),
            });
        }
        let status = response.status();
        let Ok(text) = response.text().await else { return Ok(None) };
        let text = self.without_key(text);
        // A look has no body that could be bad: gateways say so of a key that they do not know.
        if status == StatusCode::BAD_REQUEST {
            let words = words_of(&text);
            return Err(format!(
                "{address} refuses to be looked at: {status}: {words}; check the key and the address"
            ));
        }
        Ok(serde_json::from_str(&text).ok())
    }

    /// Whether the server says that it is well.
    pub(crate) async fn is_well(&self, path: &str) -> bool {
        let request = self.client.get(format!("{}{path}", self.address)).timeout(SHORT);
        request.send().await.is_ok_and(|response| response.status().is_success())
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Gets what lies at `path`; again after a fault that may pass.
    pub(crate) async fn get(&self, path: &str) -> Result<String, CallFault> {
        let mut text = String::new();
        self.download(path, &mut |part| {
            text.push_str(part);
            Ok(())
        })
        .await?;
        Ok(text)
    }

    /// Gets what lies at `path` line by line, without the key should it be in there. Tried again only
    /// as long as nothing was handed on.
    pub(crate) async fn download(
        &self,
        path: &str,
        write: &mut (dyn FnMut(&str) -> std::io::Result<()> + Send),
    ) -> Result<(), CallFault> {
        for tries in 1.. {
            let request = self.client.get(format!("{}{path}", self.address)).timeout(LONG);
            let fault = match request.send().await {
                Ok(response) if response.status().is_success() => {
                    return self.hand_on(response, write).await;
                }
                Ok(response) => {
                    let (status, after) = (response.status(), retry_after(&response));
                    let (raw, _) = read_body(response).await;
                    let words = words_of(&self.without_key(raw));
                    let passes =
                        status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
                    if !passes || tries == FETCHES {
                        return Err(CallFault::Said { status, words });
                    }
                    tokio::time::sleep(after.unwrap_or(Duration::ZERO).min(SHORT)).await;
                    continue;
                }
                Err(fault) => self.no_answer(&fault),
            };
            if tries == FETCHES {
                return Err(fault);
            }
            tokio::time::sleep(Duration::from_millis(200) * tries * tries).await;
        }
        unreachable!("the last try returns")
    }

    async fn hand_on(
        &self,
        mut response: Response,
        write: &mut (dyn FnMut(&str) -> std::io::Result<()> + Send),
    ) -> Result<(), CallFault> {
        let mut waiting: Vec<u8> = Vec::new();
        let mut hand = |bytes: &[u8]| {
            let text = self.without_key(String::from_utf8_lossy(bytes).into_owned());
            write(&text).map_err(|fault| CallFault::NoAnswer(fault.to_string()))
        };
        while let Some(chunk) = response.chunk().await.map_err(|fault| self.no_answer(&fault))? {
            waiting.extend_from_slice(&chunk);
            // Whole lines only: a key or a character may lie across two pieces.
            if let Some(end) = waiting.iter().rposition(|byte| *byte == b'\n') {
                let rest = waiting.split_off(end + 1);
                hand(&waiting)?;
                waiting = rest;
            }
        }
        if waiting.is_empty() { Ok(()) } else { hand(&waiting) }
    }

    /// Posts a body once.
    pub(crate) async fn post(
        &self,
        path: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> Result<String, CallFault> {
        let request = self.client.post(format!("{}{path}", self.address)).timeout(LONG);
        let request = request.header("content-type", kind).body(body);
        let response = request.send().await.map_err(|fault| self.no_answer(&fault))?;
        let status = response.status();
        let (raw, fault) = read_body(response).await;
        let raw = self.without_key(raw);
        match fault {
            Some(fault) => Err(self.no_answer(&fault)),
            None if status.is_success() => Ok(raw),
            // Whoever has a fault of its own, or waited in vain, does not know what became of it.
            None if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
                Err(CallFault::NoAnswer(format!("{status}: {}", words_of(&raw))))
            }
            None => Err(CallFault::Said { status, words: words_of(&raw) }),
        }
    }

    fn no_answer(&self, fault: &reqwest::Error) -> CallFault {
        let words = self.without_key(format!("{}: {}", self.address, innermost(fault)));
        if fault.is_connect() { CallFault::NoConnection(words) } else { CallFault::NoAnswer(words) }
    }
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

/// The cause at the bottom, which is the one that says something.
fn innermost(fault: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = fault;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
