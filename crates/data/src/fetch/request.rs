//! One request for a file, or for the rest of it, and what the server's head means.

use super::part::Begun;
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_RANGE, ETAG, HeaderName, IF_RANGE, LAST_MODIFIED, RANGE, RETRY_AFTER,
};
use reqwest::{Client, Response, StatusCode, Url};
use std::time::Duration;

/// Longest wait that a server can ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How long and how much [`fetch`](super::fetch) bears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchLimits {
    /// Most bytes of a download, and of each member that is unpacked.
    pub max_bytes: u64,
    /// How often one address is asked, while its faults are such as pass.
    pub tries: u32,
    /// Wait before the second try; each further wait is twice as long.
    pub pause: Duration,
    /// Longest wait for a connection.
    pub connect: Duration,
    /// Longest silence of a server.
    pub silence: Duration,
}

/// 1 GiB, 4 tries after 1, 2 and 4 seconds, 20 seconds for a connection, 60 of silence.
impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            max_bytes: 1 << 30,
            tries: 4,
            pause: Duration::from_secs(1),
            connect: Duration::from_secs(20),
            silence: Duration::from_secs(60),
        }
    }
}

/// What a server's head says.
pub(super) enum Answer {
    /// All bytes follow.
    Whole { response: Response, total: Option<u64>, version: Option<String> },
    /// The bytes follow that were missing.
    Rest { response: Response, total: Option<u64> },
    /// Nothing is missing.
    Complete,
    /// What is there cannot be gone on with: ask for the whole.
    NotThis,
    /// It may be better the next time.
    Passing { fault: String, after: Option<Duration> },
    /// It will be the same the next time.
    Lasting(String),
}

/// A client for one address.
pub(super) fn client(url: &str, limits: &FetchLimits) -> Result<Client, String> {
    let url = Url::parse(url).map_err(|fault| fault.to_string())?;
    // An error means that this process has its provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut client = Client::builder()
        .user_agent(concat!("foretell/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(limits.connect)
        // No limit on the whole: a large file on a thin line takes its time.
        .read_timeout(limits.silence);
    if matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
        // A proxy for the outside world does not know this machine's own servers.
        client = client.no_proxy();
    }
    client.build().map_err(|fault| innermost(&fault))
}

/// Asks for a file, or for what is missing of one.
pub(super) async fn ask(client: &Client, url: &str, begun: Option<&Begun>) -> Answer {
    // The sum is of the bytes as they are stored, so no encoding for the way.
    let mut request = client.get(url).header(ACCEPT_ENCODING, "identity");
    if let Some(begun) = begun {
        let range = format!("bytes={}-", begun.done);
        request = request.header(RANGE, range).header(IF_RANGE, &begun.version);
    }
    match request.send().await {
        Ok(response) => read(response, begun),
        Err(fault) if fault.is_builder() || fault.is_redirect() => {
            Answer::Lasting(innermost(&fault))
        }
        Err(fault) => Answer::Passing { fault: told(&fault), after: None },
    }
}

fn read(response: Response, begun: Option<&Begun>) -> Answer {
    let status = response.status();
    let done = begun.map_or(0, |begun| begun.done);
    match status {
        StatusCode::OK => {
            let (total, version) = (response.content_length(), version(&response));
            Answer::Whole { response, total, version }
        }
        StatusCode::PARTIAL_CONTENT => match range(&response) {
            Some((Some(first), total)) if done > 0 && first == done => {
                Answer::Rest { response, total }
            }
            _ => Answer::NotThis,
        },
        StatusCode::RANGE_NOT_SATISFIABLE if done > 0 => match range(&response) {
            Some((None, Some(total))) if total == done => Answer::Complete,
            _ => Answer::NotThis,
        },
        _ if matches!(status.as_u16(), 408 | 425 | 429 | 500..=599) => {
            Answer::Passing { fault: status.to_string(), after: retry_after(&response) }
        }
        _ => Answer::Lasting(status.to_string()),
    }
}

/// First byte and size of `Content-Range: bytes FIRST-LAST/SIZE` or `bytes */SIZE`.
fn range(response: &Response) -> Option<(Option<u64>, Option<u64>)> {
    parse_range(header(response, CONTENT_RANGE)?)
}

fn parse_range(text: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (span, size) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
    let first = match span.trim() {
        "*" => None,
        span => Some(span.split_once('-')?.0.trim().parse().ok()?),
    };
    let size = match size.trim() {
        "*" => None,
        size => Some(size.parse().ok()?),
    };
    Some((first, size))
}

/// What `If-Range` accepts: a strong `ETag`, else a date. A weak `ETag` vouches for no byte.
fn version(response: &Response) -> Option<String> {
    let strong = header(response, ETAG).filter(|tag| tag.starts_with('"'));
    strong.or_else(|| header(response, LAST_MODIFIED)).map(str::to_owned)
}

/// `Retry-After` in seconds, as far as it is borne.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = header(response, RETRY_AFTER)?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

fn header(response: &Response, name: HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok()
}

/// A broken exchange in words.
pub(super) fn told(fault: &reqwest::Error) -> String {
    let what = if fault.is_timeout() {
        "no answer in time"
    } else if fault.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    format!("{what}: {}", innermost(fault))
}

/// The cause at the bottom, which is the one that says something.
fn innermost(fault: &reqwest::Error) -> String {
    let causes =
        std::iter::successors(Some(fault as &dyn std::error::Error), |cause| cause.source());
    causes.last().map_or_else(|| fault.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_range_is_read_in_all_its_forms() {
        assert_eq!(parse_range("bytes 5-9/10"), Some((Some(5), Some(10))));
        assert_eq!(parse_range("bytes 5-9/*"), Some((Some(5), None)));
        assert_eq!(parse_range("bytes */10"), Some((None, Some(10))));
        for text in ["", "bytes", "bytes 5/10", "pages 1-2/3", "bytes a-9/10", "bytes 5-9/-1"] {
            assert_eq!(parse_range(text), None, "{text}");
        }
    }
}
